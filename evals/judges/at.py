"""Judges by their addresses.

http://gpu-1:8000/v1?model=Qwen2.5-VL-72B     anything that speaks OpenAI's chat completions
openai:gpt-4.1-2025-04-14?price_in=2&price_out=8
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ...agent.addresses import Address, parse
from ...agent.options import Options
from ...agent.retry import Retry
from ...memory.errors import SettingsError
from .model import ChatJudge, Price

_OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A judge, how often it is asked, and how many of its answers are awaited at once."""

    judge: ChatJudge
    retry: Retry
    tries: int
    at_once: int
    shown: str
    """The address, without a password."""


def judge_at(text: str, backends: Mapping[str, str] | None = None) -> Chosen:
    """Make the judge of an address; nothing is sent.

    Options: `model`, `version`, `token_env`, `seconds`, `temperature`, `price_in` and `price_out`
    (US dollars for a million tokens), `at_once` (8), `tries` (7), `wait` (1 s, doubling up to 30).

    Raises:
        SettingsError: no such judge, an option that it has not, or a missing key.
    """
    addresses = parse((backends or {}).get(text, text))
    if len(addresses) != 1:
        raise SettingsError("name one judge; several are several calls of this command")
    address = addresses[0]
    options = Options(address)
    judge = _judge(address, options)
    wait = options.number("wait", 1.0)
    chosen = Chosen(
        judge,
        Retry(wait=wait, longest=max(wait, 30.0 * wait)),
        options.whole("tries", 7) or 7,
        options.whole("at_once", 8) or 8,
        address.shown,
    )
    options.done()
    return chosen


def _judge(address: Address, options: Options) -> ChatJudge:
    url, model, key = address.place, options.text("model"), options.token()
    if address.kind == "openai" and not address.is_url:
        model, url = address.place, os.environ.get("OPENAI_BASE_URL") or _OPENAI
        key = key or os.environ.get("OPENAI_API_KEY", "")
        if not key:
            raise SettingsError("openai: wants a key: set OPENAI_API_KEY, or name token_env=…")
    elif not address.is_url:
        raise SettingsError(f"{address.shown!r} is no judge: give http://HOST/v1?model=NAME")
    if not model:
        raise SettingsError(f"{address.shown!r} must name its model: add ?model=NAME")
    temperature = options.number("temperature", 0.0) if "temperature" in address.options else None
    pinned = [
        options.text("version"),
        "" if temperature is None else f"temperature={temperature:g}",
    ]
    url = url.rstrip("/").removesuffix("/chat/completions")
    return ChatJudge(
        url=url if url.endswith("/v1") or address.kind == "openai" else f"{url}/v1",
        name=model,
        version=" ".join(each for each in pinned if each),
        key=key,
        seconds=options.number("seconds", 120.0) or 120.0,
        price=Price(options.number("price_in", 0.0), options.number("price_out", 0.0)),
        temperature=temperature,
    )
