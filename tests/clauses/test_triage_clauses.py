"""Deciding what becomes of a request: answered, dispatched, or passed to the department concerned."""

import pytest
from desks import CALL, Desk, november, option_pairs


@pytest.mark.clause("PD-2.1")
@pytest.mark.parametrize("at_once", [True, False])
def test_an_answered_request_is_never_dispatched(desk: Desk, at_once: bool) -> None:
    order = desk.take(answered="关紧总阀后不再漏" if at_once else None)
    if not at_once:
        desk.do("lin", "triage", order, "--answered", "关紧总阀后不再漏")
    shown = desk.show(order)
    assert (shown["state"], shown["answer"]) == ("closed", "关紧总阀后不再漏")
    assert [each["event"] for each in shown["events"]] == ["taken", "answered"]
    for who, words in (
        ("lin", ("assign", order, "pan")),
        ("lin", ("assign", order, "--auto")),
        ("pan", ("claim", order)),
        ("lin", ("triage", order, "--dispatch")),
    ):
        assert "is closed" in desk.refuse(4, who, *words)
    assert desk.do("lin", "assign", "--all", "--auto") == []
    assert desk.rows("assignments") == []
    assert {each["clock"] for each in shown["clocks"] if each["state"] == "running"} == {"call-back"}
    desk.do("lin", "follow-up", "new", order, "--method", "phone", "--satisfaction", "5")
    desk.clock(30, "09:00")
    assert desk.late() == set()


@pytest.mark.clause("PD-2.1")
def test_what_needs_somebody_goes_to_the_pool_and_out_of_it_again(desk: Desk) -> None:
    order = desk.take()
    assert desk.state(order) == "open"
    assert desk.do("lin", "assign", "--all", "--auto") == []
    desk.refuse(4, "pan", "claim", order)
    desk.do("lin", "triage", order, "--dispatch")
    assert [each["id"] for each in desk.do("lin", "list", "--state", "pool")] == [order]
    (sent,) = desk.do("lin", "assign", "--all", "--auto")
    assert sent["order_id"] == order
    assert desk.do("lin", "list", "--state", "pool") == []
    assert [row["event"] for row in desk.rows("orders")] == ["taken", "needs-dispatch"]


@pytest.mark.clause("PD-2.1")
def test_a_decision_is_exactly_one(desk: Desk) -> None:
    order = desk.take()
    desk.refuse(2, "lin", "triage", order)
    desk.refuse(2, "lin", "triage", order, "--dispatch", "--answered", "不用来")
    desk.refuse(2, "lin", "triage", order, "--answered", "转了", "--refer", "engineering")
    desk.do("lin", "triage", order, "--dispatch")
    desk.refuse(4, "lin", "triage", order, "--dispatch")


@pytest.mark.clause("PD-2.1")
@pytest.mark.parametrize(("priority", "due"), [("normal", "10:00"), ("urgent", "09:15")])
def test_an_undecided_request_is_owed_by_the_desk(desk: Desk, priority: str, due: str) -> None:
    order = desk.take(priority=priority)
    clock = desk.due(order, "dispatch")
    assert (clock["due_at"], clock["owner"]) == (november(2, due), "desk")
    assert "PD-2.1" in clock["source"]
    desk.clock(2, f"{due}:01")
    assert (order, "dispatch") in desk.late()
    desk.do("lin", "triage", order, "--dispatch")
    assert (order, "dispatch") in desk.late()  # the pool is no answer: somebody must go
    desk.send(order, "pan")
    assert (order, "dispatch") not in desk.late()


@pytest.mark.clause("JD-5.2")
def test_what_cannot_be_answered_is_passed_to_the_department(desk: Desk) -> None:
    order = desk.take()
    item = desk.do("lin", "triage", order, "--refer", "greening")
    assert (item["event"], item["state"]) == ("referred", "referred")
    shown = desk.show(order)
    assert shown["department"] == "greening"
    assert shown["events"][-1]["fields"] == {"department": "greening"}
    assert desk.due(order, "dispatch")["state"] == "stopped"
    assert "is referred" in desk.refuse(4, "lin", "assign", order, "pan")
    assert desk.do("lin", "assign", "--all", "--auto") == []


@pytest.mark.clause("JD-5.2")
def test_a_department_that_there_is_not_is_refused_with_the_nearest(desk: Desk) -> None:
    order = desk.take()
    assert "greening" in desk.refuse(3, "lin", "triage", order, "--refer", "greenin")
    assert desk.state(order) == "open"


@pytest.mark.clause("JD-5.2")
@pytest.mark.parametrize(
    ("words", "state"),
    [(("--answered", "园林已处理"), "closed"), (("--dispatch",), "pool")],
)
def test_the_department_answers_or_gives_it_back(desk: Desk, words: tuple[str, ...], state: str) -> None:
    order = desk.take()
    desk.do("lin", "triage", order, "--refer", "greening")
    desk.do("sup-e", "triage", order, *words)
    assert desk.state(order) == state


@pytest.mark.clause("JD-5.2")
def test_what_was_referred_is_still_owed_to_the_customer(desk: Desk) -> None:
    order = desk.take()
    desk.do("lin", "triage", order, "--refer", "greening")
    due = desk.due(order, "fulfil")
    assert (due["state"], due["due_at"]) == ("running", november(5, "17:30"))
    desk.clock(6, "08:30")
    assert (order, "fulfil") in desk.late()
    desk.do("lin", "close", order, "--answered", "绿化部已处理完毕")
    assert desk.late() == set()
    assert (desk.state(order), desk.show(order)["answer"]) == ("closed", "绿化部已处理完毕")


@pytest.mark.clause("JD-5.2")
def test_the_need_is_answered_or_referred_as_it_is_analysed(desk: Desk) -> None:
    asked = desk.do("lin", "new-order", *option_pairs({**CALL, "kind": "inquiry", "service": None}))["id"]
    desk.do("lin", "triage", asked, "--answered", "可以，费用50元")
    passed = desk.take(kind="inquiry", service=None, content="绿化方案何时公布")
    desk.do("lin", "triage", passed, "--refer", "绿化部")
    assert [desk.state(asked), desk.state(passed)] == ["closed", "referred"]
    desk.refuse(4, "lin", "triage", asked, "--refer", "greening")
