"""Pictures in and out: blobs, their views and ranges, uploads by ticket."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from apis import AS_ANN, AS_BOB, TWO, Asked, asking
from making import png

pytestmark = pytest.mark.anyio

LARGE = png(7, (300, 200))


async def _sent(asked: Asked, data: bytes = LARGE) -> str:
    url: str = (await asked.http.post("/v1/blobs", content=data)).json()["url"]
    return url


async def test_a_picture_comes_back_as_it_was_sent_and_may_be_kept_for_ever(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        sent = await asked.http.post(
            "/v1/blobs", content=LARGE, headers={"content-type": "image/png"}
        )
        found = await asked.http.get(sent.headers["location"])
        head = await asked.http.head(sent.headers["location"])
    body, digest = sent.json(), hashlib.sha256(LARGE).hexdigest()
    assert (sent.status_code, body["sha256"], body["width"], body["size"]) == (
        201,
        digest,
        300,
        len(LARGE),
    )
    assert found.content == LARGE
    for answer in (found, head):
        assert answer.headers["etag"] == f'"{digest}"'
        assert answer.headers["content-length"] == str(len(LARGE))
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["content-disposition"].startswith("inline")
    assert head.content == b""


async def test_a_smaller_view_is_made_in_sizes_of_a_ladder_alone(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        url = await _sent(asked)
        view = await asked.http.get(f"{url}?w=64")
        known = await asked.http.get(f"{url}?w=64", headers={"if-none-match": view.headers["etag"]})
        other = await asked.http.get(
            f"{url}?w=128", headers={"if-none-match": view.headers["etag"]}
        )
        odd = [await asked.http.get(f"{url}?w={w}") for w in ("65", "0", "-1", "x", "1000000", "")]
    assert (view.status_code, view.headers["content-type"]) == (200, "image/jpeg")
    assert view.content.startswith(b"\xff\xd8\xff")
    assert (known.status_code, other.status_code) == (304, 200)
    assert [(answer.status_code, answer.json()["code"]) for answer in odd] == [(400, "invalid")] * 6


@pytest.mark.parametrize(
    ("headers", "status", "first", "last"),
    [
        ({"range": "bytes=0-9"}, 206, 0, 10),
        ({"range": "bytes=10-"}, 206, 10, None),
        ({"range": "bytes=-5"}, 206, -5, None),
        ({"range": "bytes=5-1000000"}, 206, 5, None),
        ({"range": "bytes=0-9", "if-range": '"other"'}, 200, 0, None),
        ({"range": "bytes=5-2"}, 200, 0, None),
        ({"range": "bytes=0-1,3-4"}, 200, 0, None),
        ({"range": "lines=0-1"}, 200, 0, None),
        ({"range": "bytes=-"}, 200, 0, None),
        ({"range": "nonsense"}, 200, 0, None),
    ],
)
async def test_a_range_is_sent_and_what_is_none_is_not_heeded(
    tmp_path: Path, headers: dict[str, str], status: int, first: int, last: int | None
) -> None:
    async with asking(tmp_path) as asked:
        url = await _sent(asked)
        tag = (await asked.http.head(url)).headers["etag"]
        answer = await asked.http.get(url, headers={"if-range": tag, **headers})
        plain = await asked.http.get(url, headers=headers)
        head = await asked.http.head(url, headers=headers)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(LARGE)))
    for each in (answer, plain):
        assert each.status_code == status
        assert each.content == LARGE[first:last]
        assert ("content-range" in each.headers) == (status == 206)


@pytest.mark.parametrize("asked_for", ["bytes=1000000-", "bytes=-0", "bytes=1000000-1000001"])
async def test_a_range_beyond_the_end_is_refused(tmp_path: Path, asked_for: str) -> None:
    async with asking(tmp_path) as asked:
        url = await _sent(asked)
        answer = await asked.http.get(url, headers={"range": asked_for})
    assert (answer.status_code, answer.json()["code"]) == (416, "range")
    assert answer.headers["content-range"] == f"bytes */{len(LARGE)}"


async def test_a_picture_that_is_known_is_not_sent_again(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        url = await _sent(asked)
        tag = (await asked.http.head(url)).headers["etag"]
        answers = [
            await asked.http.get(url, headers={"if-none-match": each})
            for each in (tag, f'"other", W/{tag}', "*")
        ]
        other = await asked.http.get(url, headers={"if-none-match": '"other"'})
    assert [answer.status_code for answer in answers] == [304] * 3
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["0" * 64, "x", "A" * 64, "..%2f..%2fetc%2fpasswd", "0" * 63])
async def test_a_picture_that_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    async with asking(tmp_path) as asked:
        plain = await asked.http.get(f"/v1/blobs/{name}")
        view = await asked.http.get(f"/v1/blobs/{name}?w=64")
    assert (plain.status_code, view.status_code) == (404, 404)


async def test_what_is_kept_and_is_no_picture_is_never_named_as_one(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        images = asked.host.agent.images
        page, folder = images.path("1" * 64), images.path("2" * 64)
        page.parent.mkdir(parents=True)
        page.write_bytes(b"<html><script>alert(1)</script>")
        folder.mkdir(parents=True)
        answers = [await asked.http.get(f"/v1/blobs/{digit * 64}") for digit in "12"]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answers[0].headers["content-security-policy"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"no picture", "application/octet-stream", 422),
        (b"", "application/octet-stream", 422),
        (LARGE[:200], "image/png", 422),
        (b"{}", "application/json", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
    ],
)
async def test_what_is_no_picture_is_refused(
    tmp_path: Path, data: bytes, kind: str, status: int
) -> None:
    async with asking(tmp_path) as asked:
        answer = await asked.http.post("/v1/blobs", content=data, headers={"content-type": kind})
    assert answer.status_code == status


async def test_a_ticket_lets_one_picture_in_without_a_token(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        ticket = await asked.http.post("/v1/uploads", headers=AS_ANN)
        url = ticket.json()["url"]
        before = await asked.http.get(url, headers=AS_ANN)
        sent = await asked.http.put(url, content=LARGE)
        again = await asked.http.put(url, content=LARGE)
        other = await asked.http.put(url, content=png(1))
        after = await asked.http.get(url, headers=AS_ANN)
        mine = await asked.http.get(sent.json()["url"], headers=AS_ANN)
        theirs = await asked.http.get(sent.json()["url"], headers=AS_BOB)
        unknown = await asked.http.get(url)
    assert ticket.status_code == 201
    assert ticket.headers["cache-control"] == "no-store"
    assert ticket.json()["method"] == "PUT"
    assert before.json() == {"picture": None}
    assert (sent.status_code, again.status_code, other.status_code) == (201, 200, 403)
    assert again.json() == sent.json() == after.json()["picture"]
    assert (mine.status_code, theirs.status_code, unknown.status_code) == (200, 404, 401)


async def test_a_ticket_that_is_none_is_refused_before_its_body_is_read(tmp_path: Path) -> None:
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        for each in (LARGE, LARGE):
            read.append(each)
            yield each

    async with asking(tmp_path) as asked:
        answer = await asked.http.put("/v1/uploads/nonsense", content=body())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert len(read) < 2


async def test_bytes_that_were_pinned_to_another_hash_are_refused_and_may_be_sent_again(
    tmp_path: Path,
) -> None:
    right = hashlib.sha256(LARGE)
    wrong = hashlib.sha256(b"other")
    written = base64.b64encode(right.digest()).decode()
    async with asking(tmp_path) as asked:

        async def put(**headers: str) -> int:
            answer = await asked.http.put(url, content=LARGE, headers=headers)
            return answer.status_code

        url = (await asked.http.post("/v1/uploads")).json()["url"]
        refused = [
            await put(**{"x-content-sha256": wrong.hexdigest()}),
            await put(**{"content-digest": "sha-512=:aaaa:"}),
            await put(**{"x-content-sha256": "zz"}),
        ]
        taken = await put(**{"content-digest": f"sha-256=:{written}:"})
        second = (await asked.http.post("/v1/uploads")).json()["url"]
        hexed = await asked.http.put(
            second, content=LARGE, headers={"x-content-sha256": right.hexdigest().upper()}
        )
    assert refused == [422, 400, 400]
    assert (taken, hexed.status_code) == (201, 201)
