"""The fold: states of orders and assignments, what follows without a row, conflicts, corrections, late rows."""

import random

import pytest
from scenario import Scenario, read

from dispatchctl.registers import SHIPPED
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import fold_family


def begin() -> Scenario:
    desk = Scenario()
    desk.take("11-02 09:00")
    return desk


def list_conflicts(desk: Scenario, case: str) -> list[str]:
    return [row.event for row in desk.case(case).conflicts]


# --- the states of an order ------------------------------------------------------------------------------------------


def test_an_order_shows_how_far_its_assignment_is() -> None:
    desk = begin()
    assert desk.state("O1") == "open"
    desk.note("O1", "needs-dispatch", "11-02 09:05")
    assert desk.state("O1") == "pool"
    desk.assign("A1", "11-02 09:10")
    assert desk.state("O1") == "dispatched"
    for event, state in [
        ("acknowledged", "dispatched"),
        ("started", "in-progress"),
        ("completed", "done"),
        ("rework", "in-progress"),
        ("completed", "done"),
        ("confirmed", "closed"),
    ]:
        desk.note("A1", event, "11-02 09:20")
        assert desk.state("O1") == state


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (["started"], [], "in-progress"),
        (["paused"], [], "in-progress"),
        (["completed"], ["acknowledged"], "dispatched"),
        (["completed"], ["started"], "in-progress"),
        (["completed"], ["completed"], "done"),
        (["completed", "confirmed"], ["completed"], "done"),
        (["completed", "confirmed"], ["completed", "confirmed"], "closed"),
        (["completed", "confirmed"], ["reassigned"], "closed"),
        (["completed"], ["declined"], "done"),
        (["declined"], ["withdrawn"], "pool"),
        (["reassigned"], ["declined"], "pool"),
    ],
)
def test_of_several_leads_the_least_advanced_decides(first: list[str], second: list[str], state: str) -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s03")
    desk.assign("A2", "11-02 09:10", "s04")
    for case, events in (("A1", first), ("A2", second)):
        for event in events:
            desk.note(case, event, "11-02 10:00", reason="waiting-parts")
    assert desk.state("O1") == state


def test_helpers_decide_nothing() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s04", role="helper")
    assert desk.state("O1") == "open"
    desk.assign("A2", "11-02 09:10", "s03")
    desk.note("A1", "started", "11-02 09:20")
    assert desk.state("O1") == "dispatched"
    desk.note("A1", "completed", "11-02 09:30")
    assert desk.state("O1") == "dispatched"


def test_a_reopened_order_counts_only_what_is_assigned_from_then_on() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    desk.note("A1", "completed", "11-02 10:00")
    desk.note("A1", "confirmed", "11-02 10:10")
    assert desk.state("O1") == "closed"
    desk.note("O1", "reopened", "11-03 09:00", reason="又漏水")
    assert desk.state("O1") == "pool"
    desk.assign("A2", "11-03 09:10")
    assert desk.state("O1") == "dispatched"
    desk.note("A2", "completed", "11-03 10:00")
    assert desk.state("O1") == "done"
    desk.note("A2", "confirmed", "11-03 10:10")
    assert desk.state("O1") == "closed"


# --- what follows without a row of its own ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        (["completed", "completed"], "completed"),
        (["completed", "declined"], "withdrawn"),
        (["declined", "completed"], "completed"),
        (["withdrawn", "declined"], "withdrawn"),
    ],
)
def test_a_helper_ends_as_the_last_lead_does(ends: list[str], state: str) -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s03")
    desk.assign("A2", "11-02 09:10", "s04")
    desk.assign("A3", "11-02 09:10", "s05", role="helper")
    desk.note("A1", ends[0], "11-02 10:00", reason="人手不够")
    assert desk.state("A3") == "assigned"
    last = desk.note("A2", ends[1], "11-02 11:00", reason="人手不够")
    helper = desk.case("A3")
    assert helper.state == state
    assert helper.marks[state] == read("11-02 11:00")
    assert (helper.rows[-1].ref, helper.rows[-1].derived) == (last.ref, True)


def test_a_reassignment_leaves_the_helper_at_work() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s03")
    desk.assign("A2", "11-02 09:10", "s05", role="helper")
    words = {"order_id": "O1", "dispatcher": "s02", "assignee": "s04", "role": "lead"}
    desk.together(("A1", "reassigned", "11-02 10:00", {"reason": "请假"}), ("A3", "assigned", "11-02 10:00", words))
    assert [desk.state(name) for name in ("A1", "A2", "A3", "O1")] == [
        "reassigned", "assigned", "assigned", "dispatched",
    ]  # fmt: skip


def test_a_helper_sent_after_the_lead_declined_stays_for_the_next_lead() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s03")
    desk.note("A1", "declined", "11-02 09:20", reason="人手不够")
    desk.assign("A2", "11-02 09:30", "s05", role="helper")
    assert desk.state("A2") == "assigned"
    desk.assign("A3", "11-02 09:40", "s04")
    desk.note("A3", "completed", "11-02 10:00")
    assert desk.state("A2") == "completed"


def test_a_lead_assigned_and_completed_in_one_command_ends_the_helper() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s05", role="helper")
    words = {"order_id": "O1", "dispatcher": "s02", "assignee": "s04", "role": "lead"}
    desk.together(("A2", "assigned", "11-02 10:00", words), ("A2", "completed", "11-02 10:30"))
    assert desk.state("A1") == "completed"


def test_a_cancelled_order_withdraws_its_open_assignments() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s03")
    desk.assign("A2", "11-02 09:10", "s04")
    desk.assign("A3", "11-02 09:10", "s05", role="helper")
    desk.note("A1", "completed", "11-02 10:00")
    cancelled = desk.note("O1", "cancelled", "11-02 11:00", reason="住户取消")
    assert [desk.state(name) for name in ("A1", "A2", "A3")] == ["completed", "withdrawn", "withdrawn"]
    assert desk.case("A2").rows[-1].ref == cancelled.ref
    assert desk.case("A2").marks["withdrawn"] == read("11-02 11:00")


def test_an_answer_withdraws_a_helper_who_was_sent_ahead() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s05", role="helper")
    desk.note("O1", "answered", "11-02 09:30", answer="已电话指导")
    assert desk.state("A1") == "withdrawn"


def test_states_passed_through_within_a_command_are_not_reached() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    desk.together(("A1", "completed", "11-02 10:00"), ("A1", "confirmed", "11-02 10:00"))
    reached = [moment.event for moment in desk.family.moments if moment.register == "state" and moment.case == "O1"]
    assert reached == ["open", "dispatched", "closed"]


# --- what is refused --------------------------------------------------------------------------------------------------


def test_of_two_offices_that_complete_the_same_assignment_the_later_is_a_conflict() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    desk.note("A1", "completed", "11-02 10:00")
    late = desk.note("A1", "completed", "11-02 09:50", office="SZ")
    case = desk.case("A1")
    assert case.conflicts == [late]
    assert case.marks["completed"] == read("11-02 10:00")
    assert len([moment for moment in desk.family.moments if moment.event == "completed"]) == 2  # the row, the state


def test_an_assignment_to_a_closed_order_is_a_conflict() -> None:
    desk = begin()
    desk.note("O1", "answered", "11-02 09:30", answer="已电话指导")
    desk.assign("A1", "11-02 09:40")
    assert list_conflicts(desk, "A1") == ["assigned"]
    assert (desk.state("A1"), desk.state("O1")) == ("void", "closed")


def test_an_assignment_to_an_order_nobody_took_is_a_conflict() -> None:
    desk = Scenario()
    desk.assign("A1", "11-02 09:40")
    assert list_conflicts(desk, "A1") == ["assigned"]


@pytest.mark.parametrize(
    ("events", "refused"),
    [
        (["started", "acknowledged"], "acknowledged"),
        (["started", "declined"], "declined"),
        (["paused", "paused"], "paused"),
        (["resumed"], "resumed"),
        (["confirmed"], "confirmed"),
        (["completed", "withdrawn"], "withdrawn"),
        (["completed", "confirmed", "rework"], "rework"),
        (["declined", "progress"], "progress"),
    ],
)
def test_what_the_state_does_not_allow_changes_nothing(events: list[str], refused: str) -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    for event in events[:-1]:
        desk.note("A1", event, "11-02 10:00", reason="waiting-parts")
    before = desk.state("A1")
    desk.note("A1", events[-1], "11-02 10:00", reason="waiting-parts")
    assert list_conflicts(desk, "A1") == [refused]
    assert desk.state("A1") == before


@pytest.mark.parametrize("before", ["assigned", "acknowledged", "started"])
def test_resumed_returns_to_the_state_before_the_pause(before: str) -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    if before != "assigned":
        desk.note("A1", before, "11-02 09:20")
    state = desk.state("A1")
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-parts")
    assert desk.state("A1") == "paused"
    desk.note("A1", "resumed", "11-02 11:00")
    assert desk.state("A1") == state


# --- corrections ------------------------------------------------------------------------------------------------------


def test_an_amendment_changes_fields_and_keeps_its_reason_out_of_them() -> None:
    desk = begin()
    desk.note("O1", "amended", "11-02 09:30", priority="urgent", reason="听错了")
    case = desk.case("O1")
    assert (case.fields["priority"], "reason" in case.fields, case.state) == ("urgent", False, "open")


def test_an_order_whose_first_row_is_retracted_is_void_and_so_is_what_was_made_of_it() -> None:
    desk = Scenario()
    taken = desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:10")
    desk.note("A1", "started", "11-02 09:20")
    desk.retract(taken, "11-02 09:30")
    assert (desk.state("O1"), desk.state("A1")) == ("void", "void")
    assert list_conflicts(desk, "A1") == []  # taken back with the order: no fault of anybody


def test_a_retracted_completion_brings_back_all_that_it_ended() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s03")
    desk.assign("A2", "11-02 09:10", "s05", role="helper")
    desk.note("A1", "started", "11-02 09:20")
    completed = desk.note("A1", "completed", "11-02 10:00")
    assert (desk.state("A2"), desk.state("O1")) == ("completed", "done")
    desk.retract(completed, "11-02 10:10")
    assert [desk.state(name) for name in ("A1", "A2", "O1")] == ["working", "assigned", "in-progress"]


def test_a_retraction_can_be_retracted_and_that_again() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    completed = desk.note("A1", "completed", "11-02 10:00")
    first = desk.retract(completed, "11-02 10:10")
    assert desk.state("A1") == "assigned"
    second = desk.retract(first, "11-02 10:20")
    assert desk.state("A1") == "completed"
    desk.retract(second, "11-02 10:30")
    assert desk.state("A1") == "assigned"


def test_a_retraction_that_was_recorded_before_its_row_counts() -> None:
    # the clock of the second office is an hour behind
    desk = begin()
    desk.assign("A1", "11-02 09:10", recorded="11-02 09:10")
    completed = desk.note("A1", "completed", "11-02 10:00", recorded="11-02 10:00")
    desk.note(
        "A1", "retracted", "11-02 09:15", office="SZ", recorded="11-02 09:15", row=completed.ref, reason="录入有误"
    )
    assert desk.state("A1") == "assigned"


def test_rows_that_take_each_other_back_do_not_hang() -> None:
    desk = begin()
    desk.note("O1", "retracted", "11-02 09:10", row="orders/2026-11.main#3", reason="改坏")
    desk.note("O1", "retracted", "11-02 09:20", row="orders/2026-11.main#2", reason="改坏")
    assert desk.state("O1") == "open"


def test_what_a_retraction_makes_impossible_is_a_conflict() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    completed = desk.note("A1", "completed", "11-02 10:00")
    desk.note("A1", "confirmed", "11-02 10:10")
    desk.retract(completed, "11-02 10:20")
    assert list_conflicts(desk, "A1") == ["confirmed"]
    assert desk.state("O1") == "dispatched"


def test_a_row_can_only_be_retracted_through_its_own_case() -> None:
    desk = begin()
    desk.take("11-02 09:00", case="O2")
    row = desk.rows[0]
    desk.note("O2", "retracted", "11-02 09:10", row=row.ref, reason="录入有误")
    assert (desk.state("O1"), desk.state("O2")) == ("open", "open")


# --- order in time ----------------------------------------------------------------------------------------------------


def test_rows_are_folded_by_when_they_were_recorded_whatever_they_say_of_when_it_was() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    desk.note("A1", "started", "11-02 11:00")
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-parts")
    assert (desk.state("A1"), desk.case("A1").conflicts) == ("paused", [])


def test_a_row_of_another_writer_that_arrives_late_takes_its_place() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", recorded="11-02 09:10")
    desk.note("A1", "completed", "11-02 10:00", recorded="11-02 10:00")
    assert desk.state("A1") == "completed"
    # the other office withdrew it at 09:30; its rows come in the evening
    desk.note("A1", "withdrawn", "11-02 09:30", office="SZ", recorded="11-02 09:30", reason="派错单")
    assert (desk.state("A1"), list_conflicts(desk, "A1")) == ("withdrawn", ["completed"])
    assert desk.state("O1") == "pool"


def test_equal_times_are_folded_by_writer() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", recorded="11-02 09:10")
    desk.note("A1", "declined", "11-02 09:30", office="SZ", recorded="11-02 09:30", reason="在外地")
    desk.note("A1", "started", "11-02 09:30", office="BJ", recorded="11-02 09:30")
    assert (desk.state("A1"), list_conflicts(desk, "A1")) == ("working", ["declined"])


def test_a_row_from_an_office_whose_clock_is_behind_does_not_hide_the_assignment() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", recorded="11-02 09:10")
    desk.note("A1", "acknowledged", "11-02 09:05", office="SZ", recorded="11-02 09:05")
    assert list_conflicts(desk, "A1") == ["acknowledged"]
    assert (desk.state("A1"), desk.state("O1")) == ("assigned", "dispatched")


def test_a_row_repeated_with_one_request_id_counts_once() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    desk.note("A1", "progress", "11-02 09:30", request="k1", parts="阀门")
    desk.note("A1", "progress", "11-02 09:30", office="SZ", request="k1", parts="阀门")
    desk.note("A1", "problem", "11-02 09:40", request="k1")
    desk.note("A1", "progress", "11-02 09:50")
    desk.note("A1", "progress", "11-02 09:50")
    case = desk.case("A1")
    assert [row.event for row in case.rows] == ["assigned", "progress", "problem", "progress", "progress"]
    assert case.conflicts == []


def test_rows_of_one_command_share_its_request_id_and_all_count() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10")
    words = {"request": "k1"}
    desk.together(*(("A1", "progress", "11-02 09:30", {**words, "parts": parts}) for parts in ("阀门", "水管")))
    desk.note("A1", "progress", "11-02 09:40", **words, parts="阀门")
    assert [row.fields.get("parts") for row in desk.case("A1").rows[1:]] == ["阀门", "水管"]


def test_the_order_in_which_rows_are_handed_over_means_nothing() -> None:
    desk = begin()
    desk.assign("A1", "11-02 09:10", "s03")
    desk.assign("A2", "11-02 09:10", "s05", role="helper")
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-parts")
    desk.note("A1", "resumed", "11-02 11:00")
    completed = desk.note("A1", "completed", "11-02 12:00")
    desk.retract(completed, "11-02 12:10")
    expected = describe(desk.rows)
    shuffled = list(desk.rows)
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert describe(shuffled) == expected


def describe(rows: list[Row]) -> tuple:
    family = fold_family(rows, SHIPPED)
    cases = [(case.id, case.state, case.fields, case.rows, case.conflicts) for case in family.cases.values()]
    return cases, family.moments
