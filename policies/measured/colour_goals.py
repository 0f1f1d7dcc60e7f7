"""Measures of colour: effects of operations on chroma and hue."""

from math import nan

import numpy as np

from ...tools.instruments.arrays import weighted_mean
from ...tools.instruments.colour import chroma, hue, hue_band_weight, smoothstep
from ...tools.retouch.region import HueName
from .scene import Scene

GREY = 0.006
"""Mean chroma below which a picture has no colour to scale or turn."""


def saturation(scene: Scene) -> float:
    """Per cent that chroma was scaled, apart from any cast; NaN in a grey picture."""
    return 100 * (scene.colours.scale - 1) if scene.old.chroma > GREY else nan


def mean_chroma(scene: Scene) -> float:
    """Per cent that the mean chroma rose; NaN in a grey picture."""
    if scene.old.chroma <= GREY:
        return nan
    old, new = (weighted_mean(chroma(lab), scene.in_gamut) for lab in (scene.before, scene.after))
    return 100 * (new / old - 1) if old > 1e-4 else nan


def turn(scene: Scene) -> float:
    """Degrees that hues turned, -180 to 180; NaN in a grey picture."""
    return scene.colours.turn if scene.old.chroma > GREY else nan


def cast(scene: Scene) -> tuple[float, float]:
    """Thousandths of OKLab that middle tones moved towards magenta, and towards yellow.

    Near black and near white there is no room for a cast, so they do not vote.
    """
    light = scene.before[..., 0]
    room = smoothstep(light, 0.1, 0.3) * (1 - smoothstep(light, 0.9, 0.97))
    middle = scene.part(room)
    map_ = (middle if middle.share > 0.1 * scene.share else scene).colours
    return 1000 * map_.tint, 1000 * map_.warmth


def band_scene(scene: Scene, name: HueName) -> Scene:
    """The pixels of a named hue."""
    return scene.part(hue_band_weight(scene.before, name))


def band_turn(scene: Scene) -> float:
    """Mean degrees that the hues of a part turned, weighted by what chroma is left."""
    weights = scene.weights * chroma(scene.after)
    gap = np.radians(hue(scene.after) - hue(scene.before))
    return float(
        np.degrees(
            np.arctan2(
                weighted_mean(np.sin(gap).astype(np.float32), weights),
                weighted_mean(np.cos(gap).astype(np.float32), weights),
            )
        )
    )


def chroma_left(scene: Scene) -> float:
    """Mean chroma of the edit, in thousandths."""
    return 1000 * scene.new.chroma


def brown_share(scene: Scene) -> float:
    """Per cent of the edit's chroma that lies within 30 degrees of brown (70)."""
    away = np.abs(np.mod(hue(scene.after) - 70 + 180, 360) - 180)
    weights = scene.weights * chroma(scene.after)
    return 100 * weighted_mean((away < 30).astype(np.float32), weights)
