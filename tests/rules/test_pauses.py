"""Pauses: tables worked by hand. Times are of 2026 in Shanghai; 1 to 7 October are off, Saturday the 10th is worked."""

import pytest
from scenario import Scenario, read, tell


def work(limit: str, reasons: str, start: str = "11-02 09:00", more: str = "") -> Scenario:
    """An assignment made at `start`, with a clock `complete` of that limit."""
    desk = Scenario(
        f"{{id: complete, of: assignments, start: [assigned, rework], stop: completed, limit: {limit},"
        f" pause: {{{reasons}}}, extendable: true}}\n{more}"
    )
    desk.take(start)
    desk.assign("A1", start)
    return desk


def rest(desk: Scenario, start: str, end: str = "", reason: str = "waiting-parts", case: str = "A1") -> None:
    desk.note(case, "paused", start, reason=reason)
    if end:
        desk.note(case, "resumed", end)


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        # 1 hour before the pause; of 7 more, 2 before noon and 4 after it on the 8th, 1 on Friday the 9th
        ("8bh", "10-09 09:30"),
        # 1 hour before, 7 after 10:00
        ("8h", "10-08 17:00"),
        # no close of a working day lies in the pause: 8, 9 and 10 October
        ("3wd", "10-10 17:30"),
        # the closes of 30 September to 7 October do, 24:00 of the days off: again 8, 9 and 10 October
        ("3d", "10-10 17:30"),
        # the same for seven days: 8 to 14 October
        ("1w", "10-14 17:30"),
    ],
)
def test_a_pause_over_the_holiday(limit: str, due: str) -> None:
    desk = work(limit, "waiting-parts: null", "09-30 15:00")
    rest(desk, "09-30 16:00", "10-08 10:00")
    assert desk.due("A1", "complete") == due


@pytest.mark.parametrize(
    ("start", "end", "due"),
    [
        # within the day, lunch and night: nothing is added
        ("11-03 09:00", "11-03 16:00", "11-05 17:30"),
        ("11-03 18:00", "11-04 08:00", "11-05 17:30"),
        # over the close of the 3rd: 4, 5 and 6 November
        ("11-03 16:00", "11-04 09:00", "11-06 17:30"),
        # over the close of the day it started on, which is not counted anyhow
        ("11-02 16:00", "11-03 09:00", "11-05 17:30"),
        # over the closes of the 5th and 6th, the weekend's too: the third day is Monday the 9th
        ("11-05 09:00", "11-09 09:00", "11-09 17:30"),
    ],
)
def test_a_working_day_at_whose_close_it_is_paused_does_not_count(start: str, end: str, due: str) -> None:
    desk = work("3wd", "waiting-parts: null")
    rest(desk, start, end)
    assert desk.due("A1", "complete") == due


def test_business_hours_lose_only_the_business_part_of_a_pause() -> None:
    # 11:00 to 14:00 holds one hour before lunch and half an hour after it
    desk = work("4bh", "waiting-parts: null")
    rest(desk, "11-02 11:00", "11-02 14:00")
    assert desk.due("A1", "complete") == "11-02 16:00"


def test_a_pause_longer_than_allowed_counts_as_far_as_it_may() -> None:
    # 10:00 to 12:00 of it counts: 13:00 + 2h
    desk = work("4h", "waiting-customer: 2h")
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-customer")
    one = desk.only("A1", "complete")
    assert (tell(one.due_at), tell(one.paused_from), tell(one.paused_until)) == (
        "11-02 15:00", "11-02 10:00", "11-02 12:00",
    )  # fmt: skip
    desk.note("A1", "resumed", "11-02 14:00")
    assert desk.due("A1", "complete") == "11-02 15:00"
    # each pause has its own longest: 14:30 to 16:30 counts too
    desk.note("A1", "paused", "11-02 14:30", reason="waiting-customer")
    assert desk.due("A1", "complete") == "11-02 17:00"


def test_the_longest_pause_may_be_a_working_day() -> None:
    # 09:00 to 10:00 ran; paused to Tuesday's close at most; 3 hours of Wednesday
    desk = work("4bh", "waiting-customer: 1wd")
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-customer")
    assert desk.due("A1", "complete") == "11-04 11:30"


def test_a_clock_runs_on_in_a_pause_for_a_reason_that_it_does_not_list() -> None:
    other = "{id: visit, of: assignments, start: assigned, stop: completed, limit: 4h, pause: {waiting-customer: null}}"
    desk = work("4h", "waiting-parts: null", more=other)
    rest(desk, "11-02 10:00", "11-02 11:00")
    assert (desk.due("A1", "complete"), desk.due("A1", "visit")) == ("11-02 14:00", "11-02 13:00")
    rest(desk, "11-02 11:30", reason="waiting-customer")
    paused = {one.clock: one.paused_from for one in desk.judge("A1")}
    assert paused == {"complete": None, "visit": read("11-02 11:30")}
    assert (desk.due("A1", "complete"), desk.due("A1", "visit")) == ("11-02 14:00", None)


def test_completed_straight_out_of_a_pause() -> None:
    # 13:00 and the five hours that it stood still
    desk = work("4h", "waiting-parts: null")
    rest(desk, "11-02 10:00")
    desk.note("A1", "completed", "11-02 15:00")
    assert desk.lives("A1", "complete") == [("stopped", "11-02 09:00", "11-02 18:00", "11-02 15:00", False)]


def test_cancelled_in_a_pause() -> None:
    order = "id: fulfil, of: orders, start: taken, stop: [cancelled, closed], limit: 4h, pause: {waiting-parts: null}"
    desk = work("4h", "waiting-parts: null", more=f"{{{order}}}")
    rest(desk, "11-02 10:00")
    desk.note("O1", "cancelled", "11-02 15:00", reason="住户取消")
    assert desk.lives("A1", "complete") == [("ended", "11-02 09:00", "11-02 18:00", "11-02 15:00", False)]
    assert desk.lives("O1", "fulfil") == [("stopped", "11-02 09:00", "11-02 18:00", "11-02 15:00", False)]


def test_one_that_is_late_keeps_its_due_time_in_a_pause() -> None:
    desk = work("4h", "waiting-parts: null")
    rest(desk, "11-02 14:00")
    one = desk.only("A1", "complete")
    assert (tell(one.due_at), one.paused_from) == ("11-02 13:00", None)
    desk.note("A1", "completed", "11-02 15:00")
    assert desk.only("A1", "complete").breached is True


def test_a_pause_is_cut_to_what_lies_between_start_and_stop() -> None:
    # recorded as begun before the assignment: 09:00 to 11:00 counts
    desk = work("4h", "waiting-parts: null")
    rest(desk, "11-02 08:00", "11-02 11:00")
    assert desk.due("A1", "complete") == "11-02 15:00"
    # and as over at 15:00, though it was completed at 12:00 already
    desk = work("4h", "waiting-parts: null")
    rest(desk, "11-02 10:00", "11-02 15:00")
    desk.note("A1", "completed", "11-02 12:00")
    assert desk.due("A1", "complete") == "11-02 15:00"


def test_a_pause_of_the_first_instance_does_not_count_for_the_second() -> None:
    desk = work("4h", "waiting-parts: null")
    rest(desk, "11-02 10:00", "11-02 11:00")
    desk.note("A1", "completed", "11-02 12:00")
    desk.note("A1", "rework", "11-02 14:00")
    assert [tell(one.due_at) for one in desk.judge("A1", "complete")] == ["11-02 14:00", "11-02 18:00"]


def test_a_granted_time_is_not_moved_by_a_pause() -> None:
    desk = work("4h", "waiting-parts: null")
    desk.note("A1", "extension-granted", "11-02 10:00", due_at="2026-11-02T16:00:00+08:00")
    rest(desk, "11-02 11:00")
    one = desk.only("A1", "complete")
    assert (tell(one.due_at), one.paused_from, one.fixed) == ("11-02 16:00", None, True)


def test_a_pause_ends_for_the_clock_when_a_granted_time_comes_after_all() -> None:
    order = "id: fulfil, of: orders, start: taken, stop: closed, pause: {waiting-parts: null}, extendable: true"
    limits = f"{{{order}, when: {{priority: urgent}}, limit: 2h}}\n{{{order}, limit: 8h}}"
    desk = work("4h", "waiting-parts: null", more=limits)
    desk.note("A1", "extension-granted", "11-02 10:00", due_at="2026-11-02T18:00:00+08:00")
    desk.note("O1", "amended", "11-02 11:00", priority="urgent", reason="停水")
    rest(desk, "11-02 12:00")
    # the earlier of 18:00 and 11:00 + 2h, which stands still since 12:00: no later than 18:00
    one = desk.only("O1", "fulfil")
    assert (tell(one.due_at), tell(one.paused_from), tell(one.paused_until)) == (
        "11-02 18:00", "11-02 12:00", "11-02 18:00",
    )  # fmt: skip


def test_counting_that_begins_in_a_pause_begins_with_its_end() -> None:
    desk = Scenario(
        "{id: visit, of: assignments, start: assigned, stop: completed, limit: 2h, from: order.appointment_at,"
        " pause: {waiting-parts: null}}"
    )
    desk.take("11-02 09:00", appointment_at="2026-11-02T12:00:00+08:00")
    desk.assign("A1", "11-02 09:00")
    rest(desk, "11-02 09:30", "11-02 10:00")
    assert desk.due("A1", "visit") == "11-02 14:00"
    rest(desk, "11-02 11:00", "11-02 13:00")
    assert desk.due("A1", "visit") == "11-02 15:00"


# --- the order's clocks -----------------------------------------------------------------------------------------------


def lead(second: str = "lead") -> Scenario:
    desk = Scenario(
        "{id: fulfil, of: orders, start: taken, stop: [state.done, closed], limit: 8h,"
        " pause: {waiting-parts: null, waiting-customer: 1h}}"
    )
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:10", "s03")
    desk.assign("A2", "11-02 09:10", "s04", role=second)
    return desk


def test_an_orders_clock_stands_still_only_while_all_open_leads_are_paused() -> None:
    desk = lead()
    rest(desk, "11-02 10:00", case="A1")
    one = desk.only("O1", "fulfil")
    assert (tell(one.due_at), one.paused_from) == ("11-02 17:00", None)
    rest(desk, "11-02 12:00", case="A2")
    one = desk.only("O1", "fulfil")
    assert (one.due_at, tell(one.paused_from), one.paused_until) == (None, "11-02 12:00", None)
    desk.note("A1", "resumed", "11-02 14:00")
    assert desk.due("O1", "fulfil") == "11-02 19:00"  # 12:00 to 14:00
    desk.note("A2", "resumed", "11-02 16:00")
    assert desk.due("O1", "fulfil") == "11-02 19:00"


def test_a_lead_who_has_ended_keeps_no_order_running() -> None:
    desk = lead()
    rest(desk, "11-02 10:00", case="A2")
    desk.note("A1", "completed", "11-02 11:00")
    one = desk.only("O1", "fulfil")
    assert (one.due_at, tell(one.paused_from)) == (None, "11-02 11:00")
    desk.note("A2", "resumed", "11-02 13:00")
    assert desk.due("O1", "fulfil") == "11-02 19:00"  # 11:00 to 13:00
    desk.note("A1", "rework", "11-02 13:30")
    rest(desk, "11-02 14:00", "11-02 15:00", case="A2")
    assert desk.due("O1", "fulfil") == "11-02 19:00"


def test_a_helper_who_works_on_keeps_no_order_running_either() -> None:
    desk = lead("helper")
    rest(desk, "11-02 10:00", "11-02 11:00", case="A1")
    assert desk.due("O1", "fulfil") == "11-02 18:00"
    rest(desk, "11-02 12:00", "11-02 13:00", case="A2")
    assert desk.due("O1", "fulfil") == "11-02 18:00"


def test_leads_may_be_paused_for_different_reasons_if_the_clock_lists_them_all() -> None:
    desk = lead()
    rest(desk, "11-02 10:00", "11-02 12:00", case="A1")
    rest(desk, "11-02 10:00", "11-02 12:00", reason="waiting-customer", case="A2")
    assert desk.due("O1", "fulfil") == "11-02 18:00"  # the customer may keep it for an hour
    desk = lead()
    rest(desk, "11-02 10:00", "11-02 12:00", case="A1")
    rest(desk, "11-02 10:00", "11-02 12:00", reason="weather", case="A2")
    assert desk.due("O1", "fulfil") == "11-02 17:00"


def test_a_completion_out_of_the_pause_of_all_stops_the_order_without_the_pause() -> None:
    desk = lead("helper")
    rest(desk, "11-02 10:00", case="A1")
    desk.note("A1", "completed", "11-02 18:00")
    assert desk.lives("O1", "fulfil") == [("stopped", "11-02 09:00", "11-03 01:00", "11-02 18:00", False)]
