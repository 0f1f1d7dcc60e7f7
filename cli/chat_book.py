"""What a conversation leaves behind: its messages in a file, its pictures by their handles."""

import json
import os
import re
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from anyio import to_thread
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter

from ..memory import InputError, SettingsError, new_run_id, short
from ..memory.images import LocalImages, deliver, media_type_of_path, suffix_of
from ..tools.chat.handles import Book, Seen
from ..tools.chat.marks import marked
from .files import Target, write

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(slots=True)
class Conversation:
    """The messages of a session; each exchange is written down when it is over."""

    session: str
    path: Path
    messages: list[ModelMessage] = field(default_factory=list[ModelMessage])
    before: list[int] = field(default_factory=list[int])
    """How many messages there were before each exchange of this sitting."""

    @classmethod
    def opened(cls, folder: Path, session: str | None) -> "Conversation":
        """Open a conversation by its name, or begin one. Blocks.

        Raises:
            SettingsError: the name is no name for a file.
            InputError: the file of the conversation cannot be read.
        """
        name = session or short(new_run_id())
        if not _NAME.fullmatch(name):
            raise SettingsError(f"--session {name!r}: use letters, digits, dots and dashes")

        made = cls(name, folder / f"{name}.json")
        try:
            made.messages = _read(made.path.read_bytes())
        except FileNotFoundError:
            pass
        except OSError as error:
            why = error.strerror or str(error)
            raise InputError(
                f"the conversation {str(made.path)!r} cannot be read: {why}"
            ) from error
        except (ValueError, KeyError, TypeError) as error:  # pydantic's own are ValueErrors
            raise InputError(
                f"{str(made.path)!r} holds no conversation that can be read here: move it away, or "
                "give --session another name"
            ) from error

        return made

    async def grown(self, messages: list[ModelMessage], model: str) -> None:
        """Take an exchange in and write it down.

        Raises:
            InputError: the file cannot be written.
        """
        self.before.append(len(self.messages))
        self.messages = messages
        await self._kept(model)

    async def undone(self, model: str) -> bool:
        """Forget the last exchange of this sitting; its runs stay on record."""
        if not self.before:
            return False

        del self.messages[self.before.pop() :]
        await self._kept(model)
        return True

    def book(self) -> Book:
        """The pictures of the conversation."""
        return Book.of(marked(self.messages))

    def find(self, name: str) -> Seen:
        """Return a picture by its handle, its number in `/images`, or `last`.

        Raises:
            InputError: there is none of that name.
        """
        book = self.book()
        pictures = list(book)
        if name == "last" and pictures:
            return pictures[-1]

        if name.isascii() and name.isdigit() and 1 <= int(name) <= len(pictures):
            return pictures[int(name) - 1]

        if seen := book.find(name):
            return seen

        known = ", ".join(each.handle for each in pictures) or "none yet"
        raise InputError(f"there is no picture {name!r} in this conversation; known: {known}")

    async def _kept(self, model: str) -> None:
        await to_thread.run_sync(_write, self.path, self.session, model, self.messages)


def target_of(seen: Seen, place: str, *, overwrite: bool = False) -> Target:
    """Where a picture is saved, and as what.

    Raises:
        SettingsError: the name tells no format.
    """
    path = Path(place).expanduser()
    if place.endswith(("/", os.sep)) or path.is_dir():
        path = path / f"{seen.handle}{suffix_of(seen.ref.media_type)}"

    if not path.suffix:
        path = path.with_name(path.name + suffix_of(seen.ref.media_type))

    return Target(path, media_type_of_path(path), overwrite)


async def saved(images: LocalImages, seen: Seen, target: Target) -> None:
    """Write a picture as a file, in the format that its name says.

    Raises:
        SettingsError: the file exists, or cannot be written.
        PictureError: the picture cannot be turned into that format.
    """
    data = await images.get(seen.ref)
    made = await to_thread.run_sync(partial(deliver, data, like=data, media_type=target.media_type))
    await to_thread.run_sync(write, target, made.data)


def _read(data: bytes) -> list[ModelMessage]:
    return ModelMessagesTypeAdapter.validate_python(json.loads(data)["messages"])


def _write(path: Path, session: str, model: str, messages: list[ModelMessage]) -> None:
    held = {
        "session": session,
        "model": model,
        "updated": datetime.now(UTC).isoformat(),
        "messages": ModelMessagesTypeAdapter.dump_python(messages, mode="json"),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{session}-")  # 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(held, file, ensure_ascii=False)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"the conversation cannot be kept in {str(path)!r}: {error}") from error
