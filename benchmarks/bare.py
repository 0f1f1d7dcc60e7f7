"""The same calls and the same files, with nothing else: what every loop has to pay."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from PIL import Image

from .engines import THINKER_VIEW, THUMBNAIL, served


@dataclass(frozen=True, slots=True, kw_only=True)
class BareClient:
    """Asks, keeps the bytes as they came under their hash, makes the views, asks again."""

    folder: Path
    answer: Callable[[], bytes]
    views: bool
    seconds: float = 0.0
    editing: CapacityLimiter
    thinking: CapacityLimiter

    async def take(self, source: bytes) -> None:
        """Keep the source, and the thinker's view of it."""
        await to_thread.run_sync(self._keep, source, THINKER_VIEW)

    async def run(self, turns: int) -> None:
        """Make so many turns. What the services are sent is passed through, so it costs nothing."""
        for _ in range(turns):
            async with self.editing:
                await served(self.seconds)
                # Inside, so that what waits to be written is bounded, as with ours.
                await to_thread.run_sync(self._keep, self.answer(), THINKER_VIEW, THUMBNAIL)
            async with self.thinking:
                await served(self.seconds)

    def _keep(self, data: bytes, *sides: int) -> None:
        digest = hashlib.sha256(data).hexdigest()
        _write(self.folder / digest[:2] / digest, data)
        if self.views:
            _look(data, self.folder / "views" / digest[:2] / digest, sides)


def _look(data: bytes, path: Path, sides: tuple[int, ...]) -> None:
    """Make all views from one decoding, the largest first."""
    with Image.open(BytesIO(data)) as opened:
        image = opened.convert("RGB")
    for side in sides:
        image.thumbnail((side, side))
        out = BytesIO()
        image.save(out, "JPEG", quality=90)
        _write(path.with_name(f"{path.name}-{side}.jpg"), out.getvalue())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"tmp-{path.name}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
