"""The work itself: seen, begun, reported, put off in time, done, confirmed, and by whom."""

from typing import Any

import pytest
from desks import Desk, november


def names_of(items: list[dict[str, Any]]) -> list[str]:
    return [each["case"] for each in items]


# --- seen promptly --------------------------------------------------------------------------------------------------


@pytest.mark.clause("PD-2.4")
@pytest.mark.parametrize(
    ("sent", "priority", "due"),
    [("09:00", "normal", "09:30"), ("11:50", "normal", "13:50"), ("09:00", "urgent", "09:10")],
)
def test_an_assignment_is_to_be_seen_by_its_time(desk: Desk, sent: str, priority: str, due: str) -> None:
    desk.clock(2, sent)
    job = desk.send(desk.take(priority=priority), "pan")
    clock = desk.due(job, "acknowledge")
    assert (clock["due_at"], clock["owner"], clock["source"]) == (november(2, due), "pan", ["PD-2.4"])
    desk.clock(2, due)
    assert (job, "acknowledge") not in desk.late()
    desk.clock(2, f"{due}:01")
    assert (job, "acknowledge") in desk.late()
    desk.do("pan", "ack", job)
    assert (job, "acknowledge") not in desk.late()
    assert desk.due(job, "acknowledge")["breached"] is True


@pytest.mark.clause("PD-2.4")
@pytest.mark.parametrize("verb", ["ack", "start", "decline"])
def test_seen_in_time_is_no_breach(desk: Desk, verb: str) -> None:
    job = desk.send(desk.take(), "pan")
    desk.clock(2, "09:30")
    desk.do("pan", verb, job, *(("--reason", "不在班") if verb == "decline" else ()))
    clock = desk.due(job, "acknowledge")
    assert (clock["state"], clock["breached"], clock["stopped_at"]) == ("stopped", False, november(2, "09:30"))


@pytest.mark.clause("PD-2.4")
def test_another_assignee_has_his_own_time_to_see_it(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.clock(2, "10:00")
    assert (job, "acknowledge") in desk.late()
    new = desk.do("lin", "reassign", job, "shui", "--reason", "联系不上")["id"]
    assert (job, "acknowledge") not in desk.late()
    assert desk.due(new, "acknowledge")["due_at"] == november(2, "10:30")
    assert (desk.due(job, "acknowledge")["state"], desk.due(job, "acknowledge")["breached"]) == ("ended", True)


# --- confirmed to the desk, then begun ------------------------------------------------------------------------------


@pytest.mark.clause("PD-2.5")
def test_what_the_assignee_confirmed_is_on_record_before_the_start(desk: Desk) -> None:
    order = desk.take(requirements="轻声敲门")
    job = desk.send(order, "pan")
    seen = desk.show(job)
    assert (seen["content"], seen["requirements"]) == ("厨房水管漏水", "轻声敲门")
    desk.clock(2, "09:05")
    assert desk.do("pan", "ack", job, "--note", "内容与要求已核对")["state"] == "acknowledged"
    assert desk.state(order) == "dispatched"
    desk.clock(2, "09:40")
    assert desk.do("pan", "start", job)["state"] == "working"
    assert desk.state(order) == "in-progress"
    events = [(each["event"], each["at"], each["by"], each["note"]) for each in desk.show(job)["events"][1:]]
    assert events == [
        ("acknowledged", november(2, "09:05"), "pan", "内容与要求已核对"),
        ("started", november(2, "09:40"), "pan", None),
    ]


@pytest.mark.clause("PD-2.5")
def test_it_cannot_be_confirmed_after_the_start_nor_twice(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ack", job)
    assert "acknowledged" in desk.refuse(4, "pan", "ack", job)
    desk.do("pan", "start", job)
    for verb in ("ack", "start"):
        desk.refuse(4, "pan", verb, job)
    desk.refuse(4, "pan", "decline", job, "--reason", "反悔了")


@pytest.mark.clause("PD-2.5")
def test_who_cannot_take_it_on_says_so_and_why(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.refuse(2, "pan", "decline", job)
    desk.refuse(2, "pan", "decline", job, "--reason", " ")
    desk.do("pan", "decline", job, "--reason", "要求与内容不符")
    assert (desk.rows("assignments")[-1]["reason"], desk.state(order)) == ("要求与内容不符", "pool")
    assert desk.due(order, "dispatch")["instance"] == 2


# --- one's own work -------------------------------------------------------------------------------------------------


@pytest.mark.clause("PD-4.2")
def test_the_worklist_is_ones_own_open_work_by_due_time(desk: Desk) -> None:
    jobs = {
        "later": desk.send(desk.take(appointment="2026-11-05T09:00"), "pan"),
        "plain": desk.send(desk.take(content="下水慢"), "pan"),
        "urgent": desk.send(desk.take(priority="urgent"), "pan"),
    }
    desk.send(desk.take(), "shui")
    desk.do("pan", "ack", *jobs.values())
    items = desk.do("pan", "worklist")
    assert names_of(items) == [jobs["urgent"], jobs["plain"], jobs["later"]]
    assert [each["due_at"] for each in items] == [november(2, "13:00"), november(3, "09:30"), november(6, "09:30")]
    assert (items[1]["state"], items[1]["content"], items[1]["clock"]) == ("acknowledged", "下水慢", "complete")
    assert names_of(desk.do("lin", "worklist", "pan")) == names_of(items)
    desk.clock(2, "13:00:01")
    assert desk.do("pan", "worklist")[0]["late_seconds"] == 1
    desk.do("pan", "complete", jobs["urgent"])
    desk.do("pan", "decline", jobs["plain"], "--reason", "做不了")
    assert names_of(desk.do("pan", "worklist")) == [jobs["later"]]


@pytest.mark.clause("PD-4.2")
def test_the_worklist_shows_what_comes_back_and_what_stands_still(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "complete", job)
    assert desk.do("pan", "worklist") == []
    desk.clock(3, "09:00")
    desk.do("lin", "rework", job, "--reason", "仍有渗漏")
    (item,) = desk.do("pan", "worklist")
    assert (item["case"], item["instance"], item["due_at"]) == (job, 2, november(4, "09:30"))
    desk.do("pan", "pause", job, "--reason", "waiting-parts")
    (item,) = desk.do("pan", "worklist")
    assert (item["case"], item["state"], item["due_at"]) == (job, "paused", None)


# --- progress and difficulties --------------------------------------------------------------------------------------


@pytest.mark.clause("PD-4.3")
def test_progress_and_problems_are_recorded_and_change_nothing_else(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("pan", "start", job)
    before = desk.due(job, "complete")
    desk.clock(2, "10:00")
    told = desk.do("pan", "progress", job, "--note", "已拆下旧阀门", "--parts", "三角阀1只", "--cost", "18")
    assert told["state"] == "working"
    told = desk.do("pan", "problem", job, "--reason", "墙内管道锈死", "--note", "需要切割机")
    assert told["state"] == "working"
    rows = desk.rows("assignments")[-2:]
    assert [(row["event"], row["by"], row["note"], row["at"]) for row in rows] == [
        ("progress", "pan", "已拆下旧阀门", desk.now),
        ("problem", "pan", "需要切割机", desk.now),
    ]
    assert (rows[0]["parts"], rows[0]["cost"], rows[1]["reason"]) == ("三角阀1只", "18.00", "墙内管道锈死")
    after = desk.due(job, "complete")
    assert (after["due_at"], after["state"]) == (before["due_at"], "running")
    assert "墙内管道锈死" in desk.act("lin", "show", job).out


@pytest.mark.clause("PD-4.3")
@pytest.mark.parametrize("verb", ["progress", "problem"])
def test_nothing_is_reported_of_work_that_is_over(desk: Desk, verb: str) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "complete", job)
    desk.refuse(4, "pan", verb, job, "--note", "补充")
    desk.do("lin", "confirm", job)
    desk.refuse(4, "pan", verb, job, "--note", "补充")


@pytest.mark.clause("PD-4.3")
def test_a_difficulty_stops_the_clock_only_for_a_reason_of_the_rules(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    told = desk.refuse(4, "pan", "pause", job, "--reason", "weather")
    assert "waiting-parts" in told
    desk.do("pan", "start", job)
    desk.clock(2, "10:00")
    desk.do("pan", "pause", job, "--reason", "waiting-parts")
    paused = desk.due(job, "complete")
    assert (paused["state"], paused["due_at"]) == ("paused", None)
    assert desk.due(order, "fulfil")["state"] == "paused"
    desk.clock(4, "10:00")
    assert desk.late() == set()
    assert desk.do("pan", "resume", job)["state"] == "working"
    assert desk.due(job, "complete")["due_at"] == november(5, "09:30")  # 1 of 8 hours was gone
    assert desk.due(order, "fulfil")["due_at"] == november(6, "17:30")  # the 3rd does not count
    desk.refuse(4, "pan", "resume", job)


@pytest.mark.clause("PD-4.3")
def test_a_pause_counts_only_for_so_long(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "pause", job, "--reason", "waiting-customer")  # 3d at most: till Thursday's close
    desk.clock(5, "17:00")
    assert (job, "complete") not in desk.late()
    desk.clock(9, "09:00")  # 7.5 of its 8 hours on Friday, the rest on Monday
    assert (job, "complete") not in desk.late()
    desk.clock(9, "09:00:01")
    assert (job, "complete") in desk.late()


# --- completed, then confirmed --------------------------------------------------------------------------------------


@pytest.mark.clause("PD-4.4")
def test_completion_is_recorded_and_then_confirmed(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.refuse(4, "lin", "confirm", job)
    desk.clock(2, "11:00")
    done = desk.do("pan", "complete", job, "--note", "已更换，试水正常", "--parts", "三角阀1只")
    assert (done["state"], desk.state(order)) == ("completed", "done")
    clock = desk.due(job, "confirm")
    assert (clock["due_at"], clock["owner"], clock["source"]) == (november(4, "17:30"), "lin", ["PD-4.4"])
    assert (desk.due(job, "complete")["breached"], desk.due(order, "fulfil")["state"]) == (False, "stopped")
    desk.clock(4, "17:30:01")
    assert desk.late() == {(job, "confirm")}
    assert desk.do("lin", "confirm", order)["state"] == "confirmed"
    assert (desk.state(order), desk.late()) == ("closed", set())
    row = desk.rows("assignments")[-2]
    assert (row["event"], row["by"], row["at"], row["note"], row["parts"]) == (
        "completed", "pan", november(2, "11:00"), "已更换，试水正常", "三角阀1只",
    )  # fmt: skip


@pytest.mark.clause("PD-4.4")
@pytest.mark.parametrize(
    ("who", "may"),
    [("lin", True), ("sup-d", True), ("mgr", True), ("pan", True), ("shui", False), ("wai", False)],
)
def test_who_may_confirm_is_for_the_rules_to_say(desk: Desk, who: str, may: bool) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "complete", job)
    for verb in ("confirm",) if may else ("confirm", "rework"):
        if may:
            desk.do(who, verb, job)
        else:
            assert "PD-4.4" in desk.refuse(4, who, verb, job)


@pytest.mark.clause("PD-4.4")
def test_an_assignee_does_not_confirm_himself_where_the_rules_leave_him_out(desk: Desk) -> None:
    desk.edit_rules(("supervisor, assignee]", "supervisor]"))
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "complete", job)
    assert "PD-4.4" in desk.refuse(4, "pan", "confirm", job)
    desk.do("lin", "confirm", job)


@pytest.mark.clause("PD-4.4")
def test_what_is_not_done_goes_back_with_new_clocks(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.clock(2, "11:00")
    desk.do("pan", "complete", job)
    desk.clock(3, "09:00")
    assert desk.do("lin", "rework", job, "--reason", "仍有渗漏")["state"] == "working"
    assert desk.state(order) == "in-progress"
    again = desk.due(job, "complete")
    assert (again["instance"], again["due_at"]) == (2, november(4, "09:30"))
    assert (desk.due(order, "fulfil")["instance"], desk.due(order, "fulfil")["state"]) == (2, "running")
    assert desk.due(job, "confirm")["state"] == "stopped"
    desk.refuse(4, "lin", "confirm", job)


@pytest.mark.clause("PD-4.4")
def test_an_order_of_several_trades_is_closed_by_the_last_confirmation(desk: Desk) -> None:
    order = desk.take()
    jobs = [desk.send(order, "pan"), desk.send(order, "dian")]
    desk.do("pan", "complete", jobs[0])
    desk.do("lin", "confirm", jobs[0])
    assert desk.state(order) == "dispatched"
    desk.do("dian", "start", jobs[1])
    assert desk.state(order) == "in-progress"
    desk.do("dian", "complete", jobs[1])
    assert desk.state(order) == "done"
    desk.do("lin", "confirm", order)
    assert desk.state(order) == "closed"


# --- internal and outside resources ---------------------------------------------------------------------------------


@pytest.mark.clause("PR-8")
def test_a_contractor_is_sent_and_works_like_anybody(desk: Desk) -> None:
    order = desk.take(service="doors")
    sent = desk.do("lin", "assign", order, "--auto")
    assert sent["assignee"] == "wai"
    for verb in ("ack", "start", "complete"):
        desk.do("wai", verb, order)
    desk.do("lin", "confirm", order)
    assert desk.state(order) == "closed"


@pytest.mark.clause("PR-8")
def test_outside_help_steps_in_where_ones_own_are_full(desk: Desk) -> None:
    desk.do("mgr", "staff", "change", "wai", "--skill", "carpentry", "--skill", "plumbing")
    for staff in ("pan", "shui"):
        for _ in range(4):
            desk.send(desk.take(), staff)
    order = desk.take()
    assert desk.do("lin", "assign", order, "--auto")["assignee"] == "wai"
    clock = desk.due(order, "fulfil")
    assert (clock["source"], clock["due_at"]) == (["PR-8"], november(5, "17:30"))


@pytest.mark.clause("PR-8")
def test_own_and_outside_people_share_an_order(desk: Desk) -> None:
    order = desk.take()
    items = desk.do("lin", "assign", order, "pan", "--helper", "wai")
    assert [(each["assignee"], each["role"]) for each in items] == [("pan", "lead"), ("wai", "helper")]
    desk.do("wai", "ack", items[1]["id"])
    assert [each["case"] for each in desk.do("wai", "worklist")] == [items[1]["id"]]
    desk.do("pan", "complete", items[0]["id"])
    assert (desk.state(order), desk.state(items[1]["id"])) == ("done", "completed")
    assert desk.do("wai", "worklist") == []


@pytest.mark.clause("PR-8")
def test_waiting_for_an_outside_body_is_no_lateness_of_ones_own(desk: Desk) -> None:
    order = desk.take(service="lift")
    job = desk.send(order, "wai")
    desk.do("wai", "start", job)
    desk.clock(2, "10:00")
    desk.do("wai", "pause", job, "--reason", "waiting-outside")
    desk.clock(30, "09:00")
    assert desk.late() == set()
    desk.do("wai", "resume", job)
    assert desk.due(job, "complete")["due_at"] == november(30, "12:00")


# --- put off before the time, never after ---------------------------------------------------------------------------


UNTIL = ("--until", november(4, "12:00"), "--reason", "等待配件")


@pytest.mark.clause("KZ-8.9")
def test_who_asks_in_time_with_a_reason_is_granted_more(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("pan", "ack", job)
    desk.clock(3, "09:30")  # the due time itself is still in time
    desk.do("pan", "ask-extension", job, *UNTIL)
    desk.clock(3, "09:31")
    (item,) = desk.overdue()
    assert (item["case"], item["clock"], item["extension"]) == (job, "complete", "asked")
    desk.clock(3, "15:00")
    desk.do("sup-e", "grant-extension", job)
    clock = desk.due(job, "complete")
    assert (clock["due_at"], clock["breached"], desk.late()) == (november(4, "12:00"), False, set())
    desk.clock(4, "12:00:01")
    assert (job, "complete") in desk.late()
    rows = desk.rows("assignments")[-2:]
    assert [(row["event"], row["by"]) for row in rows] == [("extension-asked", "pan"), ("extension-granted", "sup-e")]
    assert (rows[0]["reason"], rows[0]["until"], rows[1]["due_at"]) == ("等待配件", UNTIL[1], UNTIL[1])


@pytest.mark.clause("KZ-8.9")
def test_who_asks_after_the_time_is_refused_and_late(desk: Desk) -> None:
    order = desk.take(priority="urgent")
    job = desk.send(order, "pan")
    desk.do("pan", "ack", job)
    desk.clock(2, "17:00:01")  # past the assignment's 13:00 and the order's 17:00
    told = desk.refuse(4, "pan", "ask-extension", job, *UNTIL)
    assert "KZ-8.9" in told
    desk.refuse(4, "sup-e", "grant-extension", job)
    assert "KZ-8.9" in desk.refuse(4, "sup-e", "grant-extension", job, "--until", november(4, "12:00"))
    desk.clock(3, "10:00")
    desk.do("pan", "complete", job)
    assert desk.due(job, "complete")["breached"] is True


@pytest.mark.clause("KZ-8.9")
def test_a_late_assignment_cannot_be_put_off_for_its_order_is_not_late_yet(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ack", job)
    desk.clock(3, "09:30:01")  # its own time is over; the order's 3wd run till the 5th
    assert "KZ-8.9" in desk.refuse(4, "pan", "ask-extension", job, *UNTIL)


@pytest.mark.clause("KZ-8.9")
def test_a_reason_and_a_time_to_come_are_demanded(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.refuse(2, "pan", "ask-extension", job, "--until", november(4, "12:00"))
    desk.refuse(2, "pan", "ask-extension", job, "--until", november(4, "12:00"), "--reason", "")
    desk.refuse(2, "pan", "ask-extension", job, "--reason", "等待配件")
    desk.refuse(4, "pan", "ask-extension", job, "--until", november(2, "08:59"), "--reason", "等待配件")
    desk.refuse(4, "sup-e", "grant-extension", job)


@pytest.mark.clause("KZ-8.9")
def test_asking_alone_changes_nothing_nor_does_a_refusal(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ack", job)
    desk.do("pan", "ask-extension", job, *UNTIL)
    for who in ("pan", "lin"):
        desk.refuse(4, who, "grant-extension", job)
        desk.refuse(4, who, "refuse-extension", job, "--reason", "不急")
    assert desk.due(job, "complete")["due_at"] == november(3, "09:30")
    desk.refuse(2, "sup-e", "refuse-extension", job)
    desk.do("sup-e", "refuse-extension", job, "--reason", "库房有货")
    desk.clock(3, "09:30:01")
    assert [(each["case"], each["extension"]) for each in desk.overdue()] == [(job, "refused")]
    desk.do("pan", "complete", job)
    assert desk.due(job, "complete")["breached"] is True


@pytest.mark.clause("KZ-8.9")
def test_a_superior_may_grant_more_or_less_than_was_asked(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ask-extension", job, *UNTIL)
    desk.do("mgr", "grant-extension", job, "--until", november(3, "17:00"))
    assert desk.due(job, "complete")["due_at"] == november(3, "17:00")
