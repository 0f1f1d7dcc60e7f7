"""The border between the loop and what it calls: whatever escapes gets one of our names."""

from collections.abc import Generator
from contextlib import contextmanager

from ..memory import EditloopError, EditorError, ThinkerError


@contextmanager
def border(kind: type[EditorError] | type[ThinkerError], name: str) -> Generator[None]:
    """Turn a foreign exception into an error of this border, so that it ends a turn and no more.

    Raises:
        EditloopError: what was raised inside; a foreign exception is chained to `kind`.
    """
    try:
        yield
    except EditloopError:
        raise
    except Exception as error:  # the one place where a foreign error is classified
        problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise kind(f"{name} failed with {problem}") from error
