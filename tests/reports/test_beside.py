"""The periods beside a report's: which they are, where their figures stand in each format, and that they are whole."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from november import LATER
from test_measures import replace_measures
from transcripts import Result

MEASURES = "  orders: {title: 受理, of: orders}\n  done: {title: 完工率, of: orders, count: {state: closed}}"
SECTION = "{id: s, title: 概况, measures: [orders, done], by: [service], beside: [month-before, year-before]}"
BARE = "{id: bare, title: 无, measures: orders}"
REPORTS = f"reports: {{daily: [{SECTION}], weekly: [{SECTION}], monthly: [{SECTION}, {BARE}]}}"


@pytest.fixture
def beside(november: Path, run: Callable[..., Result]) -> Callable[..., Any]:
    replace_measures(november, MEASURES, REPORTS)

    def ask(*argv: str, now: str = LATER, form: str = "json") -> Any:
        done = run("--now", now, "--format", form, "--lang", "zh", "report", *argv)
        assert done.code == 0, done.err
        return json.loads(done.out) if form == "json" else done.out

    return ask


@pytest.mark.parametrize(
    ("argv", "month", "year"),
    [
        (("monthly", "--month", "2026-12"), "2026-11", "2025-12"),
        (("monthly", "--month", "2027-01"), "2026-12", "2026-01"),
        (("weekly", "--date", "2026-11-12"), "2026-W45", "2025-W46"),
        (("weekly", "--date", "2027-01-06"), "2026-W53", "2026-W02"),  # 52 weeks before: the same days of the week
        (("daily", "--date", "2026-11-06"), "2026-11-05", "2025-11-06"),
        (("daily", "--date", "2028-02-29"), "2028-02-28", "2027-02-28"),
        (("daily", "--date", "2026-03-01"), "2026-02-28", "2025-03-01"),
    ],
)
def test_which_periods_they_are(beside: Callable[..., Any], argv: tuple[str, ...], month: str, year: str) -> None:
    document = beside(*argv, now="2028-03-05T09:00:00+08:00")
    found = {word: each["period"] for word, each in document["beside"].items()}
    assert found == {"month-before": month, "year-before": year}


def test_their_figures_stand_beside_each_row(beside: Callable[..., Any]) -> None:
    """December: one so far. November: seven, four of them closed; of plumbing three, two closed."""
    document = beside("monthly")
    assert document["beside"]["month-before"] == {
        "period": "2026-11", "from": "2026-11-01T00:00:00+08:00", "until": "2026-12-01T00:00:00+08:00",
    }  # fmt: skip
    first, second = document["sections"]
    whole = first["rows"][0]
    assert whole["measures"]["orders"]["numerator"] == 1
    before = whole["beside"]["month-before"]["done"]
    assert (before["numerator"], before["denominator"], before["value"]) == (4, 7, "0.571429")
    assert whole["beside"]["year-before"]["orders"]["numerator"] == 0
    rows = {row["key"]: row for row in first["rows"][1:]}
    assert list(rows) == ["plumbing", "electrical", "hygiene", None]  # nothing of these was taken in December
    assert rows["plumbing"]["measures"]["done"] == {"value": None, "numerator": 0, "denominator": 0, "kind": "ratio"}
    assert rows["plumbing"]["beside"]["month-before"]["done"]["numerator"] == 2
    assert all(row["beside"] == {} for row in second["rows"])


def test_every_format_has_them(beside: Callable[..., Any], november: Path, run: Callable[..., Result]) -> None:
    table = beside("monthly", form="table")
    head = next(line for line in table.split("\n") if "上月" in line)
    assert head.split() == ["指标", "数值", "分子", "分母", "上月", "上年同月"]
    assert "57.14% (4/7)" in table
    assert "| 上月受理 |" in beside("monthly", form="markdown").replace("  ", " ").replace("  ", " ")
    assert "上周" in beside("weekly", form="table")
    assert "前一日" in beside("daily", form="table")
    rows = list(csv.DictReader(io.StringIO(beside("monthly", form="csv"))))
    found = next(row for row in rows if row["measure"] == "done" and not row["by"])
    assert (found["month_before_numerator"], found["month_before_denominator"]) == ("4", "7")
    assert found["year_before_value"] == ""
    bare = next(row for row in rows if row["section"] == "bare")
    assert (bare["numerator"], bare["month_before_numerator"]) == ("1", "")
    made = run("--now", LATER, "--as", "lin", "report", "monthly", "-o", "beside.html", "--lang", "zh")
    assert made.code == 0, made.err
    assert '<th class="n">上月</th>' in (november / "beside.html").read_text(encoding="utf-8")


def test_a_report_that_the_rules_do_not_have(beside: Callable[..., Any], run: Callable[..., Result]) -> None:
    done = run("--now", LATER, "report", "complaints")
    assert (done.code, done.out) == (3, "")
    assert "reports.complaints" in done.err
