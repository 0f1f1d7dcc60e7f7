"""From a run on record to the facts that a tool answers."""

from collections.abc import Mapping
from typing import Any

from ...memory import Run, Score, Turn
from ...memory.records import SOURCE
from ..host import Host, best_of
from .facts import PictureFacts, RunFacts, Scores, Status, TurnFacts

_LINE = 160
_TEXT = 600
_TURNS = 20
"""More turns than that are told of from the last ones; the resource of the run has all."""


def clipped(text: str, most: int = _LINE) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def shown_number(host: Host, run: Run, number: int | None = None) -> int | None:
    """The turn whose picture is shown: one that was asked for (0 is the source), the answer, or the
    best so far.

    Raises:
        IndexError: the run has no such turn.
    """
    if number is None:
        best = best_of(host.agent, run)
        return best.number if best else None

    return number if number == SOURCE else run.turn(number).number


def run_facts(host: Host, run: Run, shown: int | None, *, paused: bool = False) -> RunFacts:
    """Tell of a run; `shown` is the turn whose picture is shown."""
    best, turn = best_of(host.agent, run), run.turn(shown) if shown else None
    status, target = status_of(run, paused), _target(run.settings)
    labels = run.task.labels
    output = _output(run, best)
    return RunFacts(
        run=run.id,
        status=status,
        instruction=clipped(run.task.instruction, _TEXT),
        scores=_scores(best.score if best else None),
        target=target,
        reached=_reached(best, target),
        shown=shown if turn is None or turn.edited else None,
        turns=[_turn(run, each) for each in run.turns[-_TURNS:]],
        critique=clipped(turn.critique.reasoning, _TEXT) if turn and turn.critique else "",
        output=output,
        why=_why(run),
        source=f"run:{run.id}#0",
        parent=labels.get("parent"),
        session=labels.get("session"),
        cost=round(run.usage.cost, 6),
        seconds=round(run.usage.seconds, 3),
        next=_next(run, status, output),
    )


def status_of(run: Run, paused: bool) -> Status:
    """How a run stands: `running` includes those that wait for room."""
    if run.status == "open":
        return "paused" if paused else "running"

    return run.status


def turn_line(turn: Turn) -> str:
    """One turn in one line."""
    if turn.failure:
        return f"turn {turn.number}: {clipped(turn.failure.message)}"
    if not turn.edited:
        return f"turn {turn.number}: being edited"
    if turn.critique is None:
        return f"turn {turn.number}: edited, not looked at yet"

    told = clipped(turn.instruction, _LINE // 2)
    score = turn.score
    if score is None:
        verdict = "good enough" if turn.critique.satisfied else "not good enough"
        return f"turn {turn.number}: {verdict}, told {told!r}"
    said = f"semantic {score.semantic:g}, quality {score.quality:g}"
    return f"turn {turn.number}: score {score.overall:.1f} ({said}), told {told!r}"


def _turn(run: Run, turn: Turn) -> TurnFacts:
    return TurnFacts(
        turn=turn.number,
        line=turn_line(turn),
        scores=_scores(turn.score),
        handle=f"run:{run.id}#{turn.number}" if turn.edited else None,
    )


def _scores(score: Score | None) -> Scores:
    if score is None:
        return Scores()

    return Scores(overall=round(score.overall, 3), semantic=score.semantic, quality=score.quality)


def _target(settings: Mapping[str, Any]) -> Scores:
    given = {name: settings.get(name) for name in ("semantic", "quality")}
    return Scores(**{name: value for name, value in given.items() if value is not None})


def _reached(best: Turn | None, target: Scores) -> bool:
    """Judged as the loop judges: by both scores, or by the word of a thinker that gives none."""
    if best is None or best.critique is None:
        return False
    if best.score is None:
        return bool(best.critique.satisfied)
    if target.semantic is None or target.quality is None:
        return False

    return best.score.semantic >= target.semantic and best.score.quality >= target.quality


def _output(run: Run, best: Turn | None) -> PictureFacts | None:
    if best is None or best.edited is None:
        return None

    closed = run.stop is not None
    handle = f"run:{run.id}" if closed else f"run:{run.id}#{best.number}"
    base = f"editloop://run/{run.id}"
    uri = f"{base}/final" if closed else f"{base}/turn/{best.number}/image"
    image = best.edited
    return PictureFacts(
        handle=handle,
        uri=uri,
        sha256=image.sha256,
        mime=image.media_type,
        size=image.size,
        width=image.width,
        height=image.height,
    )


def _why(run: Run) -> str:
    if run.failure:
        return clipped(run.failure.message, _TEXT)

    return clipped(run.stop.detail or run.stop.reason.value, _TEXT) if run.stop else ""


def _next(run: Run, status: Status, output: PictureFacts | None) -> str:
    again = f'refine_run(run_id="{run.id}"'
    if status == "running":
        return f'get_run(run_id="{run.id}", wait_seconds=45) waits for more'
    if status == "paused":
        return f"the run is paused: {again}) goes on with it"
    if output is None:
        return f'there is no picture: {again}, instruction="…") tries it in other words'

    return f'{again}, instruction="…") changes it further; {output.uri} is the full picture'
