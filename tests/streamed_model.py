"""A chat model behind OpenAI's protocol, in a thread: it streams what a test tells it to."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answers = Callable[[dict[str, Any]], dict[str, Any]]
"""From the request to the `delta` of the only choice."""


@contextmanager
def streamed_model(answers: Answers) -> Generator[str]:
    """Serve until the end of the block; gives the base URL."""

    def written(asked: dict[str, Any]) -> bytes:
        delta = answers(asked)
        reason = "tool_calls" if "tool_calls" in delta else "stop"
        body = "".join(f"data: {json.dumps(each)}\n\n" for each in _chunks(delta, reason))
        return f"{body}data: [DONE]\n\n".encode()

    with answering(written, "text/event-stream") as url:
        yield url


@contextmanager
def answering(written: Callable[[dict[str, Any]], bytes], media_type: str) -> Generator[str]:
    """Answer every chat by these bytes until the end of the block; gives the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = written(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def calling(tool: str, **arguments: Any) -> dict[str, Any]:
    """The delta of a tool call."""
    function = {"name": tool, "arguments": json.dumps(arguments)}
    return {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]}


def _chunks(delta: dict[str, Any], reason: str) -> list[dict[str, Any]]:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return [
        head | {"choices": [{"index": 0, "delta": {"role": "assistant"} | delta}]},
        head | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
    ]
