"""What all tools of a chat share: the agent, the pictures of the conversation, whose it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_ai import RunContext, ToolReturn
from pydantic_ai.exceptions import ApprovalRequired

from ...memory import ImageRef, InputError, Run, short
from ...memory.store import RunFilter
from .facts import facts
from .handles import Book, Seen
from .history import Slimming
from .loop import Held, Loop
from .marks import as_pair, metadata
from .previews import Previews
from .showing import previews_of
from .watching import Tell

Approval = Literal["paid", "always", "never"]
Labels = Mapping[str, str] | Callable[[RunContext[Any]], Mapping[str, str]]
_DOOR = "chat"
_RUNS = 50  # of a session that are looked through


async def nobody(ctx: RunContext[Any], event: object) -> None:
    """Nobody follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How the tools of one toolset work."""

    held: Held
    session: str | None = None
    labels: Labels = field(default_factory=dict[str, str])
    approval: Approval = "paid"
    side: int = 768
    inline: bool = True
    """Returns carry previews; without it somebody puts them into requests."""

    tell: Tell = nobody

    def previews(self, loop: Loop) -> Previews:
        """Make previews of the agent's pictures."""
        return Previews(loop.images, self.side)

    async def book(self, ctx: RunContext[Any], loop: Loop) -> Book:
        """Return the pictures of the conversation."""
        return (await Slimming(loop.images).slim(ctx.messages))[1]

    async def seen(self, ctx: RunContext[Any], loop: Loop, name: str) -> Seen:
        """Return a picture of the conversation, or of a run of its session, by its handle.

        Raises:
            InputError: there is none; names those that there are.
        """
        book = await self.book(ctx, loop)
        found = book.find(name) or (await self.on_record(ctx, loop)).find(name)
        if found is None:
            raise InputError(_unknown(name, book))
        await self.kept(loop, found.ref)
        return found

    async def kept(self, loop: Loop, ref: ImageRef) -> None:
        """Make sure that a picture is there.

        Raises:
            InputError: it was removed from the store since.
        """
        if not await loop.images.has(ref):
            raise InputError("this picture is no longer kept; ask the user to attach it again")

    async def run(self, ctx: RunContext[Any], loop: Loop, name: str) -> Run:
        """Return a run of the conversation by its id, or by the beginning or end of it.

        Raises:
            InputError: there is none, or several have that name.
        """
        ids = (await self.book(ctx, loop)).runs()
        ids += [each for each in await self._session_runs(ctx, loop) if each not in ids]
        wanted = name.strip().removeprefix("run:").lower()
        found = [each for each in ids if wanted and _named(each, wanted)]
        if len(found) != 1:
            raise InputError(_unknown_run(name, found or ids))
        return await loop.store.run(found[0])

    def labelled(self, ctx: RunContext[Any], parent: str = "", turn: int = 0) -> dict[str, str]:
        """Return the labels of a new run, and what it goes on from."""
        own = self.labels(ctx) if callable(self.labels) else self.labels
        session = self.session or ctx.conversation_id
        lineage = {"parent": parent, "parent_turn": str(turn)} if parent else {}
        return {**own, **({"session": session} if session else {}), "door": _DOOR, **lineage}

    def approve(self, ctx: RunContext[Any], cost: float, about: Mapping[str, Any]) -> None:
        """Ask a person first, where that is wanted; `cost` is what one edit costs in US dollars.

        Raises:
            ApprovalRequired: nobody has said yes to this call.
        """
        asks = self.approval == "always" or (self.approval == "paid" and cost > 0)
        if asks and not ctx.tool_call_approved:
            raise ApprovalRequired(metadata=dict(about))

    async def answered(self, loop: Loop, run: Run, seen: Seen | None) -> ToolReturn[Any]:
        """Tell the model of a closed run, and the application where its picture is."""
        told = facts(run, seen)
        about = {"run_id": run.id, "image": seen.ref.uri if seen else None}
        return await self.returned(loop, told, metadata(*([seen] if seen else []), **about))

    async def returned(
        self, loop: Loop, told: Mapping[str, Any], about: dict[str, Any], *, pair: bool = False
    ) -> ToolReturn[Any]:
        """Tell the model facts; the pictures of the metadata are seen with them, or as a pair."""
        if pair:
            about = as_pair(about)
        if not self.inline:
            return ToolReturn(return_value=told, metadata=about)

        shown = await previews_of(about, self.previews(loop))
        return ToolReturn(return_value=[told, *shown] if shown else told, metadata=about)

    async def on_record(self, ctx: RunContext[Any], loop: Loop) -> Book:
        """Return the pictures of the session's runs, for a history that was cut or has lost them."""
        runs = [await loop.store.run(each) for each in await self._session_runs(ctx, loop)]
        edits = [seen for run in runs for seen in pictures_of(run) if seen.run]
        return Book.of([*edits, *(pictures_of(run)[0] for run in runs)])

    async def _session_runs(self, ctx: RunContext[Any], loop: Loop) -> list[str]:
        labels = self.labelled(ctx)
        if "session" not in labels:
            return []
        where = RunFilter(label=("session", labels["session"]), principal=labels.get("principal"))
        return [each.id for each in await loop.store.runs(where, _RUNS)]


def pictures_of(run: Run) -> list[Seen]:
    """Return the pictures of a run: its source, and every edit, each with the turn that made it."""
    book = Book()
    edits = [(turn.edited, turn.number) for turn in run.turns if turn.edited]
    return [
        book.named(run.task.source),
        *(book.named(edited, "edited", run.id, number) for edited, number in edits),
    ]


def _named(run_id: str, wanted: str) -> bool:
    return run_id.endswith(wanted) or run_id.startswith(wanted)


def _unknown(name: str, book: Book) -> str:
    known = ", ".join(f"{seen.handle} ({seen.what})" for seen in book)
    hint = "; a picture given by address must be attached as a file" if "://" in name else ""
    return f"there is no picture {name!r} in this conversation{hint}; known: {known or 'none yet'}"


def _unknown_run(name: str, found: list[str]) -> str:
    known = ", ".join(short(each) for each in found[-10:])
    return f"{name!r} names no single run of this conversation; known: {known or 'none yet'}"
