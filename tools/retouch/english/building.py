"""Operations from words: the one place where a number out of range becomes a clear message."""

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ....memory import Frozen, InputError
from ..recipe import Operation
from .intensities import AMOUNTS

_Model = TypeVar("_Model", bound=Frozen)
_OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)


def operation(op: str, **fields: object) -> Operation:
    """Build and check an operation.

    Raises:
        InputError: a number is out of range; the message names the range.
    """
    try:
        return _OPERATION.validate_python({"op": op, **fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        named = first["loc"][-1] if first["loc"] else op
        limits = next((g for g in AMOUNTS.values() if (g.op, g.field) == (op, named)), None)
        allowed = (
            f"give {limits.low:g} to {limits.high:g} {limits.unit}"
            if limits
            else first["msg"].removeprefix("Value error, ")
        )
        given = first["input"]
        shown = "" if isinstance(given, dict) else f", not {given}"
        raise InputError(f"{op.replace('_', ' ')}: {allowed} for {named}{shown}") from None


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
