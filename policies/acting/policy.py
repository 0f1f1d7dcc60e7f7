"""`EditPolicy`: the thinker as a model. It calls the tool, looks, and calls it again or answers.

The first request of a task is answered with a call at once. Every later one looks at the edit that
came back, and the same stop policies, base choice and selector as the loop's decide what to do. All
state is in the messages, so a conversation goes on in another process.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic_ai import RunContext
from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior, UserError
from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelResponse,
    TextPart,
    ThinkingPart,
    ToolCallPart,
)
from pydantic_ai.models import (
    CompletedStreamedResponse,
    Model,
    ModelRequestParameters,
    StreamedResponse,
)
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from ...memory import (
    Failure,
    ImageRef,
    MalformedCritique,
    Run,
    Sample,
    SettingsError,
    Stop,
    StopReason,
    Task,
    ThinkerError,
    Turn,
)
from ...tools import Picture
from ..profiles import Rules, standard
from ..thinker import Comparison, Thinker
from .reading import Asked, Call, Shown, ended, kept, read

if TYPE_CHECKING:
    from ...memory.images import LocalImages

_ID = "conversation"


class EditPolicy(Model[None]):
    """A thinker that acts, for any agent with a tool that edits.

    The tool takes an `instruction` and, where its schema has one, an `image`, which is given as
    `sha256:…`; its return names the edit in its metadata (`image`) or holds it. The answer names
    the best turn's picture, in its first word and in the metadata of the response.
    """

    def __init__(
        self,
        thinker: Thinker,
        images: "LocalImages",
        rules: Rules | None = None,
        *,
        tool: str = "edit_image",
        samples: int = 3,
        seed: int = 0,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        """`thinker` is open. `images` is where the tool keeps its pictures; the user's go there too.

        An unreadable critique is asked for again, `samples` times in all. `arguments` are given
        with every call: `{"max_turns": 1}` keeps a tool that is a loop itself to one turn.

        Raises:
            SettingsError: there must be at least one sample.
        """
        if samples < 1:
            raise SettingsError(f"samples is {samples!r}: give 1 or more")

        super().__init__()
        self._thinker, self._images = thinker, images
        self._rules = rules or standard()
        self._tool, self._samples, self._seed = tool, samples, seed
        self._arguments = dict(arguments or {})

    @property
    def model_name(self) -> str:
        """The thinker's name."""
        return self._thinker.name

    @property
    def system(self) -> str:
        """Whose model this is."""
        return "editloop"

    async def run_of(self, messages: Sequence[ModelMessage]) -> Run:
        """Return the last task of a conversation as a run; open while its last edit waits.

        Raises:
            UserError: there is no picture or no instruction in the messages.
            StoreError: a picture that they name is not kept here.
        """
        return await self._run(read(messages, self._tool))

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Look at the last edit, and act.

        Raises:
            UserError: the agent has no such tool, or nothing was asked.
            UnexpectedModelBehavior: the thinker gave no readable critique.
            ModelAPIError: the thinker failed.
        """
        takes = self._takes(model_request_parameters)
        asked = read(messages, self._tool)
        run, samples = await self._criticised(await self._run(asked))
        stop = self._stop(run)
        parts, about = self._end(run, stop) if stop else self._act(run, takes)
        return ModelResponse(
            parts=parts,
            usage=_usage(samples),
            model_name=self.model_name,
            provider_name=self.system,
            metadata=about,
        )

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Answer in one piece: a critique is of no use in halves."""
        response = await self.request(messages, model_settings, model_request_parameters)
        yield CompletedStreamedResponse(response, model_request_parameters=model_request_parameters)

    def _takes(self, parameters: ModelRequestParameters) -> Mapping[str, Any]:
        """The properties of the tool."""
        for tool in parameters.function_tools:
            if tool.name == self._tool:
                return tool.parameters_json_schema.get("properties") or {}

        raise UserError(f"the agent has no tool {self._tool!r} for {self.model_name!r} to call")

    async def _run(self, asked: Asked) -> Run:
        if asked.source is None:
            raise UserError("there is no picture in the conversation: attach the one to edit")

        if not asked.instruction:
            raise UserError("nothing was asked: say what to change")

        source = await self._ref(asked.source)
        task = Task(source=source, instruction=asked.instruction, seed=self._seed)
        when = asked.when or datetime.now(UTC)
        run = Run(id=_ID, task=task, created=when, thinker=self._thinker.name)
        for call in asked.calls:
            run = run.with_turn(await self._turn(len(run.turns) + 1, call))

        return run

    async def _turn(self, number: int, call: Call) -> Turn:
        turn = Turn(
            number=number,
            instruction=call.instruction,
            base=call.base if call.base < number else 0,
            seed=self._seed,
            critique=call.critique,
        )
        if call.edited is not None:
            return turn.but(edited=await self._ref(call.edited))

        said = call.problem or "the call was not answered"
        return turn.but(failure=Failure(border="editor", kind="ToolFailed", message=said))

    async def _criticised(self, run: Run) -> tuple[Run, list[Sample]]:
        """Look at every edit that nobody has looked at: the last one, as a rule."""
        samples: list[Sample] = []
        for turn in run.turns:
            if turn.done or (turn.number == len(run.turns) and self._early(run)):
                continue
            run = _with(run, await self._thought(run, turn, samples))

        return run, samples

    def _early(self, run: Run) -> bool:
        """Whether the rules stop before the last turn is looked at."""
        return not self._rules.criticise_last and self._rules.stop.decide(run) is not None

    async def _thought(self, run: Run, turn: Turn, samples: list[Sample]) -> Turn:
        """Ask for a critique, and for fresh samples of it while it cannot be read."""
        comparison = await self._comparison(run, turn)
        problem: MalformedCritique | None = None
        for nth in range(1, self._samples + 1):
            fresh = replace(comparison, seed=self._seed + nth - 1, sample=nth)
            try:
                opinion = await self._thinker.critique(fresh)
            except MalformedCritique as error:
                problem = error
                samples += [each for each in (error.sample, *error.also) if each]
            except ThinkerError as error:
                raise ModelAPIError(self.model_name, str(error)) from error
            else:
                samples += [opinion.sample, *opinion.also]
                return turn.but(critique=opinion.critique, samples=tuple(samples))

        raise UnexpectedModelBehavior(
            f"{self.model_name} gave no readable critique of turn {turn.number} in "
            f"{self._samples} samples: {problem}"
        ) from problem

    async def _comparison(self, run: Run, turn: Turn) -> Comparison:
        source, edited = run.task.source, turn.edited
        if edited is None:
            raise AssertionError("a turn without an edit is done")

        return Comparison(
            source=Picture(await self._images.get(source), source.media_type),
            edited=Picture(await self._images.get(edited), edited.media_type),
            asked=run.task.instruction,
            told=turn.instruction,
            source_sha256=source.sha256,
            edited_sha256=edited.sha256,
            key=f"{run.id}:{turn.number}",
        )

    def _stop(self, run: Run) -> Stop | None:
        last = run.last
        if last is None:
            return None

        if last.failure:
            return Stop(reason=StopReason.FAILED, detail=last.failure.message)

        return self._rules.stop.decide(run)

    def _act(self, run: Run, takes: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        last = run.last
        critique = last.critique if last else None
        told = critique.refined if critique else run.task.instruction
        base = self._rules.base.choose(run)
        picture = run.picture(base) or run.task.source
        arguments: dict[str, Any] = {**self._arguments, "instruction": told}
        if "image" in takes:
            arguments["image"] = picture.uri

        thought = [ThinkingPart(critique.reasoning)] if critique and critique.reasoning else []
        call = ToolCallPart(self._tool, arguments)
        return [*thought, call], kept(len(run.turns) + 1, base, critique)

    def _end(self, run: Run, stop: Stop) -> tuple[list[Any], dict[str, Any]]:
        best = self._rules.select.pick(run)
        critique = run.last.critique if run.last else None
        why = f"{stop.reason.value}: {stop.detail}" if stop.detail else stop.reason.value
        if best is None or best.edited is None:
            return [TextPart(f"There is no edit ({why}).")], {}

        score = best.score
        judged = f", semantic {score.semantic:g}, quality {score.quality:g}" if score else ""
        text = f"{best.edited.uri} (turn {best.number} of {len(run.turns)}{judged}; {why})"
        thought = [ThinkingPart(critique.reasoning)] if critique and critique.reasoning else []
        return [*thought, TextPart(text)], ended(best.edited.uri, critique)

    async def _ref(self, shown: Shown) -> ImageRef:
        """Name a picture that is kept, or keep it."""
        if isinstance(shown, ImageRef):
            return shown

        data = shown.data if isinstance(shown, BinaryContent) else await self._images.get(shown)
        return await self._images.put(data)


def _with(run: Run, turn: Turn) -> Run:
    """The run with one of its turns filled in."""
    turns = tuple(turn if each.number == turn.number else each for each in run.turns)
    return run.but(turns=turns)


def _usage(samples: Sequence[Sample]) -> RequestUsage:
    cost = sum(sample.cost for sample in samples)
    return RequestUsage(
        input_tokens=sum(sample.input_tokens for sample in samples),
        output_tokens=sum(sample.output_tokens for sample in samples),
        cost=Decimal(str(cost)) if cost else None,
    )
