"""What callers say, and the picture that they get: by handle, by path, by upload."""

import base64
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from hosting import Held, hosted, wish
from making import png
from web import page, web

from editloop.memory import Forbidden, InputError, PictureError, RunNotFound
from editloop.server.pictures import Pictures, Reach
from editloop.server.principals import LOCAL, Principal

pytestmark = pytest.mark.anyio

ANN, BOB = Principal(name="ann"), Principal(name="bob")


async def test_a_run_is_named_by_its_answer_its_turns_and_its_source(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        begun = await host.begin(await wish(host), ANN)
        run = await host.wait(begun.run.id, ANN, 20)
        answer, second = run.picture(3), run.picture(2)
        for said in (f"run:{run.id}", f"run:{run.id[-6:]}", "last", " run:last "):
            assert await pictures.resolve(said, ANN) == answer
        assert await pictures.resolve(f"editloop://run/{run.id}/final", ANN) == answer
        assert await pictures.resolve(f"editloop://run/{run.id}/turn/2/image", ANN) == second
        assert await pictures.resolve(f"run:{run.id}#2", ANN) == second
        assert await pictures.resolve("last#0", ANN) == run.task.source


async def test_a_run_of_somebody_else_is_as_unknown_as_one_that_never_was(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        begun = await host.begin(await wish(host), ANN)
        run = await host.wait(begun.run.id, ANN, 20)
        answer = run.picture(3)
        assert answer is not None
        for said in (f"run:{run.id}", f"run:{run.id}#1", "last", "run:aaaaaa"):
            with pytest.raises(RunNotFound):
                await pictures.resolve(said, BOB)
        answers: list[str] = []
        for sha256 in (answer.sha256, "0" * 64):
            with pytest.raises(Forbidden) as caught:
                await pictures.resolve(f"editloop://image/{sha256}", BOB)
            answers.append(str(caught.value).replace(sha256[:12], "…"))
        assert answers[0] == answers[1]
        assert await pictures.resolve(f"sha256:{answer.sha256}", ANN) == answer


async def test_a_picture_that_a_run_has_not_is_said(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        begun = await host.begin(await wish(host), ANN)
        await host.wait(begun.run.id, ANN, 20)
        with pytest.raises(InputError, match="no picture 9: it has 3"):
            await pictures.resolve("last#9", ANN)


async def test_a_run_without_an_answer_is_said_and_its_turns_can_be_named(tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor) as host:
        pictures = Pictures(host, Reach())
        begun = await host.begin(await wish(host), ANN)
        await held.asked(2)
        with pytest.raises(InputError, match="no answer yet"):
            await pictures.resolve(f"run:{begun.run.id}", ANN)
        first = await pictures.resolve(f"run:{begun.run.id}#1", ANN)
        held.let_all()
    assert first != begun.run.task.source


async def test_an_address_is_fetched_and_kept(tmp_path: Path) -> None:
    async with web() as net, hosted(tmp_path) as host:
        net.pages["pictures.example/cat"] = page(png(90), content_type="text/html")
        net.pages["pictures.example/page"] = page(b"<html>", content_type="image/png")
        pictures = Pictures(host, Reach(), fetcher=net.fetcher())
        image = await pictures.resolve("https://pictures.example/cat", ANN)
        assert await pictures.resolve(f"editloop://image/{image.sha256}", ANN) == image
        with pytest.raises(PictureError, match="a web page"):
            await pictures.resolve("https://pictures.example/page", ANN)


async def test_what_was_put_belongs_to_whoever_put_it(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        image = await pictures.put(png(90), ANN)
        handle = f"editloop://image/{image.sha256}"
        assert await pictures.resolve(handle, ANN) == image
        assert await pictures.resolve(handle, LOCAL) == image
        with pytest.raises(Forbidden):
            await pictures.resolve(handle, BOB)
        with pytest.raises(Forbidden):
            await pictures.resolve(f"sha256:{'f' * 64}", LOCAL)


async def test_a_ticket_is_good_once_and_for_its_owner(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        ticket = await pictures.ticket(ANN)
        assert 590 < (ticket.expires - datetime.now(UTC)).total_seconds() <= 600
        assert await pictures.uploaded(ticket.id) is None
        with pytest.raises(InputError, match="SHA-256"):
            await pictures.redeem(ticket.id, png(90), sha256="0" * 64)
        pin = hashlib.sha256(png(90)).hexdigest().upper()
        image = await pictures.redeem(ticket.id, png(90), sha256=pin)
        assert await pictures.uploaded(ticket.id) == image
        assert await pictures.resolve(f"editloop://image/{image.sha256}", ANN) == image
        with pytest.raises(Forbidden):
            await pictures.redeem(ticket.id, png(91))
        with pytest.raises(Forbidden):
            await pictures.redeem("guessed", png(91))
        with pytest.raises(Forbidden):
            await pictures.resolve(f"editloop://image/{image.sha256}", BOB)


async def test_of_two_that_redeem_a_ticket_at_once_one_is_let_in(tmp_path: Path) -> None:
    ends: list[str] = []
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        ticket = await pictures.ticket(ANN)

        async def redeem(shade: int) -> None:
            try:
                await pictures.redeem(ticket.id, png(shade))
                ends.append("in")
            except Forbidden:
                ends.append("out")

        async with anyio.create_task_group() as group:
            for shade in (10, 20, 30):
                group.start_soon(redeem, shade)
    assert sorted(ends) == ["in", "out", "out"]


async def test_an_old_ticket_is_refused(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        name = hashlib.sha256(b"old").hexdigest()
        await host.agent.store.uploads.open(name, "ann", datetime.now(UTC))
        with pytest.raises(Forbidden, match="too old"):
            await pictures.redeem("old", png(90))


async def test_a_broken_picture_does_not_use_a_ticket_up(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        ticket = await pictures.ticket(ANN)
        with pytest.raises(PictureError):
            await pictures.redeem(ticket.id, b"no picture")
        assert await pictures.redeem(ticket.id, png(90))


async def test_paths_are_read_below_the_folders_and_become_handles(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "deep er").mkdir(parents=True)
    (folder / "deep er" / "a\u202f1.png").write_bytes(png(90))
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach(roots=(tmp_path / "empty", folder)))
        path = folder / "deep er" / "a\u202f1.png"
        image = await pictures.resolve(str(path), ANN)
        assert await pictures.resolve("deep er/a\u202f1.png", ANN) == image
        assert await pictures.resolve(path.as_uri(), ANN) == image
        assert await pictures.resolve(f"file://localhost{path}", ANN) == image
        assert await pictures.resolve(f"editloop://image/{image.sha256}", ANN) == image
        with pytest.raises(InputError, match="no file"):
            await pictures.resolve("deep er/b.png", ANN)


async def test_data_urls_are_taken_up_to_their_limit(tmp_path: Path) -> None:
    url = f"data:image/png;base64,{base64.b64encode(png(90)).decode()}"
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach())
        assert (await pictures.resolve(url, ANN)).media_type == "image/png"
        with pytest.raises(InputError, match="base64"):
            await pictures.resolve(url[:-9] + "…", ANN)
        with pytest.raises(InputError, match="no base64"):
            await pictures.resolve("data:image/svg+xml,<svg/>", ANN)
        few = Pictures(host, Reach(data_bytes=10))
        with pytest.raises(PictureError, match="more than 10 bytes"):
            await few.resolve(url, ANN)


@pytest.mark.parametrize(
    "said", ["", "  ", "ftp://a/b.png", "sandbox:/mnt/data/a.png", "blob:https://a", "A" * 400]
)
async def test_what_means_nothing_is_answered_with_what_would(tmp_path: Path, said: str) -> None:
    async with hosted(tmp_path) as host:
        with pytest.raises(InputError, match="run:<id>"):
            await Pictures(host, Reach()).resolve(said, ANN)


async def test_the_inbox_lists_the_newest_pictures_and_they_can_be_named(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for age, name in enumerate(("new.png", "old.JPG", "oldest.png", "notes.txt", ".hid.png")):
        (folder / name).write_bytes(png(90))
        os.utime(folder / name, (10**9 - age, 10**9 - age))
    (folder / "link.png").symlink_to(folder / "new.png")
    (folder / "sub.png").mkdir()
    async with hosted(tmp_path) as host:
        pictures = Pictures(host, Reach(inbox=folder))
        found = await pictures.inbox(2)
        assert [each.name for each in found] == ["new.png", "old.JPG"]
        assert found[0].when == datetime.fromtimestamp(10**9, UTC)
        assert (await pictures.resolve(found[0].handle, ANN)).width == 16
        assert await Pictures(host, Reach()).inbox() == []
        assert await Pictures(host, Reach(inbox=tmp_path / "none")).inbox() == []
