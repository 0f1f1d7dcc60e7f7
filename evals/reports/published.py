"""What the paper prints (EditThinker, arXiv 2512.05965), as reference lines beside our own.

Quoted, not measured: other judges' versions, other seeds, and the authors' own re-runs of the
editors. Where the paper contradicts itself, the tables count and a note says what the prose has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..suites.imgedit.cases import TITLES
from .boards.imgedit import MICRO
from .tables import EMPTY, Cell, Column, Line

SOURCE = "arXiv 2512.05965"

_EDITORS = ("OmniGen2", "FLUX.1 Kontext [dev]", "Qwen-Image-Edit")
_ARMS = ("", " + EditThinker-8B", " + GPT-4.1")


@dataclass(frozen=True, slots=True)
class Reference:
    """One published line."""

    name: str
    where: str
    """The table it stands in."""

    values: Mapping[str, float]
    """By column; columns that the paper does not have are absent."""

    def line(self, columns: Sequence[Column]) -> Line:
        """The reference under these columns."""
        found = [self.values.get(column.name) for column in columns]
        cells = tuple(EMPTY if each is None else Cell(value=each) for each in found)
        source = f"{SOURCE}, {self.where}"
        return Line(name=self.name, cells=cells, origin="published", source=source)


def _grid(where: str, columns: Sequence[str], rows: Sequence[str]) -> tuple[Reference, ...]:
    """References of the nine systems, editor by editor, from rows of numbers."""
    names = [editor + arm for editor in _EDITORS for arm in _ARMS]
    return tuple(
        Reference(name, where, dict(zip(columns, map(float, row.split()), strict=True)))
        for name, row in zip(names, rows, strict=True)
    )


_GEDIT = _grid(
    "Tables 1 and 7",
    ("EN G_SC", "EN G_PQ", "EN G_O"),
    (
        *("6.47 7.04 6.03", "6.59 7.16 6.28", "7.34 7.24 6.78"),
        *("6.62 7.61 6.18", "7.59 7.63 7.02", "7.83 7.66 7.19"),
        *("8.01 7.87 7.49", "8.30 7.86 7.73", "8.57 7.86 7.90"),
    ),
)

_IMGEDIT = _grid(
    "Tables 1 and 7",
    (*TITLES.values(), MICRO),
    (
        "3.91 3.23 2.03 2.84 3.11 3.94 4.59 2.76 4.69 3.41",
        "3.68 2.90 3.14 2.83 3.16 3.88 4.62 2.35 4.48 3.52",
        "4.21 3.28 3.04 3.80 3.39 4.16 4.61 2.97 3.39 3.81",
        "3.83 3.55 2.18 3.91 2.74 3.79 4.42 2.82 4.18 3.44",
        "3.82 3.80 3.52 4.09 3.88 4.09 4.52 3.21 4.44 3.98",
        "4.08 4.01 3.45 4.44 3.75 4.19 4.59 3.73 4.57 4.13",
        "4.59 4.32 3.79 4.57 3.86 4.54 4.83 3.85 4.70 4.36",
        "4.23 4.43 4.24 4.20 4.21 4.44 4.76 3.91 4.68 4.40",
        "4.47 4.27 4.18 4.58 4.59 4.55 4.81 3.72 4.77 4.49",
    ),
)

_KRIS = _grid(
    "Tables 1 and 7",
    (
        *("Attribute Perception", "Spatial Perception", "Factual Knowledge"),
        *("Social Science", "Natural Science", "Conceptual Knowledge"),
        *("Logical Reasoning", "Instruction Decomposition", "Procedural Knowledge", "Overall"),
    ),
    (
        "60.21 54.67 58.73 53.60 46.76 48.42 37.67 56.67 45.84 50.52",
        "62.18 53.92 59.98 61.50 49.90 52.71 37.04 58.78 46.43 53.09",
        "65.55 56.83 63.22 63.35 55.26 57.22 44.38 60.44 51.26 57.34",
        "71.12 67.25 70.09 56.60 58.91 58.35 56.75 63.72 59.75 61.81",
        "77.82 65.50 73.73 73.44 69.04 70.09 62.29 65.33 63.60 69.53",
        "81.03 74.67 79.33 77.60 74.98 75.62 71.38 65.50 68.86 74.93",
        "72.73 73.33 72.89 63.50 60.40 61.15 57.47 67.97 61.70 64.43",
        "78.48 73.83 77.24 76.20 70.69 72.02 65.23 66.89 65.94 71.91",
        "83.70 76.08 81.67 81.99 80.53 80.91 71.94 76.07 73.40 79.34",
    ),
)

_RISE = _grid(
    "performance figure",
    ("Overall %",),
    ("3.1", "3.4", "9.2", "5.8", "14.4", "20.6", "8.9", "17.8", "27.5"),
)

SYSTEMS: Mapping[str, tuple[Reference, ...]] = {
    "gedit": _GEDIT,
    "imgedit": _IMGEDIT,
    "kris": _KRIS,
    "rise": _RISE,
}
"""The main results, by suite, under the columns of its table of systems."""

NOTES: Mapping[str, tuple[str, ...]] = {
    "gedit": (
        (
            "The paper's prose gives 7.05 for FLUX.1 Kontext + EditThinker-8B (table 7.02) and 6.19 for"
            " OmniGen2 (table 6.03); Table 6 prints the baseline as 6.00 instead of 6.18."
        ),
    ),
    "imgedit": (
        (
            "The paper's prose gives 4.37 for Qwen-Image-Edit + EditThinker-8B (table 4.40), and its"
            " stage ablation 3.95 for FLUX.1 Kontext + EditThinker-8B (table 3.98)."
        ),
        (
            "The paper's overall numbers stand under the mean of cases, which its scripts print; from"
            " its own types neither that mean nor the mean of types gives them."
        ),
    ),
    "kris": (
        "The paper leaves out temporal prediction, so its factual and overall numbers do too.",
    ),
    "rise": (
        "The paper's 3.4 % for OmniGen2 + EditThinker-8B is no multiple of 1/360.",
        "The paper's numbers come from scripts that never count a case without consistency as right.",
    ),
}
"""What is known to be inconsistent or different about the published numbers."""

_FLUX = "FLUX.1 Kontext [dev]"


def _one(name: str, where: str, score: float) -> Reference:
    return Reference(name, where, {"EN G_O": score})


PARADIGMS = (
    _one(_FLUX, "Table 3", 6.18),
    _one(f"{_FLUX}, think while editing", "Table 3", 7.19),
    _one(f"{_FLUX}, think before and while", "Table 3", 7.06),
)
"""Thinking before, while and both (GEdit-Bench English); the value for before alone is not quoted."""

THINKERS = (
    _one(f"{_FLUX}, baseline", "Table 6", 6.00),
    _one(f"{_FLUX} + GPT-4.1", "Table 6", 7.19),
)
"""Experts compared (GEdit-Bench English)."""

STAGES = (
    _one(f"{_FLUX}, baseline", "Table 5", 6.18),
    _one(f"{_FLUX} + EditThinker-8B, supervised", "Table 5", 6.93),
    _one(f"{_FLUX} + EditThinker-8B, with reinforcement", "Table 5", 7.02),
)
"""Training stages (GEdit-Bench English)."""

TURNS = (
    Reference(
        f"{_FLUX} + EditThinker-8B",
        "Table 8",
        {"1": 6.18, "2": 6.90, "4": 6.94, "6": 7.01, "8": 7.03},
    ),
    Reference(
        f"{_FLUX} + GPT-4.1",
        "Table 4",
        {"1": 6.18, "2": 6.95, "4": 7.13, "6": 7.16, "8": 7.30},
    ),
)
"""Overall of GEdit-Bench English by the turns allowed; each number is a run of its own, of which the
last picture was judged."""
