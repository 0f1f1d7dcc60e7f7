"""A world small enough to learn in minutes: one shape of one colour, and a wish for another colour.

People say what they want in three ways: they name the colour ("Make the square blue."), they compare
("Make the square the colour of the sky."), or they leave it open ("Give the square another colour.").
The tiny editor understands only the first; the tiny thinker has to look, and to find those words.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Kind = Literal["named", "compared", "open"]
Mask = NDArray[np.bool_]

SIZE = 64
"""Pixels on each side of every picture."""

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "purple": (128, 0, 128),
}
"""RGB, 0 to 255; the names are those of CSS."""

LIKE = {
    "red": "a tomato",
    "green": "grass",
    "blue": "the sky",
    "yellow": "a lemon",
    "purple": "a plum",
}
"""What people compare each colour with."""

SHAPES = ("square", "circle", "triangle")
BACKGROUNDS = ((255, 255, 255), (232, 232, 232), (255, 240, 220))
KINDS: tuple[Kind, ...] = ("named", "compared", "open")

PRECISE = (
    "Make the {shape} {colour}.",
    "Paint the {shape} {colour}.",
    "Turn the {shape} {colour}.",
)
"""The sentences that the editor understands, in the order in which the thinker tries them."""

COMPARED = ("Make the {shape} the colour of {like}.", "Let the {shape} look like {like}.")
OPEN = ("Give the {shape} another colour.", "Change the colour of the {shape}.")


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture, as it can be drawn."""

    shape: str
    colour: str
    x: int
    y: int
    side: int
    background: tuple[int, int, int]

    def draw(self) -> Image.Image:
        """Draw it in RGB."""
        image = Image.new("RGB", (SIZE, SIZE), self.background)
        self._paint(ImageDraw.Draw(image), COLOURS[self.colour])
        return image

    def inside(self) -> Mask:
        """Where the shape is: true or false for every row and column."""
        image = Image.new("L", (SIZE, SIZE), 0)
        self._paint(ImageDraw.Draw(image), 255)
        return np.asarray(image) > 0

    def _paint(self, pen: ImageDraw.ImageDraw, fill: tuple[int, int, int] | int) -> None:
        right, bottom = self.x + self.side, self.y + self.side
        box = (self.x, self.y, right, bottom)
        if self.shape == "square":
            pen.rectangle(box, fill=fill)
        elif self.shape == "circle":
            pen.ellipse(box, fill=fill)
        else:
            top = (self.x + self.side // 2, self.y)
            pen.polygon((top, (self.x, bottom), (right, bottom)), fill=fill)


@dataclass(frozen=True, slots=True)
class Case:
    """A picture and what a person asks for."""

    name: str
    scene: Scene
    kind: Kind
    goal: str
    """The colour that is meant; of an open wish, one that would do."""

    asked: str
    """The person's words."""

    @property
    def right(self) -> frozenset[str]:
        """The colours that fulfil the wish."""
        if self.kind == "open":
            return frozenset(COLOURS) - {self.scene.colour}

        return frozenset({self.goal})


def training_scenes(rnd: random.Random) -> Iterator[Scene]:
    """Yield scenes without end, at places where no held-out case has its shape."""
    while True:
        scene = _scene(rnd)
        if not _is_held_out_place(scene):
            yield scene


def held_out(count: int, seed: int = 0) -> list[Case]:
    """Return cases that neither model has seen: other places, and other changes of colour."""
    rnd = random.Random(f"held out {seed}")
    cases: list[Case] = []
    while len(cases) < count:
        scene, goal = _scene(rnd), rnd.choice(list(COLOURS))
        kind = KINDS[len(cases) % len(KINDS)]
        if kind == "open":
            goal = after(scene.colour)
        if _is_held_out_place(scene) and goal != scene.colour and is_held_out(scene, goal):
            asked = said(rnd, kind, scene.shape, goal)
            cases.append(Case(f"{kind}-{len(cases):02}", scene, kind, goal, asked))

    return cases


def is_held_out(scene: Scene, goal: str) -> bool:
    """Whether this change of this shape's colour is kept for the held-out cases (a third are)."""
    names = list(COLOURS)
    number = SHAPES.index(scene.shape) + names.index(scene.colour) + names.index(goal)
    return number % 3 == 0


def said(rnd: random.Random, kind: Kind, shape: str, goal: str) -> str:
    """Say a wish in one of the sentences of its kind."""
    sentences = {"named": PRECISE, "compared": COMPARED, "open": OPEN}[kind]
    return rnd.choice(sentences).format(shape=shape, colour=goal, like=LIKE[goal])


def sentences() -> list[str]:
    """Return every sentence that a person of this world may say."""
    return [
        sentence.format(shape=shape, colour=colour, like=like)
        for sentence in (*PRECISE, *COMPARED, *OPEN)
        for shape in SHAPES
        for colour, like in LIKE.items()
    ]


def after(colour: str) -> str:
    """Return the colour that the thinker suggests where any other one would do."""
    names = list(COLOURS)
    return names[(names.index(colour) + 1) % len(names)]


def recoloured(scene: Scene, colour: str) -> Scene:
    """Return the same picture with the shape in another colour."""
    return replace(scene, colour=colour)


def _scene(rnd: random.Random) -> Scene:
    side = rnd.randint(28, 38)
    x, y = (rnd.randint(4, SIZE - 5 - side) for _ in range(2))
    colour = rnd.choice(list(COLOURS))
    return Scene(rnd.choice(SHAPES), colour, x, y, side, rnd.choice(BACKGROUNDS))


def _is_held_out_place(scene: Scene) -> bool:
    return (scene.x + scene.y) % 4 == 0
