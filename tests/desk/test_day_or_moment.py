"""A bare day keeps that it was one: as a due or until time it is the end of that day's business, as a start its 00:00.

The desk closes at 17:30 on working days; the 7th of November 2026 is a Saturday, which has no hours and ends a second
before midnight.
"""

import pytest
from desks import Desk, november

UNTIL = [
    ("2026-11-05", november(5, "17:30")),
    ("20261105", november(5, "17:30")),
    ("2026/11/5", november(5, "17:30")),
    ("today", november(3, "17:30")),
    ("tomorrow", november(4, "17:30")),
    ("2026-11-07", november(7, "23:59:59")),
    ("2026-11-05T00:00", november(5, "00:00")),
    ("+1d", november(4, "09:06")),
    ("17:00", november(3, "17:00")),
]


def begin(desk: Desk) -> str:
    desk.clock(3, "09:00")
    job = desk.send(desk.take(priority="urgent"), "pan")  # due 13:00 of that day
    desk.clock(3, "09:06")
    return job


@pytest.mark.parametrize(("typed", "wanted"), UNTIL)
def test_an_extension_to_a_day_lasts_until_its_close(desk: Desk, typed: str, wanted: str) -> None:
    asked, other = begin(desk), begin(desk)
    desk.do("pan", "ask-extension", asked, "--until", typed, "--reason", "等配件")
    desk.do("sup-e", "grant-extension", asked)
    desk.do("sup-e", "grant-extension", other, "--until", typed)
    assert [desk.due(job, "complete")["due_at"] for job in (asked, other)] == [wanted] * 2


def test_work_done_on_the_day_granted_is_not_late(desk: Desk) -> None:
    job = begin(desk)
    desk.do("pan", "ask-extension", job, "--until", "2026-11-05", "--reason", "等配件")
    desk.do("sup-e", "grant-extension", job)
    desk.clock(5, "10:00")
    desk.do("pan", "complete", job)
    assert desk.due(job, "complete")["breached"] is False


@pytest.mark.parametrize("typed", ["2026-11-02", "yesterday", "2026-11-03T09:06"])
def test_a_day_that_is_over_is_refused(desk: Desk, typed: str) -> None:
    job = begin(desk)
    told = desk.refuse(4, "pan", "ask-extension", job, "--until", typed, "--reason", "等配件")
    assert "--until: " in told
    assert "is not in the future" in told


def test_today_is_over_when_business_is(desk: Desk) -> None:
    job = begin(desk)
    desk.clock(3, "17:30")
    told = desk.refuse(4, "sup-e", "grant-extension", job, "--until", "today")
    assert f"--until: {november(3, '17:30')} is not in the future" in told


def test_a_measure_is_planned_and_corrected_by_the_day(desk: Desk) -> None:
    words = ("--content", "态度差", "--caller", "张示例", "--phone", "138-0000-0001", "--staff", "pan")
    complaint = desk.do("lin", "complaint", "new", *words)["id"]
    desk.clock(3, "10:00")
    plan = ("complaint", "measure", complaint, "--text", "复训", "--owner", "sup-e", "--due")
    item = desk.do("sup-d", *plan, "tomorrow")["measure_id"]
    assert desk.due(complaint, "measure")["due_at"] == november(4, "17:30")
    amend = ("amend", item, "--reason", "记错")
    for typed, wanted in (("today", november(3, "17:30")), ("2026-11-06", november(6, "17:30"))):
        desk.do("sup-d", *amend, f"measure_due={typed}")
        assert desk.due(complaint, "measure")["due_at"] == wanted
    for typed in ("2026-11-02", "2026-11-03T10:00"):
        told = desk.refuse(4, "sup-d", *amend, f"measure_due={typed}")
        assert "measure_due: " in told
        assert "is not in the future" in told
    assert [each["id"] for each in desk.do("lin", "list", "complaints", "--where", "measure_due=2026-11-06")] == [
        complaint
    ]


def test_a_start_is_the_beginning_of_the_day_unless_the_rules_are_due_by_it(desk: Desk) -> None:
    assert desk.show(desk.take(appointment="2026-11-05"))["appointment_at"] == november(5, "00:00")
    clock = "  - {id: visit, of: orders, start: taken, stop: [closed, answered], due: appointment_at, owner: desk}"
    desk.edit_rules((r"(?m)^clocks:\n", f"clocks:\n{clock}\n"))
    order = desk.take(appointment="2026-11-05")
    assert desk.show(order)["appointment_at"] == november(5, "17:30")
    assert desk.due(order, "visit")["due_at"] == november(5, "17:30")
    assert [each["id"] for each in desk.do("lin", "list", "--where", "appointment_at=2026-11-05")] == [order]


def test_an_extension_never_cuts_short(desk: Desk) -> None:
    """Neither asked for nor granted to a time that is no later than the present due time."""
    job = begin(desk)
    due = desk.due(job, "complete")["due_at"]
    assert "is not later than" in desk.refuse(4, "pan", "ask-extension", job, "--until", due, "--reason", "等配件")
    desk.do("pan", "ask-extension", job, "--until", "2026-11-06", "--reason", "等配件")
    assert "is not later than" in desk.refuse(4, "sup-e", "grant-extension", job, "--until", due)
    desk.do("sup-e", "grant-extension", job, "--until", "2026-11-05")
