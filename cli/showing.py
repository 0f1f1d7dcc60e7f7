"""`editloop runs show`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from ..memory import ImageRef, InputError, Run, SettingsError, Turn, short
from ..memory.images import LocalImages, deliver, media_type_of_path
from ..memory.store import open_store
from .argv import DASH
from .files import Target, check_free, write
from .options import Common
from .words import changes, counted, delta, duration, flag, size, visible

if TYPE_CHECKING:
    from ..agent import Choices
    from .screen import Screen


def shown(name: str, turn: int | None, output: str | None, overwrite: bool, common: Common) -> int:
    """Print a run or one of its turns, or write its picture.

    Raises:
        RunNotFound: no run has this name.
        SettingsError: there is no such turn, or the file may not be written.
    """
    choices = common.choices()
    run = anyio.run(_run, choices, name)
    if turn is not None and not 0 <= turn <= len(run.turns):
        raise SettingsError(
            f"run {short(run.id)} has {counted(len(run.turns), 'turn')}, not a turn {turn}"
        )

    if output is not None:
        anyio.run(_written, choices, run, turn, _target(output, overwrite))
        if output != DASH:
            print(output)
        return 0

    if common.json:
        record = run if turn is None else run.turn(turn) if turn else run.task
        print(record.model_dump_json())
        return 0

    _print(run, turn, choices, common.screen)
    return 0


async def _run(choices: "Choices", name: str) -> Run:
    async with open_store(choices.settings.store_url) as store:
        return await store.run(name)


def _target(output: str, overwrite: bool) -> Target:
    if output == DASH:
        return Target(None, "")

    target = Target(Path(output), media_type_of_path(output), overwrite)
    check_free(target)
    return target


async def _written(choices: "Choices", run: Run, turn: int | None, target: Target) -> None:
    """Write a picture as it was received, or in the format that the file name asks for."""
    ref = _picture(run, turn)
    data = await LocalImages(choices.settings.images_folder).get(ref)
    if target.path is not None and target.media_type != ref.media_type:
        make = partial(deliver, data, like=None, media_type=target.media_type)
        data = (await to_thread.run_sync(make)).data
    await to_thread.run_sync(write, target, data)


def _picture(run: Run, turn: int | None) -> ImageRef:
    number = run.answer if turn is None else turn
    if number is None:
        raise InputError(f"run {short(run.id)} has no answer; name a picture with --turn")
    if (ref := run.picture(number)) is None:
        raise InputError(f"turn {number} of run {short(run.id)} has no picture")

    return ref


def _print(run: Run, turn: int | None, choices: "Choices", screen: "Screen") -> None:
    images = LocalImages(choices.settings.images_folder)
    page = _Page(screen)
    if turn is not None and turn > 0:
        _turn_page(page, run, run.turn(turn), images)
    elif turn == 0:
        _picture_line(page, "source", run.task.source, images)
    else:
        _run_page(page, run, images)


class _Page:
    """Lines of `label   text` on stdout, which is where they belong: they are the data."""

    def __init__(self, screen: "Screen") -> None:
        self._screen = screen
        self._colored = screen.colored(sys.stdout)

    def line(self, label: str, text: str, style: str | None = None) -> None:
        """Print a line; texts of several lines keep their column."""
        first, *rest = text.split("\n")
        self.parts(label, [(first, style)])
        for other in rest:
            self.parts("", [(other, style)])

    def parts(self, label: str, parts: list[tuple[str, str | None]]) -> None:
        """Print a line of differently styled pieces."""
        parts = [(visible(text), style) for text, style in parts]
        if not self._colored:
            print(f"{label:<12}{''.join(text for text, _ in parts)}")
            return

        from rich.text import Text

        line = Text(f"{label:<12}", "label")
        for text, style in parts:
            line.append(text, style)
        self._screen.out.print(line, soft_wrap=True)


def _run_page(page: _Page, run: Run, images: LocalImages) -> None:
    page.line("run", f"{run.id}  {run.created.astimezone():%Y-%m-%d %H:%M}  {run.status}")
    page.line("asked", run.task.instruction)
    page.line("engines", f"editor {run.editor}, thinker {run.thinker}")
    if run.task.labels:
        page.line("labels", ", ".join(f"{k}={v}" for k, v in sorted(run.task.labels.items())))
    _picture_line(page, "source", run.task.source, images)
    _turns(page, run)
    if run.stop:
        page.line("ended", f"{run.stop.reason.value}: {run.stop.detail}")
    if run.failure:
        page.line("failure", f"{run.failure.kind}: {run.failure.message}", "poor")
    if run.best and run.best.edited:
        _picture_line(page, f"answer: {run.answer}", run.best.edited, images)
    if run.stop is None:
        page.line("next:", f"editloop resume {short(run.id)}", "command")


def _turns(page: _Page, run: Run) -> None:
    before: Turn | None = None
    last: float | None = None
    for turn in run.turns:
        mark = "●" if turn.number == run.answer else " "
        page.parts(f"turn {turn.number} {mark}", [(_scores(turn, last), None)])
        page.parts("", _told(turn, before))
        if turn.failure:
            page.line("", turn.failure.message, "poor")
        last = turn.score.overall if turn.score else last
        before = turn


def _scores(turn: Turn, last: float | None) -> str:
    spent = duration(turn.usage.seconds)
    score = turn.score
    if score is None:
        return f"{flag(turn.critique.satisfied if turn.critique else None)}, {spent}"

    change = delta(score.overall, last)
    text = f"overall {score.overall:.1f}{f' ({change})' if change else ''}"
    return f"{text}  semantic {score.semantic:.1f}  quality {score.quality:.1f}  {spent}"


def _told(turn: Turn, before: Turn | None) -> list[tuple[str, str | None]]:
    if before is None:
        return [(turn.instruction, None)]

    styles: dict[str, str | None] = {"same": None, "added": "added"}
    parts = [p for p in changes(before.instruction, turn.instruction) if p[0] != "gone"]
    return [(f"{words} ", styles[mark]) for mark, words in parts]


def _turn_page(page: _Page, run: Run, turn: Turn, images: LocalImages) -> None:
    base = "the source" if turn.base == 0 else f"turn {turn.base}"
    page.line("turn", f"{turn.number} of {len(run.turns)}, edits {base}")
    page.line("told", turn.instruction)
    page.line("scores", _scores(turn, None))
    if turn.critique:
        page.line("reasoning", turn.critique.reasoning)
        page.line("refined", turn.critique.refined)
        if spread := turn.critique.spread:
            apart = f"semantic ±{spread.semantic:.1f}, quality ±{spread.quality:.1f}"
            page.line("spread", f"{apart} over {spread.samples} samples")
    for note in turn.notes:
        page.line("note", note)
    for finding in turn.findings:
        page.line("seen", finding.detail, "fair")
    for sample in turn.samples:
        if sample.verdict != "ok":
            page.line("sample", f"{sample.verdict}: {sample.problem}", "fair")
    if turn.failure:
        page.line("failure", f"{turn.failure.kind}: {turn.failure.message}", "poor")
    if turn.edited:
        _picture_line(page, "picture", turn.edited, images)


def _picture_line(page: _Page, label: str, ref: ImageRef, images: LocalImages) -> None:
    what = f"{ref.width}x{ref.height} {ref.media_type} {size(ref.size)}"
    page.line(label, f"{what}\n{images.path(ref)}")
