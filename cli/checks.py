"""What `doctor` looks at. Nothing here changes anything; a store that is missing stays missing."""

import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import anyio

from ..agent import Choices
from ..agent.opening import planned_editor, planned_thinker
from ..agent.rewriters import ASKED, planned_rewriter
from ..memory import EditloopError, SettingsError, StoreVersion
from ..memory.store import open_store
from .check_engines import engines
from .check_mcp import clients
from .found import Finding
from .options import Common
from .words import counted, size

_SCARCE = 500_000_000
"""Bytes; with less room than this, somebody should look."""

_PACKAGES = ("numpy", "pillow", "pydantic", "sqlalchemy", "pydantic-ai-slim", "anyio")


def findings(common: Common, *, gpu: bool = False) -> list[Finding]:
    """Look at everything, in the order in which things depend on each other.

    `gpu` asks torch, which takes seconds.
    """
    try:
        choices = common.choices()
    except SettingsError as error:
        return [Finding("settings", "FAIL", str(error), "editloop config show")]

    return [*_everything(choices, gpu)]


def _everything(choices: Choices, gpu: bool) -> Iterator[Finding]:
    places = sorted({origin for origin in choices.origins.values() if origin != "default"})
    yield Finding("settings", "ok", f"from {', '.join(places)}" if places else "all as built in")
    yield anyio.run(_store, choices)
    yield _images(choices.settings.images_folder)
    yield _room(choices.settings.images_folder)
    settings = choices.settings
    backends = settings.backends
    editor = partial(_editor_name, settings.editor, backends)
    thinker = partial(planned_thinker, settings.thinker, backends)
    yield _engine("editor", settings.editor, editor)
    yield _engine("thinker", settings.thinker, thinker)
    if settings.first != ASKED:
        yield _engine("first", settings.first, partial(_rewriter_name, settings.first, backends))
    yield from engines(choices, gpu=gpu)
    yield from clients()
    yield _formats()
    yield _versions()


async def _store(choices: Choices) -> Finding:
    url = choices.settings.store_url
    shown = choices.snapshot()["store"]
    file = None if "://" in url and not url.startswith("sqlite") else _file(url)
    if file and not file.exists():
        return Finding("store", "ok", f"{file} is made by the first run")

    try:
        async with open_store(url, upgrade=False) as store:
            stats = await store.stats()
    except StoreVersion as error:
        return Finding("store", "FAIL", str(error), "a run with this version upgrades an older one")
    except EditloopError as error:
        return Finding("store", "FAIL", str(error))

    kind = f"SQLite {file}" if file else shown
    held = f"{counted(stats.runs, 'run')}, {counted(stats.images, 'picture')}, {size(stats.bytes)}"
    return Finding("store", "ok", f"{kind}, schema {stats.revision}, {held}")


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///")).expanduser()


def _images(folder: Path) -> Finding:
    import os

    place = _nearest(folder)
    if not os.access(place, os.W_OK):
        cure = "change its permissions or set EDITLOOP_IMAGES"
        return Finding("images", "FAIL", f"cannot write in {place}", cure)

    detail = str(folder) if folder.exists() else f"{folder} is made by the first run"
    return Finding("images", "ok", detail)


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free
    if free < _SCARCE:
        return Finding("room", "FAIL", f"{size(free)} free for pictures", "editloop runs gc")

    return Finding("room", "ok", f"{size(free)} free for pictures")


def _nearest(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _editor_name(address: str, backends: Mapping[str, str]) -> str:
    return planned_editor(address, backends)[0]


def _rewriter_name(address: str, backends: Mapping[str, str]) -> str:
    found = planned_rewriter(address, backends)
    return found.name if found else address


def _engine(what: str, address: str, name: Callable[[], str]) -> Finding:
    try:
        found = name()
    except EditloopError as error:
        return Finding(what, "FAIL", str(error), f"--{what}, or EDITLOOP_{what.upper()}")
    except ImportError as error:
        return Finding(what, "FAIL", f"{address}: {error}", "install editloop again")

    where = "needs the network" if ":" in address else "embedded: no network, no key"
    return Finding(what, "ok", f"{found} ({where})")


def _formats() -> Finding:
    from PIL import features

    wanted = ("jpg", "zlib", "webp", "avif", "littlecms2")
    missing = [name for name in wanted if not features.check(name)]
    have = ", ".join(name for name in wanted if name not in missing)
    if missing:
        cure = "install the Pillow wheel"
        return Finding("formats", "note", f"{have}; Pillow lacks {', '.join(missing)}", cure)

    return Finding("formats", "ok", have)


def _versions() -> Finding:
    found = [f"editloop {version('editloop')}", f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            return Finding("versions", "FAIL", f"{name} is missing", "install editloop again")

    return Finding("versions", "ok", ", ".join(found))
