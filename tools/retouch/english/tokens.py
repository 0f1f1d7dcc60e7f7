"""Text to tokens: words, numbers, quotations, groups. One pass, linear in the length."""

import re
from dataclasses import dataclass
from typing import Literal, cast

TokenKind = Literal[
    "quote", "group", "open", "close", "hex", "size", "ratio", "number", "word", "mark", "junk"
]

NUMBER = r"(?:\d{1,3}(?:,\d{3})++(?!\d)|\d++)(?:\.\d++)?(?:e[+-]?\d{1,3}(?!\d))?|\.\d++"
"""A number without a sign: 20, 0.5, .5, 2,048 or 5e-324."""

_MARKS = r"[%°,;:.!?&\n+½⅓⅔¼¾/]"
_TOKEN = re.compile(
    rf"""
      (?P<quote>"(?:[^"\\]|\\.){{0,1100}}+" | “[^”]{{0,1100}}+” | «[^»]{{0,1100}}+»
          | (?<!\w)'[^'\n]{{1,500}}+'(?!\w))
    | (?P<group>\([^()]*+\))
    | (?P<open>\[) | (?P<close>\])
    | (?P<hex>\#[0-9a-f]{{6}}(?![0-9a-z]))
    | (?P<size>(?<![\w.])\d{{1,6}}+\s{{0,3}}[x×]\s{{0,3}}\d{{1,6}}(?![\d.]))
    | (?P<ratio>(?<![\w.])(?:(?<![\w)%])[+-])?(?:{NUMBER})\s{{0,3}}[:/]\s{{0,3}}(?:{NUMBER})(?!\d))
    | (?P<number>(?:(?<![\w)%])[+-])?(?:{NUMBER}))
    | (?P<word>b&w | [^\W\d_]+(?:'[^\W\d_]+)*+)
    | (?P<mark>\.{{2,}} | (?<=\s)-(?=\s) | {_MARKS})
    | (?P<dash>[-_](?=[^\W\d_]))
    | (?P<junk>\S)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "−": "-", "–": "-", "—": "-", "\r": "\n", "\u00a0": " "}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; `text` is in lower case except in quotations."""

    kind: TokenKind
    text: str
    start: int
    end: int


def plain(text: str) -> str:
    """Replace typographic signs by plain ones of the same length, outside double quotations too."""
    return text.translate(_PLAIN)


def tokenise(text: str) -> list[Token]:
    """Split a text into tokens; white space and hyphens between words fall away, nothing else."""
    found: list[Token] = []
    for match in _TOKEN.finditer(plain(text)):
        kind = match.lastgroup
        if kind is None or kind == "dash":
            continue
        raw = text[match.start() : match.end()] if kind == "quote" else match.group().lower()
        named = cast("TokenKind", kind)  # the names of the groups are the kinds
        found.append(Token(named, raw, match.start(), match.end()))
    return found


def unquote(quoted: str) -> str:
    """Return what stands inside a quotation token, with backslash escapes undone in "…"."""
    inner = quoted[1:-1]
    if quoted[0] != '"':
        return inner
    swap = {"n": "\n", "r": "\r", "t": "\t"}
    return re.sub(r"\\(.)", lambda m: swap.get(m[1], m[1]), inner, flags=re.DOTALL)


def quote(content: str) -> str:
    """Write a quotation that `unquote` reads back."""
    for plain_sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        content = content.replace(plain_sign, escaped)
    return f'"{content}"'
