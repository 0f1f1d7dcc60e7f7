"""Operations on chroma and hue, in OKLab, pixel by pixel."""

from typing import assert_never

import numpy as np

from ..instruments.colour import Floats, chroma, hue, hue_band_weight, smoothstep
from .photometric import Grayscale, Hue, HueBand, Saturation, Sepia, Temperature, Tint, Vibrance
from .tone import shoulder

Colouring = Temperature | Tint | Saturation | Vibrance | Hue | HueBand | Grayscale | Sepia

_SEPIA_A, _SEPIA_B = 0.017, 0.055
"""The brown of an old print, at middle lightness: hue 73 degrees."""

_SKIN_HUE, _SKIN_WIDTH = 52.0, 30.0
"""Degrees; where the hue of human skin lies, whatever its lightness."""


def coloured(operation: Colouring, lab: Floats) -> Floats:
    """Apply one operation to OKLab pixels, (N, 3)."""
    match operation:
        case Temperature():
            return _shifted(lab, 2, operation.amount / 1000)
        case Tint():
            return _shifted(lab, 1, operation.amount / 1000)
        case Saturation():
            return _with_chroma(lab, np.float32(1 + operation.amount / 100))
        case Vibrance():
            return _with_chroma(lab, _vibrance(lab, operation.amount / 100))
        case Hue():
            return _turned(lab, np.float32(operation.degrees))
        case HueBand():
            return _band(lab, operation)
        case Grayscale():
            return _with_chroma(lab, np.float32(0))
        case Sepia():
            return _sepia(lab, np.float32(operation.amount / 100))
        case _:
            assert_never(operation)


def _shifted(lab: Floats, axis: int, shift: float) -> Floats:
    """Shift a or b; black has no room for colour and pure white should stay clean, so the shift
    fades in above black and out below white."""
    room = smoothstep(lab[:, 0], 0.0, 0.3) * (1 - smoothstep(lab[:, 0], 0.94, 1.0))
    changed = lab.copy()
    changed[:, axis] += np.float32(shift) * room
    return changed


def _with_chroma(lab: Floats, factor: Floats | np.float32) -> Floats:
    return np.stack([lab[:, 0], lab[:, 1] * factor, lab[:, 2] * factor], axis=1)


def _vibrance(lab: Floats, amount: float) -> Floats:
    strength = 1 - smoothstep(chroma(lab), 0.0, 0.3)
    from_skin = np.abs(np.mod(hue(lab) - np.float32(_SKIN_HUE) + 180, 360) - 180)
    spared = 0.7 * smoothstep(np.asarray(from_skin, np.float32), _SKIN_WIDTH, _SKIN_WIDTH / 2)
    return np.asarray(1 + np.float32(amount) * strength * (1 - spared), np.float32)


def _turned(lab: Floats, degrees: Floats | np.float32) -> Floats:
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    a, b = lab[:, 1], lab[:, 2]
    return np.stack([lab[:, 0], a * cos - b * sin, a * sin + b * cos], axis=1)


def _band(lab: Floats, operation: HueBand) -> Floats:
    weight = hue_band_weight(lab, operation.hue)
    changed = _turned(lab, weight * np.float32(operation.degrees))
    changed = _with_chroma(changed, 1 + weight * np.float32(operation.saturation / 100))
    gain = 1 + operation.lightness / 100
    moved = shoulder(gain)(changed[:, 0] * np.float32(gain))
    changed[:, 0] += weight * (moved - changed[:, 0])
    return changed


def _sepia(lab: Floats, amount: np.float32) -> Floats:
    room = smoothstep(lab[:, 0], 0.0, 0.4) * (1 - smoothstep(lab[:, 0], 0.8, 1.0))
    brown = np.stack([lab[:, 0], _SEPIA_A * room, _SEPIA_B * room], axis=1)
    return np.asarray(lab + amount * (brown - lab), np.float32)
