"""What a service says instead of an edit: a status, a kind, a sentence."""

from starlette.exceptions import HTTPException

from ..memory import (
    EditloopError,
    EditorBusy,
    EditorRejected,
    InputError,
    PictureError,
    UnsupportedInstruction,
)


class Refused(HTTPException):
    """A request that gets no edit; the doors write it in their own dialect."""

    def __init__(
        self,
        status: int,
        kind: str,
        said: str,
        *,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """`kind` is a word for programs and metrics, `field` the one that is at fault."""
        super().__init__(status, said, headers)
        self.kind = kind
        self.said = said
        self.field = field


def invalid(field: str, said: str) -> Refused:
    """A field with an impossible value."""
    return Refused(422, "invalid", f"{field} {said}", field=field)


def of_error(error: EditloopError, retry_after: int) -> Refused:
    """What the editor raised, as a status: 4xx is the request's fault, 5xx ours or the editor's."""
    said = str(error)
    match error:
        case UnsupportedInstruction():
            return Refused(422, "unsupported_instruction", said, field="prompt")
        case PictureError():
            return Refused(400, "picture", said, field="image")
        case InputError():
            return Refused(400, "input", said)
        case EditorRejected():
            return Refused(422, "rejected", said)
        case EditorBusy():
            later = {"retry-after": f"{retry_after}"}
            return Refused(503, "editor_busy", said, headers=later)
        case _:
            return Refused(500, "editor_failed", said)
