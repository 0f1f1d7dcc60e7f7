"""Edits whose operations the chat model chooses itself: a recipe, carried out once, on record."""

from datetime import UTC, datetime
from typing import Any

from anyio import CancelScope
from pydantic_ai import RunContext, ToolReturn

from ...memory import Run, Stop, StopReason, Task, Turn, new_run_id, short
from ..editor import Edited, Picture
from ..retouch.editor import Retouch
from ..retouch.recipe import Recipe
from .desk import Desk
from .events import event_of
from .handles import Seen
from .loop import Loop
from .marks import metadata

_STOP = Stop(reason=StopReason.MAX_TURNS, detail="one turn; the chat chose its operations")


async def retouched(
    desk: Desk,
    loop: Loop,
    ctx: RunContext[Any],
    seen: Seen,
    recipe: Recipe,
    mask: Seen | None,
) -> ToolReturn[Any]:
    """Carry a recipe out and keep it as a run of one turn, which has no critique.

    Raises:
        InputError: it acts on a sky or a mask that is not there.
        ApprovalRequired: a person must say yes first.
        StoreError: the record cannot be written.
    """
    about = recipe.model_dump(mode="json", exclude_none=True)
    desk.approve(ctx, 0.0, {"editor": "retouch", "recipe": about, "image": seen.ref.uri})
    source = await _picture(loop, seen)
    edited = await Retouch().cook(recipe, source, mask=await _picture(loop, mask) if mask else None)
    run = await _recorded(desk, loop, ctx, _task(desk, ctx, seen, recipe, mask), edited)
    answer = run.turns[0].edited
    assert answer is not None
    found = (await desk.book(ctx, loop)).named(answer, "retouched", run.id, 1)
    told: dict[str, Any] = {"run": short(run.id), "image": found.handle, "size": found.size}
    if edited.notes:
        told["notes"] = list(edited.notes)
    marks = metadata(found, run_id=run.id, image=found.ref.uri)
    return await desk.returned(loop, told, marks)


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
    begun = Run(id=new_run_id(), task=task, created=now, editor="retouch", thinker="none")
    made = begun.with_turn(turn)
    run = made.ended(_STOP, 1)
    with CancelScope(shield=True):  # all of the record or nothing
        await loop.store.opened(begun)
        await loop.store.edited(begun.id, turn)
        await loop.store.closed(run)
    for grown in (begun, made, run):
        await desk.tell(ctx, event_of(grown))
    return run


async def _picture(loop: Loop, seen: Seen) -> Picture:
    return Picture(await loop.images.get(seen.ref), seen.ref.media_type)
