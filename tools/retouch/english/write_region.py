"""A place in the picture to words."""

from ..region import (
    Both,
    Box,
    ColourRange,
    Ellipse,
    HueRange,
    LuminanceRange,
    MaskImage,
    Position,
    Region,
    Sky,
)
from .digits import digits, per_cent


def write_region(region: Region | None) -> str:
    """Write where an operation acts, with a blank before it; nothing for the whole picture."""
    return f" {_chain(region)}" if region is not None else ""


def _chain(region: Region) -> str:
    """ "in the sky", or "in the sky within the top half" for an overlap."""
    if not isinstance(region, Both) or region.invert or not _usual(region, "feather"):
        return _link(region, "in")
    first, *others = region.parts
    links = [_link(first, "in"), *(_link(part, "within") for part in others)]
    return " ".join(links)


def _link(region: Region, inside: str) -> str:
    return f"{'outside' if region.invert else inside} {_place(region)}{_params(region)}"


def _place(region: Region) -> str:
    match region:
        case Both():
            bare = Both(parts=region.parts)
            return f"[{_chain(bare)}]"
        case Position():
            return f"the {region.name}"
        case Sky():
            return "the sky"
        case MaskImage():
            return "the mask"
        case HueRange():
            return f"the {region.hue} areas"
        case ColourRange():
            return f"the {region.colour} areas"
        case LuminanceRange():
            return f"the areas of lightness {per_cent(region.low)}% to {per_cent(region.high)}%"
        case Ellipse():
            return "the ellipse"
        case Box():
            return _box(region)


def _usual(region: Region, field: str) -> bool:
    """Whether a field has its default."""
    return bool(getattr(region, field) == type(region).model_fields[field].default)


def _box(region: Box) -> str:
    left, right, top, bottom = map(per_cent, (region.left, region.right, region.top, region.bottom))
    return (
        f"the box from {left}% to {right}% of the width and from {top}% to {bottom}% of the height"
    )


def _params(region: Region) -> str:
    parts: list[str] = []
    if isinstance(region, MaskImage) and region.sha256:
        parts.append(f"picture {region.sha256}")
    if isinstance(region, Ellipse):
        names = {"x": "x", "y": "y", "radius_x": "radius x", "radius_y": "radius y"}
        parts += [
            f"{name} {per_cent(getattr(region, field))}%"
            for field, name in names.items()
            if not _usual(region, field)
        ]
    if isinstance(region, ColourRange) and not _usual(region, "tolerance"):
        parts.append(f"tolerance {digits(region.tolerance)}")
    if not _usual(region, "feather"):
        parts.append(f"feather {digits(region.feather)}")
    return f" ({', '.join(parts)})" if parts else ""
