"""Column types that give back exactly what they were given, on SQLite and on PostgreSQL alike."""

import json
import re
from datetime import UTC, datetime
from functools import partial
from math import isfinite
from typing import Any

from sqlalchemy import JSON, DateTime, Double, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSTORABLE = re.compile("[\x00\x1b\ud800-\udfff]")
_ESCAPED = re.compile("\x1b([0-9a-f]{4})")


class Exact(TypeDecorator[str]):
    """Text of any kind, the raw answer of a model included.

    PostgreSQL refuses NUL and both databases refuse lone surrogates, so these become the escape
    character and four hexadecimal digits; all other text is stored as it is.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what a database cannot hold."""
        return value and _UNSTORABLE.sub(lambda found: f"\x1b{ord(found[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Undo the escapes."""
        return value and _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)


class Key(Exact):
    """Text that is compared and sorted by its bytes, whatever the locale of the database."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Ask PostgreSQL for the collation that SQLite has anyway."""
        return dialect.type_descriptor(
            Text(collation="C" if dialect.name == "postgresql" else None)
        )


class Seed(TypeDecorator[int]):
    """A whole number of any size, as digits: seeds of 64 bits without sign do not fit a column."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        """Write the digits."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:
        """Read the digits."""
        return None if value is None else int(value)


class Real(TypeDecorator[float]):
    """A finite number of double precision."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """Refuse what SQLite would turn into NULL, and the sign of zero, which it would lose."""
        if value is not None and not isfinite(value):
            raise ValueError(f"{value} cannot be stored; only finite numbers can")
        return None if value is None else float(value) + 0.0


class Utc(TypeDecorator[datetime]):
    """A moment. SQLite forgets the zone: naive values are refused, aware ones come back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give one, as in datetime.now(UTC)")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


write_json = partial(json.dumps, allow_nan=False)
"""How engines write documents: in ASCII, which can spell any character, and within the standard."""


class Document(TypeDecorator[Any]):
    """JSON that is kept and handed back, and never searched.

    It is `json` and not `jsonb` on PostgreSQL: `jsonb` reorders keys, rewrites numbers and refuses
    NUL, so that an export would differ from one database to the other.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True
