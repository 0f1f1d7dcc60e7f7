"""What a finished run says: to a person in lines, to a program in one object."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..memory import Failure, Run, short
from .complaints import hint_for
from .exits import Exit
from .words import clipped, counted, duration, flag, size

if TYPE_CHECKING:
    from .screen import Screen

_STATUS = {
    Exit.ACCEPTED: "accepted",
    Exit.NOT_REACHED: "best_so_far",
    Exit.LIMIT: "limit",
    Exit.REFUSED: "refused",
    Exit.INTERRUPTED: "interrupted",
    Exit.TERMINATED: "interrupted",
}


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that was delivered."""

    path: Path | None
    """None is standard output."""

    data_size: int
    sha256: str
    media_type: str
    width: int
    height: int
    degraded: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, path: Path | None, data: bytes, degraded: tuple[str, ...], notes: tuple[str, ...]
    ) -> "Written":
        """Describe a file by its bytes."""
        from ..memory.images import Limits, probe

        header = probe(data, Limits(bytes=1 << 40))
        return cls(
            path,
            len(data),
            sha256(data).hexdigest(),
            header.media_type,
            header.width,
            header.height,
            degraded,
            notes,
        )

    @property
    def shown(self) -> str:
        """The path as the user would type it; `-` for standard output."""
        return "-" if self.path is None else str(self.path)

    def as_json(self) -> dict[str, Any]:
        """The object under `output`."""
        return {
            "path": self.shown,
            "sha256": self.sha256,
            "media_type": self.media_type,
            "width": self.width,
            "height": self.height,
            "bytes": self.data_size,
            "degraded": list(self.degraded),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of one picture."""

    name: str
    """The picture as the user named it."""

    code: Exit
    run: Run | None = None
    written: Written | None = None
    failure: Failure | None = None
    """Why there is no run, or no answer."""

    @property
    def why(self) -> Failure | None:
        """What went wrong, on the run or before there was one."""
        return self.failure or (self.run.failure if self.run else None)

    def as_json(self) -> dict[str, Any]:
        """One object per picture."""
        run, best = self.run, self.run.best if self.run else None
        score = best.score if best else None
        return {
            "status": _STATUS.get(self.code, "failed"),
            "exit_code": int(self.code),
            "input": self.name,
            "run": run.id if run else None,
            "score": round(score.overall, 3) if score else None,
            "semantic": score.semantic if score else None,
            "quality": score.quality if score else None,
            "satisfied": best.critique.satisfied if best and best.critique else None,
            "turns": len(run.turns) if run else 0,
            "answer": run.answer if run else None,
            "instruction": best.instruction if best else None,
            "stop": run.stop.model_dump(mode="json") if run and run.stop else None,
            "seconds": round(run.usage.seconds, 3) if run else 0.0,
            "cost": run.usage.cost if run else 0.0,
            "output": self.written.as_json() if self.written else None,
            "error": self._error(),
        }

    def _error(self) -> dict[str, Any] | None:
        if self.why is None:
            return None

        failure = self.why
        return {
            "code": int(self.code),
            "kind": failure.kind,
            "message": failure.message,
            "retryable": failure.retryable,
            "hint": hint_for(failure.kind),
        }


def tell(ending: Ending, screen: "Screen") -> None:
    """Say how one run ended."""
    run = ending.run
    if run is None or run.best is None:
        message = ending.why.message if ending.why else _reason(run)
        screen.say("error:", message, style="poor", at=-1)
        if run and ending.code != Exit.USAGE:
            screen.say("run", f"{short(run.id)} is on record, no picture was written")
        return

    _tell_answer(ending, run, screen)
    if ending.written:
        out = ending.written
        what = f"{out.width}x{out.height} {out.media_type} {size(out.data_size)}"
        screen.say("out", f"{out.shown}  ({what})")
        for note in out.notes:
            screen.say("note", note)
        if out.degraded:
            screen.say("note", f"the file does not keep: {', '.join(out.degraded)}")


def tell_one_of_many(ending: Ending, screen: "Screen") -> None:
    """Say how one of many pictures ended, in one line."""
    run, out = ending.run, ending.written
    if out is None or run is None or run.best is None:
        message = ending.why.message if ending.why else _reason(run)
        screen.say("error:", f"{ending.name}: {message}", style="poor", at=-1)
        return

    spent = duration(run.usage.seconds)
    line = (
        f"{ending.name} → {out.shown}  {_scores(run)}  {counted(len(run.turns), 'turn')}  {spent}"
    )
    screen.say(short(run.id), line)


def _tell_answer(ending: Ending, run: Run, screen: "Screen") -> None:
    accepted = ending.code == Exit.ACCEPTED
    which = f"turn {run.answer} of {len(run.turns)}"
    style = "good" if accepted else "fair"
    screen.say("answer", f"{which}, {_scores(run)}, {duration(run.usage.seconds)}", style=style)
    screen.say("why", _reason(run))
    screen.say("run", short(run.id))


def _scores(run: Run) -> str:
    critique = run.best.critique if run.best else None
    if critique is None or critique.score is None:
        return flag(critique.satisfied if critique else None)

    score = critique.score
    return (
        f"overall {score.overall:.1f} (semantic {score.semantic:.1f}, quality {score.quality:.1f})"
    )


def _reason(run: Run | None) -> str:
    if run is None or run.stop is None:
        return "it did not end"

    return clipped(run.stop.detail or run.stop.reason.value.replace("_", " "), 300)
