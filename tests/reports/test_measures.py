"""What a measure may ask: conditions, times, sums, owners; the figures, and that a period alone is read."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from november import LATER, act
from transcripts import Result

from dispatchctl.desk.books import Books
from dispatchctl.reports.measures import Window, build_question, divide, make_figure
from dispatchctl.reports.values import Catalog
from dispatchctl.store.questions import Question, Tally, count_items, prepare_time
from dispatchctl.workspace import Workspace

OWNERS = """\
  - {id: settle, of: assignments, start: assigned, stop: completed, limit: 8h, owner: [assignee, dispatcher]}

escalation:"""


def replace_measures(folder: Path, measures: str, reports: str = "") -> None:
    """Put other measures into the rules, and a clock that two people owe; nothing is published, so they hold."""
    path = folder / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^measures:.*?(?=^privacy:)", f"measures:\n{measures}\n{reports}\n", text, flags=re.M | re.S)
    path.write_text(text.replace("\nescalation:", "\n" + OWNERS, 1), encoding="utf-8")


def read_figures(folder: Path, run: Callable[..., Result], measures: Sequence[str]) -> list[tuple[Any, ...]]:
    """(numerator, denominator, value, cases above, cases below) of each measure over November."""
    replace_measures(folder, "\n".join(f"  m{number}: {{{measure}}}" for number, measure in enumerate(measures)))
    line = ("--now", LATER, "--json", "report", "monthly", "--month", "2026-11")
    whole = run(*line)
    assert whole.code == 0, whole.err
    found = []
    for name, figure in json.loads(whole.out)["measures"].items():
        cases = json.loads(run(*line, "--drill", name).out)
        found.append(
            (figure["numerator"], figure["denominator"], figure["value"], cases["numerator"], cases["denominator"])
        )
    return found


# measure, numerator, denominator
CONDITIONS: tuple[tuple[str, int, int | None], ...] = (
    # a list of values; a value and none; not a value; not none. The inquiry has no service
    ("of: orders, over: {service: [plumbing, hygiene]}, value: count", 4, None),
    ("of: orders, over: {service: [plumbing, null]}, value: count", 4, None),
    ("of: orders, over: {service: {not: plumbing}}, value: count", 4, None),
    ("of: orders, over: {service: {not: null}}, value: count", 6, None),
    ("of: orders, over: {service: null}, value: count", 1, None),
    # prices agreed: 80 for 05, 60 for 27; where nothing was agreed an order has none
    ("of: orders, count: {price: {at_least: 60}}", 2, 7),
    ("of: orders, count: {price: {at_least: 60.01}}", 1, 7),
    ("of: orders, over: {price: {at_least: 80}}, value: count", 1, None),
    ("of: orders, over: {price: {below: 60.01}, service: electrical}, value: count", 1, None),
    # the void order is an item only where it is named
    ("of: orders, over: {state: void}, value: count", 1, None),
    ("of: orders, over: {state: [void, closed, cancelled]}, value: count", 6, None),
    ("of: orders, count: {state: void}", 1, 8),
    ("of: orders, over: {state: {not: void}}, value: count", 7, None),
    # an event is a field: whether, not when
    ("of: assignments, over: {rework: {not: null}}, value: count", 1, None),
    ("of: assignments, count: {problem: {not: null}}", 1, 4),
    # what an item refers to
    ("of: assignments, over: {order.priority: [high, low]}, value: count", 2, None),
    ("of: assignments, over: {staff.class: B}, value: count", 2, None),  # sun's
    ("of: assignments, over: {about.service: electrical}, value: count", 2, None),
    ("of: notices, over: {about.register: assignments}, value: count", 1, None),
    ("of: notices, over: {about.state: confirmed}, value: count", 1, None),
    ("of: notices, over: {about.register: orders}, value: count", 0, None),
    # of clocks: due in November, ended ones only where they are named (dispatch and fulfil of 06), late ones always
    ("of: clocks, over: {clock: dispatch, state: [stopped, ended]}, value: count", 6, None),
    ("of: clocks, over: {clock: dispatch, state: {not: running}}, value: count", 5, None),
    ("of: clocks, over: {clock: complete, instance: 2}, value: count", 1, None),
    ("of: clocks, over: {clock: complete, case.service: electrical}, count: {breached: true}", 2, 2),
    ("of: clocks, over: {clock: complete, case.priority: low}, count: {breached: true}", 1, 2),
    ("of: clocks, over: {clock: complete, case.rework: {not: null}}, value: count", 2, None),
    ("of: clocks, over: {clock: fulfil, case.state: closed}, value: count", 5, None),
    ("of: clocks, over: {clock: complete, stopped_by: null}, value: count", 1, None),
    ("of: clocks, over: {clock: complete, owner: zhou}, value: count", 2, None),
    ("of: clocks, over: {clock: complete, owner: {not: zhou}}, value: count", 3, None),
    # other times: started in November, stopped in it, or of cases to which something happened in it
    ("of: clocks, month: stopped_at, over: {clock: complete}, value: count", 4, None),
    ("of: clocks, month: started_at, over: {clock: complete}, value: count", 5, None),
    ("of: clocks, month: rework, over: {clock: complete}, value: count", 2, None),
    ("of: clocks, month: taken, over: {clock: fulfil}, value: count", 5, None),  # 27 is due, and late, in December
)


def test_conditions(november: Path, run: Callable[..., Result]) -> None:
    found = read_figures(november, run, [measure for measure, _, _ in CONDITIONS])
    for (measure, numerator, denominator), (upper, lower, _, counted, everything) in zip(
        CONDITIONS, found, strict=True
    ):
        assert (upper, lower) == (numerator, denominator), measure
        assert len(counted) == numerator, measure
        assert (None if everything is None else len(everything)) == denominator, measure


def test_an_instance_that_two_people_owe_counts_once(november: Path, run: Callable[..., Result]) -> None:
    # 8 hours from 02 09:20, 03 11:00, 05 14:05 and 27 09:10; of these, 02 alone was done in time
    measures = (
        "of: clocks, over: {clock: settle}, count: {breached: false}",
        "of: clocks, over: {clock: settle, owner: [zhou, qian]}, value: count",
        "of: clocks, over: {clock: settle, owner: {not: qian}}, value: count",
    )
    found = read_figures(november, run, measures)
    assert [each[:2] for each in found] == [(1, 4), (4, None), (0, None)]


def test_grouped_by_owner_it_counts_for_each_of_them(november: Path, run: Callable[..., Result]) -> None:
    replace_measures(
        november,
        "  m: {of: clocks, over: {clock: settle}, count: {breached: false}}",
        "reports: {monthly: [{title: t, measures: m, by: [owner, case.service]}]}",
    )
    document = json.loads(run("--now", LATER, "--json", "report", "monthly", "--month", "2026-11").out)
    rows = document["sections"][0]["rows"]
    found = {(row["by"], row["title"]): tuple(row["measures"]["m"].values())[1:3] for row in rows}
    assert found == {
        (None, None): (1, 4),
        ("owner", "孙示例"): (1, 2),
        ("owner", "周示例"): (0, 2),
        ("owner", "钱示例"): (1, 4),
        ("case.service", "给排水维修"): (1, 2),
        ("case.service", "电路维修"): (0, 2),
    }


def test_sums_averages_and_medians_are_exact(november: Path, run: Callable[..., Result]) -> None:
    # prices agreed in the month: 05 80, 27 60; where nothing was agreed an order has no price
    measures = [f"of: orders, value: {{{word}: price}}" for word in ("sum", "average", "median")]
    total, average, median = read_figures(november, run, measures)
    assert total[:3] == ("140.00", 2, "140.00")
    assert average[:3] == ("140.00", 2, "70")
    assert median[:3] == (None, 2, "70")
    assert median[3] is None
    assert [item["id"] for item in total[3]] == [item["id"] for item in median[4]]
    assert [item["id"] for item in median[4]] == ["O-20261105-0001", "O-20261127-0001"]


def test_a_case_taken_back_leaves_the_figures_at_once(november: Path, run: Callable[..., Result]) -> None:
    """Whether the index learns of it row by row or is made anew."""
    replace_measures(november, "  m: {of: orders}\n  v: {of: orders, over: {state: void}}")
    line = ("--now", "2026-12-02T10:00:00+08:00", "--json", "report", "monthly", "--month", "2026-12")

    def count() -> list[int]:
        return [figure["numerator"] for figure in json.loads(run(*line).out)["measures"].values()]

    assert count() == [1, 0]
    act(run, "2026-12-02T09:30", "qian", "retract O-20261201-0001 --reason 重复录入")
    assert count() == [0, 1]
    shutil.rmtree(os.environ["XDG_CACHE_HOME"])
    assert count() == [0, 1]


def test_a_report_without_sections_has_every_measure(november: Path, run: Callable[..., Result]) -> None:
    replace_measures(november, "  a: {of: orders}\n  b: {of: assignments}")
    document = json.loads(run("--now", LATER, "--json", "report", "monthly", "--month", "2026-11").out)
    assert [list(section["rows"][0]["measures"]) for section in document["sections"]] == [["a", "b"]]


def test_rules_without_measures_are_told_so(november: Path, run: Callable[..., Result]) -> None:
    path = november / "policies.yaml"
    text = re.sub(r"^measures:.*?(?=^privacy:)", "measures: {}\n", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    path.write_text(text, encoding="utf-8")
    result = run("--now", LATER, "report", "monthly")
    assert (result.code, result.out) == (3, "")
    assert "no measures" in result.err


def test_the_formulas_are_those_of_the_last_day_of_the_period(november: Path, run: Callable[..., Result]) -> None:
    """A version that takes effect in December leaves November's figures as they were."""
    if run("--as", "lin", "--now", LATER, "policy", "publish", "--dry-run").code == 2:
        pytest.skip("there is no `policy publish` yet")
    assert run("--as", "lin", "--now", LATER, "policy", "publish").code == 0
    before = run("--now", LATER, "--json", "report", "monthly", "--month", "2026-11").out
    replace_measures(november, "  m: {of: orders, over: {kind: inquiry}, value: count}")
    path = november / "policies.yaml"
    text = re.sub(r"effective_from: \S+", "effective_from: 2026-12-20", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    published = run("--as", "lin", "--now", LATER, "policy", "publish")
    assert published.code == 0, published.err
    assert run("--now", LATER, "--json", "report", "monthly", "--month", "2026-11").out == before
    december = json.loads(run("--now", LATER, "--json", "report", "monthly", "--month", "2026-12").out)
    assert list(december["measures"]) == ["m"]


# --- cost ---------------------------------------------------------------------------------------------------------


def explain_question(db: sqlite3.Connection, question: Question) -> list[str]:
    """How SQLite finds the items of a question, whatever is then counted: the lines of its plan."""
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    count_items(db, question._replace(tallies=(Tally(ended=True),), groups=()))
    db.set_trace_callback(None)
    return [str(row[-1]) for row in db.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]


def test_no_measure_of_the_shipped_rules_reads_history(shared_november: Path) -> None:
    """Every question goes by an index on the time that puts items into the period."""
    books = Books(Workspace({"now": LATER}))
    period = Window(1_793_462_400, 1_796_054_400, ("2026-11-01", "2026-12-01"), books.now)
    try:
        for name in books.policy["measures"]:
            plan = explain_question(books.index.db, build_question(Catalog(books.policy, books.pages), [name], period))
            assert plan, name
            steps = [line for line in plan if "SUBQUERY" not in line]
            assert all("SEARCH" in line and "INDEX" in line for line in steps), f"{name}: {plan}"
    finally:
        books.settle()


def test_a_time_that_has_no_index_gets_one(november: Path) -> None:
    replace_measures(november, "  m: {of: assignments, month: confirmed}\n  n: {of: clocks, month: started_at}")
    books = Books(Workspace({"now": LATER}))
    period = Window(1_793_462_400, 1_796_054_400, ("2026-11-01", "2026-12-01"), books.now)
    try:
        for name in ("m", "n"):
            question = build_question(Catalog(books.policy, books.pages), [name], period)
            assert "SCAN" in explain_question(books.index.db, question)[0]
            prepare_time(books.index.db, question)
            assert "SEARCH" in explain_question(books.index.db, question)[0]
    finally:
        books.settle()


# --- figures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dividend", "divisor", "expected"),
    [
        ("0", 0, None),
        ("0", 5, "0"),
        ("5", 5, "1"),
        ("1", 3, "0.333333"),
        ("2", 3, "0.666667"),
        ("1", 128, "0.0078125"),  # it ends, so nothing is cut off
        ("300", 3, "100"),
        ("1", 7_000_000, "0.000001"),
        ("100.10", 4, "25.025"),
        ("0.03", 3, "0.01"),
        ("1000000", 1, "1000000"),
    ],
)
def test_quotients(dividend: str, divisor: int, expected: str | None) -> None:
    assert divide(Decimal(dividend), divisor) == expected


@pytest.mark.parametrize(
    ("kind", "amounts", "expected"),
    [
        ("median", {"1": 1, "5": 1, "100": 1}, ("5", None, 3)),
        ("median", {"1": 2, "4": 2}, ("2.5", None, 4)),
        ("median", {"1": 3, "4": 1}, ("1", None, 4)),
        ("median", {}, (None, None, 0)),
        ("average", {"4": 1, "5": 2}, ("4.666667", "14", 3)),
        ("average", {}, (None, "0", 0)),
        ("sum", {"0.10": 3}, ("0.30", "0.30", 3)),
        ("sum", {}, ("0", "0", 0)),
    ],
)
def test_figures_of_amounts(kind: str, amounts: Mapping[str, int], expected: tuple[Any, ...]) -> None:
    figure = make_figure(kind, [(Decimal(text), times) for text, times in amounts.items()])
    assert (figure.value, figure.numerator, figure.denominator) == expected
