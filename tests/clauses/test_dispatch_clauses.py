"""Sending somebody: who is chosen, what a dispatch must tell, what stays on record, how much a person carries."""

from typing import Any

import pytest
from desks import Desk, november


def suggest(desk: Desk, order: str) -> dict[str, dict[str, Any]]:
    """What `suggest --all` says of each person."""
    return {each["staff"]: each for each in desk.do("lin", "suggest", order, "--all")}


def pool(desk: Desk, **fields: Any) -> str:
    """An order that waits to be dispatched."""
    order = desk.take(**fields)
    desk.do("lin", "triage", order, "--dispatch")
    return order


def read_reasons(sent: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in (reason.split() for reason in sent["reasons"])}


# --- by service type and present workload ---------------------------------------------------------------------------


@pytest.mark.clause("PD-2.2")
@pytest.mark.parametrize(("service", "staff"), [("electrical", "dian"), ("doors", "wai")])
def test_the_service_decides_who_can_go(desk: Desk, service: str, staff: str) -> None:
    order = pool(desk, service=service)
    found = suggest(desk, order)
    assert [name for name, each in found.items() if not each["excluded"]] == [staff]
    assert found["pan"]["excluded"] == "skill"
    assert desk.do("lin", "assign", order, "--auto")["assignee"] == staff


@pytest.mark.clause("PD-2.2")
def test_nobody_is_sent_where_nobody_has_the_skill(desk: Desk) -> None:
    order = pool(desk, service="lift")
    assert "skill" in desk.refuse(4, "lin", "assign", order, "--auto")
    assert "hvac" in desk.refuse(4, "pan", "claim", pool(desk, service="air-conditioning"))
    done = desk.act("lin", "assign", "--all", "--auto", "--json")
    assert (done.code, desk.rows("assignments")) == (4, [])


@pytest.mark.clause("PD-2.2")
def test_the_one_with_less_work_goes(desk: Desk) -> None:
    for _ in range(3):
        desk.send(desk.take(), "pan")
    desk.clock(2, "09:05")
    desk.send(desk.take(service="drain"), "shui")  # the latest to get work, but with less of it
    found = suggest(desk, desk.take())
    assert [(each["staff"], each["load"]) for each in found.values() if not each["excluded"]] == [
        ("shui", "2"),
        ("pan", "6"),
    ]
    item = desk.do("lin", "assign", desk.rows("orders")[-1]["id"], "--auto")
    assert item["assignee"] == "shui"
    assert read_reasons(item)["workload"] == 0.75


@pytest.mark.clause("PD-2.2")
def test_work_that_is_done_is_no_load(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    order = desk.take()
    assert [suggest(desk, order)[staff]["load"] for staff in ("pan", "shui")] == ["2", "0"]
    desk.do("pan", "complete", job)
    assert suggest(desk, order)["pan"]["load"] == "0"
    desk.do("lin", "rework", job)
    assert suggest(desk, order)["pan"]["load"] == "2"


@pytest.mark.clause("PD-2.2")
def test_who_declined_is_not_chosen_again(desk: Desk) -> None:
    order = pool(desk)
    job = desk.do("lin", "assign", order, "--auto")
    desk.refuse(2, job["assignee"], "decline", job["id"])
    desk.do(job["assignee"], "decline", job["id"], "--reason", "没有合适的工具")
    assert desk.state(order) == "pool"
    assert suggest(desk, order)[job["assignee"]]["excluded"] == "declined"
    other = desk.do("lin", "assign", order, "--auto")["assignee"]
    assert {job["assignee"], other} == {"pan", "shui"}


# --- planned across people ------------------------------------------------------------------------------------------


@pytest.mark.clause("PD-3.1")
def test_a_batch_is_spread_over_the_people(desk: Desk) -> None:
    for number in range(6):
        pool(desk, source_ref=f"W-{number}")
    sent = desk.do("lin", "assign", "--all", "--auto")
    assert [each["order_id"][-1] for each in sent] == list("123456")
    assert [each["assignee"] for each in sent] in (["pan", "shui"] * 3, ["shui", "pan"] * 3)


@pytest.mark.clause("PD-3.1", "PR-14")
def test_a_batch_ends_where_everybody_is_full(desk: Desk) -> None:
    orders = [pool(desk) for _ in range(9)]
    done = desk.act("lin", "assign", "--all", "--auto", "--json")
    assert done.code == 4
    assert orders[8] in done.err
    assert "ceiling" in done.err
    assert [each["id"] for each in desk.do("lin", "list", "--state", "pool")] == [orders[8]]
    assert {each["load"] for each in suggest(desk, orders[8]).values() if each["excluded"] == "ceiling"} == {"8"}


@pytest.mark.clause("PD-2.3")
def test_a_dispatch_is_entered_and_stands_in_the_list_of_whoever_is_sent(desk: Desk) -> None:
    order = desk.take()
    assert desk.do("pan", "worklist") == []
    job = desk.send(order, "pan")
    (item,) = desk.do("pan", "worklist")
    assert (item["case"], item["clock"], item["due_at"]) == (job, "acknowledge", november(2, "09:30"))
    assert desk.do("shui", "worklist") == []
    (row,) = desk.rows("assignments")
    assert (row["id"], row["assignee"], row["by"], row["at"]) == (job, "pan", "lin", november(2, "09:00"))


@pytest.mark.clause("PD-3.1")
def test_who_has_waited_longest_goes_first_among_equals(desk: Desk) -> None:
    for minute, staff in ((0, "shui"), (1, "pan")):  # else pan would go first, by the id
        desk.clock(2, f"09:0{minute}")
        job = desk.send(desk.take(), staff)
        desk.do(staff, "complete", job)
    sent = desk.do("lin", "assign", desk.take(phone="138-0000-0002", address="1号楼101"), "--auto")
    assert sent["assignee"] == "shui"
    assert read_reasons(sent) == {"workload": 1, "fairness": 1, "area": 1, "last_technician": 0}


@pytest.mark.clause("PD-3.1")
def test_area_and_last_technician_weigh(desk: Desk) -> None:
    desk.do("mgr", "staff", "change", "pan", "--area", "1号楼")
    desk.do("mgr", "staff", "change", "shui", "--area", "3号楼")
    first = desk.do("lin", "assign", desk.take(area="tower-3"), "--auto")
    assert (first["assignee"], read_reasons(first)["area"]) == ("shui", 1)
    assert read_reasons(suggest(desk, first["order_id"])["pan"])["area"] == 0
    desk.do("shui", "complete", first["id"])
    desk.clock(2, "09:30")
    other = desk.send(desk.take(service="drain"), "pan")
    desk.do("pan", "complete", other)
    same = suggest(desk, desk.take(phone=None, caller="张家人", address="3号楼 2单元 501", kind="report"))
    assert [read_reasons(same[staff])["last_technician"] for staff in ("pan", "shui")] == [1, 0]
    # of 5 for the work at hand, 2 for who waited longest, 2 for the area, 1 for who was there last
    assert {staff: float(same[staff]["score"]) for staff in ("pan", "shui")} == {"pan": 8, "shui": 9}


@pytest.mark.clause("PD-1.4", "PD-3.1")
def test_the_urgent_is_served_first(desk: Desk) -> None:
    orders = {priority: pool(desk, priority=priority) for priority in ("low", "normal", "urgent", "high")}
    sent = desk.do("lin", "assign", "--all", "--auto")
    assert [each["order_id"] for each in sent] == [orders[name] for name in ("urgent", "high", "normal", "low")]
    due = {name: desk.due(order, "fulfil")["due_at"] for name, order in orders.items()}
    assert due == {
        "urgent": november(2, "17:00"),
        "high": november(3, "17:30"),
        "normal": november(5, "17:30"),
        "low": november(9, "17:30"),
    }


@pytest.mark.clause("PD-1.4")
def test_the_customers_time_runs_on_whoever_is_sent(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    promised = desk.due(order, "fulfil")
    assert (promised["started_at"], promised["due_at"]) == (november(2, "09:00"), november(5, "17:30"))
    desk.clock(4, "09:00")
    desk.do("lin", "reassign", job, "shui", "--reason", "请假")
    assert (desk.due(order, "fulfil")["due_at"], desk.due(order, "fulfil")["instance"]) == (promised["due_at"], 1)
    desk.clock(5, "17:30:01")
    assert (order, "fulfil") in desk.late()
    desk.do("shui", "complete", order)
    assert desk.due(order, "fulfil")["breached"] is True
    (measure,) = [each for each in desk.do("lin", "due", order) if each["clock"] == "fulfil"]
    assert measure["stopped_at"] == november(5, "17:30:01")


@pytest.mark.clause("PD-1.4")
def test_how_many_were_served_in_time_is_a_figure_with_its_cases(desk: Desk) -> None:
    kept, missed, running = desk.take(), desk.take(priority="high"), desk.take(priority="low")
    for order in (kept, missed):
        desk.send(order, "pan")
    desk.clock(3, "17:30")
    desk.do("pan", "complete", kept)
    desk.clock(4, "09:00")
    desk.do("pan", "complete", missed)
    desk.clock(6, "09:00")
    figure = desk.do("lin", "report", "monthly")["measures"]["fulfil_on_time"]
    assert (figure["numerator"], figure["denominator"], figure["value"]) == (1, 2, "0.5")
    drilled = desk.do("lin", "report", "monthly", "--drill", "fulfil_on_time")
    assert [each["id"] for each in drilled["numerator"]] == [kept]
    assert {each["id"] for each in drilled["denominator"]} == {kept, missed}
    assert desk.due(running, "fulfil")["state"] == "running"


@pytest.mark.clause("PD-1.4")
def test_an_appointment_is_what_the_customer_waits_for(desk: Desk) -> None:
    order = desk.take(appointment="2026-11-10T14:00")
    assert desk.due(order, "fulfil")["due_at"] == november(13, "17:30")
    desk.clock(9, "09:00")
    assert (order, "fulfil") not in desk.late()


# --- complete or refused --------------------------------------------------------------------------------------------


@pytest.mark.clause("PD-3.3", "PD-5.2")
def test_a_dispatch_tells_who_sends_whom_to_whom_for_what_and_how(desk: Desk) -> None:
    order = desk.take(requirements="轻声敲门")
    desk.clock(2, "09:12")
    job = desk.send(order, "pan")
    row = desk.rows("assignments")[-1]
    contact = desk.show(order)["contact_id"]
    told = {name: row[name] for name in ("order_id", "dispatcher", "assignee", "role", "contact_id", "content")}
    assert told == {
        "order_id": order, "dispatcher": "lin", "assignee": "pan", "role": "lead", "contact_id": contact,
        "content": "厨房水管漏水",
    }  # fmt: skip
    assert (row["id"], row["event"], row["at"], row["requirements"]) == (job, "assigned", desk.now, "轻声敲门")
    assert contact


@pytest.mark.clause("PD-3.3")
def test_requirements_are_the_options_else_the_orders_else_the_services(desk: Desk) -> None:
    own, plain = desk.take(requirements="轻声敲门"), desk.take()
    desk.send(own, "pan", "--requirements", "带梯子", "--content", "换阀门")
    desk.send(own, "shui")
    desk.send(plain, "pan")
    told = [(row["content"], row["requirements"]) for row in desk.rows("assignments")]
    assert told[:2] == [("换阀门", "带梯子"), ("厨房水管漏水", "轻声敲门")]
    assert "关阀" in told[2][1]


@pytest.mark.clause("PD-3.3")
def test_an_incomplete_dispatch_is_refused_naming_all_it_lacks(desk: Desk) -> None:
    desk.edit_rules((r"request: \[service, content,", "request: ["))
    order = pool(desk, service=None, content=None)
    for words in (("assign", order, "pan"), ("assign", order, "--auto")):
        told = desk.refuse(4, "lin", *words)
        assert "content, requirements" in told
        assert "PD-3.3" in told
    assert "PD-3.3" in desk.refuse(4, "pan", "claim", order)
    assert "PD-3.3" in desk.refuse(4, "lin", "assign", order, "pan", "--content", "看看厨房")
    assert desk.act("lin", "assign", "--all", "--auto").code == 4
    assert desk.rows("assignments") == []
    desk.send(order, "pan", "--content", "看看厨房", "--requirements", "先打电话")
    assert [(row["content"], row["requirements"]) for row in desk.rows("assignments")] == [("看看厨房", "先打电话")]


@pytest.mark.clause("PD-3.3")
def test_a_dispatch_without_an_assignee_or_to_somebody_unknown_is_refused(desk: Desk) -> None:
    order = desk.take()
    desk.refuse(2, "lin", "assign", order)
    assert "pan" in desk.refuse(3, "lin", "assign", order, "pam")
    desk.do("mgr", "staff", "leave", "pan", "--kind", "resignation")
    assert desk.act("lin", "assign", order, "pan").code in (3, 4)
    assert desk.rows("assignments") == []


@pytest.mark.clause("PD-3.3")
def test_a_dispatch_without_a_contact_is_refused_where_the_kind_demands_a_caller(desk: Desk) -> None:
    desk.edit_rules((r"report: \[content, address\]", "report: [content]"))
    order = desk.take(kind="report", caller=None, phone=None, address=None)
    desk.edit_rules((r"report: \[content\]", "report: [content, address]"))
    told = desk.refuse(4, "lin", "assign", order, "pan")
    assert "contact_id" in told
    assert "PD-3.3" in told
    inquiry = desk.take(kind="inquiry", caller=None, phone=None, address=None)
    desk.send(inquiry, "pan")


# --- on record ------------------------------------------------------------------------------------------------------


@pytest.mark.clause("PD-5.1")
def test_every_dispatch_however_made_is_a_row(desk: Desk) -> None:
    orders = [pool(desk) for _ in range(4)]
    by_hand = desk.send(orders[0], "pan", "--helper", "shui")
    desk.do("lin", "assign", orders[1], "--auto")
    desk.do("shui", "claim", orders[2])
    desk.do("lin", "assign", "--all", "--auto")
    desk.do("lin", "reassign", by_hand, "dian", "--reason", "换人")
    desk.do("pan", "decline", desk.send(desk.take(), "pan"), "--reason", "技能不符")
    desk.do("lin", "withdraw", desk.send(desk.take(), "pan"), "--reason", "业主改期")
    assigned = [row["id"] for row in desk.rows("assignments") if row["event"] == "assigned"]
    assert assigned == [f"A-20261102-{number:04}" for number in range(1, 9)]
    listed = {each["id"]: each["state"] for each in desk.do("lin", "list", "assignments")}
    assert sorted(listed) == assigned
    assert [listed[each] for each in (by_hand, *assigned[-2:])] == ["reassigned", "declined", "withdrawn"]


@pytest.mark.clause("PD-5.1")
def test_a_dispatch_is_recorded_once_and_a_trial_not_at_all(desk: Desk) -> None:
    order = desk.take()
    desk.do("lin", "assign", order, "pan", "--dry-run")
    assert desk.rows("assignments") == []
    first = desk.do("lin", "assign", order, "pan", "--request-id", "K-1")
    again = desk.do("lin", "assign", order, "pan", "--request-id", "K-1")
    assert (again["id"], again["replayed"]) == (first["id"], True)
    assert len(desk.rows("assignments")) == 1
    desk.refuse(4, "lin", "assign", order, "pan")
    desk.refuse(4, "lin", "assign", desk.take(), "pan", "--request-id", "K-1")


@pytest.mark.clause("PD-5.2")
def test_the_record_of_a_dispatch_shows_its_state_as_it_goes(desk: Desk) -> None:
    order = desk.take(requirements="轻声敲门")
    desk.clock(2, "09:12")
    job = desk.send(order, "pan")
    states = []
    for who, verb in (("", ""), ("pan", "ack"), ("pan", "start"), ("pan", "complete"), ("lin", "confirm")):
        if verb:
            desk.do(who, verb, job)
        (item,) = desk.do("lin", "list", "assignments")
        states.append(item["state"])
        assert {name: item[name] for name in ("dispatcher", "assignee", "content", "requirements")} == {
            "dispatcher": "lin", "assignee": "pan", "content": "厨房水管漏水", "requirements": "轻声敲门",
        }  # fmt: skip
    assert states == ["assigned", "acknowledged", "working", "completed", "confirmed"]
    shown = desk.show(job)
    assert (shown["events"][0]["event"], shown["events"][0]["at"]) == ("assigned", november(2, "09:12"))
    (listed,) = desk.show(order)["assignments"]
    assert (listed["id"], listed["assignee_name"], listed["assigned_at"]) == (job, "潘示例", november(2, "09:12"))


@pytest.mark.clause("PD-5.2")
def test_the_dispatcher_is_who_decided_not_who_took_the_call_or_claimed(desk: Desk) -> None:
    order = desk.take("lin")
    desk.do("sup-d", "triage", order, "--dispatch")
    desk.do("pan", "claim", order)
    assert desk.rows("assignments")[-1]["dispatcher"] == "sup-d"
    assert desk.rows("assignments")[-1]["by"] == "pan"
    assert desk.due(order, "fulfil")["owner"] == "sup-d"


# --- no more than one can carry -------------------------------------------------------------------------------------


def fill(desk: Desk, staff: str, count: int = 4) -> list[str]:
    """Plumbing orders for a person, each of effort 2; the ceiling is 8."""
    return [desk.send(desk.take(), staff) for _ in range(count)]


@pytest.mark.clause("PR-14")
def test_at_the_ceiling_nobody_is_sent_by_hand_without_an_answer_for_it(desk: Desk) -> None:
    fill(desk, "pan")
    order = pool(desk)
    for who, words in (
        ("lin", ("assign", order, "pan")),
        ("lin", ("assign", order, "shui", "--helper", "pan")),
        ("pan", ("claim", order)),
        ("lin", ("reassign", desk.send(desk.take(), "shui"), "pan", "--reason", "换人")),
    ):
        assert "PR-14" in desk.refuse(4, who, *words)
    desk.refuse(2, "lin", "assign", order, "pan", "--over-ceiling")
    desk.send(order, "pan", "--over-ceiling", "--reason", "只有他会修")
    assert desk.rows("assignments")[-1]["reason"] == "只有他会修"


@pytest.mark.clause("PR-14")
def test_the_ceiling_is_told_as_a_reading(desk: Desk) -> None:
    shown = desk.do("lin", "policy", "show", "assignment")
    assert (shown["source"], shown["ceiling"]) == (["PR-14"], "8")
    assert "没有数目" in shown["reading"]
    assert "不得超时工作" in desk.do("lin", "policy", "show", "clauses")["PR-14"]


@pytest.mark.clause("PR-14")
def test_the_choice_passes_over_who_is_full(desk: Desk) -> None:
    fill(desk, "pan")
    desk.send(desk.take(), "shui")
    order = pool(desk)
    assert suggest(desk, order)["pan"]["excluded"] == "ceiling"
    assert desk.do("lin", "assign", order, "--auto")["assignee"] == "shui"
    fill(desk, "shui", 2)
    told = desk.refuse(4, "lin", "assign", pool(desk), "--auto")
    assert "2 ceiling" in told


@pytest.mark.clause("PR-14")
def test_effort_decides_not_the_number_unless_the_rules_count(desk: Desk) -> None:
    fill(desk, "pan", 3)
    desk.send(desk.take(service="noise"), "pan")  # 7 of 8
    order = desk.take()
    assert "PR-14" in desk.refuse(4, "lin", "assign", order, "pan")
    desk.send(desk.take(service="noise"), "pan")  # exactly 8
    desk.refuse(4, "lin", "assign", desk.take(service="noise"), "pan")
    desk.edit_rules(("ceiling_counts: effort", "ceiling_counts: count"))
    desk.send(order, "pan")  # the 6th of 8


@pytest.mark.clause("PR-14")
@pytest.mark.parametrize(
    ("day", "clock", "on_duty"),
    [(2, "08:29:59", False), (2, "08:30", True), (2, "12:00", False), (2, "20:00", False), (7, "10:00", False)],
)
def test_nobody_is_chosen_outside_working_hours(desk: Desk, day: int, clock: str, on_duty: bool) -> None:
    desk.clock(day, clock)
    order = pool(desk)
    if on_duty:
        desk.do("lin", "assign", order, "--auto")
    else:
        assert "off-duty" in desk.refuse(4, "lin", "assign", order, "--auto")


@pytest.mark.clause("PR-14")
def test_duty_is_judged_at_the_appointment(desk: Desk) -> None:
    late = pool(desk, appointment="2026-11-02T20:00")
    desk.refuse(4, "lin", "assign", late, "--auto")
    desk.clock(2, "20:00")
    desk.do("lin", "assign", pool(desk, appointment="2026-11-03T09:00"), "--auto")
