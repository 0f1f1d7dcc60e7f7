"""The steps of one call: counted, told, and the place where it can be stopped."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, Protocol

from ..editor import Progress, Watch


class Stopped(Exception):
    """Nobody waits for this call any more."""


class Waiting(Protocol):
    """A request that is being worked on."""

    @property
    def withdrawn(self) -> bool:
        """Its caller has gone."""
        ...

    @property
    def watch(self) -> Watch | None:
        """Wants to hear of the steps."""
        ...


class Steps:
    """Follows one call of a pipeline from inside of its loop, in the worker's thread."""

    def __init__(self, waiting: Sequence[Waiting], of: int) -> None:
        self._waiting, self._of = waiting, of
        self.done = 0

    def on_step_end(
        self, pipe: Any, step: int, timestep: object, tensors: Mapping[str, object]
    ) -> Mapping[str, object]:
        """The callback of diffusers; `step` counts from 0."""
        self._tell(step + 1, getattr(pipe, "num_timesteps", None) or self._of)
        return tensors

    @contextmanager
    def counted(self, scheduler: Any) -> Generator[None]:
        """Watch a scheduler instead, for a pipeline without that callback."""
        step: Callable[..., object] = scheduler.step

        @wraps(step)  # pipelines inspect its signature
        def watched(*args: object, **kwargs: object) -> object:
            made = step(*args, **kwargs)
            self._tell(self.done + 1, len(scheduler.timesteps))
            return made

        scheduler.step = watched
        try:
            yield
        finally:
            del scheduler.step  # the class has its own

    def check(self) -> None:
        """Stop here if everybody has gone.

        Raises:
            Stopped: they have.
        """
        if all(each.withdrawn for each in self._waiting):
            raise Stopped

    def _tell(self, done: int, of: int) -> None:
        self.done = done
        self.check()
        for each in self._waiting:
            if each.watch and not each.withdrawn:
                each.watch(Progress(done, of))
