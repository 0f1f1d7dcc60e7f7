"""Where the published scripts look for the picture of a case (benchmark facts; EditThinker 1.9)."""

from pathlib import PurePosixPath
from typing import Literal

from ....memory.errors import InputError
from ...score.rows import Case
from ...suites.gedit.cases import GEditCase
from ...suites.imgedit.cases import ImgEditCase
from ...suites.kris.cases import KrisCase
from ...suites.rise.cases import RiseCase

Layout = Literal["editthinker", "upstream"]
"""`editthinker`: a folder per turn and `final`, as EditThinker's inference writes them and its (and
BAGEL's) scorers read them. `upstream`: what the benchmarks' own scripts read."""


def key(case: Case) -> str:
    """The name of a case's files, without a suffix.

    Raises:
        InputError: it would not be a file of its folder.
    """
    match case:
        case GEditCase() | ImgEditCase():
            found = case.key
        case KrisCase():
            found = case.id
        case RiseCase():
            found = case.index
    return _plain(found)


def folder(case: Case) -> PurePosixPath:
    """EditThinker's folder of a case, below `final` or `turn<n>`.

    Raises:
        InputError: the category of the case is no name of a folder.
    """
    match case:
        case GEditCase():
            return PurePosixPath("fullset") / _plain(case.group) / _plain(case.language)
        case ImgEditCase():
            return PurePosixPath("gen_image")
        case KrisCase() | RiseCase():
            return PurePosixPath(_plain(case.category))


def upstream(case: Case, system: str) -> PurePosixPath:
    """The picture of a case where the benchmark's own scripts want it.

    Raises:
        InputError: the system, the category or the case is no name of a file.
    """
    name, model = key(case), PurePosixPath(_plain(system))
    match case:
        case GEditCase():
            return model / folder(case) / f"{name}.png"
        case ImgEditCase():
            return model / f"{name}.png"
        case KrisCase():
            return model / folder(case) / f"{name}.jpg"
        case RiseCase():
            return model / "images" / folder(case) / f"{name}.png"


def wants_source(case: Case) -> bool:
    """Whether the upstream scripts want a copy of the source beside the picture."""
    return isinstance(case, GEditCase)


def task_type(case: Case) -> str | None:
    """What `{key}_meta.json` calls the category."""
    match case:
        case GEditCase():
            return case.group
        case ImgEditCase():
            return case.edit_type
        case KrisCase() | RiseCase():
            return case.category


def language(case: Case) -> str:
    """What `{key}_meta.json` calls the language; only GEdit-Bench has several."""
    return case.language if isinstance(case, GEditCase) else "en"


def _plain(name: str) -> str:
    bad = name in ("", ".", "..") or any(sign in name for sign in "/\\\0:")
    if bad or name != name.strip():
        raise InputError(f"{name!r} is no name of a file: rename the case or system to export it")
    return name
