"""Cases are played by the real rules, with the same luck for all of them."""

from dataclasses import replace
from statistics import mean

import pytest

from editloop.evals.world.defaults import EDITOR, THINKERS
from editloop.evals.world.dice import Dice
from editloop.evals.world.named import DEFAULT, rules
from editloop.evals.world.playing import Played, World
from editloop.evals.world.scenes import case
from editloop.policies import BestScore, MaxTurns, Rules, Satisfied, exhaustive, reference

CASES = range(150)
WORLD = World(EDITOR, THINKERS["editthinker-8b"])


def _play(rules: Rules, world: World = WORLD) -> list[Played]:
    return [world.table(number).play(rules) for number in CASES]


@pytest.mark.parametrize("name", DEFAULT)
def test_equal_seeds_give_equal_records(name: str) -> None:
    first, second = _play(rules(name)), _play(rules(name))
    assert [p.run for p in first] == [p.run for p in second]
    assert [p.scores for p in first] == [p.scores for p in second]


def test_another_seed_is_another_world() -> None:
    other = replace(WORLD, seed=1)
    assert [p.scores for p in _play(rules("official"))] != [
        p.scores for p in _play(rules("official"), other)
    ]


def test_luck_does_not_depend_on_what_else_was_played() -> None:
    for number in CASES:
        shared = WORLD.table(number)
        shared.play(exhaustive(turns=8))
        shared.play(rules("from-best"))
        assert shared.play(rules("official")) == WORLD.table(number).play(rules("official"))


def test_the_same_instruction_and_seed_give_the_same_picture() -> None:
    for played in _play(exhaustive(turns=8)):
        pictures = {turn.instruction: turn.edited for turn in played.run.turns}
        assert all(pictures[turn.instruction] == turn.edited for turn in played.run.turns)


def test_more_turns_change_nothing_before_them() -> None:
    for short, long in zip(_play(reference(turns=2)), _play(reference(turns=8)), strict=True):
        assert short.scores == long.scores[: len(short.scores)]


def test_keep_best_never_scores_below_the_first_turn_in_the_thinkers_own_eyes() -> None:
    for played in _play(rules("keep-best@8")):
        first, answer = played.run.turns[0].score, played.run.best
        assert first is not None
        assert answer is not None
        assert answer.score is not None
        assert answer.score.overall >= first.overall


def test_a_thinker_that_sees_everything_truly_never_harms_by_keeping_the_best() -> None:
    perfect = replace(THINKERS["editthinker-8b"], sight=1.0, alarm=0.0, noise=0.0, lenience=0.0)
    best = Rules(stop=MaxTurns(4), select=BestScore())
    for played in _play(best, World(EDITOR, perfect)):
        assert played.score.overall >= played.scores[0].overall - 0.55  # it gives whole numbers


def test_a_thinker_that_sees_more_ends_with_better_pictures() -> None:
    blind = World(EDITOR, replace(THINKERS["editthinker-8b"], sight=0.0, alarm=0.0))
    seeing = World(EDITOR, replace(THINKERS["editthinker-8b"], sight=1.0, alarm=0.0))
    worse = mean(p.score.overall for p in _play(rules("official"), blind))
    assert mean(p.score.overall for p in _play(rules("official"), seeing)) > worse + 0.5


def test_edits_of_edits_wear_the_picture_out() -> None:
    fresh = _play(Rules(stop=MaxTurns(6), base=rules("keep-best").base))
    worn = _play(Rules(stop=MaxTurns(6), base=rules("from-previous").base))
    assert mean(p.scores[-1].quality for p in worn) < mean(p.scores[-1].quality for p in fresh) - 1


def test_official_rules_answer_with_the_last_turn_and_do_not_criticise_it_at_the_limit() -> None:
    for played in _play(rules("official@2")):
        assert played.run.answer == len(played.run.turns)
        if len(played.run.turns) == 2:
            assert played.run.turns[-1].critique is None


def test_a_thinker_with_a_flag_gives_no_scores_and_stops_by_its_flag() -> None:
    world = World(EDITOR, THINKERS["gpt-4.1"])
    for played in _play(Rules(stop=Satisfied() | MaxTurns(3)), world):
        critiques = [turn.critique for turn in played.run.turns]
        assert all(c and c.score is None and c.satisfied is not None for c in critiques)
        assert [bool(c and c.satisfied) for c in critiques[:-1]] == [False] * (len(critiques) - 1)


def test_a_single_missed_clause_scores_nothing() -> None:
    hopeless = World(replace(EDITOR, ability=-50.0, stray=0.0, overdone=0.0), WORLD.skill)
    for played in _play(rules("official@1"), hopeless):
        assert played.score.semantic == 0.0


def test_most_cases_ask_one_thing_and_some_ask_four() -> None:
    counts = [len(case(number, Dice(0)).clauses) for number in range(2000)]
    assert counts.count(1) / 2000 == pytest.approx(0.75, abs=0.02)
    assert set(counts) == {1, 2, 3, 4}
