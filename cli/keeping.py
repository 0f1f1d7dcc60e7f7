"""`editloop runs export|import|rm|gc|path`."""

import json
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from ..memory import InputError, SettingsError
from ..memory.images import LocalImages
from ..memory.store import RunFilter, Store, export_line, open_store
from ..memory.store.where import parse
from .argv import DASH
from .files import Target, check_free, write
from .options import Common
from .words import counted, size

if TYPE_CHECKING:
    from ..agent import Choices


def exported(
    runs: Sequence[str],
    every: bool,
    where: str,
    output: str | None,
    overwrite: bool,
    common: Common,
) -> int:
    """Write runs as JSON lines to stdout or a file.

    Raises:
        SettingsError: nothing, or two different things, were named.
        RunNotFound: no run has one of the names.
    """
    if bool(runs) == every:
        raise SettingsError("name runs, or --all, or --where: one of them")

    target = None
    if output not in (None, DASH):
        target = Target(Path(output), "", overwrite)
        check_free(target)
    which = parse(where) if every else runs
    count = anyio.run(_export, common.choices(), which, target)
    common.screen.say("exported", f"{counted(count, 'run')}; the pictures stay in the store")
    return 0


def imported(file: str, common: Common) -> int:
    """Take exported runs in.

    Raises:
        InputError: the file cannot be read, or a line is no exported run.
        StoreError: another run of the same name is there.
    """
    lines = _lines(file)
    count = anyio.run(_import, common.choices(), lines)
    common.screen.say("imported", counted(count, "run"))
    return 0


def removed(runs: Sequence[str], yes: bool, common: Common) -> int:
    """Remove runs.

    Raises:
        SettingsError: nobody is there to be asked, and `--yes` was not given.
        RunNotFound: no run has one of the names.
    """
    if not runs:
        raise SettingsError("name the runs to remove; `editloop runs list` shows them")
    if not yes and not sys.stdin.isatty():
        raise SettingsError("nobody can be asked here; add --yes to remove runs for good")
    if not yes and not _agreed(len(runs)):
        common.screen.say("kept", "nothing was removed")
        return 0

    ids = anyio.run(_remove, common.choices(), runs)
    for run_id in ids:
        print(run_id)
    common.screen.next("editloop runs gc")
    return 0


def swept(dry_run: bool, older: float, common: Common) -> int:
    """Remove pictures that no run leads to, or say how many there are."""
    count, freed = anyio.run(_sweep, common.choices(), older, dry_run)
    if common.json:
        print(json.dumps({"pictures": count, "bytes": freed, "removed": not dry_run}))
        return 0

    verb = "would go" if dry_run else "removed"
    print(f"{counted(count, 'picture')}, {size(freed)} {verb}")
    return 0


def located(images: bool, common: Common) -> int:
    """Print where the store, or its pictures, are."""
    choices = common.choices()
    if images:
        print(choices.settings.images_folder)
        return 0

    address = str(choices.snapshot()["store"])
    print(address.removeprefix("sqlite:///"))
    return 0


def _agreed(count: int) -> bool:
    print(f"remove {counted(count, 'run')} for good? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _lines(file: str) -> list[Any]:
    try:
        text = sys.stdin.read() if file == DASH else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file!r}: {error}") from None

    found: list[Any] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            raise InputError(f"line {number} of {file!r} is no JSON: {error}") from None
        if not isinstance(found[-1], dict):
            raise InputError(f"line {number} of {file!r} is no exported run")
    return found


@asynccontextmanager
async def _opened(choices: "Choices") -> AsyncGenerator[Store]:
    async with open_store(choices.settings.store_url) as store:
        yield store


async def _export(
    choices: "Choices", which: RunFilter | Sequence[str], target: Target | None
) -> int:
    parts: list[str] = []
    count = 0
    async with _opened(choices) as store:
        if not isinstance(which, RunFilter):
            which = [(await store.run(name)).id for name in which]
        async for run in store.export(which):
            count += 1
            if target:
                parts.append(export_line(run))
            else:
                sys.stdout.write(export_line(run))
    if target:
        write(target, "".join(parts).encode())
    return count


async def _import(choices: "Choices", lines: list[Any]) -> int:
    async with _opened(choices) as store:
        return len({await store.import_(line) for line in lines})


async def _remove(choices: "Choices", names: Sequence[str]) -> list[str]:
    async with _opened(choices) as store:
        ids = [(await store.run(name)).id for name in names]
        for run_id in dict.fromkeys(ids):
            await store.remove(run_id)
    return list(dict.fromkeys(ids))


async def _sweep(choices: "Choices", older: float, dry_run: bool) -> tuple[int, int]:
    images = LocalImages(choices.settings.images_folder)
    async with _opened(choices) as store:
        keep = await store.referenced()
        if not dry_run:
            gone = await images.sweep(keep, older)
            return gone.count, gone.bytes

    idle = [
        size_
        for name, size_ in await images.all()
        if name not in keep and _old(images, name, older)
    ]
    return len(idle), sum(idle)


def _old(images: LocalImages, name: str, seconds: float) -> bool:
    return images.path(name).stat().st_mtime < time.time() - seconds
