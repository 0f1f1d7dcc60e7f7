"""One request to a judge: texts and pictures in an order, and the parameters of the call."""

import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Literal


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as a protocol shows it to a judge."""

    sha256: str
    form: Literal["stored", "jpeg"] = "stored"
    """The bytes as they are, or coded anew as an RGB JPEG."""

    declared: str | None = None
    """The media type that a protocol claims for stored bytes; None tells the truth."""

    quality: int = 75
    """Of the JPEG."""

    like: str | None = None
    """The SHA-256 of a picture whose size this one gets, by bicubic sampling."""

    box: int | None = None
    """Shrunk to fit a square of so many pixels, never enlarged."""

    upright: bool = False
    """Turned as its metadata say."""

    detail: str | None = None
    """What the request says beside the picture: `high`, or nothing."""


@dataclass(frozen=True, slots=True)
class Params:
    """What is sent beside the message; None is not sent."""

    max_tokens: int | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A call about one picture."""

    suite: str
    case: str
    metric: str
    protocol: str
    image_sha256: str
    """The picture that is judged."""

    parts: tuple[str | Shot, ...]
    """One user message."""

    params: Params = field(default_factory=Params)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that the judge's answer may depend on, and of whom it is for."""
        parts = [part if isinstance(part, str) else asdict(part) for part in self.parts]
        whole = [self.suite, self.case, self.metric, self.protocol, self.image_sha256]
        text = json.dumps([*whole, parts, asdict(self.params)], sort_keys=True)
        return sha256(text.encode()).hexdigest()
