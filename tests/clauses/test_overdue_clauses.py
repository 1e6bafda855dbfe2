"""What is late: listed with who owes it and by which clause, urged, and reported up the line of command."""

from itertools import pairwise
from typing import Any

import pytest
from desks import Desk, november


def working(desk: Desk, staff: str = "pan", **fields: Any) -> str:
    """An assignment that was seen: 8bh from Monday 09:00, so due on Tuesday at 09:30."""
    job = desk.send(desk.take(**fields), staff)
    desk.do(staff, "ack", job)
    return job


def told(items: list[dict[str, Any]]) -> list[tuple[int, list[str]]]:
    return [(each["level"], each["to"]) for each in items]


def count_urged(desk: Desk) -> int:
    return sum(row["event"] == "urged" for row in desk.rows("notices"))


# --- followed, urged, recorded ------------------------------------------------------------------------------------


@pytest.mark.clause("PD-2.6")
def test_what_passes_its_time_is_listed_with_owner_lateness_and_clause(desk: Desk) -> None:
    job = working(desk)
    desk.clock(3, "09:30")
    assert desk.overdue() == []
    desk.clock(3, "11:00")
    (item,) = desk.overdue()
    assert (item["case"], item["register"], item["clock"], item["instance"]) == (job, "assignments", "complete", 1)
    assert (item["owner"], item["owner_name"], item["late_seconds"], item["level"]) == ("pan", "潘示例", 5400, 1)
    assert (item["started_at"], item["due_at"]) == (november(2, "09:00"), november(3, "09:30"))
    assert "PD-2.6" in item["source"]
    assert (item["service"], item["priority"], item["urged_at"]) == ("plumbing", "normal", None)
    assert [each["case"] for each in desk.overdue("--owner", "潘示例")] == [job]
    assert desk.overdue("--owner", "shui") == desk.overdue("--service", "noise") == []
    desk.do("pan", "complete", job)
    assert desk.overdue() == []


@pytest.mark.clause("PD-2.6")
def test_each_urging_is_a_row_and_shows(desk: Desk) -> None:
    job = working(desk)
    desk.clock(3, "09:31")
    (item,) = desk.urge(job)
    assert (item["case"], item["clock"], item["instance"], item["level"], item["to"]) == (
        job,
        "complete",
        1,
        1,
        ["pan"],
    )
    (row,) = desk.rows("notices")
    assert (row["event"], row["kind"], row["by"], row["at"]) == ("urged", "urging", "lin", desk.now)
    assert (row["case"], row["clock"], row["clock_started_at"], row["level"], row["to"]) == (
        job, "complete", november(2, "09:00"), "1", "pan",
    )  # fmt: skip
    assert desk.overdue()[0]["urged_at"] == november(3, "09:31")
    assert [each["id"] for each in desk.do("lin", "list", "notices", "--where", f"case={job}")] == [item["id"]]


@pytest.mark.clause("PD-2.6")
def test_what_is_not_late_is_not_urged(desk: Desk) -> None:
    job = working(desk)
    desk.clock(3, "09:30")
    assert "not late" in desk.refuse(4, "lin", "urge", job)
    assert desk.urge() == []
    desk.clock(3, "10:00")
    desk.do("pan", "pause", job, "--reason", "waiting-parts")
    assert [each["case"] for each in desk.urge()] == [job]  # a pause after the time excuses nothing
    desk.do("pan", "complete", job)
    desk.clock(4, "09:00")
    desk.refuse(4, "lin", "urge", job)
    assert count_urged(desk) == 1


@pytest.mark.clause("PD-2.6")
def test_every_counted_and_skipped_stretch_can_be_seen(desk: Desk) -> None:
    job = working(desk)
    clocks = desk.do("lin", "due", job, "--explain")
    (clock,) = [each for each in clocks if each["clock"] == "complete"]
    segments = clock["segments"]
    assert (segments[0]["from"], segments[-1]["to"]) == (clock["started_at"], clock["due_at"])
    assert all(one["to"] == two["from"] for one, two in pairwise(segments))
    assert [(each["counts"], each["why"]) for each in segments] == [
        (True, "counted"), (False, "break"), (True, "counted"), (False, "night"), (True, "counted"),
    ]  # fmt: skip


# --- promptly -------------------------------------------------------------------------------------------------------


@pytest.mark.clause("PD-3.5")
@pytest.mark.parametrize("who", ["lin", "system"])
def test_late_work_is_urged_once_however_often_one_looks(desk: Desk, who: str) -> None:
    jobs = [working(desk), working(desk, "shui"), working(desk, "dian", service="electrical")]
    desk.do("shui", "complete", jobs[1])
    desk.clock(3, "09:30:01")
    assert {each["case"] for each in desk.urge(who=who)} == {jobs[0], jobs[2]}
    for clock in ("09:35", "11:59", "13:45", "14:59:59"):
        desk.clock(3, clock)
        assert desk.urge(who=who) == []
    assert (count_urged(desk), {row["by"] for row in desk.rows("notices")}) == (2, {who})
    again = desk.act(who, "urge", jobs[0], "--json")
    assert (again.code, again.out) == (0, "")
    assert november(3, "15:00") in again.err  # when the next one is due


@pytest.mark.clause("PD-3.5")
def test_what_soon_will_be_late_can_be_seen_before(desk: Desk) -> None:
    job = working(desk)
    desk.clock(2, "16:29")
    assert desk.overdue("--soon") == []  # 2bh before Tuesday 09:30 is Monday 16:30
    desk.clock(2, "16:30")
    assert [(each["case"], each["late_seconds"], each["level"]) for each in desk.overdue("--soon")] == [
        (job, -17 * 3600, 0)
    ]
    assert desk.overdue() == []
    desk.clock(2, "11:00")
    assert desk.overdue("--soon", "22h") == []
    assert [each["case"] for each in desk.overdue("--soon", "23h")] == [job]


@pytest.mark.clause("PD-3.5")
def test_an_urgent_order_is_urged_within_the_hour(desk: Desk) -> None:
    order = desk.take(priority="urgent")
    job = desk.send(order, "pan")
    desk.clock(2, "09:11")
    assert told(desk.urge()) == [(1, ["pan"])]
    desk.clock(2, "09:25")  # 15m after 09:10
    assert told(desk.urge()) == [(2, ["sup-e"])]
    assert [row["case"] for row in desk.rows("notices")] == [job, job]


# --- watched at all times, checked at times --------------------------------------------------------------------------


@pytest.mark.clause("PR-12")
def test_the_state_of_the_work_can_be_seen_at_any_moment(desk: Desk) -> None:
    late, soon, _waiting = working(desk), "", desk.take(priority="low", kind="suggestion")
    desk.clock(2, "10:30")
    soon = working(desk, "shui")
    desk.clock(3, "10:00")
    counts = desk.do("lin", "status")
    listed = desk.late()
    assert counts["late"] == len(listed)
    assert (late, "complete") in listed
    near = {(each["case"], each["clock"]) for each in desk.overdue("--soon")} - listed
    assert (soon, "complete") in near
    assert (counts["soon"], counts["unassigned"]) == (len(near), 1)


@pytest.mark.clause("PR-12")
def test_a_check_at_times_tells_a_script_whether_anything_is_late(desk: Desk) -> None:
    job = working(desk)
    desk.clock(3, "09:30")
    check = ("overdue", "--exit-code", "-q")
    quiet = desk.act("system", *check)
    assert (quiet.code, quiet.out) == (0, "")
    assert desk.act("system", *check, "--soon").code == 1
    desk.clock(3, "09:30:01")
    found = desk.act("system", *check)
    assert (found.code, found.out) == (1, f"{job}\n")
    assert desk.act("system", "overdue", "-q").code == 0


@pytest.mark.clause("PR-12")
def test_a_day_and_a_week_are_added_up(desk: Desk) -> None:
    job = working(desk)
    desk.take(answered="已电话指导")
    desk.clock(3, "10:00")
    desk.urge()
    desk.do("pan", "complete", job)
    for words, wanted in (
        (("daily", "--date", "2026-11-02"), {"orders": 2, "answered": 1, "dispatched": 1, "completed": 0}),
        (("daily",), {"orders": 0, "answered": 0, "dispatched": 0, "completed": 1}),
        (("weekly",), {"orders": 2, "answered": 1, "dispatched": 1, "completed": 1, "urgings": 1}),
    ):
        measures = desk.do("lin", "report", *words)["measures"]
        assert {name: measures[name]["numerator"] for name in wanted} == wanted


@pytest.mark.clause("PR-12")
def test_one_can_look_back_at_what_was_known_then(desk: Desk) -> None:
    job = working(desk)
    desk.clock(3, "11:00")
    desk.do("pan", "complete", job)
    then = desk.run("overdue", "--as-of", november(3, "10:00"), "--json")
    assert then.code == 0, then.err
    assert f'"{job}"' in then.out
    assert desk.overdue() == []


# --- one line of command ----------------------------------------------------------------------------------------------


CLIMB = [  # due on Tuesday at 09:30, then a level for each 4 business hours
    (november(3, "09:30:01"), 1, "pan"),
    (november(3, "15:00"), 2, "sup-e"),
    (november(4, "10:00"), 3, "mgr"),
    (november(4, "15:30"), 4, "gm"),
]
BEFORE = [november(3, "09:30"), november(3, "14:59:59"), november(4, "09:59:59"), november(4, "15:29:59")]


@pytest.mark.clause("XX-1.10", "GZ-1.3")
def test_what_stays_late_is_reported_step_by_step_to_the_top(desk: Desk) -> None:
    job = working(desk)
    for before, (at, level, person) in zip(BEFORE, CLIMB, strict=True):
        desk.now = before
        assert desk.urge() == []
        desk.now = at
        assert told(desk.urge(job)) == [(level, [person])]
        assert desk.urge(job) == []
        assert [each["level"] for each in desk.overdue()] == [level]
    kinds = [(row["kind"], row["level"], row["to"]) for row in desk.rows("notices")]
    assert kinds == [("urging" if level == 1 else "escalation", str(level), who) for _, level, who in CLIMB]


@pytest.mark.clause("XX-1.10")
def test_at_the_top_it_is_repeated_once_an_interval(desk: Desk) -> None:
    job = working(desk)
    desk.clock(4, "17:00")
    assert told(desk.urge(job)) == [(4, ["gm"])]  # what was missed below is not sent afterwards
    desk.clock(5, "10:29:59")
    assert desk.urge(job) == []
    desk.clock(5, "10:30")
    assert told(desk.urge(job)) == [(4, ["gm"])]
    desk.clock(5, "15:59:59")
    assert desk.urge(job) == []
    assert count_urged(desk) == 2


@pytest.mark.clause("XX-1.10")
def test_a_post_that_is_empty_is_passed_over(desk: Desk) -> None:
    job = working(desk)
    desk.do("mgr", "staff", "leave", "sup-e", "--kind", "resignation")
    desk.do("mgr", "staff", "leave", "sup-d", "--kind", "resignation")
    desk.clock(3, "09:00")
    order = desk.take(kind="inquiry", service=None)  # owed by the desk, where no link leads upward
    desk.clock(3, "15:00")
    assert told(desk.urge(job)) == [(2, ["mgr"])]
    desk.clock(3, "16:00")
    assert told(desk.urge(order)) == [(2, ["mgr"])]


@pytest.mark.clause("GZ-1.3")
def test_the_desk_answers_to_its_supervisor_he_to_the_manager_he_to_the_general_manager(desk: Desk) -> None:
    job = working(desk)
    desk.clock(2, "11:00")
    desk.do("pan", "complete", job)  # for the desk to confirm within 2 working days
    for at, level, person in (
        (november(4, "17:30:01"), 1, "lin"),
        (november(5, "14:00"), 2, "sup-d"),
        (november(6, "09:00"), 3, "mgr"),
        (november(6, "14:30"), 4, "gm"),
    ):
        desk.now = at
        assert told(desk.urge(job)) == [(level, [person])]


@pytest.mark.clause("GZ-1.3")
def test_each_trade_answers_to_its_own_supervisor(desk: Desk) -> None:
    desk.do("mgr", "staff", "join", "bao", "--name", "保示例", "--role", "field", "--department", "cleaning",
            "--skill", "cleaning", "--manager", "sup-d")  # fmt: skip
    clean = working(desk, "bao", service="home-cleaning", content="入户保洁")
    pipes = working(desk)
    desk.clock(3, "15:00")
    assert {each["case"]: each["to"] for each in desk.urge()} == {clean: ["sup-d"], pipes: ["sup-e"]}


@pytest.mark.clause("GZ-1.3", "XX-1.10")
def test_one_reports_to_ones_own_superior_not_to_another_of_the_same_post(desk: Desk) -> None:
    desk.do("mgr", "staff", "join", "sup-f", "--name", "副示例", "--role", "supervisor", "--department", "engineering",
            "--manager", "mgr")  # fmt: skip
    desk.do("mgr", "staff", "change", "shui", "--manager", "sup-f")
    jobs = {working(desk, "pan"): ["sup-e"], working(desk, "shui"): ["sup-f"]}
    desk.clock(3, "15:00")
    assert {each["case"]: each["to"] for each in desk.urge()} == jobs


@pytest.mark.clause("GZ-1.3")
def test_the_chain_is_the_rules_and_the_staff_registers(desk: Desk) -> None:
    desk.edit_rules((r"escalation: \{roles: \[supervisor, manager", "escalation: {roles: [manager"))
    job = working(desk)
    desk.clock(3, "15:00")
    assert told(desk.urge(job)) == [(2, ["mgr"])]
    desk.do("mgr", "staff", "change", "pan", "--manager", "gm")
    desk.clock(4, "11:30")
    assert told(desk.urge(job)) == [(3, ["gm"])]


# --- in time for the customer --------------------------------------------------------------------------------------


@pytest.mark.clause("KB1-1.3")
@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"priority": "urgent"}, (2, "17:00")),
        ({"priority": "high"}, (3, "17:30")),
        ({}, (5, "17:30")),
        ({"priority": "low"}, (9, "17:30")),
        ({"service": "walls"}, (16, "17:30")),
        ({"kind": "report", "service": None, "caller": None, "phone": None}, (5, "17:30")),
    ],
)
def test_a_customers_matter_has_its_time_to_be_settled(
    desk: Desk, fields: dict[str, Any], due: tuple[int, str]
) -> None:
    order = desk.take(**fields)
    assert desk.due(order, "fulfil")["due_at"] == november(*due)
    desk.clock(*due)
    assert (order, "fulfil") not in desk.late()
    desk.clock(due[0], f"{due[1]}:01")
    (item,) = [each for each in desk.overdue() if each["clock"] == "fulfil"]
    assert (item["case"], item["owner"]) == (order, "lin")
    desk.do("lin", "triage", order, "--answered", "已解决")
    assert desk.late() == set()
    assert desk.due(order, "fulfil")["breached"] is True


@pytest.mark.clause("KB1-1.3")
def test_feedback_settled_in_time_is_never_listed(desk: Desk) -> None:
    order = desk.take(kind="suggestion", content="大堂灯太暗")
    desk.clock(2, "10:00")
    desk.do("lin", "triage", order, "--answered", "已转工程部更换灯泡")
    desk.do("lin", "follow-up", "new", order, "--method", "phone", "--satisfaction", "5")
    desk.clock(30, "09:00")
    assert desk.late() == set()
    assert {each["breached"] for each in desk.do("lin", "due", order)} == {False}


@pytest.mark.clause("KB1-1.3")
def test_a_matter_reopened_has_its_time_anew(desk: Desk) -> None:
    order = desk.take(answered="已电话指导")
    desk.clock(4, "09:00")
    desk.do("lin", "reopen", order, "--reason", "又漏了")
    assert (desk.due(order, "fulfil")["instance"], desk.due(order, "fulfil")["due_at"]) == (2, november(9, "17:30"))
    assert (desk.due(order, "dispatch")["instance"], desk.due(order, "dispatch")["due_at"]) == (2, november(4, "10:00"))


# --- nothing is let lie ---------------------------------------------------------------------------------------------


@pytest.mark.clause("KB2-4.2")
@pytest.mark.parametrize(
    ("kind", "service", "superior"),
    [
        ("request", "plumbing", "sup-e"),  # the climb begins at the department that the case concerns
        ("inquiry", None, "sup-d"),
        ("suggestion", None, "sup-d"),
        ("report", None, "sup-d"),
    ],
)
def test_what_nobody_touches_is_listed_and_reported_upward(
    desk: Desk, kind: str, service: str | None, superior: str
) -> None:
    order = desk.take(kind=kind, service=service)
    desk.clock(2, "10:00:01")
    (item,) = [each for each in desk.overdue() if each["case"] == order]
    assert (item["clock"], item["owner"], item["owner_name"]) == ("dispatch", "desk", "前台")
    assert "KB2-4.2" in item["source"]
    assert told(desk.urge()) == [(1, ["lin"])]
    desk.clock(2, "15:30")
    assert told(desk.urge()) == [(2, [superior])]
    desk.clock(3, "10:30")
    assert told(desk.urge()) == [(3, ["mgr"])]
    desk.do("lin", "triage", order, "--answered", "已答复")
    assert desk.urge() == []


@pytest.mark.clause("KB2-4.2")
@pytest.mark.parametrize("verb", ["decline", "withdraw"])
def test_what_comes_back_to_the_desk_is_owed_again(desk: Desk, verb: str) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.clock(2, "10:00")
    desk.do("pan" if verb == "decline" else "lin", verb, job, "--reason", "无法上门")
    assert desk.state(order) == "pool" or verb == "withdraw"
    again = desk.due(order, "dispatch")
    assert (again["instance"], again["due_at"]) == (2, november(2, "11:00"))
    desk.clock(2, "11:00:01")
    assert (order, "dispatch") in desk.late()


@pytest.mark.clause("KB2-4.2")
def test_what_a_person_who_left_owed_is_not_lost(desk: Desk) -> None:
    job = working(desk)
    desk.clock(2, "16:00")
    desk.do("mgr", "staff", "leave", "pan", "--kind", "abandonment")
    desk.clock(3, "09:31")
    (item,) = [each for each in desk.overdue() if each["case"] == job]
    assert item["owner"] == "sup-e"  # who heads the department
    assert told(desk.urge(job)) == [(1, ["sup-e"])]


@pytest.mark.clause("KB2-4.2")
def test_giving_up_a_matter_takes_a_reason(desk: Desk) -> None:
    order = desk.take()
    for words in (
        ("cancel", order),
        ("cancel", order, "--reason", ""),
        ("close", order),
        ("close", order, "--answered", ""),
    ):
        desk.refuse(2, "lin", *words)
    desk.do("lin", "cancel", order, "--reason", "业主自行处理")
    assert (desk.state(order), desk.rows("orders")[-1]["reason"]) == ("cancelled", "业主自行处理")
    desk.clock(30, "09:00")
    assert desk.late() == set()
