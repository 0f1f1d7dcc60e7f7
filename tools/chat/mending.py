"""Returns of our tools that lost their metadata on the way through a browser, as good as new.

Front ends that hold the history themselves give back what a tool said and not what it meant for the
application. The handles are still there, and the runs of the session are on record.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart

from .handles import Book
from .marks import as_pair, is_return, metadata, pictures, plain

_OURS = ("edit_image", "refine_edit", "retouch", "compare_images")


def is_torn(messages: Sequence[ModelMessage]) -> bool:
    """Whether anything can be mended."""
    return any(
        _handles(part)
        for message in messages
        if isinstance(message, ModelRequest)
        for part in message.parts
    )


def mended(messages: Sequence[ModelMessage], book: Book) -> list[ModelMessage]:
    """Return the messages with the metadata of our tools' returns put back where the book has them."""
    return [
        replace(message, parts=[_mended(part, book) for part in message.parts])
        if isinstance(message, ModelRequest) and is_torn([message])
        else message
        for message in messages
    ]


def _mended(part: Any, book: Book) -> Any:
    handles = _handles(part)
    seen = [each for handle in handles if (each := book.find(handle))]
    if not seen or len(seen) < len(handles):
        return part
    about = metadata(*seen, **(plain(part.metadata) or {}))
    return replace(part, metadata=as_pair(about) if len(seen) > 1 else about)


def _handles(part: object) -> list[str]:
    """The handles that a return names although it does not say which pictures they are."""
    if not is_return(part) or not part.tool_name.endswith(_OURS) or pictures(part.metadata):
        return []
    if part.outcome != "success" or plain(part.metadata) is None:
        return []
    told = _told(part)
    both = [told.get("before"), told.get("after")]
    named = [each.get("image") for each in both if _is_map(each)]
    return [each for each in named or [told.get("image")] if isinstance(each, str)]


def _told(part: ToolReturnPart[Any]) -> Mapping[str, Any]:
    """The facts, which some protocols carry as text."""
    content: Any = part.content
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except ValueError:
            return {}
    return content if _is_map(content) else {}


def _is_map(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)
