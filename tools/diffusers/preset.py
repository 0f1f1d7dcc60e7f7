"""What there is to know of a pipeline before it can be called: its words, its sizes, its guidance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .sizes import SizeRule

Scheduler = Mapping[str, str | float | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """How a pipeline is told to follow the instruction."""

    scales: Mapping[str, float] = field(default_factory=dict[str, float])
    """By the pipeline's own names; `guidance` means the first."""

    cfg: str = ""
    """The scale that turns classifier-free guidance on when it is above 1; empty where there is
    none, or where it cannot be known."""

    negative: str | None = None
    """The negative prompt that CFG is called with. Pipelines of Qwen turn CFG off without one, and
    say so only in a log; a space is enough."""

    floors: Mapping[str, float] = field(default_factory=dict[str, float])
    """Scales below which the pipeline turns CFG off without a word."""

    embedded: str = ""
    """The scale that only guidance-distilled weights read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What becomes of the instruction."""

    tokens: int
    """The instruction is cut to so many, and a note says so: pipelines cut it silently, or fail."""

    tokenizer: str = "tokenizer"
    """The component that counts."""

    chat: bool = False
    """It stands inside a chat template, so control words in it would change what is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One pipeline and how it is called."""

    name: str
    model: str = ""
    """Its id on the hub; what is loaded unless a folder or another id is given."""

    cls: str = ""
    """The class of diffusers; empty takes the one that the folder names."""

    image: str = "image"
    """The argument for the source."""

    listed: bool = False
    """The argument takes a list: the source, then the references."""

    references: int = 0
    mask: str = ""
    """The argument for the mask; a pipeline that has one needs it."""

    batches: bool = False
    """Takes several requests at once; then pictures, instructions and generators are lists."""

    steps: int = 50
    undistilled_steps: int = 0
    """Steps for weights that are not step-distilled, where a class serves both kinds."""

    guidance: Guidance = Guidance()
    words: Words | None = None
    size: SizeRule = field(default_factory=SizeRule)
    """What the pipeline paints."""

    reads: SizeRule | None = None
    """What it scales the source to by itself; we do it first, because it does so only for single
    pictures. None: as it paints."""

    sized: tuple[str, str] | None = ("width", "height")
    """The arguments for the size; None where it follows the source or is fixed."""

    area_as: str = ""
    """An argument that takes the number of pixels as well."""

    callback: Literal["step_end", "scheduler"] = "step_end"
    """`scheduler`: the pipeline has no callback, so its scheduler is watched."""

    always: Mapping[str, str | float | bool] = field(default_factory=dict[str, str | float | bool])
    """Further arguments of every call."""

    scheduler: Scheduler | None = None
    """Values that replace those of the scheduler's configuration."""

    loras: tuple[str, ...] = ()
    quantised: tuple[str, ...] = ("transformer", "text_encoder")
    """The large components."""

    elsewhere: str = ""
    """Why this process cannot run it, and what can."""
