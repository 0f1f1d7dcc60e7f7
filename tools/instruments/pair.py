"""A source and its edit, made comparable: the same frame, pixel by pixel."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .affine import Affine, Size
from .arrays import Bytes, Plane, Planes, luma, rgb_bytes, view
from .colour import oklab_from_bytes
from .register import Geometry

VIEW = 352
"""Long side in pixels of the views that tones and colours are measured on."""

TILE = 128
"""Side in pixels of the tiles that detail is measured on, at the edit's full size."""

_SPOTS = (0.08, 0.5, 0.92)  # where tiles lie, as shares of the free room


@dataclass(frozen=True, slots=True)
class Pair:
    """Two views of the same size; `before` is the source moved into the edit's frame."""

    before: Planes
    """OKLab of the source."""

    after: Planes
    """OKLab of the edit."""

    known: Plane
    """1 where the edit shows a part of the source, 0 on bars and beyond the source."""

    before_bytes: Bytes
    after_bytes: Bytes
    tiles: tuple["Tile", ...]
    """Parts at the edit's full size, for detail, noise and grain."""

    scale: float
    """Pixels of the view per pixel of the edit."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of both pictures at the edit's full size."""

    x: int
    y: int
    """Where it begins in the edit, in pixels."""

    before: Plane
    """Luma of the source there, 0 to 1: equal steps are equally visible, also near black."""

    after: Plane
    """Luma of the edit there."""


def align(source: Image.Image, edited: Image.Image, geometry: Geometry) -> Pair:
    """Bring a source and its edit into one frame.

    Where the geometry is not known (the edit shows something else) the source is stretched over
    the edit, so that statistics of the whole still compare.
    """
    affine = geometry.affine
    if not geometry.known:
        affine = Affine.scaling(source.width / edited.width, source.height / edited.height)
    after = view(edited, VIEW)
    grow = Affine.scaling(edited.width / after.width, edited.height / after.height)
    before = _into(source, affine.after(grow), after.size)
    before_bytes, after_bytes = rgb_bytes(before), rgb_bytes(after)
    return Pair(
        before=oklab_from_bytes(before_bytes),
        after=oklab_from_bytes(after_bytes),
        known=_known(affine.after(grow), after.size, geometry),
        before_bytes=before_bytes,
        after_bytes=after_bytes,
        tiles=_tiles(source, edited, affine, geometry.frame.content(edited.size)),
        scale=after.width / edited.width,
    )


def warp_plane(plane: Plane, source: Size, affine: Affine, size: Size) -> Plane:
    """Move weights that were made for a view of the source into a view of the edit.

    Args:
        plane: Weights over the source, at any resolution.
        source: The source's full size.
        affine: From pixels of the edit's view to full pixels of the source.
        size: Width and height of the edit's view.
    """
    height, width = plane.shape
    scaled = Affine.scaling(width / source[0], height / source[1]).after(affine)
    image = Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
    moved = image.transform(
        size, Image.Transform.AFFINE, scaled.coefficients, Image.Resampling.BILINEAR
    )
    return np.asarray(moved, dtype=np.float32)


def _into(source: Image.Image, affine: Affine, size: Size) -> Image.Image:
    """The source seen through a map, without aliasing."""
    if affine == Affine.scaling(source.width / size[0], source.height / size[1]):
        return view(source, max(size)).resize(size, Image.Resampling.BOX)

    scale = max(1.0, affine.scale)
    small = (max(1, round(source.width / scale)), max(1, round(source.height / scale)))
    shrunk = source if scale == 1.0 else source.resize(small, Image.Resampling.BOX)
    moved = Affine.scaling(shrunk.width / source.width, shrunk.height / source.height)
    return shrunk.transform(
        size,
        Image.Transform.AFFINE,
        moved.after(affine).coefficients,
        Image.Resampling.BICUBIC,
    )


def _known(affine: Affine, size: Size, geometry: Geometry) -> Plane:
    x = np.arange(size[0]) + 0.5
    y = (np.arange(size[1]) + 0.5)[:, None]
    across = affine.a * x + affine.b * y + affine.c
    down = affine.d * x + affine.e * y + affine.f
    width, height = geometry.source_size
    inside = (across > 0) & (across < width) & (down > 0) & (down < height)
    left, top, right, bottom = geometry.frame.content(geometry.edited_size)
    scale = geometry.edited_size[0] / size[0], geometry.edited_size[1] / size[1]
    inside &= (x * scale[0] > left) & (x * scale[0] < right)
    inside &= (y * scale[1] > top) & (y * scale[1] < bottom)
    return inside.astype(np.float32)


def _tiles(
    source: Image.Image, edited: Image.Image, affine: Affine, box: tuple[int, int, int, int]
) -> tuple[Tile, ...]:
    """Tiles inside a box, beginning on the grid of eight pixels that JPEG works in."""
    left, top = -(-box[0] // 8) * 8, -(-box[1] // 8) * 8
    width, height = min(TILE, box[2] - left), min(TILE, box[3] - top)
    if width < 8 or height < 8:
        return ()
    room = box[2] - left - width, box[3] - top - height
    columns = sorted({left + int(room[0] * spot) // 8 * 8 for spot in _SPOTS})
    rows = sorted({top + int(room[1] * spot) // 8 * 8 for spot in _SPOTS})
    return tuple(
        _tile(source, edited, affine, (x, y, x + width, y + height)) for y in rows for x in columns
    )


def _tile(
    source: Image.Image, edited: Image.Image, affine: Affine, box: tuple[int, int, int, int]
) -> Tile:
    after = edited.crop(box)
    moved = affine.after(Affine.shift(box[0], box[1]))
    part, local = _cut(source, moved, after.size)
    before = _into(part, local, after.size)
    return Tile(box[0], box[1], luma(before), luma(after))


def _cut(source: Image.Image, affine: Affine, size: Size) -> tuple[Image.Image, Affine]:
    """The part of the source that a map reads, so that nothing else is resampled."""
    corners = affine.apply(
        np.array([[0, 0], [size[0], 0], [0, size[1]], [size[0], size[1]]], dtype=np.float64)
    )
    low = np.clip(np.floor(corners.min(axis=0)) - 4, 0, source.size).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 4, 0, source.size).astype(int)
    low = np.minimum(low, np.array(source.size) - 1)
    high = np.maximum(high, low + 1)
    part = source.crop((int(low[0]), int(low[1]), int(high[0]), int(high[1])))
    return part, Affine.shift(-int(low[0]), -int(low[1])).after(affine)
