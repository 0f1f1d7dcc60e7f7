"""From operations on light and colour to goals, with what was measured."""

from collections.abc import Callable, Iterator
from math import isnan

from ...tools.retouch import photometric as ops
from ...tools.retouch.tone import brightness_reach, spread_left
from . import colour_goals as colour
from . import texture_goals as texture
from . import tone_goals as tone
from .goal import Band, Goal, at_most, effect
from .place import Place, goal_at, widened
from .scene import Scene
from .wish import Wish

_NO_ROOM = 0.5
"""Per cent of lightness: a picture that can rise by less cannot get lighter."""


Builder = Callable[[Wish, Place], Iterator[Goal]]


def photometric_goals(wish: Wish, place: Place) -> Iterator[Goal]:
    """Yield the goals of one operation; none where the picture has nothing to measure."""
    operation = wish.operation
    for kinds, builder in _BUILDERS:
        if isinstance(operation, kinds):
            yield from builder(wish, place)
            return


def _light(wish: Wish, place: Place) -> Iterator[Goal]:
    operation = wish.operation
    if isinstance(operation, ops.Exposure) and operation.stops:
        found = tone.exposure_stops(place.scene, operation.stops)
        room = max(0.08, 0.15 * abs(operation.stops)) + place.slack / 40
        band = effect(operation.stops, room, room)
        if not wish.exact:
            wide = 0.5 * abs(operation.stops)
            band = effect(operation.stops, wide, max(room, wide))
        yield goal_at(wish, place, "exposure", " stops", band, found, field="stops", digits=2)
    elif isinstance(operation, ops.Brightness) and operation.amount:
        yield from _brightness(wish, place, operation.amount)


def _brightness(wish: Wish, place: Place, amount: float) -> Iterator[Goal]:
    """What the words mean for this picture: a light one has less room to get lighter."""
    target = brightness_reach(amount, place.scene.tally)
    if abs(target) < _NO_ROOM:
        return
    band = tone.share_band(target, wish.exact, least=1.5)
    found = tone.mean_lightness(place.scene)
    name = "mean lightness"
    if abs(target) < 0.9 * abs(amount):
        name += f" (there is no room for {amount:.0f} %)"
    slack = place.slack / 2 + place.scene.rounding
    yield goal_at(wish, place, name, " %", widened(band, slack), found)


def _contrast(wish: Wish, place: Place) -> Iterator[Goal]:
    """Brightening takes contrast from a light picture; half of what it has to take is forgiven."""
    amount = float(getattr(wish.operation, "amount", 0.0))
    found = tone.contrast(place.scene)
    if not amount or isnan(found):
        return
    left = min(1.0, spread_left(place.brighter, place.scene.tally)) if place.brighter > 0 else 1.0
    name = "contrast"
    if left < 0.9:
        name += f" (brightening takes {100 * (1 - left):.0f} %, half of that is forgiven)"
        found = 100 * ((1 + found / 100) / ((1 + left) / 2) - 1)
    band = tone.share_band(amount, wish.exact, least=2.5, part=0.2)
    yield goal_at(wish, place, name, " %", widened(band, place.slack), found)


_Reading = Callable[[Scene], float]


def _percent(
    kind: type, name: str, reading: _Reading, *, least: float = 2.0, part: float = 0.15
) -> tuple[type, Builder]:
    def build(wish: Wish, place: Place) -> Iterator[Goal]:
        amount = float(getattr(wish.operation, "amount", 0.0))
        found = reading(place.scene)
        if amount and not isnan(found):
            band = tone.share_band(amount, wish.exact, least=least, part=part)
            slack = place.slack + (place.scene.rounding if kind is ops.Shadows else 0.0)
            yield goal_at(wish, place, name, " %", widened(band, slack), found)

    return kind, build


def _ends(wish: Wish, place: Place) -> Iterator[Goal]:
    operation = wish.operation
    if isinstance(operation, ops.Whites | ops.Blacks) and operation.amount:
        white = isinstance(operation, ops.Whites)
        found, target = tone.end_shift(place.scene, operation.amount, white=white)
        if abs(target) > 0.05:
            name = "white point" if white else "black point"
            band = widened(effect(target, 0.5 * abs(target), 0.6 * abs(target)), place.slack / 4)
            yield goal_at(wish, place, name, " hundredths", band, found, digits=2)


def _curve(wish: Wish, place: Place) -> Iterator[Goal]:
    if isinstance(wish.operation, ops.Curve):
        found = tone.curve_strength(place.scene, wish.operation)
        if not isnan(found):
            band = widened(effect(100, 20, 20), place.slack)
            yield goal_at(wish, place, "strength of the curve", " %", band, found, field="")


def _cast(wish: Wish, place: Place) -> Iterator[Goal]:
    operation = wish.operation
    if isinstance(operation, ops.Temperature | ops.Tint) and operation.amount:
        tint, warmth = colour.cast(place.scene)
        warm = isinstance(operation, ops.Temperature)
        target = operation.amount
        room = max(2.0, 0.2 * abs(target))
        band = effect(target, room, room)
        if not wish.exact:
            band = effect(target, 0.5 * abs(target), max(room, 0.6 * abs(target)))
        name = "shift towards yellow" if warm else "shift towards magenta"
        yield goal_at(wish, place, name, " thousandths", band, warmth if warm else tint)


def _hue(wish: Wish, place: Place) -> Iterator[Goal]:
    if isinstance(wish.operation, ops.Hue) and wish.operation.degrees:
        found, target = colour.turn(place.scene), wish.operation.degrees
        if isnan(found):
            return
        found = target + (found - target + 180) % 360 - 180
        room = max(2.0, 0.12 * abs(target)) if wish.exact else 0.5 * abs(target)
        band = effect(target, room, room)
        yield goal_at(wish, place, "hue turn", "°", band, found, field="degrees")


def _hue_band(wish: Wish, place: Place) -> Iterator[Goal]:
    operation = wish.operation
    if not isinstance(operation, ops.HueBand):
        return
    part = colour.band_scene(place.scene, operation.hue)
    if not part.measurable:
        return
    part = Scene(part.pair, part.weights, f"the {operation.hue}s")
    narrow = Place(part, place.edited, place.slack)
    if operation.saturation:
        band = tone.share_band(operation.saturation, wish.exact, least=3, part=0.25)
        found = colour.mean_chroma(part)
        yield goal_at(wish, narrow, "chroma", " %", band, found, field="saturation")
    if operation.lightness:
        band = tone.share_band(operation.lightness, wish.exact, least=2, part=0.25)
        band = widened(band, place.slack)
        found = tone.mean_lightness(part)
        yield goal_at(wish, narrow, "lightness", " %", band, found, field="lightness")
    if operation.degrees:
        room = 0.3 * abs(operation.degrees) if wish.exact else 0.5 * abs(operation.degrees)
        band = effect(operation.degrees, max(3.0, room), max(3.0, room))
        found = colour.band_turn(part)
        found = operation.degrees + (found - operation.degrees + 180) % 360 - 180
        yield goal_at(wish, narrow, "hue turn", "°", band, found, field="degrees")


def _sharpen(wish: Wish, place: Place) -> Iterator[Goal]:
    if isinstance(wish.operation, ops.Sharpen) and wish.operation.amount:
        found = texture.sharpness(place.scene, wish.operation.radius)
        if not isnan(found):
            target = wish.operation.amount
            band = effect(target, max(4.0, 0.4 * target), max(4.0, 0.6 * target))
            yield goal_at(wish, place, "fine detail", " %", band, found)


def _denoise(wish: Wish, place: Place) -> Iterator[Goal]:
    operation = wish.operation
    if isinstance(operation, ops.Denoise) and operation.amount:
        old, new = texture.noise_levels(place.scene)
        if isnan(old):
            return
        if old <= texture.CLEAN:  # nothing to remove: what is left to ask is that none is added
            limit = 1000 * texture.CLEAN * 1.3
            band = at_most(limit, 4 * limit)
            yield goal_at(
                wish, place, "noise", " thousandths of lightness", band, 1000 * new, field=""
            )
            return
        target = operation.amount
        band = effect(target, max(5.0, 0.7 * target), max(5.0, 0.8 * target))
        yield goal_at(wish, place, "noise removed", " %", band, 100 * (1 - new / old))


def _blur(wish: Wish, place: Place) -> Iterator[Goal]:
    if isinstance(wish.operation, ops.Blur):
        target = wish.operation.radius
        part = 0.3 if wish.exact else 0.5
        band = effect(target, max(0.3, part * target), max(0.3, part * target))
        found = texture.blur_radius(place.scene)
        yield goal_at(wish, place, "blur radius", " px", band, found, field="radius")


def _grain(wish: Wish, place: Place) -> Iterator[Goal]:
    if isinstance(wish.operation, ops.Grain) and wish.operation.amount:
        target = wish.operation.amount / 10
        found = texture.added_grain(place.scene)
        if not isnan(found):
            band = effect(target, max(0.15, 0.4 * target), max(0.2, 0.5 * target))
            yield goal_at(wish, place, "grain", " hundredths of lightness", band, found, digits=2)


def _grayscale(wish: Wish, place: Place) -> Iterator[Goal]:
    limit = 5.0
    band = at_most(limit, max(2 * limit, 1000 * place.scene.old.chroma))
    found = colour.chroma_left(place.scene)
    yield goal_at(wish, place, "chroma", " thousandths", band, found, field="")


def _sepia(wish: Wish, place: Place) -> Iterator[Goal]:
    found = colour.brown_share(place.scene)
    part = wish.operation.amount if isinstance(wish.operation, ops.Sepia) else 100.0
    start = 0.7 * part
    band = Band(100, start, 100.5, min(40.0, 0.5 * start), 200)
    yield goal_at(wish, place, "brown share of the chroma", " %", band, found, field="")
    left = colour.saturation(place.scene)
    if not isnan(left):
        band = effect(-part, 0.25 * part, 12.0)
        yield goal_at(wish, place, "old colour", " %", band, left)


def _invert(wish: Wish, place: Place) -> Iterator[Goal]:
    found = texture.negative(place.scene)
    if not isnan(found):
        yield goal_at(wish, place, "negative", " %", effect(100, 20, 20), found, field="")


def _posterize(wish: Wish, place: Place) -> Iterator[Goal]:
    if isinstance(wish.operation, ops.Posterize):
        target = wish.operation.levels
        band = Band(target, max(1.5, 0.6 * target), target + 1, 1, 4.0 * target + 8)
        found = texture.tone_count(place.edited)
        yield goal_at(wish, place, "tones per channel", "", band, found, field="", digits=0)


_BUILDERS: tuple[tuple[type | tuple[type, ...], Builder], ...] = (
    ((ops.Exposure, ops.Brightness), _light),
    (ops.Contrast, _contrast),
    _percent(ops.Highlights, "highlights", tone.highlights),
    _percent(ops.Shadows, "shadows", tone.shadows),
    ((ops.Whites, ops.Blacks), _ends),
    (ops.Curve, _curve),
    _percent(ops.Clarity, "local contrast", tone.clarity, least=4, part=0.6),
    _percent(ops.Vignette, "darkening of the corners", tone.vignette, least=4, part=0.45),
    ((ops.Temperature, ops.Tint), _cast),
    _percent(ops.Saturation, "chroma", colour.saturation, least=3, part=0.2),
    _percent(ops.Vibrance, "mean chroma", colour.mean_chroma, least=3, part=0.75),
    (ops.Hue, _hue),
    (ops.HueBand, _hue_band),
    (ops.Sharpen, _sharpen),
    (ops.Denoise, _denoise),
    (ops.Blur, _blur),
    (ops.Grain, _grain),
    (ops.Grayscale, _grayscale),
    (ops.Sepia, _sepia),
    (ops.Invert, _invert),
    (ops.Posterize, _posterize),
)
