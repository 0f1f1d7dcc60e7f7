"""Which runs, which judge, which cases a report is about."""

import pytest
from reporting import Record, gedit_case, gedit_said

from editloop.evals.reports.gather import Choice, sheets
from editloop.evals.reports.sheet import Sheet
from editloop.memory.errors import InputError


def record() -> Record:
    made = Record("gedit")
    for key, language in (("a", "en"), ("b", "cn")):
        case = gedit_case(key, "ps_human", language)
        made.add(case, "flux", {f"{key}1": gedit_said(6, 6)})
        made.add(case, "qwen", {f"{key}2": gedit_said(8, 8)})
    return made


def chosen(made: Record, choice: Choice) -> list[Sheet]:
    produced = [run for runs in made.runs.values() for run in runs.values()]
    return sheets(choice, made.cases, produced, made.said)


def test_without_a_choice_all_systems_come_by_name() -> None:
    assert [sheet.system for sheet in chosen(record(), Choice("gedit"))] == ["flux", "qwen"]


def test_chosen_systems_come_in_the_order_asked_for() -> None:
    found = chosen(record(), Choice("gedit", systems=("qwen", "flux")))
    assert [sheet.system for sheet in found] == ["qwen", "flux"]


def test_an_unknown_system_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no run of 'flax'.*on record are: flux, qwen"):
        chosen(record(), Choice("gedit", systems=("flax",)))


def test_several_judges_must_be_chosen_from() -> None:
    made = record()
    made.said += [each.but(judge="other") for each in made.said]
    with pytest.raises(InputError, match=r"several judges .*gpt-test.*other.*--judge"):
        chosen(made, Choice("gedit"))
    (first, _) = chosen(made, Choice("gedit", judge="other"))
    assert first.judged.judge == "other"


def test_a_protocol_may_be_named_by_its_beginning() -> None:
    made = record()
    made.said += [each.but(protocol="official@77") for each in made.said]
    found = chosen(made, Choice("gedit", protocol="official"))
    assert found[0].judged.protocol == "official@77"


def test_a_judge_that_said_nothing_is_refused_with_those_that_did() -> None:
    with pytest.raises(InputError, match="on record are: gpt-test"):
        chosen(record(), Choice("gedit", judge="nobody"))


def test_nothing_judged_says_what_to_do() -> None:
    made = record()
    made.said = []
    with pytest.raises(InputError, match="editloop eval score"):
        chosen(made, Choice("gedit"))


def test_nothing_produced_says_what_to_do() -> None:
    made = record()
    made.runs = {}
    with pytest.raises(InputError, match="editloop eval run"):
        chosen(made, Choice("gedit"))


def test_preferences_are_no_scores() -> None:
    made = record()
    made.said += [each.but(metric="preference", judge="other") for each in made.said]
    assert chosen(made, Choice("gedit"))[0].judged.judge == "gpt-test"


def test_no_case_is_no_report() -> None:
    made = record()
    with pytest.raises(InputError, match="of that kind"):
        sheets(Choice("gedit"), [], made.runs["flux"].values(), made.said)
    with pytest.raises(InputError, match="begin with editloop eval run gedit"):
        sheets(Choice("gedit"), [], [], [])


def test_an_opinion_that_nobody_was_asked_for_is_refused() -> None:
    with pytest.raises(InputError, match="no opinion 2"):
        chosen(record(), Choice("gedit", sample=1))


def test_the_facts_say_who_answered_and_when() -> None:
    (sheet, _) = chosen(record(), Choice("gedit"))
    assert [(fact.name, fact.value) for fact in sheet.facts] == [
        ("Model that answered", "gpt-test-0"),
        ("Judged", "2026-11-21"),
    ]
