"""Score files of the published scripts, read back as rows: their judgements under our aggregation.

GEdit-Bench: a folder of `*_<group>_gpt_score.csv`, or one `*_combined_gpt_score.csv`. ImgEdit-Bench:
`result.json` (answers) or `average_score.json` (numbers). KRIS-Bench: `<category>/metrics.json`.
RISEBench: `*_judge.xlsx`. Pickles are never opened.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, cast

from ....memory.errors import InputError, JudgeError
from ...score.rows import Row
from ...scores import Suite
from ...suites.gedit.aggregate import GEditRow
from ...suites.gedit.cases import GROUPS
from ...suites.gedit.flags import read_flags
from ...suites.imgedit import parsing as imgedit
from ...suites.imgedit.aggregate import ImgEditRow
from ...suites.kris.aggregate import KrisRow, rows_of
from ...suites.kris.cases import CATEGORIES
from ...suites.profile import Profile
from ...suites.rise.aggregate import RiseRow
from ...suites.rise.cases import Flag
from ...suites.rise.scoring import Values
from ...suites.unscored import Unscored
from .workbook import read_workbook

_TEXT = ("source_image", "edited_image", "instruction_language")


def read_scores(suite: Suite, path: Path, profile: Profile = "corrected") -> list[Row]:
    """The rows of a score file, or of a folder of them.

    Raises:
        InputError: there is none, or one cannot be read; names the place.
    """
    match suite:
        case "gedit":
            return list(_gedit(path, profile))
        case "imgedit" | "imgedit-hard":
            return list(_imgedit(path, profile, axes=1 if suite == "imgedit-hard" else 3))
        case "kris":
            return list(_kris(path))
        case "rise":
            return list(_rise(path))


def _gedit(path: Path, profile: Profile) -> Iterable[GEditRow]:
    files = [path] if path.is_file() else sorted(path.rglob("*_gpt_score.csv"))
    grouped = [(file, group) for file in files if (group := _group_of(file))]
    combined = [file for file in files if file.name.endswith("combined_gpt_score.csv")]
    if not grouped and not combined:
        raise InputError(f"{path} holds no score file: looked for *_gpt_score.csv")
    chosen: Sequence[tuple[Path, str | None]] = grouped or [(combined[0], None)]
    for file, group in chosen:
        rows = _csv(file)
        flags = read_flags([row.get("intersection_exist") or "" for row in rows], profile)
        for number, (row, flag) in enumerate(zip(rows, flags, strict=True), 2):
            yield _gedit_row(f"{file}, line {number}", row, group, flag)


def _group_of(file: Path) -> str | None:
    return next((name for name in GROUPS if file.name.endswith(f"_{name}_gpt_score.csv")), None)


def _csv(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(text)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    if rows and (absent := [name for name in _TEXT if name not in rows[0]]):
        raise InputError(f"{file} has no column {', '.join(absent)}: not a score file")
    return rows


def _gedit_row(
    place: str, row: Mapping[str, str], group: str | None, flag: bool | None
) -> GEditRow:
    edited = PurePosixPath(row["edited_image"].replace("\\", "/"))
    found = group or (edited.parts[-3] if len(edited.parts) > 2 else "")
    return GEditRow(
        key=edited.stem,
        group=found,
        language=row["instruction_language"],
        intersection=flag,
        semantics=_float(place, row.get("sementics_score", "")),
        quality=_float(place, row.get("quality_score", "")),
    )


def _float(place: str, text: str) -> float | None:
    if not text.strip() or text.strip().lower() == "nan":
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{place}: {text!r} is no score") from None


def _imgedit(path: Path, profile: Profile, *, axes: int) -> Iterable[ImgEditRow]:
    names = ("result.json", "average_score.json")
    file = path if path.is_file() else _first(path, names)
    for key, held in sorted(_object(file).items()):
        if isinstance(held, int | float) and not isinstance(held, bool):
            yield ImgEditRow(key=key, score=float(held))
            continue
        try:
            found = imgedit.read(held, profile, axes=axes)
        except JudgeError as error:
            raise InputError(f"{file}, key {key!r}: {error}") from error
        if isinstance(found, Unscored):
            yield ImgEditRow(key=key, why=found)
        else:
            yield ImgEditRow(key=key, score=found.score)


def _first(folder: Path, names: Iterable[str]) -> Path:
    for name in names:
        for file in sorted(folder.rglob(name)):
            return file
    raise InputError(f"{folder} holds no score file: looked for {', '.join(names)}")


def _object(file: Path) -> dict[str, Any]:
    try:
        held = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    if not isinstance(held, dict):
        raise InputError(f"{file} holds no object of cases")
    return cast(dict[str, Any], held)


def _kris(path: Path) -> Iterable[KrisRow]:
    files = [path] if path.is_file() else sorted(path.rglob("metrics.json"))
    if not files:
        raise InputError(f"{path} holds no score file: looked for <category>/metrics.json")
    for file in files:
        category = file.parent.name
        if category not in CATEGORIES:
            raise InputError(f"{file}: {category!r} is no category of KRIS-Bench")
        held = _object(file)
        for key, record in held.items():
            if not isinstance(record, dict):
                raise InputError(f"{file}, case {key!r}: no object of scores")
        yield from rows_of(category, held)


def _rise(path: Path) -> Iterable[RiseRow]:
    file = path
    if path.is_dir():
        found = sorted(path.rglob("*_judge.xlsx"))
        if not found:
            raise InputError(f"{path} holds no score file: looked for *_judge.xlsx")
        file = found[0]
    for number, row in enumerate(read_workbook(file), 2):
        yield _rise_row(f"{file}, row {number}", row)


def _rise_row(place: str, row: Mapping[str, str]) -> RiseRow:
    if "index" not in row or "category" not in row:
        raise InputError(f"{place}: has no 'index' or no 'category'")
    consistency, reasoning, plausibility = (
        _float(place, row.get(name, ""))
        for name in ("ApprConsistency", "Reasoning", "VisualPlausibility")
    )
    values = Values(consistency=consistency, reasoning=reasoning, plausibility=plausibility)
    failed = Unscored(reason="unreadable", detail="the published table has no score")
    return RiseRow(
        index=row["index"],
        category=row["category"],
        subtask=row.get("subtask"),
        consistency_free=_flag(row.get("consistency_free")),
        values=None if reasoning is None else values,
        why=failed if reasoning is None else None,
    )


def _flag(cell: str | None) -> Flag:
    """A blank cell is a missing value; null and missing cannot be told apart in a workbook."""
    if cell is None:
        return "missing"
    return "false" if cell.strip().lower() in ("0", "false") else "true"
