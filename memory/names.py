"""Names for runs: sortable by time, short enough to read aloud."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: no i, l, o, u


def new_run_id() -> str:
    """Return 26 characters: 48 bits of milliseconds, then 80 random bits, as in a ULID.

    Sorting by name is sorting by time. The last six characters are what people type.
    """
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    digits = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return "".join(digits)


def short(run_id: str) -> str:
    """The form shown to people: the last six characters."""
    return run_id[-6:]
