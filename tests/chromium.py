"""Debian's Chromium without a window, driven over a pipe by its own protocol."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

_FLAGS = (
    "--headless",
    "--no-sandbox",  # root has no other way; what is opened is ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    # frames of the page stay in its process, so that one session reaches all of them
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,IsolateSandboxedIframes,site-per-process",
    "--remote-debugging-pipe",
)

_BEHIND_FDS = (
    "import os, sys; os.dup2({0}, 3); os.dup2({1}, 4); os.execvp(sys.argv[1], sys.argv[1:])"
)
_PATIENCE = 60.0


def needed() -> str:
    """Where Chromium is; the test is skipped where it is not."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("needs Debian's chromium")
    return found


class PageError(Exception):
    """A script in a page failed, or the browser refused a command."""


@dataclass
class Pipe:
    """Commands to the browser, and what it tells."""

    reader: int
    writer: int
    answers: dict[int, Any] = field(default_factory=dict[int, Any])
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _next: int = 0
    _news: anyio.Event = field(default_factory=anyio.Event)

    async def listen(self) -> None:
        """Take in what the browser says, until it is gone."""
        rest = b""
        with suppress(OSError):
            while chunk := await anyio.to_thread.run_sync(
                os.read, self.reader, 1_000_000, abandon_on_cancel=True
            ):
                *whole, rest = (rest + chunk).split(b"\0")
                for each in whole:
                    self._hear(json.loads(each))

    def _hear(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self.answers[message["id"]] = message
        else:
            self.events.append(message)
        self._news.set()
        self._news = anyio.Event()

    async def ask(self, method: str, session: str = "", **params: Any) -> Any:
        """Have one command carried out."""
        self._next += 1
        mine = self._next
        said = {"id": mine, "method": method, "params": params}
        line = json.dumps(said | ({"sessionId": session} if session else {})).encode() + b"\0"
        while line:  # a pipe takes a part of a long line
            line = line[await anyio.to_thread.run_sync(os.write, self.writer, line[:60_000]) :]
        with anyio.fail_after(_PATIENCE):
            while mine not in self.answers:
                await self._news.wait()
        answer = self.answers.pop(mine)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error']}")
        return answer["result"]


@dataclass
class Frame:
    """A document in which scripts can be evaluated."""

    page: "Page"
    part: str

    async def do(self, script: str) -> Any:
        """Evaluate a script, awaiting its promise, and return its value."""
        while True:
            context = await self.page.context(self.part)
            try:
                found = await self.page.ask(
                    "Runtime.evaluate",
                    expression=script,
                    uniqueContextId=context,
                    awaitPromise=True,
                    returnByValue=True,
                    userGesture=True,
                )
            except PageError as error:
                if "uniqueContextId not found" not in str(error):
                    raise
                continue  # the page was about to go; there is another one by now
            if "exceptionDetails" in found:
                raise PageError(json.dumps(found["exceptionDetails"])[:2000])
            return found["result"].get("value")

    async def until(self, condition: str) -> Any:
        """Wait until a condition holds, looked at whenever the page changes or a frame is drawn."""
        script = f"""new Promise((resolve, reject) => {{
            const started = performance.now();
            const look = () => {{
                let found; // what is not there yet may be later
                try {{ found = {condition}; }} catch (error) {{ void error; }}
                if (found) resolve(found);
                else if (performance.now() - started > {_PATIENCE - 5} * 1000)
                    reject(new Error({json.dumps(condition)} + " never came: " + document.body.innerText));
                else setTimeout(look, 15);
            }};
            look();
        }})"""
        return await self.do(script)


@dataclass
class Page:
    """A tab."""

    pipe: Pipe
    session: str

    async def ask(self, method: str, **params: Any) -> Any:
        """Have one command carried out in this tab."""
        return await self.pipe.ask(method, self.session, **params)

    def frame(self, part: str) -> Frame:
        """The document whose address holds these words."""
        return Frame(self, part)

    async def context(self, part: str) -> str:
        """Where the scripts of such a document run, once it is there."""
        with anyio.fail_after(_PATIENCE):
            while True:
                tree = (await self.ask("Page.getFrameTree"))["frameTree"]
                frames = [tree["frame"], *(each["frame"] for each in tree.get("childFrames", []))]
                named = {frame["id"] for frame in frames if part in frame["url"]}
                ours = [name for name, frame in self._contexts().items() if frame in named]
                if ours:
                    return ours[-1]
                await anyio.sleep(0.01)  # a frame may come without any news of it

    def _contexts(self) -> dict[str, str]:
        """The contexts in which pages' own scripts run now, and their frames."""
        found: dict[str, str] = {}
        for event in self.pipe.events:
            if event.get("sessionId") != self.session:
                continue
            match event:
                case {"method": "Runtime.executionContextCreated", "params": {"context": context}}:
                    if context["auxData"].get("isDefault"):
                        found[context["uniqueId"]] = context["auxData"]["frameId"]
                case {"method": "Runtime.executionContextDestroyed", "params": params}:
                    found.pop(params["executionContextUniqueId"], None)
                case {"method": "Runtime.executionContextsCleared"}:
                    found.clear()
                case _:
                    pass
        return found

    async def look(self, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Look at it in a window of this width, in the light or in the dark."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])

    async def shot(self, file: Path) -> None:
        """Write a picture of the whole page."""
        found = await self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        await anyio.Path(file).write_bytes(base64.b64decode(found["data"]))

    async def mouse(self, kind: str, x: float, y: float) -> None:
        """Press, move or release the mouse."""
        pressed = {"button": "left", "buttons": 1, "clickCount": 1}
        kinds = {"press": "mousePressed", "move": "mouseMoved", "release": "mouseReleased"}
        await self.ask("Input.dispatchMouseEvent", type=kinds[kind], x=x, y=y, **pressed)

    async def touch(self, kind: str, x: float = 0, y: float = 0) -> None:
        """Put a finger down, move it, or lift it."""
        kinds = {"down": "touchStart", "move": "touchMove", "up": "touchEnd"}
        points = [] if kind == "up" else [{"x": x, "y": y}]
        await self.ask("Input.dispatchTouchEvent", type=kinds[kind], touchPoints=points)

    async def key(self, key: str, code: str = "", *, shift: bool = False) -> None:
        """Press a key and let it go."""
        said = {"key": key, "code": code or key, "modifiers": 8 if shift else 0}
        await self.ask("Input.dispatchKeyEvent", type="rawKeyDown", **said)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **said)


@asynccontextmanager
async def browsing(folder: Path) -> AsyncGenerator[Pipe]:
    """A browser of one's own; `folder` is its profile."""
    binary = needed()
    read_end, their_writer = os.pipe()
    their_reader, write_end = os.pipe()
    behind = _BEHIND_FDS.format(their_reader, their_writer)
    profile = f"--user-data-dir={folder / 'chromium'}"
    command = [sys.executable, "-c", behind, binary, *_FLAGS, profile, "about:blank"]
    async with await anyio.open_process(
        command,
        pass_fds=(their_reader, their_writer),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        os.close(their_reader)
        os.close(their_writer)
        pipe = Pipe(read_end, write_end)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(pipe.listen)
                yield pipe
                with suppress(PageError, OSError):
                    await pipe.ask("Browser.close")
                await process.wait()
                group.cancel_scope.cancel()
        finally:
            if process.returncode is None:
                process.kill()
            os.close(read_end)
            os.close(write_end)


@asynccontextmanager
async def opened(pipe: Pipe) -> AsyncGenerator[Page]:
    """An empty tab with a memory and connections of its own, closed at the end of the block."""
    apart = {
        "browserContextId": (await pipe.ask("Target.createBrowserContext"))["browserContextId"]
    }
    target = (await pipe.ask("Target.createTarget", url="about:blank", **apart))["targetId"]
    attached = await pipe.ask("Target.attachToTarget", targetId=target, flatten=True)
    page = Page(pipe, attached["sessionId"])
    for domain in ("Page", "Runtime", "Log"):
        await page.ask(f"{domain}.enable")
    yield page
    await pipe.ask("Target.disposeBrowserContext", **apart)
