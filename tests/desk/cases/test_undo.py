"""undo takes back the whole of one's last command: all of its rows, the last one first, or none."""

from desks import Desk


def undo(desk: Desk, who: str) -> list[tuple[str, str]]:
    """(case, event) of what was taken back."""
    items = desk.do(who, "undo")
    return [(item["id"], item["retracted"]) for item in (items if isinstance(items, list) else [items])]


def test_a_reassignment_is_undone_with_the_new_assignment(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    new = desk.do("lin", "reassign", job, "shui", "--reason", "换人")
    other = next(each["id"] for each in (new if isinstance(new, list) else [new]) if each["id"] != job)
    assert undo(desk, "lin") == [(other, "assigned"), (job, "reassigned")]
    assert desk.state(job) == "assigned"
    assert desk.state(other) == "void"
    assert desk.state(order) == "dispatched"
    desk.wait(minutes=1)
    assert undo(desk, "lin") == [(job, "assigned")]
    desk.do("pan", "list")
    assert desk.run("records", "check").code == 0


def test_an_answered_call_is_undone_whole(desk: Desk) -> None:
    order = desk.do("lin", "new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "六点")["id"]
    assert undo(desk, "lin") == [(order, "answered"), (order, "taken")]
    assert desk.state(order) == "void"


def test_helpers_are_undone_with_the_lead(desk: Desk) -> None:
    order = desk.take()
    desk.do("lin", "assign", order, "pan", "--helper", "shui", "--over-ceiling", "--reason", "人手不足")
    assert [event for _, event in undo(desk, "lin")] == ["assigned", "assigned"]
    assert desk.state(order) in ("open", "pool")


def test_a_repeated_key_undoes_once(desk: Desk) -> None:
    order = desk.do("lin", "new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "六点")["id"]
    first = desk.do("lin", "undo", "--request-id", "u")
    again = desk.do("lin", "undo", "--request-id", "u")
    assert [each["row"] for each in first] == [each["row"] for each in again]
    assert len(desk.rows("orders")) == 4
    assert desk.state(order) == "void"


def test_what_followed_any_of_its_rows_stops_it(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("lin", "reassign", job, "shui", "--reason", "换人")
    desk.wait(minutes=1)
    desk.do("shui", "ack", order)
    assert "was followed by acknowledged" in desk.refuse(4, "lin", "undo")


def test_helpers_end_where_their_lead_was_taken_back(desk: Desk) -> None:
    order = desk.take()
    desk.do("lin", "assign", order, "pan", "--helper", "shui", "--over-ceiling", "--reason", "人手不足")
    lead, helper = (each["id"] for each in desk.do("lin", "list", "assignments"))
    desk.wait(minutes=1)
    desk.do("lin", "retract", lead, "--reason", "派错人")
    assert (desk.state(lead), desk.state(helper)) == ("void", "withdrawn")
    assert desk.state(order) in ("open", "pool")
    assert "is withdrawn" in desk.refuse(4, "shui", "ack", helper)
    assert not [each for each in desk.do("shui", "worklist") if each["case"] == helper]
    last = desk.show(helper)["events"][-1]
    assert (last["event"], last["derived"], last["ref"]) == ("withdrawn", True, "assignments/2026-11.main#3")
    desk.wait(minutes=1)
    new = desk.send(order, "pan")
    assert desk.state(order) == "dispatched"
    assert desk.state(helper) == "withdrawn"
    desk.wait(minutes=1)
    desk.do("lin", "retract", new, "--reason", "又错了")
    assert desk.run("records", "check").code == 0


def test_helpers_go_on_where_another_lead_is_left(desk: Desk) -> None:
    order = desk.take()
    desk.do("lin", "assign", order, "pan", "--helper", "shui", "--over-ceiling", "--reason", "人手不足")
    lead, helper = (each["id"] for each in desk.do("lin", "list", "assignments"))
    desk.do("lin", "assign", order, "dian", "--over-ceiling", "--reason", "另一工种")
    desk.wait(minutes=1)
    desk.do("lin", "retract", lead, "--reason", "派错人")
    assert desk.state(helper) == "assigned"
    desk.do("shui", "ack", helper)


def test_each_part_of_a_case_says_its_own(desk: Desk) -> None:
    """Of two measures neither hides what the other said."""
    caller = ("--caller", "张示例", "--phone", "138-0000-0001")
    complaint = desk.do("lin", "complaint", "new", "--content", "来得晚", *caller)["id"]
    desk.do("sup-e", "complaint", "rule", complaint, "--valid", "attitude", "--reason", "属实")
    for text, owner in (("重排班次", "pan"), ("加一辆车", "shui")):
        due = desk.later(days=3)
        desk.do("sup-e", "complaint", "measure", complaint, "--text", text, "--due", due, "--owner", owner)
    desk.wait(minutes=1)
    desk.do("pan", "complaint", "finish", f"{complaint}#1")
    measures = desk.show(complaint)["measures"]
    assert [(each["item"], each["owner"], each["events"]) for each in measures] == [
        (f"{complaint}#1", "pan", ["measure-planned", "measure-done"]),
        (f"{complaint}#2", "shui", ["measure-planned"]),
    ]
    said = ("重排班次", "加一辆车")
    assert [value for each in measures for value in each.values() if value in said] == list(said)
    shown = desk.act("lin", "show", complaint).out
    assert "整改措施" in shown
    assert shown.count("重排班次") >= 1
    order = desk.take()
    assert "measures" not in desk.show(order)


def test_a_case_is_shown_though_what_was_below_it_was_taken_back(desk: Desk) -> None:
    """A complaint, a follow-up: void, they are not listed below it any more."""
    order = desk.take()
    desk.do("lin", "complaint", "new", "--content", "慢", "--order", order)
    desk.do("lin", "undo")
    assert desk.show(order)["complaints"] == []
    assert desk.act("lin", "show", order).code == 0
    desk.do("lin", "close", order, "--answered", "已修好")
    desk.do("lin", "follow-up", "new", order, "--method", "phone", "--satisfaction", "5")
    desk.do("lin", "undo")
    assert desk.show(order)["followups"] == []
