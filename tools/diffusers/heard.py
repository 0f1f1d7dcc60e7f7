"""What diffusers says only to a log."""

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager

_SAID = 200  # characters of a warning that are kept


@contextmanager
def heard() -> Generator[list[str]]:
    """Collect the warnings that diffusers logs from this thread."""
    said: list[str] = []
    handler = _Heard(said)
    logger = logging.getLogger("diffusers")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


class _Heard(logging.Handler):
    """Keeps the warnings of one thread."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said, self._thread = said, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning."""
        if record.thread == self._thread:
            self._said.append(record.getMessage().strip()[:_SAID])
