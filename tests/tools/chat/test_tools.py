"""The five tools, as a model calls them."""

import io
import re
from typing import Any

import anyio
import pytest
from chatting import Agents, Script, Shown, attached, call, edit, opened, refine, scene, script
from making import critique, picture
from PIL import Image
from pydantic_ai import Agent, ImageUrl
from pydantic_ai.messages import ToolCallPart

from editloop.agent import EditAgent
from editloop.policies import ScriptedThinker
from editloop.tools import Abilities, EditRequest, ScriptedEditor
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio

WARM = {"operations": [{"op": "temperature", "amount": 30}, {"op": "crop_aspect", "ratio": [1, 1]}]}


def chat(said: Script, agent: EditAgent) -> Agent[None, str]:
    return Agent(said.model, capabilities=[ImageEditing(agent)])


def scored(scripted: Agents, *shades: int, turns: int = 1) -> EditAgent:
    """An agent whose edits are plain greys that its thinker likes."""
    editor = ScriptedEditor(*map(picture, shades))
    return scripted(editor, ScriptedThinker(critique(7, 7, "more")), turns)


async def test_an_unknown_handle_is_corrected_by_naming_the_known_ones(scripted: Agents) -> None:
    said = script(
        call("edit_image", image="photo.png", instruction="brighten it"),
        edit("brighten it"),
        "Done.",
    )

    await chat(said, scored(scripted, 1)).run([attached(scene())])

    told = said.shown[1].returned
    assert "there is no picture 'photo.png'" in told
    assert f"{said.shown[0].attached[0]} (attached)" in told


async def test_a_picture_given_by_address_must_be_attached(scripted: Agents) -> None:
    url = "https://example.org/a.png"
    said = script(call("edit_image", image=url, instruction="brighten it"), "Please attach it.")

    await chat(said, scored(scripted, 1)).run(["brighten this", ImageUrl(url)])

    assert "must be attached as a file" in said.shown[-1].returned


@pytest.mark.parametrize(
    ("instruction", "reason"), [(" ", "is empty"), ("add a cat", "nearest is")]
)
async def test_what_cannot_be_edited_is_told_with_what_could_be(
    embedded: EditAgent, instruction: str, reason: str
) -> None:
    said = script(edit(instruction), "I cannot do that.")

    done = await chat(said, embedded).run([attached(scene())])

    assert reason in said.shown[-1].returned
    assert done.output == "I cannot do that."


async def test_a_model_that_insists_is_told_of_the_failure_and_the_chat_goes_on(
    embedded: EditAgent,
) -> None:
    said = script(*[edit("add a cat")] * 5, "I cannot add cats.")

    done = await chat(said, embedded).run([attached(scene())])

    assert done.output == "I cannot add cats."


@pytest.mark.parametrize(
    "arguments", [{"max_turns": 99}, {"references": "img_0"}, {"strength": 3}, {"instruction": 5}]
)
async def test_a_model_that_insists_on_wrong_arguments_does_not_end_the_chat(
    scripted: Agents, arguments: dict[str, Any]
) -> None:
    def wrong(shown: Shown) -> ToolCallPart:
        given = {"image": shown.attached[0], "instruction": "brighten it"}
        return call("edit_image", **{**given, **arguments})

    said = script(wrong, wrong, wrong, wrong, "I cannot.")

    done = await chat(said, scored(scripted, 1)).run([attached(scene())])

    assert done.output == "I cannot."
    assert f"the call is not valid: {next(iter(arguments))}: " in said.shown[-1].returned


async def test_two_edits_of_one_response_are_made_side_by_side(scripted: Agents) -> None:
    both = anyio.Event()
    begun: list[EditRequest] = []

    async def together(request: EditRequest) -> None:
        begun.append(request)
        if len(begun) == 2:
            both.set()
        await both.wait()

    editor = ScriptedEditor(picture(1), picture(2), before=together)
    agent = scripted(editor, ScriptedThinker(critique(7, 7, "more")), 1)
    said = script(lambda shown: [edit("brighten it")(shown), edit("darken it")(shown)], "Both.")

    with anyio.fail_after(60):
        await chat(said, agent).run([attached(scene())])

    handles = {facts["image"] for facts in said.shown[-1].facts}
    assert len(handles) == 2
    assert handles < {shown.identifier for shown in said.shown[-1].pictures}


async def test_an_edit_of_an_edit_remembers_its_parent(scripted: Agents) -> None:
    said = script(
        edit("brighten it"),
        lambda shown: call("edit_image", image=shown.facts[0]["image"], instruction="crop it"),
        "Done.",
    )
    agent = scored(scripted, 1, 2)

    await chat(said, agent).run([attached(scene())])

    second, first = [await agent.store.run(each.id) for each in await agent.store.runs()]
    assert second.task.labels["parent"] == first.id
    assert second.task.labels["parent_turn"] == "1"


async def test_a_refinement_can_go_on_from_another_attempt_than_the_answer(
    scripted: Agents,
) -> None:
    editor = ScriptedEditor(*map(picture, (1, 2, 3)))
    thinker = ScriptedThinker(critique(4, 4, "more"), critique(9, 9, "more"))
    said = script(edit("brighten it"), refine("darken it", turn=1), "Done.")
    agent = scripted(editor, thinker, 2)

    await chat(said, agent).run([attached(scene())])

    second, first = [await agent.store.run(each.id) for each in await agent.store.runs()]
    assert first.answer == 2
    assert second.task.source == first.turns[0].edited
    assert second.task.labels["parent_turn"] == "1"
    assert said.shown[1].facts[0]["attempts"][0] == {"turn": 1, "semantic": 4.0, "quality": 4.0}


@pytest.mark.parametrize(("run", "turn"), [("zzzzzz", None), ("", None), (None, 7)])
async def test_a_run_or_turn_that_is_not_there_is_corrected(
    scripted: Agents, run: str | None, turn: int | None
) -> None:
    said = script(
        edit("brighten it"),
        lambda shown: call(
            "refine_edit",
            run=shown.facts[0]["run"] if run is None else run,
            instruction="darken it",
            turn=turn,
        ),
        "Sorry.",
    )

    await chat(said, scored(scripted, 1)).run([attached(scene())])

    known = "[1]" if turn else said.shown[1].facts[0]["run"]
    assert known in said.shown[-1].returned


async def test_masks_and_references_are_named_by_their_handles(scripted: Agents) -> None:
    editor = ScriptedEditor(picture(1), abilities=Abilities(mask=True, references=1))
    agent = scripted(editor, ScriptedThinker(critique(7, 7, "more")), 1)
    white = picture(255).data
    said = script(
        lambda shown: call(
            "edit_image",
            image=shown.attached[0],
            instruction="paint here",
            mask=shown.attached[1],
            references=[shown.attached[0]],
        ),
        "Done.",
    )

    await chat(said, agent).run([attached(scene()), attached(white)])

    (request,) = editor.requests
    assert request.mask is not None
    assert request.mask.data == white
    assert [each.data for each in request.references] == [scene()]


@pytest.mark.parametrize(
    ("given", "reason"), [("mask", "takes no mask"), ("references", "takes 0 reference pictures")]
)
async def test_what_the_editor_would_leave_out_is_refused(
    scripted: Agents, given: str, reason: str
) -> None:
    agent = scored(scripted, 1)
    said = script(
        lambda shown: call(
            "edit_image",
            image=shown.attached[0],
            instruction="paint here",
            **{given: shown.attached[0] if given == "mask" else shown.attached[:1]},
        ),
        "It cannot.",
    )

    await chat(said, agent).run([attached(scene())])

    assert reason in said.shown[-1].returned
    assert await agent.store.runs() == []


async def test_pictures_are_compared_by_measurement_and_seen_side_by_side(
    embedded: EditAgent,
) -> None:
    said = script(
        lambda shown: call("retouch", image=shown.attached[0], recipe=WARM),
        lambda shown: call(
            "compare_images", before=shown.attached[0], after=shown.facts[0]["image"]
        ),
        "Warmer and square.",
    )

    await chat(said, embedded).run([attached(scene())])

    told = said.shown[-1].facts[-1]
    assert re.match(r"cropped to x 1[23]-8[78] %, y 0-100 % of", told["framing"])
    assert told["warmth"] > 1.5
    assert abs(told["lightness_percent"]) < 1
    assert told["repainted_where"] == "nowhere much"
    pair = said.shown[-1].pictures[-1]
    before, after = (told[side]["image"] for side in ("before", "after"))
    assert pair.identifier == f"{before} | {after}"
    assert opened(pair).width > opened(pair).height


async def test_a_change_in_one_place_is_found_there(scripted: Agents) -> None:
    painted = Image.open(io.BytesIO(scene()))
    painted.paste((240, 240, 20), (220, 10, 310, 70))
    out = io.BytesIO()
    painted.save(out, "PNG")
    said = script(
        lambda shown: call("compare_images", before=shown.attached[0], after=shown.attached[1]),
        lambda shown: call("compare_images", before=shown.attached[0], after=shown.attached[0]),
        "The top right.",
    )

    await chat(said, scored(scripted, 1)).run([attached(scene()), attached(out.getvalue())])

    changed, same = said.shown[-1].facts
    assert changed["framing"] == "unchanged"
    assert changed["repainted_where"] == "top right"
    assert 5 < changed["repainted_percent"] < 10
    assert same["verdict"] == "the same file"


async def test_the_list_names_what_was_attached_and_what_was_made(embedded: EditAgent) -> None:
    said = script(edit("brighten it"), call("list_images"), "Two.")

    await chat(said, embedded).run([attached(scene())])

    first, second = said.shown[-1].items[-2:]
    assert first == {"image": said.shown[0].attached[0], "what": "attached", "size": "320×240"}
    made = said.shown[-1].facts[0]
    assert second == {
        "image": made["image"],
        "what": "edited",
        "size": "320×240",
        "run": made["run"],
        "turn": 1,
    }


async def test_the_tools_stand_in_one_order_and_the_recipe_has_its_schema(
    embedded: EditAgent,
) -> None:
    said = script("Hello.")

    await chat(said, embedded).run("hello")

    tools = said.shown[0].info.function_tools
    names = ["edit_image", "refine_edit", "compare_images", "retouch", "list_images"]
    assert [tool.name for tool in tools] == names
    schema = tools[3].parameters_json_schema
    assert "Temperature" in schema["$defs"]
    assert set(schema["properties"]) == {"image", "recipe", "mask"}
    assert len(str(schema)) < 20_000


async def test_a_picture_that_was_removed_must_be_attached_again(scripted: Agents) -> None:
    agent = scored(scripted, 1)
    said = script("A hut.", edit("brighten it"), "Please attach it again.")
    first = await chat(said, agent).run([attached(scene())])
    await agent.images.delete((await agent.images.all())[0][0])

    await chat(said, agent).run("brighten it", message_history=first.all_messages())

    assert said.shown[1].pictures == []
    assert "ask the user to attach it again" in said.shown[2].returned


async def test_recipes_can_be_left_out(embedded: EditAgent) -> None:
    said = script("Hello.")

    await Agent(said.model, capabilities=[ImageEditing(embedded, recipes=False)]).run("hello")

    info = said.shown[0].info
    names = ["edit_image", "refine_edit", "compare_images", "list_images"]
    assert [tool.name for tool in info.function_tools] == names
    assert "retouch" not in (info.instructions or "")
