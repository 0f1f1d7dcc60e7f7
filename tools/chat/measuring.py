"""What can be measured between two pictures, as facts for a model that reads."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from anyio import to_thread

from .handles import Seen

if TYPE_CHECKING:
    from PIL import Image

    from ...memory.images import LocalImages
    from ..instruments.arrays import Plane
    from ..instruments.pair import Pair
    from ..instruments.register import Geometry

_SIDE = 1024  # pixels: what is looked at; sizes are those of the pictures themselves
_PLACES = (
    ("top left", "top", "top right"),
    ("left", "centre", "right"),
    ("bottom left", "bottom", "bottom right"),
)
_MUCH = 0.2  # share of a ninth of the picture from which on it is named
_UPRIGHT = 0.4  # degrees


async def measured(before: Seen, after: Seen, images: "LocalImages") -> dict[str, Any]:
    """Measure how one picture follows from another.

    Raises:
        StoreError: a picture is no longer kept.
        PictureError: one cannot be decoded.
    """
    facts = {
        "before": {"image": before.handle, "size": before.size},
        "after": {"image": after.handle, "size": after.size},
    }
    if before.ref.sha256 == after.ref.sha256:
        return {**facts, "verdict": "the same file"}

    old = await images.view(before.ref, long_side=_SIDE)
    new = await images.view(after.ref, long_side=_SIDE)
    found = await to_thread.run_sync(_compared, old.data, new.data)
    return {**facts, **found}


def _compared(before: bytes, after: bytes) -> dict[str, Any]:
    from ...memory.images import decode
    from ..instruments.pair import align
    from ..instruments.register import register

    source, edited = (_rgb(decode(data).image) for data in (before, after))
    geometry = register(source, edited)
    pair = align(source, edited, geometry)
    framing = {"framing": _framing(geometry)}
    if not geometry.known:
        return {**framing, **_tones(pair)}
    return {**framing, **_tones(pair), **_changes(pair)}


def _rgb(image: "Image.Image") -> "Image.Image":
    from ...memory.images.views import flattened

    return flattened(image)


def _framing(geometry: "Geometry") -> str:
    if not geometry.known:
        return "the pictures do not show the same thing, as far as can be measured"
    if geometry.identity:
        return "unchanged"
    affine, (width, height) = geometry.affine, geometry.source_size
    found: list[str] = []
    if affine.mirrored:
        found.append("mirrored")
    if abs(affine.angle) > _UPRIGHT:
        way = (
            "clockwise" if affine.angle < 0 else "counterclockwise"
        )  # it leads from after to before
        found.append(f"turned {way} by {abs(affine.angle):.1f} degrees")
    corners = affine.apply(np.array([[0.0, 0.0], [*map(float, geometry.edited_size)]]))
    low, high = corners.min(axis=0) / (width, height), corners.max(axis=0) / (width, height)
    if (low > 0.01).any() or (high < 0.99).any():
        left, top, right, bottom = (round(float(x) * 100) for x in (*low, *high))
        found.append(f"cropped to x {left}-{right} %, y {top}-{bottom} % of the picture before")
    if geometry.frame:
        found.append("a frame or bars were added")
    same = geometry.source_size == geometry.edited_size
    return "; ".join(found) or ("unchanged" if same else "the same part, scaled")


def _tones(pair: "Pair") -> Mapping[str, Any]:
    """Changes of the means; lightness and contrast in per cent of the range from black to white."""
    from ..instruments.statistics import new_clipping, tones

    old, new = tones(pair.before, pair.known), tones(pair.after, pair.known)
    lost = new_clipping(pair.before_bytes, pair.after_bytes, pair.known)
    return {
        "lightness_percent": _change(old.lightness, new.lightness),
        "contrast_percent": _change(old.contrast, new.contrast),
        "warmth": _change(old.warmth, new.warmth),
        "tint_green_to_magenta": _change(old.tint, new.tint),
        "colourfulness": _change(old.chroma, new.chroma),
        "newly_blown_percent": round(lost.highlights * 100, 1),
        "newly_black_percent": round(lost.shadows * 100, 1),
    }


def _change(old: float, new: float) -> float:
    """The difference in hundredths, which for colours are steps of OKLab that one can just see."""
    return round((new - old) * 100, 1)


def _changes(pair: "Pair") -> Mapping[str, Any]:
    from ..instruments.change import NOTICED, changed_share, unexplained
    from ..instruments.statistics import colour_distance

    gaps = colour_distance(pair.before, pair.after)
    painted = unexplained(pair.before, pair.after, pair.known)
    found: dict[str, Any] = {}
    for name, plane in (("changed", gaps), ("repainted", painted)):
        found[f"{name}_percent"] = round(changed_share(plane, pair.known) * 100, 1)
        found[f"{name}_where"] = _where((plane > NOTICED) * pair.known, pair.known)
    return found


def _where(changed: "Plane", known: "Plane") -> str:
    """The ninths of the picture where much has changed."""
    height, width = known.shape
    named: list[str] = []
    for row, names in enumerate(_PLACES):
        for column, name in enumerate(names):
            part = (
                slice(row * height // 3, (row + 1) * height // 3),
                slice(column * width // 3, (column + 1) * width // 3),
            )
            total = float(known[part].sum())
            if total and float(changed[part].sum()) / total > _MUCH:
                named.append(name)
    if len(named) == 9:
        return "everywhere"
    return ", ".join(named) or "nowhere much"
