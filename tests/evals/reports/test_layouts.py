"""Whole reports: the named layouts, the turn curve, and two systems compared."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting import JUDGED, Record, gedit_case, gedit_said, imgedit_case, imgedit_said, sha

from editloop.evals.judges.preference import Pair, pair_questions
from editloop.evals.reports.compare import compare
from editloop.evals.reports.formats.page import as_html
from editloop.evals.reports.formats.plain import as_csv, as_json, as_markdown
from editloop.evals.reports.gallery import chosen
from editloop.evals.reports.gather import Choice, sheets
from editloop.evals.reports.layouts import report
from editloop.evals.reports.sheet import Judged, Sheet
from editloop.evals.reports.tables import Fact, Report, Table
from editloop.evals.scores import Judgement
from editloop.evals.suites.gedit.cases import GROUPS
from editloop.memory.errors import InputError


def record() -> Record:
    """Two systems; the second has three turns, of which the last one spoils the picture."""
    made = Record("gedit")
    for at, group in enumerate(GROUPS):
        for number in range(2):
            case = gedit_case(f"{at}-{number}", group)
            name = case.key
            made.add(case, "alone", {f"{name}a": gedit_said(6, 6)})
            turns = {
                f"{name}b1": gedit_said(6, 6),
                f"{name}b2": gedit_said(8, 8),
                f"{name}b3worse": gedit_said(3, 3),
            }
            made.add(case, "looped", turns)
    return made


def judged_by(sheet: Sheet, judge: str) -> Sheet:
    return replace(sheet, judged=Judged(judge, JUDGED.version, JUDGED.protocol))


def test_the_turn_curve_comes_from_one_run() -> None:
    table = report([record().sheet("looped")], "turns").table("turns")
    best = table.line("looped, best so far")
    last = table.line("looped, last")
    assert [cell.value for cell in best.cells[:3]] == pytest.approx([6.0, 8.0, 8.0])
    assert [cell.value for cell in last.cells[:3]] == pytest.approx([6.0, 8.0, 3.0])


def test_a_run_that_ended_early_counts_in_every_later_turn() -> None:
    made = record()
    table = report([made.sheet("alone"), made.sheet("looped")], "turns").table("turns")
    assert [cell.value for cell in table.line("alone, last").cells[:3]] == [6.0, 6.0, 6.0]


def test_the_curve_says_which_turns_nobody_judged() -> None:
    made = record()
    made.said = [each for each in made.said if "a" not in each.case or each.sample]
    unjudged = {turn.sha256 for run in made.runs["looped"].values() for turn in run.curve[2:]}
    made.said = [each for each in record().said if each.image_sha256 not in unjudged]
    notes = report([made.sheet("looped")], "turns").table("turns").notes
    assert any("44 of 66 pictures" in note and "--every-turn" in note for note in notes)


def test_published_turns_stand_under_their_own_columns() -> None:
    table = report([record().sheet("looped")], "turns").table("turns")
    assert [column.name for column in table.columns] == ["1", "2", "3", "4", "6", "8"]
    line = next(line for line in table.lines if "EditThinker-8B" in line.name)
    assert line.origin == "published"
    assert [cell.value for cell in line.cells] == [6.18, 6.90, None, 6.94, 7.01, 7.03]


@pytest.mark.parametrize(
    ("layout", "published"), [("paradigms", 3), ("thinkers", 2), ("stages", 3), ("suite", 9)]
)
def test_every_published_line_is_marked_and_has_its_source(layout: str, published: int) -> None:
    made = record()
    found = report([made.sheet("alone"), made.sheet("looped")], layout)  # type: ignore[arg-type]
    lines = [line for line in found.table("systems").lines if line.origin == "published"]
    assert len(lines) == published
    assert all("2512.05965" in line.source for line in lines)
    assert [line.name for line in found.table("systems").lines[:2]] == ["alone", "looped"]


def test_a_report_without_references_has_nothing_published() -> None:
    found = report([record().sheet("alone")], references=False)
    assert all(line.origin == "measured" for table in found.tables for line in table.lines)


def test_effort_has_seconds_only_where_they_are_asked_for() -> None:
    sheet = record().sheet("looped")
    plain = report([sheet], "effort").table("effort")
    assert plain.value("looped", "Edits per case") == 3
    assert plain.value("looped", "Score per edit") == pytest.approx(8 / 3)
    timed = report([sheet], "effort", clock=True).table("effort")
    assert timed.value("looped", "Seconds per case") == pytest.approx(6.0)


def test_the_order_of_the_record_changes_no_byte() -> None:
    made, shuffled = record(), record()
    random = Random(3)
    random.shuffle(shuffled.cases)
    random.shuffle(shuffled.said)
    shuffled.runs = {
        name: dict(random.sample(list(runs.items()), len(runs)))
        for name, runs in reversed(shuffled.runs.items())
    }
    for make in (as_json, as_csv, as_markdown, as_html):
        assert make(everything(made)) == make(everything(shuffled))


def everything(made: Record) -> Report:
    choice = Choice("gedit")
    produced = [run for runs in made.runs.values() for run in runs.values()]
    return report(sheets(choice, made.cases, produced, made.said))


def test_repeated_opinions_are_told_apart_and_have_a_spread() -> None:
    made = Record("imgedit")
    case = imgedit_case("1", "add")
    made.add(case, "alone", {"1": imgedit_said(4, 4, 4)})
    made.say(case, "1", "edit", imgedit_said(5, 5, 5)["edit"], sample=1)
    table = report([made.sheet("alone")]).table("alone/opinions")
    values = [line.cells[0].value for line in table.lines]
    assert values == [4.0, 5.0, 4.5, 1.0]


def test_missing_runs_are_said_before_any_number() -> None:
    made = record()
    made.cases.append(gedit_case("new", "ps_human"))
    made.add(gedit_case("broken", "ps_human"), "alone", None)
    found = report([made.sheet("alone")])
    assert found.notes == (
        "alone: 1 of 24 cases have no run.",
        "alone: 1 run ended without a picture.",
    )
    line = found.table("en").line("ps_human")
    assert line.counts is not None
    assert line.counts.unscored == {"missing_image": 2}


def test_a_comparison_is_paired_and_counts_wins_ties_and_losses() -> None:
    made = record()
    only = gedit_case("only", "ps_human")
    made.add(only, "alone", {"only": gedit_said(9, 9)})
    found = compare(made.sheet("alone"), made.sheet("looped"), cases=3)
    table = found.table("differences")
    assert table.value("All cases", "Difference") == pytest.approx(2.0)
    columns = ("Won", "Tied", "Lost", "Left out")
    assert [table.value("All cases", name) for name in columns] == [22, 0, 0, 1]
    assert [table.value("en/ps_human", name) for name in columns] == [2, 0, 0, 1]
    assert len(found.table("changes").lines) == 20
    assert [picture.caption for picture in found.cases[0].pictures] == ["source", "alone", "looped"]


def test_different_judges_are_not_compared_unless_that_is_said() -> None:
    made = record()
    first, second = made.sheet("alone"), judged_by(made.sheet("looped"), "other")
    with pytest.raises(InputError, match="The judges differ"):
        compare(first, second)
    assert "The judges differ" in compare(first, second, mixed=True).notes[0]
    with pytest.raises(InputError, match="share no table"):
        report([first, second])


def test_different_profiles_are_not_compared_unless_that_is_said() -> None:
    made = record()
    with pytest.raises(InputError, match="The profiles differ: corrected and official"):
        compare(made.sheet("alone"), made.sheet("looped", "official"))


def test_systems_without_a_common_case_have_no_difference() -> None:
    made = record()
    made.runs["looped"] = {}
    table = compare(made.sheet("alone"), made.sheet("looped")).table("differences")
    assert table.value("All cases", "Difference") is None
    assert table.value("All cases", "Left out") == 22


def test_a_page_shows_so_many_cases_and_says_so() -> None:
    sheet = record().sheet("alone")
    short, whole = report([sheet], cases=6), report([sheet], cases=100)
    assert len(short.cases) == 6
    assert "6 of 22 cases are shown" in short.notes[-1]
    assert (len(whole.cases), whole.notes) == (22, ())
    assert short.tables == whole.tables
    assert report([sheet]).cases == ()


@given(count=st.integers(0, 300), most=st.integers(0, 100))
def test_chosen_cases_are_different_in_order_and_as_many_as_there_is_room_for(
    count: int, most: int
) -> None:
    found = chosen(count, most)
    assert found == sorted(set(found))
    assert len(found) == min(count, most)
    assert all(0 <= at < count for at in found)


def test_facts_of_one_system_say_whose_they_are() -> None:
    made, judged = record(), Fact(name="Judged", value="2026-11-21")
    first = replace(made.sheet("alone"), facts=(judged, Fact(name="Editor", value="a")))
    second = replace(made.sheet("looped"), facts=(judged, Fact(name="Editor", value="b")))
    facts = {fact.name: fact.value for fact in report([first, second]).facts}
    assert facts["Judged"] == "2026-11-21"
    assert (facts["alone: Editor"], facts["looped: Editor"]) == ("a", "b")


def preferred(made: Record, answers: list[tuple[str, str]]) -> Table:
    """The table of pairs, after a judge gave these answers in both orders, case by case."""
    first, second = made.sheet("alone"), made.sheet("looped")
    said: list[Judgement] = []
    runs = {n: run.but(sources=(sha("source"),)) for n, run in first.runs.items()}
    for case, both in zip(made.cases, answers, strict=False):
        ours, theirs = first.picture(case.name), second.picture(case.name)
        assert ours
        assert theirs
        pair = Pair("gedit", case, ours, theirs, (sha("source"),))
        for question, side in zip(pair_questions(pair).values(), both, strict=True):
            text = f'{{"better": "{side}"}}'
            changes = {"metric": "preference", "question": question.digest, "text": text}
            said.append(made.said[0].but(**changes))
    return compare(replace(first, runs=runs), replace(second, preferences=tuple(said))).table(
        "preferences"
    )


def test_pairs_seen_by_a_judge_are_counted_in_both_orders() -> None:
    answers = [("second", "first"), ("second", "first"), ("first", "second"), ("first", "first")]
    table = preferred(record(), [*answers, ("dunno", "first")])
    (line,) = table.lines
    assert [cell.value for cell in line.cells] == [62.5, 2, 1, 1, 75.0, 1]
    assert line.name == "gpt-test 2026-11, ours@0123"


def test_without_pairs_there_is_no_such_table() -> None:
    made = record()
    found = compare(made.sheet("alone"), made.sheet("looped"))
    assert [table.key for table in found.tables] == ["differences", "changes"]
