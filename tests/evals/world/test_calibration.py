"""The simulation gives the turn curves that it was fitted to."""

from math import sqrt
from statistics import mean, stdev

import pytest

from editloop.evals.reports.published import TURNS
from editloop.evals.world.calibrate import CURVES, FITTED, LIMITS, Fit, Setting, means
from editloop.evals.world.comparing import compare
from editloop.evals.world.defaults import EDITOR, THINKERS
from editloop.evals.world.playing import Played, World
from editloop.policies import reference

CLOSE = 0.05
"""What was asked for, in points."""


def _played(thinker: str, runs: int, turns: int) -> list[Played]:
    world, rules = World(EDITOR, THINKERS[thinker]), reference(turns=turns)
    return [world.table(number).play(rules) for number in range(runs)]


@pytest.mark.parametrize("thinker", list(CURVES))
def test_a_sample_of_the_cases_gives_the_published_curve(thinker: str) -> None:
    rows = [played.scores for played in _played(thinker, 2000, max(LIMITS))]
    for turns, published in zip(LIMITS, CURVES[thinker], strict=True):
        last = [row[min(turns, len(row)) - 1].overall for row in rows]
        sampling = 1.96 * stdev(last) / sqrt(len(last))
        assert mean(last) == pytest.approx(published, abs=CLOSE + sampling)


@pytest.mark.slow
@pytest.mark.parametrize("thinker", list(CURVES))
def test_ten_thousand_runs_of_the_official_rules_give_the_published_scores(thinker: str) -> None:
    (published,) = [ref.values for ref in TURNS if thinker in ref.name.lower()]
    limits = {turns: reference(turns=int(turns)) for turns in published}
    found = compare(World(EDITOR, THINKERS[thinker]), limits, range(10_000))
    scores = {turns: mean(tally.overall) for turns, tally in found.items()}
    assert scores == pytest.approx(dict(published), abs=CLOSE)


def test_semantic_rises_and_quality_stays_flat_as_published() -> None:
    found = means(World(EDITOR, THINKERS["editthinker-8b"]), 2000, limits=(1, 5))
    assert found.semantic == pytest.approx((6.62, 7.59), abs=0.2)
    assert found.quality == pytest.approx((7.61, 7.63), abs=0.1)


def test_shorter_limits_are_read_off_the_longest_run() -> None:
    world = World(EDITOR, THINKERS["gpt-4.1"])
    found = means(world, 100)
    for at, turns in enumerate(LIMITS):
        scores = [played.score.overall for played in _played("gpt-4.1", 100, turns)]
        assert found.overall[at] == pytest.approx(mean(scores))


def test_refitting_a_spoilt_thinker_brings_it_closer(capsys: pytest.CaptureFixture[str]) -> None:
    names = [each for each in FITTED if each[0] == "gpt-4.1"]
    good = Setting(EDITOR, dict(THINKERS))
    at = good.vector(names)
    spoilt = good.moved(names, [at[0] - 1.0, *at[1:]])
    fit = Fit(names, ["gpt-4.1"], 150, 0)
    better = fit.improved(spoilt, 1)
    assert better.thinkers["gpt-4.1"].sight > spoilt.thinkers["gpt-4.1"].sight
    assert better.editor == EDITOR
    assert capsys.readouterr().out.startswith("round 1: ")


def test_a_setting_comes_back_from_its_vector() -> None:
    setting = Setting(EDITOR, dict(THINKERS))
    again = setting.moved(FITTED, setting.vector(FITTED))
    assert again.editor == setting.editor
    assert again.thinkers["gpt-4.1"].craft == pytest.approx(setting.thinkers["gpt-4.1"].craft)
