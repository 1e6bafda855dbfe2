"""What a desk adds to its rules works without a line of code: a clock here, on a register that has one already.

A new kind of complaint, charge, measure and weight have their tests beside what they are added to (tests/clauses).
"""

import pytest
from desks import Desk, november

CLOCK = r"""\1  - {id: sort-out, title: 分拣, of: complaints, start: registered,
     stop: [ruled-valid, ruled-invalid, referred-outside], when: {media: true}, limit: 90bm,
     warn: 30m, owner: receiver, urge: 1bh, source: [SOP-3.1]}
"""
MEASURE = r"""\1  sorted_on_time: {title: 及时分拣率, of: clocks, over: {clock: sort-out}, count: {breached: false},
    person: owner}
"""


def test_a_new_clock_is_due_urged_counted_and_explained(desk: Desk) -> None:
    desk.edit_rules((r"(clocks:\n)", CLOCK), (r"(measures:\n)", MEASURE))
    desk.clock(2, "11:00")
    new = (
        "complaint",
        "new",
        "--content",
        "视频传到网上",
        "--department",
        "engineering",
        "--caller",
        "张示例",
        "--phone",
    )
    told = desk.do("lin", *new, "138-0000-0001", "--media")["id"]
    quiet = desk.do("lin", *new, "138-0000-0002")["id"]
    # 90bm from 11:00: an hour to noon, half an hour of the afternoon.
    assert desk.due(told, "sort-out")["due_at"] == november(2, "14:00")
    assert [each["clock"] for each in desk.do("lin", "due", quiet)] == ["put-right"]
    desk.clock(2, "15:10")
    assert (told, "sort-out") in desk.late()
    # One hour of business after it was due: the second level.
    assert [each["level"] for each in desk.urge(told) if each["clock"] == "sort-out"] == [2]
    desk.do("mgr", "complaint", "rule", told, "--valid", "attitude", "--reason", "属实")
    assert desk.due(told, "sort-out")["breached"] is True
    report = desk.do("mgr", "report", "monthly", "--drill", "sorted_on_time")
    items = [(each["id"], each["instance"]) for each in report["denominator"]]
    assert (report["numerator"], items) == ([], [(told, 1)])
    assert "SOP-3.1" in desk.due(told, "sort-out")["source"]


# On Friday 6 November 09:00: the first day that counts is Saturday by a week of six or seven days, else Monday.
@pytest.mark.parametrize(
    ("working", "due"),
    [
        ("mon-fri", november(10, "17:30")),
        ("mon-sat", november(9, "17:30")),
        ("[mon-fri, sat-sun]", november(8, "12:00")),
    ],
)
def test_a_desk_says_which_weekdays_are_worked(desk: Desk, working: str, due: str) -> None:
    desk.edit_rules(
        (r"working: mon-fri", f"working: {working}"),
        (r"( mon-fri: .*)", r'\1\n    sat-sun: ["09:00-12:00"]'),
        (r"(clocks:\n)", r"\1  - {id: answer-in-writing, of: orders, start: taken, stop: state.closed, limit: 2wd}\n"),
    )
    desk.clock(6, "09:00")
    assert desk.due(desk.take(), "answer-in-writing")["due_at"] == due


def test_a_working_day_without_hours_is_warned_of_and_a_day_there_is_not_refused(desk: Desk) -> None:
    desk.edit_rules((r"working: mon-fri", "working: mon-sat"))
    done = desk.act("mgr", "policy", "check")
    assert done.code == 0
    assert "calendar.working: sat counts as a working day and has no hours" in done.out + done.err
    for wrong, told in (
        ("[]", "calendar.working: left blank (at least one)"),
        ("sat-mon", "sat-mon runs backwards; name the days before and after Sunday apart"),
        ("[mon, funday]", "funday names no days of the week"),
    ):
        desk.edit_rules((r"working: .*", f"working: {wrong}"))
        done = desk.act("mgr", "policy", "check")
        assert done.code == 1
        assert told in done.out
