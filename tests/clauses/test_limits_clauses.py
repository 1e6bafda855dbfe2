"""The time limits of orders and jobs, kind by kind: when each is due, what stops it, begins it anew and puts it off."""

from typing import Any

import pytest
from desks import Desk, november

BECAUSE = ("--reason", "经核实")
REASONS = ("waiting-customer", "waiting-parts", "waiting-outside")
# taken and sent on Monday the 2nd, 09:00; open 08:30 to 12:00 and 13:30 to 17:30, and the days are of Monday to Friday
KINDS: dict[str, tuple[dict[str, str], str, str]] = {
    "urgent": ({"priority": "urgent"}, november(2, "17:00"), november(2, "13:00")),  # 8 h and 4 h by the clock
    "high": ({"priority": "high"}, november(3, "17:30"), november(3, "09:30")),  # a working day; 8 business hours
    "normal": ({}, november(5, "17:30"), november(3, "09:30")),  # 3 working days
    "low": ({"priority": "low"}, november(9, "17:30"), november(3, "09:30")),  # 5
    "walls": ({"service": "walls"}, november(16, "17:30"), november(12, "17:30")),  # 10 and 8
    "trees": ({"service": "trees"}, november(16, "17:30"), november(12, "17:30")),
    "lift": ({"service": "lift"}, november(5, "17:30"), november(2, "13:00")),  # 4 h by the clock
    "parking": ({"service": "parking"}, november(5, "17:30"), november(2, "14:30")),  # 4 business hours
    "noise": ({"service": "noise"}, november(5, "17:30"), november(2, "14:30")),
    "access-card": ({"service": "access-card"}, november(5, "17:30"), november(2, "14:30")),
    "hygiene": ({"service": "hygiene"}, november(5, "17:30"), november(2, "14:30")),
}


# when the order and the job are due, where somebody waits from the 2nd, 09:00, to the 30th, 09:00: for a customer three
# days of it count, to the close of the 5th, for parts ten working days, to the close of the 16th, for others all of it
PUT_OFF = {
    "urgent": {
        "waiting-customer": ("11-06T01:30", "11-05T21:30"),
        "waiting-parts": ("11-17T01:30", "11-16T21:30"),
        "waiting-outside": ("11-30T17:00", "11-30T13:00"),
    },
    "high": {
        "waiting-customer": ("11-05T17:30", "11-09T09:00"),  # of 8 hours 7.5 on Friday the 6th
        "waiting-parts": ("11-16T17:30", "11-18T09:00"),
        "waiting-outside": ("11-30T17:30", "12-01T09:30"),
    },
    "normal": {
        "waiting-customer": ("11-09T17:30", "11-09T09:00"),
        "waiting-parts": ("11-18T17:30", "11-18T09:00"),
        "waiting-outside": ("12-02T17:30", "12-01T09:30"),
    },
    "low": {
        "waiting-customer": ("11-11T17:30", "11-09T09:00"),
        "waiting-parts": ("11-20T17:30", "11-18T09:00"),
        "waiting-outside": ("12-04T17:30", "12-01T09:30"),
    },
    "walls": {
        "waiting-customer": ("11-18T17:30", "11-16T17:30"),
        "waiting-parts": ("11-27T17:30", "11-25T17:30"),
        "waiting-outside": ("12-11T17:30", "12-09T17:30"),
    },
    "lift": {
        "waiting-customer": ("11-09T17:30", "11-02T13:00"),  # nobody waits for a customer at a lift
        "waiting-parts": ("11-18T17:30", "11-16T21:30"),
        "waiting-outside": ("12-02T17:30", "11-30T13:00"),
    },
    "parking": {
        "waiting-customer": ("11-09T17:30", "11-06T14:00"),
        "waiting-parts": ("11-18T17:30", "11-02T14:30"),  # nor for parts where none are needed
        "waiting-outside": ("12-02T17:30", "11-30T14:30"),
    },
}


def begin(desk: Desk, kind: str, staff: str = "pan", **fields: str) -> tuple[str, str]:
    """An order of a kind and its job, sent by lin at once."""
    order = desk.take(**{**KINDS[kind][0], **fields})
    return order, desk.send(order, staff)


def look(desk: Desk, case: str, clock: str) -> tuple[Any, ...]:
    found = desk.due(case, clock)
    return found["due_at"], found["owner"]


def count(desk: Desk, case: str, clock: str) -> tuple[int, str]:
    """(which time it runs, its state)."""
    found = desk.due(case, clock)
    return found["instance"], found["state"]


def complain(desk: Desk, number: int) -> str:
    """A complaint of another customer about engineering."""
    caller = ("--caller", "钱示例", "--phone", f"138-0000-009{number}", "--address", f"9号楼{number}室")
    words = ("--content", "服务不到位", "--department", "engineering")
    return str(desk.do("lin", "complaint", "new", *words, *caller)["id"])


@pytest.mark.clause("PR-8", "PD-2.6", "KB1-1.3")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_work_has_its_times_for_the_customer_and_for_the_job(desk: Desk, kind: str) -> None:
    _, fulfil, complete = KINDS[kind]
    order, job = begin(desk, kind)
    assert look(desk, order, "fulfil") == (fulfil, "lin")
    assert look(desk, job, "complete") == (complete, "pan")
    # what was appointed counts from then: for Monday a week later
    order, job = begin(desk, kind, appointment=november(9, "09:00"), phone="138-0000-0002")
    for due, case, clock in ((fulfil, order, "fulfil"), (complete, job, "complete")):
        day, hour = int(due[8:10]), due[11:16]
        assert look(desk, case, clock)[0] == november(day + 7, hour)


@pytest.mark.clause("PR-8", "PD-2.6", "PD-4.3")
@pytest.mark.parametrize("kind", PUT_OFF)
def test_each_kind_of_work_waits_for_what_it_may_wait_for_and_only_so_long(desk: Desk, kind: str) -> None:
    begun = {}
    for staff, reason in zip(("pan", "shui", "dian"), PUT_OFF[kind], strict=True):
        begun[reason] = begin(desk, kind, staff)
        desk.do(staff, "pause", begun[reason][1], "--reason", reason)
    desk.clock(30, "09:00")
    for staff, (_, job) in zip(("pan", "shui", "dian"), begun.values(), strict=True):
        desk.do(staff, "resume", job)
    found = {
        reason: (desk.due(order, "fulfil")["due_at"][5:16], desk.due(job, "complete")["due_at"][5:16])
        for reason, (order, job) in begun.items()
    }
    assert found == PUT_OFF[kind]


@pytest.mark.clause("PR-8", "PD-2.1", "PD-2.6", "KB2-4.2", "KZ-8.9")
@pytest.mark.parametrize("kind", ["urgent", "high", "normal", "low", "walls"])
def test_the_times_end_with_an_answer_or_the_work_and_begin_anew_when_it_comes_back(desk: Desk, kind: str) -> None:
    def take(number: int) -> str:
        return desk.take(**KINDS[kind][0], phone=f"138-0000-001{number}")

    answered, closed, referred = take(1), take(2), take(3)
    desk.do("lin", "triage", answered, "--answered", "已答复")
    desk.do("lin", "close", closed, "--answered", "已答复")
    desk.do("lin", "triage", referred, "--refer", "security")
    assert [count(desk, case, "dispatch") for case in (answered, closed, referred)] == [(1, "stopped")] * 3
    assert [count(desk, case, "fulfil")[1] for case in (answered, closed, referred)] == [
        "stopped",
        "stopped",
        "running",
    ]
    desk.do("lin", "reopen", closed, *BECAUSE)
    assert [count(desk, closed, clock) for clock in ("dispatch", "fulfil")] == [(2, "running")] * 2
    declined, withdrawn = take(4), take(5)
    desk.do("shui", "decline", desk.send(declined, "shui"), *BECAUSE)
    desk.do("lin", "withdraw", desk.send(withdrawn, "shui"), *BECAUSE)
    assert [count(desk, case, "dispatch") for case in (declined, withdrawn)] == [(2, "running")] * 2
    order, job = begin(desk, kind)
    until = ("--until", november(27, "12:00"))
    desk.do("pan", "ask-extension", job, *until, *BECAUSE)
    desk.do("sup-e", "grant-extension", job, *until)
    assert look(desk, order, "fulfil")[0] == look(desk, job, "complete")[0] == november(27, "12:00")
    desk.do("pan", "complete", job)
    assert (count(desk, order, "fulfil"), count(desk, job, "complete")) == ((1, "stopped"), (1, "stopped"))
    desk.do("lin", "rework", job, *BECAUSE)
    assert (count(desk, order, "fulfil"), count(desk, job, "complete")) == ((2, "running"), (2, "running"))


@pytest.mark.parametrize(
    ("severity", "clocks"),
    [
        pytest.param("serious", ("put-right", "result"), marks=pytest.mark.clause("XX-3.1a", "SOP-3.7.1")),
        pytest.param("ordinary", ("put-right",), marks=pytest.mark.clause("XX-3.1b")),
    ],
)
def test_the_times_of_a_complaint_end_with_a_result_and_begin_anew(
    desk: Desk, severity: str, clocks: tuple[str, ...]
) -> None:
    resolved, invalid, outside = (complain(desk, number) for number in range(3))
    for case in (resolved, invalid, outside):
        desk.do("mgr", "complaint", "classify", case, "--severity", severity, *BECAUSE)
        assert [count(desk, case, clock) for clock in clocks] == [(1, "running")] * len(clocks)
        assert "sup-e" in {each["owner"] for each in desk.do("lin", "due", case)}
        assert look(desk, case, "put-right")[1] == "sup-e"  # the head of engineering
    desk.do("sup-d", "complaint", "rule", resolved, "--valid", "skill", "--staff", "pan", *BECAUSE)
    desk.do("lin", "complaint", "resolve", resolved, "--result", "已返工", "--outcome", "redone")
    desk.do("sup-d", "complaint", "rule", invalid, "--invalid", "ground", *BECAUSE)
    desk.do("sup-d", "complaint", "refer", outside, "--note", "已转供电公司")
    for case in (resolved, invalid, outside):
        assert [count(desk, case, clock) for clock in clocks] == [(1, "stopped")] * len(clocks)
    desk.do("lin", "complaint", "explain", invalid, "--note", "已说明")
    desk.do("lin", "complaint", "close", invalid)
    desk.do("lin", "complaint", "reopen", invalid, *BECAUSE)
    assert [count(desk, invalid, clock) for clock in clocks] == [(2, "running")] * len(clocks)


@pytest.mark.clause("SOP-3.6.5", "SOP-3.6.6", "SOP-3.7.5")
def test_another_ruling_ends_what_was_owed_after_the_first(desk: Desk) -> None:
    case, other = complain(desk, 0), complain(desk, 1)
    valid, invalid = ("--valid", "skill", "--staff", "pan", *BECAUSE), ("--invalid", "ground", *BECAUSE)
    desk.do("sup-d", "complaint", "rule", case, *valid)
    assert count(desk, case, "analyse") == (1, "running")
    desk.do("sup-d", "complaint", "rule", case, *invalid)
    assert count(desk, case, "analyse") == (1, "stopped")
    assert count(desk, case, "explain-invalid") == (1, "running")
    desk.do("sup-d", "complaint", "rule", case, *valid)
    assert count(desk, case, "explain-invalid") == (1, "stopped")
    for number, ruling in ((2, valid), (3, invalid)):
        outside = complain(desk, number)
        desk.do("sup-d", "complaint", "refer", outside, "--note", "已转供电公司")
        assert count(desk, outside, "explain-outside") == (1, "running")
        desk.do("sup-d", "complaint", "rule", outside, *ruling)
        assert count(desk, outside, "explain-outside") == (1, "stopped")
    assert {each["clock"] for each in desk.do("lin", "due", other)} == {"put-right"}


@pytest.mark.parametrize(
    ("severity", "due"),
    [
        pytest.param("serious", november(9, "17:30"), marks=pytest.mark.clause("XX-3.1a", "XX-3.1c")),  # a week
        pytest.param("ordinary", november(16, "17:30"), marks=pytest.mark.clause("XX-3.1b", "XX-3.1c")),  # two
    ],
)
def test_whatever_was_done_about_a_complaint_the_receiver_sees_it_signed(desk: Desk, severity: str, due: str) -> None:
    cases = {}
    for number, outcome in enumerate(("redone", "concession", "corrected")):
        case = cases[outcome] = complain(desk, number)
        desk.do("mgr", "complaint", "classify", case, "--severity", severity, *BECAUSE)
        desk.do("sup-d", "complaint", "rule", case, "--valid", "skill", "--staff", "pan", *BECAUSE)
        desk.do("lin", "complaint", "resolve", case, "--result", "已处理", "--outcome", outcome)
        assert look(desk, case, "follow-up") == (due, "lin")
        desk.do("lin", "follow-up", "new", case, "--method", "phone", "--satisfaction", "4")
        assert count(desk, case, "follow-up") == (1, "running")
    desk.do("lin", "follow-up", "new", cases["redone"], "--method", "visit", "--satisfaction", "4", "--signed")
    assert count(desk, cases["redone"], "follow-up") == (1, "stopped")
    desk.do("lin", "complaint", "reopen", cases["concession"], *BECAUSE)
    assert count(desk, cases["concession"], "follow-up") == (1, "stopped")


@pytest.mark.clause("PD-2.4", "PD-4.4")
@pytest.mark.parametrize("kind", ["urgent", "normal"])
def test_a_job_is_accepted_by_beginning_it_and_is_over_when_it_is_confirmed(desk: Desk, kind: str) -> None:
    _, accepted = begin(desk, kind)
    desk.do("pan", "ack", accepted)
    _, declined = begin(desk, kind, "shui")
    desk.do("shui", "decline", declined, *BECAUSE)
    _, job = begin(desk, kind)
    assert count(desk, job, "acknowledge") == (1, "running")
    desk.do("pan", "start", job)
    assert [count(desk, each, "acknowledge") for each in (accepted, declined, job)] == [(1, "stopped")] * 3
    desk.do("pan", "complete", job)
    assert (count(desk, job, "confirm"), look(desk, job, "confirm")) == (
        (1, "running"),
        (november(4, "17:30"), "lin"),
    )
    desk.do("lin", "rework", job, *BECAUSE)
    assert count(desk, job, "confirm") == (1, "stopped")
    desk.do("pan", "complete", job)
    desk.do("lin", "confirm", job)
    assert count(desk, job, "confirm") == (2, "stopped")
