"""Which runs carry a label: how a program finds the runs that it began."""

from typing import NamedTuple, cast

from sqlalchemy import Connection, select
from sqlmodel import col

from ..reasons import RunStatus
from .rows import LabelRow, RunRow


class Labelled(NamedTuple):
    """A run and one of its labels."""

    value: str
    run_id: str
    status: RunStatus


def labelled(connection: Connection, name: str, prefix: str) -> list[Labelled]:
    """Return the runs with a label of this name whose value begins so, oldest first."""
    value, run_id = col(LabelRow.value), col(RunRow.id)
    query = (
        select(value, run_id, col(RunRow.status))
        .join(RunRow, col(LabelRow.run_id) == run_id)
        .where(col(LabelRow.name) == name, value.startswith(prefix, autoescape=True))
        .order_by(col(RunRow.created), run_id)
    )
    return [Labelled(*cast("Labelled", row)) for row in connection.execute(query)]
