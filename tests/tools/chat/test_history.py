"""What is stored of a conversation, and what of it is shown."""

import io

import pytest
from chatting import Agents, Script, Shown, attached, call, edit, refine, scene, script
from making import critique, picture, png
from PIL import Image
from pydantic_ai import Agent, BinaryContent, BinaryImage, ImageUrl, ModelMessagesTypeAdapter
from pydantic_ai.messages import (
    FilePart,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel

from editloop.agent import EditAgent
from editloop.policies import ScriptedThinker
from editloop.tools import ScriptedEditor
from editloop.tools.chat import ImageEditing, ImageTools, slim

pytestmark = pytest.mark.anyio


@pytest.fixture
def agent(scripted: Agents) -> EditAgent:
    editor = ScriptedEditor(*map(picture, range(1, 40)))
    return scripted(editor, ScriptedThinker(critique(7, 7, "more")), 1)


def chat(said: Script, agent: EditAgent, **options: object) -> Agent[None, str]:
    return Agent(said.model, capabilities=[ImageEditing(agent, **options)])  # type: ignore[arg-type]


async def test_a_picture_that_another_tool_returns_gets_a_handle_and_leaves_the_history(
    agent: EditAgent,
) -> None:
    said = script(
        call("screenshot"),
        lambda shown: call("edit_image", image=shown.attached[0], instruction="crop it"),
        "Done.",
    )
    talk = chat(said, agent)

    @talk.tool_plain
    def screenshot() -> list[object]:  # pyright: ignore[reportUnusedFunction]
        return ["the screen", BinaryContent(data=scene(), media_type="image/png")]

    done = await talk.run("look")

    text, line, shown = said.shown[1].items[1:]
    assert text == "the screen"
    assert line == f"[{shown.identifier}: picture returned by a tool, 320×240]"
    assert said.shown[-1].facts[-1]["status"] == "done"
    assert b'"kind":"binary"' not in done.all_messages_json()


async def test_a_picture_that_cannot_be_read_is_left_and_said_to_be_so(agent: EditAgent) -> None:
    broken = attached(png(1)[:40])
    said = script("I cannot open it.")

    done = await chat(said, agent).run(["look", broken])

    assert said.shown[0].items == [
        "look",
        broken,
        "[the picture above cannot be edited: the PNG file is cut off: fetch or save it again]",
    ]
    assert b"cannot be edited" not in done.all_messages_json()


async def test_the_earliest_previews_give_way_and_requests_mostly_begin_alike(
    agent: EditAgent,
) -> None:
    said = script(edit("1"), *[refine(str(number)) for number in range(2, 12)], "Done.")

    await chat(said, agent, newest=4).run([attached(scene())])

    counts = [len(shown.pictures) for shown in said.shown]
    assert counts == [1, 2, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4]
    firsts = [[each.identifier for each in shown.pictures[:2]] for shown in said.shown]
    assert firsts[4] == firsts[5] != firsts[6] == firsts[7]
    assert all(shown.attached == said.shown[0].attached for shown in said.shown)


async def test_all_that_the_user_has_just_attached_is_shown(agent: EditAgent) -> None:
    said = script(
        call("list_images"),
        lambda shown: call("edit_image", image=shown.attached[0], instruction="brighten it"),
        "The first is brighter.",
        "You are welcome.",
    )
    talk = chat(said, agent, newest=4)

    first = await talk.run(["which is best?", *(attached(scene((40, 30 + k))) for k in range(12))])
    await talk.run("thanks", message_history=first.all_messages())

    assert [len(shown.pictures) for shown in said.shown] == [12, 12, 13, 3]
    assert [p.identifier for p in said.shown[2].pictures[:12]] == said.shown[0].attached


async def test_a_model_that_sees_nothing_is_sent_no_picture(agent: EditAgent) -> None:
    said = script(edit("brighten it"), "Done.")

    await chat(said, agent, newest=0).run(["look", attached(scene())])

    assert [shown.pictures for shown in said.shown] == [[], []]
    assert said.shown[0].attached
    assert "You do not see the pictures" in (said.shown[0].info.instructions or "")


async def test_a_picture_in_a_data_url_is_one_like_any_other(agent: EditAgent) -> None:
    said = script(edit("brighten it"), "Done.")
    given = ImageUrl(attached(scene()).data_uri)

    done = await chat(said, agent).run(["look", given, ImageUrl("data:image/png;base64,AAAA")])

    assert said.shown[-1].facts[-1]["status"] == "done"
    assert said.shown[0].items[-1].startswith("[the picture above cannot be edited: ")
    assert b"base64,iVBOR" not in done.all_messages_json()


async def test_of_an_animation_the_model_is_told_that_the_first_frame_counts(
    agent: EditAgent,
) -> None:
    said = script("A still.")
    frames = [Image.new("RGB", (60, 40), (shade, 0, 0)) for shade in (0, 120, 240)]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])

    await chat(said, agent).run([attached(moving.getvalue(), "image/gif")])

    assert said.shown[0].items[0].content.endswith("picture attached, 60×40, its first frame]")


async def test_the_stored_history_can_be_left_as_the_user_sent_it(agent: EditAgent) -> None:
    said = script(edit("brighten it"), "Done.")
    given = attached(scene((1200, 900)))

    done = await chat(said, agent, slim_history=False).run([given])

    first = done.all_messages()[0].parts[0]
    assert isinstance(first, UserPromptPart)
    assert first.content == [given]
    assert {shown.media_type for shown in said.shown[-1].pictures} == {"image/jpeg"}


async def test_new_messages_are_slim_too(agent: EditAgent) -> None:
    said = script("Hello.", "A hut.")
    talk = chat(said, agent)
    first = await talk.run("hello")

    second = await talk.run(["look", attached(scene())], message_history=first.all_messages())

    assert len(second.new_messages()) == 2
    assert b'"kind":"binary"' not in second.new_messages_json()


async def test_a_history_that_was_stored_before_can_be_made_slim(agent: EditAgent) -> None:
    messages = [ModelRequest(parts=[UserPromptPart(["look", attached(scene())])])]

    made = await slim(messages, agent.images)

    assert b'"kind":"binary"' not in ModelMessagesTypeAdapter.dump_json(made)
    assert messages[0].parts[0].content[1] == attached(scene())  # type: ignore[index]
    assert await slim(made, agent.images) == made


async def test_a_history_that_lost_its_metadata_finds_its_edits_on_record(
    agent: EditAgent,
) -> None:
    said = script(edit("brighten it"), "Done.")
    first = await chat(said, agent, session="ann").run([attached(scene())])
    made = said.shown[1].facts[0]
    stripped = first.all_messages()
    for message in stripped:
        for part in message.parts:
            if isinstance(part, ToolReturnPart):
                part.metadata = None

    again = script(
        call("edit_image", image=made["image"], instruction="crop it"),
        call("refine_edit", run=made["run"], instruction="crop it"),
        "Done.",
    )
    await chat(again, agent, session="ann").run("crop it", message_history=stripped)

    assert [facts["status"] for facts in again.shown[-1].facts[-2:]] == ["done", "done"]


@pytest.mark.parametrize("other", [{"session": "bob"}, {"labels": {"principal": "bob"}}])
async def test_a_conversation_cannot_name_what_belongs_to_another(
    agent: EditAgent, other: dict[str, object]
) -> None:
    ann = {"session": "ann", "labels": {"principal": "ann"}}
    said = script(edit("brighten it"), "Done.")
    await chat(said, agent, **ann).run([attached(scene())])
    made = said.shown[1].facts[0]

    asked = script(
        call("edit_image", image=made["image"], instruction="crop it"),
        call("refine_edit", run=made["run"], instruction="crop it"),
        "I know no such picture.",
    )
    await chat(asked, agent, **{**ann, **other}).run("crop it")

    assert "there is no picture" in asked.shown[1].returned
    assert "names no single run" in asked.shown[2].returned
    assert len(await agent.store.runs()) == 1


async def test_the_plain_toolset_finds_the_users_pictures_and_returns_previews(
    agent: EditAgent,
) -> None:
    said = script(
        call("list_images"),
        lambda shown: call("edit_image", image=shown.facts[0]["image"], instruction="crop it"),
        "Done.",
    )

    await Agent(said.model, toolsets=[ImageTools(agent)]).run(["look", attached(scene())])

    given, shown = said.shown[-1].pictures
    assert given.data == scene()
    assert shown.identifier == said.shown[-1].facts[-1]["image"]
    assert shown.media_type == "image/jpeg"


async def test_what_the_chat_model_paints_has_a_handle_and_leaves_the_history_too(
    agent: EditAgent,
) -> None:
    def answers(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        said.shown.append(Shown(messages, info))
        painted = BinaryImage(data=scene(), media_type="image/png")
        text, whole = TextPart("Here is a hut."), FilePart(painted, id="1", provider_name="painter")
        if len(said.shown) == 1:
            return ModelResponse(parts=[text, whole])
        if len(said.shown) == 2:
            handle = said.shown[-1].attached[0]
            return ModelResponse(parts=[call("edit_image", image=handle, instruction="crop it")])
        return ModelResponse(parts=[TextPart("Done.")])

    said = script()
    talk = Agent(FunctionModel(answers), capabilities=[ImageEditing(agent)])
    first = await talk.run("paint a hut")
    second = await talk.run("crop it", message_history=first.all_messages())

    given_back = said.shown[1].messages[1].parts[1]
    assert isinstance(given_back, FilePart)
    assert (given_back.content.data, given_back.id) == (scene(), "1")
    assert said.shown[1].items[-1].endswith(": picture made by you, 320×240]")
    assert said.shown[-1].facts[-1]["status"] == "done"
    assert len(second.all_messages_json()) < 20_000
    history = ModelMessagesTypeAdapter.validate_json(second.all_messages_json())
    third = await talk.run("thanks", message_history=history)
    assert third.output == "Done."
    assert said.shown[-1].messages[1].parts[1].content.data == scene()  # type: ignore[union-attr]
