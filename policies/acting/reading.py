"""A conversation read as a run: what was asked last, and what became of each call since.

The messages are the whole state. A picture is known by its hash: from the metadata of a tool's
return (`image`: a SHA-256, `sha256:…` or `editloop://image/…`), from the mark that `ImageEditing`
leaves in the place of an attached picture, or from the bytes themselves.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from pydantic import ValidationError
from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from ...memory import Critique, ImageRef
from ...tools.chat.marks import pictures

KEY = "editloop"
"""Under this key of a response's metadata stands what we keep there."""

_HASH = re.compile(r"\A(?:sha256:|editloop://image/)?([0-9a-f]{64})\Z")

_SAID = 300  # characters of a tool's words that are passed on

Shown = ImageRef | BinaryContent | str
"""A picture: its record, its bytes, or its hash."""


@dataclass(slots=True)
class Call:
    """One call of the tool, and what became of it."""

    id: str
    instruction: str
    base: int = 0
    edited: Shown | None = None
    problem: str = ""
    """Why there is no edit."""

    critique: Critique | None = None
    """As a later response of ours holds it."""


@dataclass(slots=True)
class Asked:
    """What a user asked last, and the calls since."""

    instruction: str = ""
    source: Shown | None = None
    answer: str | None = None
    """The picture that was the answer: where the next question goes on from."""

    when: datetime | None = None
    calls: list[Call] = field(default_factory=list[Call])

    def call(self, id: str) -> Call | None:
        """Return a call by its id."""
        return next((call for call in self.calls if call.id == id), None)


def read(messages: Sequence[ModelMessage], tool: str) -> Asked:
    """Read what was asked last; without a picture of its own it means the last answer's picture."""
    asked = Asked()
    for message in messages:
        if isinstance(message, ModelResponse):
            _read_response(asked, message, tool)
        elif (prompts := list(_prompts(message))) and not _returns(message):
            asked = _read_prompts(prompts, asked)
        else:
            _read_returns(asked, message, tool)

    return asked


def kept(number: int, base: int, critique: Critique | None) -> dict[str, Any]:
    """What a response says about a call: its turn's number and base, and the critique before it."""
    seen = critique.model_dump(mode="json", exclude_none=True) if critique else None
    return {KEY: {"turn": number, "base": base, "critique": seen}}


def ended(image: str, critique: Critique | None) -> dict[str, Any]:
    """What the last response says: the picture that is the answer."""
    seen = critique.model_dump(mode="json", exclude_none=True) if critique else None
    return {"image": image, KEY: {"answer": image, "critique": seen}}


def _read_response(asked: Asked, message: ModelResponse, tool: str) -> None:
    mark = _mark(message.metadata)
    if asked.calls and asked.calls[-1].critique is None:
        asked.calls[-1].critique = _critique(mark.get("critique"))

    if (answer := mark.get("answer")) and isinstance(answer, str):
        asked.answer = _hash(answer)

    for part in message.parts:
        if isinstance(part, ToolCallPart) and part.tool_name == tool:
            told = part.args_as_dict().get("instruction", "")
            base = mark.get("base", 0)
            base = base if isinstance(base, int) else 0
            asked.calls.append(Call(part.tool_call_id, str(told), base))


def _read_prompts(prompts: Sequence[UserPromptPart], before: Asked) -> Asked:
    asked = Asked(when=prompts[-1].timestamp)
    texts: list[str] = []
    found: list[Shown] = []
    for prompt in prompts:
        _read_prompt(prompt, texts, found)

    asked.instruction = "\n".join(text for text in texts if text.strip()).strip()
    asked.source = found[0] if found else before.answer or before.source
    return asked


def _read_prompt(prompt: UserPromptPart, texts: list[str], found: list[Shown]) -> None:
    """Take texts and pictures; a marked picture is followed by its preview, which is passed over."""
    if isinstance(prompt.content, str):
        texts.append(prompt.content)
        return

    marked = False
    for item in prompt.content:
        if isinstance(item, TextContent) and (seen := pictures(item.metadata)):
            found += [each.ref for each in seen]
            marked = True
        elif isinstance(item, BinaryContent) and item.is_image:
            found += [] if marked else [item]
            marked = False
        elif isinstance(item, str | TextContent):
            texts.append(item if isinstance(item, str) else item.content)


def _read_returns(asked: Asked, message: ModelRequest, tool: str) -> None:
    for part in message.parts:
        if getattr(part, "tool_name", None) != tool:
            continue
        call = asked.call(getattr(part, "tool_call_id", ""))
        if call and isinstance(part, ToolReturnPart):
            _read_return(call, part)
        elif call and _is_retry(part):
            call.problem = str(getattr(part, "content", ""))


def _read_return(call: Call, part: ToolReturnPart[Any]) -> None:
    call.edited = _edited(part) if part.outcome == "success" else None
    if call.edited is None:
        told: Any = part.content
        said = told if isinstance(told, str) else part.model_response_str()
        call.problem = said[:_SAID] or "the tool returned no picture"


def _edited(part: ToolReturnPart[Any]) -> Shown | None:
    metadata: object = part.metadata
    if isinstance(metadata, Mapping):
        told: object = cast("Mapping[str, Any]", metadata).get("image")
        if isinstance(told, str) and (found := _hash(told)):
            return found

    content: Any = part.content
    for item in content if isinstance(content, list) else [content]:  # pyright: ignore[reportUnknownVariableType]
        if isinstance(item, BinaryContent) and item.is_image:
            return item

    return None


def _hash(text: str) -> str | None:
    found = _HASH.match(text.strip())
    return found[1] if found else None


def _critique(found: object) -> Critique | None:
    if not isinstance(found, dict):
        return None

    try:
        return Critique.model_validate(found)
    except ValidationError:
        return None


def _mark(metadata: object) -> Mapping[str, Any]:
    mark: object = cast("Mapping[str, Any]", metadata or {}).get(KEY)
    return cast("Mapping[str, Any]", mark) if isinstance(mark, Mapping) else {}


def _prompts(message: ModelRequest) -> Iterator[UserPromptPart]:
    return (part for part in message.parts if isinstance(part, UserPromptPart))


def _returns(message: ModelRequest) -> bool:
    """A user's part beside a tool's return is what the tool adds, and no question."""
    return any(isinstance(part, ToolReturnPart) or _is_retry(part) for part in message.parts)


def _is_retry(part: object) -> bool:
    """A refusal that the model is to mend, as older releases of pydantic-ai wrote it."""
    return getattr(part, "part_kind", "") == "retry-prompt"
