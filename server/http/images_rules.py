"""What the images door allows."""

from dataclasses import dataclass, field

from ..rules import BodyRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesRules:
    """Bounds and habits of `/v1/images/edits`."""

    body: BodyRules = field(default_factory=BodyRules)
    strict_models: bool = False
    """Answer 404 to a model that is not here; otherwise it means the usual one."""

    pictures: int = 10
    """Pictures that one request may ask for, each a run of its own; OpenAI's limit."""

    same_seconds: float = 0.0
    """How long the same request without a key means the same run; 0 for never.

    Known to this process alone: clients that ask again after a timeout come back to their run.
    """

    urls: bool = False
    """Answer `response_format=url` with the address of the picture; for servers without tokens."""

    heartbeat_seconds: float = 15.0
    """A stream is never silent for longer, so that proxies do not cut it."""

    stalled_seconds: float = 60.0
    """A listener that takes nothing for so long has left."""
