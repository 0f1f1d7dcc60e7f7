"""A judge behind OpenAI's chat completions: one request for one question."""

import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, cast

import anyio
import anyio.to_thread
import httpx2

from ...memory.errors import JudgeBusy, JudgeError, JudgeRejected
from ...tools.connected import Connected
from .question import Question, Shot
from .shots import Read, data_url

_LATER = frozenset({408, 409, 425, 429})
_REFUSED = frozenset({400, 413, 422})
_SAID = 400
_MOST = 2**23  # bytes of an answer that are read
_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge said, and what it took."""

    text: str
    said_model: str = ""
    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    """US dollars."""


class Judge(Protocol):
    """Anybody who answers questions about pictures."""

    @property
    def name(self) -> str:
        """The model's name, as judgements keep it."""
        ...

    @property
    def version(self) -> str:
        """What is pinned beside the name; often empty."""
        ...

    async def ask(self, question: Question, read: Read, *, call: str = "") -> Answer:
        """Answer once; `call` is a name that no other call has.

        Raises:
            JudgeBusy: try again later.
            JudgeRejected: it will not judge this picture.
            JudgeError: anything else; the judge is set up wrongly.
        """
        ...


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: float = 0.0
    output: float = 0.0

    def of(self, input_tokens: int, output_tokens: int) -> float:
        """What a call cost."""
        return (input_tokens * self.input + output_tokens * self.output) / 1e6


@dataclass(kw_only=True)
class ChatJudge(Connected):
    """A model that is served in OpenAI's protocol. One request per question, and no retries."""

    url: str
    """Up to and including `/v1`."""

    name: str
    version: str = ""
    key: str = field(default="", repr=False)
    seconds: float = 120.0
    """For one answer."""

    price: Price = field(default_factory=Price)
    temperature: float | None = None
    """Instead of the protocol's; several samples of one question need some."""

    _http: httpx2.AsyncClient = field(init=False, repr=False)
    _coding: anyio.CapacityLimiter = field(init=False, repr=False)

    def __post_init__(self) -> None:
        timeout = httpx2.Timeout(self.seconds, connect=10.0)
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
        self._http = httpx2.AsyncClient(timeout=timeout, limits=limits)
        self._coding = anyio.CapacityLimiter(_WORKERS)

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._http,)

    async def ask(self, question: Question, read: Read, *, call: str = "") -> Answer:
        """Send a question and return the answer, readable or not.

        The header `Idempotency-Key` names the call, for gateways that charge a repeated one once.

        Raises:
            JudgeBusy: the status 408, 409, 425, 429 or 5xx, no connection, no answer in time.
            JudgeRejected: the status 400, 413 or 422, or a moderated request.
            JudgeError: any other status, or an answer in another protocol.
        """
        body = await anyio.to_thread.run_sync(self._body, question, read, limiter=self._coding)
        headers = {"content-type": "application/json"}
        headers["idempotency-key"] = call or question.digest
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        began = perf_counter()
        try:
            with anyio.fail_after(self.seconds):
                response = await self._http.post(
                    f"{self.url}/chat/completions", content=body, headers=headers
                )
        except TimeoutError as error:
            raise JudgeBusy(f"{self.name} gave no answer in {self.seconds:g} s") from error
        except (httpx2.HTTPError, OSError) as error:
            why = str(error) or type(error).__name__
            raise JudgeBusy(f"{self.name} cannot be reached: {why}") from error
        if response.status_code != 200:
            raise _refusal(self.name, response)
        return self._answer(response.content, perf_counter() - began)

    def _body(self, question: Question, read: Read) -> bytes:
        temperature = question.params.temperature if self.temperature is None else self.temperature
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": "user", "content": [_part(p, read) for p in question.parts]}],
            "max_tokens": question.params.max_tokens,
            "temperature": temperature,
        }
        sent = {name: value for name, value in body.items() if value is not None}
        return json.dumps(sent).encode()

    def _answer(self, data: bytes, seconds: float) -> Answer:
        try:
            held: dict[str, Any] = json.loads(data[:_MOST])
            choice = held["choices"][0]
            message = choice["message"]
            usage = cast("dict[str, Any]", held.get("usage") or {})
            text, refusal = message.get("content"), message.get("refusal")
            tokens = [int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens")]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as err:
            raise JudgeBusy(f"{self.name} answered with no completion: {data[:60]!r}") from err
        if choice.get("finish_reason") == "content_filter" or (refusal and not text):
            raise JudgeRejected(f"{self.name} will not judge this: {str(refusal or text)[:_SAID]}")
        return Answer(
            text=text if isinstance(text, str) else "",
            said_model=str(held.get("model") or ""),
            seconds=seconds,
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            cost=self.price.of(*tokens),
        )


def _part(part: str | Shot, read: Read) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    image = {"url": data_url(part, read)} | ({"detail": part.detail} if part.detail else {})
    return {"type": "image_url", "image_url": image}


def _refusal(name: str, response: httpx2.Response) -> JudgeError:
    status = response.status_code
    said = f"{name} answered {status}: {' '.join(response.text.split())[:_SAID]}"
    if status in _LATER or status >= 500:
        return JudgeBusy(said, retry_after=_wait(response.headers.get("retry-after")))
    if status in _REFUSED:
        return JudgeRejected(said)
    return JudgeError(f"{said}; give the judge's address, model and key")


def _wait(header: str | None) -> float | None:
    """Seconds; a date is left to our own waits."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
