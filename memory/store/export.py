"""Runs as JSON objects, one for each line of a file; pictures by reference.

What was exported can be imported into an empty store, and exported again to the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from ..errors import StoreError, StoreVersion
from ..records import Frozen, Run, short
from . import reads, remarks, writes
from .annotation import Annotation, Trace

FORMAT = "editloop.run/1"
"""The number grows when a reader of the old form would misread the new one."""

_FAMILY = "editloop.run/"


class Exported(Frozen):
    """A run and everything that was said about it."""

    format: str = FORMAT
    run: Run
    annotations: tuple[Annotation, ...] = ()
    traces: tuple[Trace, ...] = ()
    """Those of resumed attempts; the first is in the run."""


def line(exported: Mapping[str, Any]) -> str:
    """Return an exported run as one line of JSON, with its newline.

    Text is kept readable, unless it holds half of a surrogate pair, which UTF-8 cannot.
    """
    compact = (",", ":")
    text = json.dumps(exported, ensure_ascii=False, separators=compact, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(exported, separators=compact, allow_nan=False)
    return text + "\n"


def exported(connection: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return runs for export, in the order of their ids; one that has gone is left out."""
    return [_plain(each) for each in _load(connection, ids)]


def imported(connection: Connection, given: Mapping[str, Any]) -> str:
    """Insert an exported run, held by nobody, and return its id; the same again changes nothing.

    Raises:
        StoreVersion: it was exported by a newer editloop.
        StoreError: it is no exported run, or another one of its name is there.
    """
    wanted = _read(given)
    run = wanted.run
    if there := _load(connection, [run.id]):
        if there[0] != wanted:
            raise StoreError(f"there is another run {run.id}; remove it before importing this one")
        return run.id
    _insert(connection, run)
    remarks.insert_annotations(connection, run.id, wanted.annotations)
    remarks.insert_traces(connection, run.id, wanted.traces)
    return run.id


def _plain(exported: Exported) -> dict[str, Any]:
    """Return only what JSON knows. (Pydantic's own way refuses half of a surrogate pair.)"""
    plain: dict[str, Any] = json.loads(json.dumps(exported.model_dump(), default=_moment))
    return plain


def _moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _load(connection: Connection, ids: Sequence[str]) -> list[Exported]:
    annotations = remarks.annotations_of(connection, ids)
    traces = remarks.traces_of(connection, ids)
    return [
        Exported(run=run, annotations=tuple(annotations[run.id]), traces=tuple(traces[run.id]))
        for run in reads.load(connection, ids)
    ]


def _insert(connection: Connection, run: Run) -> None:
    writes.insert_run(connection, run)
    for number, turn in enumerate(run.turns, start=1):
        if turn.number != number:
            raise StoreError(f"turn {turn.number} of {short(run.id)} stands where {number} should")
        writes.insert_edit(connection, run.id, turn, run.task.source.sha256)
        writes.insert_samples(connection, run.id, number, turn.samples)
        writes.write_critique(connection, run.id, turn)
    writes.write_ending(connection, run)


def _read(given: Mapping[str, Any]) -> Exported:
    """Return what was exported."""
    form = given.get("format")
    if isinstance(form, str) and form.startswith(_FAMILY) and form != FORMAT:
        raise StoreVersion(
            f"the run was exported as {form}, this editloop reads {FORMAT}; "
            "upgrade editloop (pip install -U editloop)"
        )
    if form != FORMAT:
        raise StoreError(f"this is no exported run: its format is {form!r}, not {FORMAT!r}")
    try:
        return Exported.model_validate(given)
    except ValidationError as error:
        raise StoreError(f"the exported run cannot be read: {error}") from error
