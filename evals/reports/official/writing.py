"""Files of an export: whole or not there, and never over somebody else's."""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ....memory.errors import InputError


@dataclass
class Folder:
    """Where an export goes."""

    root: Path
    overwrite: bool = False
    written: int = field(default=0, init=False)
    kept: int = field(default=0, init=False)
    """Files that were there already, byte for byte."""

    def path(self, place: PurePosixPath) -> Path:
        """A place below the root."""
        return self.root.joinpath(*place.parts)

    def same(self, place: PurePosixPath, data: bytes) -> bool:
        """Whether these bytes are there already.

        Raises:
            InputError: other bytes are there and may not be replaced, or it cannot be read.
        """
        path = self.path(place)
        try:
            there = path.read_bytes()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
        if there != data and not self.overwrite:
            raise InputError(
                f"{path} exists and holds something else: add --overwrite to replace it, or name"
                " another folder with --out"
            )
        return there == data

    def write(self, place: PurePosixPath, data: bytes) -> None:
        """Write a file, or leave it where it is already the same. Blocks.

        Raises:
            InputError: other bytes are there and may not be replaced, or it cannot be written.
        """
        if self.same(place, data):
            self.kept += 1
            return
        path = self.path(place)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error
        self.written += 1


def _write(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".export-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
