"""Values of options."""

from types import SimpleNamespace
from typing import Any

import pytest

from editloop.cli.options import as_dollars, as_seconds, labels
from editloop.memory import SettingsError


def token(value: str) -> Any:
    return [SimpleNamespace(value=value)]


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("2m", 120), ("1m30s", 90), ("1.5h", 5400)]
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert as_seconds(float, token(text)) == seconds


@pytest.mark.parametrize("text", ["", "0", "-3", "soon", "2x", "1m30"])
def test_no_lengths_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        as_seconds(float, token(text))


def test_money_may_have_a_sign_and_must_be_an_amount() -> None:
    assert as_dollars(float, token("$0.20")) == 0.2
    for text in ("nan", "inf", "-1", "much"):
        with pytest.raises(ValueError, match="no amount"):
            as_dollars(float, token(text))


def test_labels_are_pairs() -> None:
    assert labels(["a=b=c", "d="]) == {"a": "b=c", "d": ""}
    with pytest.raises(SettingsError, match="no pair"):
        labels(["alone"])
