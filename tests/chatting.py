"""A chat model that says what a test tells it to, and what it was shown."""

import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from pydantic_ai import BinaryContent
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from editloop.agent import EditAgent

Agents = Callable[..., EditAgent]
"""Makes agents of scripted engines, with so many turns a run."""

Says = str | ToolCallPart | list[ToolCallPart]
Line = Says | Callable[["Shown"], Says]
"""What the model says, or how it makes that up of what it sees."""


@dataclass
class Shown:
    """One request as the model sees it."""

    messages: list[ModelMessage]
    info: AgentInfo

    @property
    def items(self) -> list[Any]:
        """Texts, pictures and facts of the user and of tools, in order."""
        found: list[Any] = []
        for part in self.parts:
            content: Any = part.content
            found += content if isinstance(content, list | tuple) else [content]
        return found

    @property
    def parts(self) -> list[Any]:
        requests = [m for m in self.messages if isinstance(m, ModelRequest)]
        return [
            p for m in requests for p in m.parts if isinstance(p, UserPromptPart | ToolReturnPart)
        ]

    @property
    def pictures(self) -> list[BinaryContent]:
        return [item for item in self.items if isinstance(item, BinaryContent)]

    @property
    def attached(self) -> list[str]:
        """The handles of what the user attached."""
        texts = [getattr(item, "content", item) for item in self.items]
        return [t[1:15] for t in texts if isinstance(t, str) and t.startswith("[img_")]

    @property
    def returned(self) -> Any:
        """What the last tool told, without pictures."""
        return next(i for i in reversed(self.items) if not isinstance(i, BinaryContent))

    @property
    def facts(self) -> list[dict[str, Any]]:
        """What all tools told."""
        return [item for item in self.items if isinstance(item, dict)]


@dataclass
class Script:
    """Says its lines one after the other; `shown` are the requests."""

    lines: list[Line]
    shown: list[Shown] = field(default_factory=list[Shown])

    @property
    def model(self) -> FunctionModel:
        return FunctionModel(self._answer, stream_function=self._stream)

    def _answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        says = self._next(messages, info)
        return ModelResponse(parts=[TextPart(says)] if isinstance(says, str) else [*says])

    async def _stream(
        self, messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[str | DeltaToolCalls]:
        says = self._next(messages, info)
        if isinstance(says, str):
            yield says
            return
        for index, each in enumerate(says):
            arguments = each.args_as_json_str()
            yield {index: DeltaToolCall(each.tool_name, arguments, tool_call_id=each.tool_call_id)}

    def _next(self, messages: list[ModelMessage], info: AgentInfo) -> str | list[ToolCallPart]:
        self.shown.append(Shown(messages, info))
        line = self.lines[len(self.shown) - 1]
        says: Says = line(self.shown[-1]) if callable(line) else line
        return [says] if isinstance(says, ToolCallPart) else says


def script(*lines: Line) -> Script:
    return Script(list(lines))


def call(tool: str, **arguments: Any) -> ToolCallPart:
    return ToolCallPart(tool, arguments)


def edit(instruction: str, **more: Any) -> Callable[[Shown], ToolCallPart]:
    """Edit what was attached first."""
    return lambda shown: call(
        "edit_image", image=shown.attached[0], instruction=instruction, **more
    )


def refine(instruction: str, *, of: int = -1, **more: Any) -> Callable[[Shown], ToolCallPart]:
    """Go on from the last run, or from that of an earlier return."""
    return lambda shown: call(
        "refine_edit", run=shown.facts[of]["run"], instruction=instruction, **more
    )


def attached(data: bytes, media_type: str = "image/png") -> BinaryContent:
    return BinaryContent(data=data, media_type=media_type)


def scene(size: tuple[int, int] = (320, 240)) -> bytes:
    """A sky above a field, with a hut: something to see, and something to measure."""
    picture = Image.new("RGB", size)
    width, height = size
    for y in range(height):
        sky = y < height * 0.6
        colour = (120 + y // 8, 150 + y // 8, 200) if sky else (70, 120 - (y - height) // 6, 50)
        picture.paste(colour, (0, y, width, y + 1))
    picture.paste((150, 60, 50), (width // 3, height // 2, width // 2, height * 3 // 4))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    """The worst that an encoder can be given."""
    out = io.BytesIO()
    planes = [Image.effect_noise(size, 100) for _ in range(3)]
    Image.merge("RGB", planes).save(out, "JPEG", quality=92)
    return out.getvalue()


def opened(picture: BinaryContent) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))
