"""Which of two edits is better: asked in both orders, because judges prefer a place."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from ...memory.records import Frozen
from ..scores import Suite
from ..suites.answers import objects
from ..suites.loading import Case
from ..suites.unscored import Unscored
from .question import Params, Question, Shot

Side = Literal["first", "second", "equal"]

ORDERS = ("forward", "backward")
"""The calls about a pair: its first picture shown first, then its second one."""

_SIDE = 1024  # pixels of the longer side; details of larger pictures are not what is compared
_TURNED: dict[Side, Side] = {"first": "second", "second": "first", "equal": "equal"}

WORDS = """\
You compare two edits of one picture. You see the original, then the first edit, then the second.

The better edit carries out the instruction more fully, changes nothing else, and looks more \
natural. When neither is better, say so.

Answer with one JSON object and nothing around it:
{"better": "first" or "second" or "equal", "reasoning": "one short sentence"}

The instruction was: """

PROTOCOL = f"pairs@{sha256(WORDS.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two edits of one case, by SHA-256."""

    suite: Suite
    case: Case
    edited: str
    """The first, which is `edited` as in `Subject`."""

    other: str
    sources: tuple[str, ...]


class Preference(Frozen):
    """What a judge thinks of a pair."""

    case: str
    first: str
    second: str
    better: Side | None = None
    """`equal` also when the judge chose the same place in both orders: it did not see a
    difference, but a place. None where it cannot be read."""

    agreed: bool | None = None
    """Whether both orders gave the same winner, or equal twice."""

    why: Unscored | None = None


def pair_questions(pair: Pair) -> dict[str, Question]:
    """Both orders."""
    shown = {"forward": (pair.edited, pair.other), "backward": (pair.other, pair.edited)}
    original = Shot(pair.sources[0], "jpeg", quality=90, box=_SIDE, upright=True)
    return {
        order: Question(
            suite=pair.suite,
            case=pair.case.name,
            metric="preference",
            protocol=PROTOCOL,
            image_sha256=edits[0],
            parts=(
                WORDS + pair.case.instruction,
                original,
                *(Shot(each, "jpeg", quality=90, box=_SIDE, upright=True) for each in edits),
            ),
            params=Params(max_tokens=300, temperature=0.0),
        )
        for order, edits in shown.items()
    }


def read_side(text: str) -> Side | Unscored:
    """The one side that an answer names."""
    if not text.strip():
        return Unscored(reason="empty", detail="the judge said nothing")
    named = [each["better"] for each in objects(text) if "better" in each]
    found = {str(each).strip().casefold() for each in named}
    if len(found) > 1:
        return Unscored(reason="ambiguous", detail=f"several sides: {sorted(found)}")
    for side in _TURNED:
        if found == {side}:
            return side
    return Unscored(reason="unreadable", detail=f"no side in {text[:80]!r}")


def settled(pair: Pair, forward: Side | Unscored, backward: Side | Unscored) -> Preference:
    """The preference from the answers to both orders."""
    row = Preference(case=pair.case.name, first=pair.edited, second=pair.other)
    if isinstance(forward, Unscored):
        return row.but(why=forward)
    if isinstance(backward, Unscored):
        return row.but(why=backward)
    turned = _TURNED[backward]
    if forward == turned:
        return row.but(better=forward, agreed=True)
    if "equal" in (forward, turned):  # one order saw a difference, the other none
        return row.but(better=turned if forward == "equal" else forward, agreed=False)
    return row.but(better="equal", agreed=False)
