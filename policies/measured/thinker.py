"""The `measured` thinker: pixel work in a worker thread, text in and out like any model."""

import time

import anyio
import anyio.to_thread

from ...memory import Sample
from .. import wire
from ..thinker import Comparison, Opinion


class Measured:
    """Judges edits with pixel instruments, and closes the loop with numbers.

    Sees the two pictures and the two sentences of the comparison, and nothing else. The same
    comparison gives the same text, whatever its seed.
    """

    name = "measured"

    def __init__(self, *, workers: int = 2) -> None:
        """`workers` bounds how many critiques are computed at the same time."""
        self._limiter = anyio.CapacityLimiter(workers)

    async def critique(self, comparison: Comparison) -> Opinion:
        """Measure, write the answer as text, and read it back as one would a model's.

        Raises:
            ThinkerError: a clause is nothing that pixels can tell; names it.
            PictureError: one of the pictures cannot be read.
        """
        start = time.perf_counter()
        text = await anyio.to_thread.run_sync(_answer, comparison, limiter=self._limiter)
        seconds = time.perf_counter() - start
        critique = wire.read(text, finish_reason="stop")
        sample = Sample(
            text=text,
            verdict="ok",
            finish_reason="stop",
            seed=comparison.seed,
            seconds=seconds,
        )
        return Opinion(critique, sample)


def _answer(comparison: Comparison) -> str:
    from ...memory.images import decode
    from .assess import assess

    source, edited = (
        decode(picture.data).image.convert("RGB")
        for picture in (comparison.source, comparison.edited)
    )
    return wire.write(assess(source, edited, comparison.asked, comparison.told))
