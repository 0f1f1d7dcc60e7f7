"""Places in the picture: their names, and how several become one."""

from collections.abc import Sequence
from typing import Final

from ..photometric import Photometric
from ..region import Both, Ellipse, HueName, HueRange, MaskImage, Position, Region, Sky
from .building import checked
from .items import Item
from .looks import BRIGHT, DARK, MIDTONES
from .places import POSITIONS
from .tries import Unread

_NAMED: Final[dict[str, Region]] = {
    "sky": Sky(),
    "mask": MaskImage(),
    "bright": BRIGHT,
    "dark": DARK,
    "midtones": MIDTONES,
    "ellipse": Ellipse(),
}
_POSITIONS: Final[dict[str, Region]] = {
    name: Position.model_validate({"name": name}) for name in POSITIONS
}
AREAS: Final = _NAMED | _POSITIONS
"""The regions that have a name."""

TONAL: Final = {"shadows": DARK, "highlights": BRIGHT}
"""Where a tonal range lies when another operation is confined to it."""

SIDE_HALVES: Final = {side: AREAS[f"{side} half"] for side in ("top", "bottom", "left", "right")}


def inverted(region: Region) -> Region:
    """Everything but this region."""
    return region.but(invert=not region.invert)


def hue_region(hue: HueName) -> Region:
    """The pixels of a named hue."""
    return HueRange(hue=hue)


def overlap(regions: Sequence[Region]) -> Region:
    """Where all lie; one region stays itself.

    Raises:
        InputError: more than four.
    """
    return regions[0] if len(regions) == 1 else checked(Both, parts=tuple(regions))


def union(regions: Sequence[Region]) -> Region:
    """Where any lies: everything but where none of them lies."""
    if len(regions) == 1:
        return regions[0]
    return checked(Both, parts=tuple(inverted(region) for region in regions), invert=True)


def neither(regions: Sequence[Region]) -> Region:
    """Where none lies."""
    return overlap([inverted(region) for region in regions])


def confined(operation: Photometric, region: Region) -> Photometric:
    """The same operation, further confined to a region."""
    if operation.region is None:
        return operation.but(region=region)
    own = operation.region
    parts = own.parts if isinstance(own, Both) and not own.invert else (own,)
    if len(parts) == 4:
        parts = (own,)
    return operation.but(region=overlap([*parts, region]))


def place_of(item: Item) -> Region | None:
    """The region that an item names: an area, or the half of the picture on a side."""
    if item.kind == "side":
        return SIDE_HALVES.get(item.key)
    return item.area if item.kind == "area" else None


def read_places(items: Sequence[Item]) -> tuple[list[Item], Region | None]:
    """Take the places out of a clause: what remains, and the one region that they make.

    "in A within B" is their overlap, "A and B" their union, "except A" everything but A; brackets
    nest. Parameters in parentheses belong to the place before them.

    Raises:
        Unread: several places that do not belong together, or a bracket left open.
    """
    reader = _Places(list(items))
    return reader.read()


class _Places:
    def __init__(self, items: list[Item]) -> None:
        self.items, self.at = items, 0

    def read(self) -> tuple[list[Item], Region | None]:
        rest: list[Item] = []
        found: Region | None = None
        while self.at < len(self.items):
            region = self.chain(0)
            if region is None:
                rest.extend(self.plain())
            elif found is not None:
                raise Unread("name one place per clause")
            else:
                found = region
        return rest, found

    def plain(self) -> list[Item]:
        """Pass over what is no place: one item, or a run of prepositions, so that none is looked
        at twice."""
        start = self.at
        while (item := self.peek()) and item.kind in ("prep", "outside"):
            self.at += 1
        self.at = max(self.at, start + 1)
        return self.items[start : self.at]

    def chain(self, depth: int) -> Region | None:
        """One or more places that follow each other."""
        links: list[Region] = []
        while (link := self.link(depth, first=not links)) is not None:
            links.append(link)
        return overlap(links) if links else None

    def link(self, depth: int, first: bool) -> Region | None:
        """A preposition and a place, or places joined by "and"."""
        start = self.at
        outside = False
        while (item := self.peek()) and item.kind in ("prep", "outside"):
            outside = outside or item.kind == "outside"
            self.at += 1
        if not first and self.at == start:
            return None
        place = self.single(depth)
        if place is None:
            self.at = start
            return None
        places = [place]
        while (more := self.joined(depth)) is not None:
            places.append(more)
        return neither(places) if outside else union(places)

    def joined(self, depth: int) -> Region | None:
        """ "and" or "nor" and another place."""
        start = self.at
        item = self.peek()
        if item is None or item.kind != "sep":
            return None
        while (item := self.peek()) and item.kind in ("sep", "prep"):
            self.at += 1
        place = self.single(depth)
        if place is None:
            self.at = start
        return place

    def single(self, depth: int) -> Region | None:
        item = self.peek()
        if item is None:
            return None
        region = self.bracket(depth) if item.kind == "open" else self.named(item)
        if region is not None and (params := self.peek()) and params.kind == "params":
            region = with_params(region, params)
            self.at += 1
        return region

    def named(self, item: Item) -> Region | None:
        region = place_of(item)
        if region is not None:
            self.at += 1
        return region

    def bracket(self, depth: int) -> Region:
        if depth > 40:
            raise Unread("the places are nested too deeply")
        self.at += 1
        region = self.chain(depth + 1)
        closing = self.peek()
        if region is None or closing is None or closing.kind != "close":
            raise Unread("a bracket holds places only, and is closed")
        self.at += 1
        return region

    def peek(self) -> Item | None:
        return self.items[self.at] if self.at < len(self.items) else None


_FIELDS: Final = {"feather": "feather", "tolerance": "tolerance", "picture": "sha256"} | {
    "x": "x",
    "y": "y",
    "radius x": "radius_x",
    "radius y": "radius_y",
}


def with_params(region: Region, item: Item) -> Region:
    """Set what stands in parentheses behind a place.

    Raises:
        Unread: a parameter that such a place does not have.
        InputError: a value out of range.
    """
    changes: dict[str, object] = {}
    for name, value in item.params.items():
        field = _FIELDS.get(name)
        if field not in type(region).model_fields:
            raise Unread(f"{name!r} is no parameter of that place")
        changes[field] = value if isinstance(value, str) else value.share
    fields = {name: getattr(region, name) for name in type(region).model_fields}
    return checked(type(region), **(fields | changes))
