"""The words that choose runs."""

from datetime import UTC, datetime, timedelta

import pytest

from editloop.memory import SettingsError
from editloop.memory.store import RunFilter
from editloop.memory.store.where import parse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_all_words_of_the_grammar_together() -> None:
    found = parse("score<6 editor=retouch since:2d status:open tag:case=7 warm light", now=NOW)
    assert found.best_at_most is not None
    assert 5.999 < found.best_at_most < 6
    assert (found.editor, found.status, found.label) == ("retouch", "open", ("case", "7"))
    assert found.since == NOW - timedelta(days=2)
    assert found.text == "warm light"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", RunFilter()),
        ("score<=6", RunFilter(best_at_most=6)),
        ("score>=7.5", RunFilter(best_at_least=7.5)),
        ("score=7", RunFilter(best_at_least=7, best_at_most=7)),
        ("tag:case", RunFilter(label=("case", None))),
        ("session:s1", RunFilter(label=("session", "s1"))),
        ("'crop to 4:5'", RunFilter(text="crop to 4:5")),
        ("note:this", RunFilter(text="note:this")),
        ("until:2026-11-01T10:00+00:00", RunFilter(until=datetime(2026, 11, 1, 10, tzinfo=UTC))),
    ],
)
def test_one_word_of_the_grammar(text: str, wanted: RunFilter) -> None:
    assert parse(text, now=NOW) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "status:finished",
        "score<eleven",
        "score>11",
        "since:soon",
        "editor<x",
        "scroe<6",
        "'open",
        "editor=a editor=b",
        "tag:a session:b",
        "score>3 score>=4",
        "since:9999999w",
        "since:99999999999d",
        f"until:{'9' * 5000}s",
        "since:0001-01-01T00:00+23:59",
        "until:9999-12-31T23:59-23:00",
    ],
)
def test_what_makes_no_sense_is_refused_and_never_searched_for(text: str) -> None:
    with pytest.raises(SettingsError):
        parse(text, now=NOW)


def test_a_score_may_be_bounded_on_both_sides() -> None:
    found = parse("score>=3 score<=4")
    assert (found.best_at_least, found.best_at_most) == (3, 4)
