"""Finds the settings of the simulation again: `python -m editloop.evals.world.calibrate`.

Nine settings are fitted to twelve published numbers by damped least squares (Levenberg and
Marquardt) on one set of cases, so that the objective moves only because the settings do: the sum
of squares of (simulated - published) / tolerance over both turn curves, and over semantic and
quality of the first turn. Shares are moved on a logit scale, so that they stay shares.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

from ...policies import reference
from ..reports.published import TURNS
from .defaults import EDITOR, THINKERS
from .editor import EditorHabits
from .playing import World
from .thinker import Skill

LIMITS = (1, 2, 4, 6, 8)
"""Turns allowed in the published curves."""

CURVES = {
    "editthinker-8b": tuple(TURNS[0].values[str(n)] for n in LIMITS),
    "gpt-4.1": tuple(TURNS[1].values[str(n)] for n in LIMITS),
}
"""Published overall scores by thinker."""

FIRST_SEMANTIC, FIRST_QUALITY = 6.62, 7.61
"""Published for the editor alone (Table 7), FLUX.1 Kontext [dev]."""

_FITTED = ("ability", "vagueness", "flaws")
_TAUGHT = ("sight", "craft", "practice")
_LOOSE = 0.05  # tolerance for semantic and quality; half of it for the curves


@dataclass(frozen=True, slots=True)
class Setting:
    """All that the simulation is made of."""

    editor: EditorHabits
    thinkers: dict[str, Skill]

    def vector(self) -> list[float]:
        """The fitted settings as plain numbers."""
        found = [getattr(self.editor, name) for name in _FITTED]
        for name in CURVES:
            found += [_logit(getattr(self.thinkers[name], each)) for each in _TAUGHT]
        return found

    def moved(self, vector: Sequence[float]) -> "Setting":
        """The settings that such numbers stand for."""
        left = list(map(float, vector))
        editor = replace(self.editor, **{name: left.pop(0) for name in _FITTED})
        thinkers: dict[str, Skill] = {}
        for name in CURVES:
            taught: dict[str, Any] = {each: _share(left.pop(0)) for each in _TAUGHT}
            thinkers[name] = replace(self.thinkers[name], **taught)
        return Setting(editor, self.thinkers | thinkers)


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


def misfit(setting: Setting, runs: int, seed: int) -> list[float]:
    """What is off, in tolerances."""
    both = [means(World(setting.editor, setting.thinkers[name], seed), runs) for name in CURVES]
    found = [
        (ours - theirs) * 2 / _LOOSE
        for here, curve in zip(both, CURVES.values(), strict=True)
        for ours, theirs in zip(here.overall, curve, strict=True)
    ]
    found.append((both[0].semantic[0] - FIRST_SEMANTIC) / _LOOSE)
    found.append((both[0].quality[0] - FIRST_QUALITY) / _LOOSE)
    return found


def fitted(setting: Setting, *, runs: int, seed: int, rounds: int) -> Setting:
    """Improve the settings for so many rounds."""
    import numpy as np

    at, damping = np.array(setting.vector()), 1.0
    off = np.array(misfit(setting, runs, seed))
    for n in range(rounds):
        slopes = np.array([_slope(setting, off, k, runs, seed) for k in range(len(at))]).T
        for _ in range(4):
            square = slopes.T @ slopes
            step = np.linalg.solve(square + damping * np.eye(len(at)), -slopes.T @ off)
            tried = setting.moved((at + step).tolist())
            new = np.array(misfit(tried, runs, seed))
            if new @ new < off @ off:
                setting, at, off, damping = tried, at + step, new, damping / 4
                break
            damping *= 4
        print(f"round {n + 1}: {off @ off:.2f}", flush=True)
    return setting


def _slope(setting: Setting, off: Any, place: int, runs: int, seed: int) -> Any:
    """How the misfit changes with one setting."""
    import numpy as np

    step = 0.1 if place < len(_FITTED) else 0.4
    vector = setting.vector()
    vector[place] += step
    return (np.array(misfit(setting.moved(vector), runs, seed)) - off) / step


def _logit(share: float) -> float:
    return log(share / (1 - share))


def _share(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def main() -> None:
    """Fit, and print the settings and what they give on other cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1, help="of the cases that are fitted to")
    given = parser.parse_args()
    start = Setting(EDITOR, dict(THINKERS))
    setting = fitted(start, runs=given.runs, seed=given.seed, rounds=given.rounds)
    print(setting.editor)
    for name, curve in CURVES.items():
        skill = setting.thinkers[name]
        here = means(World(setting.editor, skill, given.seed + 1), given.runs)
        print(name, skill)
        print("  published", curve)
        for part in ("overall", "semantic", "quality"):
            print(f"  {part:9}", [round(each, 3) for each in getattr(here, part)])


if __name__ == "__main__":
    main()
