"""What pydantic-ai raises, as errors of the thinker's border."""

from ...memory import (
    EditloopError,
    EditorBusy,
    EditorError,
    EditorRejected,
    ThinkerBusy,
    ThinkerError,
    ThinkerRejected,
)
from ...tools.hosted_errors import translated


def of_thinker(error: Exception, name: str) -> EditloopError:
    """Say which of our errors this is, by the same reading as for hosted editors."""
    found = translated(error, name)
    if isinstance(found, EditorBusy):
        return ThinkerBusy(str(found), retry_after=found.retry_after)

    if isinstance(found, EditorRejected):
        return ThinkerRejected(str(found))

    return ThinkerError(str(found)) if isinstance(found, EditorError) else found
