"""What can go wrong, one type per border that a failure can cross.

    EditloopError
    ├── InputError              what the user gave us
    │   ├── SettingsError           an option, a variable or a configuration file
    │   ├── PictureError            a picture that is unsafe, unreadable or of a format we refuse
    │   ├── Forbidden               a path, an address or a run that this caller may not reach
    │   ├── KeyReused               an idempotency key that was used for another request
    │   └── UnsupportedInstruction  words that this editor cannot carry out
    ├── EditorError             the editor did not give an edit
    │   ├── EditorBusy              try again later
    │   └── EditorRejected          it will not, however often it is asked
    ├── ThinkerError            the thinker did not give a critique
    │   ├── ThinkerBusy             try again later
    │   ├── ThinkerRejected         it will not, however often it is asked
    │   └── MalformedCritique       it answered, and the answer cannot be read
    ├── JudgeError              an outside opinion could not be had
    │   ├── JudgeBusy               try again later
    │   └── JudgeRejected           it will not judge this, however often it is asked
    ├── StoreError              the record could not be written or read
    │   ├── StoreLocked             somebody else is writing; try again
    │   ├── StoreAway               its server cannot be reached now; try again
    │   ├── StoreFull               no room left
    │   ├── StoreReadOnly           no permission to write
    │   ├── StoreVersion            written by another version of editloop
    │   ├── StoreDamaged            bytes do not match their name
    │   ├── RunNotFound             no such run, or the short name fits several
    │   └── LeaseLost               another worker owns this run now
    ├── BudgetSpent             the next call would exceed what the user allowed
    ├── LimitReached            a door has no room, or a caller has had its share; try again later
    └── InternalError           a bug of ours, kept away from the other runs

Each says whether the same call could succeed later (`retryable`); one layer, the agent, retries.
Messages name what happened, the value, and what to do.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from .records.critique import Sample

Border = Literal["input", "editor", "thinker", "judge", "store", "budget", "internal"]


class EditloopError(Exception):
    """The root of everything that editloop raises on purpose."""

    border: ClassVar[Border]
    retryable: ClassVar[bool] = False
    retry_after: float | None = None
    """Seconds that the other side asked to wait, when it did not take the request at all."""


class InputError(EditloopError):
    """The user gave something that cannot be worked with."""

    border = "input"


class SettingsError(InputError):
    """An option, an environment variable or a configuration file is wrong."""


class PictureError(InputError):
    """A picture is unsafe, unreadable, too large or of a format that is not taken."""


class Forbidden(InputError):
    """A path, an address or a run lies outside of what this caller may reach."""


class KeyReused(InputError):
    """An idempotency key was used for another request."""


class UnsupportedInstruction(InputError):
    """An editor cannot carry out a clause of the instruction.

    `clause` is the part that was not understood, `nearest` the operations that come closest, and
    `needs` the kind of editor that could do it.
    """

    def __init__(
        self, message: str, *, clause: str = "", nearest: tuple[str, ...] = (), needs: str = ""
    ) -> None:
        super().__init__(message)
        self.clause = clause
        self.nearest = nearest
        self.needs = needs


class EditorError(EditloopError):
    """The editor did not give an edit."""

    border = "editor"


class EditorBusy(EditorError):
    """The editor is overloaded or out of reach; the same request may succeed later."""

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class EditorRejected(EditorError):
    """The editor refuses this request, however often it is made."""


class ThinkerError(EditloopError):
    """The thinker did not give a critique."""

    border = "thinker"


class ThinkerBusy(ThinkerError):
    """The thinker is overloaded or out of reach; the same request may succeed later."""

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ThinkerRejected(ThinkerError):
    """The thinker refuses this request, however often it is made."""


class MalformedCritique(ThinkerError):
    """The thinker answered, and the answer holds no readable critique. A fresh sample may.

    `sample` is that answer, for the record; None where a bare text was read. `also` are further
    answers to the same request, none of them readable.
    """

    retryable = True
    also: "tuple[Sample, ...]" = ()

    def __init__(self, message: str, *, sample: "Sample | None" = None) -> None:
        super().__init__(message)
        self.sample = sample


class JudgeError(EditloopError):
    """A judge gave no verdict. A missing verdict is not a zero."""

    border = "judge"


class JudgeBusy(JudgeError):
    """The judge is overloaded or out of reach; the same request may succeed later."""

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class JudgeRejected(JudgeError):
    """The judge refuses this request, however often it is made."""


class StoreError(EditloopError):
    """The record could not be written or read."""

    border = "store"


class StoreLocked(StoreError):
    """Somebody else is writing; the same call may succeed later."""

    retryable = True


class StoreAway(StoreError):
    """The server of the store cannot be reached now; the same call may succeed later."""

    retryable = True


class StoreFull(StoreError):
    """There is no room left on the device."""


class StoreReadOnly(StoreError):
    """The store cannot be written with the permissions of this process."""


class StoreVersion(StoreError):
    """The store was written by another version of editloop."""


class StoreDamaged(StoreError):
    """Stored bytes do not match the name that they are kept under."""


class RunNotFound(StoreError):
    """No run has this name, or a shortened name fits several."""


class LeaseLost(StoreError):
    """Another worker owns this run now; what it wrote counts."""


class BudgetSpent(EditloopError):
    """The next call would exceed what the user allowed."""

    border = "budget"


class LimitReached(EditloopError):
    """A door has no room for another run, or its caller has had its share for now."""

    border = "budget"
    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class InternalError(EditloopError):
    """A bug of ours; one run ends with it, and the runs beside it go on."""

    border = "internal"
