"""How large a pipeline works, given the size of the source."""

from dataclasses import dataclass
from itertools import product
from math import ceil, floor, log, sqrt
from typing import Literal

from ...memory import PictureError

MEGAPIXEL = 1024 * 1024

Size = tuple[int, int]
"""Columns and rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRule:
    """Sides that a pipeline takes, close to the aspect of the source."""

    multiple: int = 16
    """Both sides are a multiple of it."""

    area: int = MEGAPIXEL
    """Pixels at most, but for rounding; a larger source is scaled down."""

    enlarges: bool = False
    """A smaller source is scaled up to the area, because the model knows no other size."""

    rounding: Literal["aspect", "nearest", "up"] = "aspect"
    """`aspect` takes the multiples whose aspect is closest; the others do as the pipeline itself."""

    least: int = 64
    """A side that is shorter is scaled up to it."""

    longest: float = 8.0
    """How many times longer one side may be than the other."""

    def fit(self, size: Size) -> Size:
        """Return the size to work at.

        Raises:
            PictureError: the picture is too long and narrow.
        """
        width, height = size
        ratio = max(width / height, height / width)
        if ratio > self.longest:
            raise PictureError(
                f"the picture is {width}x{height}: one side is {ratio:.1f} times the other, and this "
                f"pipeline takes up to {self.longest:g}: crop it"
            )

        scale = sqrt(self.area / (width * height))
        if not self.enlarges:
            scale = min(1.0, scale)
            scale = max(scale, self.least / min(width, height))
        return self._rounded(width * scale, height * scale, width / height)

    def _rounded(self, width: float, height: float, aspect: float) -> Size:
        if self.rounding == "nearest":
            return self._times(round(width / self.multiple)), self._times(
                round(height / self.multiple)
            )

        if self.rounding == "up":
            return self._times(ceil(width / self.multiple)), self._times(
                ceil(height / self.multiple)
            )

        choices = product(self._near(width), self._near(height))
        return min(choices, key=lambda each: self._distance(each, width * height, aspect))

    def _near(self, side: float) -> tuple[int, int]:
        return self._times(floor(side / self.multiple)), self._times(ceil(side / self.multiple))

    def _times(self, count: int) -> int:
        return max(count, 1) * self.multiple

    def _distance(self, choice: Size, pixels: float, aspect: float) -> tuple[bool, float, float]:
        """Within the area first, then the aspect, then the number of pixels."""
        width, height = choice
        made = width * height
        return made > self.area, abs(log(width / height / aspect)), abs(log(made / pixels))
