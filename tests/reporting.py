"""Sheets from literals: what systems made, and what a judge said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from editloop.evals.reports.boards.board import Board
from editloop.evals.reports.sheet import Judged, Sheet, in_order
from editloop.evals.score.book import Book
from editloop.evals.score.rows import Case
from editloop.evals.scores import CaseKey, Judgement, Point, Produced, Suite
from editloop.evals.suites.gedit.cases import GEditCase
from editloop.evals.suites.imgedit.cases import ImgEditCase
from editloop.evals.suites.kris.cases import KrisCase
from editloop.evals.suites.pictures import PictureFile
from editloop.evals.suites.profile import Lineage, Profile
from editloop.evals.suites.rise.cases import Flag, RiseCase

JUDGED = Judged("gpt-test", "2026-11", "ours@0123")
WHEN = datetime(2026, 11, 21, 12, tzinfo=UTC)
NO_PICTURE = PictureFile(Path("nowhere.png"))


def sha(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def gedit_case(key: str, group: str, language: str = "en") -> GEditCase:
    return GEditCase(key, group, f"Edit {key}.", language, None, NO_PICTURE, None)


def imgedit_case(key: str, edit_type: str | None) -> ImgEditCase:
    return ImgEditCase(key, edit_type, f"Edit {key}.", NO_PICTURE)


def kris_case(id: str, category: str) -> KrisCase:
    return KrisCase(id, category, f"Edit {id}.", "", (NO_PICTURE,), None)


def rise_case(index: str, category: str, flag: Flag = "missing") -> RiseCase:
    text = f"Edit {index}."
    return RiseCase(
        index, category, None, text, NO_PICTURE, "so", None, None, "missing", flag, "missing"
    )


def produced(case: Case, suite: Suite, system: str, turns: Sequence[str | None]) -> Produced:
    """A run whose turns made these pictures; each turn is better than the one before, to its own
    thinker, unless its name ends with `worse`."""
    points: list[Point] = []
    best: int | None = None
    for number, name in enumerate(turns, 1):
        if name is not None and not (best and name.endswith("worse")):
            best = number
        picture = None if name is None else sha(name)
        points.append(Point(number=number, sha256=picture, best=best, edit_seconds=2.0))
    return Produced(
        case=CaseKey(suite=suite, name=case.name),
        system=system,
        digest=sha(system),
        seed=0,
        run_id=sha(f"{system}/{case.name}")[:16],
        curve=tuple(points),
        answer=best,
        answer_sha256=points[best - 1].sha256 if best else None,
        stop="satisfied" if best else "failed",
    )


@dataclass
class Record:
    """A suite's cases, runs and judgements, put together by hand."""

    suite: Suite
    cases: list[Case] = field(default_factory=list[Case])
    runs: dict[str, dict[str, Produced]] = field(default_factory=dict[str, dict[str, Produced]])
    said: list[Judgement] = field(default_factory=list[Judgement])

    def add(self, case: Case, system: str, turns: Mapping[str, Mapping[str, str]] | None) -> None:
        """A run of a case; `turns` goes from picture to what the judge said of it, by metric."""
        if case not in self.cases:
            self.cases.append(case)
        names = [None] if turns is None else list(turns)
        self.runs.setdefault(system, {})[case.name] = produced(case, self.suite, system, names)
        for name, answers in (turns or {}).items():
            for metric, text in answers.items():
                self.say(case, name, metric, text)

    def say(self, case: Case, picture: str, metric: str, text: str, sample: int = 0) -> None:
        """One answer of the judge."""
        self.said.append(
            Judgement(
                suite=self.suite,
                case=case.name,
                image_sha256=sha(picture),
                metric=metric,
                judge=JUDGED.judge,
                judge_version=JUDGED.version,
                protocol=JUDGED.protocol,
                question=sha(f"{case.name}/{picture}/{metric}"),
                sample=sample,
                text=text,
                said_model="gpt-test-0",
                created=WHEN,
            )
        )

    def sheet(
        self, system: str, profile: Profile = "corrected", lineage: Lineage = "upstream"
    ) -> Sheet:
        """The sheet of one system."""
        types = {
            c.key: c.edit_type for c in self.cases if isinstance(c, ImgEditCase) and c.edit_type
        }
        return Sheet(
            system=system,
            digest=sha(system),
            seed=0,
            judged=JUDGED,
            board=Board(self.suite, profile, lineage, types),
            cases=in_order(self.cases),
            runs=self.runs[system],
            book=Book(self.said),
            sources={case.name: sha(f"source of {case.name}") for case in self.cases},
        )


def gedit_said(semantics: int, quality: int) -> dict[str, str]:
    return {
        "semantics": f'{{"score": [{semantics}, 10]}}',
        "quality": f'{{"score": [{quality}, 10]}}',
    }


def imgedit_said(*scores: int) -> dict[str, str]:
    lines = "\n".join(f"Axis {at}: {score}" for at, score in enumerate(scores))
    return {"edit": f"Brief reasoning: so.\n{lines}"}


def kris_said(
    consistency: int, quality: int, instruction: int, knowledge: int | None = None
) -> dict[str, str]:
    more = "" if knowledge is None else f', "knowledge_score": {knowledge}'
    return {
        "consistency": f'{{"consistency_score": {consistency}}}',
        "quality": f'{{"quality_score": {quality}}}',
        "instruction": f'{{"instruction_score": {instruction}{more}}}',
    }


def rise_said(**scores: int | None) -> dict[str, str]:
    return {
        name: "No idea." if score is None else f"So.\n**Final Score: {score}**"
        for name, score in scores.items()
    }
