"""One critique, from two pictures and two sentences; a plain function without a clock."""

from PIL import Image

from ...memory import Critique
from .control import refined as refine
from .evidence import gather
from .goals import goals as measure_goals
from .quality import flaws as measure_flaws
from .report import report
from .score import score as give_score
from .side_effects import side_effects
from .wish import read_wishes


def assess(source: Image.Image, edited: Image.Image, asked: str, told: str) -> Critique:
    """Measure an edit against what the user asked.

    Args:
        source: The picture before, RGB.
        edited: The picture after, RGB, of any size.
        asked: What the user asked.
        told: What the editor was told; any text.

    Raises:
        ThinkerError: a clause of `asked` is nothing that pixels can tell; names it.
    """
    wishes = read_wishes(asked)
    evidence = gather(source, edited, wishes)
    found = measure_goals(evidence)
    moved, flawed = side_effects(evidence), measure_flaws(evidence)
    score = give_score(found, moved, flawed)
    refined = refine(wishes, told, found, flawed)
    reasoning = report(found, moved, flawed, score, told, refined)
    return Critique(score=score, reasoning=reasoning, refined=refined)
