"""The settings that the simulation was calibrated to.

`calibrate.py` moved nine of them (ability, vagueness, flaws; sight, craft, practice of either
thinker). They were rounded, and the last digit chosen on four seeds. The others are assumptions.
"""

from collections.abc import Mapping
from dataclasses import replace

from .editor import EditorHabits
from .thinker import Skill

EDITOR = EditorHabits(
    ability=2.53,
    vagueness=3.27,
    luck=0.3,
    crowd=0.15,
    stray=0.5,
    overdone=0.06,
    verbose=0.01,
    flaws=2.38,
    uneven=1.2,
    drift=0.7,
    forgotten=0.1,
)
"""An editor like FLUX.1 Kontext [dev] on GEdit-Bench."""

_EDITTHINKER = Skill(
    scores=True,
    sight=0.41,
    alarm=0.05,
    craft=0.82,
    practice=0.11,
    slip=0.03,
    noise=0.7,
    lenience=0.5,
    bar=6.0,
    content=0.3,
)

_GPT = Skill(
    scores=False,
    sight=0.75,
    alarm=0.05,
    craft=0.42,
    practice=0.037,
    slip=0.03,
    noise=0.7,
    lenience=0.5,
    bar=6.0,
    content=0.3,
)

THINKERS: Mapping[str, Skill] = {
    "editthinker-8b": _EDITTHINKER,
    "gpt-4.1": _GPT,
    "gpt-4.1-scored": replace(_GPT, scores=True),
}
"""Thinkers like those of the paper, by name. Nothing was published about the last one: it is GPT-4.1
giving scores beside its other skills, as if that cost nothing."""
