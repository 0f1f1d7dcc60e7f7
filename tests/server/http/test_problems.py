"""What goes wrong, as problems: every error has a status, a word and a sentence."""

import inspect
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from apis import asking
from making import png

from editloop.memory import (
    EditloopError,
    LimitReached,
    RunNotFound,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    errors,
)
from editloop.server.http.problems import headers_of, problem_of
from editloop.server.rules import BodyRules

pytestmark = pytest.mark.anyio

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, EditloopError)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_a_problem(kind: type[EditloopError]) -> None:
    problem = problem_of(kind("it broke: mend it"), "/v1/x")
    assert 400 <= problem.status <= 599
    assert problem.type == f"urn:editloop:problem:{problem.code}"
    assert problem.instance == "/v1/x"
    assert problem.retryable == kind.retryable


def test_who_must_wait_is_told_how_long() -> None:
    assert headers_of(LimitReached("full", retry_after=2.1)) == {"retry-after": "3"}
    assert headers_of(LimitReached("full")) == headers_of(StoreLocked("x")) == {"retry-after": "2"}
    assert headers_of(RunNotFound("x")) == {}


def test_what_is_inside_of_the_server_is_not_told() -> None:
    for error in (StoreFull("/srv/data/x is full"), StoreDamaged("/srv/data"), KeyError("/srv")):
        problem = problem_of(error, "/v1")
        assert "/srv" not in problem.model_dump_json()
        assert problem.status >= 500


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/runs/", 404, "not_found"),
        ("DELETE", "/v1/runs", 405, "method_not_allowed"),
        ("POST", "/v1/blobs/" + "0" * 64, 405, "method_not_allowed"),
        ("GET", "/v1/runs/nosuchrun", 404, "run_not_found"),
        ("GET", "/v1/runs/%C3%A9", 404, "run_not_found"),
        ("GET", "/v1/runs/last", 404, "run_not_found"),
        ("POST", "/v1/runs", 415, "media_type"),
    ],
)
async def test_what_is_not_there_is_a_problem(
    tmp_path: Path, method: str, path: str, status: int, code: str
) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "editloop runs" not in answer.text, "words of the command line"


async def test_a_wrong_method_is_told_all_the_right_ones(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.http.put("/v1/runs")
    allowed = {each.strip() for each in answer.headers["allow"].split(",")}
    assert allowed == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"instruction": "x"}, "#/image"),
        ({"image": "last"}, "#/instruction"),
        ({"image": "last", "instruction": " \n"}, "#/instruction"),
        ({"image": "last", "instruction": "a\0b"}, "#/instruction"),
        ({"image": "last", "instruction": "\ud800"}, "#/instruction"),
        ({"image": "last", "instruction": "x" * 20_001}, "#/instruction"),
        ({"image": "last", "instruction": "x", "seed": -1}, "#/seed"),
        ({"image": "last", "instruction": "x", "seed": 2**63}, "#/seed"),
        ({"image": "last", "instruction": "x", "odd": 1}, "#/odd"),
        ({"image": "last", "instruction": "x", "labels": {"principal": "me"}}, "#/labels"),
        ({"image": "last", "instruction": "x", "labels": {"door": "me"}}, "#/labels"),
        ({"image": "last", "instruction": "x", "labels": {"a": "\0"}}, "#/labels/a"),
        ({"image": "last", "instruction": "x", "bounds": {"turns": 0}}, "#/bounds/turns"),
        ({"image": "last", "instruction": "x", "bounds": {"odd": 0}}, "#/bounds/odd"),
        ({"image": "last", "instruction": "x", "references": [5]}, "#/references/0"),
    ],
)
async def test_a_field_that_does_not_fit_is_named(
    tmp_path: Path, body: dict[str, Any], pointer: str
) -> None:
    async with asking(tmp_path) as asked:
        headers = {"content-type": "application/json"}
        answer = await asked.http.post("/v1/runs", content=json.dumps(body), headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid"), problem
    assert pointer in [each["pointer"] for each in problem["errors"]]


@pytest.mark.parametrize(
    ("image", "status", "code"),
    [
        ("what is this", 403, "forbidden"),
        ("/etc/passwd", 403, "forbidden"),
        ("https://example.com/a.png", 403, "forbidden"),
        ("run:nosuchrun", 404, "run_not_found"),
        ("data:image/png;base64,AAAA", 422, "picture"),
    ],
)
async def test_a_picture_that_cannot_be_had_is_refused(
    tmp_path: Path, image: str, status: int, code: str
) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.http.post("/v1/runs", json={"image": image, "instruction": "x"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "value", ["a\0b", "\ud800", 10**400, "x" * 2001, [1], {}], ids=lambda value: repr(value)[:8]
)
async def test_a_verdict_that_no_store_could_keep_is_refused(tmp_path: Path, value: Any) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done()
        answer = await asked.http.post(
            f"/v1/runs/{run['id']}/annotations",
            content=json.dumps({"about": "x", "value": value}),
            headers={"content-type": "application/json"},
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"nul", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(tmp_path: Path, body: bytes) -> None:
    async with asking(tmp_path) as asked:
        headers = {"content-type": "application/json"}
        answer = await asked.http.post("/v1/runs", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "form", [{"labels": "{"}, {"seed": "x"}, {"bounds": "[]"}, {"labels": "[1]"}], ids=str
)
async def test_a_form_whose_json_is_none_is_refused(tmp_path: Path, form: dict[str, Any]) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.begin(**form)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
async def test_a_key_that_is_none_is_refused(tmp_path: Path, key: str) -> None:
    async with asking(tmp_path) as asked:
        headers = [(b"idempotency-key", key.encode())]
        answer = await asked.http.post(
            "/v1/runs", files={"image": png(1)}, data={"instruction": "x"}, headers=headers
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key")


async def test_long_and_slow_bodies_are_refused(tmp_path: Path) -> None:
    never = anyio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    rules = {"body": BodyRules(body_bytes=1000, body_seconds=0.5)}
    async with asking(tmp_path, rules=rules) as asked:
        headers = {"content-type": "application/json"}
        answers = [
            await asked.http.post("/v1/runs", content=b"{" * 1001, headers=headers),
            await asked.http.post("/v1/runs", content=slow(), headers=headers),
            await asked.http.post("/v1/blobs", content=b"x" * 1001),
            await asked.http.post("/v1/blobs", content=slow()),
            await asked.begin(instruction="x" * 1000),
        ]
    assert [answer.status_code for answer in answers] == [413, 408, 413, 408, 413]
    assert answers[1].json()["retryable"] is True


async def test_only_so_much_arrives_at_the_same_time(tmp_path: Path) -> None:
    let, begun = anyio.Event(), anyio.Event()

    async def slow() -> AsyncIterator[bytes]:
        begun.set()
        yield png(1)
        await let.wait()

    found: list[int] = []
    busy: list[httpx2.Response] = []
    rules = {"bodies_bytes": 1000, "body": BodyRules(body_bytes=900)}
    async with asking(tmp_path, rules=rules) as asked:

        async def first() -> None:
            found.append((await asked.http.post("/v1/blobs", content=slow())).status_code)

        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await begun.wait()
            busy.append(await asked.http.post("/v1/blobs", content=slow()))
            let.set()
        free = await asked.http.post("/v1/blobs", content=png(2))
    (refused,) = busy
    assert (refused.status_code, refused.json()["code"]) == (429, "busy")
    assert refused.headers["retry-after"] == "2"
    assert (found, free.status_code) == ([201], 201)


async def test_a_bug_is_told_without_its_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("/etc/secret")

    async with asking(tmp_path) as asked:
        monkeypatch.setattr(asked.host, "run", broken)
        answer = await asked.http.get("/v1/runs/last")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"]


async def test_openais_paths_speak_openais_words(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        models = await asked.http.get("/v1/models")
        unknown = await asked.http.get("/v1/images/unknown")
        bad = await asked.http.post("/v1/images/edits", json={"prompt": "x"})
    assert models.status_code == 200
    assert (unknown.status_code, bad.status_code) == (404, 400)
    assert set(unknown.json()) == set(bad.json()) == {"error"}
