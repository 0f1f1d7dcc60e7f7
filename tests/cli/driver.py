"""`editloop` with scripted engines beside the built-in ones, for tests that need a process.

Editors: `grey` answers a lighter grey in every turn; `slow` never ends; `broken` always fails;
`costly` wants money. Thinkers: `rising` gives better scores turn by turn; `poor` never; `second` is content with the
second turn of every run.
"""

import io
import sys
from collections.abc import Callable

import anyio
from PIL import Image

from editloop.agent.editors import EDITORS, EditorKind
from editloop.agent.thinkers import THINKERS, ThinkerKind
from editloop.cli.border import run
from editloop.memory import Critique, EditorError, Score
from editloop.policies import ScriptedThinker, Thinker
from editloop.policies.thinker import Comparison, Opinion
from editloop.tools import Abilities, Edited, Editor, EditRequest, Picture, ScriptedEditor


def grey(shade: int) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (16, 12), (shade, shade, shade)).save(out, "PNG")
    return Picture(out.getvalue(), "image/png")


def critique(score: float, refined: str) -> Critique:
    return Critique(score=Score(semantic=score, quality=score), reasoning="seen", refined=refined)


async def forever(_: EditRequest) -> None:
    print("editing", file=sys.stderr, flush=True)
    await anyio.sleep_forever()


def costly() -> Editor:
    return ScriptedEditor(Edited(grey(90), cost=0.4), abilities=Abilities(cost=0.4))


def editor(make: Callable[[], Editor], places: int = 2) -> EditorKind:
    return EditorKind(lambda address, options, cost: make(), "scripted", "scripted", places=places)


def thinker(make: Callable[[], Thinker]) -> ThinkerKind:
    return ThinkerKind(lambda address, options: make(), "scripted", "scripted", 8)


class Second(ScriptedThinker):
    """Judges by what the editor was told, so that it makes no difference when it is asked."""

    async def critique(self, comparison: Comparison) -> Opinion:
        score = 9 if comparison.told.startswith("again") else 5
        answer = critique(score, f"again: {comparison.asked}")
        return await ScriptedThinker(answer).critique(comparison)


EDITORS.update(
    grey=editor(lambda: ScriptedEditor(*(grey(shade) for shade in range(100, 250, 10)))),
    slow=editor(lambda: ScriptedEditor(grey(100), before=forever)),
    broken=editor(lambda: ScriptedEditor(EditorError("the editor is away"))),
    costly=editor(costly),
)
THINKERS.update(
    rising=thinker(
        lambda: ScriptedThinker(
            critique(5, "make it a little lighter"),
            critique(7, "make it much lighter"),
            critique(9, "make it much lighter"),
        )
    ),
    second=thinker(lambda: Second(critique(5, "never said"))),
    poor=thinker(
        lambda: ScriptedThinker(*(critique(4 + n / 10, f"lighter, try {n}") for n in range(9)))
    ),
)

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
