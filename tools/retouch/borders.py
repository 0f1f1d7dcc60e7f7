"""Find the border of one colour around a picture."""

import numpy as np
from PIL import Image

from ..instruments.colour import Floats, distance, oklab_from_bytes

_STRIP = 64
"""Lines that are looked at together: most pictures have no border, and end with the first."""


_ROUNDING = 1e-5
"""Distance in OKLab by which one colour may differ from itself, computed among other pixels."""


def trimmed_box(image: Image.Image, tolerance: float) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) without the lines at the sides that have the colour of the
    corners all along. The whole picture where the corners differ or nothing else would be left.
    """
    colours, tolerance = image.convert("RGB"), max(tolerance, _ROUNDING)
    whole = (0, 0, *image.size)
    corner = _corner_colour(colours, tolerance)
    if corner is None:
        return whole
    top = _lines(colours, corner, tolerance)
    if top == image.height:
        return whole
    bottom = image.height - _lines(colours.transpose(_UPSIDE_DOWN), corner, tolerance)
    sideways = colours.crop((0, top, image.width, bottom)).transpose(Image.Transpose.TRANSPOSE)
    left = _lines(sideways, corner, tolerance)
    right = image.width - _lines(sideways.transpose(_UPSIDE_DOWN), corner, tolerance)
    return left, top, right, bottom


_UPSIDE_DOWN = Image.Transpose.FLIP_TOP_BOTTOM


def _corner_colour(image: Image.Image, tolerance: float) -> Floats | None:
    pixels = np.asarray(image)[:: max(1, image.height - 1), :: max(1, image.width - 1)]
    corners = oklab_from_bytes(pixels.reshape(-1, 3))
    middle = np.median(corners, axis=0).astype(np.float32)
    return middle if bool((distance(corners, middle) <= tolerance).all()) else None


def _lines(image: Image.Image, colour: Floats, tolerance: float) -> int:
    """How many lines from the top have the colour all along."""
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(image.height, top + _STRIP)))
        away = distance(oklab_from_bytes(np.asarray(strip)), colour)
        other = (away > tolerance).any(axis=1)
        if other.any():
            return top + int(other.argmax())
    return image.height
