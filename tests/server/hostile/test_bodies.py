"""Bodies that are too long, too slow, too deep or too many, at every path that takes one."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
from anyio.abc import SocketStream
from apis import Asked, asking
from making import png

from editloop.server.mcp.rules import McpRules
from editloop.server.rules import BodyRules

pytestmark = pytest.mark.anyio

HUGE = 500_000_000
FORM = "multipart/form-data; boundary=b"
PATHS = [
    ("POST", "/v1/blobs", "image/png"),
    ("POST", "/v1/runs", "application/json"),
    ("POST", "/v1/runs", FORM),
    ("POST", "/v1/images/edits", FORM),
    ("POST", "/v1/images/edits", "application/json"),
    ("POST", "/mcp", "application/json"),
    ("PUT", "ticket", "image/png"),
]
HEAD = b'--b\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n'


async def _path(asked: Asked, path: str) -> str:
    if path != "ticket":
        return path
    url: str = (await asked.http.post("/v1/uploads")).json()["url"]
    return urlsplit(url).path


def _head(method: str, path: str, kind: str, *more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: localhost", f"content-type: {kind}", *more]
    accepted = "accept: application/json, text/event-stream"
    return "\r\n".join([*lines, accepted, "", ""]).encode()


async def _answer(stream: SocketStream) -> bytes:
    with anyio.fail_after(60):
        return await stream.receive()


@pytest.mark.parametrize(("method", "path", "kind"), PATHS)
async def test_500_megabytes_are_refused_by_their_length_alone(
    tmp_path: Path, method: str, path: str, kind: str
) -> None:
    rules = {"body": BodyRules(body_bytes=100_000)}
    async with asking(tmp_path, server=True, rules=rules) as asked:
        where, port = await _path(asked, path), asked.http.base_url.port or 0
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(_head(method, where, kind, f"content-length: {HUGE}"))
            said = await _answer(stream)
    assert said.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(("method", "path", "kind"), PATHS)
async def test_500_megabytes_of_unsaid_length_are_not_read_to_their_end(
    tmp_path: Path, method: str, path: str, kind: str
) -> None:
    sent, said = 0, b""

    async def pour(stream: SocketStream, first: bytes) -> None:
        nonlocal sent
        piece = bytes(65_536) if kind != "application/json" else b" " * 65_536
        try:
            await stream.send(b"%x\r\n%b\r\n" % (len(first), first))
            while sent < HUGE:
                await stream.send(b"10000\r\n%b\r\n" % piece)
                sent += len(piece)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return

    rules = {"body": BodyRules(body_bytes=5_000_000)}
    async with asking(tmp_path, server=True, rules=rules) as asked:
        where, port = await _path(asked, path), asked.http.base_url.port or 0
        async with (
            await anyio.connect_tcp("127.0.0.1", port) as stream,
            anyio.create_task_group() as group,
        ):
            await stream.send(_head(method, where, kind, "transfer-encoding: chunked"))
            group.start_soon(pour, stream, HEAD if kind == FORM else b"  ")
            said = await _answer(stream)
            group.cancel_scope.cancel()
    assert said.startswith(b"HTTP/1.1 413")
    assert sent < 80_000_000  # what fits the buffers of both sides, beside what was read


@pytest.mark.parametrize(("method", "path", "kind"), PATHS)
async def test_a_body_that_dawdles_is_answered_408(
    tmp_path: Path, method: str, path: str, kind: str
) -> None:
    rules = {"body": BodyRules(body_bytes=100_000, body_seconds=0.2)}
    more = {"mcp": McpRules(body_seconds=0.2)}
    async with asking(tmp_path, server=True, rules=rules, more=more) as asked:
        where, port = await _path(asked, path), asked.http.base_url.port or 0
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(_head(method, where, kind, "content-length: 9000"))
            await stream.send(HEAD if kind == FORM else b"{")
            said = await _answer(stream)
    assert said.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(("method", "path", "kind"), PATHS)
async def test_bodies_that_arrive_at_once_are_bounded_together(
    tmp_path: Path, method: str, path: str, kind: str
) -> None:
    """Each would be taken; all of them would not fit."""
    rules = {"body": BodyRules(body_bytes=9000), "bodies_bytes": 10_000}
    async with asking(tmp_path, server=True, rules=rules) as asked:
        where, port = await _path(asked, path), asked.http.base_url.port or 0
        head = _head(method, where, kind, "content-length: 9000", "expect: 100-continue")
        async with (
            await anyio.connect_tcp("127.0.0.1", port) as first,
            await anyio.connect_tcp("127.0.0.1", port) as second,
        ):
            await first.send(head)
            assert (await _answer(first)).startswith(b"HTTP/1.1 100")  # it is waited for
            await second.send(head)
            said = await _answer(second)
    assert said.startswith(b"HTTP/1.1 429")
    assert b"retry-after: " in said


DEEP = {
    "a hundred thousand brackets": "[" * 100_000,
    "a hundred thousand objects": '{"a":' * 100_000,
    "a number without end": '{"seed": ' + "9" * 5000 + "}",
    "no number": '{"image": "last", "instruction": "x", "seed": NaN}',
    "half a letter": '{"image": "last", "instruction": "\\ud800"}',
    "half a letter in a label": '{"image": "last", "instruction": "x", "labels": {"\\udfff": "a"}}',
    "half a letter in a handle": '{"image": "\\ud800.png", "instruction": "x"}',
    "a letter that databases do not keep": '{"image": "last", "instruction": "a\\u0000b"}',
    "no UTF-8": "\udcff",
    "nothing": "",
    "a list": "[]",
}


@pytest.mark.parametrize("name", DEEP)
async def test_odd_json_is_answered_in_the_400s(tmp_path: Path, name: str) -> None:
    body = DEEP[name].encode("utf-8", "surrogateescape")
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    async with asking(tmp_path) as asked:
        await asked.done()
        for path in ("/v1/runs", "/v1/images/edits", "/mcp"):
            answer = await asked.http.post(path, content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (path, answer.text)


@pytest.mark.parametrize("value", ["[]", "{}", "0", '""'])
async def test_json_of_a_million_values_is_refused_unread(tmp_path: Path, value: str) -> None:
    """Reading it would take thirty times its bytes, and stop the whole process meanwhile."""
    body = f'{{"image": [{f"{value}," * 1_000_000}0]}}'
    headers = {"content-type": "application/json"}
    async with asking(tmp_path) as asked:
        for path in ("/v1/runs", "/v1/images/edits"):
            answer = await asked.http.post(path, content=body, headers=headers)
            assert answer.status_code in (400, 422), path
            assert "values" in answer.text


async def _parts(count: int, head: str) -> AsyncIterator[bytes]:
    for number in range(count):
        yield f"--b\r\ncontent-disposition: form-data; {head.format(number)}\r\n\r\nx\r\n".encode()
    yield b"--b--\r\n"


FORMS = {
    "a thousand files": lambda: _parts(1000, 'name="image"; filename="{}.png"'),
    "a thousand fields": lambda: _parts(1000, 'name="f{}"'),
    "a field of many kilobytes": lambda: _parts(1, f'name="{"a" * 100_000}"'),
    "no name": lambda: _parts(1, "filename=a.png"),
    "a field twice": lambda: _parts(2, 'name="instruction"'),
}


@pytest.mark.parametrize("name", FORMS)
async def test_odd_forms_are_answered_in_the_400s(tmp_path: Path, name: str) -> None:
    async with asking(tmp_path) as asked:
        for path in ("/v1/runs", "/v1/images/edits"):
            headers = {"content-type": FORM}
            answer = await asked.http.post(path, content=FORMS[name](), headers=headers)
            assert 400 <= answer.status_code < 500, (path, answer.text)
            assert ("Too many" in answer.text) == name.startswith("a thousand")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--b--"),
        ("multipart/form-data; boundary=", b"--b--"),
        ("multipart/form-data; boundary=" + "b" * 5000, b"--b--"),
        (FORM, b""),
        (FORM, b"--c\r\n\r\n"),
        (FORM, HEAD + png(7)),
        (FORM, b"--b\r\ncontent-disposition: form-data" + b"; a=b" * 20_000 + b"\r\n\r\n--b--"),
        (FORM, b"--b\r\n" + b"x-many: 1\r\n" * 20_000 + b"\r\n--b--"),
        (FORM, b"\r\n" * 50_000),
        (FORM, b"--b\r\ncontent-disposition: form-data; name=\xff\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b; charset=rot13", HEAD + b"x\r\n--b--"),
        ("application/x-www-form-urlencoded", b"image=last&instruction=x"),
        ("text/plain", b"{}"),
        ("application/json; charset=utf-16", json.dumps({"a": 1}).encode("utf-16")),
    ],
)
async def test_broken_forms_are_answered_in_the_400s(
    tmp_path: Path, kind: str, body: bytes
) -> None:
    async with asking(tmp_path) as asked:
        for path in ("/v1/runs", "/v1/images/edits"):
            answer = await asked.http.post(path, content=body, headers={"content-type": kind})
            assert 400 <= answer.status_code < 500, (path, answer.text)


@pytest.mark.parametrize("path", ["/v1/runs", "/v1/images/edits"])
async def test_a_form_that_is_cut_off_is_not_taken_for_a_whole_one(
    tmp_path: Path, path: str
) -> None:
    text = b'\r\n--b\r\ncontent-disposition: form-data; name="%b"\r\n\r\n%b'
    fields = [text % (name, b"warmer") for name in (b"instruction", b"prompt")]
    body = HEAD + png(7) + b"".join(fields) + text % (b"session", b"hol")
    headers = {"content-type": FORM}
    async with asking(tmp_path) as asked:
        cut = await asked.http.post(path, content=body, headers=headers)
        whole = await asked.http.post(path, content=body + b"\r\n--b--", headers=headers)
    assert 400 <= cut.status_code < 500
    assert "cut off" in cut.text
    assert "cut off" not in whole.text


async def test_a_length_that_is_a_lie_harms_nobody(tmp_path: Path) -> None:
    async with asking(tmp_path, server=True) as asked:
        port = asked.http.base_url.port or 0
        for length in ("-1", "1e3", "99999999999999999999999999", "5, 6", "0x10", "٣"):
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                said = _head("POST", "/v1/blobs", "image/png", f"content-length: {length}")
                await stream.send(said + b"abc")
                answer = await _answer(stream)
            assert answer[9:10] == b"4", (length, answer)
        assert (await asked.http.get("/healthz")).status_code == 200
