"""A thinker's server: `vllm serve` with the right flags, watched until it really answers.

vLLM is a program that is started and talked to; nothing here imports it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream
from pybase64 import b64encode

from ..memory import SettingsError, ThinkerBusy, ThinkerError
from ..tools.pool.probing import tiny_png

TRAINED_PIXELS = 1024 * 1024
"""The most that a picture had when EditThinker was trained."""

_PAUSE = 0.5  # seconds between two questions to a server that is starting
_TAIL = 30  # lines of the log that an error shows
_GRACE = 30.0  # seconds that vLLM has to end by itself

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkerServer:
    """How vLLM is started."""

    model: str
    """A folder or a name on the hub."""

    name: str = ""
    """What requests call it; the last part of `model` where it is empty."""

    host: str = "127.0.0.1"
    port: int = 8000
    tensor_parallel: int = 1
    """GPUs that one copy of the model is spread over."""

    memory: float | None = None
    """Share of the GPU's memory, 0 to 1; vLLM's own default where it is None."""

    length: int = 16_384
    """Tokens of prompt and answer together: two pictures are about 2,100, the template 2,000."""

    images: int = 2
    """Pictures in one request."""

    pixels: int = TRAINED_PIXELS
    """A larger picture is shrunk to it; 0 leaves it to the model's processor."""

    token: str = field(default="", repr=False)
    extra: tuple[str, ...] = ()
    """Further arguments for vLLM, after ours, so that they win."""

    @property
    def served(self) -> str:
        """The name that requests give."""
        return self.name or self.model.rstrip("/").rpartition("/")[2]

    @property
    def url(self) -> str:
        """Where it answers, as seen from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/v1"

    def command(self, program: str) -> list[str]:
        """The whole command line; the token is not in it."""
        limits = json.dumps({"image": self.images, "video": 0})
        words = [program, "serve", self.model]
        words += ["--served-model-name", self.served, "--host", self.host, "--port", f"{self.port}"]
        words += ["--max-model-len", f"{self.length}", "--limit-mm-per-prompt", limits]
        words += ["--enable-prefix-caching", "--enable-prompt-tokens-details"]
        if self.pixels:
            words += ["--mm-processor-kwargs", json.dumps({"max_pixels": self.pixels})]
        if self.tensor_parallel > 1:
            words += ["--tensor-parallel-size", f"{self.tensor_parallel}"]
            words += ["--mm-encoder-tp-mode", "data"]  # the encoder is small: a copy on each GPU
        if self.memory is not None:
            words += ["--gpu-memory-utilization", f"{self.memory:g}"]
        return [*words, *self.extra]


def program() -> str:
    """Find vLLM: on the path, or beside this Python.

    Raises:
        SettingsError: it is not installed.
    """
    beside = Path(sys.executable).parent / "vllm"
    found = shutil.which("vllm") or (str(beside) if beside.is_file() else None)
    if found is None:
        raise SettingsError(
            "vLLM is not installed here: pip install vllm in an environment of its own, and put "
            "its bin folder on the PATH"
        )

    return found


async def serve(
    server: ThinkerServer, *, log: Say, ready: Callable[[], None], within: float
) -> None:
    """Start it, call `ready` once it has answered about two pictures, and stay until it ends.

    `log` gets every line that vLLM prints. SIGINT and SIGTERM are passed on to it; a second one
    ends it at once.

    Raises:
        SettingsError: vLLM is not installed.
        ThinkerError: it ended by itself, or refuses two pictures; with the last lines of its log.
        ThinkerBusy: it did not answer `within` so many seconds.
    """
    tail: deque[str] = deque(maxlen=_TAIL)
    environment = {**os.environ, **({"VLLM_API_KEY": server.token} if server.token else {})}
    process = await anyio.open_process(
        server.command(program()),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,  # one log, in order
        env=environment,
        start_new_session=True,  # signals reach it through us, once
    )
    watched = _Watched(process, tail, log)
    try:
        await watched.through(lambda: _answered(server, ready, within))
    finally:
        with anyio.CancelScope(shield=True):
            await _ended(process)
    if process.returncode and not watched.stopped:
        raise ThinkerError(f"vLLM ended with {process.returncode}; {_shown(tail)}")


class _Watched:
    """A process, its log, and the signals that it is passed."""

    def __init__(self, process: Process, tail: deque[str], log: Say) -> None:
        self.process, self.stopped = process, False
        self._tail, self._log = tail, log

    async def through(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        """Do something while it runs, and wait for its end."""
        errors: list[ThinkerError] = []

        async def ask() -> None:
            try:
                await meanwhile()
            except ThinkerError as error:
                errors.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(self._read)
            group.start_soon(self._pass_on)
            group.start_soon(ask)
            await self.process.wait()
            group.cancel_scope.cancel()

        if errors:
            raise type(errors[0])(f"{errors[0]}; {_shown(self._tail)}")

    async def _read(self) -> None:
        assert self.process.stdout
        rest = ""
        async for text in TextReceiveStream(self.process.stdout, errors="replace"):
            *lines, rest = (rest + text).split("\n")
            for line in lines:
                self._tail.append(line)
                self._log(line)

    async def _pass_on(self) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as numbers:
            async for number in numbers:
                if self.stopped:
                    _kill(self.process)
                self.stopped = True
                with suppress(ProcessLookupError):
                    self.process.send_signal(number)


async def _answered(server: ThinkerServer, ready: Callable[[], None], within: float) -> None:
    """Ask about two pictures until there is an answer."""
    headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
    body = _question(server.served)
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        with anyio.move_on_after(within):
            while not await _asked(http, f"{server.url}/chat/completions", body):  # noqa: ASYNC110 (another process)
                await anyio.sleep(_PAUSE)
            ready()
            return

    raise ThinkerBusy(f"vLLM did not answer about two pictures within {within:g} s")


async def _asked(http: httpx2.AsyncClient, url: str, body: object) -> bool:
    try:
        answer = await http.post(url, json=body)
    except httpx2.HTTPError:
        return False

    if 400 <= answer.status_code < 500:
        said = " ".join(answer.text.split())[:300]
        raise ThinkerError(
            f"vLLM refuses a request with two pictures ({answer.status_code}): {said}"
        )

    return answer.status_code == 200


def _question(model: str) -> dict[str, object]:
    url = f"data:image/png;base64,{b64encode(tiny_png()).decode()}"
    picture = {"type": "image_url", "image_url": {"url": url}}
    text = {"type": "text", "text": "Are these two pictures the same?"}
    message = {"role": "user", "content": [picture, picture, text]}
    return {"model": model, "messages": [message], "max_tokens": 4, "temperature": 0}


async def _ended(process: Process) -> None:
    """Ask it to end, then make it; its children with it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with anyio.move_on_after(_GRACE):
            await process.wait()
    _kill(process)
    await process.aclose()


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _shown(tail: deque[str]) -> str:
    return "it printed nothing" if not tail else "its last lines: " + " | ".join(tail)
