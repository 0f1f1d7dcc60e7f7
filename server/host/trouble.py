"""What a task that looks again and again says of what it cannot do: once, and when it is over."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from ...memory import EditloopError

_LOG = logging.getLogger("editloop.server.host")


class Trouble:
    """Keeps one task going; a store that is away for an hour fills no log."""

    def __init__(self, what: str) -> None:
        """`what` the task does, as in `cannot look for runs that wait`."""
        self._what = what
        self._there = False

    @contextmanager
    def told(self) -> Generator[None]:
        """Tell what went wrong in the block, a bug of ours too, and go on after it."""
        try:
            yield
        except EditloopError as error:
            if not self._there:
                _LOG.warning("cannot %s: %s", self._what, error)
            self._there = True
        except Exception:  # noqa: BLE001 (one run must not take the server along)
            if not self._there:
                _LOG.exception("a bug: cannot %s", self._what)
            self._there = True
        else:
            if self._there:
                _LOG.warning("can %s again", self._what)
            self._there = False
