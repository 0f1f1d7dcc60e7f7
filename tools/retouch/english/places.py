"""The words about places and colours."""

from typing import Final

from ..region import HueName

HUE_ANGLES: Final[dict[HueName, float]] = {
    "red": 29.0,
    "orange": 71.0,
    "yellow": 110.0,
    "green": 142.0,
    "aqua": 195.0,
    "blue": 264.0,
    "purple": 293.0,
    "magenta": 328.0,
}
"""Where each hue lies in OKLab, in degrees (the named sRGB colours of `instruments.colour`)."""

HUES: Final[dict[HueName, str]] = {
    "red": "reds, red tones, red colours, red colors, red hues, red shades",
    "orange": "oranges, orange tones, orange colours, orange colors, orange hues",
    "yellow": "yellows, yellow tones, yellow colours, yellow colors, yellow hues",
    "green": "greens, green tones, green colours, green colors, green hues, green shades",
    "aqua": "aquas, aqua tones, cyans, cyan tones, teals, teal tones, turquoise tones",
    "blue": "blues, blue tones, blue colours, blue colors, blue hues, blue shades",
    "purple": "purples, purple tones, violets, violet tones, purple hues",
    "magenta": "magentas, magenta tones, pinks, pink tones, magenta hues",
}


def hue_name(key: str) -> HueName:
    """The band of that name, for the type checker's sake."""
    return next(hue for hue in HUES if hue == key)


COLOUR_HUES: Final[dict[str, HueName]] = {
    "red": "red",
    "orange": "orange",
    "yellow": "yellow",
    "green": "green",
    "aqua": "aqua",
    "cyan": "aqua",
    "teal": "aqua",
    "turquoise": "aqua",
    "blue": "blue",
    "purple": "purple",
    "violet": "purple",
    "magenta": "magenta",
    "pink": "magenta",
}
"""Which band a colour word names where a hue is meant."""

COLOURS: Final[dict[str, str]] = {
    "white": "#ffffff",
    "black": "#000000",
    "grey": "#808080",
    "light grey": "#d3d3d3",
    "dark grey": "#404040",
    "red": "#ff0000",
    "dark red": "#8b0000",
    "orange": "#ffa500",
    "yellow": "#ffff00",
    "green": "#008000",
    "aqua": "#00ffff",
    "cyan": "#00ffff",
    "teal": "#008080",
    "turquoise": "#40e0d0",
    "blue": "#0000ff",
    "navy": "#000080",
    "light blue": "#add8e6",
    "purple": "#800080",
    "violet": "#8000ff",
    "magenta": "#ff00ff",
    "pink": "#ffc0cb",
    "brown": "#8b4513",
    "beige": "#f5f5dc",
    "cream": "#fffdd0",
    "ivory": "#fffff0",
    "gold": "#ffd700",
    "silver": "#c0c0c0",
}
"""The colours of borders and letters, and of areas picked by colour."""

SPELLINGS: Final = {"grey": "gray", "light grey": "light gray", "dark grey": "dark gray"}

POSITIONS: Final = {
    "top half": "top half, upper half, upper part, top part, half the top",
    "bottom half": "bottom half, lower half, lower part, bottom part",
    "left half": "left half, left side, left hand side, left part",
    "right half": "right half, right side, right hand side, right part",
    "top third": "top third, upper third",
    "middle third": "middle third, horizontal middle third",
    "bottom third": "bottom third, lower third",
    "left third": "left third",
    "centre third": "centre third, center third, central third, vertical middle third",
    "right third": "right third",
    "top left": """top left, upper left, top left corner, upper left corner, top left quarter,
        upper left quarter, left top""",
    "top right": """top right, upper right, top right corner, upper right corner,
        top right quarter, upper right quarter""",
    "bottom left": """bottom left, lower left, bottom left corner, lower left corner,
        bottom left quarter, lower left quarter""",
    "bottom right": """bottom right, lower right, bottom right corner, lower right corner,
        bottom right quarter, lower right quarter""",
    "centre": "centre, center, middle, central part, middle part, centre part, center part, central area",
    "edges": "edges, corners, edge, outer edges, outer parts, periphery",
}

SIDES: Final = {
    "top": "top, top side, top edge, upper edge",
    "bottom": "bottom, bottom side, bottom edge, lower edge",
    "left": "left, left edge",
    "right": "right, right edge",
}

OTHER_AREAS: Final = {
    "sky": "sky, skies",
    "mask": "mask, masked area, masked part, masked region, selection, selected area",
    "bright": """bright areas, bright parts, bright regions, brighter areas, brighter parts,
        light areas, light parts, highlight areas, brightest areas, brightest parts""",
    "dark": """dark areas, dark parts, dark regions, darker areas, darker parts, shadow areas,
        shadow regions, shadowed areas, shady areas, darkest areas, darkest parts""",
    "midtones": "midtones, mid tones, middle tones, mids",
    "ellipse": "ellipse, oval, circle in the middle",
}

AREA_NOUNS: Final = ("areas", "parts", "regions", "area", "part", "region", "pixels", "things")
"""After a colour they mean the pixels of that colour: the yellow parts, the #336699 areas."""
