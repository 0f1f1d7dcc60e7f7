"""Pillow without leniency: its warnings are errors, and its many errors have one name."""

import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AssertionError,
    AttributeError,
    OverflowError,
    EOFError,
    RuntimeError,
    ZeroDivisionError,
    MemoryError,
    struct.error,
    Warning,
)
"""What Pillow's parsers and codecs raise over damaged files."""

_filters = Lock()


@contextmanager
def strict() -> Generator[None, None, None]:
    """Raise every warning of the block.

    One thread at a time, because `warnings` keeps one list of filters for the whole process: parse
    headers inside, and decode pixels, which warns about nothing, outside.
    """
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
