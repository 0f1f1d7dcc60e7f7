"""The picture in what a tool answered, wherever it lies."""

import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread
from mcp.types import (
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from ...memory import EditorError
from ..editor import Picture
from ..remote import wire
from .giving import facts

_ADDRESS = re.compile(r"""https?://[^\s"'<>()\[\]{}\\]+""")
_DATA = re.compile(r"data:image/[a-z.+-]+;base64,[A-Za-z0-9+/]+={0,2}")
_UNFINISHED = frozenset({"running", "queued", "pending", "processing", "in_progress", "waiting"})
_TRIED = 4  # addresses of a text that are looked at
_SAID = 200  # characters of a text without a picture that are passed on


@dataclass(frozen=True, slots=True)
class Reader:
    """Finds the picture of an answer."""

    name: str
    source: Picture
    read: Callable[[str], Awaitable[list[TextResourceContents | BlobResourceContents]]]
    """Reads a resource of the same session."""

    fetch: Callable[[str], Awaitable[Picture]]
    """Fetches an address, or refuses to."""

    saved: Path | None = None

    async def picture(self, result: CallToolResult) -> tuple[Picture, tuple[str, ...]]:
        """Return the picture, and what the caller should know.

        A linked resource is the picture itself where what stands in the answer is a preview, so
        links come first; of several pictures the first counts that is not the source again.

        Raises:
            EditorError: there is no picture, only one that cannot be had, or one of a tool that
                says that it is not done.
        """
        self._check_done(result)
        problems: list[str] = []
        found: list[Picture] = []
        async for kind, each in self._each(result):
            if isinstance(each, EditorError):
                problems.append(str(each))
                continue
            found.append(each)
            if kind != "inline" and each.data != self.source.data:
                break  # a link or a file: nothing better follows

        if not found:
            raise EditorError(self._nothing(result, problems))

        other = [picture for picture in found if picture.data != self.source.data]
        count = sum(isinstance(block, ImageContent) for block in result.content)
        notes = (f"{count} pictures came back; the first new one was taken",) if count > 1 else ()
        return (other or found)[0], (*notes, *problems)

    def _check_done(self, result: CallToolResult) -> None:
        """Let no preview of unfinished work pass for the edit."""
        status = facts(result).get("status")
        if isinstance(status, str) and status.lower() in _UNFINISHED:
            raise EditorError(
                f"{self.name} answered before the edit was done ({status}): let the tool wait "
                "longer, by an argument such as wait_seconds=600 in the address"
            )

    async def _each(
        self, result: CallToolResult
    ) -> AsyncGenerator[tuple[str, Picture | EditorError]]:
        """Pictures in the order in which they are believed; errors where one cannot be had."""
        for block in result.content:
            if isinstance(block, ResourceLink) and _pictorial(block.mime_type):
                yield "link", await self._tried(self._linked(block.uri))

        for block in result.content:
            if isinstance(block, ImageContent):
                yield "inline", await self._tried(wire.decoded(block.data, self.name))
            elif isinstance(block, EmbeddedResource) and _pictorial(block.resource.mime_type):
                yield "inline", await self._tried(self._held(block.resource))

        if self.saved:
            there = await to_thread.run_sync(self.saved.is_file)
            if there:
                yield "file", await self._tried(self._written(self.saved))

        for text in _texts(result):
            for data in _DATA.findall(text):
                yield "inline", await self._tried(wire.decoded(data, self.name))
            for address in _ADDRESS.findall(_DATA.sub("", text))[:_TRIED]:
                yield "link", await self._tried(self.fetch(address.rstrip(".,;:!?")))

    async def _tried(self, wanted: Awaitable[Picture]) -> Picture | EditorError:
        try:
            return await wanted
        except EditorError as error:
            return error

    async def _linked(self, uri: str) -> Picture:
        if uri.startswith(("http://", "https://")):
            return await self.fetch(uri)

        contents = await self.read(uri)
        if not contents:
            raise EditorError(f"{self.name} has nothing at {uri!r}")

        held = [each for each in contents if isinstance(each, BlobResourceContents)]
        return await self._held((held or contents)[0])

    async def _held(self, resource: TextResourceContents | BlobResourceContents) -> Picture:
        if isinstance(resource, TextResourceContents):
            raise EditorError(f"{self.name} holds a text at {resource.uri!r}, and no picture")

        return await wire.decoded(resource.blob, self.name)

    async def _written(self, path: Path) -> Picture:
        return wire.picture_of(await to_thread.run_sync(path.read_bytes), self.name)

    def _nothing(self, result: CallToolResult, problems: list[str]) -> str:
        if problems:
            return problems[0]

        said = " ".join(_texts(result)).strip()
        return f"{self.name} answered without a picture: {said[:_SAID] or 'not a word'}"


def _pictorial(media_type: str | None) -> bool:
    """Whether it says to be a picture, or does not say what it is."""
    return media_type is None or media_type.startswith("image/")


def _texts(result: CallToolResult) -> Iterator[str]:
    for block in result.content:
        if isinstance(block, TextContent):
            yield block.text

    if result.structured_content is not None:
        yield json.dumps(result.structured_content, ensure_ascii=False)
