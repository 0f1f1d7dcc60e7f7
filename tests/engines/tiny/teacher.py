"""What the tiny thinker learns to say: examples of pictures, instructions, and right answers.

An example's pictures are drawn, its edit is blemished by chance, and so the right answer is known
without looking. Nobody asks this teacher once the thinker is trained.
"""

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from . import world

RIGHT, WRONG = ((8, 9, 9, 9, 10), (1, 2, 2, 2, 3))
"""Scores that people would give: they scatter, so that samples of a critique differ."""

_CLEAN = 0.65  # share of the examples whose edit has no blemish


@dataclass(frozen=True, slots=True)
class Lesson:
    """One comparison with its right answer."""

    source: Image.Image
    edited: Image.Image
    asked: str
    told: str
    answer: str


def lesson(rnd: random.Random, scene: world.Scene) -> Lesson:
    """Make up what a person asked, what an editor made of it, and how that is to be judged."""
    kind: world.Kind = rnd.choice(world.KINDS)
    goal = _goal(rnd, scene, kind)
    asked = world.said(rnd, kind, scene.shape, goal)
    told = asked if rnd.random() < 0.5 else world.said(rnd, "named", scene.shape, goal)
    painted = _painted(rnd, scene, goal)
    blemished = rnd.random() > _CLEAN
    edited = world.recoloured(scene, painted)
    return Lesson(
        source=_rough(rnd, scene.draw(), 0.3),
        edited=_rough(rnd, _blemished(rnd, edited) if blemished else edited.draw(), 1.0),
        asked=asked,
        told=told,
        answer=_answer(rnd, scene, kind, goal, painted, told, blemished=blemished),
    )


def sentences() -> list[str]:
    """Return enough of the answers to learn their words from."""
    rnd = random.Random(0)
    scenes = world.training_scenes(rnd)
    return [lesson(rnd, next(scenes)).answer for _ in range(300)] + world.sentences()


def _goal(rnd: random.Random, scene: world.Scene, kind: world.Kind) -> str:
    if kind == "open":
        return world.after(scene.colour)

    goals = [c for c in world.COLOURS if c != scene.colour and not world.is_held_out(scene, c)]
    return rnd.choice(goals)


def _painted(rnd: random.Random, scene: world.Scene, goal: str) -> str:
    """The colour that the editor used: the right one, none, or any."""
    chance = rnd.random()
    if chance < 0.45:
        return goal

    return scene.colour if chance < 0.65 else rnd.choice(list(world.COLOURS))


def _answer(
    rnd: random.Random,
    scene: world.Scene,
    kind: world.Kind,
    goal: str,
    painted: str,
    told: str,
    *,
    blemished: bool,
) -> str:
    right = painted != scene.colour if kind == "open" else painted == goal
    wish = "another colour" if kind == "open" else goal
    verdict = "as it should" if right else "which is wrong"
    seen = f"It should be {wish}. The {scene.shape} was {scene.colour} and is {painted}, {verdict}."
    looks = "It is blotchy." if blemished else "It is clean."
    semantic, quality = rnd.choice(RIGHT if right else WRONG), rnd.choice((3, 4, 4, 4, 5))
    quality = quality if blemished else rnd.choice(RIGHT)
    if kind == "open" and right:
        goal = painted
    refined = told if right and not blemished else _next(told, scene.shape, goal)
    return (
        f"<think>{seen} {looks}</think>\n"
        f'<score>{{"semantic": {semantic}, "quality": {quality}}}</score>\n'
        f"<answer>{refined}</answer>"
    )


def _next(told: str, shape: str, goal: str) -> str:
    """The first precise sentence; after that, the next one in turn."""
    known = [sentence.format(shape=shape, colour=goal) for sentence in world.PRECISE]
    return known[(known.index(told) + 1) % len(known)] if told in known else known[0]


def _blemished(rnd: random.Random, scene: world.Scene) -> Image.Image:
    """Lay patches of another colour over the shape, or over what is around it."""
    image = scene.draw()
    others = [colour for colour in world.COLOURS if colour != scene.colour]
    other = world.recoloured(scene, rnd.choice(others)).draw()
    grain = np.random.default_rng(rnd.randrange(2**32)).random((8, 8))
    share = rnd.uniform(0.3, 0.5)
    patches = Image.fromarray(((grain < share) * 255).astype(np.uint8))
    mask = patches.resize(
        image.size, rnd.choice((Image.Resampling.NEAREST, Image.Resampling.BILINEAR))
    )
    return Image.composite(other, image, mask)


def _rough(rnd: random.Random, image: Image.Image, most: float) -> Image.Image:
    """Make a drawing as soft, noisy and off in colour as an editor's decoder does."""
    strength = rnd.uniform(0, most)
    image = image.filter(ImageFilter.GaussianBlur(strength))
    dice = np.random.default_rng(rnd.randrange(2**32))
    pixels = np.asarray(image, dtype=np.float32)
    coarse = dice.normal(0, 14 * strength, (8, 8, 3)).repeat(8, axis=0).repeat(8, axis=1)
    fine = dice.normal(0, 8 * strength, pixels.shape)
    tint = dice.normal(0, 8 * strength, 3)
    return Image.fromarray((pixels + coarse + fine + tint).clip(0, 255).astype(np.uint8))
