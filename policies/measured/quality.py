"""Flaws that an edit has and its source has not; each takes points off a quality of 10.

    highlights, shadows lost    10 (1 - exp(-share / 0.12)), 10 (1 - exp(-share / 0.25))
    banding                     6 min(1, (b - 0.05) / 0.4), b from 0 to 1
    haloes                      8 (1 - exp(-(h - 0.015) / 0.05)), h in lightness
    noise                       8 (1 - exp(-(n - 1.4 s - 0.002) / 0.015)), n, s of edit and source
    few tones                   7 (1 - t / 32), t the tones per channel that are left, where the source
                                had three times as many
    blocks                      8 (1 - exp(-(k - 0.15))), k is the step on JPEG's grid, less the
                                source's, relative to the steps beside it
    detail lost                 8 (0.75 - d) / 0.75, d the share of fine detail that is left

What the user asked for (grain, blur, few tones, a negative) is not a flaw.
"""

from dataclasses import dataclass
from math import exp, isnan

from PIL import Image

from ...tools.instruments.arrays import Plane, luma
from ...tools.instruments.detail import banding, blockiness, halo
from ...tools.instruments.statistics import new_clipping
from ...tools.retouch import photometric as ops
from ...tools.retouch.geometric import Text
from . import texture_goals as texture
from .evidence import Evidence
from .framing_goals import text_zone
from .scene import Scene

_FEW = 32  # tones of a channel below which steps are seen even through noise
_MIDDLE = 512  # pixels of the part that is looked at for blocks


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that makes the edit look worse than its source."""

    name: str
    unit: str
    measured: float
    points: float
    """Taken off a quality of 10."""

    digits: int = 1


def flaws(evidence: Evidence) -> tuple[Flaw, ...]:
    """Measure all flaws; those that cannot be measured on this picture are left out."""
    found = [*_clipping(evidence)]
    if evidence.geometry.known:
        scene = Scene(evidence.pair, _without_text(evidence))
        found += [*_noise(evidence, scene), *_detail(evidence, scene)]
        found += [*_haloes(evidence, scene), *_banding(evidence, scene)]
    found += [*_few_tones(evidence), *_blocks(evidence)]
    return tuple(flaw for flaw in found if not isnan(flaw.points))


def _asked(evidence: Evidence, *kinds: type) -> bool:
    return any(isinstance(wish.operation, kinds) for wish in evidence.wishes)


def _without_text(evidence: Evidence) -> Plane:
    known = evidence.pair.known
    for wish in evidence.wishes:
        if isinstance(wish.operation, Text):
            size = known.shape[1], known.shape[0]
            known = known * (1 - text_zone(wish.operation, size))
    return known


def _clipping(evidence: Evidence) -> list[Flaw]:
    if _asked(evidence, ops.Invert, ops.Posterize):
        return []
    pair, known = evidence.pair, _without_text(evidence)
    lost = new_clipping(pair.before_bytes, pair.after_bytes, known)
    return [
        Flaw("highlights lost", " %", 100 * lost.highlights, _curved(lost.highlights, 0.12, 10)),
        Flaw("shadows lost", " %", 100 * lost.shadows, _curved(lost.shadows, 0.25, 10)),
    ]


def _noise(evidence: Evidence, scene: Scene) -> list[Flaw]:
    if _asked(evidence, ops.Grain, ops.Posterize):
        return []
    old, new = texture.noise_levels(scene)
    points = _curved(new - 1.4 * old - 0.002, 0.015, 8)
    return [Flaw("noise", " thousandths of lightness", 1000 * new, points)]


def _detail(evidence: Evidence, scene: Scene) -> list[Flaw]:
    if _asked(evidence, ops.Blur, ops.Denoise, ops.Posterize):
        return []
    left = 1 + texture.sharpness(scene, 1.5) / 100
    least = 0.75 if evidence.geometry.identity else 0.65
    return [Flaw("fine detail left", " %", 100 * left, 8 * max(0.0, 1 - left / least))]


def _haloes(evidence: Evidence, scene: Scene) -> list[Flaw]:
    if _asked(evidence, ops.Grain, ops.Invert, ops.Posterize):
        return []
    found = _second_worst([halo(scene.toned(tile.before), tile.after) for tile in scene.tiles])
    return [Flaw("haloes", " hundredths", 100 * found, _curved(found - 0.015, 0.05, 8))]


def _banding(evidence: Evidence, scene: Scene) -> list[Flaw]:
    if _asked(evidence, ops.Posterize):
        return []
    found = _second_worst([banding(tile.before, tile.after) for tile in scene.tiles])
    points = 6 * min(1.0, max(0.0, found - 0.05) / 0.4)
    return [Flaw("banding", " %", 100 * found, points)]


def _second_worst(readings: list[float]) -> float:
    """One tile may be special: a black tyre, a lamp."""
    return sorted(readings)[-2:][0] if readings else 0.0


def _few_tones(evidence: Evidence) -> list[Flaw]:
    if _asked(evidence, ops.Posterize):
        return []
    before, after = texture.tone_count(evidence.source), texture.tone_count(evidence.edited)
    few = after < _FEW and after < 0.35 * before
    return [Flaw("tones left", " per channel", after, 7 * (1 - after / _FEW) if few else 0.0)]


def _blocks(evidence: Evidence) -> list[Flaw]:
    if _asked(evidence, ops.Posterize):
        return []
    box = evidence.geometry.frame.content(evidence.edited.size)
    before = blockiness(_middle(evidence.source, (0, 0, *evidence.source.size)))
    after = blockiness(_middle(evidence.edited, box))
    return [Flaw("blocks", " %", 100 * after, _curved(after - before - 0.15, 1.0, 8))]


def _middle(image: Image.Image, box: tuple[int, int, int, int]) -> Plane:
    """Luma of the middle of a box, beginning on JPEG's grid."""
    left, top = (max(0, (low + high - _MIDDLE) // 2) for low, high in (box[::2], box[1::2]))
    left, top = -(-max(left, box[0]) // 8) * 8, -(-max(top, box[1]) // 8) * 8
    right, bottom = min(box[2], left + _MIDDLE), min(box[3], top + _MIDDLE)
    return luma(image.crop((left, top, max(right, left + 1), max(bottom, top + 1))))


def _curved(beyond: float, scale: float, most: float) -> float:
    return beyond if isnan(beyond) else most * (1 - exp(-max(0.0, beyond) / scale))
