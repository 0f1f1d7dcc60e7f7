"""The pictures that a message stands for, in its metadata: models never see it, stores keep it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard, cast

from pydantic import ValidationError
from pydantic_ai.messages import (
    BinaryContent,
    FilePart,
    ImageUrl,
    ModelMessage,
    TextContent,
    ToolReturnPart,
    UserPromptPart,
)

from .handles import Seen

KEY = "editloop"
"""Under this key of a metadata dictionary stands what is ours."""

PAIR = "pair"
"""Of two pictures: show them side by side."""


def metadata(*seen: Seen, **more: object) -> dict[str, Any]:
    """Say which pictures a message stands for; `more` is for the application."""
    return {**more, KEY: {"pictures": [each.plain() for each in seen]}}


def pictures(metadata: object) -> list[Seen]:
    """Return the pictures that a message stands for; none where the metadata is not ours."""
    mark = _mark(metadata)
    try:
        return [Seen.read(each) for each in mark.get("pictures", ())]
    except (KeyError, TypeError, ValidationError):
        return []


def is_pair(metadata: object) -> bool:
    """Whether the pictures are to be shown side by side."""
    return _mark(metadata).get("show") == PAIR


def as_pair(metadata: dict[str, Any]) -> dict[str, Any]:
    """Ask for the two pictures side by side."""
    return {**metadata, KEY: {**metadata[KEY], "show": PAIR}}


def has_pictures(messages: Iterable[ModelMessage]) -> bool:
    """Whether messages hold the bytes of a picture."""
    return any(is_picture(item) for part in _parts(messages) for item in items(part))


def is_picture(item: object) -> bool:
    """Whether a part of a message is the bytes of a picture, also those of a `data:` URL."""
    if isinstance(item, ImageUrl):
        return item.url.startswith("data:image/")
    return isinstance(item, BinaryContent) and item.is_image and bool(item.data)


def is_return(part: object) -> TypeGuard[ToolReturnPart[Any]]:
    """Whether a part of a message is what a tool returned."""
    return isinstance(part, ToolReturnPart)


def plain(metadata: object) -> dict[str, Any] | None:
    """Return metadata that can be added to: a dictionary, or none yet; None is for anything else."""
    if metadata is None:
        return {}
    return cast("dict[str, Any]", metadata) if isinstance(metadata, dict) else None


def items(part: object) -> list[Any]:
    """What a part of a message holds, one by one."""
    if isinstance(part, FilePart):
        return [part.content]
    if not isinstance(part, UserPromptPart | ToolReturnPart):
        return []
    content: Any = part.content
    return list(cast("list[Any]", content)) if isinstance(content, list | tuple) else [content]


def marked(messages: Iterable[ModelMessage]) -> list[Seen]:
    """Return the pictures that messages stand for, in their order."""
    found: list[Seen] = []
    for part in _parts(messages):
        if isinstance(part, ToolReturnPart):
            found += pictures(part.metadata)
        elif isinstance(part, FilePart):
            found += pictures(part.content.vendor_metadata)
        elif isinstance(part, UserPromptPart):
            found += [
                s for i in items(part) if isinstance(i, TextContent) for s in pictures(i.metadata)
            ]
    return found


def _parts(messages: Iterable[ModelMessage]) -> Iterable[object]:
    for message in messages:
        yield from message.parts


def _mark(metadata: object) -> Mapping[str, Any]:
    if not isinstance(metadata, Mapping):
        return {}
    mark = cast("Mapping[str, Any]", metadata).get(KEY)
    return cast("Mapping[str, Any]", mark) if isinstance(mark, Mapping) else {}
