"""One exchange: what is said, what the model and its tools do, what a person must allow."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic_ai import Agent, AgentRunResultEvent, DeferredToolRequests, DeferredToolResults
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.messages import (
    BinaryContent,
    FunctionToolCallEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
)
from pydantic_ai.models import Model

from ..agent import EditAgent
from ..memory import EditloopError, EditorBusy, EditorError
from ..policies.expert.errors import of_thinker
from ..tools.chat import ImageEditing
from ..tools.chat.handles import Book
from ..tools.chat.marks import marked
from .chat_book import Conversation
from .chat_shown import Shows, Watched

Allows = Callable[[str], Awaitable[bool]]
"""Asks a person, and returns whether they allow it."""

_ROUNDS = 20  # of questions in one exchange


@dataclass(slots=True)
class Talk:
    """A conversation with a model that edits."""

    conversation: Conversation
    model: str
    watched: Watched
    shows: Shows
    allows: Allows
    _agent: Agent[None, str | DeferredToolRequests]

    @classmethod
    def of(
        cls,
        conversation: Conversation,
        model: tuple[str, Model[Any]],
        agent: EditAgent,
        shows: Shows,
        allows: Allows,
    ) -> "Talk":
        """Bring a model and an agent together."""
        watched = Watched(agent, shows)
        editing = ImageEditing(watched, session=conversation.session)
        talker: Agent[None, str | DeferredToolRequests] = Agent(
            model[1], capabilities=[editing], output_type=[str, DeferredToolRequests]
        )
        return cls(conversation, model[0], watched, shows, allows, talker)

    async def say(self, text: str, pictures: Sequence[BinaryContent]) -> None:
        """Say something with pictures, show the answer, and write the exchange down.

        Raises:
            EditloopError: the model failed, a picture cannot be kept, the store cannot be written.
        """
        before = len(self.conversation.messages)
        prompt: list[str | BinaryContent] | None = [*([text] if text else []), *pictures]
        messages, results = list(self.conversation.messages), None
        for _ in range(_ROUNDS):
            done = await self._round(prompt, messages, results)
            prompt, messages = None, done.all_messages()
            if not isinstance(done.output, DeferredToolRequests):
                await self.conversation.grown(messages, self.model)
                self.shows.answered(str(done.output), {"images": self._new(before)})
                return
            results = await self._allowed(done.output)

        raise EditorError(f"the model {self.model!r} asks for more edits than {_ROUNDS} at a time")

    async def _round(
        self,
        prompt: list[str | BinaryContent] | None,
        messages: list[Any],
        results: DeferredToolResults | None,
    ) -> Any:
        try:
            async with self._agent.run_stream_events(
                prompt,
                message_history=messages,
                deferred_tool_results=results,
                conversation_id=self.conversation.session,
            ) as events:
                async for event in events:
                    self._shown(event)
                    if isinstance(event, AgentRunResultEvent):
                        return event.result
        except BrokenPipeError:  # who read our words has left; the model has nothing to do with it
            raise
        except (AgentRunError, UserError, httpx2.HTTPError, OSError) as error:
            raise _of_model(error, self.model) from error

        raise EditorError(f"the model {self.model!r} ended without an answer")

    def _shown(self, event: object) -> None:
        if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
            self.shows.text(event.part.content)
        elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
            self.shows.text(event.delta.content_delta)
        elif isinstance(event, FunctionToolCallEvent):
            self.shows.called(event.part.tool_name)

    async def _allowed(self, asked: DeferredToolRequests) -> DeferredToolResults:
        results = DeferredToolResults()
        for call in asked.approvals:
            about = asked.metadata.get(call.tool_call_id, {})
            results.approvals[call.tool_call_id] = await self.allows(_question(call, about))
        return results

    def _new(self, before: int) -> list[dict[str, Any]]:
        """The pictures that tools have made in this exchange, also where one was there before."""
        messages = self.conversation.messages
        old = marked(messages[:before])
        known = {seen.handle for seen in old}, {seen.run for seen in old} | {""}
        made = Book.of(
            seen
            for seen in marked(messages[before:])
            if seen.what != "attached" and (seen.handle not in known[0] or seen.run not in known[1])
        )
        return [seen.told() | {"sha256": seen.ref.sha256} for seen in made]


def _question(call: ToolCallPart, about: dict[str, Any]) -> str:
    turns = about.get("max_turns")
    limit = f", at most {turns} turns" if turns else ""
    cost = f"about ${about.get('cost_of_each_turn', 0):.2f} a turn{limit}"
    what = about.get("instruction") or call.tool_name
    return f"{about.get('editor', call.tool_name)}: {what!r} ({cost})"


def _of_model(error: Exception, name: str) -> EditloopError:
    """What went wrong with the model that talks, in the words of its provider."""
    found = of_thinker(error, f"the model {name!r}")
    kind = EditorBusy if found.retryable else EditorError
    return found if found.border == "input" else kind(str(found))
