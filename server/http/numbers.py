"""The numbers of one server, for Prometheus."""

from collections.abc import Mapping

from ...agent import Closed, Event, Opened
from ...memory import StopReason
from ..metrics import Counts, Histogram, exposed


class Numbers:
    """What is counted in this process."""

    def __init__(self) -> None:
        self.requests = Counts(
            "editloop_server_requests_total", "Requests by route and status; 499: the client left."
        )
        self.begun = Counts("editloop_runs_begun_total", "Runs that work was begun on here.")
        self.closed = Counts(
            "editloop_runs_closed_total", "Runs worked on here that ended, by why they stopped."
        )
        self.seconds = Histogram("editloop_run_seconds", "Time of a run in editor and thinker.")
        self.begun.start()
        for reason in StopReason:
            self.closed.start(reason=str(reason))

    def hear(self, event: Event) -> None:
        """Count what happens to the runs that are worked on here."""
        if isinstance(event, Opened):
            self.begun.add()
        if isinstance(event, Closed) and event.run.stop is not None:
            self.closed.add(reason=str(event.run.stop.reason))
            self.seconds.add(event.run.usage.seconds)

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """Everything, with the `gauges` of this moment: text and value by name."""
        return exposed((self.requests, self.begun, self.closed, self.seconds), gauges)
