"""Why there is no number."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from ...memory.records import Frozen

Reason = Literal[
    "empty", "unreadable", "incomplete", "ambiguous", "out_of_range", "failed_call", "missing_image"
]
"""`empty`: the judge said nothing. `unreadable`: nothing in its text is a score. `incomplete`: some
of the asked scores are absent. `ambiguous`: several scores where one was asked. `out_of_range`: a
number that the protocol does not have. `failed_call`: the judge gave no answer. `missing_image`:
there was nothing to judge."""


class Unscored(Frozen):
    """The record that a score is absent, and why. It is neither zero nor a guess."""

    reason: Reason
    detail: str = ""
    """In a sentence, with the value at fault where there is one."""


class Counts(Frozen):
    """What a number rests on."""

    cases: int = Field(ge=0)
    """All cases handed in, scored or not; a case that appears twice is counted once, except in
    the official profile, where the published scripts count it twice."""

    scored: int = Field(ge=0)
    unscored: dict[Reason, int] = Field(default_factory=dict[Reason, int])
    """Cases without a number, by reason; missing images are among them."""

    repeated: int = Field(default=0, ge=0)
    """Rows that a later row of the same case replaced (never in the official profile)."""


def counts(whys: Iterable[Unscored | None], *, repeated: int = 0) -> Counts:
    """Count cases from what is wrong with each; None is a scored case."""
    listed = list(whys)
    absent = Counter[Reason](why.reason for why in listed if why is not None)
    scored = len(listed) - absent.total()
    ordered: dict[Reason, int] = {why: absent[why] for why in sorted(absent)}
    return Counts(cases=len(listed), scored=scored, unscored=ordered, repeated=repeated)


def total(parts: Iterable[Counts]) -> Counts:
    """The counts of several parts together."""
    cases, scored, repeated, absent = 0, 0, 0, Counter[Reason]()
    for part in parts:
        cases, scored = cases + part.cases, scored + part.scored
        repeated += part.repeated
        absent.update(part.unscored)
    unscored: dict[Reason, int] = {why: absent[why] for why in sorted(absent)}
    return Counts(cases=cases, scored=scored, unscored=unscored, repeated=repeated)
