"""Measures of rows (`of: orders.paid`): each event counts where it happened, with what it carried; drilled, opened."""

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from november import LATER, act
from test_measures import read_figures, replace_measures
from transcripts import Result

# a deposit of 30 in November and the rest in December; another order paid twice in November, in two offices' order
PAYMENTS = (
    ("2026-12-01T09:00", "paid O-20261105-0001 --amount 30 --at 2026-11-06T10:00:00+08:00"),
    ("2026-12-01T09:10", "paid O-20261127-0001 --amount 25 --at 2026-11-28T10:00:00+08:00"),
    ("2026-12-01T09:20", "paid O-20261127-0001 --amount 20 --at 2026-11-27T10:00:00+08:00"),
    ("2026-12-01T10:00", "paid O-20261105-0001 --amount 50"),
)


@pytest.fixture
def paid(november: Path, run: Callable[..., Result]) -> Path:
    for when, line in PAYMENTS:
        act(run, when, "qian", line)
    return november


def ask(run: Callable[..., Result], *argv: str) -> Any:
    done = run("--now", LATER, "--json", *argv)
    assert done.code == 0, done.err
    return json.loads(done.out)


# measure, numerator or sum, denominator; November has 60.50 (03), 30 (05), 20 and 25 (27)
ROWS: tuple[tuple[str, Any, int | None], ...] = (
    ("of: orders.paid, value: {sum: amount}", "135.50", 4),
    ("of: orders.paid, value: {average: amount}", "135.50", 4),
    ("of: orders.paid, value: count", 4, None),
    ("of: orders.paid, month: at, value: count", 4, None),
    ("of: orders.paid, over: {amount: {at_least: 30}}, value: count", 2, None),
    ("of: orders.paid, count: {amount: {below: 25}}", 1, 4),
    ("of: orders.paid, over: {case.service: electrical}, value: {sum: amount}", "105.50", 3),
    ("of: orders.paid, over: {case.state: closed}, value: {sum: amount}", "90.50", 2),
    ("of: orders.paid, over: {case.price: {not: null}}, value: count", 3, None),
    ("of: orders.paid, over: {id: O-20261127-0001}, value: {sum: amount}", "45.00", 2),
    ("of: orders.paid, over: {by: lin}, value: count", 0, None),
    # by the last payment alone the deposit is missing, and so is the first of two
    ("of: orders, month: paid, value: {sum: amount}", "80.50", 2),
    # rows of other registers; what a row does not carry is empty: a completed work without cost
    ("of: assignments.completed, value: count", 4, None),  # the same work twice, sent back in between
    ("of: assignments.completed, over: {case.rework: {not: null}}, value: count", 2, None),
    ("of: assignments.completed, value: {sum: cost}", "0.00", 0),
    ("of: assignments.assigned, over: {assignee: sun}, value: count", 2, None),
    ("of: assignments.completed, over: {case.service: electrical}, value: count", 1, None),
    ("of: notices.urged, over: {level: {at_least: 1}}, value: count", 1, None),
    # the order taken back has no rows
    ("of: orders.taken, value: count", 7, None),
)


def test_rows_are_counted_where_they_happened(paid: Path, run: Callable[..., Result]) -> None:
    found = read_figures(paid, run, [measure for measure, _, _ in ROWS])
    for (measure, numerator, denominator), (upper, lower, _, counted, _) in zip(ROWS, found, strict=True):
        assert (upper, lower) == (numerator, denominator), measure
        assert len(counted) == (denominator if isinstance(upper, str) else upper), measure


def test_a_deposit_and_the_rest_stand_in_their_months(paid: Path, run: Callable[..., Result]) -> None:
    """By the shipped rules."""
    values = [
        ask(run, "report", "monthly", "--month", month)["measures"]["revenue"]["value"]
        for month in ("2026-11", "2026-12")
    ]
    assert values == ["135.50", "50.00"]


def test_a_figure_of_rows_is_opened_row_by_row(paid: Path, run: Callable[..., Result]) -> None:
    document = ask(run, "report", "monthly", "--month", "2026-11", "--drill", "revenue")
    told = [(item["id"], item["ref"].partition("#")[0], item["amount"]) for item in document["numerator"]]
    assert told == [
        ("O-20261103-0001", "orders/2026-11.main", "60.50"),
        ("O-20261105-0001", "orders/2026-12.main", "30.00"),
        ("O-20261127-0001", "orders/2026-12.main", "20.00"),
        ("O-20261127-0001", "orders/2026-12.main", "25.00"),
    ]
    assert len({item["ref"] for item in document["numerator"]}) == 4
    table = run("--now", LATER, "report", "monthly", "--month", "2026-11", "--drill", "revenue").out
    assert "60.50" in table
    assert "金额" in table.splitlines()[0]
    why = run("--now", LATER, "why", "revenue", "--month", "2026-11").out
    assert "数的是：工单的“已付款”记录" in why
    assert "O-20261127-0001：25.00" in why


def test_rows_are_grouped_by_their_case(paid: Path, run: Callable[..., Result]) -> None:
    replace_measures(
        paid,
        "  m: {of: orders.paid, value: {sum: amount}, person: receiver}",
        "reports: {monthly: [{title: t, measures: m, by: [service, department, person]}]}",
    )
    rows = ask(run, "report", "monthly", "--month", "2026-11")["sections"][0]["rows"]
    found = {(row["by"], row["key"]): row["measures"]["m"]["value"] for row in rows}
    assert found == {
        (None, None): "135.50",
        ("service", "plumbing"): "30.00",
        ("service", "electrical"): "105.50",
        ("department", "engineering"): "135.50",
        ("person", "qian"): "135.50",
    }
    document = ask(run, "report", "monthly", "--month", "2026-11", "--drill", "m", "--person", "qian")
    assert len(document["numerator"]) == 4


def test_a_correction_moves_the_row_it_corrects(paid: Path, run: Callable[..., Result]) -> None:
    """An amend corrects the last payment; the retraction of a row takes it out; kept, made anew and in memory alike."""

    def sum_up() -> list[str]:
        return [
            ask(run, "report", "monthly", "--month", month)["measures"]["revenue"]["value"]
            for month in ("2026-11", "2026-12")
        ]

    assert sum_up() == ["135.50", "50.00"]
    first = ask(run, "report", "monthly", "--month", "2026-11", "--drill", "revenue")["numerator"][1]
    assert first["id"] == "O-20261105-0001"
    act(run, "2026-12-01T11:10", "lin", f"retract {first['id']} {first['ref']} --reason 没有收到")
    assert sum_up() == ["105.50", "50.00"]
    act(run, "2026-12-01T11:20", "lin", "amend O-20261105-0001 amount=45 --reason 记错了")
    assert sum_up() == ["105.50", "45.00"]
    shutil.rmtree(os.environ["XDG_CACHE_HOME"])
    assert sum_up() == ["105.50", "45.00"]
    looked_back = json.loads(
        run("--as-of", "2026-12-01T11:15:00+08:00", "--json", "report", "monthly", "--month", "2026-12").out
    )
    assert looked_back["measures"]["revenue"]["value"] == "50.00"


FAULTS = (
    ("of: orders.payed, value: count", "unknown event of orders payed, did you mean paid?"),
    ("of: order.paid, value: count", "unknown register order, did you mean orders?"),
    ("of: orders.paid, month: taken, value: count", "unknown time taken"),
    ("of: orders.paid, value: {sum: price}", "unknown field of orders.paid price"),
    ("of: orders.paid, over: {service: plumbing}, value: count", "unknown field of orders.paid"),
    ("of: orders.paid, over: {case.colour: red}, value: count", "unknown field of orders.paid"),
    ("of: orders.paid, value: count, person: owner", "unknown person owner"),
)


@pytest.mark.parametrize(("measure", "message"), FAULTS)
def test_what_rows_lack_is_a_fault(demo: Path, run: Callable[..., Result], measure: str, message: str) -> None:
    replace_measures(demo, f"  m: {{{measure}}}", "reports: {}")
    result = run("policy", "check")
    assert result.code == 1
    assert message in result.out


def test_amounts_of_drilled_rows_are_numbers_in_a_spreadsheet(paid: Path, run: Callable[..., Result]) -> None:
    """Ids and row references stay text; `instance` and the amount are numbers, exact as a spreadsheet has them."""
    pytest.importorskip("xlsxwriter")
    line = ("--as", "lin", "--now", LATER, "report", "monthly", "--month", "2026-11", "--drill", "revenue")
    assert run(*line, "-o", "revenue.xlsx").code == 0
    with zipfile.ZipFile(paid / "revenue.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())
    cells = dict(re.findall(r'<c r="([A-Z]+2)"([^>]*>.*?)</c>', sheet))
    assert [texts.index(name) for name in ("id", "instance", "counted", "ref", "amount")] == [0, 1, 2, 3, 4]
    assert 't="s"' in cells["A2"]
    assert cells["B2"].endswith("<v>1</v>")
    assert 't="s"' not in cells["B2"]
    assert 't="s"' in cells["D2"]
    assert "O-20261103-0001" in texts
    assert cells["E2"].endswith("<v>60.5</v>")
    assert 't="s"' not in cells["E2"]
    assert run(*line, "-o", "revenue.csv").code == 0
    rows = (paid / "revenue.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "id,instance,counted,ref,amount"
    assert rows[1].startswith("O-20261103-0001,1,true,orders/2026-11.main#")
    assert rows[1].endswith(",60.50")
