"""Plays cases by real rules on real records, without store, pictures or waiting."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from ...memory import SOURCE, ImageRef, Run, Score, Stop, Task, Turn
from ...policies import Rules
from . import editor as editing
from .dice import Dice
from .editor import SOURCE_CANVAS, Canvas, EditorHabits
from .judge import judged
from .scenes import Case, case
from .thinker import Look, Skill, look
from .wording import Told, asked

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # no clock: equal seeds give equal records


@dataclass(frozen=True, slots=True)
class World:
    """Cases without end, one editor and one thinker; all of it follows from the seed."""

    habits: EditorHabits
    skill: Skill
    seed: int = 0

    def table(self, number: int) -> "Table":
        """Set a case up to be played."""
        return Table(self, case(number, Dice(self.seed)))


@dataclass(frozen=True, slots=True)
class _Made:
    """A picture of the simulation and how the records name it."""

    canvas: Canvas
    image: ImageRef


@dataclass(slots=True)
class Table:
    """One case. Rules that come to the same situation find what was there before."""

    world: World
    case: Case
    _made: dict[tuple[str, str], _Made] = field(default_factory=dict[tuple[str, str], _Made])
    _looks: dict[tuple[str, str], Look] = field(default_factory=dict[tuple[str, str], Look])

    def play(self, rules: Rules) -> "Played":
        """Run the case to its end, in the order of `agent.course`."""
        told, run = asked(self.case), self._opened()
        pictures = {SOURCE: _Made(SOURCE_CANVAS, run.task.source)}
        while True:
            number = len(run.turns) + 1
            base = rules.base.choose(run)
            pictures[number] = made = self._edited(told, pictures[base])
            turn = Turn(
                number=number, instruction=told.text(self.case), base=base, edited=made.image
            )
            run = run.with_turn(turn)
            if not rules.criticise_last and (stop := rules.stop.decide(run)):
                break

            seen = self._seen(told, made)
            run = run.with_turn(turn.but(critique=seen.critique))
            if stop := rules.stop.decide(run):
                break
            told = seen.told

        return self._closed(rules, run, stop, pictures)

    def _opened(self) -> Run:
        name = f"case-{self.case.number}"
        task = Task(source=_image(name), instruction=asked(self.case).text(self.case))
        return Run(id=f"world-{self.case.number:08d}", task=task, created=_EPOCH)

    def _closed(self, rules: Rules, run: Run, stop: Stop, pictures: dict[int, _Made]) -> "Played":
        answer = rules.select.pick(run)
        return Played(
            run=run.ended(stop, answer.number if answer else None),
            scores=tuple(judged(self.case, pictures[t.number].canvas) for t in run.turns),
        )

    def _edited(self, told: Told, base: _Made) -> _Made:
        text = told.text(self.case)
        place = (base.image.sha256, text)
        if place not in self._made:
            key = f"{self.case.number}|{base.image.sha256}|{text}"
            canvas = editing.edit(
                self.case, told, base.canvas, self.world.habits, Dice(self.world.seed), key=key
            )
            self._made[place] = _Made(canvas, _image(key))
        return self._made[place]

    def _seen(self, told: Told, made: _Made) -> Look:
        text = told.text(self.case)
        place = (made.image.sha256, text)
        if place not in self._looks:
            key = f"{self.case.number}|{made.image.sha256}|{text}"
            self._looks[place] = look(
                self.case, made.canvas, told, self.world.skill, Dice(self.world.seed), key=key
            )
        return self._looks[place]


@dataclass(frozen=True, slots=True)
class Played:
    """A closed run, and what the judge says."""

    run: Run
    scores: tuple[Score, ...]
    """The true scores of its turns."""

    @property
    def score(self) -> Score:
        """The true scores of the answer; every edit of the simulation succeeds, so there is one."""
        return self.scores[(self.run.answer or 1) - 1]


def _image(name: str) -> ImageRef:
    digest = sha256(name.encode()).hexdigest()
    return ImageRef(sha256=digest, media_type="image/png", width=1024, height=1024, size=1)
