"""Fields that every server of `/v1/images/edits` reads alike."""

from collections.abc import Iterable

from .asked import whole
from .openai_pictures import FORMATS
from .refusals import Refused

NOTHING = (None, "")
"""How a field is left out: not there, null, or empty as forms do."""

_LISTED = 16


def count_of(value: object, most: int) -> int:
    """How many pictures are asked for.

    Raises:
        Refused: 400 where it is none from 1 to `most`.
    """
    found = 1 if value in NOTHING else whole(value)
    if found is None or not 1 <= found <= most:
        said = f"n must be a whole number from 1 to {most}"
        raise Refused(400, "invalid", said, field="n")

    return found


def format_of(value: object) -> str:
    """`png`, `jpeg`, `webp`, or empty: as the editor made it.

    Raises:
        Refused: 400 for another one.
    """
    if value in (*NOTHING, "auto"):
        return ""

    if value not in FORMATS:
        said = f"output_format must be one of {', '.join(FORMATS)}"
        raise Refused(400, "unsupported", said, field="output_format")

    return str(value)


def ignored(names: Iterable[str]) -> tuple[str, ...]:
    """Names of fields that change nothing here, as many and as long as a header can say."""
    said = {name[:64] for name in names if name.isascii() and name.isprintable()}
    return tuple(sorted(said))[:_LISTED]
