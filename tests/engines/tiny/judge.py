"""The outside judge of the tiny world: whether an edit is right, by its pixels and the case.

Neither model has seen it, and nothing in the loop asks it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from . import world

Pixels = NDArray[np.float32]

_NEAR = 110.0  # Euclidean distance in RGB up to which a pixel has a colour of ours
_EDGE = 2  # pixels of the outline that are not looked at; an editor may soften them
_FILLED = 0.9  # share of the inside that must have one colour
_KEPT = 0.85  # intersection over union of the shape before and after
_STEADY = 16.0  # levels of 255 by which the background may differ on average


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of an edit."""

    reasons: tuple[str, ...]
    """What is wrong with it; nothing if it is right."""

    colour: str | None
    """The colour that fills the shape, if one does."""

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.reasons


def judge(edited: Image.Image, case: world.Case) -> Verdict:
    """Judge an edit by its pixels: the colour inside the shape, its outline, and the background."""
    if edited.size != (world.SIZE, world.SIZE):
        return Verdict((f"the size is {edited.size}",), None)

    pixels = np.asarray(edited.convert("RGB"), dtype=np.float32)
    inside = case.scene.inside()
    colour, share = _filling(pixels[_shrunk(inside)])
    reasons: list[str] = []
    if share < _FILLED:
        reasons.append(f"{colour or 'no colour'} fills only {share:.0%} of the {case.scene.shape}")
    elif colour not in case.right:
        reasons.append(f"the {case.scene.shape} is {colour}, not {' or '.join(sorted(case.right))}")

    background = np.asarray(case.scene.background, dtype=np.float32)
    if (kept := _overlap(pixels, background, inside)) < _KEPT:
        reasons.append(f"only {kept:.0%} of the {case.scene.shape}'s outline is kept")

    outside = pixels[_shrunk(~inside)]
    if (off := float(np.abs(outside - background).mean())) > _STEADY:
        reasons.append(f"the background is off by {off:.0f} levels")

    return Verdict(tuple(reasons), colour if share >= _FILLED else None)


def _filling(pixels: Pixels) -> tuple[str | None, float]:
    """The commonest of our colours among these pixels, and its share."""
    names = list(world.COLOURS)
    palette = np.asarray([world.COLOURS[name] for name in names], dtype=np.float32)
    far = np.linalg.norm(pixels[:, None, :] - palette, axis=2)
    nearest = np.where(far.min(axis=1) <= _NEAR, far.argmin(axis=1), len(names))
    counts = np.bincount(nearest, minlength=len(names) + 1)[: len(names)]
    best = int(counts.argmax())
    return (names[best] if counts[best] else None), float(counts[best] / len(pixels))


def _overlap(pixels: Pixels, background: Pixels, inside: world.Mask) -> float:
    painted = np.linalg.norm(pixels - background, axis=2) > _NEAR
    return float((painted & inside).sum() / (painted | inside).sum())


def _shrunk(mask: world.Mask) -> world.Mask:
    """The mask without its outline."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(image.filter(ImageFilter.MinFilter(2 * _EDGE + 1))) > 0
