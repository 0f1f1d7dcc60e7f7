"""The line, idempotency keys, limits, and clients that leave: with real sockets."""

import base64
import json
from typing import Any

import anyio
import httpx2
import pytest
from anyio.abc import SocketStream
from served import ENCODED, MADE, SOURCE, Held, Running, Serving, until

pytestmark = pytest.mark.anyio

BODY = {"image": ENCODED, "prompt": "warmer", "seed": 1}


async def _post(running: Running, into: list[httpx2.Response], **more: Any) -> None:
    into.append(await running.http.post("/edit", json=BODY, **more))


async def test_a_full_line_answers_429_with_the_time_to_come_back(serving: Serving) -> None:
    editor, answers = Held(open=False), list[httpx2.Response]()
    async with serving(editor, rules={"waiting": 1}) as running, anyio.create_task_group() as group:
        group.start_soon(_post, running, answers)
        await editor.begun.wait()
        running.desk.line.seconds = 7.0  # as measured
        group.start_soon(_post, running, answers)
        await until(lambda: running.desk.line.waiting == 1)
        refused = await running.http.post("/edit", json=BODY)
        form = {"image": ("a.png", SOURCE.data, "image/png")}
        other = await running.http.post("/v1/images/edits", files=form, data={"prompt": "x"})
        assert refused.status_code == other.status_code == 429
        assert refused.headers["retry-after"] == other.headers["retry-after"] == "14"
        assert "try again in 14 s" in refused.json()["detail"]
        assert other.json()["error"]["type"] == "rate_limit_error"
        editor.let.set()
    assert [answer.status_code for answer in answers] == [200, 200]


async def _raw(port: int, body: bytes, **headers: str) -> SocketStream:
    stream = await anyio.connect_tcp("127.0.0.1", port)
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"POST /edit HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    await stream.send(head.encode() + body)
    return stream


async def test_a_client_that_closes_its_socket_cancels_its_edit(serving: Serving) -> None:
    editor = Held(open=False)
    async with serving(editor) as running:
        stream = await _raw(running.port, json.dumps(BODY).encode())
        await editor.begun.wait()
        await stream.aclose()
        with anyio.fail_after(60):
            await editor.cancelled.wait()
        editor.open = True
        after = await running.http.post("/edit", json=BODY)
        metrics = (await running.http.get("/metrics")).text
    assert after.status_code == 200
    assert 'editloop_server_edits_total{outcome="client_left"} 1' in metrics
    assert 'editloop_server_requests_total{route="/edit",status="499"} 1' in metrics


async def test_a_client_that_leaves_the_line_is_never_edited_for(serving: Serving) -> None:
    editor, answers = Held(open=False), list[httpx2.Response]()
    async with serving(editor) as running, anyio.create_task_group() as group:
        group.start_soon(_post, running, answers)
        await editor.begun.wait()
        stream = await _raw(running.port, json.dumps({**BODY, "prompt": "left"}).encode())
        await until(lambda: running.desk.line.waiting == 1)
        await stream.aclose()
        await until(lambda: running.desk.line.waiting == 0)
        editor.let.set()
    assert [request.instruction for request in editor.requests] == ["warmer"]


async def test_a_repeated_key_joins_the_running_edit(serving: Serving) -> None:
    editor, answers = Held(open=False), list[httpx2.Response]()
    headers = {"Idempotency-Key": "run:1"}
    async with serving(editor) as running:
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: _post(running, answers, headers=headers))
            await editor.begun.wait()
            stream = await _raw(running.port, json.dumps(BODY).encode(), idempotency_key="run:1")
            await until(lambda: running.desk.edits.running[0].listeners == 2)
            await stream.aclose()  # the other one still waits
            await until(lambda: running.desk.edits.running[0].listeners == 1)
            editor.let.set()
        again = await running.http.post("/edit", json=BODY, headers=headers)
    assert len(editor.requests) == 1
    assert answers[0].status_code == again.status_code == 200
    assert answers[0].json()["edited_image"] == again.json()["edited_image"]


async def test_a_key_keeps_its_random_seed(serving: Serving) -> None:
    headers = {"Idempotency-Key": "run:1"}
    body = {**BODY, "seed": None}
    async with serving(Held()) as running:
        seeds = [
            (await running.http.post("/edit", json=body, headers=headers)).json()["seed"]
            for _ in range(2)
        ]
    assert seeds[0] == seeds[1]


async def test_a_key_that_was_used_for_something_else_is_refused(serving: Serving) -> None:
    editor = Held()
    headers = {"Idempotency-Key": "run:1"}
    async with serving(editor) as running:
        await running.http.post("/edit", json=BODY, headers=headers)
        other = {**BODY, "prompt": "colder"}
        refused = await running.http.post("/edit", json=other, headers=headers)
        endless = {"Idempotency-Key": "x" * 257}
        long = await running.http.post("/edit", json=BODY, headers=endless)
    assert (refused.status_code, long.status_code) == (422, 400)
    assert "another request" in refused.json()["error"]
    assert len(editor.requests) == 1


async def test_a_form_repeats_whatever_its_boundary_is(serving: Serving) -> None:
    editor = Held()
    headers = {"Idempotency-Key": "run:1"}
    form: dict[str, Any] = {"files": {"image": ("a.png", SOURCE.data)}, "data": {"prompt": "x"}}
    async with serving(editor) as running:
        for _ in range(2):
            answer = await running.http.post("/v1/images/edits", headers=headers, **form)
            assert answer.status_code == 200
    assert len(editor.requests) == 1


async def test_a_failed_edit_may_be_tried_again_under_its_key(serving: Serving) -> None:
    editor = Held(error=ValueError("once"))
    headers = {"Idempotency-Key": "run:1"}
    async with serving(editor) as running:
        first = await running.http.post("/edit", json=BODY, headers=headers)
        editor.error = None
        second = await running.http.post("/edit", json=BODY, headers=headers)
    assert (first.status_code, second.status_code) == (500, 200)


@pytest.mark.parametrize(
    "rules", [{"remembered_bytes": len(MADE.data) - 1}, {"remembered_seconds": 0.0}]
)
async def test_answers_are_remembered_within_bounds(
    serving: Serving, rules: dict[str, float]
) -> None:
    editor = Held()
    headers = {"Idempotency-Key": "run:1"}
    async with serving(editor, rules=rules) as running:
        for _ in range(2):
            await running.http.post("/edit", json=BODY, headers=headers)
    assert len(editor.requests) == 2


async def test_the_oldest_answer_is_forgotten_first(serving: Serving) -> None:
    editor = Held()
    async with serving(editor, rules={"remembered_bytes": 2 * len(MADE.data)}) as running:
        for key in ("a", "b", "c", "c", "b", "a"):
            await running.http.post("/edit", json=BODY, headers={"Idempotency-Key": key})
    assert len(editor.requests) == 4  # only a had to be made again


async def test_an_edit_that_takes_too_long_is_cancelled_and_answered_504(serving: Serving) -> None:
    editor = Held(open=False)
    async with serving(editor, rules={"seconds": 0.01}) as running:
        answer = await running.http.post("/edit", json=BODY)
    assert answer.status_code == 504
    assert editor.cancelled.is_set()


async def test_bodies_on_their_way_are_bounded_too(serving: Serving) -> None:
    editor = Held()
    async with serving(editor, rules={"waiting": 0}) as running:
        streams: list[SocketStream] = []
        for _ in range(9):
            stream = await anyio.connect_tcp("127.0.0.1", running.port)
            await stream.send(
                b"POST /edit HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"
            )
            streams.append(stream)
        await until(lambda: running.desk._inside == 9)  # pyright: ignore[reportPrivateUsage]
        refused = await running.http.post("/edit", json=BODY)
        for stream in streams:
            await stream.aclose()
        await until(lambda: running.desk._inside == 0)  # pyright: ignore[reportPrivateUsage]
        after = await running.http.post("/edit", json=BODY)
    assert (refused.status_code, after.status_code) == (429, 200)


async def test_a_long_body_is_refused_before_it_has_arrived(serving: Serving) -> None:
    editor = Held()
    async with serving(editor, rules={"body_bytes": 1000}) as running:
        said = await running.http.post("/edit", content=b"x" * 1001)

        stream = await anyio.connect_tcp("127.0.0.1", running.port)
        head = b"POST /edit HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
        await stream.send(head + b"3e9\r\n" + b"x" * 1001 + b"\r\n")
        answer = await stream.receive()
        await stream.aclose()
    assert said.status_code == 413
    assert answer.startswith(b"HTTP/1.1 413")
    assert editor.requests == []


async def test_a_picture_with_too_many_pixels_is_refused(serving: Serving) -> None:
    editor = Held()
    async with serving(editor, rules={"pixels": 4000}) as running:
        answer = await running.http.post("/edit", json=BODY)
    assert answer.status_code == 413
    assert "64x64" in answer.json()["error"]
    assert editor.requests == []


async def test_a_stopping_service_finishes_what_it_began(serving: Serving) -> None:
    editor, answers = Held(open=False), list[httpx2.Response]()
    async with serving(editor) as running, anyio.create_task_group() as group:
        group.start_soon(_post, running, answers)
        await editor.begun.wait()
        running.server.should_exit = True
        editor.let.set()
    assert answers[0].status_code == 200
    assert base64.b64decode(answers[0].json()["edited_image"]) == MADE.data
