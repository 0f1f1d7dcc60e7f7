"""Headers that ask for endless work: they are read by the server itself, before any quarantine."""

import sys
import tracemalloc
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType

import pytest
from bombs import LABORIOUS

from editloop.memory import PictureError
from editloop.memory.images import Limits, probe


@contextmanager
def _counted() -> Generator[Counter[str]]:
    """Count what is called meanwhile: the same on every machine."""
    calls: Counter[str] = Counter()

    def seen(frame: FrameType, event: str, arg: object) -> None:
        if event in ("call", "c_call"):
            calls["all"] += 1
            calls[getattr(arg, "__name__", "")] += 1

    sys.setprofile(seen)
    try:
        yield calls
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("name", LABORIOUS)
def test_a_header_that_asks_for_endless_work_costs_little(name: str) -> None:
    data = LABORIOUS[name]()
    with _counted() as calls, suppress(PictureError):
        probe(data, Limits(bytes=2**62))
    assert calls["all"] < 2_100_000
    assert calls["decompress"] < 20  # one profile


def test_a_tag_of_millions_of_numbers_is_not_taken_apart_to_read_the_first() -> None:
    data = LABORIOUS["tiff of long tags"]()
    tracemalloc.start()
    try:
        assert probe(data).frames == 100
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000
