"""`editloop serve api` as real processes that share a PostgreSQL store and a folder of pictures."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
import httpx2
from anyio import to_thread
from images_server import EditServer
from making import png
from ports import free_port

DRIVER = Path(__file__).with_name("api_driver.py")
PATIENCE = 60.0
"""Seconds after which a test gives up; nothing here takes a tenth of it."""

_KEPT = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Moment:
    """One event as a client hears it."""

    number: int | None
    name: str


@dataclass
class Api:
    """One server, and a client that asks it."""

    process: "subprocess.Popen[bytes]"
    http: httpx2.AsyncClient

    async def begin(self, instruction: str = "make it warm", *, key: str = "") -> dict[str, Any]:
        """Ask for a run; its facts, and whether this one had been asked for before."""
        files = {"image": ("photo.png", png(7), "image/png")}
        headers = {"Idempotency-Key": key} if key else {}
        form = {"instruction": instruction}
        answer = await self.http.post("/v1/runs", data=form, files=files, headers=headers)
        assert answer.status_code in (200, 202), answer.text
        return answer.json() | {"again": answer.headers.get("idempotency-replayed") == "true"}

    async def ask(self, run: str, what: str) -> dict[str, Any]:
        """`cancel` or `resume` a run."""
        answer = await self.http.post(f"/v1/runs/{run}/{what}")
        assert answer.status_code in (200, 202), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def run(self, run: str, *, wait: int = 0) -> dict[str, Any]:
        """Look at a run, at once or when it is over."""
        headers = {"Prefer": f"wait={wait}"} if wait else {}
        answer = await self.http.get(f"/v1/runs/{run}", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def done(self, run: str) -> dict[str, Any]:
        """A run when it is closed."""
        found = await self.run(run, wait=int(PATIENCE))
        assert found["status"] == "done", found
        return found

    async def moments(self, run: str, after: int | None = None) -> AsyncGenerator[Moment]:
        """Follow a run to its end, or until the server is gone."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        number: int | None = None
        try:
            async with self.http.stream(
                "GET", f"/v1/runs/{run}/events", headers=headers
            ) as response:
                async for line in response.aiter_lines():
                    field, _, value = line.partition(": ")
                    if field == "id":
                        number = int(value)
                    elif field == "event":
                        yield Moment(number, value)
                        number = None
        except (httpx2.RemoteProtocolError, httpx2.ReadError):
            return  # it was killed

    async def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """End the process, and return how it ended; nothing of it is left."""
        self.process.send_signal(number)
        return await to_thread.run_sync(self.process.wait)


@dataclass(frozen=True, slots=True)
class Servers:
    """Starts servers that share everything but their memory."""

    folder: Path
    store: str
    edits: EditServer

    @asynccontextmanager
    async def start(self, *words: str, **variables: str) -> AsyncGenerator[Api]:
        """One that is ready; it is killed after the block unless it has ended."""
        port = str(free_port())
        process = self._started("serve", "api", "--port", port, *words, **variables)
        url, timeout = f"http://127.0.0.1:{port}", httpx2.Timeout(PATIENCE)
        try:
            async with httpx2.AsyncClient(base_url=url, timeout=timeout) as http:
                with anyio.fail_after(PATIENCE):
                    await self._ready(process, http)
                yield Api(process, http)
        finally:
            process.kill()
            process.wait()

    async def asked(self, times: int, *by: Api) -> None:
        """Wait until so many edits have been asked for."""
        processes = [each.process for each in by]
        with anyio.fail_after(PATIENCE):
            await to_thread.run_sync(self.edits.wait_for, times, *processes, abandon_on_cancel=True)
        assert self.edits.asked >= times

    async def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database itself holds."""
        driver: Any = import_module("asyncpg")  # without types
        connection = await driver.connect(self.store)
        try:
            return [tuple(row.values()) for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()

    def _started(self, *words: str, **variables: str) -> "subprocess.Popen[bytes]":
        with self._complaints.open("ab") as complaints:
            return subprocess.Popen(
                [sys.executable, "-W", "error", str(DRIVER), *words],
                env=self._environment() | variables,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )

    async def _ready(self, process: "subprocess.Popen[bytes]", http: httpx2.AsyncClient) -> None:
        while process.poll() is None:
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx2.ConnectError:
                await anyio.sleep(_LOOK)
        raise AssertionError(await to_thread.run_sync(self._complaints.read_text))

    @property
    def _complaints(self) -> Path:
        """What all of them wrote to the standard error."""
        return self.folder / "stderr"

    def _environment(self) -> dict[str, str]:
        return {name: os.environ[name] for name in _KEPT if name in os.environ} | {
            "HOME": str(self.folder),
            "PYTHONUTF8": "1",
            "EDITLOOP_STORE": self.store,
            "EDITLOOP_IMAGES": str(self.folder / "images"),
            "EDITLOOP_EDITOR": self.edits.address,
            "EDITLOOP_THINKER": "steps",
            "EDITLOOP_EDITS_AT_ONCE": "8",
        }
