"""Whose the items of a measure are: owners, staff fields, those who did the work, heads; and marks as items."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from november import LATER, act
from test_measures import replace_measures
from transcripts import Result

from dispatchctl.desk.books import Books
from dispatchctl.errors import UsageFault
from dispatchctl.reports.measures import Window, work_out
from dispatchctl.reports.values import Catalog
from dispatchctl.workspace import Workspace

MONTH = ("--now", LATER, "--json", "report", "monthly", "--month", "2026-11")
BY_PERSON = "reports: {monthly: [{id: p, title: t, measures: [m], by: [person]}]}"

COUNTS: tuple[tuple[str, dict[str | None, tuple[Any, Any]]], ...] = (
    # who owes a clock: 02 in time, 05 in time and late (sun); 03 and 27 late (zhou)
    ("of: clocks, over: {clock: complete}, count: {breached: false}, person: owner", {"sun": (2, 3), "zhou": (0, 2)}),
    # a field of the case that the clock is of, and the worker of that case: 27 is not done, so nobody's
    ("of: clocks, over: {clock: complete}, person: assignee", {"sun": (3, None), "zhou": (2, None)}),
    ("of: clocks, over: {clock: complete}, person: worker", {"sun": (3, None), "zhou": (1, None), None: (1, None)}),
    # qian sent everybody out, and took in what nobody was sent to
    ("of: orders, person: dispatcher", {"qian": (7, None)}),
    ("of: orders, over: {state: closed}, person: worker", {"sun": (2, None), "zhou": (1, None), None: (1, None)}),
    ("of: assignments, person: assignee, value: {sum: cost}", {}),
    # by their own staff field, and by whom the first row is
    ("of: assignments, over: {rework: {not: null}}, person: worker", {"sun": (1, None)}),
    ("of: notices, month: urged, person: to", {"zhou": (1, None)}),
    ("of: notices, month: urged, person: receiver", {"lin": (1, None)}),
    # whom an urging is about, through its case
    ("of: notices, month: urged, person: worker", {"zhou": (1, None)}),
)


def read_people(folder: Path, run: Callable[..., Result], measure: str) -> dict[str | None, tuple[Any, Any]]:
    """person -> (numerator, denominator) of a measure of November."""
    replace_measures(folder, f"  m: {{{measure}}}", BY_PERSON)
    done = run(*MONTH)
    assert done.code == 0, done.err
    rows = [row for row in json.loads(done.out)["sections"][0]["rows"] if row["by"] == "person"]
    return {row["key"]: (row["measures"]["m"]["numerator"], row["measures"]["m"]["denominator"]) for row in rows}


@pytest.mark.parametrize(("measure", "expected"), COUNTS, ids=range(len(COUNTS)))
def test_each_person_has_their_own(
    november: Path, run: Callable[..., Result], measure: str, expected: dict[str | None, tuple[Any, Any]]
) -> None:
    found = read_people(november, run, measure)
    assert found == expected
    for person, (numerator, denominator) in expected.items():
        if person is None:
            continue
        cases = json.loads(run(*MONTH, "--drill", "m", "--person", person).out)
        assert len(cases["numerator"]) == numerator, person
        assert (None if denominator is None else len(cases["denominator"])) == denominator, person


def test_a_head_has_what_is_of_their_departments(november: Path, run: Callable[..., Result]) -> None:
    """Five orders are of engineering by their services, one of cleaning; who heads them at the end of the month."""
    act(run, "2026-12-01T08:40", "lin", "staff change sun --heads engineering --at 2026-11-10T09:00")
    measure = "of: orders, over: {service: {not: null}}, person: department-head"
    assert read_people(november, run, measure) == {"sun": (5, None), None: (1, None)}
    cases = json.loads(run(*MONTH, "--drill", "m", "--person", "sun").out)
    assert len(cases["numerator"]) == 5
    assert json.loads(run(*MONTH, "--drill", "m", "--person", "zhou").out)["numerator"] == []
    act(run, "2026-12-01T08:50", "lin", "staff change sun --heads cleaning --at 2026-11-20T09:00")
    act(run, "2026-12-01T09:00", "lin", "staff change zhou --heads engineering")  # after the month: of no account
    assert read_people(november, run, measure) == {"sun": (1, None), None: (5, None)}


def test_a_role_is_nobody(november: Path, run: Callable[..., Result]) -> None:
    path = november / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    assert "{id: ring," not in text
    clock = "  - {id: ring, of: orders, start: taken, stop: paid, limit: 1h, owner: desk}"
    path.write_text(text.replace("\nescalation:", f"\n{clock}\n\nescalation:", 1), encoding="utf-8")
    found = read_people(november, run, "of: clocks, over: {clock: ring}, person: owner")
    assert list(found) == [None]


def test_marks_are_items_of_their_month(november: Path, run: Callable[..., Result]) -> None:
    """80 and 91 for sun in November, 60 in December; each opens into the row that gave it."""
    path = november / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    measures = "  m: {of: scores, over: {measure: attitude}, value: {average: score}, person: staff}"
    for minute, month, mark in (("40", "12", 60), ("41", "11", 80), ("42", "11", 91)):
        line = f"staff score sun --measure attitude --month 2026-{month} --score {mark} --reason 月评"
        act(run, f"2026-12-01T08:{minute}", "lin", line)
    path.write_text(text, encoding="utf-8")
    assert read_people(november, run, measures[6:-1]) == {"sun": ("171", 2)}
    document = json.loads(run(*MONTH).out)
    assert document["measures"]["m"]["value"] == "85.5"
    opened = json.loads(run(*MONTH, "--drill", "m").out)
    assert [item["id"].partition("/")[0] for item in opened["denominator"]] == ["staff", "staff"]
    by_day = json.loads(run("--now", LATER, "--json", "report", "daily", "--date", "2026-12-02").out)
    assert by_day["measures"]["m"]["denominator"] == 0  # a mark is of a month, not of the day it was given


def test_what_is_said_of_an_opinion_is_about_its_survey(november: Path, run: Callable[..., Result]) -> None:
    """A follow-up on S-...#1 is about the case that the opinion belongs to."""
    survey = "S-20261201-0001"
    opinion = f"survey opinion {survey} --opinion 回复太慢 --caller 吴示例 --phone 138-0000-0005 --address 5号楼"
    act(run, "2026-12-01T08:40", "lin", "survey open --department engineering")
    act(run, "2026-12-01T08:41", "lin", opinion)
    act(run, "2026-12-01T08:50", "qian", f"follow-up new {survey}#1 --method phone --satisfaction 3")
    measures = (
        "  m: {of: followups, month: answered, person: receiver,"
        " over: {about.register: surveys, about.department: engineering}}\n"
        "  n: {of: followups, month: answered, over: {about.register: orders}, value: count}"
    )
    replace_measures(november, measures, BY_PERSON.replace("measures: [m]", "measures: [m, n]"))
    document = json.loads(run("--now", LATER, "--json", "report", "monthly", "--month", "2026-12").out)
    rows = {row["key"]: row["measures"] for row in document["sections"][0]["rows"]}
    assert (rows["qian"]["m"]["numerator"], document["measures"]["n"]["numerator"]) == (1, 0)


def test_heads_must_be_said_where_they_are_asked_for(november: Path) -> None:
    replace_measures(november, "  m: {of: orders, person: department-head}")
    books = Books(Workspace({"now": LATER}))
    period = Window(1_793_462_400, 1_796_054_400, ("2026-11-01", "2026-12-01"), books.now)
    catalog = Catalog(books.policy, books.pages)
    try:
        with pytest.raises(UsageFault, match="head"):
            work_out(books.index.db, catalog, {"m": ["person"]}, period)
        figures = work_out(books.index.db, catalog, {"m": ["person"]}, period, lambda department: ["sun", "zhou"])
        assert figures["person", "sun"] == figures["person", "zhou"]
        assert figures["person", "sun"]["m"].numerator == 6
    finally:
        books.settle()


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (("monthly", "--person", "sun"), 2, "--drill"),
        (("monthly", "--drill", "orders", "--person", "nobody"), 3, "nobody"),
        (("monthly", "--drill", "referred", "--person", "sun"), 2, "belong to nobody"),
    ],
)
def test_wrong_calls_about_people(
    shared_november: Path, run: Callable[..., Result], argv: tuple[str, ...], code: int, told: str
) -> None:
    done = run("--now", LATER, "report", *argv)
    assert (done.code, done.out) == (code, "")
    assert told in done.err


def test_a_new_measure_by_person_is_an_edit_of_the_rules_only(november: Path, run: Callable[..., Result]) -> None:
    path = november / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "\nmeasures:\n",
        "\nmeasures:\n  held_up: {title: 反映困难, of: assignments, month: problem, person: assignee}\n",
        1,
    )
    text = text.replace("  staff: ", "  staff:\n    - {id: held, title: 困难, measures: [held_up], by: [person]}  #", 1)
    path.write_text(text, encoding="utf-8")
    done = run("--now", LATER, "--json", "report", "staff", "--month", "2026-11")
    assert done.code == 0, done.err
    (section,) = [each for each in json.loads(done.out)["sections"] if each["id"] == "held"]
    assert [(row["key"], row["measures"]["held_up"]["numerator"]) for row in section["rows"]] == [
        (None, 1),
        ("zhou", 1),
    ]
