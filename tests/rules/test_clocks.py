"""The life of a clock: tables worked by hand, and random lives that must hang together.

Times are of 2026 in Shanghai; 2 November is a Monday. Hours are 08:30 to 12:00 and 13:30 to 17:30.
"""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario import Scenario, bind_rules, compile_rules, read, tell
from surroundings import examples

from dispatchctl import registers
from dispatchctl.registers.assignments import OPEN
from dispatchctl.rules.clocks import judge_case
from dispatchctl.rules.families import fold_family, may_happen
from dispatchctl.rules.people import People
from dispatchctl.rules.segments import explain_instance
from dispatchctl.rules.variants import ClockTable

DISPATCH = (
    "{id: dispatch, of: orders, start: [taken, reopened, assignments.declined, assignments.withdrawn],"
    " stop: [answered, referred, closed, assignments.assigned], limit: 30m, owner: desk}"
)
FULFIL = (
    "{id: fulfil, of: orders, start: [taken, reopened, assignments.rework], stop: [state.done, answered, closed],"
    " limit: 8h, owner: dispatcher, extendable: true}"
)
ACKNOWLEDGE = "{id: acknowledge, of: assignments, start: assigned, stop: [acknowledged, declined], limit: 30m}"
COMPLETE = (
    "{id: complete, of: assignments, start: [assigned, rework], stop: completed, limit: 4bh, owner: assignee,"
    " extendable: true, pause: {waiting-parts: null}}"
)
CONFIRM = "{id: confirm, of: assignments, start: completed, stop: [confirmed, rework], limit: 1wd, owner: dispatcher}"
SHIPPED = "\n".join((DISPATCH, FULFIL, ACKNOWLEDGE, COMPLETE, CONFIRM))


def sent(rules: str = SHIPPED) -> Scenario:
    """An order taken at 09:00 and assigned at 09:00: `complete` runs 3 hours to 12:00 and one from 13:30, to 14:30."""
    desk = Scenario(rules)
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    return desk


# --- start, stop, end -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "late"), [("11-02 14:30", False), ("11-02 14:30:01", True), ("11-02 10:00", False), ("11-05 10:00", True)]
)
def test_on_time_is_stopped_at_or_before_the_due_time(at: str, late: bool) -> None:
    desk = sent()
    desk.note("A1", "completed", at)
    assert desk.lives("A1", "complete") == [("stopped", "11-02 09:00", "11-02 14:30", at, late)]
    assert desk.only("A1", "complete").stopped_by == "completed"


def test_rework_opens_the_next_instance_with_the_full_limit() -> None:
    desk = sent()
    desk.note("A1", "completed", "11-02 16:00")
    desk.note("A1", "rework", "11-02 16:30")
    # 16:30 to 17:30, then 3 hours from 08:30
    desk.note("A1", "completed", "11-03 11:30")
    assert desk.lives("A1", "complete") == [
        ("stopped", "11-02 09:00", "11-02 14:30", "11-02 16:00", True),
        ("stopped", "11-02 16:30", "11-03 11:30", "11-03 11:30", False),
    ]
    assert [one.number for one in desk.judge("A1", "complete")] == [1, 2]
    assert desk.lives("O1", "fulfil") == [
        ("stopped", "11-02 09:00", "11-02 17:00", "11-02 16:00", False),
        ("stopped", "11-02 16:30", "11-03 00:30", "11-03 11:30", True),
    ]
    assert desk.lives("A1", "confirm") == [
        ("stopped", "11-02 16:00", "11-03 17:30", "11-02 16:30", False),
        ("running", "11-03 11:30", "11-04 17:30", None, None),
    ]


def test_a_start_while_it_runs_does_not_restart_it() -> None:
    desk = sent("{id: dispatch, of: orders, start: [taken, assignments.declined], stop: closed, limit: 1h}")
    desk.note("A1", "declined", "11-02 09:20", reason="在外地")
    assert desk.lives("O1", "dispatch") == [("running", "11-02 09:00", "11-02 10:00", None, None)]


def test_a_new_assignment_has_clocks_of_its_own_while_those_of_the_order_run_on() -> None:
    desk = sent()
    words = {"order_id": "O1", "dispatcher": "s02", "assignee": "s04", "role": "lead"}
    desk.together(("A1", "reassigned", "11-02 16:00", {"reason": "请假"}), ("A2", "assigned", "11-02 16:00", words))
    assert desk.lives("A1", "complete") == [("ended", "11-02 09:00", "11-02 14:30", "11-02 16:00", True)]
    # 90 minutes on Monday, 2 and a half hours on Tuesday
    assert desk.lives("A2", "complete") == [("running", "11-02 16:00", "11-03 11:00", None, None)]
    assert desk.lives("O1", "fulfil") == [("running", "11-02 09:00", "11-02 17:00", None, None)]
    assert desk.lives("O1", "dispatch") == [("stopped", "11-02 09:00", "11-02 09:30", "11-02 09:00", False)]


@pytest.mark.parametrize("event", ["acknowledged", "started", "completed", "declined"])
def test_a_later_step_stops_what_waits_for_an_earlier_one(event: str) -> None:
    desk = sent()
    desk.note("A1", event, "11-02 09:20", reason="在外地")
    one = desk.only("A1", "acknowledge")
    assert (one.state, one.stopped_by) == ("stopped", event)


def test_an_earlier_step_does_not_stop_what_waits_for_a_later_one() -> None:
    desk = sent("{id: begin, of: assignments, start: assigned, stop: started, limit: 2h}")
    desk.note("A1", "acknowledged", "11-02 09:20")
    assert desk.only("A1", "begin").state == "running"
    desk.note("A1", "completed", "11-02 09:40")
    assert desk.only("A1", "begin").stopped_by == "completed"


@pytest.mark.parametrize(("at", "late"), [("11-02 14:00", False), ("11-02 14:30", False), ("11-02 15:00", True)])
def test_a_final_state_ends_what_runs_late_only_if_it_was_due(at: str, late: bool) -> None:
    desk = sent()
    desk.note("O1", "cancelled", at, reason="住户取消")
    assert desk.lives("A1", "complete") == [("ended", "11-02 09:00", "11-02 14:30", at, late)]
    assert desk.lives("O1", "fulfil") == [("ended", "11-02 09:00", "11-02 17:00", at, False)]
    assert len(desk.judge("O1", "dispatch")) == 1  # what is withdrawn with the order is not to be dispatched anew


def test_a_final_state_does_not_end_what_its_own_event_starts() -> None:
    desk = sent(
        """{id: pay-worker, of: assignments, start: confirmed, stop: amended, limit: 3d}
           {id: collect, of: orders, start: [closed, state.closed, assignments.confirmed], stop: paid, limit: 3d}"""
    )
    desk.note("A1", "completed", "11-02 10:00")
    desk.note("A1", "confirmed", "11-02 11:00")
    assert desk.state("O1") == "closed"
    assert desk.only("A1", "pay-worker").state == "running"
    assert desk.only("O1", "collect").state == "running"
    desk.note("O1", "paid", "11-04 11:00", amount="50.00")
    assert desk.only("O1", "collect").state == "stopped"


def test_an_order_that_is_taken_and_ended_in_one_command_leaves_nothing_running() -> None:
    desk = Scenario("{id: price, of: orders, start: taken, stop: repriced, limit: 1d}")
    desk.together(
        ("O1", "taken", "11-02 09:00", {"kind": "inquiry"}), ("O1", "answered", "11-02 09:05", {"answer": "已答复"})
    )
    assert desk.lives("O1", "price") == [("ended", "11-02 09:00", "11-03 17:30", "11-02 09:05", False)]


def test_what_only_another_registers_events_stop_outlives_the_case_but_not_what_its_assignments_owe() -> None:
    desk = sent(
        """{id: send, of: orders, start: taken, stop: notices.sent, limit: 1d}
           {id: finish, of: orders, start: taken, stop: assignments.completed, limit: 1d}"""
    )
    desk.note("O1", "cancelled", "11-02 10:00", reason="住户取消")
    assert desk.only("O1", "send").state == "running"
    assert desk.only("O1", "finish").state == "ended"
    desk.note("U1", "sent", "11-02 11:00", case="O1", kind="assignment", to="s03", channel="screen")
    assert desk.only("O1", "send").state == "stopped"


def test_a_stop_that_lies_before_the_start_counts_as_at_the_start() -> None:
    desk = sent()
    desk.note("A1", "completed", "11-02 08:00")
    assert desk.lives("A1", "complete") == [("stopped", "11-02 09:00", "11-02 14:30", "11-02 09:00", False)]


def test_a_reopened_order_starts_anew() -> None:
    desk = sent()
    desk.note("A1", "completed", "11-02 10:00")
    desk.note("A1", "confirmed", "11-02 10:10")
    desk.note("O1", "reopened", "11-03 09:00", reason="又漏水")
    assert desk.lives("O1", "fulfil")[1] == ("running", "11-03 09:00", "11-03 17:00", None, None)
    assert desk.lives("O1", "dispatch")[1] == ("running", "11-03 09:00", "11-03 09:30", None, None)
    assert [one.number for one in desk.judge("O1", "fulfil")] == [1, 2]


def test_a_declined_order_waits_to_be_dispatched_again() -> None:
    desk = sent()
    desk.note("A1", "declined", "11-02 09:20", reason="在外地")
    desk.assign("A2", "11-02 10:00", "s04")
    assert desk.lives("O1", "dispatch") == [
        ("stopped", "11-02 09:00", "11-02 09:30", "11-02 09:00", False),
        ("stopped", "11-02 09:20", "11-02 09:50", "11-02 10:00", True),
    ]


def test_helpers_clocks_stop_with_the_last_leads_completion_and_start_none() -> None:
    desk = sent()
    desk.assign("A2", "11-02 09:00", "s05", role="helper")
    desk.note("A1", "completed", "11-02 15:00")
    assert desk.lives("A2", "complete") == [("stopped", "11-02 09:00", "11-02 14:30", "11-02 15:00", True)]
    assert desk.only("A2", "acknowledge").state == "stopped"
    assert desk.judge("A2", "confirm") == []


def test_a_helper_neither_stops_nor_starts_a_clock_of_the_order() -> None:
    desk = Scenario(SHIPPED)
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:05", role="helper")
    assert desk.only("O1", "dispatch").state == "running"
    desk.assign("A2", "11-02 09:10")
    desk.note("A1", "declined", "11-02 09:20", reason="在外地")
    assert desk.lives("O1", "dispatch") == [("stopped", "11-02 09:00", "11-02 09:30", "11-02 09:10", False)]


def test_a_state_passed_through_within_a_command_stops_nothing() -> None:
    desk = sent("{id: done, of: orders, start: taken, stop: state.done, limit: 8h}")
    desk.together(("A1", "completed", "11-02 10:00"), ("A1", "confirmed", "11-02 10:00"))
    assert desk.only("O1", "done").state == "ended"


# --- corrections and late rows ----------------------------------------------------------------------------------------


def test_a_retracted_completion_makes_the_clock_run_again() -> None:
    desk = sent()
    completed = desk.note("A1", "completed", "11-02 10:00")
    retraction = desk.retract(completed, "11-02 10:10")
    assert desk.lives("A1", "complete") == [("running", "11-02 09:00", "11-02 14:30", None, None)]
    assert desk.judge("A1", "confirm") == []
    desk.retract(retraction, "11-02 10:20")
    assert desk.only("A1", "complete").stopped_at == read("11-02 10:00")


def test_a_void_case_has_no_clocks() -> None:
    desk = Scenario(SHIPPED)
    taken = desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    desk.retract(taken, "11-02 10:00")
    assert desk.judge("O1") == desk.judge("A1") == []


def test_a_conflict_moves_no_clock() -> None:
    desk = sent()
    desk.note("A1", "completed", "11-02 15:00")
    desk.note("A1", "completed", "11-02 14:00", office="SZ")
    assert desk.lives("A1", "complete") == [("stopped", "11-02 09:00", "11-02 14:30", "11-02 15:00", True)]


def test_a_completion_that_arrives_late_stops_the_clock_when_it_was_recorded() -> None:
    desk = Scenario(SHIPPED)
    desk.take("11-02 09:00", recorded="11-02 09:00")
    desk.assign("A1", "11-02 09:00", recorded="11-02 09:00")
    desk.note("A1", "progress", "11-02 16:00", recorded="11-02 16:00")
    desk.note("A1", "completed", "11-02 14:00", office="SZ", recorded="11-02 14:01")
    assert desk.only("A1", "complete").stopped_at == read("11-02 14:00")
    assert [row.event for row in desk.case("A1").conflicts] == ["progress"]


# --- extensions (KZ-8.9) ----------------------------------------------------------------------------------------------

ASK = {"until": "2026-11-03T12:00:00+08:00", "reason": "配件未到"}
TUESDAY_NOON = {"due_at": "2026-11-03T12:00:00+08:00"}
WEDNESDAY_NOON = {"due_at": "2026-11-04T12:00:00+08:00"}


def extend(*steps: tuple[str, str, dict[str, str]]) -> Scenario:
    desk = sent()
    for event, at, words in steps:
        desk.note("A1", f"extension-{event}", at, **words)
    return desk


@pytest.mark.parametrize(
    ("steps", "due", "shown"),
    [
        # undecided: nothing changes
        ([("asked", "11-02 14:00", ASK)], "11-02 14:30", "asked"),
        ([("asked", "11-02 14:00", ASK), ("granted", "11-02 14:10", TUESDAY_NOON)], "11-03 12:00", "granted"),
        # asked at the very due time and granted the next day: it holds from the asking
        ([("asked", "11-02 14:30", ASK), ("granted", "11-03 09:00", TUESDAY_NOON)], "11-03 12:00", "granted"),
        # a second later it is too late, whoever grants it
        ([("asked", "11-02 14:30:01", ASK)], "11-02 14:30", "refused"),
        ([("asked", "11-02 14:30:01", ASK), ("granted", "11-02 15:00", TUESDAY_NOON)], "11-02 14:30", "refused"),
        ([("asked", "11-02 14:00", ASK), ("refused", "11-02 15:00", {"reason": "不批"})], "11-02 14:30", "refused"),
        # granted unasked, in time and late
        ([("granted", "11-02 14:30", TUESDAY_NOON)], "11-03 12:00", "granted"),
        ([("granted", "11-02 14:31", TUESDAY_NOON)], "11-02 14:30", "refused"),
        # of several the last holds, even where it is the earlier time
        (
            [("granted", "11-02 10:00", WEDNESDAY_NOON), ("granted", "11-02 11:00", TUESDAY_NOON)],
            "11-03 12:00",
            "granted",
        ),
        (
            [("granted", "11-02 10:00", TUESDAY_NOON), ("granted", "11-03 12:00", WEDNESDAY_NOON)],
            "11-04 12:00",
            "granted",
        ),
        # a second request, refused, leaves what was granted
        (
            [
                ("granted", "11-02 10:00", TUESDAY_NOON),
                ("asked", "11-03 11:00", ASK),
                ("refused", "11-03 11:30", {"reason": "不批"}),
            ],
            "11-03 12:00",
            "refused",
        ),
        # asked in time, asked again when it was late: the first request still stands
        (
            [
                ("asked", "11-02 14:00", ASK),
                ("asked", "11-02 15:00", ASK),
                ("granted", "11-02 16:00", TUESDAY_NOON),
            ],
            "11-03 12:00",
            "granted",
        ),
        # refused, then granted after the due time with no new request
        (
            [
                ("asked", "11-02 14:00", ASK),
                ("refused", "11-02 14:10", {"reason": "不批"}),
                ("granted", "11-02 15:00", TUESDAY_NOON),
            ],
            "11-02 14:30",
            "refused",
        ),
    ],
)
def test_extensions(steps: list, due: str, shown: str) -> None:
    one = extend(*steps).only("A1", "complete")
    assert (tell(one.due_at), one.extension) == (due, shown)


def test_an_extension_granted_late_undoes_the_breach() -> None:
    steps = [("asked", "11-02 14:00", ASK), ("granted", "11-02 16:00", TUESDAY_NOON)]
    desk = extend(*steps)
    desk.note("A1", "completed", "11-03 11:00")
    assert desk.lives("A1", "complete") == [("stopped", "11-02 09:00", "11-03 12:00", "11-03 11:00", False)]


def test_an_extension_moves_the_extendable_clocks_of_the_assignment_and_its_order_and_no_others() -> None:
    desk = extend(("granted", "11-02 09:10", TUESDAY_NOON))
    assert desk.due("A1", "complete") == desk.due("O1", "fulfil") == "11-03 12:00"
    assert desk.due("A1", "acknowledge") == "11-02 09:30"


def test_an_extension_does_not_reach_the_next_instance() -> None:
    desk = extend(("granted", "11-02 10:00", WEDNESDAY_NOON))
    desk.note("A1", "completed", "11-02 11:00")
    desk.note("A1", "rework", "11-02 13:30")
    again = desk.judge("A1", "complete")[1]
    assert (tell(again.due_at), again.extension) == ("11-02 17:30", "")


# --- changed facts ----------------------------------------------------------------------------------------------------

PRIORITIES = """
    {id: fulfil, of: orders, start: taken, stop: [answered, closed], when: {priority: urgent}, limit: 2h}
    {id: fulfil, of: orders, start: taken, stop: [answered, closed], when: {priority: normal}, limit: 8h}
"""


def change(rules: str, priority: str, *changes: tuple[str, str]) -> Scenario:
    desk = Scenario(rules)
    desk.take("11-02 09:00", priority=priority)
    for at, value in changes:
        desk.note("O1", "amended", at, priority=value, reason="听错了")
    return desk


@pytest.mark.parametrize(
    ("priority", "changes", "due"),
    [
        # shorter: the earlier of 17:00 and t + 2h
        ("normal", [("11-02 10:00", "urgent")], "11-02 12:00"),
        ("normal", [("11-02 16:00", "urgent")], "11-02 17:00"),
        # longer: 09:00 + 8h
        ("urgent", [("11-02 10:00", "normal")], "11-02 17:00"),
        ("urgent", [("11-02 11:00", "normal")], "11-02 17:00"),
        # late before the change: stays late
        ("urgent", [("11-02 11:00:01", "normal")], "11-02 11:00"),
        ("urgent", [("11-02 12:00", "normal"), ("11-02 12:30", "urgent")], "11-02 11:00"),
        # there and back and there again: 12:00, 17:00, then the earlier of 17:00 and 14:00 + 2h
        ("normal", [("11-02 10:00", "urgent"), ("11-02 11:00", "normal"), ("11-02 14:00", "urgent")], "11-02 16:00"),
        # what changes nothing
        ("normal", [("11-02 10:00", "normal")], "11-02 17:00"),
    ],
)
def test_a_changed_priority(priority: str, changes: list, due: str) -> None:
    assert change(PRIORITIES, priority, *changes).due("O1", "fulfil") == due


def test_nobody_becomes_late_by_a_longer_limit_that_no_pause_lengthens() -> None:
    order = "id: fulfil, of: orders, start: taken, stop: answered"
    desk = sent(
        f"""{{{order}, when: {{priority: urgent}}, limit: 2h, pause: {{waiting-parts: null}}}}
            {{{order}, when: {{priority: low}}, limit: 3h}}"""
    )
    desk.rows[0].fields["priority"] = "urgent"
    desk.note("A1", "paused", "11-02 09:30", reason="waiting-parts")
    desk.note("A1", "resumed", "11-02 12:30")
    assert desk.due("O1", "fulfil") == "11-02 14:00"  # 11:00 and the 3 hours of the pause
    desk.note("O1", "amended", "11-02 13:00", priority="low", reason="住户同意延后")
    assert desk.due("O1", "fulfil") == "11-02 13:00"  # 09:00 + 3h would have been before the change


def test_a_priority_changed_during_a_pause() -> None:
    paused = ", pause: {waiting-parts: null}}"
    desk = sent(PRIORITIES.replace("2h}", "2h" + paused).replace("8h}", "8h" + paused))
    desk.rows[0].fields["priority"] = "normal"
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-parts")
    desk.note("O1", "amended", "11-02 11:00", priority="urgent", reason="停水")
    assert desk.due("O1", "fulfil") is None
    desk.note("A1", "resumed", "11-02 12:00")
    # old: 17:00 and 2 hours of pause; new: 2 hours from 11:00, of which the first stood still
    assert desk.due("O1", "fulfil") == "11-02 14:00"


# The order is due at 17:00, 8 hours after 09:00; its assignment was to be done by 14:30.
@pytest.mark.parametrize(
    ("edition", "until", "due"),
    [
        (1, "16:59", "16:59"),  # as versions without an edition have it: forward
        (2, "16:59", "17:00"),
        (2, "17:00", "17:00"),
        (2, "17:01", "17:01"),
    ],
)
def test_more_time_for_an_assignment_moves_no_clock_of_its_order_forward(edition: int, until: str, due: str) -> None:
    desk = Scenario("", {**compile_rules(f"{FULFIL}\n{COMPLETE}"), "edition": edition})
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    desk.note("A1", "extension-granted", "11-02 10:00", due_at=f"2026-11-02T{until}:00+08:00")
    assert desk.due("O1", "fulfil") == f"11-02 {due}"
    assert desk.only("O1", "fulfil").extension == "granted"
    assert desk.due("A1", "complete") == f"11-02 {until}"


# Without the extension the order is due at 18:00: at 17:00, and an hour later for the pause from 10:00 to 11:00.
@pytest.mark.parametrize(
    ("edition", "until", "due"),
    [(1, "17:59", "17:59"), (2, "17:59", "18:00"), (2, "18:00", "18:00"), (2, "18:01", "18:01")],
)
def test_more_time_given_in_a_pause_without_end_moves_no_clock_forward(edition: int, until: str, due: str) -> None:
    fulfil = FULFIL.replace("extendable", "pause: {waiting-parts: null}, extendable")
    desk = Scenario("", {**compile_rules(f"{fulfil}\n{COMPLETE}"), "edition": edition})
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-parts")
    desk.note("A1", "extension-granted", "11-02 10:30", due_at=f"2026-11-02T{until}:00+08:00")
    assert desk.due("O1", "fulfil") == (None if edition == 2 else f"11-02 {due}")
    assert desk.due("A1", "complete") == f"11-02 {until}"  # what it was given itself comes, paused or not
    desk.note("A1", "resumed", "11-02 11:00")
    assert desk.due("O1", "fulfil") == f"11-02 {due}"
    assert desk.due("A1", "complete") == f"11-02 {until}"


def test_a_longer_limit_in_a_pause_does_not_take_back_what_was_granted() -> None:
    fulfil = FULFIL.replace("extendable", "pause: {waiting-parts: null}, extendable")
    urgent = fulfil.replace("limit: 8h", "when: {priority: urgent}, limit: 2h")
    desk = sent(f"{urgent}\n{fulfil}\n{COMPLETE}")
    desk.rows[0].fields["priority"] = "urgent"
    desk.note("A1", "paused", "11-02 10:00", reason="waiting-parts")
    desk.note("A1", "extension-granted", "11-02 10:30", **TUESDAY_NOON)
    desk.note("O1", "amended", "11-02 10:40", priority="normal", reason="不急")
    desk.note("A1", "resumed", "11-02 11:00")
    assert desk.due("O1", "fulfil") == "11-03 12:00"


def test_of_several_grants_the_last_holds_and_the_limit_itself_stays_the_least() -> None:
    desk = sent(f"{FULFIL}\n{COMPLETE}")
    desk.note("A1", "extension-granted", "11-02 10:00", **TUESDAY_NOON)
    assert desk.due("O1", "fulfil") == "11-03 12:00"
    desk.note("A1", "extension-granted", "11-02 10:10", due_at="2026-11-02T18:00:00+08:00")
    assert desk.due("O1", "fulfil") == "11-02 18:00"
    desk.note("A1", "extension-granted", "11-02 10:20", due_at="2026-11-02T16:00:00+08:00")
    assert desk.due("O1", "fulfil") == "11-02 17:00"


def test_a_longer_limit_does_not_take_back_what_was_granted() -> None:
    desk = sent(PRIORITIES.replace("limit", "extendable: true, limit"))
    desk.rows[0].fields["priority"] = "urgent"
    desk.note("A1", "extension-granted", "11-02 10:00", **TUESDAY_NOON)
    desk.note("O1", "amended", "11-02 10:30", priority="normal", reason="听错了")
    assert desk.due("O1", "fulfil") == "11-03 12:00"
    desk.note("O1", "amended", "11-02 11:00", priority="urgent", reason="停水")
    assert desk.due("O1", "fulfil") == "11-02 13:00"


@pytest.mark.parametrize(
    ("priority", "changes", "limit", "told", "rules"),
    [
        # the new limit from the change on: what was before does not count
        ("normal", [("11-02 10:00", "urgent")], "2h",
         [("11-02 10:00", False, "before-change"), ("11-02 12:00", True, "counted")], ["shorter"]),
        # the old due time comes first, so the old limit is what adds up
        ("normal", [("11-02 16:00", "urgent")], "8h", [("11-02 17:00", True, "counted")], ["shorter"]),
        ("urgent", [("11-02 10:00", "normal")], "8h", [("11-02 17:00", True, "counted")], ["longer"]),
        ("urgent", [("11-02 11:00:01", "normal")], "2h", [("11-02 11:00", True, "counted")], ["late"]),
        ("normal", [("11-02 10:00", "urgent"), ("11-02 11:00", "normal"), ("11-02 14:00", "urgent")], "2h",
         [("11-02 14:00", False, "before-change"), ("11-02 16:00", True, "counted")], ["shorter", "longer", "shorter"]),
        ("normal", [("11-02 10:00", "normal")], "8h", [("11-02 17:00", True, "counted")], []),
    ],
)  # fmt: skip
def test_a_changed_priority_is_told(priority: str, changes: list, limit: str, told: list, rules: list) -> None:
    one = change(PRIORITIES, priority, *changes).only("O1", "fulfil")
    assert [(tell(each.end), each.counts, each.why) for each in explain_instance(one, one.due_at or 0)] == told
    assert [each.rule for each in one.changes] == rules
    assert str((one.basis.variant if one.basis and one.basis.variant else one.variant).limit) == limit
    if len(rules) == 1:
        (news,) = one.changes[0].facts
        assert news == ("priority", priority, changes[0][1])
        assert (one.changes[0].event, one.changes[0].ref) == ("amended", "orders/2026-11.main#2")


def test_a_due_time_held_by_the_change_says_so() -> None:
    """Counted from 09:00 again it would have been due at 13:00; an hour was left when it was heard of at 12:00."""
    one = appoint(VISIT, "11-03T10:00", ("11-03 12:00", "11-02T08:00")).only("O1", "visit")
    assert [(tell(each.end), each.counts, each.why) for each in explain_instance(one, 0)] == [
        ("11-02 13:00", True, "counted"), ("11-03 12:00", False, "not-before-change"),
    ]  # fmt: skip
    (change,) = one.changes
    assert (change.rule, tell(change.due_before), tell(change.due_after)) == ("moved", "11-03 14:00", "11-03 12:00")
    assert change.facts == (("appointment_at", "2026-11-03T10:00:00+08:00", "2026-11-02T08:00:00+08:00"),)


def test_what_changes_another_clock_is_no_change_of_this_one() -> None:
    """A time that a field holds is looked at with every change; only what moved it is told."""
    desk = appoint(f"{MEET}\n{URGENT_ONLY}", "11-03T10:00", ("11-02 12:00", "11-04T10:00"))
    desk.note("O1", "amended", "11-02 13:00", priority="urgent", reason="停水")
    desk.note("O1", "amended", "11-02 14:00", priority="normal", reason="不急")
    one = desk.only("O1", "visit")
    assert [(tell(each.at), each.rule) for each in one.changes] == [("11-02 12:00", "moved")]
    assert tell(one.due_at) == "11-04 10:00"


def test_a_shorter_limit_from_a_later_appointment() -> None:
    """Waiting for the appointment, then the limit of the change; it is told by the entry that counts."""
    rules = VISIT.replace("visit, ", "visit, when: {priority: urgent}, ").replace("4h", "1h") + "\n" + VISIT
    desk = appoint(rules, "11-03T10:00")
    desk.note("O1", "amended", "11-02 12:00", priority="urgent", reason="停水")
    one = desk.only("O1", "visit")
    assert [(tell(each.end), each.counts, each.why) for each in explain_instance(one, 0)] == [
        ("11-03 10:00", False, "before-from"), ("11-03 11:00", True, "counted"),
    ]  # fmt: skip
    desk.note("O1", "amended", "11-03 10:30", priority="normal", reason="不急")
    desk.note("O1", "amended", "11-03 12:00", priority="urgent", reason="又急")
    one = desk.only("O1", "visit")
    assert [(tell(each.end), each.counts, each.why) for each in explain_instance(one, 0)] == [
        ("11-03 10:00", False, "before-from"), ("11-03 12:00", False, "before-change"),
        ("11-03 13:00", True, "counted"),
    ]  # fmt: skip


URGENT_ONLY = "{id: fulfil, of: orders, start: taken, stop: [answered, referred], when: {priority: urgent}, limit: 2h}"


def test_a_clock_that_first_matches_later_is_due_a_limit_from_then_and_ends_when_it_matches_no_more() -> None:
    desk = change(URGENT_ONLY, "normal")
    assert desk.judge("O1", "fulfil") == []
    desk = change(URGENT_ONLY, "normal", ("11-02 10:00", "urgent"), ("11-02 11:00", "low"), ("11-02 15:00", "urgent"))
    assert desk.lives("O1", "fulfil") == [
        ("ended", "11-02 10:00", "11-02 12:00", "11-02 11:00", False),
        ("running", "11-02 15:00", "11-02 17:00", None, None),
    ]


def test_a_clock_that_matches_no_more_when_it_was_late_ends_late() -> None:
    desk = change(URGENT_ONLY, "urgent", ("11-02 11:00:01", "normal"))
    assert desk.lives("O1", "fulfil") == [("ended", "11-02 09:00", "11-02 11:00", "11-02 11:00:01", True)]


def test_a_clock_whose_stop_has_come_never_matches_later() -> None:
    desk = change(URGENT_ONLY, "normal")
    desk.note("O1", "answered", "11-02 09:30", answer="已电话指导")
    desk.note("O1", "amended", "11-02 10:00", priority="urgent", reason="听错了")
    assert desk.judge("O1", "fulfil") == []


def test_an_event_that_stops_a_clock_and_makes_it_match_no_more_stops_it() -> None:
    desk = Scenario("{id: route, of: orders, start: taken, stop: referred, when: {department: desk}, limit: 2h}")
    desk.take("11-02 09:00", department="desk")
    desk.note("O1", "referred", "11-02 10:00", department="greening")
    assert desk.lives("O1", "route") == [("stopped", "11-02 09:00", "11-02 11:00", "11-02 10:00", False)]


def test_an_assignments_clock_follows_a_changed_fact_of_its_order() -> None:
    desk = sent(
        """{id: complete, of: assignments, start: assigned, stop: completed, when: {order.priority: urgent}, limit: 1h}
           {id: complete, of: assignments, start: assigned, stop: completed, limit: 4h}"""
    )
    assert desk.due("A1", "complete") == "11-02 13:00"
    desk.note("O1", "amended", "11-02 10:30", priority="urgent", reason="停水")
    assert desk.due("A1", "complete") == "11-02 11:30"


def test_the_first_entry_that_matches_counts_and_a_person_may_be_what_it_matches() -> None:
    rules = """
        {id: complete, of: assignments, start: assigned, stop: completed, when: {staff.role: contractor}, limit: 6h}
        {id: complete, of: assignments, start: assigned, stop: completed, limit: 4h}
    """
    desk = Scenario(rules)
    desk.hire("s09", "contractor")
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00", "s09")
    desk.assign("A2", "11-02 09:00", "s03")
    assert (desk.due("A1", "complete"), desk.due("A2", "complete")) == ("11-02 15:00", "11-02 13:00")


# --- counting from an appointment, due at one -------------------------------------------------------------------------

VISIT = "{id: visit, of: orders, start: taken, stop: closed, limit: 4h, from: appointment_at}"
MEET = "{id: visit, of: orders, start: taken, stop: closed, due: appointment_at}"


def appoint(rules: str, first: str, *changes: tuple[str, str]) -> Scenario:
    desk = Scenario(rules)
    desk.take("11-02 09:00", **({"appointment_at": f"2026-{first}:00+08:00"} if first else {}))
    for at, value in changes:
        desk.note("O1", "amended", at, appointment_at=f"2026-{value}:00+08:00", reason="住户改期")
    return desk


@pytest.mark.parametrize(
    ("first", "changes", "due"),
    [
        ("", [], "11-02 13:00"),
        ("11-03T10:00", [], "11-03 14:00"),
        ("11-02T08:00", [], "11-02 13:00"),  # before the start: counted from the start
        ("", [("11-02 10:00", "11-02T15:00")], "11-02 19:00"),
        ("11-03T10:00", [("11-02 12:00", "11-04T10:00")], "11-04 14:00"),
        ("11-03T10:00", [("11-02 12:00", "11-03T08:00")], "11-03 12:00"),
        # into the past: 09:00 + 4h is 13:00 on Monday, but never before the change
        ("11-03T10:00", [("11-03 12:00", "11-02T08:00")], "11-03 12:00"),
        # due at 14:00 and late: a later appointment comes too late
        ("11-03T10:00", [("11-03 14:00:01", "11-05T10:00")], "11-03 14:00"),
        ("11-03T10:00", [("11-03 14:00", "11-05T10:00")], "11-05 14:00"),
    ],
)
def test_counting_from_an_appointment(first: str, changes: list, due: str) -> None:
    assert appoint(VISIT, first, *changes).due("O1", "visit") == due


@pytest.mark.parametrize(
    ("first", "changes", "due"),
    [
        ("", [], None),
        ("11-03T10:00", [], "11-03 10:00"),
        ("", [("11-02 10:00", "11-02T15:00")], "11-02 15:00"),
        ("11-03T10:00", [("11-02 12:00", "11-02T14:00")], "11-02 14:00"),
        ("11-03T10:00", [("11-02 12:00", "11-02T11:00")], "11-02 12:00"),
        ("11-03T10:00", [("11-03 11:00", "11-04T10:00")], "11-03 10:00"),
        ("11-03T10:00", [("11-02 12:00", "11-04T10:00"), ("11-02 13:00", "11-03T10:00")], "11-03 10:00"),
    ],
)
def test_due_at_an_appointment(first: str, changes: list, due: str | None) -> None:
    one = appoint(MEET, first, *changes).only("O1", "visit")
    assert (tell(one.due_at), one.fixed) == (due, True)


def test_a_limit_is_added_to_the_time_that_the_field_holds() -> None:
    rules = MEET.replace("due:", "limit: 1wd, due:")
    assert appoint(rules, "11-06T10:00").due("O1", "visit") == "11-09 17:30"


def test_an_appointment_that_is_a_bare_date_means_the_end_of_its_business_hours() -> None:
    desk = Scenario(MEET)
    desk.take("11-02 09:00", appointment_at="2026-11-03")
    assert desk.due("O1", "visit") == "11-03 17:30"


# --- versions ---------------------------------------------------------------------------------------------------------


def test_the_version_in_force_at_the_start_judges_for_the_whole_life() -> None:
    old, new = compile_rules(FULFIL, "2026-01-01"), compile_rules(FULFIL.replace("8h", "2h"), "2026-11-03")
    desk = Scenario("", old, new)
    desk.take("11-02 23:59:59", case="O1")
    desk.take("11-03 00:00", case="O2")
    desk.take("2025-12-31 12:00", case="O3")
    found = {name: desk.only(name, "fulfil") for name in ("O1", "O2", "O3")}
    assert {name: (tell(one.due_at), one.variant.version.label) for name, one in found.items()} == {
        "O1": ("11-03 07:59:59", "2026-01-01"),
        "O2": ("11-03 02:00", "2026-11-03"),
        "O3": ("2025-12-31 20:00", "2026-01-01"),
    }
    assert [one.before_rules for one in found.values()] == [False, False, True]


def test_the_next_instance_is_judged_by_the_version_of_its_own_start() -> None:
    old, new = compile_rules(COMPLETE, "2026-01-01"), compile_rules(COMPLETE.replace("4bh", "1bh"), "2026-11-03")
    desk = Scenario("", old, new)
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00")
    desk.note("A1", "completed", "11-03 09:00")
    desk.note("A1", "rework", "11-03 09:30")
    assert [tell(one.due_at) for one in desk.judge("A1", "complete")] == ["11-02 14:30", "11-03 10:30"]


def test_a_changed_fact_selects_among_the_entries_of_its_own_version() -> None:
    old = compile_rules(PRIORITIES, "2026-01-01")
    new = compile_rules(PRIORITIES.replace("2h", "1h"), "2026-11-02")
    desk = Scenario("", old, new)
    desk.take("11-01 23:00", priority="normal")
    desk.note("O1", "amended", "11-02 01:00", priority="urgent", reason="停水")
    assert desk.due("O1", "fulfil") == "11-02 03:00"


# --- any life ---------------------------------------------------------------------------------------------------------

ANY_RULES = bind_rules(
    compile_rules(
        "\n".join((DISPATCH, FULFIL, ACKNOWLEDGE, COMPLETE, CONFIRM, VISIT, PRIORITIES.replace("fulfil", "speed")))
    ),
    compile_rules(SHIPPED.replace("4bh", "1d").replace("8h", "2wd"), "2026-11-05"),
)
TABLE = ClockTable(ANY_RULES)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["O1", "A1", "A2", "A3"]),
        st.integers(0, 40),
        st.integers(0, 3 * 86400),
        st.sampled_from(["waiting-parts", "else", "urgent", "normal"]),
        st.booleans(),
    ),
    max_size=25,
)
ORDER_EVENTS = ["answered", "needs-dispatch", "referred", "cancelled", "reopened", "closed", "paid", "amended"]
JOB_EVENTS = [
    "acknowledged", "declined", "started", "progress", "paused", "resumed", "extension-asked", "extension-granted",
    "extension-refused", "reassigned", "completed", "confirmed", "rework", "withdrawn", "amended",
]  # fmt: skip


def grow(steps: list) -> Scenario:
    """A family of legal events, mostly forward in time; what is not allowed is left out."""
    desk = Scenario()
    desk.take("11-02 09:00", priority="normal")
    now = read("11-02 09:00")
    for name, number, seconds, word, lead in steps:
        now += seconds
        at = tell(now)
        assert at is not None
        family = desk.family
        case, root = family.cases.get(name), family.cases["O1"]
        until = f"2026-11-{4 + number % 20:02}T12:00:00+08:00"
        if name == "O1":
            event = ORDER_EVENTS[number % len(ORDER_EVENTS)]
            words = {"amended": {"priority": word, "appointment_at": until}, "referred": {"department": "desk"}}
            if may_happen(root, root, event):
                desk.note("O1", event, at, **words.get(event, {"reason": word}))
        elif case is None:
            if root.state in ("open", "pool", "dispatched", "in-progress"):
                desk.assign(name, at, role="lead" if lead else "helper")
        else:
            event = JOB_EVENTS[number % len(JOB_EVENTS)]
            if may_happen(case, root, event):
                desk.note(name, event, at, reason=word, due_at=until)
    return desk


def judge_all(rows: list) -> dict:
    family = fold_family(rows, registers.SHIPPED)
    return {name: judge_case(family, case, TABLE, People({})) for name, case in family.cases.items()}


@settings(max_examples=examples(150))
@given(STEPS)
def test_any_life_hangs_together(steps: list) -> None:
    desk = grow(steps)
    family = desk.family
    assert not any(case.conflicts for case in family.cases.values())
    for name, found in judge_all(desk.rows).items():
        case = family.cases[name]
        lives: dict[tuple[str, str], list] = {}
        for one in found:
            assert one.owners
            assert one.begins_at >= one.started_at
            assert (one.stopped_at is None) == (one.state == "running") == (one.breached is None)
            assert one.stopped_at is None or one.stopped_at >= one.started_at
            assert one.paused_from is None or one.state == "running"
            lives.setdefault((one.clock, one.item), []).append(one)
        for instances in lives.values():
            assert [one.number for one in instances] == list(range(1, len(instances) + 1))
            for one, following in pairwise(instances):
                assert one.stopped_at is not None
                assert one.stopped_at <= following.started_at
        if case.final:
            assert all(one.state != "running" for one in found), "nothing here is started by an end"
        if case.register == "assignments" and case.state in OPEN:
            assert any(one.clock == "complete" and one.state == "running" for one in found)


@settings(max_examples=examples(150))
@given(STEPS)
def test_any_due_time_adds_up(steps: list) -> None:
    """The stretches join up from start to due, and what counts of them is the limit that decided."""
    for name, found in judge_all(grow(steps).rows).items():
        for one in found:
            now = max(one.started_at, one.due_at or 0) + 7 * 86400
            told = explain_instance(one, now)
            assert told[0].start == one.started_at
            assert told[-1].end == max(one.started_at, now if one.due_at is None else one.due_at), (name, one.clock)
            assert all(a.end == b.start and a[2:] != b[2:] for a, b in pairwise(told))
            assert (one.basis is None) == (not one.changes)
            variant = one.basis.variant if one.basis else one.variant
            if one.due_at is None or one.fixed or variant is None or variant.limit is None:
                continue
            counted = sum(each.end - each.start for each in told if each.counts)
            limit = variant.limit
            if limit.by_clock:
                assert counted == limit.seconds, (name, one.clock, one.changes)
            else:
                assert counted > 0


@settings(max_examples=examples(60))
@given(STEPS)
def test_rows_folded_as_they_come_give_what_they_give_at_once(steps: list) -> None:
    rows = grow(steps).rows
    stopped: dict[tuple, tuple] = {}
    for count in range(1, len(rows) + 1):
        grown = judge_all(rows[:count])
        for name, found in grown.items():
            for one in found:
                key = (name, one.clock, one.item, one.number)
                if key in stopped:  # what has stopped is not touched by anything that comes after
                    assert (one.started_at, one.due_at, one.stopped_at, one.breached) == stopped[key]
                if one.state != "running":
                    stopped[key] = (one.started_at, one.due_at, one.stopped_at, one.breached)
    assert grown == judge_all(rows[::-1])
