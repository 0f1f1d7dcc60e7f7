"""What Prometheus reads: counters, gauges and one histogram, in its text format.

Written by hand: three kinds of numbers in one process need no further package (ADR 13).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
"""Upper bounds in seconds: from a tiny model on a processor to a large one on a busy GPU."""

_Labels = tuple[tuple[str, str], ...]


class Counts:
    """A counter with labels."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._counts: Counter[_Labels] = Counter()

    def add(self, **labels: str) -> None:
        """One more."""
        self._counts[tuple(sorted(labels.items()))] += 1

    def start(self, **labels: str) -> None:
        """Begin at 0: what appears as 1 is no increase to whoever reads."""
        self._counts[tuple(sorted(labels.items()))] += 0

    def lines(self) -> Iterator[str]:
        """As text."""
        yield from _head(self.name, self.text, "counter")
        for labels, count in sorted(self._counts.items()):
            yield f"{self.name}{_written(labels)} {count}"


class Histogram:
    """Seconds in buckets."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._counts = [0] * len(BUCKETS)
        self._sum, self._count = 0.0, 0

    def add(self, seconds: float) -> None:
        """One more measurement."""
        self._sum += seconds
        self._count += 1
        for place, bound in enumerate(BUCKETS):
            self._counts[place] += seconds <= bound

    def lines(self) -> Iterator[str]:
        """As text; buckets are cumulative."""
        yield from _head(self.name, self.text, "histogram")
        for bound, count in zip(BUCKETS, self._counts, strict=True):
            yield f'{self.name}_bucket{{le="{bound:g}"}} {count}'
        yield f'{self.name}_bucket{{le="+Inf"}} {self._count}'
        yield f"{self.name}_sum {self._sum:.6f}"
        yield f"{self.name}_count {self._count}"


class Metrics:
    """All numbers of one service."""

    def __init__(self) -> None:
        self.requests = Counts(
            "editloop_server_requests_total", "Requests by route and status; 499: the client left."
        )
        self.edits = Counts(
            "editloop_server_edits_total", "Requests for an edit by what came of it."
        )
        self.seconds = Histogram("editloop_server_edit_seconds", "Time of one edit in the editor.")

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """Everything, with the `gauges` of this moment: text and value by name."""
        return exposed((self.requests, self.edits, self.seconds), gauges)


def exposed(written: Iterable[Counts | Histogram], gauges: Mapping[str, tuple[str, float]]) -> str:
    """Counters, histograms and gauges as text."""
    lines: list[str] = []
    for each in written:
        lines += each.lines()
    for name, (text, value) in gauges.items():
        lines += [*_head(name, text, "gauge"), f"{name} {value:g}"]
    return "\n".join(lines) + "\n"


def _head(name: str, text: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"


def _written(labels: _Labels) -> str:
    if not labels:
        return ""

    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
