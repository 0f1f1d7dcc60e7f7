"""What goals are measured on: a part of the picture, before and after, with cached readings."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...tools.instruments.arrays import Plane, Planes, gray, weighted_mean
from ...tools.instruments.colour import lightness
from ...tools.instruments.pair import Pair, Tile
from ...tools.instruments.statistics import (
    ColourMap,
    Tones,
    colour_map,
    tone_curve,
    tones,
)
from ...tools.retouch.tally import Tally

LEAST = 0.002
"""Share of the picture below which a part is too small to measure."""


@dataclass(frozen=True)
class Scene:
    """A weighted part of an aligned pair."""

    pair: Pair
    weights: Plane
    where: str = ""
    """For people: `the sky`; empty for the whole picture."""

    @property
    def before(self) -> Planes:
        """OKLab of the source."""
        return self.pair.before

    @property
    def after(self) -> Planes:
        """OKLab of the edit."""
        return self.pair.after

    @cached_property
    def share(self) -> float:
        """How much of the picture weighs, 0 to 1."""
        return float(self.weights.mean())

    @property
    def measurable(self) -> bool:
        """Whether there is enough to measure."""
        return self.share >= LEAST

    @cached_property
    def old(self) -> Tones:
        """The source's tones."""
        return tones(self.before, self.weights)

    @cached_property
    def new(self) -> Tones:
        """The edit's tones."""
        return tones(self.after, self.weights)

    @cached_property
    def colours(self) -> ColourMap:
        """How colours moved."""
        return colour_map(self.before, self.after, self.in_gamut)

    @cached_property
    def in_gamut(self) -> Plane:
        """The weights of pixels whose colour had room to move; all where few had."""
        pixels = self.pair.after_bytes
        inside = self.weights * ((pixels.min(axis=-1) > 2) & (pixels.max(axis=-1) < 253))
        return inside if float(inside.sum()) > 0.1 * float(self.weights.sum()) else self.weights

    @cached_property
    def curve(self) -> tuple[Plane, Plane, Plane]:
        """How lightness moved: inputs, outputs, weights."""
        return tone_curve(lightness(self.before), lightness(self.after), self.weights)

    @cached_property
    def tally(self) -> Tally:
        """How the source's lightness is distributed."""
        return Tally.of(lightness(self.before).clip(0, 1), self.weights)

    @cached_property
    def rounding(self) -> float:
        """Per cent by which the mean lightness of the edit moves when all its tones are rounded to
        the next 8-bit level: much next to black, a fraction of one elsewhere."""
        levels = gray(self.pair.after_bytes) * np.float32(255)
        slope = 1 / (3 * np.maximum(levels, 1.0))  # the cube root, where sRGB is a straight line
        half = weighted_mean((0.5 * slope * self.after[..., 0]).astype(np.float32), self.weights)
        return 100 * half / self.new.lightness if self.new.lightness > 1e-3 else 0.0

    def part(self, weights: Plane) -> "Scene":
        """The same pair, weighted further."""
        return Scene(self.pair, self.weights * weights, self.where)

    @cached_property
    def _luma_curve(self) -> tuple[Plane, Plane, Plane]:
        before, after = (gray(pixels) for pixels in (self.pair.before_bytes, self.pair.after_bytes))
        return tone_curve(before, after, self.weights)

    def toned(self, field: Plane) -> Plane:
        """Source luma (0 to 1) with the edit's tone curve applied."""
        x, y, _ = self._luma_curve
        if x.size < 2:
            return field
        return np.interp(field, x, y).astype(np.float32)

    @cached_property
    def tiles(self) -> tuple[Tile, ...]:
        """The full-size tiles that lie in this part."""
        return tuple(tile for tile in self.pair.tiles if self._holds(tile))

    def _holds(self, tile: Tile) -> bool:
        rows, columns = self.weights.shape
        scale = self.pair.scale
        top, left = int(tile.y * scale), int(tile.x * scale)
        down, right = tile.after.shape[0] * scale, tile.after.shape[1] * scale
        bottom, end = min(rows, int(top + down) + 1), min(columns, int(left + right) + 1)
        return float(self.weights[top:bottom, left:end].mean()) > 0.9
