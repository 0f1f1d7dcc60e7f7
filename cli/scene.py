"""The picture of the demo: a house in the hills at evening, taken too dark and too cold."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Plane = NDArray[np.float32]

_WIDTH, _HEIGHT = 960, 640
_SEED = 7


def landscape() -> bytes:
    """Draw it and return it as PNG; the same bytes every time with the same Pillow and numpy."""
    image = _sky()
    _sun(image)
    for depth in range(4):
        _hill(image, depth)
    _house(image)
    _trees(image)
    out = io.BytesIO()
    _spoiled(image).save(out, "PNG")
    return out.getvalue()


def _sky() -> Image.Image:
    """From blue above to peach at the horizon."""
    stops = np.array([[58, 104, 168], [142, 170, 200], [250, 206, 160], [255, 226, 180]])
    rows = np.linspace(0, 1, _HEIGHT)
    places = np.array([0.0, 0.3, 0.55, 1.0])
    columns = [np.interp(rows, places, stops[:, channel]) for channel in range(3)]
    pixels = np.repeat(np.stack(columns, axis=1)[:, None, :], _WIDTH, axis=1)
    return Image.fromarray(pixels.astype(np.uint8))


def _sun(image: Image.Image) -> None:
    x, y, size = 660, 250, 46
    glow = Image.new("L", image.size, 0)
    ImageDraw.Draw(glow).ellipse((x - 150, y - 150, x + 150, y + 150), fill=150)
    glow = glow.filter(ImageFilter.GaussianBlur(70))
    image.paste(Image.new("RGB", image.size, (255, 238, 190)), mask=glow)
    disc = Image.new("L", image.size, 0)
    ImageDraw.Draw(disc).ellipse((x - size, y - size, x + size, y + size), fill=255)
    disc = disc.filter(ImageFilter.GaussianBlur(1.2))
    image.paste(Image.new("RGB", image.size, (255, 246, 214)), mask=disc)


def _hill(image: Image.Image, depth: int) -> None:
    """Hills come nearer, greener and darker with depth."""
    colors = ((150, 164, 176), (112, 142, 132), (86, 126, 84), (64, 104, 52))
    bases = (330, 385, 440, 520)
    xs = np.arange(_WIDTH)
    phase = 1.7 * depth + 0.6
    line = (
        bases[depth]
        - 46 * np.sin(xs / (170 - 22 * depth) + phase)
        - 18 * np.sin(xs / (61 - 6 * depth) + 2.3 * phase)
    )
    points = [(0, _HEIGHT), *zip(xs.tolist(), line.tolist(), strict=True), (_WIDTH, _HEIGHT)]
    ImageDraw.Draw(image).polygon(points, fill=colors[depth])


def _house(image: Image.Image) -> None:
    draw = ImageDraw.Draw(image)
    x, y = 250, 452
    draw.rectangle((x, y, x + 130, y + 92), fill=(214, 196, 168))
    draw.polygon(((x - 16, y), (x + 65, y - 62), (x + 146, y)), fill=(150, 66, 48))
    draw.rectangle((x + 96, y - 62, x + 114, y - 22), fill=(126, 84, 70))
    draw.rectangle((x + 54, y + 40, x + 80, y + 92), fill=(96, 62, 44))
    for left in (16, 94):
        draw.rectangle((x + left, y + 26, x + left + 24, y + 52), fill=(255, 222, 130))
        draw.line((x + left + 12, y + 26, x + left + 12, y + 52), fill=(96, 62, 44), width=2)
        draw.line((x + left, y + 39, x + left + 24, y + 39), fill=(96, 62, 44), width=2)


def _trees(image: Image.Image) -> None:
    draw = ImageDraw.Draw(image)
    generator = np.random.default_rng(_SEED)
    for x in (120, 176, 430, 486, 700, 842):
        height = int(generator.integers(86, 132))
        foot = int(generator.integers(530, 560))
        draw.rectangle((x - 4, foot - 26, x + 4, foot), fill=(84, 58, 40))
        for layer in range(3):
            top = foot - height + layer * height // 4
            half = 18 + 9 * layer
            green = (34 + 8 * layer, 74 + 9 * layer, 38 + 5 * layer)
            draw.polygon(((x, top), (x - half, top + 44), (x + half, top + 44)), fill=green)


def _spoiled(image: Image.Image) -> Image.Image:
    """Too dark by more than a stop, too blue, with the grain of a sensor."""
    smooth = image.filter(ImageFilter.GaussianBlur(0.7))
    light: Plane = np.power(np.asarray(smooth, dtype=np.float32) / 255, 2.2, dtype=np.float32)
    light *= np.array([0.34, 0.40, 0.52], dtype=np.float32)
    noise = np.random.default_rng(_SEED).normal(0, 0.006, light.shape[:2]).astype(np.float32)
    seen = np.clip(light, 0, 1) ** np.float32(1 / 2.2) + noise[:, :, None]
    return Image.fromarray((np.clip(seen, 0, 1) * 255 + 0.5).astype(np.uint8))
