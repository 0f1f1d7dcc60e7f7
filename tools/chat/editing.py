"""Edits through the loop: a new one, and one that goes on from a run."""

from dataclasses import dataclass
from typing import Any

from pydantic_ai import RunContext, ToolReturn

from ...memory import SOURCE, ImageRef, InputError, Run, Task
from ..editor import Editor
from .desk import Desk
from .handles import Seen
from .loop import Loop
from .watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a chat model asks for."""

    source: ImageRef
    instruction: str
    parent: str = ""
    """The id of the run that made the source."""

    parent_turn: int = 0
    max_turns: int | None = None
    mask: Seen | None = None
    references: tuple[Seen, ...] = ()

    @classmethod
    def of(cls, seen: Seen, instruction: str, **more: Any) -> "Wanted":
        """Ask for an edit of a picture; one that a run made keeps its descent."""
        return cls(
            source=seen.ref, instruction=instruction, parent=seen.run, parent_turn=seen.turn, **more
        )


async def edited(desk: Desk, loop: Loop, ctx: RunContext[Any], wanted: Wanted) -> ToolReturn[Any]:
    """Run what is wanted to its end and tell the model.

    Raises:
        InputError: the instruction is empty, or the editor cannot do what is wanted.
        ApprovalRequired: a person must say yes first.
        UsageLimitExceeded: a limit of the chat ended the run.
        StoreError: the record cannot be written.
    """
    if not wanted.instruction.strip():
        raise InputError("the instruction is empty; say what to change and what to keep")

    _refuse(loop.editor, wanted)
    _ask(desk, loop, ctx, wanted)
    watching = Watching(ctx, desk.tell, wanted.max_turns)
    run = await loop.run(_task(desk, ctx, wanted), watch=watching)
    if watching.exceeded:
        raise watching.exceeded
    if run.status == "refused" and run.failure:
        raise InputError(run.failure.message)
    return await desk.answered(loop, run, await _answer(desk, loop, ctx, run))


async def gone_on_from(
    desk: Desk, loop: Loop, ctx: RunContext[Any], name: str, turn: int | None
) -> tuple[Run, ImageRef, int]:
    """Find the picture of a run to go on from: its answer, or that of a turn (0: its source).

    Raises:
        InputError: there is no such run in the conversation, or it has no such picture any more.
    """
    run = await desk.run(ctx, loop, name)
    number = run.answer if turn is None else turn
    picture = None
    if number is not None and SOURCE <= number <= len(run.turns):
        picture = run.picture(number)
    if number is None or picture is None:
        edits = [each.number for each in run.turns if each.edited]
        which = "answer" if turn is None else f"picture of turn {turn}"
        yet = " yet, for it is not over" if run.stop is None else ""
        raise InputError(
            f"run {name!r} has no {which}{yet}; its turns with a picture: {edits or 'none'}, and 0"
        )
    await desk.kept(loop, picture)
    return run, picture, number


def _refuse(editor: Editor, wanted: Wanted) -> None:
    """Refuse what the editor would leave out: the model is to know before it is paid."""
    able = editor.abilities
    if wanted.mask and not able.mask:
        raise InputError(f"the editor {editor.name!r} takes no mask; say in words where to edit")
    if len(wanted.references) > able.references:
        raise InputError(
            f"the editor {editor.name!r} takes {able.references} reference pictures, "
            f"not {len(wanted.references)}"
        )


def _ask(desk: Desk, loop: Loop, ctx: RunContext[Any], wanted: Wanted) -> None:
    each = loop.editor.abilities.cost
    about = {
        "editor": loop.editor.name,
        "instruction": wanted.instruction,
        "image": wanted.source.uri,
        "max_turns": wanted.max_turns,
        "cost_of_each_turn": each,
    }
    desk.approve(ctx, each, about)


def _task(desk: Desk, ctx: RunContext[Any], wanted: Wanted) -> Task:
    return Task(
        source=wanted.source,
        instruction=wanted.instruction,
        mask=wanted.mask.ref if wanted.mask else None,
        references=tuple(each.ref for each in wanted.references),
        labels=desk.labelled(ctx, wanted.parent, wanted.parent_turn),
    )


async def _answer(desk: Desk, loop: Loop, ctx: RunContext[Any], run: Run) -> Seen | None:
    turn = run.best
    if turn is None or turn.edited is None:
        return None
    book = await desk.book(ctx, loop)
    return book.named(turn.edited, "edited", run.id, turn.number)
