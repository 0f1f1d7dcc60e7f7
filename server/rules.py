"""What a service allows, and how long it waits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRules:
    """Bounds of the bodies that any door takes."""

    body_bytes: int = 100_000_000
    """A whole request; a longer one is answered 413 before it is read to its end."""

    body_seconds: float = 120.0
    """How long a body may take to arrive; a slower one is answered 408."""

    pixels: int = 50_000_000
    """One picture; a larger one is answered 413 before it is decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRules(BodyRules):
    """Bounds of one service; every one of them is an answer to the client when it is reached."""

    at_once: int = 1
    """Edits that the editor is given at the same time; more than one where it batches."""

    waiting: int = 16
    """Edits that may wait beside those; the next one is answered 429."""

    seconds: float = 600.0
    """One edit, without its waiting; afterwards it is cancelled and answered 504."""

    remembered_seconds: float = 600.0
    """How long the answer to a request with an idempotency key is kept."""

    remembered_bytes: int = 256 * 2**20
    """How much of such answers is kept at most; the oldest go first."""

    grace_seconds: float = 30.0
    """How long running edits may go on once the service is told to stop."""

    probe: bool = True
    """Have a tiny picture edited before saying that the service is ready."""

    probe_seconds: float = 10.0
    """The pause before an editor that failed is tried again by a tiny edit."""

    echo: bool = True
    """Send the source back as `original_image`, as the official services do."""

    official_defaults: bool = True
    """Fill in what the official service would, rather than leave it to the editor's own defaults."""
