"""What the MCP door allows, how long it waits, and how much it says."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from starlette.requests import Request

ImageMode = Literal["auto", "inline", "link", "none"]

ANSWER_CHARS = 900_000
"""Characters of one answer as JSON; some clients refuse a million and the rest of the answer."""

PREVIEW_CHARS = 256 * 1024
"""Characters of a preview in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class McpRules:
    """One door's rules."""

    images: ImageMode = "auto"
    """Whether answers carry a preview (`inline`), only a link to the picture, or neither. `auto` is
    inline, but for clients that are known to hand pictures to their model as text."""

    out: Path | None = None
    """A folder that answers are written into as files, for doors whose caller shares the disk."""

    folders: tuple[Path, ...] = ()
    """Folders whose pictures may be named by path, told to callers who share the disk."""

    beat_seconds: float = 8.0
    """A call that waits reports progress at least this often; clients give up on silent ones."""

    pause_seconds: float = 10.0
    """How long a cancelled call may take to have its run paused."""

    body_bytes: int = 12_000_000
    """One HTTP request: room for a `data:` picture of 8 MB."""

    body_seconds: float = 60.0
    """How long such a request may take to arrive."""

    arriving: Callable[[Request], AbstractContextManager[None]] = field(
        default=lambda request: nullcontext(), compare=False
    )
    """Holds room for a body while it is read; raises `Refused` where too much is arriving."""

    leaving: Callable[[], bool] = field(default=lambda: False, compare=False)
    """Whether this process is ending: then broken calls leave their runs to go on elsewhere."""
