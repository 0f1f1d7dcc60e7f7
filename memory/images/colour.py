"""ICC profiles: what one means for an 8-bit sRGB picture, and the way there, by LittleCMS."""

import struct
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal, cast

from PIL import Image, ImageCms

from .found import MAX_PROFILE

Space = Literal["RGB", "GRAY", "CMYK"]
Judgement = Literal["srgb", "narrow", "wide", "broken"]
"""`narrow` needs conversion and loses nothing; `wide` holds colours that sRGB does not."""

_LEVELS = (0, 32, 64, 128, 192, 255)
_CLOSE = 2  # levels of 255 by which copies of the sRGB profile differ among themselves
_TRIANGLE = ((0.6484, 0.3309), (0.3211, 0.5979), (0.1559, 0.0660))  # sRGB in xy, under D50
_MARGIN = 0.012  # of xy; 8-bit Lab resolves about 0.005 at the primaries
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC


@lru_cache(maxsize=8)
def judge(icc: bytes, space: Space) -> Judgement:
    """Say what a profile means for a picture of a colour space.

    `broken` covers profiles that LittleCMS cannot use and those of another colour space.
    """
    if not 128 <= len(icc) <= MAX_PROFILE:
        return "broken"
    try:
        return _judged(icc, space)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "broken"


def to_srgb(image: Image.Image, icc: bytes) -> Image.Image:
    """Convert an `L`, `RGB` or `CMYK` picture to `RGB` in sRGB.

    Relative colorimetric with black point compensation: colours inside sRGB keep their look.
    A grey picture may carry an RGB profile, as some programs write it.
    """
    if image.mode == "L" and icc[16:20] == b"RGB ":
        image = image.convert("RGB")
    return _transform(icc, image.mode, "RGB").apply(image)


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """Return an sRGB profile for files that are delivered; the same bytes whenever it is made."""
    profile = _built_in("sRGB").tobytes()
    made = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)  # LittleCMS would write the time of day
    return profile[:24] + made + profile[36:]


def _judged(icc: bytes, space: Space) -> Judgement:
    actual = _space(icc)
    if actual != space and (space, actual) != ("GRAY", "RGB"):
        return "broken"

    if actual != "RGB":
        to_srgb(_lattice("L" if actual == "GRAY" else "CMYK"), icc)
        return "narrow"
    lattice = _lattice("RGB")
    if _distance(lattice, to_srgb(lattice, icc)) <= _CLOSE:
        return "srgb"
    return "wide" if space == "RGB" and _is_wide(icc) else "narrow"


def _space(icc: bytes) -> str:
    opened = cast(Any, ImageCms.ImageCmsProfile(BytesIO(icc)))  # the core object is untyped
    return str(opened.profile.xcolor_space).strip()


def _built_in(name: Literal["LAB", "sRGB"]) -> ImageCms.ImageCmsProfile:
    core = cast(Any, ImageCms).createProfile(name)
    return ImageCms.ImageCmsProfile(core)


def _transform(
    icc: bytes, source: str, target: Literal["LAB", "RGB"]
) -> ImageCms.ImageCmsTransform:
    return ImageCms.ImageCmsTransform(
        ImageCms.ImageCmsProfile(BytesIO(icc)),
        _built_in("sRGB" if target == "RGB" else "LAB"),
        source,
        target,
        intent=_INTENT,
        flags=_FLAGS,
    )


def _lattice(mode: str) -> Image.Image:
    bands = len(mode)
    side = len(_LEVELS)
    points: list[int] = [
        _LEVELS[number // int(side**band) % side]
        for number in range(side ** min(bands, 3))
        for band in range(bands)
    ]
    return Image.frombytes(mode, (len(points) // bands, 1), bytes(points))


def _distance(one: Image.Image, other: Image.Image) -> int:
    return max(abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True))


def _is_wide(icc: bytes) -> bool:
    """A pure red, green or blue of the profile lies outside the triangle of sRGB."""
    pure = Image.frombytes("RGB", (3, 1), bytes((255, 0, 0, 0, 255, 0, 0, 0, 255)))
    lab = _transform(icc, "RGB", "LAB").apply(pure).tobytes()
    return any(_outside(*_chromaticity(*lab[at : at + 3])) for at in (0, 3, 6))


def _chromaticity(light: int, a: int, b: int) -> tuple[float, float]:
    """CIE xy, under D50, of 8-bit Lab as Pillow stores it (a and b as signed bytes)."""
    fy = (light * 100 / 255 + 16) / 116
    fx, fz = fy + _signed(a) / 500, fy - _signed(b) / 200
    x, y, z = 0.9642 * _cubed(fx), _cubed(fy), 0.8249 * _cubed(fz)
    total = max(x + y + z, 1e-6)
    return x / total, y / total


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _cubed(value: float) -> float:
    return value**3 if value > 6 / 29 else max(0.0, (value - 4 / 29) * 3 * (6 / 29) ** 2)


def _outside(x: float, y: float) -> bool:
    """The point is farther than the margin beyond one edge of the triangle (counterclockwise)."""
    for (ax, ay), (bx, by) in zip(_TRIANGLE, (*_TRIANGLE[1:], _TRIANGLE[0]), strict=True):
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        if ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length < -_MARGIN:
            return True
    return False


def lab_to_srgb(image: Image.Image) -> Image.Image:
    """Convert CIE Lab (D50) to `RGB` in sRGB."""
    transform = ImageCms.ImageCmsTransform(
        _built_in("LAB"), _built_in("sRGB"), "LAB", "RGB", intent=_INTENT
    )
    return transform.apply(image)
