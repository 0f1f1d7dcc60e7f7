"""Options of the commands that edit."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from cyclopts import Group, Parameter

from .options import as_dollars, as_seconds

ANSWER = Group("The answer", sort_key=1)
TASK = Group("The task", sort_key=2)
LOOP = Group("The loop", sort_key=3)
SHOWN = Group("What is shown and kept", sort_key=4)

ExifMode = Literal["safe", "keep", "strip"]
Format = Literal["jpeg", "png", "webp", "avif", "tiff", "gif"]


def switch(help: str) -> Parameter:
    """An option that is given or not."""
    return Parameter(negative="", help=help)


@Parameter(name="*", group=ANSWER)
@dataclass(frozen=True)
class AnswerOptions:
    """Where the edited picture goes and what it looks like as a file."""

    output: Annotated[
        str | None,
        Parameter(
            name=["--output", "-o"],
            metavar="PATH",
            help="A file, a folder, or - for stdout; else NAME-edited.EXT in the working folder.",
        ),
    ] = None
    overwrite: Annotated[bool, switch("Replace a file that exists.")] = False
    format: Annotated[
        Format | None, Parameter(metavar="FORMAT", help="Instead of the format of the input.")
    ] = None
    quality: Annotated[
        int, Parameter(metavar="1..100", help="Of JPEG, WebP and AVIF; 95 unless given.")
    ] = 95
    exif: Annotated[
        ExifMode,
        Parameter(
            metavar="POLICY",
            help="safe keeps author, camera and time and drops place and serial numbers.",
        ),
    ] = "safe"
    match_size: Annotated[
        bool, switch("Scale the answer to the size of the input where the shapes agree.")
    ] = False
    accept_best: Annotated[
        bool, switch("Exit with 0 when there is a picture, reached target or not.")
    ] = False


@Parameter(name="*", group=TASK)
@dataclass(frozen=True)
class TaskOptions:
    """What is asked."""

    mask: Annotated[
        str | None, Parameter(metavar="PATH", help="White where the editor may paint.")
    ] = None
    ref: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="PATH", negative="", help="A further picture the instruction speaks of; repeat."
        ),
    ] = ()
    seed: Annotated[int, Parameter(metavar="N", help="Handed to the editor in every turn.")] = 0
    tag: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME=VALUE", negative="", help="A label of the run; repeat."),
    ] = ()
    session: Annotated[
        str | None, Parameter(metavar="ID", help="Groups runs: the label session.")
    ] = None


@Parameter(name="*", group=LOOP)
@dataclass(frozen=True)
class LoopOptions:
    """How long and with whom. Each is also a setting and a variable EDITLOOP_*."""

    editor: Annotated[
        str | None,
        Parameter(
            name=["--editor", "--editors"],
            metavar="ADDRESS",
            help="Who edits: retouch, or addresses with commas between, which share the work.",
        ),
    ] = None
    thinker: Annotated[
        str | None,
        Parameter(
            name=["--thinker", "--thinkers"],
            metavar="ADDRESS",
            help="Who criticises: measured, or addresses.",
        ),
    ] = None
    first: Annotated[
        str | None,
        Parameter(
            metavar="ADDRESS",
            help="Who words the first instruction: asked is you, else the address of a rewriter.",
        ),
    ] = None
    rules: Annotated[
        Literal["standard", "reference", "exhaustive"] | None,
        Parameter(
            metavar="NAME",
            help="reference: the official script's stop rules; exhaustive: all turns, the best counts.",
        ),
    ] = None
    base: Annotated[
        Literal["source", "best", "previous"] | None,
        Parameter(metavar="PICTURE", help="What each turn edits."),
    ] = None
    turns: Annotated[int | None, Parameter(metavar="N", help="At most so many; 5.")] = None
    semantic: Annotated[
        float | None, Parameter(metavar="0..10", help="Target: instruction followed; 8.")
    ] = None
    quality_target: Annotated[
        float | None, Parameter(metavar="0..10", help="Target: natural, free of artefacts; 8.")
    ] = None
    seconds: Annotated[
        float | None,
        Parameter(
            name=["--seconds", "--time"],
            metavar="90s",
            converter=as_seconds,
            help="Time limit of a run: 90s, 2m.",
        ),
    ] = None
    cost: Annotated[
        float | None,
        Parameter(
            name=["--cost", "--budget"],
            metavar="USD",
            converter=as_dollars,
            help="Limit in US dollars, for all pictures together.",
        ),
    ] = None

    def flags(self) -> dict[str, Any]:
        """The settings that these options give."""
        who = ("editor", "thinker", "first", "rules", "base")
        names = (*who, "turns", "semantic", "seconds", "cost")
        return {name: getattr(self, name) for name in names} | {"quality": self.quality_target}


@Parameter(name="*", group=SHOWN)
@dataclass(frozen=True)
class ShownOptions:
    """What is shown while it runs, and what stays."""

    events: Annotated[bool, switch("JSON lines on stdout, one per event.")] = False
    dry_run: Annotated[bool, switch("Say what would be done, and do nothing.")] = False
    no_store: Annotated[
        bool, Parameter(name="--no-store", negative="", help="Keep nothing: no run on record.")
    ] = False


NO_ANSWER = AnswerOptions()
NO_TASK = TaskOptions()
NO_LOOP = LoopOptions()
NO_SHOWN = ShownOptions()
