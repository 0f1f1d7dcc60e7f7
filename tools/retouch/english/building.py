"""Operations from words: the one place where a number out of range becomes a clear message."""

from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from ....memory import Frozen, InputError
from ..recipe import Operation
from .intensities import AMOUNTS

_Model = TypeVar("_Model", bound=Frozen)
_OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)


_RANGES: Final = {
    (grade.op, grade.field): f"{grade.low:g} to {grade.high:g} {grade.unit}"
    for grade in AMOUNTS.values()
} | {
    ("posterize", "levels"): "2 to 64 whole levels",
    ("sharpen", "radius"): "a radius above 0 and up to 20 px",
    ("vignette", "midpoint"): "a midpoint of 0 to 100 %",
    ("grain", "seed"): "a whole seed of 0 to 4294967295",
    ("crop_aspect", "ratio"): "a ratio of two numbers above 0 and up to 100",
    ("pad_aspect", "ratio"): "a ratio of two numbers above 0 and up to 100",
    ("trim", "tolerance"): "a tolerance of 0 to 100 %",
    ("straighten", "degrees"): "-45 to 45 degrees",
    ("resize", "width"): "a width of 1 to 16383 px",
    ("resize", "height"): "a height of 1 to 16383 px",
    ("resize", "long_side"): "a long side of 1 to 16383 px",
    ("resize", "percent"): "a size above 0 and up to 1000 %",
    ("border", "width"): "a width above 0 and up to 1, as a fraction of the shorter side",
    ("text", "height"): "a height above 0 and up to 1, as a fraction of the picture's height",
    ("text", "content"): "1 to 500 characters",
}
"""What a message says that the allowed range is."""


def operation(op: str, **fields: object) -> Operation:
    """Build and check an operation.

    Raises:
        InputError: a number is out of range; the message names the range.
    """
    try:
        return _OPERATION.validate_python({"op": op, **fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        named = first["loc"][1] if len(first["loc"]) > 1 else ""
        allowed = _RANGES.get((op, str(named)))
        problem = f"give {allowed}" if allowed else first["msg"].removeprefix("Value error, ")
        given = first["input"]
        shown = f", not {given:g}" if allowed and isinstance(given, (int, float)) else ""
        raise InputError(f"{op.replace('_', ' ')}: {problem}{shown}") from None


def checked(model: type[_Model], **fields: object) -> _Model:
    """Build and check a region.

    Raises:
        InputError: a number is out of range or two numbers are in the wrong order.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        named = f"{first['loc'][-1]}: " if first["loc"] else ""
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{model.__name__.lower()} region: {named}{reason}") from None
