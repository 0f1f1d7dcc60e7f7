"""Answers as files, for callers who share the disk with this door."""

from glob import escape
from pathlib import Path, PurePath

import anyio
from anyio import to_thread

from ...memory import ImageRef, PictureError, Run, short
from ...memory.images import LocalImages, deliver, suffix_of
from ..pictures.outputs import safe_name, write_new

FILE = "file"
"""The label of a run that keeps the name of its picture's file."""

_NAME = 120
_NO_FILE = ("data:", "run:", "editloop:", "sha256:")


def file_name(said: str) -> str:
    """The name of the file that a path or an address ends in; empty where there is none."""
    if said.startswith(_NO_FILE) or said == "last":
        return ""

    return PurePath(said.split("?")[0].split("#")[0]).name[:_NAME]


class Outbox:
    """Writes the answers of runs into one folder; nothing that is there is ever replaced."""

    def __init__(self, folder: Path, images: LocalImages) -> None:
        self._folder, self._images = folder, images
        self._one = anyio.Lock()

    async def write(self, run: Run, answer: ImageRef) -> Path:
        """Write an answer in the format of its source, and return where it is.

        The same answer again finds the file of before.

        Raises:
            Forbidden: the folder cannot be written to.
            InputError, StoreError: there is no room in it.
        """
        edited = await self._images.get(answer)
        source = await self._images.get(run.task.source)
        async with self._one:
            return await to_thread.run_sync(self._write, run, edited, source, answer.media_type)

    def _write(self, run: Run, edited: bytes, source: bytes, media_type: str) -> Path:
        try:
            made = deliver(edited, like=source, media_type=None)
            data, media_type = made.data, made.media_type
        except PictureError:  # a source of a format that is read and not written
            data = edited
        stem = PurePath(run.task.labels.get(FILE, "")).stem or "picture"
        name = safe_name(f"{stem}-edited-{short(run.id)}")
        for path in self._folder.glob(f"{escape(name)}*{suffix_of(media_type)}"):
            if path.is_file() and path.read_bytes() == data:
                return path

        return write_new(self._folder, name, data, media_type)
