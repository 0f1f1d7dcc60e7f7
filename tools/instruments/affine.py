"""Affine maps between pictures, in pixels; the centre of the first pixel is at 0.5, 0.5."""

from dataclasses import dataclass
from math import atan2, degrees, hypot, sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Affine:
    """x' = a x + b y + c, y' = d x + e y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    @classmethod
    def scaling(cls, x: float, y: float) -> Self:
        """Scale about the origin."""
        return cls(a=x, e=y)

    @classmethod
    def shift(cls, x: float, y: float) -> Self:
        """Move."""
        return cls(c=x, f=y)

    @classmethod
    def of_matrix(cls, matrix: NDArray[np.float64]) -> Self:
        """From three by three."""
        a, b, c, d, e, f = (float(number) for number in matrix[:2].ravel())
        return cls(a, b, c, d, e, f)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Three by three."""
        return np.array([[self.a, self.b, self.c], [self.d, self.e, self.f], [0.0, 0.0, 1.0]])

    @property
    def coefficients(self) -> tuple[float, float, float, float, float, float]:
        """What Pillow's `Image.transform` wants."""
        return self.a, self.b, self.c, self.d, self.e, self.f

    @property
    def determinant(self) -> float:
        """Area scale; negative where the map mirrors."""
        return self.a * self.e - self.b * self.d

    @property
    def scale(self) -> float:
        """The linear scale."""
        return sqrt(abs(self.determinant))

    @property
    def scales(self) -> tuple[float, float]:
        """How long a step in x, and a step in y, becomes."""
        return hypot(self.a, self.d), hypot(self.b, self.e)

    @property
    def mirrored(self) -> bool:
        """Left and right are swapped (a vertical flip is that and half a turn)."""
        return self.determinant < 0

    @property
    def angle(self) -> float:
        """The turn in degrees, after undoing a left-right swap, between -180 and 180."""
        sign = -1.0 if self.mirrored else 1.0
        return degrees(atan2(self.d - sign * self.b, sign * self.a + self.e))

    def after(self, first: "Affine") -> "Affine":
        """The map that does `first`, then this."""
        return Affine.of_matrix(self.matrix @ first.matrix)

    def inverse(self) -> "Affine":
        """The map back.

        Raises:
            numpy.linalg.LinAlgError: the map is flat.
        """
        return Affine.of_matrix(np.linalg.inv(self.matrix).astype(np.float64))

    def apply(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map points, one (x, y) per row."""
        linear = np.array([[self.a, self.b], [self.d, self.e]])
        mapped: NDArray[np.float64] = points @ linear.T + np.array([self.c, self.f])
        return mapped


def distance(one: Affine, other: Affine, size: Size, target: Size) -> float:
    """How far two maps of a picture disagree: the mean over a grid, as a share of the target's
    diagonal."""
    x, y = np.meshgrid(np.linspace(0, size[0], 5), np.linspace(0, size[1], 5))
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    gaps = np.linalg.norm(one.apply(grid) - other.apply(grid), axis=1)
    return float(gaps.mean()) / hypot(*target)


def oriented(size: Size, quarters: int, mirrored: bool) -> Affine:
    """The map from a turned picture back to the picture it was made from.

    `size` is that of the original; `quarters` clockwise turns, done after the left-right swap.
    """
    back = {
        0: Affine(),
        1: Affine(0, 1, 0, -1, 0, size[1]),
        2: Affine(-1, 0, size[0], 0, -1, size[1]),
        3: Affine(0, -1, size[0], 1, 0, 0),
    }[quarters % 4]
    return Affine(-1, 0, size[0]).after(back) if mirrored else back
