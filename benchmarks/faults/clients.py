"""The two clients, each in a process of its own: editloop, and a bare one of asyncio and httpx2."""

import asyncio
import hashlib
import json
import os
import re
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pybase64
from anyio import CapacityLimiter

from editloop.agent import EditAgent, Kit, Retry
from editloop.memory import Run, StopReason, Task
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import Thinker, standard
from editloop.tools import Edited, EditRequest
from editloop.tools.findings import noted, seen
from editloop.tools.pool import EditorPool, PoolRules, tiny_edit
from editloop.tools.remote.editthinker_service import EditThinkerService

from .thinker import ChatThinker, asking
from .work import MOST_TURNS, SCALE, SLOTS, THINKING, Work, instruction, marked

PRESET = "flux-kontext"
BOUND = SLOTS + 1
_TRIES, _TIMEOUT, _SHUNNED = 10, 600.0 / SCALE, 30.0 / SCALE
_SCORE = re.compile(r'"semantic": ([\d.]+), "quality": ([\d.]+)')
_ANSWER = re.compile(r"<answer>(.+)</answer>", re.DOTALL)

RULES = PoolRules(
    bound=BOUND,
    cooldown=5.0 / SCALE,
    longest_cooldown=60.0 / SCALE,
    attempt=_TIMEOUT,
    outage=60.0,
    probe=120.0 / SCALE,
)
"""The usual rules, with their seconds scaled as those of the engines are."""


def fly(client: str, **told: Any) -> dict[str, Any]:
    """Run a batch in this process; `cpu` is what it took beyond the start of the interpreter."""
    began = time.process_time()
    said = asyncio.run(_bare(told)) if client == "bare" else anyio.run(_ours, told)
    return said | {"cpu": time.process_time() - began}


class Counted:
    """An editor that remembers when it was called, and may look at its answers pixel by pixel."""

    def __init__(self, inner: EditThinkerService, *, pixels: bool = False) -> None:
        self._inner, self._pixels = inner, pixels
        self.name, self.abilities = inner.name, inner.abilities
        self.calls: list[float] = []

    async def edit(self, request: EditRequest) -> Edited:
        """Edit."""
        self.calls.append(time.monotonic())
        edited = await self._inner.edit(request)
        return noted(edited, await seen(request.source, edited.picture)) if self._pixels else edited


async def _ours(told: dict[str, Any]) -> dict[str, Any]:
    work = Work(told["samples"], told["seed"])
    async with AsyncExitStack() as opened:
        pool = EditorPool("nodes", rules=RULES)
        nodes: list[Counted] = []
        for name, url in told["nodes"].items():
            editor = EditThinkerService(url, PRESET, name=name)
            service = await opened.enter_async_context(editor)
            nodes.append(Counted(service, pixels=told["pixels"]))
            pool.add(nodes[-1], probe=tiny_edit)
        await opened.enter_async_context(pool)
        thinker = await opened.enter_async_context(ChatThinker(told["thinker"]))
        agent = await opened.enter_async_context(_agent(Path(told["folder"]), pool, thinker))
        found = await _flown(agent, work, told)
    return found | {"calls": {node.name: node.calls for node in nodes}}


async def _flown(agent: EditAgent, work: Work, told: dict[str, Any]) -> dict[str, Any]:
    async def tasks() -> AsyncGenerator[Task]:
        for sample in range(work.samples):
            source = Path(told["sources"]) / f"{sample}.png"
            yield await agent.task(source, instruction(sample, 1))

    lost: list[str] = []
    unscored, noted = 0, 0
    async with agent.run_many(tasks(), limit=told["flying"]) as outcomes:
        async for outcome in outcomes:
            run = outcome.run
            if run is None or not whole(run, work):
                why = outcome.failure.message if outcome.failure else run and run.stop
                lost.append(f"{outcome.index}: {why}")
                continue
            unscored += sum(turn.score is None for turn in run.turns)
            noted += sum(len(turn.findings) for turn in run.turns)
    return {"lost": lost, "unscored": unscored, "noted": noted}


def whole(run: Run, work: Work) -> bool:
    """Whether a run made all its turns and ended because its last score is good."""
    sample, _ = marked(run.task.instruction.encode())
    satisfied = run.stop is not None and run.stop.reason is StopReason.SATISFIED
    return satisfied and len(run.turns) == work.turns(sample)


@asynccontextmanager
async def _agent(folder: Path, pool: EditorPool, thinker: Thinker) -> AsyncGenerator[EditAgent]:
    async with open_store(str(folder / "editloop.db")) as store:
        kit = Kit(
            editor=pool,
            thinker=thinker,
            store=store,
            images=LocalImages(folder / "images"),
            rules=standard(turns=MOST_TURNS),
            retry=Retry(wait=1.0 / SCALE, longest=30.0 / SCALE),
            editing=CapacityLimiter(2 * BOUND + 4),  # the pool sees a few that wait
            thinking=CapacityLimiter(THINKING + 2),
        )
        yield EditAgent(kit=kit)


class Bare:
    """The same calls and the same files: the least busy node, a fixed timeout, up to ten tries."""

    def __init__(self, told: dict[str, Any], http: httpx2.AsyncClient) -> None:
        self.told, self.http = told, http
        self.busy = dict.fromkeys(told["nodes"].values(), 0)
        self.shunned = dict.fromkeys(self.busy, 0.0)
        self.freed = asyncio.Condition()
        self.lost: list[str] = []
        self.unscored = 0

    async def sample(self, number: int) -> None:
        """Edit and think until the scores are good."""
        path = Path(self.told["sources"]) / f"{number}.png"
        source = await asyncio.to_thread(path.read_bytes)
        await asyncio.to_thread(self._keep, source)
        asked = told = instruction(number, 1)
        for _ in range(MOST_TURNS):
            edited = await self._tried(self._edit, source, told)
            if edited is None:
                self.lost.append(f"{number}: no edit")
                return
            await asyncio.to_thread(self._keep, edited)
            critique = await self._tried(self._think, source, edited, asked, told)
            if critique is None:
                self.lost.append(f"{number}: no critique")
                return
            if min(critique[0]) >= 8:
                return
            told = critique[1]

    async def _tried(self, call: Any, *arguments: Any) -> Any:
        for _ in range(_TRIES):
            with suppress(httpx2.HTTPError, ValueError, KeyError, TimeoutError):
                return await call(*arguments)
            await asyncio.sleep(1.0 / SCALE)
        return None

    async def _edit(self, source: bytes, told: str) -> bytes:
        async with self.freed:
            await self.freed.wait_for(lambda: self._free() is not None)
            node = self._free() or ""
            self.busy[node] += 1
        try:
            body = {"image": pybase64.b64encode(source).decode(), "prompt": told, "seed": 0}
            async with asyncio.timeout(_TIMEOUT):
                answer = await self.http.post(f"{node}/edit", json=body)
            answer.raise_for_status()
            return pybase64.b64decode(json.loads(answer.content)["edited_image"], validate=True)
        except httpx2.ConnectError:
            self.shunned[node] = time.monotonic() + _SHUNNED
            raise
        finally:
            async with self.freed:
                self.busy[node] -= 1
                self.freed.notify_all()

    def _free(self) -> str | None:
        """The least busy node with room, of those that could be reached lately, else of all."""
        now = time.monotonic()
        reached = [node for node, until in self.shunned.items() if until <= now] or [*self.busy]
        node = min(reached, key=self.busy.__getitem__)
        return node if self.busy[node] < BOUND else None

    async def _think(
        self, source: bytes, edited: bytes, asked: str, told: str
    ) -> tuple[tuple[float, float], str]:
        body = asking(source, edited, asked, told)
        url = f"{self.told['thinker']}/v1/chat/completions"
        async with asyncio.timeout(_TIMEOUT):
            answer = await self.http.post(url, json=body)
        answer.raise_for_status()
        choice = json.loads(answer.content)["choices"][0]
        text = choice["message"]["content"]
        score, refined = _SCORE.search(text), _ANSWER.search(text)
        if not score or not refined or choice["finish_reason"] != "stop":
            raise ValueError("no critique")
        scores = (float(score[1]), float(score[2]))
        if max(scores) > 10:
            raise ValueError("no score")
        return scores, refined[1]

    def _keep(self, data: bytes) -> None:
        digest = hashlib.sha256(data).hexdigest()
        path = Path(self.told["folder"]) / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"tmp-{digest}")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)


async def _bare(told: dict[str, Any]) -> dict[str, Any]:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=32)
    async with httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=10.0), limits=limits
    ) as http:
        bare, room = Bare(told, http), asyncio.Semaphore(told["flying"])

        async def one(number: int) -> None:
            async with room:
                await bare.sample(number)

        async with asyncio.TaskGroup() as group:
            for number in range(told["samples"]):
                group.create_task(one(number))
    return {"lost": bare.lost, "unscored": 0, "noted": 0, "calls": {}}
