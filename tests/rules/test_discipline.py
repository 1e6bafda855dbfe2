"""Steps of discipline, who may decide, ranges, and what a fund adds up to."""

from decimal import Decimal

import pytest
from scenario import bind_rules, compile_rules, read

from dispatchctl.rules.discipline import (
    Sanction,
    choose_step,
    is_within,
    may_decide,
    replace_step,
)
from dispatchctl.rules.funds import Movement, add_up
from dispatchctl.rules.people import Entry, People
from dispatchctl.rules.variants import ClockTable

STEPS = {"steps": ["oral-warning", "written-warning", "fine", "demotion", "dismissal"], "within": [30, "d"]}
BOOK = bind_rules(compile_rules("{id: a, of: orders, start: taken, stop: closed, limit: 1d}"))
CALENDAR = ClockTable(BOOK).elapsed(BOOK.newest)
AT = read("11-30 09:00")


def taken(*entries):
    return [Sanction(f"L-{number}", read(at), tuple(words)) for number, (at, *words) in enumerate(entries, 1)]


@pytest.mark.parametrize(
    ("record", "step", "rests"),
    [
        ([], "oral-warning", []),
        ([("11-20 09:00", "oral-warning")], "written-warning", ["L-1"]),
        ([("10-31 09:00", "oral-warning")], "written-warning", ["L-1"]),  # the last moment of the 30 days
        ([("10-31 08:59", "oral-warning")], "oral-warning", []),
        ([("12-01 09:00", "oral-warning")], "oral-warning", []),  # approved after the fact
        ([("11-02 09:00", "fine"), ("11-20 09:00", "oral-warning")], "demotion", ["L-1", "L-2"]),
        ([("11-20 09:00", "self-review")], "oral-warning", []),  # no step
        ([("11-20 09:00",)], "oral-warning", []),  # money only
        ([("11-20 09:00", "dismissal")], "dismissal", ["L-1"]),
    ],
)
def test_the_next_step(record, step, rests):
    assert choose_step(STEPS, taken(*record), AT, CALENDAR) == (step, rests)


def test_the_step_takes_the_place_of_the_word():
    record = taken(("11-20 09:00", "oral-warning"))
    assert replace_step(["self-review", "next-step"], STEPS, record, AT, CALENDAR) == (
        ["self-review", "written-warning"], ["L-1"],
    )  # fmt: skip
    assert replace_step(["written-warning", "next-step"], STEPS, record, AT, CALENDAR)[0] == ["written-warning"]
    assert replace_step(["self-review"], STEPS, record, AT, CALENDAR) == (["self-review"], [])


POSTS = {
    "gm": {"role": "general-manager"},
    "mgr": {"role": "manager", "department": "desk", "heads": "desk"},
    "sup": {"role": "supervisor", "department": "engineering", "heads": "engineering"},
    "sup2": {"role": "supervisor", "department": "greening"},
    "pan": {"role": "field", "department": "engineering"},
    "lin": {"role": "desk", "department": "desk"},
    "gone": {"role": "manager", "department": "desk"},
    "free": {"role": "field", "department": "greening"},
}
PEOPLE = People(
    {staff: [Entry(0, "left" if staff == "gone" else "regular", facts)] for staff, facts in POSTS.items()},
    ["supervisor", "manager", "general-manager"],
)


@pytest.mark.parametrize(
    ("staff", "approver", "allowed"),
    [
        ("pan", "department-head", {"sup", "mgr", "gm"}),
        ("sup", "department-head", {"mgr", "gm"}),
        ("lin", "department-head", {"mgr", "gm"}),
        ("mgr", "department-head", {"gm"}),
        ("free", "department-head", {"mgr", "gm"}),  # a department without a head
        ("pan", "manager", {"mgr", "gm"}),
        ("mgr", "manager", {"gm"}),
        ("pan", "general-manager", {"gm"}),
        ("gm", "general-manager", set()),
        ("pan", "desk", {"lin", "sup", "sup2", "mgr", "gm"}),
    ],
)
def test_who_may_decide(staff, approver, allowed):
    assert {actor for actor in [*POSTS, "nobody"] if may_decide(PEOPLE, actor, staff, approver)} == allowed


def test_ranges_include_both_ends():
    bounds = ["20.00", "50.00"]
    assert [is_within(amount, bounds) for amount in ("19.99", "20", "50.00", "50.01")] == [False, True, True, False]
    assert is_within("1000000.00", [])


def test_a_fund_adds_up_exactly():
    moves = [
        Movement(30, "L-2", "spent", Decimal("-0.30")),
        Movement(10, "L-1", "paid", Decimal("0.10")),
        Movement(20, "L-3", "reversed", Decimal("-0.20")),
        Movement(20, "L-3", "paid", Decimal("0.20")),
    ]
    assert [str(balance) for _, balance in add_up(moves)] == ["0.10", "0.30", "0.10", "-0.20"]
    assert add_up([]) == []
