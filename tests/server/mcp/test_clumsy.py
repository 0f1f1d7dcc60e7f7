"""What models get wrong: each is understood where it can only mean one thing, else told in a sentence."""

import base64
from pathlib import Path
from typing import Any

import anyio
import pytest
from hosting import GOOD, Held, thinker
from making import picture, png
from mcp.client import Client
from mcp_doors import ERAS, asking, facts, image, mistake

from editloop.memory import EditorRejected
from editloop.server.mcp import editing
from editloop.server.mcp.rules import McpRules
from editloop.tools import ScriptedEditor

pytestmark = pytest.mark.anyio
B64 = base64.b64encode(png(7, (640, 480))).decode()


async def made(at: Any, client: Client, **more: Any) -> dict[str, Any]:
    edit = {"image": at.photo(), "instruction": "make it warm", **more}
    return facts(await client.call_tool("edit_image", edit))


@pytest.mark.parametrize("form", ["run:{}", "editloop://run/{}", " {} ", "run:{}#1", "run:last"])
async def test_a_run_may_be_named_by_the_handle_of_its_picture(tmp_path: Path, form: str) -> None:
    async with asking(tmp_path, "auto", thinker=thinker(*[GOOD] * 9)) as (at, client):
        run = await made(at, client)
        named = form.format(run["run"])
        looked = facts(await client.call_tool("get_run", {"run_id": named}))
        rated = facts(await client.call_tool("rate_run", {"run_id": named, "value": 7}))
        more = {"run_id": named, "instruction": "less warm"}
        refined = facts(await client.call_tool("refine_run", more))
    assert looked["run"] == rated["run"] == refined["parent"] == run["run"]
    assert rated.get("turn") == (1 if "#" in form else None)


async def test_a_handle_says_which_turn_is_shown_and_gone_on_from(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        run = await made(at, client)
        first = {"run_id": f"run:{run['run']}#1"}
        shown = facts(await client.call_tool("get_run", first))
        refined = facts(await client.call_tool("refine_run", {**first, "instruction": "cooler"}))
        begun = await at.host.agent.store.run(refined["run"])
        several = await client.call_tool("compare_runs", {"run_ids": [first["run_id"], "last"]})
    assert (run["shown"], shown["shown"]) == (3, 1)
    assert begun.task.labels["parent_turn"] == "1"
    assert "names a turn" in mistake(several)


async def test_an_id_or_a_hash_alone_is_a_picture_too(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto", thinker=thinker(*[GOOD] * 9)) as (at, client):
        run = await made(at, client)
        for named in (run["run"], run["output"]["sha256"].upper()):
            again = await made(at, client, image=named)
            begun = await at.host.agent.store.run(again["run"])
            assert begun.task.source.sha256 == run["output"]["sha256"]


async def test_the_source_can_be_looked_at_as_turn_0(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        await made(at, client)
        found = await client.call_tool("get_run", {"run_id": "last", "turn": 0})
    said = facts(found)
    assert (said["shown"], said["critique"]) == (0, "")
    assert said["output"]["handle"].startswith("run:")
    assert image(found) is not None


@pytest.mark.parametrize("era", ERAS)
async def test_arguments_that_are_null_are_as_good_as_left_out(tmp_path: Path, era: str) -> None:
    nulls = dict.fromkeys(
        ("mask", "references", "turns", "seconds", "wait_seconds", "session", "request_key")
    )
    async with asking(tmp_path, era, thinker=thinker(*[GOOD] * 9)) as (at, client):
        run = await made(at, client, **nulls)
        listed = await client.call_tool("list_images", {"limit": None, "query": None})
        ticket = await client.call_tool("request_upload", {"ticket": None})
        needed = await client.call_tool("edit_image", {"image": None, "instruction": "warm"})
    assert run["status"] == "done"
    assert facts(listed)["images"]
    assert facts(ticket)["status"] == "waiting"
    assert "'image' cannot be None" in mistake(needed)


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("edit_image", {"image": "last", "instruction": "warm"}, "there is no run yet"),
        ("edit_image", {"image": "", "instruction": "warm"}, "no picture is named"),
        ("edit_image", {"image": B64, "instruction": "warm"}, "encoded picture"),
        ("edit_image", {"image": "~/none.png", "instruction": "warm"}, "path"),
        ("edit_image", {"image": "file:///etc/passwd", "instruction": "warm"}, "folders that may"),
        ("edit_image", {"image": "C:\\me\\a.png", "instruction": "warm"}, "path"),
        ("edit_image", {"image": {"path": "a.png"}, "instruction": "warm"}, "a valid string"),
        ("edit_image", {"image": "x", "instruction": "warm " * 6_000}, "at most 8000 characters"),
        ("edit_picture", {"image": "x"}, "there is no tool 'edit_picture'; there are edit_image"),
        ("get_run", {"run_id": "run:../x"}, "means no picture here"),
        ("refine_run", {"run_id": "nobody", "instruction": "warm"}, "list_images shows"),
        ("compare_runs", {"run_ids": "last"}, "a valid list"),
        ("request_upload", {"ticket": "nobody"}, "ask for a new one"),
        ("rate_run", {"run_id": "last", "value": None}, "a valid boolean or a valid integer"),
        ("rate_run", {"run_id": "last", "value": ""}, "at least 1 character"),
        ("rate_run", {"run_id": "last", "value": "w" * 501}, "at most 500 characters"),
    ],
)
async def test_what_cannot_be_understood_is_told_in_a_sentence(
    tmp_path: Path, name: str, arguments: dict[str, Any], said: str
) -> None:
    async with asking(tmp_path, "auto") as (_, client):
        found = mistake(await client.call_tool(name, arguments))
    assert said in found
    assert "\n" not in found
    assert len(found) < 300
    assert not any(word in found for word in ("editloop runs", "Traceback", "constrained", "Error"))


async def test_who_names_a_path_in_vain_is_told_where_paths_lie(tmp_path: Path) -> None:
    rules = McpRules(folders=(tmp_path / "pictures", tmp_path / "inbox"))
    lie = f"Paths lie below {tmp_path / 'pictures'} or {tmp_path / 'inbox'}"
    async with asking(tmp_path, "auto", rules) as (at, client):
        for vain in ("none.png", "/etc/passwd", "~/none.png"):
            asked = {"image": vain, "instruction": "warm"}
            assert mistake(await client.call_tool("edit_image", asked)).endswith(lie)
        asked = {"image": at.photo(), "instruction": "warm", "mask": "no-mask.png"}
        masked = mistake(await client.call_tool("edit_image", asked))
        run = mistake(await client.call_tool("edit_image", {**asked, "image": "run:nobody"}))
        broken = {**asked, "mask": None, "image": at.photo("bad.png", b"nonsense")}
        bad = mistake(await client.call_tool("edit_image", broken))
        said = client.instructions
    assert lie not in bad
    assert masked.endswith(lie)
    assert lie not in run
    assert said
    assert said.endswith(f"{lie}.")


async def test_a_rating_is_from_0_to_10_and_may_be_quoted(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        await made(at, client)
        for value in (11, -1, "10.5"):
            found = await client.call_tool("rate_run", {"run_id": "last", "value": value})
            assert "from 0 to 10" in mistake(found)
        quoted = facts(await client.call_tool("rate_run", {"run_id": "last", "value": "8.5"}))
        word = facts(await client.call_tool("rate_run", {"run_id": "last", "value": "11/10"}))
        yes = facts(await client.call_tool("rate_run", {"run_id": "last", "value": True}))
    assert (quoted["value"], word["value"], yes["value"]) == (8.5, "11/10", True)


async def test_a_run_that_made_no_picture_is_tried_again_in_other_words(tmp_path: Path) -> None:
    editor = ScriptedEditor(EditorRejected("no cats here"), picture(8))
    async with asking(tmp_path, "auto", editor=editor, thinker=thinker(GOOD)) as (at, client):
        first = await made(at, client)
        used = await client.call_tool("edit_image", {"image": "last", "instruction": "warm"})
        second = facts(
            await client.call_tool("refine_run", {"run_id": first["run"], "instruction": "warm"})
        )
        run = await at.host.agent.store.run(second["run"])
        source = (await at.host.agent.store.run(first["run"])).task.source
    assert f'refine_run(run_id="{first["run"]}", instruction=' in first["next"]
    assert "#0 is its source" in mistake(used)
    assert (second["status"], run.task.labels["parent_turn"]) == ("done", "0")
    assert run.task.source == source


async def test_a_search_that_finds_nothing_says_so(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        empty = facts(await client.call_tool("list_images", {}))
        await made(at, client)
        none = facts(await client.call_tool("list_images", {"query": "elephants"}))
    assert "request_upload" in empty["next"]
    assert none["images"] == []
    assert none["next"].startswith("no run is like that")


async def test_an_answer_that_cannot_be_a_file_is_told_of_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file where the folder should be")
    async with asking(tmp_path, "auto", McpRules(out=tmp_path / "out")) as (at, client):
        run = await made(at, client)
    assert run["status"] == "done"
    assert "path" not in run["output"]
    assert "out" in run["output"]["unwritten"]


async def test_a_mistake_of_our_own_is_a_sentence_and_its_words_stay_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def begin(*args: Any, **more: Any) -> None:
        raise RuntimeError("secret words")

    async with asking(tmp_path, "auto") as (at, client):
        monkeypatch.setattr(at.host, "begin", begin)
        asked = {"image": at.photo(), "instruction": "warm"}
        found = mistake(await client.call_tool("edit_image", asked))
    assert found.startswith("edit_image met a mistake in editloop itself")
    assert "secret" not in found
    assert "secret words" in caplog.text


async def test_taking_the_picture_in_is_a_part_of_the_time_of_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, clock = Held(), iter((0.0, 50.0))
    monkeypatch.setattr(editing, "current_time", lambda: next(clock))
    async with asking(tmp_path, "auto", editor=held.editor) as (at, client):
        with anyio.fail_after(30):
            found = await made(at, client, wait_seconds=45)
        held.let_all()
    assert found["status"] == "running"
