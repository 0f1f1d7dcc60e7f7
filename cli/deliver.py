"""From the answer of a run to the file of the user."""

from dataclasses import dataclass
from functools import partial

from anyio import to_thread

from ..agent import EditAgent
from ..memory import Run
from ..memory.images import ExifPolicy, deliver
from .files import Target, write
from .report import Written


@dataclass(frozen=True, slots=True)
class Finish:
    """How answers become files."""

    exif: ExifPolicy = "safe"
    quality: int = 95
    match_size: bool = False


async def delivered(agent: EditAgent, run: Run, target: Target, finish: Finish) -> Written | None:
    """Write the answer of a run; None when it has none.

    Raises:
        SettingsError: the file cannot be written.
        PictureError: the answer cannot be turned into the format that was asked for.
        StoreError: the pictures cannot be read back.
    """
    if run.best is None or run.best.edited is None:
        return None

    edited = await agent.kit.images.get(run.best.edited)
    source = await agent.kit.images.get(run.task.source)
    make = partial(
        deliver,
        edited,
        like=source,
        media_type=target.media_type,
        exif=finish.exif,
        quality=finish.quality,
        match_size=finish.match_size,
    )
    made = await to_thread.run_sync(make)
    await to_thread.run_sync(write, target, made.data)
    return await to_thread.run_sync(Written.of, target.path, made.data, made.degraded, made.notes)
