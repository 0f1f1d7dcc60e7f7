"""The seven tools, asked in both protocol eras."""

import base64
import io
from pathlib import Path
from typing import Any

import anyio
import pytest
from hosting import GOOD, Held, thinker
from making import critique
from mcp.client import Client
from mcp.types import Implementation
from mcp_doors import ERAS, asking, facts, house, image, link, mistake
from PIL import Image

from editloop.memory import EditorRejected
from editloop.server.mcp.rules import McpRules
from editloop.server.mcp.server import TOOLS
from editloop.tools import ScriptedEditor

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("era", ERAS)


def replaced(path: Path, data: bytes) -> bytes:
    """Write over a file; returns what was in it."""
    before = path.read_bytes()
    path.write_bytes(data)
    return before


@both_eras
async def test_the_seven_tools_are_listed_in_their_order(tmp_path: Path, era: str) -> None:
    async with asking(tmp_path, era) as (_, client):
        tools = (await client.list_tools()).tools
    assert tuple(tool.name for tool in tools) == TOOLS
    by_name = {tool.name: tool for tool in tools}
    assert (by_name["edit_image"].meta or {})["openai/fileParams"] == ["image", "mask"]
    for tool in tools:
        hints = tool.annotations
        assert tool.description
        assert tool.output_schema
        assert hints is not None
        assert hints.destructive_hint is False
        assert hints.read_only_hint is (tool.name in ("get_run", "compare_runs", "list_images"))
        assert tool.input_schema["additionalProperties"] is False


@both_eras
async def test_an_edit_answers_with_text_first_then_a_picture_then_a_link(
    tmp_path: Path, era: str
) -> None:
    async with asking(tmp_path, era) as (at, client):
        found = await client.call_tool(
            "edit_image", {"image": at.photo(), "instruction": "make it warm"}
        )
    said, shown, linked = facts(found), image(found), link(found)
    assert [block.type for block in found.content] == ["text", "image", "resource_link"]
    assert (said["status"], said["shown"], said["reached"]) == ("done", 3, False)
    assert said["scores"] == {"overall": 9.0, "semantic": 9.0, "quality": 9.0}
    assert [turn["turn"] for turn in said["turns"]] == [1, 2, 3]
    assert said["turns"][0]["line"].startswith("turn 1: score 3.5 (semantic 3, quality 4)")
    assert said["output"]["handle"] == f"run:{said['run']}"
    assert said["output"]["uri"] == f"editloop://run/{said['run']}/final"
    assert shown is not None
    assert shown.mime_type == "image/jpeg"
    assert linked is not None
    assert (linked.uri, linked.size) == (said["output"]["uri"], said["output"]["size"])


@both_eras
async def test_a_call_that_waited_long_enough_says_how_to_ask_for_more(
    tmp_path: Path, era: str
) -> None:
    held = Held(free=1)
    async with asking(tmp_path, era, editor=held.editor) as (at, client):
        edit = {"image": at.photo(), "instruction": "make it warm", "wait_seconds": 0}
        begun = facts(await client.call_tool("edit_image", edit))
        await held.asked(2)
        early = await client.call_tool("get_run", {"run_id": begun["run"]})
        held.let_all()
        late = await client.call_tool("get_run", {"run_id": begun["run"], "wait_seconds": 30})
    said = facts(early)
    assert (said["status"], said["shown"]) == ("running", 1)
    assert said["output"]["uri"] == f"editloop://run/{said['run']}/turn/1/image"
    assert f'get_run(run_id="{said["run"]}"' in said["next"]
    assert image(early) is not None
    assert facts(late)["status"] == "done"


async def test_going_on_from_a_run_remembers_where_it_came_from(tmp_path: Path) -> None:
    answers = [critique(9, 9, "ok")] * 9
    async with asking(tmp_path, "auto", thinker=thinker(*answers)) as (at, client):
        edit = {"image": at.photo("cat.png"), "instruction": "make it warm", "session": "s1"}
        first = facts(await client.call_tool("edit_image", edit))
        more = {"run_id": "last", "instruction": "a little less warm"}
        second = facts(await client.call_tool("refine_run", more))
        run = await at.host.agent.store.run(second["run"])
        base = await at.host.agent.store.run(first["run"])
    assert (second["parent"], second["session"]) == (first["run"], "s1")
    assert run.task.source == base.turns[0].edited
    assert run.task.labels["parent_turn"] == "1"
    assert (run.task.labels["door"], run.task.labels["file"]) == ("mcp", "cat.png")


async def test_going_on_from_a_named_turn_takes_its_picture(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto", thinker=thinker(*[GOOD] * 9)) as (at, client):
        edit = {"image": at.photo(), "instruction": "make it warm"}
        first = facts(await client.call_tool("edit_image", edit))
        more = {"run_id": first["run"], "instruction": "cooler", "turn": 0}
        second = facts(await client.call_tool("refine_run", more))
        run = await at.host.agent.store.run(second["run"])
        wrong = await client.call_tool("refine_run", {**more, "turn": 7})
    assert run.task.labels["parent_turn"] == "0"
    assert "has no picture of a turn 7" in mistake(wrong)


async def test_a_run_that_has_ended_needs_an_instruction(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        await client.call_tool("edit_image", {"image": at.photo(), "instruction": "make it warm"})
        found = await client.call_tool("refine_run", {"run_id": "last"})
    assert mistake(found).startswith("say what to change")


async def test_the_same_key_gives_the_same_run_and_another_wish_is_refused(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        edit = {"image": at.photo(), "instruction": "make it warm", "request_key": "k"}
        one = facts(await client.call_tool("edit_image", edit))
        two = facts(await client.call_tool("edit_image", edit))
        other = await client.call_tool("edit_image", {**edit, "instruction": "cooler"})
    assert one["run"] == two["run"]
    assert "request_key" in mistake(other)


async def test_runs_beside_each_other_are_one_picture_and_their_facts(tmp_path: Path) -> None:
    answers = [critique(8, 8, "ok"), critique(9, 9, "ok")]
    async with asking(tmp_path, "auto", thinker=thinker(*answers)) as (at, client):
        photo = at.photo()
        runs = [
            facts(await client.call_tool("edit_image", {"image": photo, "instruction": words}))
            for words in ("warm", "cool")
        ]
        ids = [run["run"] for run in runs]
        found = await client.call_tool("compare_runs", {"run_ids": ids})
        alone = await client.call_tool("compare_runs", {"run_ids": ids[:1]})
    said = facts(found)
    assert [run["run"] for run in said["runs"]] == ids
    assert said["order"] == [f"run:{ids[0]}#0", f"run:{ids[0]}#1", f"run:{ids[1]}#1"]
    assert said["best"] == ids[1]
    shown = image(found)
    assert shown is not None
    with Image.open(io.BytesIO(base64.b64decode(shown.data))) as sheet:
        assert sheet.size == (768, 768)
    assert "run_ids" in mistake(alone)


async def test_a_rating_is_an_annotation_of_the_run(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        edit = {"image": at.photo(), "instruction": "make it warm"}
        run = facts(await client.call_tool("edit_image", edit))["run"]
        rate = {"run_id": run, "value": 4, "turn": 2, "note": "nice light"}
        await client.call_tool("rate_run", rate)
        await client.call_tool(
            "rate_run", {"run_id": run, "value": "keeper", "about": "verdict", "by": "assistant"}
        )
        wrong = await client.call_tool("rate_run", {**rate, "turn": 9})
        kept = await at.host.agent.store.annotations(run)
    assert [(each.kind, each.name, each.value, each.turn) for each in kept] == [
        ("HUMAN", "rating", 4, 2),
        ("LLM", "verdict", "keeper", None),
    ]
    assert kept[0].note == "nice light"
    assert wrong.is_error


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("edit_image", {"image": "x"}, "edit_image needs the argument 'instruction'"),
        ("edit_image", {"image": "x", "instruction": "warm", "turn": 3}, "has no argument 'turn'"),
        ("edit_image", {"image": "x", "instruction": "warm", "turns": 0}, "'turns' cannot be 0"),
        ("edit_image", {"image": "x", "instruction": ""}, "'instruction' cannot be ''"),
        ("edit_image", {"image": "/etc/passwd", "instruction": "warm"}, "folders that may be read"),
        ("edit_image", {"image": "https://x.example/a.png", "instruction": "warm"}, "address"),
        ("edit_image", {"image": "run:nobody", "instruction": "warm"}, "nobody"),
        ("edit_image", {"image": 3, "instruction": "warm"}, "the argument 'image'"),
        ("get_run", {"run_id": "zzzzzz"}, "zzzzzz"),
        ("get_run", {"run_id": "zzzzzz", "wait_seconds": 1e9}, "'wait_seconds'"),
        ("rate_run", {"run_id": "zzzzzz", "value": 3}, "zzzzzz"),
        ("no_such_tool", {}, "no_such_tool"),
    ],
)
async def test_a_wrong_call_is_answered_with_one_sentence(
    tmp_path: Path, name: str, arguments: dict[str, Any], said: str
) -> None:
    async with asking(tmp_path, "auto") as (_, client):
        found = await client.call_tool(name, arguments)
    assert said in mistake(found)
    assert "\n" not in mistake(found)
    assert "Traceback" not in mistake(found)


async def test_a_turn_can_be_shown_and_one_that_is_not_there_cannot(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        edit = {"image": at.photo(), "instruction": "make it warm"}
        await client.call_tool("edit_image", edit)
        first = facts(await client.call_tool("get_run", {"run_id": "last", "turn": 1}))
        wrong = await client.call_tool("get_run", {"run_id": "last", "turn": 9})
    assert (first["shown"], first["scores"]["overall"]) == (1, 9.0)
    assert "not a turn 9" in mistake(wrong)


async def test_a_preview_that_cannot_be_made_leaves_the_facts(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (at, client):
        edit = {"image": at.photo(), "instruction": "make it warm"}
        run = facts(await client.call_tool("edit_image", edit))
        await at.host.agent.images.delete(run["output"]["sha256"])
        found = await client.call_tool("get_run", {"run_id": "last"})
    assert [block.type for block in found.content] == ["text", "resource_link"]


async def test_a_failed_run_says_why_and_shows_nothing(tmp_path: Path) -> None:
    editor = ScriptedEditor(EditorRejected("no cats here"))
    async with asking(tmp_path, "auto", editor=editor) as (at, client):
        edit = {"image": at.photo(), "instruction": "add a cat"}
        found = await client.call_tool("edit_image", edit)
    said = facts(found)
    assert said["status"] in ("failed", "refused")
    assert "no cats here" in said["why"]
    assert "output" not in said
    assert image(found) is None


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        ("inline", ["text", "image", "resource_link"]),
        ("link", ["text", "resource_link"]),
        ("none", ["text"]),
    ],
)
async def test_the_setting_decides_how_much_of_a_picture_is_answered(
    tmp_path: Path, mode: Any, kinds: list[str]
) -> None:
    async with asking(tmp_path, "auto", McpRules(images=mode)) as (at, client):
        edit = {"image": at.photo(), "instruction": "make it warm"}
        found = await client.call_tool("edit_image", edit)
    assert [block.type for block in found.content] == kinds
    assert facts(found)["output"]["uri"]


@both_eras
async def test_a_client_that_takes_pictures_for_text_gets_a_link(tmp_path: Path, era: str) -> None:
    who = Implementation(name="openai-mcp", version="1")
    async with house(tmp_path) as at, Client(at.server, mode=era, client_info=who) as client:
        edit = {"image": at.photo(), "instruction": "make it warm"}
        found = await client.call_tool("edit_image", edit)
    assert [block.type for block in found.content] == ["text", "resource_link"]


async def test_answers_are_files_too_and_replace_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    async with asking(tmp_path, "auto", McpRules(out=out)) as (at, client):
        edit = {"image": at.photo("cat.png"), "instruction": "make it warm"}
        first = facts(await client.call_tool("edit_image", edit))
        again = facts(await client.call_tool("get_run", {"run_id": first["run"]}))
        path = Path(first["output"]["path"])
        kept = replaced(path, b"mine now")
        third = facts(await client.call_tool("get_run", {"run_id": first["run"]}))
    assert path.name == f"cat-edited-{first['run'][-6:]}.png"
    assert again["output"]["path"] == str(path)
    assert replaced(path, b"") == b"mine now"
    assert replaced(Path(third["output"]["path"]), b"") == kept


async def test_the_prompt_names_the_picture_and_the_goal(tmp_path: Path) -> None:
    async with asking(tmp_path, "auto") as (_, client):
        listed = (await client.list_prompts()).prompts
        found = await client.get_prompt("edit_with_care", {"image": "last", "goal": "an evening"})
    assert [prompt.name for prompt in listed] == ["edit_with_care"]
    text = found.messages[0].content
    assert "last" in text.text  # type: ignore[union-attr]
    assert "an evening" in text.text  # type: ignore[union-attr]


async def test_two_clients_edit_at_the_same_time(tmp_path: Path) -> None:
    held = Held()
    async with house(tmp_path, editor=held.editor, thinker=thinker(*[GOOD] * 9)) as at:
        found: list[dict[str, Any]] = []

        async def edit(words: str) -> None:
            async with Client(at.server, mode="auto") as client:
                asked = {"image": at.photo(), "instruction": words}
                found.append(facts(await client.call_tool("edit_image", asked)))

        async with anyio.create_task_group() as group:
            group.start_soon(edit, "warm")
            group.start_soon(edit, "cool")
            await held.asked(2)
            held.let_all()
    assert {run["instruction"] for run in found} == {"warm", "cool"}
    assert all(run["status"] == "done" for run in found)
