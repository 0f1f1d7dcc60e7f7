"""Requests with previews in them: what a history stands for, as the model sees it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_ai import BinaryImage
from pydantic_ai.messages import (
    FilePart,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    ToolReturnPart,
    UserPromptPart,
)

from .handles import Seen
from .marks import has_pictures, is_pair, is_picture, is_return, items, marked, pictures
from .previews import Previews


async def previews_of(metadata: object, previews: Previews) -> list[BinaryImage]:
    """Return what a tool's return shows: each of its pictures, or two of them side by side."""
    seen = pictures(metadata)
    if is_pair(metadata):
        made = [await previews.pair(*seen)]
    else:
        made = [await previews.of(each) for each in seen]
    return [each for each in made if each]


@dataclass(slots=True)
class Showing:
    """Puts a preview after the line of each of the newest pictures; earlier ones are their line.

    Beyond `newest` pictures the earliest lose their previews, half of `newest` at a time, so that
    most requests begin as the one before began and a model server can reuse what it has read. What
    the user's last message brought is always shown, however many they are.
    """

    previews: Previews
    newest: int = 8
    problem: Callable[[object], str] = lambda _: ""
    """Why a picture that stands in a message as it came cannot be read."""

    async def shown(self, messages: Sequence[ModelMessage]) -> list[ModelMessage]:
        """Return the messages with previews; the given ones, which must be slim, stay as they are."""
        count = self._count(messages)
        shown: list[ModelMessage] = []
        painted: list[str] = []
        for message in messages:
            if isinstance(message, ModelRequest):
                shown.append(await self._request(message, count, painted))
                painted = []
            else:
                shown.append(await self._response(message))
                painted += [seen.label for seen in marked([message])]
        return shown

    def _count(self, messages: Sequence[ModelMessage]) -> "_Count":
        prompts = [part for m in messages for part in m.parts if isinstance(part, UserPromptPart)]
        asked = prompts[-1] if prompts and self.newest else None
        attached = _places_of(asked) if asked else 0
        others = sum(map(_places, messages)) - attached
        step = max(1, self.newest // 2)
        room = self.newest - attached
        return _Count(_hidden(others, room if room > 0 or not self.newest else step, step), asked)

    async def _request(
        self, message: ModelRequest, count: "_Count", painted: Sequence[str]
    ) -> ModelRequest:
        """Show the pictures of a request; it says how those are called that the model painted."""
        parts: Sequence[Any] = message.parts
        if _places(message) or has_pictures([message]):
            parts = [await self._part(part, count) for part in parts]
        if painted:
            parts = [*parts, UserPromptPart([*painted])]
        return message if parts is message.parts else replace(message, parts=parts)

    async def _response(self, message: ModelResponse) -> ModelResponse:
        """Give a model back what it painted, as its server wants it."""
        if not marked([message]):
            return message
        return replace(message, parts=[await self._painted(part) for part in message.parts])

    async def _painted(self, part: Any) -> Any:
        seen = pictures(part.content.vendor_metadata) if isinstance(part, FilePart) else []
        picture = await self.previews.whole(seen[0]) if seen else None
        return replace(part, content=picture) if picture else part

    async def _part(self, part: Any, count: "_Count") -> Any:
        if isinstance(part, UserPromptPart) and not isinstance(part.content, str):
            return replace(part, content=await self._attached(part, count))
        if is_return(part) and pictures(part.metadata):
            return replace(part, content=await self._returned(part, count))
        return part

    async def _attached(self, part: UserPromptPart, count: "_Count") -> list[Any]:
        content: list[Any] = []
        for item in items(part):
            content.append(item)
            if isinstance(item, TextContent):
                for seen in pictures(item.metadata):
                    content += await self._preview(seen, None if part is count.asked else count)
            elif is_picture(item):
                why = self.problem(item) or "it cannot be read here"
                content.append(f"[the picture above cannot be edited: {why}]")
        return content

    async def _returned(self, part: ToolReturnPart[Any], count: "_Count") -> list[Any]:
        """A foreign tool's lines are followed by their previews; ours come after the facts."""
        left = pictures(part.metadata)
        if is_pair(part.metadata):
            shown = [] if count.skip() else await previews_of(part.metadata, self.previews)
            return [*items(part), *shown]

        content: list[Any] = []
        for item in items(part):
            content.append(item)
            for seen in [each for each in left if item == each.label]:
                content += await self._preview(seen, count)
                left.remove(seen)
        for seen in left:
            content += await self._preview(seen, count)
        return content

    async def _preview(self, seen: Seen, count: "_Count | None") -> list[BinaryImage]:
        if count and count.skip():
            return []
        preview = await self.previews.of(seen)
        return [preview] if preview else []


@dataclass(slots=True)
class _Count:
    """How many pictures are still to be passed over."""

    left: int
    asked: UserPromptPart | None
    """What the user said last, whose pictures are not counted."""

    def skip(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _hidden(count: int, most: int, step: int) -> int:
    """How many of the earliest pictures are not shown."""
    return -(-max(0, count - most) // step) * step


def _places(message: ModelMessage) -> int:
    """How many previews a message has room for."""
    parts: Iterable[Any] = message.parts if isinstance(message, ModelRequest) else ()
    return sum(map(_places_of, parts))


def _places_of(part: Any) -> int:
    if is_return(part):
        return 1 if is_pair(part.metadata) else len(pictures(part.metadata))
    texts = [item for item in items(part) if isinstance(item, TextContent)]
    return sum(len(pictures(text.metadata)) for text in texts)
