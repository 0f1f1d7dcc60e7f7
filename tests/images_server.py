"""A small real edit server in a thread: `/v1/images/edits`, with a log of what it answered."""

import base64
import json
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from making import png


@dataclass
class EditServer:
    """Answers every edit with a picture of its own; `release` lets held answers go."""

    answered: list[str] = field(default_factory=list[str])
    """The idempotency keys, `run:turn`, in the order of answering."""

    begun: list[str] = field(default_factory=list[str])
    """The idempotency keys in the order of asking."""

    free_turns: int = 0
    """Edits of the first turns of each run are answered although the others are held."""

    status: int = 200
    health: bytes = b"{}"
    release: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _arrived: threading.Condition = field(default_factory=threading.Condition)
    _count: int = 0

    @property
    def address(self) -> str:
        return f"images+{self.url}/v1?model=tiny"

    @property
    def asked(self) -> int:
        """How many edits have been asked for."""
        return self._count

    def edit(self, key: str) -> tuple[int, bytes]:
        with self._arrived:
            self._count += 1
            self.begun.append(key)
            self._arrived.notify_all()
        if int(key.rpartition(":")[2] or 0) > self.free_turns:
            self.release.wait(120)
        if self.status != 200:
            return self.status, b'{"error": {"message": "it is out of order"}}'

        with self._lock:
            self.answered.append(key)
            shade = len(self.answered) % 250
        data = base64.b64encode(png(shade)).decode()
        return 200, json.dumps({"data": [{"b64_json": data}]}).encode()

    def wait_for(self, count: int, *processes: subprocess.Popen[Any]) -> None:
        """Return when so many edits have been asked for, or a process that asks has ended."""
        with self._arrived:
            while self._count < count and all(each.poll() is None for each in processes):
                self._arrived.wait(0.1)


@contextmanager
def edit_server(*, held: bool = False, free_turns: int = 0) -> Generator[EditServer]:
    """Serve on a free port; with `held` only those of `free_turns` are answered before `release`."""
    state = EditServer(free_turns=free_turns)
    if not held:
        state.release.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = self.headers.get("Idempotency-Key") or ""
            self._answer(*state.edit(key))

        def do_GET(self) -> None:
            known = {"/v1/models": b'{"data": [{"id": "tiny"}]}', "/health": state.health}
            self._answer(200 if self.path in known else 404, known.get(self.path, b"{}"))

        def _answer(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # whoever asked was killed
                self.close_connection = True

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked was killed
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
