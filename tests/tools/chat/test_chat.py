"""The chat of the issue: attach a photo, "warmer and square", "a little less warm"."""

import re
from pathlib import Path

import pytest
from chatting import Agents, attached, edit, noise, opened, refine, scene, script
from making import critique
from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessagesTypeAdapter

from editloop.agent import EditAgent
from editloop.agent.settings import Settings
from editloop.agent.wiring import build
from editloop.policies import ScriptedThinker
from editloop.tools import Picture, ScriptedEditor
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio


BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{200}")


def pictures_in(history: bytes) -> list[bytes]:
    """What in a stored history is the bytes of anything."""
    return [*BASE64.findall(history), *re.findall(rb'"kind":"binary"', history)]


async def test_a_photo_becomes_warmer_and_square_and_then_a_little_less_warm(
    embedded: EditAgent,
) -> None:
    said = script(
        edit("make it warmer and crop it square"),
        "Done.",
        refine("make it a little cooler"),
        "Yes.",
    )
    chat = Agent(said.model, capabilities=[ImageEditing(embedded)])

    first = await chat.run(["make it warmer and crop it square", attached(scene())])
    second = await chat.run("a little less warm", message_history=first.all_messages())

    new, old = [await embedded.store.run(each.id) for each in await embedded.store.runs()]
    assert old.best is not None
    assert new.task.source == old.best.edited
    assert new.task.source.width == new.task.source.height
    assert new.task.labels["parent"] == old.id
    assert new.task.labels["parent_turn"] == str(old.answer)
    assert new.task.labels["session"] == old.task.labels["session"] == first.conversation_id
    assert new.task.labels["door"] == "chat"
    assert pictures_in(second.all_messages_json()) == []
    handles = [facts["image"] for facts in said.shown[-1].facts]
    assert [shown.identifier for shown in said.shown[-1].pictures] == [
        said.shown[0].attached[0],
        *handles,
    ]


async def test_ten_edits_of_a_large_photo_leave_a_small_history(scripted: Agents) -> None:
    photo = noise((1600, 1200))
    edits = [Picture(noise((1600, 1200)), "image/jpeg") for _ in range(3)]
    thinker = ScriptedThinker(critique(5, 5, "again"))
    agent = scripted(ScriptedEditor(*edits), thinker, turns=1)
    assert len(photo) > 1_800_000
    said = script(edit("brighten it"), *[refine("a little brighter")] * 9, "Ten edits.")
    chat = Agent(said.model, capabilities=[ImageEditing(agent)])

    done = await chat.run(["look", attached(photo, "image/jpeg")])

    history = done.all_messages_json()
    assert len(await agent.store.runs()) == 10
    assert pictures_in(history) == []
    assert len(history) < 60_000
    sent = sum(len(picture.data) for picture in said.shown[-1].pictures)
    assert 0 < sent <= 8 * 192_000
    assert all(max(opened(picture).size) <= 768 for picture in said.shown[-1].pictures)


async def test_a_stored_conversation_goes_on_in_another_process(settings: Settings) -> None:
    said = script(edit("make it warmer"), "Done.")
    chat = Agent(said.model, capabilities=[ImageEditing(lambda: build(settings))])
    stored = (await chat.run(["warmer", attached(scene())])).all_messages_json()

    again = script(refine("make it a little cooler"), edit("rotate it left"), "Done.")
    resumed = Agent(again.model, capabilities=[ImageEditing(lambda: build(settings))])
    history = ModelMessagesTypeAdapter.validate_json(stored)
    await resumed.run("less", message_history=history)

    async with build(settings) as agent:
        newest, refined, first = [await agent.store.run(r.id) for r in await agent.store.runs()]
    assert refined.task.labels["parent"] == first.id
    assert newest.task.source == first.task.source
    assert {run.task.labels["session"] for run in (newest, refined, first)} == {
        first.task.labels["session"]
    }
    assert [p.identifier for p in again.shown[0].pictures] == [
        again.shown[0].attached[0],
        again.shown[0].facts[0]["image"],
    ]


async def test_the_users_own_messages_are_left_alone(embedded: EditAgent, tmp_path: Path) -> None:
    said = script("I see a hut.")
    given = [attached(scene())]
    chat = Agent(said.model, capabilities=[ImageEditing(embedded)])

    await chat.run(["what is it?", *given])

    assert given[0].data == scene()
