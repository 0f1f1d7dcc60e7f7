"""Who talks: nobody, a script, or any model of pydantic-ai."""

import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from openai import OpenAIError
from pydantic_ai.exceptions import UserError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from ..memory import InputError, SettingsError, short
from ..tools.chat.marks import items, marked, pictures
from ..tools.unusable import unusable

VARIABLE = "EDITLOOP_CHAT_MODEL"
DIRECT = "direct"
_SCRIPTED = "scripted:"

Says = str | ToolCallPart
"""What a model answers with: words, or the call of a tool."""


def chosen(given: str | None) -> str:
    """The name of the model: the option, the variable, or nobody."""
    return given or os.environ.get(VARIABLE) or DIRECT


def found(name: str) -> Model[Any]:
    """Open a model by its name.

    Raises:
        SettingsError: no such model or script, or a key or a package is missing.
    """
    if name == DIRECT:
        return _function(Direct())

    if name.startswith(_SCRIPTED):
        return _function(Scripted.read(Path(name.removeprefix(_SCRIPTED))))

    try:
        return infer_model(name)
    except (UserError, OpenAIError, ValueError, ImportError) as error:
        raise SettingsError(f"the model {name!r} cannot be used: {unusable(error)}") from error


@dataclass(slots=True)
class Direct:
    """Nobody talks: each line is an instruction for the picture that came last.

    A picture of the line is edited; without one it goes on from the last run.
    """

    def says(self, messages: Sequence[ModelMessage]) -> Says:
        """Call for an edit, or tell how it went."""
        last = messages[-1]
        returns = [part for part in last.parts if isinstance(part, ToolReturnPart)]
        if returns:
            return _told(returns[-1])

        text, attached = _asked(last)
        if not text:
            return "What is to be changed?" if attached else "Say what to change."

        runs = [seen.run for seen in marked(messages) if seen.run]
        if attached:
            return ToolCallPart("edit_image", {"image": attached[-1], "instruction": text})

        if runs:
            return ToolCallPart("refine_edit", {"run": short(runs[-1]), "instruction": text})

        seen = marked(messages)
        if seen:
            return ToolCallPart("edit_image", {"image": seen[-1].handle, "instruction": text})

        return "There is no picture yet: /attach PATH, or drop one into the line."


@dataclass(slots=True)
class Scripted:
    """Says the lines of a file: one JSON object each, `{"text": …}` or `{"tool": …, "arguments": …}`.

    In the arguments `$image` stands for the handle of the picture that came last, and `$run` for
    the last run. When the lines run out, the last one is said again.
    """

    lines: Sequence[dict[str, Any]]
    said: int = 0

    @classmethod
    def read(cls, path: Path) -> "Scripted":
        """Read a script.

        Raises:
            InputError: it cannot be read, or a line is no such object.
        """
        try:
            texts = path.read_text(encoding="utf-8").splitlines()
            lines = [json.loads(text) for text in texts if text.strip()]
        except (OSError, ValueError) as error:
            raise InputError(f"the script {str(path)!r} cannot be read: {error}") from error

        if not lines or not all(map(_is_line, lines)):
            raise InputError(
                f"the script {str(path)!r} must hold JSON objects, one a line: "
                '{"text": "…"} or {"tool": "…", "arguments": {…}}'
            )

        return cls(cast("list[dict[str, Any]]", lines))

    def says(self, messages: Sequence[ModelMessage]) -> Says:
        """Say the next line."""
        line = self.lines[min(self.said, len(self.lines) - 1)]
        self.said += 1
        if "tool" not in line:
            return str(line.get("text", ""))

        seen = marked(messages)
        runs = [each.run for each in seen if each.run]
        stands = {
            "$image": seen[-1].handle if seen else "",
            "$run": short(runs[-1]) if runs else "",
        }
        given = cast("dict[str, Any]", line.get("arguments") or {})
        arguments = {name: stands.get(value, value) if isinstance(value, str) else value
                     for name, value in given.items()}  # fmt: skip
        return ToolCallPart(str(line["tool"]), arguments)


def _is_line(line: object) -> bool:
    if not isinstance(line, dict):
        return False

    said = cast("dict[str, Any]", line)
    return isinstance(said.get("tool", ""), str) and isinstance(said.get("arguments") or {}, dict)


def _function(who: Direct | Scripted) -> FunctionModel:
    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        said = who.says(messages)
        return ModelResponse(parts=[TextPart(said) if isinstance(said, str) else said])

    async def stream(
        messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[str | DeltaToolCalls]:
        said = who.says(messages)
        if isinstance(said, str):
            for word in said.splitlines(keepends=True) or [""]:
                yield word
        else:
            call = DeltaToolCall(said.tool_name, said.args_as_json_str())
            yield {0: call}

    return FunctionModel(answer, stream_function=stream, model_name=type(who).__name__.lower())


def _asked(message: ModelMessage) -> tuple[str, list[str]]:
    """The words of a user's message, and the handles of its pictures."""
    texts: list[str] = []
    handles: list[str] = []
    parts = message.parts if isinstance(message, ModelRequest) else ()
    for part in parts:
        if not isinstance(part, UserPromptPart):
            continue
        for item in [part.content] if isinstance(part.content, str) else part.content:
            if isinstance(item, str):
                texts.append(item)
            elif isinstance(item, TextContent):
                handles += [seen.handle for seen in pictures(item.metadata)]

    return " ".join(texts).strip(), handles


def _told(part: ToolReturnPart[Any]) -> str:
    """What came of an edit, in a line or two."""
    found = items(part)
    facts = [cast("dict[str, Any]", item) for item in found if isinstance(item, dict)]
    told = facts[0] if facts else {}
    if not told or part.outcome != "success":
        return str(found[0]) if found else part.outcome

    scores = [f"{name} {told[name]}" for name in ("semantic", "quality") if name in told]
    made = " ".join(filter(None, [told.get("image"), *(scores and [", ".join(scores)])]))
    why = told.get("problem") or told.get("critique") or ""
    return f"{made or told.get('status')}\n{why}".strip()
