"""An editor and a thinker that answer with what was prepared, and remember nothing.

(The scripted ones of the package keep every request, pictures included, for tests to look at.)
"""

from collections.abc import Callable

from anyio import lowlevel, sleep

from editloop.memory import Critique, Sample, Score
from editloop.memory.images import LocalImages
from editloop.policies import Comparison, Opinion
from editloop.tools import Abilities, Edited, EditRequest, Picture

THINKER_VIEW = 1024
THUMBNAIL = 320

_TEXT = """<think>The shadows are brighter now and the colours are as they were; the sky has lost \
a little of its gradation.</think>
<score>{"semantic": 6, "quality": 7}</score>
<answer>brighten the shadows by 15 % and keep the sky as it is</answer>"""

OPINION = Opinion(
    Critique(
        score=Score(semantic=6, quality=7),
        reasoning="The shadows are brighter now and the colours are as they were.",
        refined="brighten the shadows by 15 % and keep the sky as it is",
    ),
    Sample(text=_TEXT, verdict="ok", finish_reason="stop"),
)


async def served(seconds: float) -> None:
    """What a service far away takes, without work on this machine."""
    if seconds:
        await sleep(seconds)
    else:
        await lowlevel.checkpoint()


class PreparedEditor:
    """Answers with the next prepared PNG."""

    name = "prepared"
    abilities = Abilities(seed=True)

    def __init__(self, answer: Callable[[], bytes], *, seconds: float = 0.0) -> None:
        self._answer = answer
        self._seconds = seconds

    async def edit(self, request: EditRequest) -> Edited:
        """Return the next answer."""
        await served(self._seconds)
        return Edited(Picture(self._answer(), "image/png"), seconds=self._seconds)


class PreparedThinker:
    """Answers with the same opinion; may look at the pictures as a model's adapter would."""

    name = "prepared"

    def __init__(self, images: LocalImages | None, *, seconds: float = 0.0) -> None:
        """With `images`, both views and the thumbnail of the edit are asked for."""
        self._images = images
        self._seconds = seconds

    async def critique(self, comparison: Comparison) -> Opinion:
        """Return the opinion."""
        if self._images:
            await self._images.view(comparison.source_sha256, long_side=THINKER_VIEW)
            await self._images.view(comparison.edited_sha256, long_side=THINKER_VIEW)
            await self._images.view(comparison.edited_sha256, long_side=THUMBNAIL)
        await served(self._seconds)
        return OPINION
