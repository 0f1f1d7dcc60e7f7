"""The kinds of thinkers that an address can name, and how each is made."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..memory import SettingsError
from ..policies import Thinker
from .addresses import Address
from .editors import host
from .options import Options


@dataclass(frozen=True, slots=True)
class ThinkerKind:
    """One kind of thinker."""

    make: Callable[[Address, Options], Thinker]
    what: str
    """For a list."""

    example: str
    places: int
    """Critiques that one of them is given at once."""


def made(address: Address) -> Thinker:
    """Make a thinker; nothing is sent yet.

    Raises:
        SettingsError: no such kind, an option it does not have, a missing key or file.
    """
    kind = THINKERS.get(address.kind) or (EXPERT if address.place and address.kind else None)
    if kind is None:
        known = ", ".join(THINKERS)
        raise SettingsError(f"there is no thinker {address.shown!r}; there is {known}")

    options = Options(address)
    options.whole("bound")  # read by the pool
    options.yes("probe")
    thinker = kind.make(address, options)
    options.done()
    return thinker


def _measured(address: Address, options: Options) -> Thinker:
    from ..policies.measured.thinker import Measured

    return Measured()


def _editthinker(address: Address, options: Options) -> Thinker:
    from ..policies.editthinker import EditThinker, Template
    from ..policies.editthinker.pictures import TRAINED

    template = options.text("template")
    return EditThinker(
        address.place,
        model=options.text("model"),
        template=Template.load(Path(template).expanduser()) if template else None,
        samples=options.whole("samples", 1) or 1,
        temperature=options.number("temperature", 0.0),
        fresh_temperature=options.number("fresh_temperature", 0.7),
        max_tokens=options.whole("max_tokens", 4096) or 4096,
        constrained=options.yes("constrained"),
        max_pixels=options.whole("max_pixels", TRAINED) or TRAINED,
        uuids=options.yes("uuids", True),
        seconds=options.number("seconds", 360.0),
        key=options.token() or None,
        name=options.text("name") or host(address),
    )


def _expert(address: Address, options: Options) -> Thinker:
    from ..policies.expert import Expert

    model = address.place if address.kind == "expert" else f"{address.kind}:{address.place}"
    return Expert(
        model,
        scores=options.yes("scores"),
        side=options.whole("side", 1024) or 1024,
        max_tokens=options.whole("max_tokens"),
        seconds=options.number("seconds", 360.0),
        name=options.text("name"),
    )


EXPERT = ThinkerKind(
    _expert,
    "any vision model of pydantic-ai, with a stop flag",
    "expert:openai:gpt-4.1?scores=yes",
    8,
)

THINKERS: dict[str, ThinkerKind] = {
    "measured": ThinkerKind(_measured, "measures pixels, built in", "measured", 2),
    "editthinker": ThinkerKind(
        _editthinker,
        "EditThinker behind vLLM or another OpenAI server",
        "editthinker+http://HOST:8000?model=NAME&samples=3",
        32,  # vLLM batches them
    ),
    "expert": EXPERT,
}
"""By the kind of the address; `provider:model` alone is an expert too."""
