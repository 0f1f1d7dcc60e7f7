"""What stands in parentheses: "radius 1.5 px, seed 7"."""

from .items import Quantity
from .numbers import read_number
from .tokens import tokenise

NAMES = frozenset(
    [
        "radius",
        "midpoint",
        "seed",
        "tolerance",
        "feather",
        "height",
        "hue",
        "saturation",
        "lightness",
        "picture",
        "x",
        "y",
    ]
) | {"radius x", "radius y"}


def read_params(inside: str) -> dict[str, Quantity | str] | None:
    """Read named values; None where anything in there is not one."""
    found: dict[str, Quantity | str] = {}
    for part in inside.split(","):
        name, _, value = part.strip().rpartition(" ")
        while name and name not in NAMES:
            name, _, more = name.rpartition(" ")
            value = f"{more} {value}"
        read = _value(name, value)
        if not name or name in found or read is None:
            return None
        found[name] = read
    return found


def _value(name: str, text: str) -> Quantity | str | None:
    if name == "picture":
        return text if len(text) == 64 and set(text) <= set("0123456789abcdef") else None
    tokens = tokenise(text)
    number = read_number(tokens, 0) if tokens else None
    return number[0] if number and number[1] == len(tokens) else None
