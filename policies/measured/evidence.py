"""Everything that is known about one edit: two pictures, their alignment, and the parts asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ...memory import InputError, UnsupportedInstruction
from ...tools.instruments.affine import Affine
from ...tools.instruments.arrays import Plane, luma, view
from ...tools.instruments.pair import VIEW, Pair, align, warp_plane
from ...tools.instruments.register import Geometry, register
from ...tools.retouch.photometric import HueBand
from ...tools.retouch.region import (
    Box,
    ColourRange,
    Ellipse,
    HueRange,
    LuminanceRange,
    Position,
    Region,
    Sky,
)
from ...tools.retouch.regions import region_mask
from .expected import GEOMETRY, Framing, expected_framing
from .scene import LEAST, Scene
from .wish import Wish, unmeasurable


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the picture that some wishes share."""

    scene: Scene
    own: tuple[Wish, ...]
    """Asked for this part alone (or, elsewhere, for the whole picture)."""

    also: tuple[Wish, ...] = ()
    """Asked for the whole picture, and so for this part too."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One edit, measured once."""

    source: Image.Image
    edited: Image.Image
    wishes: tuple[Wish, ...]
    expected: Framing
    geometry: Geometry
    pair: Pair
    areas: tuple[Area, ...]
    """The regions that were named, then the rest of the picture."""

    @property
    def rest(self) -> Area:
        """What no region names; the whole picture where none is named."""
        return self.areas[-1]


def gather(source: Image.Image, edited: Image.Image, wishes: tuple[Wish, ...]) -> Evidence:
    """Register and align the pictures, and mark the parts that the wishes name.

    Raises:
        ThinkerError: a part cannot be found in the picture; names the clause.
    """
    operations = tuple(wish.operation for wish in wishes)
    framing = expected_framing(operations, source)
    geometry = register(source, edited, [_at_size(framing, edited.size)])
    pair = align(source, edited, geometry)
    areas = _areas(source, edited, wishes, geometry, pair)
    return Evidence(source, edited, wishes, framing, geometry, pair, areas)


def _at_size(framing: Framing, size: tuple[int, int]) -> Affine:
    scale = Affine.scaling(framing.size[0] / size[0], framing.size[1] / size[1])
    return framing.affine.after(scale)


def region_of(wish: Wish) -> Region | None:
    """Where a wish acts; None is the whole picture."""
    return getattr(wish.operation, "region", None)


def _areas(
    source: Image.Image,
    edited: Image.Image,
    wishes: tuple[Wish, ...],
    geometry: Geometry,
    pair: Pair,
) -> tuple[Area, ...]:
    whole = tuple(wish for wish in wishes if region_of(wish) is None)
    named: dict[str, list[Wish]] = {}
    for wish in wishes:
        region = region_of(wish)
        if region is not None:
            named.setdefault(region.model_dump_json(), []).append(wish)

    left, areas = pair.known, list[Area]()
    for own in named.values():
        weights = _weights(source, edited, own[0], wishes, geometry, pair)
        region = region_of(own[0])
        name = region_name(region) if region else ""
        areas.append(Area(Scene(pair, pair.known * weights, name), tuple(own), whole))
        left = left * (1 - weights)
    name = "the rest of the picture" if areas else ""
    return (*areas, Area(Scene(pair, left.astype(np.float32), name), whole))


def _weights(
    source: Image.Image,
    edited: Image.Image,
    wish: Wish,
    wishes: Sequence[Wish],
    geometry: Geometry,
    pair: Pair,
) -> Plane:
    """The region's weights in the edit's view.

    A region is meant in the picture as it is when its turn comes: before the geometry changes it
    lies in the source, afterwards in the new frame.
    """
    region = region_of(wish)
    assert region is not None
    moved = any(isinstance(other.operation, GEOMETRY) for other in wishes[: wish.index])
    picture = Image.fromarray(pair.before_bytes) if moved else view(source, VIEW)
    try:
        plane = luma(region_mask(region, picture.convert("RGB"), None))
    except (UnsupportedInstruction, InputError) as error:
        raise unmeasurable(wish.clause, str(error)) from error
    if not moved:
        size = pair.known.shape[1], pair.known.shape[0]
        grow = Affine.scaling(edited.width / size[0], edited.height / size[1])
        plane = warp_plane(plane, source.size, geometry.affine.after(grow), size)
    if float((plane * pair.known).mean()) < LEAST:
        raise unmeasurable(wish.clause, f"the picture shows no pixels of {region_name(region)}")
    return plane


def hue_weights(scene: Scene, wishes: Sequence[Wish]) -> Plane:
    """Weights of a scene without the hues that a wish singles out."""
    from ...tools.instruments.colour import hue_band_weight

    weights = scene.weights
    for wish in wishes:
        if isinstance(wish.operation, HueBand):
            weights = weights * (1 - hue_band_weight(scene.before, wish.operation.hue))
    return weights


def region_name(region: Region) -> str:
    """A region in words, for people."""
    match region:
        case Position():
            name = f"the {region.name}"
        case Sky():
            name = "the sky"
        case HueRange():
            name = f"the {region.hue}s"
        case ColourRange():
            name = f"the parts near {region.colour}"
        case LuminanceRange():
            name = f"lightness {region.low:g} to {region.high:g}"
        case Box():
            name = "the box"
        case Ellipse():
            name = "the ellipse"
        case _:
            name = "the region"
    return f"all but {name}" if region.invert else name
