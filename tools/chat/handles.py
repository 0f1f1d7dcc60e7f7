"""Short names for the pictures of a conversation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Self

from ...memory import ImageRef, short

What = Literal["attached", "edited", "retouched", "returned by a tool", "made by you"]
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture of the conversation under the name that the model knows it by."""

    handle: str
    ref: ImageRef
    what: What = "attached"
    run: str = ""
    """The id of the run that made it."""

    turn: int = 0
    """The number of the turn that made it."""

    @property
    def size(self) -> str:
        """Its size as a person reads it."""
        return f"{self.ref.width}×{self.ref.height}"

    @property
    def label(self) -> str:
        """What stands in a message in the picture's place."""
        return f"[{self.handle}: picture {self.what}, {self.size}{self._first}]"

    @property
    def _first(self) -> str:
        """Says that all but the first of its frames or pages is left out."""
        return ", its first frame" if {"animation", "pages"} & {*self.ref.degraded} else ""

    def told(self) -> dict[str, Any]:
        """What a model is told of it in a list."""
        made = {"run": short(self.run), "turn": self.turn} if self.run else {}
        return {"image": self.handle, "what": self.what, "size": self.size, **made}

    def plain(self) -> dict[str, Any]:
        """As JSON, for the metadata of a message."""
        ref = self.ref.model_dump(mode="json", exclude_defaults=True)
        return {
            "handle": self.handle,
            "what": self.what,
            "run": self.run,
            "turn": self.turn,
            "ref": ref,
        }

    @classmethod
    def read(cls, plain: dict[str, Any]) -> Self:
        """Read what `plain` wrote.

        Raises:
            KeyError, pydantic.ValidationError: somebody else wrote it.
        """
        ref = ImageRef.model_validate(plain["ref"])
        return cls(plain["handle"], ref, plain["what"], plain["run"], plain["turn"])


@dataclass(slots=True)
class Book:
    """The pictures of a conversation in the order in which they came, and its runs."""

    pictures: dict[str, Seen] = field(default_factory=dict[str, Seen])
    """By handle."""

    @classmethod
    def of(cls, seen: Iterable[Seen]) -> Self:
        """Enter pictures in their order; one that comes again stays what it was at first."""
        book = cls()
        for each in seen:
            book.pictures.setdefault(each.handle, each)
        return book

    def __iter__(self) -> Iterator[Seen]:
        return iter(self.pictures.values())

    def named(self, ref: ImageRef, what: What = "attached", run: str = "", turn: int = 0) -> Seen:
        """Name a picture, by the name that it has or by a new one, and enter it.

        The name is made of the first digits of its SHA-256, as many as keep it apart from others.
        """
        handles = (f"img_{ref.sha256[:digits]}" for digits in range(_DIGITS, len(ref.sha256) + 1))
        seen = Seen(next(filter(partial(self._free, ref), handles)), ref, what, run, turn)
        self.pictures.setdefault(seen.handle, seen)
        return seen

    def _free(self, ref: ImageRef, handle: str) -> bool:
        known = self.pictures.get(handle)
        return known is None or known.ref.sha256 == ref.sha256

    def find(self, name: str) -> Seen | None:
        """Return a picture by its handle, with or without brackets, or by its `sha256:…`."""
        wanted = name.strip().strip("[]").split(":", 1)[0]
        if wanted in self.pictures:
            return self.pictures[wanted]
        return next((seen for seen in self if name.strip() == seen.ref.uri), None)

    def runs(self) -> list[str]:
        """The ids of the runs that made these pictures, oldest first."""
        return list(dict.fromkeys(seen.run for seen in self if seen.run))
