"""Policies by name, several at once, and what is printed of them."""

import json
from statistics import mean

import pytest

from editloop.evals.reports.formats import plain
from editloop.evals.reports.tables import Report
from editloop.evals.world.comparing import Tally, compare
from editloop.evals.world.defaults import EDITOR, THINKERS
from editloop.evals.world.named import DEFAULT, rules
from editloop.evals.world.playing import World
from editloop.evals.world.report import report
from editloop.memory import SettingsError
from editloop.policies import BestScore, FromBest, LastTurn

WORLD = World(EDITOR, THINKERS["editthinker-8b"])
NAMES = ("official@1", "official@4", "keep-best@4", "exhaustive@4")


@pytest.fixture(scope="module")
def found() -> dict[str, Tally]:
    return compare(WORLD, {name: rules(name) for name in NAMES}, range(300))


@pytest.fixture(scope="module")
def printed(found: dict[str, Tally]) -> Report:
    return report(WORLD, "editthinker-8b", found, "official@4")


def test_every_policy_meets_the_same_first_turns(found: dict[str, Tally]) -> None:
    assert len({tuple(tally.first) for tally in found.values()}) == 1


def test_calls_are_counted_from_the_records(found: dict[str, Tally]) -> None:
    assert set(found["official@1"].edits) == {1}
    assert set(found["official@1"].critiques) == {0}
    assert set(found["exhaustive@4"].edits) == {4} == set(found["exhaustive@4"].critiques)
    assert found["keep-best@4"].edits == found["official@4"].edits
    assert sum(found["official@4"].stops.values()) == 300


def test_a_policy_of_one_turn_harms_nobody(found: dict[str, Tally]) -> None:
    assert found["official@1"].harmed == 0.0
    assert found["keep-best@4"].harmed <= found["official@4"].harmed


def test_the_report_says_first_that_it_is_a_simulation(printed: Report) -> None:
    assert printed.notes[0].startswith("A SIMULATION")
    assert plain.as_markdown(printed).index("SIMULATION") < plain.as_markdown(printed).index("|")


def test_scores_calls_and_paired_gains_stand_in_one_table(
    printed: Report, found: dict[str, Tally]
) -> None:
    table = printed.table("policies")
    assert [line.name for line in table.lines] == list(NAMES)
    assert table.value("keep-best@4", "score") == pytest.approx(mean(found["keep-best@4"].overall))
    assert table.value("exhaustive@4", "editor calls") == 4.0
    assert table.value("official@4", "gain") is None
    gain = table.line("keep-best@4").cells[2]
    wanted = mean(found["keep-best@4"].overall) - mean(found["official@4"].overall)
    assert gain.value == pytest.approx(wanted)
    assert gain.low is not None
    assert gain.high is not None
    assert gain.low <= wanted <= gain.high
    alone = table.line("keep-best@4").cells[0]
    assert alone.low is not None
    assert alone.high is not None
    assert gain.high - gain.low < alone.high - alone.low  # pairing takes the cases' spread away


def test_the_published_curve_stands_beside_what_was_simulated(printed: Report) -> None:
    lines = printed.table("curve").lines
    assert [line.origin for line in lines] == ["measured", "published"]
    assert [cell.value for cell in lines[1].cells] == [6.18, 6.94]


def test_equal_seeds_print_equal_bytes(printed: Report) -> None:
    again = compare(WORLD, {name: rules(name) for name in NAMES}, range(300))
    text = plain.as_json(report(WORLD, "editthinker-8b", again, "official@4"))
    assert text == plain.as_json(printed)
    assert json.loads(text)["kind"] == "world"


def test_a_name_without_turns_has_eight() -> None:
    assert rules("official") == rules("official@8")


def test_names_mean_what_they_say() -> None:
    assert isinstance(rules("official").select, LastTurn)
    assert isinstance(rules("keep-best").select, BestScore)
    assert isinstance(rules("from-best").base, FromBest)
    assert rules("threshold-8@3") == rules("keep-best@3")
    assert rules("threshold-7.5") != rules("keep-best")
    assert all(rules(name) for name in DEFAULT)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("best", "there is no policy 'best'"),
        ("", "there is no policy ''"),
        ("threshold-high", "there is no policy 'threshold-high'"),
        ("official@", "number of turns"),
        ("official@0", "number of turns"),
        ("official@x", "number of turns"),
        ("official@101", "number of turns"),
    ],
)
def test_a_name_that_means_nothing_is_refused(name: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        rules(name)


@pytest.mark.parametrize("score", ["11", "-1", "nan"])
def test_a_threshold_that_is_no_score_is_refused(score: str) -> None:
    with pytest.raises(SettingsError, match="score to reach"):
        rules(f"threshold-{score}")
