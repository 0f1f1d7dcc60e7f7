"""How much "a bit" is: one table of amounts, in the units of each operation."""

from types import MappingProxyType
from typing import Final, NamedTuple

from .items import Strength


class Grade(NamedTuple):
    """An operation that has a degree, and what its degrees are."""

    op: str
    field: str
    slight: float
    moderate: float
    strong: float
    low: float
    high: float
    unit: str
    """Unit of the field, as the documentation and messages call it."""

    def amount(self, strength: Strength) -> float:
        """The amount of a wish without a number."""
        amounts = {"slight": self.slight, "moderate": self.moderate, "strong": self.strong}
        return amounts[strength]


AMOUNTS: Final = MappingProxyType(
    {
        "exposure": Grade("exposure", "stops", 0.25, 0.5, 1.0, -5, 5, "EV"),
        "brightness": Grade("brightness", "amount", 7, 15, 30, -100, 100, "%"),
        "contrast": Grade("contrast", "amount", 7, 15, 30, -100, 100, "%"),
        "highlights": Grade("highlights", "amount", 8, 18, 35, -100, 100, "%"),
        "shadows": Grade("shadows", "amount", 10, 22, 40, -100, 100, "%"),
        "whites": Grade("whites", "amount", 10, 20, 40, -100, 100, "%"),
        "blacks": Grade("blacks", "amount", 10, 20, 40, -100, 100, "%"),
        "temperature": Grade("temperature", "amount", 7, 14, 28, -100, 100, "%"),
        "tint": Grade("tint", "amount", 5, 10, 20, -100, 100, "%"),
        "saturation": Grade("saturation", "amount", 8, 18, 35, -100, 100, "%"),
        "vibrance": Grade("vibrance", "amount", 12, 25, 45, -100, 100, "%"),
        "hue": Grade("hue", "degrees", 8, 15, 30, -180, 180, "degrees"),
        "band hue": Grade("hue_band", "degrees", 8, 15, 30, -180, 180, "degrees"),
        "band saturation": Grade("hue_band", "saturation", 12, 25, 45, -100, 100, "%"),
        "band lightness": Grade("hue_band", "lightness", 8, 18, 35, -100, 100, "%"),
        "clarity": Grade("clarity", "amount", 10, 25, 45, -100, 100, "%"),
        "sharpen": Grade("sharpen", "amount", 20, 40, 70, 0, 100, "%"),
        "denoise": Grade("denoise", "amount", 25, 50, 80, 0, 100, "%"),
        "blur": Grade("blur", "radius", 1.5, 4, 10, 0, 250, "px"),
        "vignette": Grade("vignette", "amount", 15, 30, 50, -100, 100, "%"),
        "grain": Grade("grain", "amount", 12, 25, 50, 0, 100, "%"),
        "sepia": Grade("sepia", "amount", 40, 100, 100, 0, 100, "%"),
    }
)
"""What slight, moderate and strong wishes mean; plain wishes ("warmer") are moderate."""

LOOK_SCALE: Final[dict[Strength, float]] = {"slight": 0.5, "moderate": 1.0, "strong": 1.5}
"""By what the amounts of a look are multiplied."""
