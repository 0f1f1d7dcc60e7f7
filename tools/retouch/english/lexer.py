"""Text to items: the longest phrase of the lexicon, a number, a place, or something unknown."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from ..region import Box, ColourRange, HueRange, LuminanceRange, Region
from .building import checked
from .items import Item, Kind, Quantity
from .lexicon import LONGEST, PHRASES
from .numbers import read_number
from .params import read_params
from .places import AREA_NOUNS, COLOUR_HUES, COLOURS, SPELLINGS
from .regions import AREAS
from .tokens import NUMBER, Token, plain, tokenise, unquote

_N = rf"([+-]?(?:{NUMBER}))\s?"
_BOX: Final = re.compile(
    rf"(?:box|area|rectangle)\s(?:from\s)?{_N}%\sto\s{_N}%\sof\sthe\swidth\s"
    rf"and\s(?:from\s)?{_N}%\sto\s{_N}%\sof\sthe\sheight(?!\w)"
)
_CORNERS: Final = re.compile(
    rf"(?:box|area|rectangle)\s(?:from\s)?{_N}%(?:,\s?|\s){_N}%(?:,\s?|\sto\s|\s){_N}%(?:,\s?|\s){_N}%"
)
_LIGHTNESS: Final = re.compile(rf"areas?\sof\slightness\s(?:from\s)?{_N}%\sto\s{_N}%")


def lex(text: str) -> list[Item]:
    """Read a text as a list of items. Nothing is left out: what is not known is `unknown`."""
    tokens = tokenise(text)
    lower = plain(text).lower()
    smooth = lower if len(lower) == len(text) else plain(text)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        item, taken = next(_readings(smooth, tokens, at))
        items.append(item)
        at += taken
    return items


def _readings(text: str, tokens: list[Token], at: int) -> Iterator[tuple[Item, int]]:
    for reader in (_plotted, _coloured, _numbered, _phrase, _signed):
        if found := reader(text, tokens, at):
            yield found
    token = tokens[at]
    yield Item("unknown", token.text, token.start, token.end), 1


def _plotted(text: str, tokens: list[Token], at: int) -> tuple[Item, int] | None:
    """A box or a range of lightness with its numbers."""
    start = tokens[at].start
    makers: tuple[tuple[re.Pattern[str], Callable[[list[float]], Region]], ...] = (
        (_BOX, lambda n: checked(Box, left=n[0], right=n[1], top=n[2], bottom=n[3])),
        (_CORNERS, lambda n: checked(Box, left=n[0], top=n[1], right=n[2], bottom=n[3])),
        (_LIGHTNESS, lambda n: checked(LuminanceRange, low=n[0], high=n[1])),
    )
    if tokens[at].text not in ("box", "area", "areas", "rectangle"):
        return None
    for pattern, make in makers:
        if match := pattern.match(text, start):
            numbers = [float(Decimal(n.replace(",", "")).scaleb(-2)) for n in match.groups()]
            taken = sum(1 for token in tokens[at:] if token.start < match.end())
            return Item("area", "box", start, match.end(), area=make(numbers)), taken
    return None


def _coloured(text: str, tokens: list[Token], at: int) -> tuple[Item, int] | None:
    """A colour, or the area that it stands for ("everything yellow", "the #336699 parts")."""
    words = [token.text for token in tokens[at : at + 4]]
    lead = 1 if words[0] in ("everything", "anything") else 0
    for length in (2, 1):
        name = " ".join(words[lead : lead + length])
        hexed = length == 1 and len(tokens) > at + lead and tokens[at + lead].kind == "hex"
        if not (hexed or name in _COLOUR_WORDS) or len(words) < lead + length:
            continue
        noun = words[lead + length : lead + length + 1]
        last = lead + length + (1 if noun and noun[0] in AREA_NOUNS else 0)
        start, end = tokens[at].start, tokens[at + last - 1].end
        if lead or last > length:
            return Item(
                "area", name, start, end, area=_area_of(_COLOUR_WORDS.get(name, name))
            ), last
        if (phrase := _longest(tokens, at)) and phrase[1] > length:
            return None
        return Item("colour", _COLOUR_WORDS.get(name, name), start, end), length
    return None


def _area_of(colour: str) -> Region:
    if hue := COLOUR_HUES.get(colour):
        return HueRange(hue=hue)
    return ColourRange(colour=COLOURS.get(colour, colour))


_COLOUR_WORDS: Final = {name: name for name in (*COLOURS, *COLOUR_HUES)} | {
    other: name for name, other in SPELLINGS.items()
}


def _numbered(text: str, tokens: list[Token], at: int) -> tuple[Item, int] | None:
    token = tokens[at]
    if (phrase := _longest(tokens, at)) and phrase[1] > 1:
        return None
    if token.kind == "size":
        wide, high = re.split(r"\s*[x×]\s*", token.text)
        taken = 2 if [t.text for t in tokens[at + 1 : at + 2]] in (["px"], ["pixels"]) else 1
        size = (Decimal(wide), Decimal(high))
        return Item("size", token.text, token.start, tokens[at + taken - 1].end, pair=size), taken
    if token.kind == "ratio" and ":" in token.text:
        wide, high = token.text.replace(",", "").split(":")
        sides = (Decimal(wide.strip()), Decimal(high.strip()))
        return Item("ratio", token.text, token.start, token.end, pair=sides), 1
    if not (found := read_number(tokens, at)):
        return None
    number, taken = found
    pair = None
    if token.kind == "ratio":
        over, under = token.text.replace(",", "").split("/")
        pair = (Decimal(over.strip()), Decimal(under.strip()))
    end = tokens[at + taken - 1].end
    return Item("number", token.text, token.start, end, number=number, pair=pair), taken


_ARTICLES: Final = frozenset(("the", "a", "an", "its", "my"))


def _longest(tokens: list[Token], at: int) -> tuple[tuple[Kind, str], int] | None:
    """The longest phrase from a token on; articles between its words do not matter."""
    window = [token.text for token in tokens[at : at + LONGEST + 2]]
    for length in range(len(window), 0, -1):
        words = tuple(window[:length])
        bare = (words[0], *(word for word in words[1:] if word not in _ARTICLES))
        if found := PHRASES.get(words):
            return found, length
        if words[-1] not in _ARTICLES and (found := PHRASES.get(bare)):
            return found, length
    return None


def _phrase(text: str, tokens: list[Token], at: int) -> tuple[Item, int] | None:
    if not (match := _longest(tokens, at)):
        return None
    (kind, key), length = match
    start, end = tokens[at].start, tokens[at + length - 1].end
    area = AREAS.get(key) if kind == "area" else None
    return Item(kind, key, start, end, area=area), length


def _signed(text: str, tokens: list[Token], at: int) -> tuple[Item, int] | None:
    """Quotations, brackets and groups in parentheses."""
    token = tokens[at]
    if token.kind == "quote":
        return Item("quote", unquote(token.text), token.start, token.end), 1
    if token.kind in ("open", "close"):
        return Item("open" if token.kind == "open" else "close", "", token.start, token.end), 1
    if token.kind == "ratio" and "/" in token.text:
        over, under = token.text.replace(",", "").split("/")
        pair = (Decimal(over.strip()), Decimal(under.strip()))
        return Item("ratio", token.text, token.start, token.end, pair=pair), 1
    if token.kind == "group":
        return _group(token), 1
    return None


def _group(token: Token) -> Item:
    inside = token.text[1:-1]
    match = re.fullmatch(rf"\s*({NUMBER})\s*,\s*({NUMBER})\s*", inside)
    if match:
        pair = (Decimal(match[1]), Decimal(match[2]))
        return Item("point", token.text, token.start, token.end, pair=pair)
    params: dict[str, Quantity | str] | None = read_params(inside)
    if params is None:
        return Item("unknown", token.text, token.start, token.end)
    return Item("params", token.text, token.start, token.end, params=params)
