"""Frames and bars of one colour around a picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .affine import Size
from .arrays import Bytes, rgb_bytes, view

_FLAT = 3.0  # of 255: a bar of one colour, give or take JPEG
_EDGE = 6.0  # of 255: how far the first line inside must differ
_SIDE = 512


@dataclass(frozen=True, slots=True)
class Frame:
    """Widths of the bars in pixels of the whole picture, and their mean colour in sRGB bytes."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0
    colour: tuple[int, int, int] = (0, 0, 0)

    def __bool__(self) -> bool:
        return any(self.widths)

    @property
    def widths(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        return self.left, self.top, self.right, self.bottom

    def content(self, size: Size) -> tuple[int, int, int, int]:
        """The box inside the frame: left, top, right, bottom."""
        return self.left, self.top, size[0] - self.right, size[1] - self.bottom


def find_frame(image: Image.Image) -> Frame:
    """Measure the bars of one colour around a picture; all widths are 0 where there are none.

    Exact to a pixel: a small view finds the bars, then lines of full size find their end.
    """
    small = rgb_bytes(view(image, _SIDE))
    sides = small[0], small[-1], small[:, 0], small[:, -1]
    return _exact(rgb_bytes(image)) if any(_flat_line(side) for side in sides) else Frame()


def _exact(pixels: Bytes) -> Frame:
    lines = {
        "top": pixels,
        "bottom": pixels[::-1],
        "left": pixels.transpose(1, 0, 2),
        "right": pixels[:, ::-1].transpose(1, 0, 2),
    }
    widths = {side: _bar(rows) for side, rows in lines.items()}
    height, width = pixels.shape[:2]
    if widths["top"] + widths["bottom"] >= height or widths["left"] + widths["right"] >= width:
        return Frame()  # one flat picture has no frame

    colours = [lines[side][: widths[side]].reshape(-1, 3) for side in widths if widths[side]]
    if not colours:
        return Frame()
    mean = np.mean([part.mean(axis=0) for part in colours], axis=0)
    red, green, blue = (round(float(value)) for value in mean)
    return Frame(**widths, colour=(red, green, blue))


def _bar(rows: Bytes) -> int:
    """How many lines from the first on have one and the same colour, with an end to see."""
    first = rows[0].astype(np.float32)
    colour = np.median(first, axis=0)
    if not _flat_line(rows[0]):
        return 0

    limit = rows.shape[0] // 2
    for count in range(1, limit):
        gaps = np.abs(rows[count].astype(np.float32) - colour).max(axis=1)
        if np.count_nonzero(gaps > _EDGE) > 0.03 * gaps.size:
            return count
    return 0  # nothing but this colour up to the middle: no frame


def _flat_line(line: NDArray[np.uint8]) -> bool:
    values = line.astype(np.float32)
    gaps = np.abs(values - np.median(values, axis=0)).max(axis=1)
    return np.count_nonzero(gaps > _FLAT + 3) < 0.03 * gaps.size and float(gaps.mean()) < _FLAT
