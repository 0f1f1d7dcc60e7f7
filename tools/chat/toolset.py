"""The toolset below the capability: five tools that any pydantic-ai agent can take."""

from typing import Annotated, Any, Self

from pydantic import Field
from pydantic_ai import FunctionToolset, ModelRetry, RunContext, ToolReturn
from pydantic_ai.exceptions import ToolFailed
from pydantic_ai.toolsets import ToolsetTool

from ...memory import InputError
from .desk import Approval, Desk, Labels
from .editing import Wanted, edited, gone_on_from
from .loop import Held, Loop, Opens
from .marks import metadata
from .measuring import measured
from .recipes import read, typed
from .retouching import retouched

Turns = Annotated[int, Field(ge=1, le=20)]
_TRIES = 2  # of a call that the model can correct


class ImageTools(FunctionToolset[Any]):
    """`Agent(model, toolsets=[ImageTools(editloop.build)])`: pictures are edited through the loop.

    The plain form, for frameworks that wrap toolsets: returns carry their previews, and so do
    histories. `ImageEditing` names the user's pictures for the model, keeps histories free of
    pictures and reports progress; prefer it.
    """

    def __init__(
        self,
        agent: Loop | Opens,
        *,
        session: str | None = None,
        labels: Labels | None = None,
        approval: Approval = "paid",
        preview_side: int = 768,
        recipes: bool = True,
        id: str = "image_editing",
    ) -> None:
        """Take an agent that is open, or what opens one: it is then open while the toolset is.

        `session` groups the runs (by default the conversation does), `labels` are put on every
        run, `approval` says which calls a person must allow, `preview_side` is the longest side of
        previews in pixels. Without `recipes` there is no `retouch`, whose schema takes some 17 kB
        of every request.
        """
        self.desk = Desk(
            held=Held(agent),
            session=session,
            labels=labels or {},
            approval=approval,
            side=preview_side,
        )
        super().__init__(max_retries=_TRIES, id=id)
        self.add_function(self.edit_image)
        self.add_function(self.refine_edit)
        self.add_function(self.compare_images)
        if recipes:
            self.add_function(self.retouch, prepare=typed)
        self.add_function(self.list_images)

    async def __aenter__(self) -> Self:
        """Open the agent, unless it is open."""
        await self.desk.held.__aenter__()
        return self

    async def __aexit__(self, *args: object) -> bool | None:
        """Close the agent that was opened, when nobody is inside any more."""
        await self.desk.held.__aexit__(*args)
        return None

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[Any], tool: ToolsetTool[Any]
    ) -> Any:
        """Call a tool; what the model can correct is told to the model.

        When it has had its tries it is told that the call failed, and answers the user itself.
        """
        try:
            return await super().call_tool(name, tool_args, ctx, tool)
        except InputError as error:
            told = ToolFailed if ctx.last_attempt else ModelRetry
            raise told(str(error)) from error

    async def edit_image(
        self,
        ctx: RunContext[Any],
        image: str,
        instruction: str,
        max_turns: Turns | None = None,
        mask: str | None = None,
        references: list[str] | None = None,
    ) -> ToolReturn[Any]:
        """Edit a picture, check the edit and refine it until it is good.

        Returns the edited picture's handle, the run, and what a critic says of the edit: two
        scores from 0 to 10 (semantic: what was asked for is done and nothing else; quality) and
        what is left to wish for. The edit is a new picture; the one before stays.

        Args:
            image: handle of the picture, for example img_0123456789.
            instruction: everything that is to change, and what must stay, in plain words.
            max_turns: how many attempts are allowed; leave it out unless the user asks.
            mask: handle of a picture that is white where the editor may paint.
            references: handles of further pictures that the instruction speaks of.
        """
        async with self.desk.held as loop:
            seen = await self.desk.seen(ctx, loop, image)
            others = [await self.desk.seen(ctx, loop, name) for name in references or ()]
            wanted = Wanted.of(
                seen,
                instruction,
                max_turns=max_turns,
                mask=await self.desk.seen(ctx, loop, mask) if mask else None,
                references=tuple(others),
            )
            return await edited(self.desk, loop, ctx, wanted)

    async def refine_edit(
        self,
        ctx: RunContext[Any],
        run: str,
        instruction: str,
        turn: Annotated[int, Field(ge=0)] | None = None,
        max_turns: Turns | None = None,
    ) -> ToolReturn[Any]:
        """Go on from an earlier edit: "a little less", "now the sky too". Returns as edit_image.

        Args:
            run: the run to go on from, as edit_image or retouch named it.
            instruction: what to change in its answer, in plain words.
            turn: go on from this attempt and not from the answer; 0 is the picture before.
            max_turns: how many attempts are allowed; leave it out unless the user asks.
        """
        async with self.desk.held as loop:
            parent, picture, number = await gone_on_from(self.desk, loop, ctx, run, turn)
            wanted = Wanted(
                source=picture,
                instruction=instruction,
                parent=parent.id,
                parent_turn=number,
                max_turns=max_turns,
            )
            return await edited(self.desk, loop, ctx, wanted)

    async def compare_images(
        self, ctx: RunContext[Any], before: str, after: str
    ) -> ToolReturn[Any]:
        """Measure what differs between two pictures, and see them side by side.

        Numbers are changes from the first to the second: lightness and contrast in per cent of the
        range from black to white, colours in hundredths of OKLab, of which 2 can just be seen.
        "changed" counts every difference, "repainted" what no change of tones explains.

        Args:
            before: handle of the first picture.
            after: handle of the second picture.
        """
        async with self.desk.held as loop:
            first = await self.desk.seen(ctx, loop, before)
            second = await self.desk.seen(ctx, loop, after)
            told = await measured(first, second, loop.images)
            return await self.desk.returned(loop, told, metadata(first, second), pair=True)

    async def retouch(
        self, ctx: RunContext[Any], image: str, recipe: Any, mask: str | None = None
    ) -> ToolReturn[Any]:
        """Carry out photographic operations exactly as given, in their order, without a critic.

        For precise wishes: numbers, regions, curves, crops. Costs nothing and repaints nothing.
        Returns the new picture's handle; look at it, or compare it with the one before.

        Args:
            image: handle of the picture.
            recipe: the operations.
            mask: handle of a picture that is white where to act.
        """
        wanted = read(recipe)
        async with self.desk.held as loop:
            seen = await self.desk.seen(ctx, loop, image)
            confined = await self.desk.seen(ctx, loop, mask) if mask else None
            return await retouched(self.desk, loop, ctx, seen, wanted, confined)

    async def list_images(self, ctx: RunContext[Any]) -> list[dict[str, Any]]:
        """List the pictures of this conversation, oldest first, with their handles and sizes."""
        async with self.desk.held as loop:
            return [seen.told() for seen in await self.desk.book(ctx, loop)]
