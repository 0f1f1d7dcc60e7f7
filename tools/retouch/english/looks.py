"""Vague looks: each is a fixed list of operations, nothing hidden."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..photometric import (
    Blacks,
    Clarity,
    Contrast,
    Curve,
    Exposure,
    Grain,
    Highlights,
    Photometric,
    Saturation,
    Shadows,
    Sharpen,
    Temperature,
    Tint,
    Vibrance,
    Vignette,
)
from ..region import LuminanceRange
from .intensities import LOOK_SCALE
from .items import Strength

BRIGHT: Final = LuminanceRange(low=0.65, high=1.0, feather=0.15)
"""The bright areas, as `Highlights` means them."""

DARK: Final = LuminanceRange(low=0.0, high=0.45, feather=0.15)
"""The dark areas, as `Shadows` means them."""

MIDTONES: Final = LuminanceRange(low=0.35, high=0.7, feather=0.15)
"""What lies between."""

S_CURVE: Final = ((0.0, 0.0), (0.25, 0.2), (0.5, 0.5), (0.75, 0.8), (1.0, 1.0))

LOOK_WORDS: Final = {
    "pop": "pop, make it pop, pop more, pops, stand out, more pop, eye catching, wow, wow factor",
    "cinematic": "cinematic, cinematic look, movie look, teal and orange, filmic, cinema look",
    "vintage": """vintage, retro, vintage look, retro look, old fashioned, nostalgic, old photo,
        vintage feel, retro feel, aged, vintage style, retro style, vintage feeling""",
    "film": """film look, analogue, analog, analogue look, analog look, film like, film style,
        film feel, analogue film, analog film, analogue film look, analog film look""",
    "moody": "moody, moodier, mood, more mood, broody, sombre, somber, moody look, atmospheric",
    "dreamy": "dreamy, ethereal, dream like, dreamier, dreamy look, romantic",
    "soft focus": "soft focus, orton effect, soft glow, glow, soft focus effect",
    "golden hour": """golden hour, golden hour look, golden light, sunset look, sunset light,
        golden hour light, sunny, sunnier""",
    "high key": "high key, high key look, airy, light and airy, bright and airy, airier",
    "low key": "low key, low key look, dark and moody",
    "matte": "matte, matt, faded, fade, matte look, faded look, faded film, fading, washed look",
    "hdr": "hdr, hdr look, hdr like, high dynamic range, hdr style",
    "auto": """enhanced, auto, auto enhance, autoenhance, automatic, auto tone, better,
        more beautiful, beautiful, nicer, nice, prettier, auto correct, touch up, retouch,
        auto levels, more professional, professional, polish, good, great, look better,
        improve the quality, beautify""",
    "dehaze": "dehaze, haze, de haze, haze removal, fog removal",
    "s curve": "s curve, s shaped curve, s curve contrast, contrast curve",
}

LOOKS: Final[Mapping[str, tuple[Photometric, ...]]] = MappingProxyType(
    {
        "pop": (Contrast(amount=12), Vibrance(amount=25), Clarity(amount=15)),
        "cinematic": (
            Contrast(amount=12),
            Temperature(amount=-10, region=DARK),
            Temperature(amount=10, region=BRIGHT),
            Saturation(amount=-8),
            Vignette(amount=20),
        ),
        "vintage": (
            Contrast(amount=-10),
            Blacks(amount=25),
            Temperature(amount=12),
            Saturation(amount=-20),
            Vignette(amount=20),
            Grain(amount=20),
        ),
        "film": (
            Highlights(amount=-10),
            Blacks(amount=12),
            Temperature(amount=4),
            Saturation(amount=-8),
            Grain(amount=20),
        ),
        "moody": (
            Exposure(stops=-0.3),
            Contrast(amount=10),
            Highlights(amount=-15),
            Saturation(amount=-15),
            Temperature(amount=-6),
            Vignette(amount=20),
        ),
        "dreamy": (
            Exposure(stops=0.15),
            Contrast(amount=-10),
            Clarity(amount=-35),
            Temperature(amount=5),
        ),
        "soft focus": (Clarity(amount=-40), Highlights(amount=8)),
        "golden hour": (
            Temperature(amount=20),
            Tint(amount=3),
            Shadows(amount=8),
            Vibrance(amount=15),
        ),
        "high key": (Exposure(stops=0.5), Contrast(amount=-8), Shadows(amount=25)),
        "low key": (
            Exposure(stops=-0.6),
            Contrast(amount=15),
            Blacks(amount=-15),
            Vignette(amount=25),
        ),
        "matte": (Contrast(amount=-10), Blacks(amount=35), Saturation(amount=-10)),
        "hdr": (
            Highlights(amount=-30),
            Shadows(amount=35),
            Clarity(amount=35),
            Vibrance(amount=15),
        ),
        "auto": (
            Contrast(amount=7),
            Shadows(amount=8),
            Vibrance(amount=12),
            Clarity(amount=6),
            Sharpen(amount=15),
        ),
        "dehaze": (Contrast(amount=12), Blacks(amount=-15), Clarity(amount=20), Vibrance(amount=8)),
        "s curve": (Curve(points=S_CURVE),),
    }
)
"""What each look does at moderate strength, in order."""


def scaled(operation: Photometric, strength: Strength) -> Photometric:
    """Weaken or strengthen one operation of a look. A curve moves towards or away from straight."""
    factor = LOOK_SCALE[strength]
    if isinstance(operation, Curve):
        points = tuple(
            (x, min(1.0, max(0.0, round(x + (y - x) * factor, 4)))) for x, y in operation.points
        )
        return operation.but(points=points)
    field = next(name for name in ("stops", "amount", "radius") if hasattr(operation, name))
    return operation.but(**{field: round(getattr(operation, field) * factor, 2)})


__all__ = ["BRIGHT", "DARK", "LOOKS", "LOOK_WORDS", "MIDTONES", "S_CURVE", "scaled"]
