"""Fetching a template that is not ours to distribute."""

import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from chat_server import ChatServer, Reply, chat_server

from editloop.memory import EditloopError, SettingsError, StoreReadOnly, ThinkerError
from editloop.policies.editthinker.fetch import OFFICIAL_URL, fetch, take
from editloop.policies.editthinker.template import OFFICIAL_SHA256, official_path

pytestmark = pytest.mark.anyio

TEXT = b"asked {original_instruction}, told {rewritten_prompt}"
DIGEST = hashlib.sha256(TEXT).hexdigest()


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@pytest.fixture
async def host() -> AsyncGenerator[ChatServer]:
    async with chat_server() as serving:
        serving.models = Reply(TEXT, media_type="text/plain")
        yield serving


def test_the_official_file_is_asked_for_over_https_at_one_commit() -> None:
    assert OFFICIAL_URL.startswith("https://raw.githubusercontent.com/appletea233/EditThinker/803d")
    assert OFFICIAL_URL.endswith("/inference/prompt_template.txt")
    assert len(OFFICIAL_SHA256) == 64


async def test_a_file_with_the_right_hash_is_stored_whole(host: ChatServer) -> None:
    path = await fetch(url=f"{host.url}/template.txt", sha256=DIGEST)
    assert path == official_path()
    assert path.read_bytes() == TEXT
    assert names_in(path.parent) == [path.name]
    assert host.looks[0].line == "GET /template.txt HTTP/1.1"


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(TEXT + b" "), "is not the official template"),
        (Reply(b""), "is not the official template"),
        (Reply(b"gone", status=404), r"answered 404.*nothing was stored.*--file PATH"),
        (Reply(b"", status=302, headers={"location": "/x"}), "answered 302"),
        (Reply(b"x" * 300_000), "more than"),
        (Reply(TEXT, cut=True), "nothing was stored"),
    ],
)
async def test_anything_else_is_not_stored_and_leaves_what_was_there(
    reply: Reply, says: str, host: ChatServer, tmp_path: Path
) -> None:
    host.models, place = reply, tmp_path / "kept.txt"
    place.write_bytes(b"what was there")
    with pytest.raises(ThinkerError, match=says):
        await fetch(url=host.url, to=place, sha256=DIGEST)
    assert place.read_bytes() == b"what was there"
    assert names_in(tmp_path) == ["kept.txt"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{}/", "http://no such host/", "nothing"])
async def test_without_a_network_it_says_what_to_do_by_hand(url: str, free_tcp_port: int) -> None:
    with pytest.raises(ThinkerError, match=r"template fetch --file PATH"):
        await fetch(url=url.format(free_tcp_port))
    assert not official_path().exists()


async def test_a_copy_that_was_downloaded_by_hand_is_verified_and_stored(tmp_path: Path) -> None:
    file = tmp_path / "prompt_template.txt"
    file.write_bytes(TEXT)
    path = await take(file, sha256=DIGEST)
    assert path.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("data", "says"), [(TEXT, "is not the official template"), (None, "No such file")]
)
async def test_another_file_is_not_taken(data: bytes | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "prompt_template.txt"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(SettingsError, match=says):
        await take(file)
    assert not official_path().exists()


async def test_a_place_that_cannot_be_written_is_named(host: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EditloopError, match="cannot be stored") as caught:
        await fetch(url=host.url, to=tmp_path / "file" / "template.txt", sha256=DIGEST)
    assert type(caught.value) is StoreReadOnly
