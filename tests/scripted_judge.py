"""A judge on the loopback, in threads of its own: it counts what it is asked and what it answers."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Said = str | tuple[int, str, dict[str, str]]
"""What the model says, or a status, a message and headers."""


def fair(body: dict[str, Any], number: int) -> Said:
    """An answer that its suite can read and that depends on nothing but the question."""
    text = body["messages"][0]["content"][0]["text"]
    draw = int(sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:8], 16)
    one, two = 1 + draw % 5, 1 + draw // 5 % 5
    if '"score"' in text:
        return json.dumps({"score": [2 * one, 2 * two], "reasoning": "seen"})
    if "Brief reasoning" in text:
        names = [line.partition(":")[0] for line in text.splitlines() if line.endswith(": NUMBER")]
        return "\n".join(["Brief reasoning: seen", *(f"{name}: {one}" for name in names)])
    if "_score" in text:
        names = [n for n in ("consistency", "instruction", "knowledge", "quality") if f'"{n}_score"' in text]  # fmt: skip
        return json.dumps({f"{name}_score": one for name in names})
    top = one % 2 if "Give 1 if" in text else one
    return f"So it is.\n**Final Score: {top}**"


@dataclass
class ScriptedJudge:
    """Answers by `says`; a body and how often it was asked are handed to it."""

    says: Callable[[dict[str, Any], int], Said] = fair
    asked: list[str] = field(default_factory=list[str])
    """A digest of every request, in the order of arrival."""

    answered: list[str] = field(default_factory=list[str])
    bodies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])
    """The idempotency keys of the requests."""

    edits: list[str] = field(default_factory=list[str])
    """What editors told (`tests/evals/eval_driver.py`)."""

    url: str = ""
    change: threading.Condition = field(default_factory=threading.Condition)

    @property
    def address(self) -> str:
        return f"{self.url}/v1?model=judge-1&price_in=1&price_out=10&wait=0.001"

    @property
    def heard(self) -> int:
        """Requests of all kinds."""
        return len(self.asked) + len(self.edits)

    def edit(self, key: str) -> None:
        with self.change:
            self.edits.append(key)
            self.change.notify_all()

    def reply(self, data: bytes, key: str) -> Said:
        body: dict[str, Any] = json.loads(data)
        digest = sha256(data).hexdigest()
        with self.change:
            number = Counter(self.asked)[digest]
            self.asked.append(digest)
            self.bodies.append(body)
            self.keys.append(key)
            self.change.notify_all()
        return self.says(body, number)

    def wait_for(self, count: int, alive: Callable[[], bool]) -> None:
        """Wait until so many requests have arrived, or nobody sends any more."""
        with self.change:
            while self.heard < count and alive():
                self.change.wait(0.05)


def _handler(judge: ScriptedJudge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/edit":
                judge.edit(data.decode())
                self.send(200, {}, {})
                return
            said = judge.reply(data, self.headers["idempotency-key"])
            if isinstance(said, str):
                message = {"role": "assistant", "content": said}
                usage = {"prompt_tokens": 1000, "completion_tokens": 20}
                choice = {"message": message, "finish_reason": "stop"}
                self.send(200, {"model": "judge-1-real", "choices": [choice], "usage": usage}, {})
            else:
                status, what, headers = said
                self.send(status, {"error": {"message": what}}, headers)
            with judge.change:
                judge.answered.append(sha256(data).hexdigest())

        def send(self, status: int, body: object, headers: dict[str, str]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no error here."""


@contextmanager
def scripted_judge(says: Callable[[dict[str, Any], int], Said] = fair) -> Generator[ScriptedJudge]:
    judge = ScriptedJudge(says)
    server = _Server(("127.0.0.1", 0), _handler(judge))
    judge.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield judge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
