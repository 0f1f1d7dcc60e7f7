"""What the tests of the four suites share."""

import re
from collections.abc import Callable

import pytest

from editloop.evals.suites.unscored import Unscored

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def _numbers_in(text: str) -> set[float]:
    """Every whole number written in a text, in the widest reading of its digits."""
    return {float(each) for each in _NUMBERS.findall(text)}


@pytest.fixture(scope="session")
def numbers_in() -> Callable[[str], set[float]]:
    return _numbers_in


@pytest.fixture(scope="session")
def reason() -> Callable[[object], str]:
    def why(reading: object) -> str:
        assert isinstance(reading, Unscored), reading
        return reading.reason

    return why
