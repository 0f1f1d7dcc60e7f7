"""The intersection column of a GEdit-Bench score file, read as a table library reads it."""

from collections.abc import Sequence

from ..profile import Profile

_TRUE = frozenset({"True", "TRUE", "true"})
_FALSE = frozenset({"False", "FALSE", "false"})
_BLANK = frozenset(
    {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"}
    | {"<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}
)


def read_flags(column: Sequence[str], profile: Profile = "corrected") -> list[bool | None]:
    """The flags of one group's file, in order.

    Official: a column of truth words, or of numbers, means what it says, and a blank is set; one
    other word anywhere makes every text of the column set, `no` and `False` included. Corrected: each cell
    stands for itself, and what is neither a truth word nor 0 or 1 is None.
    """
    if profile == "corrected":
        return [_word(cell.strip()) for cell in column]
    written = [cell for cell in column if cell not in _BLANK]
    if all(cell in _TRUE | _FALSE for cell in written):
        return [cell not in _FALSE for cell in column]
    if all(_number(cell) is not None for cell in written):
        return [cell in _BLANK or _number(cell) != 0 for cell in column]
    return [True for _ in column]


def _word(cell: str) -> bool | None:
    if cell in _TRUE or cell in _FALSE:
        return cell in _TRUE
    number = _number(cell)
    return bool(number) if number in (0, 1) else None


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
