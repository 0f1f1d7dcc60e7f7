"""Forms and bodies as programs, browsers and mischief send them."""

import base64
import json
from pathlib import Path

import pytest
from apis import Asked, asking
from making import png

from editloop.server.rules import BodyRules

pytestmark = pytest.mark.anyio

FORM = "multipart/form-data; boundary=b"
RUNS, EDITS = "/v1/runs", "/v1/images/edits"


def _part(name: str, value: bytes, more: str = "") -> bytes:
    head = f'--b\r\ncontent-disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + value + b"\r\n"


def _form(*parts: bytes) -> bytes:
    return b"".join([*parts, b"--b--\r\n"])


WORDS = _part("instruction", b"warmer"), _part("prompt", b"warmer")
PICTURE = _part("image", png(1), '; filename="a.png"')


def _of_one_path(path: str) -> list[bytes]:
    return [WORDS[path == EDITS]]


@pytest.mark.parametrize("path", [RUNS, EDITS])
@pytest.mark.parametrize(
    "more",
    [
        "\r\ncontent-type: image/png",
        "\r\nContent-Type: APPLICATION/octet-stream",
        "; filename*=UTF-8''%e2%82%ac.png\r\ncontent-type: image/png",
        '; filename=""',
    ],
)
async def test_a_picture_without_a_filename_is_a_picture(
    tmp_path: Path, path: str, more: str
) -> None:
    body = _form(*_of_one_path(path), _part("image", png(1), more))
    async with asking(tmp_path) as asked:
        answer = await asked.http.post(path, content=body, headers={"content-type": FORM})
        run = (await asked.http.get("/v1/runs/last")).json()
        kept = await asked.put(1)
    assert answer.status_code in (200, 202), answer.text
    assert run["source"]["handle"] == kept


@pytest.mark.parametrize("kind", ["Multipart/Form-Data", "MULTIPART/FORM-DATA"])
@pytest.mark.parametrize("path", [RUNS, EDITS])
async def test_types_of_bodies_are_read_in_any_case(tmp_path: Path, path: str, kind: str) -> None:
    form = _form(*_of_one_path(path), PICTURE)
    async with asking(tmp_path) as asked:
        sent = await asked.http.post(
            path, content=form, headers={"content-type": f"{kind}; boundary=b"}
        )
        body = json.dumps({"image": "last#0", "prompt": "cooler"})
        said = await asked.http.post(
            EDITS, content=body, headers={"content-type": "Application/JSON"}
        )
    assert sent.status_code in (200, 202), sent.text
    assert said.status_code == 200, said.text


@pytest.mark.parametrize("path", [RUNS, EDITS])
async def test_a_sender_does_not_choose_the_codec(tmp_path: Path, path: str) -> None:
    """A megabyte of punycode takes many seconds, during which nobody else would be answered."""
    words = [_part(name, b"bcher-kva") for name in ("instruction", "prompt")]
    body = _form(words[path == EDITS], PICTURE)
    async with asking(tmp_path) as asked:
        await asked.http.post(
            path, content=body, headers={"content-type": f"{FORM}; charset=punycode"}
        )
        run = (await asked.http.get("/v1/runs/last")).json()
    assert run["instruction"] == "bcher-kva"


@pytest.mark.parametrize("path", [RUNS, EDITS])
async def test_a_body_of_too_many_values_is_not_parsed(tmp_path: Path, path: str) -> None:
    body = b'{"image": "last", "prompt": "x", "a": [' + b"[]," * 60_000 + b"1]}"
    headers = {"content-type": "application/json"}
    async with asking(tmp_path, rules={"body": BodyRules(body_bytes=1_000_000)}) as asked:
        answer = await asked.http.post(path, content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert "at most 100,000 values" in answer.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("labels", "[" * 100_000),
        ("bounds", '{"a":' * 100_000),
        ("labels", json.dumps({"a": "b" * 600_000})),
        ("seed", "9" * 5000),
    ],
)
async def test_json_in_a_form_is_as_bounded_as_any(tmp_path: Path, name: str, value: str) -> None:
    body = _form(WORDS[0], PICTURE, _part(name, value.encode()))
    async with asking(tmp_path) as asked:
        answer = await asked.http.post(RUNS, content=body, headers={"content-type": FORM})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text


async def test_what_a_browser_sends_of_an_empty_form_is_left_out(tmp_path: Path) -> None:
    empty = [_part(name, b"") for name in ("seed", "labels", "bounds", "session", "references")]
    unchosen = [_part(name, b"", '; filename=""') for name in ("mask", "references[]")]
    body = _form(WORDS[0], PICTURE, *empty, *unchosen)
    async with asking(tmp_path) as asked:
        answer = await asked.http.post(RUNS, content=body, headers={"content-type": FORM})
    run = answer.json()
    assert answer.status_code == 202, answer.text
    assert (run["seed"], run["session"], run["mask"], run["references"]) == (0, None, None, [])


async def test_what_is_left_out_and_is_needed_is_named(tmp_path: Path) -> None:
    async def sent(asked: Asked, *parts: bytes) -> tuple[int, list[str]]:
        headers = {"content-type": FORM}
        answer = await asked.http.post(RUNS, content=_form(*parts), headers=headers)
        said = answer.json()
        return answer.status_code, [each["pointer"] for each in said.get("errors", [])]

    async with asking(tmp_path) as asked:
        none = await sent(asked, _part("instruction", b""))
        empty = await sent(asked, WORDS[0], _part("image", b"", '; filename="a.png"'))
        twice = await sent(asked, WORDS[0], PICTURE, PICTURE)
    assert none == (422, ["#/image", "#/instruction"])
    assert empty[0] == 422
    assert twice == (422, ["#/image"])


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"]
)
async def test_no_body_says_nothing_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done()
        place = f"/v1/runs/{run['id']}/fork"
        answer = await asked.http.post(place, content=b"", headers={"content-type": kind})
        words = await asked.http.post(place, content=b"x", headers={"content-type": "text/plain"})
    assert (answer.status_code, words.status_code) == (202, 415)


@pytest.mark.parametrize("path", [RUNS, EDITS])
async def test_base64_may_be_broken_into_lines(tmp_path: Path, path: str) -> None:
    url = "data:image/png;base64," + base64.encodebytes(png(1)).decode()
    body = {"image": url, "prompt" if path == EDITS else "instruction": "warmer"}
    async with asking(tmp_path) as asked:
        answer = await asked.http.post(path, json=body)
        run = (await asked.http.get("/v1/runs/last")).json()
        kept = await asked.put(1)
    assert answer.status_code in (200, 202), answer.text
    assert run["source"]["handle"] == kept
