"""A small thinker that speaks chat completions and passes the pictures through as they are."""

import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import pybase64
from anyio import to_thread

from editloop.memory import MalformedCritique, Sample, ThinkerBusy, ThinkerError
from editloop.policies import Comparison, Opinion, wire
from editloop.tools import Picture
from editloop.tools.connected import Connected

_TEMPLATE = """
# Look at an edit
The first picture is the source, the second is the edit. Score from 0 to 10 whether the instruction
was followed and nothing else changed (semantic) and whether the edit is natural (quality). Then say
what the editor should be told next. Write <think>…</think>, <score>{"semantic": …, "quality": …}
</score> and <answer>…</answer>.
The user asked: """


def asking(source: bytes, edited: bytes, asked: str, told: str) -> dict[str, Any]:
    """The request for a critique."""
    pictures = [
        {
            "type": "image_url",
            "image_url": {"url": "data:image/png;base64," + pybase64.b64encode(data).decode()},
        }
        for data in (source, edited)
    ]
    text = {"type": "text", "text": f"{_TEMPLATE}{asked}\nThe editor was told: {told}\n"}
    return {
        "model": "simulated",
        "messages": [{"role": "user", "content": [*pictures, text]}],
        "max_tokens": 4096,
    }


class ChatThinker(Connected):
    """Asks one server."""

    name = "simulated"

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=url, timeout=httpx2.Timeout(None, connect=10.0))

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._http,)

    async def critique(self, comparison: Comparison) -> Opinion:
        """Ask once."""
        body = await to_thread.run_sync(_body, comparison)
        try:
            answer = await self._http.post(
                "/v1/chat/completions", content=body, headers={"content-type": "application/json"}
            )
            answer.raise_for_status()
            choice = answer.json()["choices"][0]
        except httpx2.HTTPError as error:
            raise ThinkerBusy(f"the thinker cannot be reached: {error}") from error
        except (ValueError, KeyError, IndexError) as error:
            raise ThinkerError(f"the thinker answered with something else: {error}") from error

        text, why = choice["message"]["content"], choice["finish_reason"]
        sample = Sample(text=text, verdict="ok", seed=comparison.seed, finish_reason=why)
        try:
            return Opinion(wire.read(text, finish_reason=why), sample)
        except MalformedCritique as error:
            verdict = "truncated" if wire.is_truncated(why) else "malformed"
            error.sample = sample.but(verdict=verdict, problem=str(error))
            raise


def _body(comparison: Comparison) -> bytes:
    pictures: tuple[Picture, Picture] = (comparison.source, comparison.edited)
    source, edited = (picture.data for picture in pictures)
    return json.dumps(asking(source, edited, comparison.asked, comparison.told)).encode()
