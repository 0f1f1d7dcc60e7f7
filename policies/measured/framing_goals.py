"""Goals on size, frame and orientation, and on what stands around or over the picture."""

from collections.abc import Iterator
from math import hypot

import numpy as np

from ...tools.instruments.affine import Affine
from ...tools.instruments.arrays import Plane
from ...tools.instruments.change import NOTICED, unexplained
from ...tools.instruments.colour import oklab_from_bytes, oklab_from_hex
from ...tools.retouch.geometric import Border, PadAspect, Resize, Straighten, Text
from .evidence import Evidence
from .expected import GEOMETRY
from .goal import Band, Goal, Handle, at_most, effect
from .wish import Wish


def framing_goals(evidence: Evidence) -> Iterator[Goal]:
    """Yield the goals of all operations that move the frame, taken together."""
    moves = [wish for wish in evidence.wishes if isinstance(wish.operation, GEOMETRY)]
    if not moves:
        return
    yield from _size(evidence, moves)
    yield from _aspect(evidence)
    yield from _angle(evidence, moves)
    yield _framing(evidence)
    for wish in moves:
        if isinstance(wish.operation, Border | PadAspect):
            yield from _bars(evidence, wish)


def _size(evidence: Evidence, moves: list[Wish]) -> Iterator[Goal]:
    if any(isinstance(wish.operation, Resize) for wish in moves):
        pairs = zip(evidence.edited.size, evidence.expected.size, strict=True)
        found = 100 * max(abs(now - want) / want for now, want in pairs)
        slip = 100 * 1.5 / min(evidence.expected.size)
        yield Goal("size error", "", " %", at_most(max(0.3, slip), 8), found)


def _aspect(evidence: Evidence) -> Iterator[Goal]:
    source, wanted = _ratio(evidence.source.size), _ratio(evidence.expected.size)
    if abs(wanted / source - 1) > 0.004:
        away = min(0.08 * wanted, abs(wanted - source))
        room = min(0.01 * wanted, 0.3 * abs(wanted - source))
        room = max(room, 1.5 * wanted / min(evidence.expected.size))
        band = Band(wanted, wanted - room, wanted + room, wanted - away, wanted + away)
        yield Goal("aspect ratio", "", "", band, _ratio(evidence.edited.size), digits=3)


def _ratio(size: tuple[int, int]) -> float:
    return size[0] / size[1]


def _angle(evidence: Evidence, moves: list[Wish]) -> Iterator[Goal]:
    turns = [wish for wish in moves if isinstance(wish.operation, Straighten)]
    wanted = -evidence.expected.affine.angle
    if turns and evidence.geometry.known and abs(wanted) > 0.05:
        found = -evidence.geometry.affine.angle
        found = wanted + (found - wanted + 180) % 360 - 180
        room = max(0.3, 0.08 * abs(wanted))
        handles = (Handle(turns[0].index, "degrees"),) if len(turns) == len(moves) else ()
        band = effect(wanted, min(room, 0.6 * abs(wanted)), room)
        yield Goal("angle", "", "°", band, found, handles=handles)


def _framing(evidence: Evidence) -> Goal:
    """How far the frame lies from where the words put it, in per cent of the diagonal."""
    geometry, expected = evidence.geometry, evidence.expected
    nothing = 100 * _gap_of_nothing(evidence)
    limit = min(0.8, max(0.15, 0.3 * nothing))
    slip = 100 * 1.5 * geometry.affine.scale / hypot(*evidence.source.size)
    found = 100 * geometry.gap(expected.affine, expected.size) if geometry.known else 100.0
    band = at_most(limit + slip, min(max(nothing, 1.0), 4.0))
    return Goal("framing error", "", " % of the diagonal", band, found, digits=2)


def _gap_of_nothing(evidence: Evidence) -> float:
    """The framing error of an edit that is the source itself."""
    one, other = evidence.expected.affine, Affine.scaling(*evidence.source.size)
    corners = np.array([[x, y] for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0)])
    wanted = one.after(Affine.scaling(*evidence.expected.size)).apply(corners)
    gaps = np.linalg.norm(wanted - other.apply(corners), axis=1)
    return float(gaps.mean()) / hypot(*evidence.source.size)


def _bars(evidence: Evidence, wish: Wish) -> Iterator[Goal]:
    operation = wish.operation
    assert isinstance(operation, Border | PadAspect)
    frame = evidence.geometry.frame
    colour = np.array(frame.colour, dtype=np.uint8)
    away = float(np.linalg.norm(oklab_from_bytes(colour) - oklab_from_hex(operation.colour)))
    found = 100 * away if frame else 100.0
    yield Goal("colour error of the border", "", " hundredths", at_most(5, 30), found)
    if isinstance(operation, Border):
        left, top, right, bottom = frame.content(evidence.edited.size)
        inside = min(right - left, bottom - top)
        width = 100 * sum(frame.widths) / 4 / inside if frame else 0.0
        wanted = 100 * operation.width
        slip = 100 * 1.0 / max(1, inside)
        band = effect(wanted, max(slip, 0.2 * wanted), max(slip, 0.25 * wanted))
        yield Goal("border width", "", " % of the shorter side", band, width)


def text_zone(operation: Text, size: tuple[int, int]) -> Plane:
    """Where a text may stand in a view of that size: generous, 1 inside and 0 outside."""
    rows, columns = size[1], size[0]
    lines = max(1, min(6, round(0.5 + len(operation.content) * operation.height * 0.6)))
    tall = min(1.0, operation.height * (1.8 * lines + 1.2))
    y = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    low, high = 0.5 - tall / 2, 0.5 + tall / 2
    if "top" in operation.anchor:
        low, high = 0.0, tall
    if "bottom" in operation.anchor:
        low, high = 1 - tall, 1.0
    return np.broadcast_to((y >= low) & (y <= high), (rows, columns)).astype(np.float32)


def text_goal(evidence: Evidence, wish: Wish) -> Iterator[Goal]:
    """Something of the asked colour has appeared where the text should stand.

    Pixels can tell that there is new ink, how much and of which colour; they are not read.
    """
    operation, pair = wish.operation, evidence.pair
    if not isinstance(operation, Text):
        return
    zone = text_zone(operation, (pair.known.shape[1], pair.known.shape[0]))
    gaps = unexplained(pair.before, pair.after, pair.known)
    near = np.linalg.norm(pair.after - oklab_from_hex(operation.colour), axis=-1) < 0.25
    ink = float(((gaps > NOTICED) & near & (zone > 0)).mean())
    ratio = _ratio(evidence.edited.size)
    letters = sum(not letter.isspace() for letter in operation.content)
    wanted = 100 * 0.08 * letters * operation.height**2 / ratio
    band = Band(wanted, 0.25 * wanted, 4 * wanted, 0.0, 40 * wanted + 5)
    yield Goal("new ink", f"the {operation.anchor}", " % of the picture", band, 100 * ink, digits=2)
