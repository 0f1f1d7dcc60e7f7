"""The `Editor` protocol: one verb."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from ..memory import Finding


@dataclass(frozen=True, slots=True)
class Picture:
    """Encoded bytes and what they are."""

    data: bytes
    """As received from whoever made them."""

    media_type: str
    """`image/png`, `image/jpeg`, `image/webp`, …"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an edit is."""

    done: int
    of: int
    what: str = "step"
    """What is counted: denoising steps, nodes of a workflow."""


Watch = Callable[[Progress], None]
"""Hears of progress, on any thread; returns at once and raises nothing."""


Option = str | int | float | bool
"""A value of an editor's own parameter."""


@dataclass(frozen=True, slots=True)
class EditRequest:
    """Everything that an editor is told."""

    source: Picture
    instruction: str
    seed: int = 0
    mask: Picture | None = None
    """White where the editor may paint; the size of the source."""

    references: tuple[Picture, ...] = ()
    key: str = ""
    """The same for a repeated request, where a server knows idempotency keys: `run:turn`."""

    watch: Watch | None = field(default=None, compare=False)
    """Told of every step, where the editor can tell."""

    options: Mapping[str, Option] = field(default_factory=dict[str, Option], hash=False)
    """Parameters for this one edit, by the names that servers and diffusers share:
    `num_inference_steps`, `guidance_scale`, `true_cfg_scale`, `negative_prompt`, …

    Only those among `Abilities.options` are given; a missing one means the editor's default.
    """


@dataclass(frozen=True, slots=True)
class Edited:
    """What an editor gave back."""

    picture: Picture
    seconds: float = 0.0
    """Time that the editor reports or took, without waiting in our own queue."""

    cost: float = 0.0
    """US dollars."""

    notes: tuple[str, ...] = ()
    """What the caller should know: a parameter that was ignored, a detour in a pool."""

    findings: tuple[Finding, ...] | None = None
    """What can be seen of the picture; None: nobody has looked yet, and the agent will."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an editor can do, declared before anything is spent."""

    mask: bool = False
    """Honours a mask."""

    references: int = 0
    """How many pictures beside the source it takes."""

    seed: bool = False
    """The same request with the same seed gives the same picture."""

    keeps_size: bool = False
    """The answer has the size of the source unless the instruction changes it."""

    edit_on_edit: bool = False
    """Editing its own answer loses nothing worth mentioning."""

    instruction: Literal["any", "photometric"] = "any"
    """`photometric` editors refuse what they cannot express with `UnsupportedInstruction`."""

    cost: float = 0.0
    """US dollars that one edit is expected to cost; what a budget reserves. 0 is free."""

    options: frozenset[str] = frozenset()
    """Parameters that one edit can set; anything else is not sent to it, and said to be ignored."""


@runtime_checkable
class Described(Protocol):
    """What an engine wants on record with the run: model, preset, steps, and no secrets."""

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """Names and plain values, known once the engine is open."""
        ...


class Editor(Protocol):
    """Turns a picture and an instruction into an edited picture."""

    @property
    def name(self) -> str:
        """What reports and spans call it."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What it can do."""
        ...

    async def edit(self, request: EditRequest) -> Edited:
        """Edit once; no retry of its own.

        Raises:
            UnsupportedInstruction: a clause is beyond this editor.
            EditorBusy: the same request may succeed later.
            EditorRejected: it will not.
            EditorError: anything else that went wrong at this border.
            PictureError: the source is not a picture that this editor can read.
        """
        ...
