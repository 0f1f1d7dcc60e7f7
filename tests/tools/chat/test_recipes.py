"""Recipes that the chat model writes itself."""

import json
from typing import Any

import pytest
from chatting import Script, attached, call, refine, scene, script
from pydantic_ai import Agent

from editloop.agent import EditAgent
from editloop.memory import StopReason
from editloop.tools import EditRequest, Picture
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio

WARM = {"operations": [{"op": "temperature", "amount": 30}, {"op": "crop_aspect", "ratio": [1, 1]}]}


def chat(said: Script, agent: EditAgent) -> Agent[None, str]:
    return Agent(said.model, capabilities=[ImageEditing(agent)])


async def test_a_recipe_is_carried_out_as_it_stands_and_is_a_run_on_record(
    embedded: EditAgent,
) -> None:
    said = script(
        lambda shown: call("retouch", image=shown.attached[0], recipe=WARM),
        refine("make it a little cooler"),
        "Done.",
    )

    await chat(said, embedded).run([attached(scene())])

    refined, run = [await embedded.store.run(each.id) for each in await embedded.store.runs()]
    assert run.editor == "retouch"
    assert run.status == "done"
    assert run.stop is not None
    assert run.stop.reason is StopReason.MAX_TURNS
    assert run.turns[0].critique is None
    assert run.best is not None
    assert run.best.edited is not None
    assert (run.best.edited.width, run.best.edited.height) == (240, 240)
    assert refined.task.source == run.best.edited
    assert refined.task.labels["parent"] == run.id
    replayed = await embedded.editor.edit(
        EditRequest(Picture(scene(), "image/png"), run.task.instruction)
    )
    assert replayed.picture.data == await embedded.images.get(run.best.edited)


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ({"operations": [{"op": "temperature", "amount": 500}]}, "operations.0.temperature.amount"),
        ({"operations": [{"op": "temperature", "amount": 500}]}, '"maximum": 100, "minimum": -100'),
        ({"operations": [{"op": "hue", "degrees": "red"}]}, '"degrees": {"maximum": 180'),
        ({"operations": [{"op": "add_cat"}]}, "'crop_aspect'"),
        ({"operations": [{"exposure": 1}]}, "which is one of blacks, blur, "),
        ({"operations": [{"op": "exposure", "stops": 1, "region": "sky"}]}, "position, sky"),
        (
            {"operations": [{"op": "exposure", "stops": 1, "region": {"shape": "hue"}}]},
            '"hue": {"enum": ["red", ',
        ),
        ({"operations": []}, "no operations"),
        ({"ops": []}, 'write {"operations": '),
        ("warmer", "the recipe is no JSON"),
    ],
)
async def test_a_recipe_that_is_not_valid_is_corrected(
    embedded: EditAgent, recipe: Any, reason: str
) -> None:
    said = script(
        lambda shown: call("retouch", image=shown.attached[0], recipe=recipe),
        lambda shown: call("retouch", image=shown.attached[0], recipe=WARM),
        "Done.",
    )

    await chat(said, embedded).run([attached(scene())])

    assert reason in said.shown[1].returned
    assert said.shown[2].facts[-1]["size"] == "240×240"
    assert len(await embedded.store.runs()) == 1


@pytest.mark.parametrize("recipe", [json.dumps(WARM), WARM["operations"]])
async def test_a_recipe_is_taken_in_the_forms_that_models_give_it(
    embedded: EditAgent, recipe: Any
) -> None:
    said = script(
        lambda shown: call("retouch", image=shown.attached[0], recipe=recipe),
        "Done.",
    )

    await chat(said, embedded).run([attached(scene())])

    assert said.shown[1].facts[-1]["size"] == "240×240"
