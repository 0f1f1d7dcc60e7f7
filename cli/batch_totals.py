"""What a batch comes to: the line of a job, and the totals of all lines."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ..memory import Run
from .batch_folder import Line, settled
from .exits import Exit, gravest
from .jobs import BatchJob
from .report import Ending

_WITH_PICTURE = (Exit.NOT_REACHED, Exit.LIMIT)


def line_of(job: BatchJob, ending: Ending, place: str | None) -> Line:
    """What goes on record of a job that has ended; `place` is the path below the folder."""
    said = ending.as_json()
    kept = ("status", "exit_code", "run", "turns", "answer", "score", "semantic", "quality")
    more = ("satisfied", "instruction", "stop", "seconds", "cost")
    out = ending.written
    return {
        "job": job.id,
        "digest": job.digest,
        **{name: said[name] for name in kept},
        "first_score": _first_score(ending.run),
        **{name: said[name] for name in more},
        "edits": ending.run.usage.edits if ending.run else 0,
        "path": place,
        "sha256": out.sha256 if out else None,
        "bytes": out.data_size if out else 0,
        "media_type": out.media_type if out else None,
        "error": ending.why.model_dump(mode="json") if ending.why else None,
    }


def _first_score(run: Run | None) -> float | None:
    score = run.turns[0].score if run and run.turns else None
    return round(score.overall, 3) if score else None


@dataclass(slots=True)
class Totals:
    """Sums over the lines of a batch; as large for a million lines as for one."""

    accept_best: bool = False
    jobs: int = 0
    """In the jobs file, or as many of them as were asked for."""

    before: int = 0
    """Of the ended ones, those that had ended in an earlier call."""

    codes: Counter[Exit] = field(default_factory=Counter[Exit])
    answers: int = 0
    failed: int = 0
    """Ended without a picture."""

    again: int = 0
    """Failed jobs that the next call tries again."""

    edits: int = 0
    turns: int = 0
    seconds: float = 0.0
    """Waiting for editor and thinker, over all runs."""

    cost: float = 0.0
    pairs: int = 0
    """Runs whose first turn and answer both have scores; the means below are over these."""

    first: float = 0.0
    last: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """By the kind of failure, the job that met it first and what was said."""

    @property
    def ended(self) -> int:
        """Jobs with a line."""
        return self.answers + self.failed

    @property
    def now(self) -> int:
        """Those that ended in this call."""
        return self.ended - self.before

    def add(self, line: Line, *, before: bool = False) -> None:
        """Count a line in."""
        self.before += before
        self.codes[self._code(line)] += 1
        if line["path"] is None:
            self.failed += 1
        else:
            self.answers += 1
        self.again += not settled(line)
        self.edits += line["edits"]
        self.turns += line["turns"]
        self.seconds += line["seconds"]
        self.cost += line["cost"]
        if line["first_score"] is not None and line["score"] is not None:
            self.pairs += 1
            self.first += line["first_score"]
            self.last += line["score"]
        if error := line["error"]:
            self.kinds[error["kind"]] += 1
            self.examples.setdefault(error["kind"], (line["job"], error["message"]))

    def code(self, *further: Exit) -> Exit:
        """The exit code of the batch; `further` are those of what kept it from going on."""
        return gravest([*self.codes, *further])

    @property
    def means(self) -> tuple[float, float] | None:
        """The mean overall score of first turns and of answers; none without scores."""
        return (self.first / self.pairs, self.last / self.pairs) if self.pairs else None

    def as_json(self) -> dict[str, Any]:
        """One object."""
        means = self.means
        return {
            "jobs": self.jobs,
            "ended": self.ended,
            "ended_before": self.before,
            "accepted": self.codes[Exit.ACCEPTED],
            "below_target": self.answers - self.codes[Exit.ACCEPTED],
            "failed": self.failed,
            "tried_again_next": self.again,
            "left": self.jobs - self.ended,
            "scored": self.pairs,
            "mean_first": round(means[0], 4) if means else None,
            "mean_answer": round(means[1], 4) if means else None,
            "edits": self.edits,
            "turns": self.turns,
            "seconds": round(self.seconds, 3),
            "cost": self.cost,
            "failures": {
                kind: {
                    "count": count,
                    "job": self.examples[kind][0],
                    "says": self.examples[kind][1],
                }
                for kind, count in self.kinds.most_common()
            },
        }

    def _code(self, line: Line) -> Exit:
        code = Exit(line["exit_code"])
        taken = self.accept_best and line["path"] is not None and code in _WITH_PICTURE
        return Exit.ACCEPTED if taken else code
