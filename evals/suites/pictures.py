"""Pictures of a case, as places to read bytes from: nothing is opened before `read`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...memory.errors import InputError


class Picture(Protocol):
    """Where a picture of a case is."""

    @property
    def name(self) -> str:
        """Its path, or its place inside a table file, for messages."""
        ...

    def present(self) -> bool:
        """Whether it is there, as far as can be told without reading it."""
        ...

    def read(self) -> bytes:
        """The bytes as they are stored, undecoded.

        Raises:
            InputError: it is not there or cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that is a file of its own."""

    path: Path

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def present(self) -> bool:
        """Whether there is such a file."""
        return self.path.is_file()

    def read(self) -> bytes:
        """The bytes of the file.

        Raises:
            InputError: there is no such file, or it cannot be read.
        """
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read the picture {self.path}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class PictureFolder:
    """The folders in which the pictures of a suite may lie, the likeliest first."""

    folders: tuple[Path, ...]

    def file(self, name: str) -> PictureFile:
        """The picture of that relative name, in the first folder that has it."""
        for folder in self.folders:
            if (folder / name).is_file():
                return PictureFile(folder / name)
        return PictureFile(self.folders[0] / name)
