"""What `demo` does: draws a picture, spoils it, edits it, and tells what happened."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..memory import Run
from .choose import AnswerOptions, ShownOptions, TaskOptions
from .editing import Order, edited
from .files import Target, check_free, write
from .options import Common
from .report import Ending

if TYPE_CHECKING:
    from ..agent import Choices
    from .screen import Screen

INSTRUCTION = "brighten it by 50%, make it warmer by 15% and increase the saturation by 50%"
SOURCE, ANSWER = Path("demo-source.png"), Path("demo-out.png")


def performed(answer: AnswerOptions, shown: ShownOptions, common: Common) -> int:
    """Run the demo and return the exit code.

    Raises:
        SettingsError: one of its files exists and is not an earlier demo's.
    """
    from .scene import landscape

    source = landscape()
    earlier = SOURCE.is_file() and SOURCE.read_bytes() == source
    target = Target(SOURCE, "image/png", answer.overwrite or earlier)
    check_free(target)
    answer = replace(
        answer,
        output=answer.output or str(ANSWER),
        overwrite=answer.overwrite or (earlier and answer.output is None),
    )
    check_free(Target(Path(answer.output or ""), "", answer.overwrite))
    write(target, source)

    screen = common.screen
    screen.say("demo", f"{SOURCE}, a picture drawn just now, too dark and too cold")
    screen.say("asked", INSTRUCTION)
    order = Order((str(SOURCE),), INSTRUCTION, answer, TaskOptions(), shown, json=common.json)
    return edited(order, _choices(common), screen, after=_told)


def _choices(common: Common) -> "Choices":
    embedded = {"editor": "retouch", "thinker": "measured", "rules": "standard", "base": "source"}
    return common.choices({**embedded, "turns": 5, "semantic": 8.0, "quality": 8.0})


def _told(ending: Ending, screen: "Screen") -> None:
    """Say what the loop was good for, from the record and not from hope."""
    run = ending.run
    if run is None or run.best is None or run.best.critique is None:
        return

    screen.say("", "")
    for line in _story(run):
        screen.say("", line)
    screen.say("", "")


def _story(run: Run) -> list[str]:
    first, best = run.turns[0], run.best
    if best is None or best.score is None or first.score is None:
        return []

    lines = ["The editor did what it was told; the thinker measured the result and compared it"]
    lines.append("with what you asked.")
    if best.number > first.number:
        before, after = first.score.overall, best.score.overall
        lines.append(
            f"The first edit scored {before:.1f}: done to the letter, and not yet what was meant."
        )
        lines.append(f"The instruction was corrected, the source edited anew: {after:.1f}.")
    lines.append("Every turn, score and picture is on record, and the best turn is the answer.")
    return lines
