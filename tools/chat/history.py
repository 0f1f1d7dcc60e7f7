"""Histories without pictures in them: a line of text stands for each, and its bytes are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeGuard

from anyio import to_thread
from pydantic_ai.messages import (
    BinaryContent,
    FilePart,
    ImageUrl,
    ModelMessage,
    TextContent,
    ToolReturnPart,
    UserPromptPart,
)

from ...memory import ImageRef, PictureError
from .handles import Book, Seen
from .marks import KEY, has_pictures, is_picture, is_return, items, marked, metadata, plain

if TYPE_CHECKING:
    from ...memory.images import LocalImages


async def slim(messages: Sequence[ModelMessage], images: "LocalImages") -> list[ModelMessage]:
    """Return the messages with a line of text in the place of each picture, which is kept.

    What a user attached and what tools returned is kept as received; the line names its handle and
    its size, and its metadata the rest. Pictures that cannot be read stay as they are. The given
    messages are not touched.

    Raises:
        StoreError: a picture cannot be kept.
    """
    return (await Slimming(images).slim(messages))[0]


@dataclass(slots=True)
class Slimming:
    """Takes pictures out of messages; each is decoded and kept once."""

    images: "LocalImages"
    view: tuple[int, int] | None = None
    """What will be shown of pictures that come in: made of the pixels that are checked then."""

    _kept: dict[int, ImageRef | str] = field(default_factory=dict[int, ImageRef | str])
    """By the identity of the content: the same objects are in a history and in a request of it.

    A text says why a picture cannot be kept.
    """

    async def slim(self, messages: Sequence[ModelMessage]) -> tuple[list[ModelMessage], Book]:
        """Return the messages without their pictures, and the book of the conversation."""
        book = Book.of(marked(messages))
        if not has_pictures(messages):
            return list(messages), book
        return [await self._message(message, book) for message in messages], book

    def problem(self, item: object) -> str:
        """Say why a picture that was left in the messages cannot be read."""
        why = self._kept.get(id(item))
        return why if isinstance(why, str) else ""

    async def _message(self, message: ModelMessage, book: Book) -> ModelMessage:
        if not has_pictures([message]):
            return message
        parts: Any = [await self._part(part, book) for part in message.parts]
        return replace(message, parts=parts)

    async def _part(self, part: Any, book: Book) -> Any:
        if not any(is_picture(item) for item in items(part)):
            return part
        if isinstance(part, UserPromptPart):
            return replace(part, content=[await self._attached(i, book) for i in items(part)])
        if isinstance(part, FilePart):
            return await self._made(part, book)
        return await self._returned(part, book) if _may_be_marked(part) else part

    async def _made(self, part: FilePart, book: Book) -> FilePart:
        """Empty a picture that the chat model painted; what its server needs to know again stays."""
        ref = await self._keep(part.content)
        if ref is None:
            return part
        own = part.content.vendor_metadata or {}
        about = metadata(book.named(ref, "made by you"), **own)
        empty = BinaryContent(data=b"", media_type=ref.media_type, vendor_metadata=about)
        return replace(part, content=empty)

    async def _attached(self, item: Any, book: Book) -> Any:
        seen = await self._seen(item, book)
        return TextContent(seen.label, metadata=metadata(seen)) if seen else item

    async def _returned(self, part: ToolReturnPart[Any], book: Book) -> ToolReturnPart[Any]:
        found = [(item, await self._seen(item, book, tool=True)) for item in items(part)]
        seen = [each for _, each in found if each]
        if not seen:
            return part
        content = [each.label if each else item for item, each in found]
        return replace(
            part, content=content, metadata=metadata(*seen, **(plain(part.metadata) or {}))
        )

    async def _seen(self, item: Any, book: Book, *, tool: bool = False) -> Seen | None:
        if not is_picture(item):
            return None
        ref = await self._keep(item)
        return book.named(ref, "returned by a tool" if tool else "attached") if ref else None

    async def _keep(self, picture: BinaryContent | ImageUrl) -> ImageRef | None:
        """Keep a picture and return its name; None when it cannot be read."""
        kept = self._kept.get(id(picture))
        if kept is None:
            try:
                kept = await self._put(picture)
            except PictureError as error:
                kept = str(error)
            self._kept[id(picture)] = kept
        return kept if isinstance(kept, ImageRef) else None

    async def _put(self, picture: BinaryContent | ImageUrl) -> ImageRef:
        """Keep bytes; those that are here were decoded once, and are only named again."""
        data, digest = await to_thread.run_sync(_named, picture)
        known = await self.images.has(digest)
        return await self.images.put(data, verify=not known, view=self.view)


def _named(picture: BinaryContent | ImageUrl) -> tuple[bytes, str]:
    """The bytes of a picture, and their hash."""
    if isinstance(picture, ImageUrl):
        try:
            picture = BinaryContent.from_data_uri(picture.url)
        except ValueError as error:
            raise PictureError(
                f"the data: URL holds no picture ({error}): send it again"
            ) from error
    return picture.data, sha256(picture.data).hexdigest()


def _may_be_marked(part: object) -> TypeGuard[ToolReturnPart[Any]]:
    """Whether a tool's return has room for our metadata beside its own."""
    if not is_return(part) or part.tool_kind:
        return False
    own = plain(part.metadata)
    return own is not None and KEY not in own
