"""JSON on stdout: events as lines, endings as objects."""

import json
from typing import Any, Self

from ..agent import Event
from ..agent.said import said


class EventLines:
    """Prints one JSON object per event, as soon as it happens."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hear(self, event: Event) -> None:
        """Print an event."""
        emit(said(event))


def emit(found: dict[str, Any]) -> None:
    """Print one object on a line of its own."""
    print(json.dumps(found, ensure_ascii=False), flush=True)
