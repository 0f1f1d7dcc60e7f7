"""`editloop batch JOBS --out DIR`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from . import choose
from .argv import DASH
from .choose import ANSWER, SHOWN, TASK, ExifMode, Format, LoopOptions, switch
from .options import COMMONLY, Common

if TYPE_CHECKING:
    from .batching import BatchOrder


@Parameter(name="*", group=ANSWER)
@dataclass(frozen=True)
class AnswersOptions:
    """Where the answers go and what they look like as files."""

    out: Annotated[
        str | None,
        Parameter(name=["--out", "-o"], metavar="DIR", help="The folder of the answers."),
    ] = None
    overwrite: Annotated[bool, switch("Write into a folder that holds other files.")] = False
    format: Annotated[
        Format | None, Parameter(metavar="FORMAT", help="Of the answers; else as received.")
    ] = None
    quality: Annotated[
        int, Parameter(metavar="1..100", help="Of JPEG, WebP and AVIF; 95 unless given.")
    ] = 95
    exif: Annotated[
        ExifMode | None,
        Parameter(metavar="POLICY", help="Metadata of the image that the answer gets."),
    ] = None
    match_size: Annotated[
        bool, switch("Scale answers to the size of their image where the shapes agree.")
    ] = False
    accept_best: Annotated[bool, switch("Exit with 0 when every job has a picture.")] = False


@Parameter(name="*", group=TASK)
@dataclass(frozen=True)
class JobsOptions:
    """Which jobs, and how many at once."""

    images: Annotated[
        str | None,
        Parameter(metavar="DIR", help="Where the images are; else beside the jobs file."),
    ] = None
    layout: Annotated[
        Literal["jsonl", "imgedit"] | None,
        Parameter(metavar="NAME", help="Of the jobs file; told by its content unless given."),
    ] = None
    concurrency: Annotated[
        int | None,
        Parameter(name=["--concurrency", "-j"], metavar="N", help="Runs in flight; 8."),
    ] = None
    limit: Annotated[
        int | None, Parameter(name=["--limit", "-n"], metavar="N", help="Only the first N jobs.")
    ] = None
    redo: Annotated[bool, switch("Do ended jobs again, as a new batch.")] = False
    fail_fast: Annotated[bool, switch("Begin no job after the first failure.")] = False
    max_failures: Annotated[
        int | None, Parameter(metavar="N", help="Begin no job after so many failures.")
    ] = None
    seed: Annotated[int, Parameter(metavar="N", help="For jobs that name none.")] = 0
    tag: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME=VALUE", negative="", help="A label of all runs; repeat."),
    ] = ()


@Parameter(name="*", group=SHOWN)
@dataclass(frozen=True)
class BatchShown:
    """What is shown while it runs."""

    events: Annotated[bool, switch("Also every event of every run, as JSON lines.")] = False
    dry_run: Annotated[bool, switch("Check everything, say what is left, and do nothing.")] = False


NO_ANSWERS = AnswersOptions()
NO_JOBS = JobsOptions()
NO_SHOWN = BatchShown()


def batch(
    jobs: Annotated[
        str, Parameter(name="JOBS", help="JSON lines or ImgEdit's metadata; - is standard input.")
    ],
    /,
    *,
    answers: AnswersOptions = NO_ANSWERS,
    options: JobsOptions = NO_JOBS,
    loop: LoopOptions = choose.NO_LOOP,
    shown: BatchShown = NO_SHOWN,
    common: Common = COMMONLY,
) -> int:
    """Edit many pictures, each in a run of its own, and go on where an earlier call was cut off."""
    from .batching import batched

    order = _order(jobs, answers, options, shown, common)
    choices = common.choices({**loop.flags(), "runs_at_once": options.concurrency})
    return batched(order, choices, common.screen)


def _order(
    jobs: str, answers: AnswersOptions, options: JobsOptions, shown: BatchShown, common: Common
) -> "BatchOrder":
    from pathlib import Path

    from ..memory import SettingsError
    from .batching import BatchOrder
    from .deliver import Finish
    from .jobs import RESERVED
    from .options import labels

    if answers.out in (None, DASH):
        raise SettingsError("name the folder of the answers: editloop batch JOBS --out DIR")
    if not 1 <= answers.quality <= 100:
        raise SettingsError(f"--quality {answers.quality} is not within 1 to 100")
    tags = labels(options.tag)
    if ours := sorted(set(tags) & set(RESERVED)):
        raise SettingsError(f"--tag {ours[0]}=… is a label of ours; choose another name")
    for name, number in (("limit", options.limit), ("max-failures", options.max_failures)):
        if number is not None and number < 1:
            raise SettingsError(f"--{name} {number} must be at least 1")

    return BatchOrder(
        jobs=jobs,
        out=Path(answers.out or ""),
        images=Path(options.images) if options.images else None,
        layout=options.layout,
        limit=options.limit,
        max_failures=1 if options.fail_fast else options.max_failures,
        redo=options.redo,
        overwrite=answers.overwrite,
        dry_run=shown.dry_run,
        json=common.json,
        events=shown.events,
        accept_best=answers.accept_best,
        finish=Finish(answers.exif or "safe", answers.quality, answers.match_size),
        touch=answers.exif is not None or answers.match_size,
        media_type=f"image/{answers.format}" if answers.format else None,
        seed=options.seed,
        labels=tags,
    )
