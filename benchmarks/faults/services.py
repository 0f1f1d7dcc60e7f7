"""The simulated engines: `python -m benchmarks.faults.services edit|think JSON`.

Each is a process of its own that speaks a real protocol (the official edit services', with their
echo of the source and their work for callers who have gone; chat completions) and answers with a
prepared picture, or a text in the thinker's format, after the seconds that were drawn. What happens
is logged line by line at once, so that not even SIGKILL loses any.
"""

import asyncio
import json
import os
import re
import sys
import time
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pybase64

from ..pictures import numbered
from .http import Asked, serve
from .work import CRITIQUE, EDIT, SLOTS, THINKING, Faults, Work, instruction, marked

_PROMPT = re.compile(rb'"prompt":\s*')
_IMAGE = b'"image":'
_KINDS = ("hang", "error", "reset", "cut", "html", "same", "blank", "small")
_AT_ONCE = ("hang", "html")
_LATER = 1  # seconds: Retry-After is written in whole ones


class Log:
    """Lines of JSON that are on disk as soon as they are written."""

    def __init__(self, path: str, node: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._node = node

    def __call__(self, event: str, mark: tuple[int, int], **more: Any) -> None:
        """Write what happened, and when."""
        facts = {"at": time.monotonic(), "node": self._node, "event": event, "mark": mark, **more}
        os.write(self._file, json.dumps(facts).encode() + b"\n")


class EditService:
    """One node: slots, a queue before them, and its faults."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._work = Work(told["samples"], told["seed"])
        self._faults = Faults(**told["faults"])
        self._log = Log(told["log"], told["name"])
        self._seed = f"{told['seed']}/{told['name']}"
        self._slots = asyncio.Semaphore(SLOTS)
        self._pictures = {path.stem: path.read_bytes() for path in Path(told["pictures"]).iterdir()}
        self._numbers, self._here = count(), 0
        self._first = 10_000_000 * (1 + int(told["name"][-1]))

    async def handle(self, asked: Asked) -> None:
        """Answer an edit as an official service does; anything else is its health."""
        if asked.path != "/edit":
            asked.says({"status": "healthy", "gpu_manager_ready": True})
            return

        found = _PROMPT.search(asked.body)
        start = found.end() if found else 0
        mark = marked(asked.body[start : start + 4096])
        if self._faults.takes and mark[1] and self._here >= self._faults.takes:
            self._log("turned away", mark)
            asked.says(
                {"detail": "the queue is full"}, status=429, more=f"retry-after: {_LATER}\r\n"
            )
            return

        self._here += 1
        try:
            await self._edit(asked, mark, next(self._numbers))
        finally:
            self._here -= 1

    async def _edit(self, asked: Asked, mark: tuple[int, int], nth: int) -> None:
        fault, part = self._drawn(nth) if mark[1] else ("", 1.0)
        self._log("asked", mark, fault=fault)
        if fault == "hang":
            await asked.gone.wait()
        if fault == "html":
            asked.answer(b"<html><h1>Welcome to nginx!</h1></html>", media_type="text/html")
        if fault in _AT_ONCE:
            return

        seconds = self._work.edit(*mark) if mark[1] else EDIT / 12
        async with self._slots:  # also for a caller who has gone: the services never look
            self._log("begun", mark)
            worked = seconds * (part if fault == "error" else 1.0)
            await asyncio.sleep(worked * self._faults.slower)
            if fault in ("error", "reset", "cut"):
                self._log("wasted", mark, seconds=worked)
        self._answer(asked, mark, fault, seconds, nth)

    def _drawn(self, nth: int) -> tuple[str, float]:
        random = Random(f"{self._seed}/{nth}")
        drawn, limit = random.random(), 0.0
        for kind in _KINDS:
            limit += getattr(self._faults, kind)
            if drawn < limit:
                return kind, random.random()
        return "", 1.0

    def _answer(
        self, asked: Asked, mark: tuple[int, int], fault: str, seconds: float, nth: int
    ) -> None:
        if fault == "error":
            asked.says({"detail": "CUDA error: an illegal memory access"}, status=500)
            return
        if fault == "reset":
            asked.transport.abort()
            return

        start = asked.body.index(b'"', asked.body.index(_IMAGE) + len(_IMAGE)) + 1
        source = asked.body[start : asked.body.index(b'"', start)]
        name = fault if fault in ("blank", "small") else "edited"
        made = (
            source
            if fault == "same"
            else pybase64.b64encode(numbered(self._pictures[name], self._first + nth))
        )
        facts = {"success": True, "task_id": str(nth), "seed": 0, "processing_time": seconds}
        head = json.dumps(facts).encode()[:-1]
        body = b'%b, "original_image": "%b", "edited_image": "%b"}' % (head, source, made)
        asked.answer(body, cut=fault == "cut")
        gone = asked.gone.is_set()
        self._log("dropped" if gone or fault == "cut" else "answered", mark, fault=fault)


_MALFORMED = (
    "",
    "The edit looks fine to me.",
    "<think>It is warmer now.</think> <answer>{next}</answer>",
    "<think>It is warmer now.</think> <score>good</score> <answer>{next}</answer>",
    '<think>Warmer.</think> <score>{{"semantic": 14, "quality": 7}}</score> <answer>{next}</answer>',
    "<think>The light is warmer, and the shadows",
)


class ThinkService:
    """A model behind chat completions that answers in the thinker's format."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._work = Work(told["samples"], told["seed"])
        self._malformed = float(told["malformed"])
        self._log = Log(told["log"], told["name"])
        self._random = Random(f"{told['seed']}/malformed")
        self._room = asyncio.Semaphore(THINKING)

    async def handle(self, asked: Asked) -> None:
        """Criticise, or tell the one model."""
        if not asked.path.endswith("/chat/completions"):
            asked.says({"object": "list", "data": [{"id": "simulated", "object": "model"}]})
            return

        mark = marked(asked.body)
        broken = self._random.random() < self._malformed
        self._log("asked", mark, fault="malformed" if broken else "")
        async with self._room:
            await asyncio.sleep(CRITIQUE)
        if broken:
            self._log("wasted", mark, seconds=CRITIQUE)
        text = self._text(*mark, broken=broken)
        message = {"role": "assistant", "content": text}
        cut = text.endswith("shadows")
        choice = {"index": 0, "message": message, "finish_reason": "length" if cut else "stop"}
        usage = {"prompt_tokens": 3000, "completion_tokens": 300, "total_tokens": 3300}
        asked.says(
            {
                "id": f"chatcmpl-{mark[0]}-{mark[1]}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": "simulated",
                "choices": [choice],
                "usage": usage,
            }
        )
        self._log("answered", mark, fault="malformed" if broken else "")

    def _text(self, sample: int, turn: int, *, broken: bool) -> str:
        following = instruction(sample, turn + 1)
        if broken:
            return self._random.choice(_MALFORMED).format(next=following)

        done = turn >= self._work.turns(sample)
        score = {"semantic": 9, "quality": 9} if done else {"semantic": 4 + turn / 2, "quality": 6}
        return (
            "<think>I compare the two pictures. The light over the hills is warmer in the second "
            "one, and the faces kept their colour.</think>\n"
            f"<score>{json.dumps(score)}</score>\n<answer>{following}</answer>"
        )


def main() -> None:
    """Say the port on standard output, and serve."""
    kind, told = sys.argv[1], json.loads(sys.argv[2])

    async def run() -> None:
        service = EditService(told) if kind == "edit" else ThinkService(told)
        await serve(service.handle, lambda port: print(port, flush=True))

    asyncio.run(run())


if __name__ == "__main__":
    main()
