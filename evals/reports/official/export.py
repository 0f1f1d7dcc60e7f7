"""Our pictures in the layouts of the published scripts.

A case is done when its last file is there; the same export again goes on with the others, and finds
every file of before as it would write it.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, cast

import anyio
from anyio import to_thread

from ....memory.errors import EditloopError, InputError
from ....memory.images import LocalImages, deliver
from ....memory.records import ImageRef, Run
from ...score.rows import Case
from ..sheet import Sheet
from . import places, records
from .places import Layout
from .writing import Folder

_AT_ONCE = 4
_SUFFIX = {".png": "image/png", ".jpg": "image/jpeg"}
_MANIFEST = PurePosixPath(".editloop-export.json")


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did."""

    cases: int
    """With a picture."""

    without: int
    """Cases that have none, so that the published scripts will not find them."""

    written: int
    kept: int
    """Files that were there already."""

    def as_json(self) -> dict[str, int]:
        """For programs."""
        return {
            "cases": self.cases,
            "without": self.without,
            "written": self.written,
            "kept": self.kept,
        }


class Exporter:
    """Lays the pictures of one system out."""

    def __init__(
        self,
        sheet: Sheet,
        images: LocalImages,
        load: Callable[[str], Awaitable[Run]],
        folder: Folder,
        layout: Layout = "editthinker",
    ) -> None:
        """Prepare; `load` gives a run by its id."""
        self._sheet, self._images, self._load = sheet, images, load
        self._folder, self._layout = folder, layout
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)
        self._entries: dict[str, dict[str, Any]] = {}

    async def export(self) -> Exported:
        """Write everything that is not there yet.

        Raises:
            InputError: a file of another content is there and may not be replaced, or a name of a
                case or of the system is no name of a file.
            StoreError: a picture or a run cannot be read.
        """
        self._check_names()
        await to_thread.run_sync(self._claim)
        try:
            async with anyio.create_task_group() as tasks:
                for case in self._sheet.cases:
                    turn = object()
                    await self._limiter.acquire_on_behalf_of(turn)
                    tasks.start_soon(self._one, case, turn)
        except ExceptionGroup as group:
            raise _first(group) from group
        entries = [self._entries[case.name] for case in self._sheet.cases]
        if self._layout == "editthinker":
            summary = _json(records.summary(entries))
            await self._write(PurePosixPath("final/processing_summary.json"), summary)
        done = sum(entry["status"] == "success" for entry in entries)
        return Exported(done, len(entries) - done, self._folder.written, self._folder.kept)

    def _check_names(self) -> None:
        """Two cases in one file would be a silent loss."""
        seen: dict[PurePosixPath, str] = {}
        for case in self._sheet.cases:
            place = places.upstream(case, self._sheet.system)
            if place in seen:
                raise InputError(f"{seen[place]!r} and {case.name!r} would be one file, {place}")
            seen[place] = case.name

    def _claim(self) -> None:
        """A folder holds one export: another system's pictures would mix with ours unseen."""
        sheet = self._sheet
        held = {
            "suite": sheet.board.suite,
            "system": sheet.system,
            "digest": sheet.digest,
            "seed": sheet.seed,
            "layout": self._layout,
        }
        self._folder.write(_MANIFEST, _json(held))

    async def _one(self, case: Case, turn: object) -> None:
        try:
            self._entries[case.name] = await self._exported(case)
        finally:
            self._limiter.release_on_behalf_of(turn)

    async def _exported(self, case: Case) -> dict[str, Any]:
        produced = self._sheet.runs.get(case.name)
        if produced is None:
            return records.failed(case, "no run of this case")
        run = await self._load(produced.run_id)
        if run.best is None or run.best.edited is None:
            why = run.failure.message if run.failure else "the run has no answer"
            return records.failed(case, why)
        if self._layout == "upstream":
            await self._upstream(case, run, run.best.edited)
        else:
            await self._editthinker(case, run, run.best.edited)
        return records.succeeded(case, run)

    async def _upstream(self, case: Case, run: Run, answer: ImageRef) -> None:
        place = places.upstream(case, self._sheet.system)
        source = await self._images.get(run.task.source)
        await self._write(place, await self._made(answer, source, place.suffix))
        if places.wants_source(case):
            copy = place.with_name(f"{place.stem}_SRCIMG.png")
            await self._write(copy, await self._made(run.task.source, None, ".png"))

    async def _editthinker(self, case: Case, run: Run, answer: ImageRef) -> None:
        name, folder = places.key(case), places.folder(case)
        final, meta = PurePosixPath("final") / folder, _json(records.meta(case, run))
        mark = final / f"{name}_meta.json"
        if not self._folder.overwrite and await to_thread.run_sync(self._folder.same, mark, meta):
            self._folder.kept += 1
            return
        source = await self._images.get(run.task.source)
        copy = await self._made(run.task.source, None, ".png")
        for step in records.steps(run):
            edited = run.turn(step.picture).edited
            if edited is None:
                continue
            data = await self._made(edited, source, ".png")
            turn = PurePosixPath(f"turn{step.number}") / folder
            await self._write(turn / f"{name}.png", data)
            await self._write(turn / f"{name}_SRCIMG.png", copy)
            await self._write(final / f"{name}_turn{step.number}.png", data)
        await self._write(final / f"{name}_SRCIMG.png", copy)
        await self._write(final / f"{name}.png", await self._made(answer, source, ".png"))
        await self._write(mark, meta)  # last: who finds it finds everything

    async def _made(self, picture: ImageRef, like: bytes | None, suffix: str) -> bytes:
        """The picture in the format of the suffix and in the size of the source."""
        data = await self._images.get(picture)
        make = partial(
            deliver,
            data,
            like=like,
            media_type=_SUFFIX[suffix],
            exif="strip",
            match_size=like is not None,
        )
        return (await to_thread.run_sync(make)).data

    async def _write(self, place: PurePosixPath, data: bytes) -> None:
        await to_thread.run_sync(self._folder.write, place, data)


def _json(held: object) -> bytes:
    return (json.dumps(held, ensure_ascii=False, indent=2) + "\n").encode()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure of ours; else the first of all."""
    flat = list(_flat(group))
    return next((each for each in flat if isinstance(each, EditloopError)), flat[0])


def _flat(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        group = cast(BaseExceptionGroup[BaseException], error)
        for each in group.exceptions:
            yield from _flat(each)
    else:
        yield error


def folder_of(out: Path, *, overwrite: bool) -> Folder:
    """Where an export goes.

    Raises:
        InputError: there is a file of that name.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{str(out)!r} is a file; name a folder with --out")
    return Folder(out, overwrite)
