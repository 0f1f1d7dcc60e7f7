"""Edits whose operations the chat model chooses itself: a recipe, carried out once, on record."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeGuard

from anyio import CancelScope
from pydantic_ai import RunContext, ToolReturn
from pydantic_ai.tools import ToolDefinition

from ...memory import InputError, Run, Stop, StopReason, Task, Turn, new_run_id, short
from ..editor import Edited, Picture
from ..retouch.editor import Retouch
from ..retouch.recipe import Recipe
from .desk import Desk
from .handles import Seen
from .loop import Loop
from .marks import metadata

_STOP = Stop(reason=StopReason.MAX_TURNS, detail="one turn; the chat chose its operations")


async def retouched(
    desk: Desk,
    loop: Loop,
    ctx: RunContext[Any],
    seen: Seen,
    recipe: dict[str, Any],
    mask: Seen | None,
) -> ToolReturn[Any]:
    """Carry a recipe out and keep it as a run of one turn, which has no critique.

    Raises:
        InputError: the recipe is empty or not valid; names the place.
        UnsupportedInstruction: it acts on a sky that is not there.
        ApprovalRequired: a person must say yes first.
        StoreError: the record cannot be written.
    """
    read = Recipe.from_json(json.dumps(recipe))
    if not read.operations:
        raise InputError("the recipe has no operations; give at least one")

    desk.approve(ctx, 0.0, {"editor": "retouch", "recipe": recipe, "image": seen.ref.uri})
    source = await _picture(loop, seen)
    edited = await Retouch().cook(read, source, mask=await _picture(loop, mask) if mask else None)
    run = await _recorded(desk, loop, ctx, _task(desk, ctx, seen, read, mask), edited)
    answer = run.turns[0].edited
    assert answer is not None
    found = (await desk.book(ctx, loop)).named(answer, "retouched", run.id, 1)
    told: dict[str, Any] = {"run": short(run.id), "image": found.handle, "size": found.size}
    if edited.notes:
        told["notes"] = list(edited.notes)
    about = metadata(found, run_id=run.id, image=found.ref.uri)
    return await desk.returned(loop, told, about)


async def typed(_: RunContext[Any], tool: ToolDefinition) -> ToolDefinition:
    """Give the tool the schema of recipes."""
    tool.parameters_json_schema = _schema()
    return tool


def _task(desk: Desk, ctx: RunContext[Any], seen: Seen, recipe: Recipe, mask: Seen | None) -> Task:
    """The instruction is the recipe: `retouch` reads it, so that the run can be replayed."""
    return Task(
        source=seen.ref,
        instruction=recipe.to_json(),
        mask=mask.ref if mask else None,
        labels=desk.labelled(ctx, seen.run, seen.turn),
    )


async def _recorded(
    desk: Desk, loop: Loop, ctx: RunContext[Any], task: Task, edited: Edited
) -> Run:
    turn = Turn(
        number=1,
        instruction=task.instruction,
        edited=await loop.images.put(edited.picture.data),
        edit_seconds=edited.seconds,
        notes=edited.notes,
    )
    now = datetime.now(UTC)
    run = Run(id=new_run_id(), task=task, created=now, editor="retouch", thinker="none")
    with CancelScope(shield=True):  # all of the record or nothing
        await loop.store.opened(run)
        await loop.store.edited(run.id, turn)
        run = run.with_turn(turn).ended(_STOP, 1)
        await loop.store.closed(run)
    return run


async def _picture(loop: Loop, seen: Seen) -> Picture:
    return Picture(await loop.images.get(seen.ref), seen.ref.media_type)


@cache
def _schema() -> dict[str, Any]:
    """The tool's arguments; recipes as published, without what makes a schema long."""
    recipe = _short(Recipe.json_schema())
    shapes = recipe.pop("$defs")
    region = shapes["Blacks"]["properties"]["region"]
    shapes["Region"] = next(each for each in region["anyOf"] if "oneOf" in each)
    for shape in shapes.values():
        if "region" in shape.get("properties", {}):
            shape["properties"]["region"] = {"$ref": "#/$defs/Region"}
    del shapes["MaskImage"]["properties"]["sha256"]  # it is the mask of the call
    del recipe["properties"]["version"]
    handle = {"type": "string", "description": "Handle of the picture."}
    mask = {"type": "string", "description": "Handle of a picture: white where to act."}
    return {
        "type": "object",
        "properties": {"image": handle, "recipe": recipe, "mask": mask},
        "required": ["image", "recipe"],
        "$defs": shapes,
    }


def _short(schema: Any) -> Any:
    """Leave out titles and the like, which tell a model nothing, and require what tells apart."""
    if _is_list(schema):
        return [_short(each) for each in schema]
    return _short_node(schema) if _is_node(schema) else schema


def _short_node(node: dict[str, Any]) -> dict[str, Any]:
    left = ("title", "additionalProperties", "discriminator", "default")
    kept = {name: _short(each) for name, each in node.items() if name not in left}
    if "properties" in node:
        named = node["properties"].items()
        kept["properties"] = {name: _short(each) for name, each in named}
        constant = [name for name, each in named if "const" in each and name != "version"]
        kept["required"] = [*constant, *node.get("required", [])]
    return kept


def _is_list(schema: object) -> TypeGuard[list[Any]]:
    return isinstance(schema, list)


def _is_node(schema: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(schema, dict)
