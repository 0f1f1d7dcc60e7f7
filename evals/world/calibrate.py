"""Finds the settings of the simulation again: `python -m editloop.evals.world.calibrate`.

Nine settings are fitted to twelve published numbers by damped least squares (Levenberg and
Marquardt) on one set of cases, so that the objective moves only because the settings do: the sum
of fourth powers of (simulated - published) / tolerance over both turn curves, and over semantic and
quality of the first turn. Fourth powers, because the largest miss is what counts. Shares are moved on a logit scale, so that they stay shares.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import TYPE_CHECKING, Any

from ...policies import reference
from ..reports.published import TURNS
from .defaults import EDITOR, THINKERS
from .editor import EditorHabits
from .playing import World
from .thinker import Skill

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMITS = (1, 2, 4, 6, 8)
"""Turns allowed in the published curves."""

CURVES = {
    "editthinker-8b": tuple(TURNS[0].values[str(n)] for n in LIMITS),
    "gpt-4.1": tuple(TURNS[1].values[str(n)] for n in LIMITS),
}
"""Published overall scores by thinker."""

FIRST_SEMANTIC, FIRST_QUALITY = 6.62, 7.61
"""Published for the editor alone (Table 7), FLUX.1 Kontext [dev]."""

_HABITS = ("ability", "vagueness", "flaws")
_SKILLS = ("sight", "craft", "practice")
FITTED = (
    *(("editor", name) for name in _HABITS),
    *((thinker, name) for thinker in CURVES for name in _SKILLS),
)
"""What is moved, and whose it is."""

_LOOSE = 0.05  # tolerance for semantic and quality; half of it for the curves


@dataclass(frozen=True, slots=True)
class Setting:
    """All that the simulation is made of."""

    editor: EditorHabits
    thinkers: dict[str, Skill]

    def vector(self, names: Sequence[tuple[str, str]]) -> list[float]:
        """Some of the settings as plain numbers."""
        return [
            getattr(self.editor, name)
            if owner == "editor"
            else _logit(getattr(self.thinkers[owner], name))
            for owner, name in names
        ]

    def moved(self, names: Sequence[tuple[str, str]], vector: Sequence[float]) -> "Setting":
        """The settings that such numbers stand for."""
        editor, thinkers = self.editor, dict(self.thinkers)
        for (owner, name), value in zip(names, map(float, vector), strict=True):
            if owner == "editor":
                editor = replace(editor, **{name: value})
            else:
                change: dict[str, Any] = {name: _share(value)}
                thinkers[owner] = replace(thinkers[owner], **change)
        return Setting(editor, thinkers)


@dataclass(frozen=True, slots=True)
class Means:
    """Mean true scores of the last turn, after each number of turns allowed."""

    overall: tuple[float, ...]
    semantic: tuple[float, ...]
    quality: tuple[float, ...]


def means(world: World, runs: int, limits: Sequence[int] = LIMITS) -> Means:
    """Play the official rules once with the most turns, and read the shorter limits off.

    They stop at the same turns as shorter ones do, because the limit changes nothing before it.
    """
    rules = reference(turns=max(limits))
    rows = [world.table(n).play(rules).scores for n in range(runs)]
    last = [[row[min(n, len(row)) - 1] for row in rows] for n in limits]
    return Means(
        tuple(sum(s.overall for s in scores) / runs for scores in last),
        tuple(sum(s.semantic for s in scores) / runs for scores in last),
        tuple(sum(s.quality for s in scores) / runs for scores in last),
    )


def misfit(setting: Setting, curves: Sequence[str], runs: int, seed: int) -> list[float]:
    """What is off, in tolerances, each squared with its sign."""
    found: list[float] = []
    first: Means | None = None
    for name in curves:
        here = means(World(setting.editor, setting.thinkers[name], seed), runs)
        pairs = zip(here.overall, CURVES[name], strict=True)
        found += [(ours - theirs) * 2 / _LOOSE for ours, theirs in pairs]
        first = first or here

    if first and len(curves) == len(CURVES):
        found.append((first.semantic[0] - FIRST_SEMANTIC) / _LOOSE)
        found.append((first.quality[0] - FIRST_QUALITY) / _LOOSE)
    return [each * abs(each) for each in found]


@dataclass(frozen=True, slots=True)
class Fit:
    """What is fitted to what, on which cases."""

    names: Sequence[tuple[str, str]]
    curves: Sequence[str]
    runs: int
    seed: int

    def improved(self, setting: Setting, rounds: int) -> Setting:
        """Better settings, after so many rounds."""
        import numpy as np

        damping, off = 1.0, self._off(setting)
        for n in range(rounds):
            slopes, at = self._slopes(setting, off), np.array(setting.vector(self.names))
            for _ in range(5):
                square = slopes.T @ slopes
                step = np.linalg.solve(square + damping * np.eye(len(at)), -slopes.T @ off)
                tried = setting.moved(self.names, (at + step).tolist())
                new = self._off(tried)
                if new @ new < off @ off:
                    setting, off, damping = tried, new, damping / 4
                    break
                damping *= 4
            print(f"round {n + 1}: {off @ off:.2f}", flush=True)
        return setting

    def _off(self, setting: Setting) -> "NDArray[np.float64]":
        import numpy as np

        return np.array(misfit(setting, self.curves, self.runs, self.seed))

    def _slopes(self, setting: Setting, off: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """How the misfit changes with each of the settings."""
        import numpy as np

        found: list[NDArray[np.float64]] = []
        for place, (owner, _) in enumerate(self.names):
            step = 0.1 if owner == "editor" else 0.4
            vector = setting.vector(self.names)
            vector[place] += step
            found.append((self._off(setting.moved(self.names, vector)) - off) / step)
        return np.array(found).T


def _logit(share: float) -> float:
    return log(share / (1 - share))


def _share(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def main() -> None:
    """Fit, and print the settings and what they give, there and on other cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0, help="of the cases that are fitted to")
    parser.add_argument("--only", choices=list(CURVES), help="move nothing but this thinker")
    given = parser.parse_args()
    names = [each for each in FITTED if given.only in (None, each[0])]
    curves = [given.only] if given.only else list(CURVES)
    fit = Fit(names, curves, given.runs, given.seed)
    setting = fit.improved(Setting(EDITOR, dict(THINKERS)), given.rounds)
    print(setting.editor)
    for name in curves:
        print(name, setting.thinkers[name])
        print("  published", CURVES[name])
        for seed in (given.seed, given.seed + 1):
            here = means(World(setting.editor, setting.thinkers[name], seed), given.runs)
            for part in ("overall", "semantic", "quality"):
                print(f"  seed {seed}, {part}", [round(each, 3) for each in getattr(here, part)])


if __name__ == "__main__":
    main()
