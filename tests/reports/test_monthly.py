"""`report monthly` over a month worked through by hand: each figure, its groups, and the cases behind it."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from november import LATER
from transcripts import Result

NOVEMBER = ("monthly", "--month", "2026-11")

# measure: (numerator, denominator), from november.py
FIGURES: dict[str, tuple[Any, int | None]] = {
    # taken in November: 02, 03, 04, 05, 06 (the cancelled one), 27, 30 at 23:30; not the void one, not 1 December
    "orders": (7, None),
    "requests": (6, None),
    "inquiries": (1, None),
    "suggestions": (0, None),
    "reports": (0, None),
    "answered": (1, None),
    "referred": (0, None),
    "answered_at_once": (1, 7),
    "closed": (4, 7),  # 02, 03, 04, 05; not the cancelled one, not 27, not 30
    "cancelled": (1, None),
    "reopened": (0, None),
    "revenue": ("60.50", 1),
    "dispatched": (4, None),  # 02, 03, 05, 27
    "completed": (3, None),  # 02, 03, and 05 once although it was completed twice
    "rework_rate": (1, 3),
    "declined_rate": (0, 4),
    "problem_rate": (1, 4),
    "extensions": (0, None),
    "extensions_granted": (0, 0),
    "urgings": (1, None),
    # 60 minutes of business. 02 due 10:00, out 09:20. 03 due 10:00, out 11:00: late. 04 answered at once. 05 due 15:00,
    # out 14:05. 06 ended before it was due: no item. 27 out in 10 minutes. 30 at 23:30 is due on 1 December.
    "dispatch_on_time": (4, 5),
    # 30 minutes of business. 02 in 10, 03 in 20, 05 in 5; 27 due 09:40 and still running: late
    "acknowledge_on_time": (3, 4),
    # 8 hours of business. 02 from 09:20, due on 3rd 09:50: in time. 03 from 11:00, due on 4th 11:30, done on 5th: late.
    # 05 from 14:05, due on 6th 14:35: in time; again from 6th 10:00, due on 9th 10:30, done 11:00: late.
    # 27 from 09:10, due on 30th 09:40 and still running: late
    "on_time": (2, 5),
    "confirm_on_time": (4, 4),  # within two working days: 02, 03, 05 twice (rework ends the first)
    # 02 due on 5th, done on 2nd. 03 is high, due on 4th 17:30, done on 5th: late. 04 at once. 05 is low, both in time.
    # 06 ended. 27 is due on 2 December at 17:30
    # 10, 20 and 5 minutes; 5:40, 47, 18:55 and, once more, 73 hours
    "acknowledge_mean": (None, 3),
    "acknowledge_median": (None, 3),
    "finish_mean": (None, 4),
    "finish_median": (None, 4),
    "resolve_mean": (None, 0),
    "resolve_median": (None, 0),
    "fulfil_on_time": (4, 5),
    # nobody complained, and nobody was asked how content they are: the three requests done were closed in November
    "complaints": (0, None),
    "complaints_valid": (0, None),
    "complaints_invalid": (0, None),
    "complaints_serious": (0, 0),
    "put_right_on_time": (0, 0),
    "result_on_time": (0, 0),
    "followups": (0, None),
    "follow_up_rate": (0, 3),
    "unreachable_rate": (0, 3),
    "satisfaction": ("0", 0),
    "satisfied": (0, 0),
    "fines": ("0.00", 0),
    "rewards": ("0.00", 0),
    "warnings": (0, None),
}


def test_every_figure_is_the_one_worked_out_by_hand(report: Callable[..., Any]) -> None:
    measures = report(*NOVEMBER)["measures"]
    found = {name: (figure["numerator"], figure["denominator"]) for name, figure in measures.items()}
    assert found == {name: FIGURES[name] for name in found}
    assert set(FIGURES) - set(found) == {"answered"}  # that one stands in the weekly and the daily report


def test_values_are_exact_decimals_as_text_or_null(report: Callable[..., Any]) -> None:
    measures = report(*NOVEMBER)["measures"]
    values = {name: figure["value"] for name, figure in measures.items()}
    assert values["orders"] == "7"
    assert values["on_time"] == "0.4"
    assert values["problem_rate"] == "0.25"
    assert values["confirm_on_time"] == "1"
    assert values["rework_rate"] == "0.333333"
    assert values["revenue"] == "60.50"
    assert values["extensions_granted"] is None
    assert (values["acknowledge_mean"], values["acknowledge_median"]) == ("0.2", "0.2")
    assert (values["finish_mean"], values["finish_median"]) == ("36.1", "33.0")
    assert values["resolve_mean"] is None


def test_the_document_says_what_it_is_about(report: Callable[..., Any]) -> None:
    document = report(*NOVEMBER)
    assert (document["report"], document["period"]) == ("monthly", "2026-11")
    assert document["from"] == "2026-11-01T00:00:00+08:00"
    assert document["until"] == "2026-12-01T00:00:00+08:00"
    assert document["generated_at"] == LATER
    assert document["policy"] == "2026-11-02"  # the demo's rules take effect on the day it was made
    assert document["measures"]["on_time"]["title"] == "及时完工率"
    assert [section["id"] for section in document["sections"]][:2] == ["overview", "kinds"]


def find_rows(document: Any, section: str, by: str) -> dict[str | None, dict[str, tuple[int, int | None]]]:
    (found,) = [each for each in document["sections"] if each["id"] == section]
    return {
        row["key"]: {name: (one["numerator"], one["denominator"]) for name, one in row["measures"].items()}
        for row in found["rows"]
        if row["by"] == by
    }


def test_groups_add_up_and_stand_in_the_order_of_the_rules(report: Callable[..., Any]) -> None:
    document = report(*NOVEMBER)
    departments = find_rows(document, "departments", "department")
    # the inquiry names no service, so no department; it comes last
    assert list(departments) == ["engineering", "cleaning", None]
    assert departments["engineering"] == {"orders": (5, None), "closed": (3, 5), "fulfil_on_time": (3, 4)}
    assert departments["cleaning"] == {"orders": (1, None), "closed": (0, 1), "fulfil_on_time": (0, 0)}
    assert departments[None] == {"orders": (1, None), "closed": (1, 1), "fulfil_on_time": (1, 1)}
    services = find_rows(document, "departments", "service")
    assert list(services) == ["plumbing", "electrical", "hygiene", None]
    assert services["plumbing"] == {"orders": (3, None), "closed": (2, 3), "fulfil_on_time": (3, 3)}
    priorities = find_rows(document, "punctuality", "priority")
    assert list(priorities) == ["high", "normal", "low"]
    assert priorities["high"]["on_time"] == (0, 1)  # an assignment's clock goes by its order's priority
    assert priorities["low"]["on_time"] == (1, 2)


def test_groups_have_the_titles_of_the_rules(report: Callable[..., Any]) -> None:
    (section,) = [each for each in report(*NOVEMBER)["sections"] if each["id"] == "kinds"]
    assert [(row["by"], row["key"], row["title"]) for row in section["rows"]] == [
        (None, None, None),
        ("channel", "phone", "电话"),
        ("channel", "wechat", "微信"),
    ]


def test_a_month_begins_and_ends_at_midnight_of_the_policys_timezone(report: Callable[..., Any]) -> None:
    december = report("monthly", "--month", "2026-12")["measures"]
    assert (december["orders"]["numerator"], december["suggestions"]["numerator"]) == (1, 1)
    # the order of 30 November, 23:30 was due out on 1 December 09:30; the suggestion of 00:10 likewise: both late
    assert (december["dispatch_on_time"]["numerator"], december["dispatch_on_time"]["denominator"]) == (0, 2)


def test_a_figure_opens_into_as_many_cases_as_it_counts(report: Callable[..., Any]) -> None:
    for measure, (numerator, denominator) in FIGURES.items():
        document = report(*NOVEMBER, "--drill", measure)
        assert document["measure"] == measure
        counted = [(item["id"], item["instance"]) for item in document["numerator"] or ()]
        assert len(set(counted)) == len(counted)
        assert isinstance(numerator, str) or len(counted) == (numerator or 0), measure  # a sum is text
        if denominator is None:
            assert document["denominator"] is None
        else:
            everything = {(item["id"], item["instance"]) for item in document["denominator"]}
            assert len(document["denominator"]) == len(everything) == denominator, measure
            assert set(counted) <= everything


def test_the_cases_behind_a_rate(report: Callable[..., Any]) -> None:
    document = report(*NOVEMBER, "--drill", "on_time")
    assert document["numerator"] == [
        {"id": "A-20261102-0001", "instance": 1, "ref": None, "amount": None},
        {"id": "A-20261105-0001", "instance": 1, "ref": None, "amount": None},
    ]
    assert [(item["id"], item["instance"]) for item in document["denominator"]] == [  # by due time
        ("A-20261102-0001", 1),
        ("A-20261103-0001", 1),
        ("A-20261105-0001", 1),
        ("A-20261105-0001", 2),
        ("A-20261127-0001", 1),
    ]


def test_a_table_of_cases_names_the_second_instance(shared_november: Path, run: Callable[..., Result]) -> None:
    shown = run("--now", LATER, "--no-headers", "report", *NOVEMBER, "--drill", "on_time")
    assert [line.split() for line in shown.out.splitlines()] == [
        ["A-20261102-0001", "是"],
        ["A-20261103-0001", "否"],
        ["A-20261105-0001", "是"],
        ["A-20261105-0001/2", "否"],
        ["A-20261127-0001", "否"],
    ]
    assert run("--now", LATER, "-q", "report", *NOVEMBER, "--drill", "及时完工率").out.split() == [
        "A-20261102-0001",
        "A-20261105-0001",
    ]


CLOCKS = {
    "dispatch": "dispatch_on_time",
    "acknowledge": "acknowledge_on_time",
    "complete": "on_time",
    "confirm": "confirm_on_time",
    "fulfil": "fulfil_on_time",
}


@pytest.mark.parametrize("now", ["2026-11-05T09:45:00+08:00", "2026-11-30T09:40:00+08:00", LATER])
@pytest.mark.parametrize("month", ["2026-11", "2026-12"])
def test_rates_equal_a_recount_of_all_due_times(
    now: str, month: str, shared_november: Path, run: Callable[..., Result], report: Callable[..., Any]
) -> None:
    """As it looked at several moments: what had been recorded by then, counted again from `due --all`."""
    due = json.loads(run("--as-of", now, "--json", "due", "--all").out)
    first = datetime.fromisoformat(f"{month}-01T00:00:00+08:00")
    end = first.replace(year=2027, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    expected = dict.fromkeys(CLOCKS.values(), (0, 0))
    for item in due:
        if item["due_at"] is None or not first <= datetime.fromisoformat(item["due_at"]) < end:
            continue
        if item["state"] in ("running", "paused", "ended") and not item["breached"]:
            continue
        if item["clock"] not in CLOCKS:  # call-back, of which the report has no rate
            continue
        name = CLOCKS[item["clock"]]
        met, all_items = expected[name]
        expected[name] = (met + (not item["breached"]), all_items + 1)
    result = run("--as-of", now, "--json", "report", "monthly", "--month", month)
    measures = json.loads(result.out)["measures"]
    found = {name: (measures[name]["numerator"], measures[name]["denominator"]) for name in expected}
    assert found == expected
