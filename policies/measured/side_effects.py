"""What moved although nobody asked: tones, colours, texture, content, frame.

Every reading has a tolerance, within which a careful person would not object, and a limit, from
which on the edit is worth nothing. Operations that were asked for widen the tolerances of what they
cannot help moving, and remove the readings that they are about.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...tools.instruments.arrays import Planes, gaussian
from ...tools.instruments.change import changed_share, unexplained
from ...tools.retouch import photometric as ops
from ...tools.retouch.geometric import Resize, Text
from ...tools.retouch.recipe import Operation
from . import colour_goals as colour
from . import texture_goals as texture
from . import tone_goals as tone
from .evidence import Area, Evidence, hue_weights
from .expected import GEOMETRY
from .framing_goals import text_zone
from .goals import pull
from .scene import Scene
from .wish import Wish

_ALL_COLOUR = (ops.Grayscale, ops.Sepia, ops.Invert, ops.Posterize)
_TEXTURE = (ops.Sharpen, ops.Denoise, ops.Blur, ops.Grain, ops.Clarity, ops.Posterize)
_LEAST = 0.02  # share of the picture below which side effects are not worth a reading


@dataclass(frozen=True, slots=True)
class SideEffect:
    """One thing that should not have moved, and how far it did."""

    name: str
    where: str
    unit: str
    measured: float
    """Signed where a direction makes sense."""

    tolerance: float
    limit: float
    digits: int = 1

    @property
    def kept(self) -> float:
        """1 within the tolerance, then straight down to 0 at the limit."""
        beyond = abs(self.measured) - self.tolerance
        if np.isnan(beyond) or beyond <= 0:
            return 1.0
        return max(0.0, 1 - beyond / max(1e-9, self.limit - self.tolerance))

    @property
    def seen(self) -> bool:
        """Whether it goes beyond the tolerance."""
        return self.kept < 1.0


def side_effects(evidence: Evidence) -> tuple[SideEffect, ...]:
    """Read everything that the request leaves alone."""
    found = list(_frame(evidence))
    if evidence.geometry.known:
        for area in evidence.areas:
            if area.scene.share >= _LEAST:
                found.extend(_tones(area))
                found.extend(_colours(area))
                found.append(_repainted(evidence, area))
        found.extend(_texture(evidence))
    return tuple(found)


def _has(wishes: tuple[Wish, ...], *kinds: type[Operation]) -> bool:
    return any(isinstance(wish.operation, kinds) for wish in wishes)


def _frame(evidence: Evidence) -> Iterator[SideEffect]:
    geometry = evidence.geometry
    if not geometry.known:
        lost = 100 * geometry.residual
        yield SideEffect("content that is not the source's", "", " %", lost, 0.0, 1.0)
        return
    if _has(evidence.wishes, *GEOMETRY):
        if not _has(evidence.wishes, Resize):
            yield _scale(evidence, max(evidence.expected.size))
        return
    gap = 100 * geometry.gap(evidence.expected.affine, evidence.expected.size)
    yield SideEffect("shift of the frame", "", " % of the diagonal", gap, 0.2, 6.0, digits=2)
    yield _scale(evidence, max(evidence.source.size))
    ratios = [size[0] / size[1] for size in (evidence.edited.size, evidence.source.size)]
    stretch = 100 * (ratios[0] / ratios[1] - 1)
    yield SideEffect("change of the aspect ratio", "", " %", stretch, 0.5, 12.0)


def _scale(evidence: Evidence, wanted: int) -> SideEffect:
    change = 100 * (max(evidence.edited.size) / wanted - 1)
    return SideEffect("change of size", "", " %", change, 1.5, 200.0)


def _tones(area: Area) -> Iterator[SideEffect]:
    scene, wishes = _untouched(area), (*area.own, *area.also)
    if not scene.measurable or _has(wishes, ops.Invert, ops.Posterize):
        return
    pulled = sum(pull(wish.operation) for wish in wishes)
    where = area.scene.where
    if not _has(wishes, ops.Exposure, ops.Brightness):
        room = 2.5 + pulled
        moved = tone.mean_lightness(scene)
        yield SideEffect("lightness", where, " %", moved, room, room + 25)
    if not _has(wishes, ops.Contrast, ops.Curve) and scene.old.contrast > 0.03:
        room = 6 + 3 * pulled
        moved = tone.contrast(scene)
        yield SideEffect("contrast", where, " %", moved, room, room + 60)


def _colours(area: Area) -> Iterator[SideEffect]:
    scene, wishes = _untouched(area), (*area.own, *area.also)
    if not scene.measurable or _has(wishes, *_ALL_COLOUR):
        return
    pulled = sum(pull(wish.operation) for wish in wishes)
    where = area.scene.where
    casting = _has(wishes, ops.Temperature, ops.Tint)
    coloured = scene.old.chroma > 0.02
    if coloured and not _has(wishes, ops.Saturation, ops.Vibrance):
        room = 6 + pulled + (10 if casting else 0)
        moved = colour.saturation(scene)
        yield SideEffect("chroma", where, " %", moved, room, room + 60)
    if coloured and not _has(wishes, ops.Hue):
        room = 3 + 0.2 * pulled + (8 if casting else 0)
        yield SideEffect("hue turn", where, "°", colour.turn(scene), room, room + 40)
    if not _has(wishes, ops.Hue, ops.Curve):
        tint, warmth = colour.cast(scene)
        room = 3 + 0.15 * pulled
        shifts = (("shift towards yellow", warmth, ops.Temperature),
                  ("shift towards magenta", tint, ops.Tint))  # fmt: skip
        for name, moved, kind in shifts:
            if not _has(wishes, kind):
                yield SideEffect(name, where, " thousandths", moved, room, room + 30)


def _untouched(area: Area) -> Scene:
    """The area without hues that are singled out."""
    wishes = (*area.own, *area.also)
    scene = area.scene
    if _has(wishes, ops.Blur):
        before = _blurred(scene.pair.before, wishes, scene.pair.scale)
        scene = replace(scene, pair=replace(scene.pair, before=before))
    if _has(wishes, ops.HueBand):
        scene = replace(scene, weights=hue_weights(scene, wishes))
    return scene


def _repainted(evidence: Evidence, area: Area) -> SideEffect:
    wishes = (*area.own, *area.also)
    scene, pair = _untouched(area), evidence.pair
    weights = scene.weights
    for wish in evidence.wishes:
        if isinstance(wish.operation, Text):
            weights = weights * (
                1 - text_zone(wish.operation, (weights.shape[1], weights.shape[0]))
            )
    places = _has(wishes, ops.Vignette) or len(evidence.areas) > 1
    gaps = unexplained(scene.before, pair.after, weights, places=places)
    share = 100 * changed_share(gaps, weights * (weights > 0.5))
    room = 1.0 + max((150 / op.levels for op in _posterized(wishes)), default=0.0)
    return SideEffect("repainted area", area.scene.where, " %", share, room, room + 9)


def _posterized(wishes: tuple[Wish, ...]) -> list[ops.Posterize]:
    return [wish.operation for wish in wishes if isinstance(wish.operation, ops.Posterize)]


def _blurred(field: Planes, wishes: tuple[Wish, ...], scale: float) -> Planes:
    for wish in wishes:
        if isinstance(wish.operation, ops.Blur):
            sigma = wish.operation.radius * scale
            field = np.stack([gaussian(field[..., k], sigma) for k in range(3)], axis=-1)
    return field


def _texture(evidence: Evidence) -> Iterator[SideEffect]:
    if _has(evidence.wishes, *_TEXTURE):
        return
    rest = evidence.rest.scene
    scene = rest if rest.tiles else Scene(rest.pair, rest.pair.known)
    for wish in evidence.wishes:
        if isinstance(wish.operation, Text):
            columns_rows = scene.weights.shape[1], scene.weights.shape[0]
            zone = text_zone(wish.operation, columns_rows)
            scene = replace(scene, weights=scene.weights * (1 - zone))
    moved = texture.sharpness(scene, 1.5)
    pulled = sum(pull(wish.operation) for wish in evidence.wishes)
    room = (20.0 if evidence.geometry.identity else 35.0) + pulled
    yield SideEffect(
        "fine detail", "", " %", moved, room, room + 140.0 if moved > 0 else max(85.0, room + 20)
    )
