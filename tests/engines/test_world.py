"""The tiny world: its held-out cases are held out, and its judge is not fooled."""

import random
from itertools import islice

import pytest
from engines.tiny import teacher, world
from engines.tiny.judge import judge
from PIL import Image, ImageFilter

from editloop.policies import wire

CASES = world.held_out(60)


def test_the_held_out_cases_are_the_same_every_time() -> None:
    assert world.held_out(60) == CASES
    assert len({case.name for case in CASES}) == 60


def test_every_kind_of_wish_is_held_out_equally_often() -> None:
    kinds = [case.kind for case in CASES]

    assert {kind: kinds.count(kind) for kind in world.KINDS} == dict.fromkeys(world.KINDS, 20)


def test_no_training_scene_has_its_shape_where_a_held_out_case_has() -> None:
    trained = {(s.x, s.y) for s in islice(world.training_scenes(random.Random(1)), 2000)}

    assert not trained & {(case.scene.x, case.scene.y) for case in CASES}


def test_no_lesson_teaches_a_held_out_change_of_colour() -> None:
    rnd = random.Random(2)
    for scene in islice(world.training_scenes(rnd), 500):
        asked = teacher.lesson(rnd, scene).asked
        taught = [goal for goal in world.COLOURS if asked in _sentences(scene.shape, goal)]
        assert not [goal for goal in taught if world.is_held_out(scene, goal)]


def test_every_right_answer_can_be_read_by_the_project() -> None:
    rnd = random.Random(3)
    for scene in islice(world.training_scenes(rnd), 200):
        lesson = teacher.lesson(rnd, scene)
        assert wire.read(lesson.answer).refined in world.sentences()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_judge_takes_the_wish_fulfilled_and_nothing_else(case: world.Case) -> None:
    fulfilled = world.recoloured(case.scene, case.goal).draw()
    assert judge(fulfilled, case).right
    assert judge(fulfilled.filter(ImageFilter.GaussianBlur(0.7)), case).right

    assert not judge(case.scene.draw(), case).right
    for colour in set(world.COLOURS) - case.right:
        assert not judge(world.recoloured(case.scene, colour).draw(), case).right


def test_the_judge_says_what_is_wrong() -> None:
    case = next(case for case in CASES if case.kind == "named")
    good = world.recoloured(case.scene, case.goal)
    half = Image.composite(good.draw(), case.scene.draw(), _left_half(case.scene))
    night = Image.composite(good.draw(), Image.new("RGB", (64, 64)), _mask(good))
    moved = Image.new("RGB", (64, 64), good.background)
    moved.paste(good.draw(), (7, 0))

    assert "fills only" in judge(half, case).reasons[0]
    assert "background is off" in judge(night, case).reasons[-1]
    assert "outline" in judge(moved, case).reasons[-1]
    assert "size" in judge(good.draw().resize((32, 32)), case).reasons[0]


def _sentences(shape: str, goal: str) -> set[str]:
    named = (*world.PRECISE, *world.COMPARED)
    return {each.format(shape=shape, colour=goal, like=world.LIKE[goal]) for each in named}


def _mask(scene: world.Scene) -> Image.Image:
    return Image.fromarray(scene.inside())


def _left_half(scene: world.Scene) -> Image.Image:
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (0, 0, scene.x + scene.side // 2, 64))
    return mask
