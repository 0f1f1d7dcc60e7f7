"""What somebody or something says about a run after the fact."""

from datetime import datetime
from typing import Literal

from pydantic import Field, FiniteFloat

from ..records import Frozen

Kind = Literal["HUMAN", "LLM", "CODE"]
"""Who speaks; the words of the OpenInference conventions for annotations."""

Value = bool | int | FiniteFloat | str | None


class Annotation(Frozen):
    """A name and a value, for a whole run or one of its turns."""

    turn: int | None = Field(default=None, ge=1)
    """None when the whole run is meant."""

    kind: Kind
    name: str = Field(min_length=1)
    """What is judged: `keeper`, `semantic`, `artefacts`."""

    value: Value = None
    author: str = ""
    note: str = ""
    created: datetime


class Trace(Frozen):
    """An OpenTelemetry trace of a run, by its root span."""

    trace_id: str
    span_id: str
