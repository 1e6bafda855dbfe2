"""What the customer says afterwards: asked in time, tried again, signed where it must be, and counted.

All days are of November 2026 (desk.py). Working days after Tuesday the 3rd: 4, 5, 6, 9, 10.
"""

import json
import shutil
from hashlib import blake2b
from typing import Any

import pytest
from desks import Desk, november


def finish(desk: Desk, **fields: Any) -> str:
    """An order that pan worked on and that was confirmed just now."""
    order = desk.take(**fields)
    job = desk.send(order, "pan")
    desk.do("pan", "complete", job)
    desk.do("lin", "confirm", job)
    assert desk.state(order) == "closed"
    return order


def closed_at(desk: Desk, day: int, clock: str, **fields: Any) -> str:
    desk.clock(day, clock)
    return finish(desk, **fields)


def owed(desk: Desk) -> list[tuple[str, str, int]]:
    """What `follow-up list` says is still to be asked: (about, clock, tries)."""
    return [(each["about"], each["clock"], each["tries"]) for each in desk.do("lin", "follow-up", "list")]


def ask(desk: Desk, case: str, *options: str, who: str = "lin", method: str = "phone") -> dict[str, Any]:
    done = desk.do(who, "follow-up", "new", case, "--method", method, *options)
    assert isinstance(done, dict)
    return done


BY_TAKING = (
    (r"(follow_up_rate: \{.*month: )\w+", r"\1taken"),
    (r"(unreachable_rate: \{.*month: )\w+", r"\1taken"),
)  # most orders are closed by a confirmation, not by an event of that name


def measure(desk: Desk, name: str) -> tuple[Any, Any, Any]:
    found = desk.do("lin", "report", "monthly", "--month", "2026-11")["measures"][name]
    return found["value"], found["numerator"], found["denominator"]


def complain(desk: Desk, outcome: str = "redone", *options: str) -> str:
    """A complaint of skill that the engineering department has put right just now."""
    words = ("--content", "修了又漏", "--caller", "张示例", "--phone", "138-0000-0001", "--address", "3号楼2单元501")
    case = str(desk.do("lin", "complaint", "new", *words, "--department", "engineering", *options)["id"])
    desk.do("sup-d", "complaint", "rule", case, "--valid", "skill", "--reason", "返修不到位")
    desk.do("lin", "complaint", "resolve", case, "--result", "已返工", "--outcome", outcome)
    return case


# --- orders: satisfaction is asked after the work -----------------------------------------------------------------


@pytest.mark.clause("KB1-2.5")
def test_after_the_work_the_customer_is_to_be_called_within_the_time(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00")
    clock = desk.due(order, "call-back")
    # five working days, the day of the start not counted: 4, 5, 6, 9, 10, to the close of business
    assert (clock["started_at"], clock["due_at"]) == (november(3, "10:00"), november(10, "17:30"))
    assert (clock["owner"], clock["state"], clock["source"]) == ("desk", "running", ["KB1-2.5", "XX-3.3"])
    (item,) = desk.do("lin", "follow-up", "list")
    assert (item["case"], item["about"], item["clock"], item["owner"]) == (order, order, "call-back", "desk")
    assert (item["due_at"], item["tries"], item["followup"]) == (november(10, "17:30"), 0, None)
    desk.clock(10, "17:30")
    assert (order, "call-back") not in desk.late()
    done = ask(desk, order, "--satisfaction", "4", "--remark", "修得很快")
    assert (done["event"], done["state"], done["about"]) == ("answered", "answered", order)
    clock = desk.due(order, "call-back")
    assert (clock["state"], clock["stopped_at"], clock["breached"]) == ("stopped", november(10, "17:30"), False)
    assert owed(desk) == []
    shown = desk.show(done["id"])
    assert (shown["about"], shown["method"], shown["satisfaction"], shown["remark"]) == (order, "phone", 4, "修得很快")
    assert desk.show(order)["state"] == "closed", "a follow-up changes nothing of the order"


@pytest.mark.clause("KB1-2.5")
def test_one_second_after_its_time_it_is_late_and_urged(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00")
    desk.clock(10, "17:30:01")
    assert (order, "call-back") in desk.late()
    assert order in {each["case"] for each in desk.urge()}
    ask(desk, order, "--satisfaction", "3")
    clock = desk.due(order, "call-back")
    assert (clock["state"], clock["breached"]) == ("stopped", True)


@pytest.mark.clause("KB1-2.5")
@pytest.mark.parametrize("kind", ["request", "inquiry", "suggestion", "report"])
def test_whatever_customers_bring_is_followed_up_answered_by_telephone_or_worked_on(desk: Desk, kind: str) -> None:
    on_the_spot = desk.take(kind=kind, answered="总阀在厨房柜下，已教业主关闭")
    closed = desk.take(kind=kind)
    desk.clock(3, "10:00")
    desk.do("lin", "close", closed, "--answered", "已处理")
    # working days after Monday the 2nd: 3, 4, 5, 6, 9; after Tuesday the 3rd: 4, 5, 6, 9, 10
    for order, since, until in ((on_the_spot, november(2, "09:00"), 9), (closed, november(3, "10:00"), 10)):
        clock = desk.due(order, "call-back")
        assert (clock["started_at"], clock["due_at"]) == (since, november(until, "17:30"))
    assert owed(desk) == [(on_the_spot, "call-back", 0), (closed, "call-back", 0)]
    ask(desk, on_the_spot, "--satisfaction", "5")
    assert owed(desk) == [(closed, "call-back", 0)]
    assert [desk.show(order)["follow_up"] for order in (on_the_spot, closed)] == ["made", "owed"]


@pytest.mark.clause("KB1-2.5")
def test_what_no_customer_brought_was_not_done_or_has_nobody_to_ask_is_not_followed_up(desk: Desk) -> None:
    cancelled = desk.take()
    desk.do("lin", "cancel", cancelled, "--reason", "业主取消")
    internal = desk.take(kind="internal", caller=None, phone=None, address=None)
    prospect = desk.take(kind="prospect")
    unnamed = desk.take(kind="inquiry", caller=None, phone=None, address=None)
    for order in (internal, prospect, unnamed):
        desk.do("lin", "close", order, "--answered", "已处理")
    assert {desk.show(order)["follow_up"] for order in (cancelled, internal, prospect, unnamed)} == {"none"}
    assert owed(desk) == []


@pytest.mark.clause("KB1-2.5")
def test_rules_that_do_not_say_how_an_order_ended_ask_after_worked_on_requests_only(desk: Desk) -> None:
    wanted = (r"when: \{kind: \[request, inquiry, suggestion, report\], end: \[closed, answered\]\}",)
    desk.edit_rules((*wanted, "when: {kind: [request, report]}"))
    answered = desk.take(answered="总阀在厨房柜下")
    desk.clock(3, "10:00")
    orders = {kind: desk.take(kind=kind) for kind in ("report", "request")}
    for order in orders.values():
        desk.do("lin", "close", order, "--answered", "已处理")
    assert owed(desk) == [(orders["request"], "call-back", 0)]
    assert desk.show(answered)["follow_up"] == "none"
    said = desk.act("lin", "policy", "check")
    assert (said.code, "only requests are followed up where `end` is not said" in said.out + said.err) == (0, True)
    desk.edit_rules((r"when: \{kind: \[request, report\]\}", "when: {kind: report, end: answered}"))
    desk.clock(4, "10:00")
    report = desk.take(kind="report", answered="已通知")
    assert owed(desk) == [(report, "call-back", 0)]


@pytest.mark.clause("KB1-2.5")
def test_an_answer_on_the_spot_does_not_spare_the_work_after_a_reopening(desk: Desk) -> None:
    order = desk.take(answered="请先关总阀")
    desk.do("lin", "reopen", order, "--reason", "关阀后仍漏")
    job = desk.send(order, "pan")
    desk.do("pan", "complete", job)
    desk.clock(3, "10:00")
    desk.do("lin", "confirm", job)
    assert owed(desk) == [(order, "call-back", 0)]


@pytest.mark.clause("KB1-2.5")
def test_an_order_that_is_closed_by_its_answer_after_work_is_followed_up_too(desk: Desk) -> None:
    order = desk.take()
    desk.send(order, "pan")
    desk.do("lin", "withdraw", "1", "--reason", "业主改期")
    desk.clock(3, "16:00")
    desk.do("lin", "close", order, "--answered", "已由物业公司处理")
    assert desk.due(order, "call-back")["due_at"] == november(10, "17:30")


@pytest.mark.clause("KB1-2.5")
def test_what_was_said_before_the_work_ended_is_kept_but_does_not_count(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    said = desk.act("lin", "follow-up", "new", order, "--method", "phone", "--satisfaction", "5")
    assert said.code == 0
    assert f"{order} is not closed yet" in said.err
    desk.do("pan", "complete", job)
    desk.clock(3, "10:00")
    desk.do("lin", "confirm", job)
    assert owed(desk) == [(order, "call-back", 0)]


@pytest.mark.clause("KB1-2.5")
def test_reopened_work_is_asked_about_anew(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00")
    ask(desk, order, "--satisfaction", "5")
    desk.do("lin", "reopen", order, "--reason", "又漏了")
    assert owed(desk) == []
    job = desk.send(order, "shui")
    desk.do("shui", "complete", job)
    desk.clock(4, "09:00")
    desk.do("lin", "confirm", job)
    clock = desk.due(order, "call-back")
    # 5, 6, 9, 10, 11
    assert (clock["instance"], clock["state"], clock["due_at"]) == (2, "running", november(11, "17:30"))


@pytest.mark.clause("KB1-2.5")
def test_who_is_not_reached_is_tried_again_and_after_three_times_reported_apart(desk: Desk) -> None:
    desk.edit_rules(*BY_TAKING)
    order = closed_at(desk, 3, "10:00")
    other = finish(desk, caller="王示例", phone="138-0000-0002", address="1号楼101")
    for number, (day, clock) in enumerate([(4, "10:00"), (4, "15:00")], 1):
        desk.clock(day, clock)
        done = ask(desk, order, "--not-reached", "--remark", "无人接听")
        assert (done["event"], done["state"]) == ("not-reached", "not-reached")
        assert (order, "call-back", number) in owed(desk)
    assert measure(desk, "unreachable_rate") == ("0", 0, 2)
    desk.clock(5, "10:00")
    ask(desk, order, "--not-reached")
    assert owed(desk) == [(other, "call-back", 0)]
    clock = desk.due(order, "call-back")
    assert (clock["state"], clock["stopped_at"], clock["breached"]) == ("ended", november(5, "10:00"), False)
    assert measure(desk, "unreachable_rate") == ("0.5", 1, 2)
    drilled = desk.do("lin", "report", "monthly", "--month", "2026-11", "--drill", "unreachable_rate")
    assert [each["id"] for each in drilled["numerator"]] == [order]
    desk.clock(20, "09:00")
    assert {case for case, _ in desk.late()} == {other}
    # reached after all: it counts as made
    ask(desk, order, "--satisfaction", "4")
    assert measure(desk, "unreachable_rate") == ("0", 0, 2)
    assert measure(desk, "follow_up_rate") == ("0.5", 1, 2)


@pytest.mark.clause("KB1-2.5")
def test_a_try_before_the_work_was_done_again_is_none_of_the_three(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00")
    for _ in range(2):
        ask(desk, order, "--not-reached")
    desk.do("lin", "reopen", order, "--reason", "又漏了")
    job = desk.send(order, "pan")
    desk.do("pan", "complete", job)
    desk.clock(4, "10:00")
    desk.do("lin", "confirm", job)
    ask(desk, order, "--not-reached")
    assert owed(desk) == [(order, "call-back", 1)]
    assert desk.due(order, "call-back")["state"] == "running"


@pytest.mark.clause("KB1-2.5")
def test_an_answer_that_is_taken_back_is_owed_again(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00")
    done = ask(desk, order, "--satisfaction", "5")
    assert owed(desk) == []
    desk.do("sup-d", "retract", done["id"], "--reason", "打错了电话")
    assert owed(desk) == [(order, "call-back", 0)]
    assert desk.due(order, "call-back")["due_at"] == november(10, "17:30")


@pytest.mark.clause("KB1-2.5")
def test_a_call_may_be_noted_later_but_not_before_there_was_something_to_ask(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("pan", "complete", job)
    asked = ask(desk, order)["id"]
    desk.clock(3, "10:00")
    desk.do("lin", "confirm", job)
    desk.clock(12, "09:00")
    late = ("--satisfaction", "5", "--at", november(3, "09:59"))
    error = desk.refuse(4, "lin", "follow-up", "new", order, "--method", "phone", *late)
    assert f"--at: call-back of {order} began at {november(3, '10:00')}, after that" in error
    desk.refuse(4, "lin", "follow-up", "answer", asked, *late)
    ask(desk, order, "--satisfaction", "5", "--at", november(5, "16:00"))
    clock = desk.due(order, "call-back")
    assert (clock["stopped_at"], clock["breached"]) == (november(5, "16:00"), False)


@pytest.mark.clause("WP-4.3")
def test_needs_stay_listed_until_asked_and_what_is_said_is_counted(desk: Desk) -> None:
    orders = [closed_at(desk, 3, f"{hour:02}:00", address=f"{hour}号楼101") for hour in (9, 10, 11)]
    assert owed(desk) == [(order, "call-back", 0) for order in orders]
    asked = desk.do("lin", "follow-up", "new", orders[0], "--method", "message")
    assert asked["state"] == "asked"
    assert [(each["about"], each["followup"]) for each in desk.do("lin", "follow-up", "list")] == [
        (orders[0], asked["id"]),
        (orders[1], None),
        (orders[2], None),
    ]
    answered = desk.do("lin", "follow-up", "answer", asked["id"], "--satisfaction", "2", "--remark", "等了两天")
    assert (answered["event"], answered["state"]) == ("answered", "answered")
    ask(desk, orders[1], "--satisfaction", "5", method="visit")
    assert owed(desk) == [(orders[2], "call-back", 0)]
    assert measure(desk, "satisfaction") == ("3.5", "7", 2)
    assert measure(desk, "satisfied") == ("0.5", 1, 2)
    found = desk.do("lin", "follow-up", "list", orders[0])
    assert [(each["satisfaction"], each["remark"]) for each in found] == [(2, "等了两天")]


@pytest.mark.clause("JD-5.4")
def test_a_share_is_drawn_by_the_id_alone_and_owed_like_any_other_time(desk: Desk) -> None:
    desk.edit_rules((r"orders: \{share: 1,", "orders: {share: 0.5,"), *BY_TAKING)
    orders = [desk.take(address=f"{number}号楼101") for number in range(1, 13)]
    desk.clock(3, "10:00")
    for order in orders:
        desk.do("lin", "close", order, "--answered", "已处理")
    # b2sum -l 32 of the id, as a number, below half of 2^32
    drawn = [each for each in orders if int(blake2b(each.encode(), digest_size=4).hexdigest(), 16) < 1 << 31]
    assert 0 < len(drawn) < 12
    assert sorted(about for about, _, _ in owed(desk)) == drawn
    for cache in (desk.folder.parent / "home").rglob("dispatchctl"):
        shutil.rmtree(cache)
    assert sorted(about for about, _, _ in owed(desk)) == drawn
    spared = next(each for each in orders if each not in drawn)
    ask(desk, spared, "--satisfaction", "5")
    assert measure(desk, "follow_up_rate") == ("0", 0, len(drawn)), "asked without being owed: not of the rate"
    for share, count in (("0", 0), ("1", 11)):
        desk.edit_rules((r"orders: \{share: [0-9.]+,", f"orders: {{share: {share},"))
        assert len(owed(desk)) == count


@pytest.mark.clause("JD-5.4")
def test_which_orders_are_followed_up_is_a_matter_of_the_rules(desk: Desk) -> None:
    rule = "orders: {share: 1, attempts: 1, when: {service: [home-cleaning, lift]}}"
    desk.edit_rules((r"orders: \{share: 1, attempts: 3,\s+when: .*\s+only_by: .*\}\}", rule))
    desk.clock(3, "10:00")
    ids = [desk.take(service=service) for service in ("plumbing", "home-cleaning", "lift")]
    for order in ids:
        desk.do("lin", "close", order, "--answered", "已处理")
    assert [about for about, _, _ in owed(desk)] == ids[1:]
    ask(desk, ids[1], "--not-reached")
    assert [about for about, _, _ in owed(desk)] == ids[2:], "one try is enough by this rule"
    desk.edit_rules((r"  orders: \{share: 1, attempts: 1.*\n", ""))
    assert owed(desk) == []


@pytest.mark.clause("XX-3.3")
def test_a_paid_service_gets_its_notice_and_is_asked_by_telephone(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00", service="home-cleaning", content="开荒保洁", price="90")
    desk.do("lin", "reprice", order, "120", "--reason", "加做厨房")
    assert desk.do("lin", "bill", order, "--amount", "120")["event"] == "billed"
    desk.clock(4, "11:00")
    assert desk.do("lin", "paid", order, "--amount", "120")["event"] == "paid"
    shown = desk.show(order)
    assert (shown["state"], shown["price"], shown["amount"]) == ("closed", "120.00", "120.00")
    events = {each["event"]: each["at"] for each in shown["events"]}
    assert (events["billed"], events["paid"]) == (november(3, "10:00"), november(4, "11:00"))
    clock = desk.due(order, "call-back")
    assert (clock["due_at"], "XX-3.3" in clock["source"]) == (november(10, "17:30"), True)
    done = ask(desk, order, "--satisfaction", "5", method="phone")
    assert desk.show(done["id"])["method"] == "phone"
    assert desk.due(order, "call-back")["stopped_at"] == november(4, "11:00")


@pytest.mark.clause("XX-3.3")
@pytest.mark.parametrize("service", ["home-cleaning", "pest-control"])
def test_a_paid_special_service_owes_its_notice_from_its_completion_until_it_is_billed(
    desk: Desk, service: str
) -> None:
    desk.clock(3, "10:00")
    order = desk.take(service=service)
    job = desk.send(order, "pan")
    desk.do("pan", "complete", job)
    desk.clock(3, "11:00")
    desk.do("lin", "confirm", job)
    clock = desk.due(order, "bill")
    # one working day after Tuesday the 3rd, to the close of business; that the order is closed changes nothing
    assert (clock["started_at"], clock["due_at"], clock["owner"]) == (
        november(3, "10:00"),
        november(4, "17:30"),
        "desk",
    )
    assert (clock["state"], clock["source"]) == ("running", ["XX-3.3"])
    desk.clock(4, "17:30")
    assert (order, "bill") not in desk.late()
    desk.clock(4, "17:30:01")
    assert (order, "bill") in desk.late()
    desk.do("lin", "paid", order, "--amount", "70")
    assert (order, "bill") in desk.late(), "what was paid is no notice"
    desk.do("lin", "bill", order)
    clock = desk.due(order, "bill")
    assert (clock["state"], clock["stopped_at"], clock["breached"]) == ("stopped", november(4, "17:30:01"), True)
    assert (order, "bill") not in desk.late()


@pytest.mark.clause("XX-3.3")
def test_who_had_the_notice_before_or_pays_for_nothing_owes_none(desk: Desk) -> None:
    billed = desk.take(service="home-cleaning")
    job = desk.send(billed, "pan")
    desk.do("lin", "bill", billed)
    desk.do("pan", "complete", job)
    desk.do("lin", "confirm", job)
    lift = finish(desk, service="lift")
    reported = finish(desk, service="pest-control", kind="report")
    cancelled = desk.take(service="home-cleaning")
    job = desk.send(cancelled, "pan")
    desk.do("pan", "complete", job)
    desk.do("lin", "rework", job, "--reason", "窗户没擦")
    assert desk.due(cancelled, "bill")["state"] == "running", "until it is cancelled"
    desk.do("lin", "cancel", cancelled, "--reason", "客户不做了")
    assert desk.due(cancelled, "bill")["state"] == "stopped"
    for order in (billed, lift, reported):
        assert "bill" not in {each["clock"] for each in desk.do("lin", "due", order)}


@pytest.mark.clause("XX-3.3")
@pytest.mark.parametrize("method", ["visit", "message"])
def test_after_a_special_service_only_a_telephone_call_will_do(desk: Desk, method: str) -> None:
    order = closed_at(desk, 3, "10:00", service="home-cleaning")
    words = ("follow-up", "new", order, "--method", method)
    told = f"after {order} the customer is asked by phone: by {method} it does not count, and is still owed (XX-3.3)"
    for answer in (("--satisfaction", "5"), *[("--not-reached",)] * 3):
        said = desk.act("lin", *words, *answer)
        assert (said.code, told in said.err) == (0, True)
    asked = ask(desk, order, method=method)["id"]
    assert told in desk.act("lin", "follow-up", "answer", asked, "--satisfaction", "5").err
    assert desk.show(order)["follow_up"] == "owed"
    clock = desk.due(order, "call-back")
    assert (clock["state"], clock["due_at"]) == ("running", november(10, "17:30"))
    said = desk.act("lin", "follow-up", "new", order, "--method", "phone", "--satisfaction", "5")
    assert (said.code, said.err) == (0, "")
    assert desk.show(order)["follow_up"] == "made"
    assert desk.due(order, "call-back")["state"] == "stopped"
    # a method noted wrongly is corrected, and the call counts; other services may be asked by any
    desk.do("sup-d", "retract", desk.do("lin", "follow-up", "list", order)[-1]["id"], "--reason", "记错")
    desk.do("lin", "amend", asked, "method=phone", "--reason", "是电话")
    assert desk.show(order)["follow_up"] == "made"
    other = finish(desk)
    said = desk.act("lin", "follow-up", "new", other, "--method", method, "--satisfaction", "5")
    assert (said.err, desk.show(other)["follow_up"]) == ("", "made")


# --- complaints: signed, and with the responsible where need be ---------------------------------------------------


@pytest.mark.clause("XX-3.1c")
def test_the_follow_up_of_a_complaint_is_done_when_the_customer_has_signed(desk: Desk) -> None:
    desk.clock(3, "10:00")
    case = complain(desk)
    # ordinary: two weeks, so Tuesday the 17th at the close of business
    assert desk.due(case, "follow-up")["due_at"] == november(17, "17:30")
    assert owed(desk) == [(case, "follow-up", 0)]
    desk.clock(4, "10:00")
    said = desk.act(
        "lin", "follow-up", "new", case, "--method", "visit", "--satisfaction", "4", "--remark", "还可以", "--json"
    )
    done = json.loads(said.out)
    assert said.err == f"the signature is still owed: dispatchctl follow-up sign {done['id']}\n"
    assert desk.due(case, "follow-up")["state"] == "running"
    (item,) = desk.do("lin", "follow-up", "list")
    assert (item["about"], item["followup"]) == (case, done["id"])
    desk.clock(5, "10:00")
    form = desk.folder / "form.jpg"
    form.write_bytes(b"signed")
    signed = desk.do("lin", "follow-up", "sign", done["id"], "--attach", str(form))
    assert (signed["event"], signed["state"]) == ("signed", "signed")
    shown = desk.show(done["id"])
    assert shown["signed_by"] == desk.show(case)["contact_id"], "who complained"
    assert shown["attached"]
    clock = desk.due(case, "follow-up")
    assert (clock["state"], clock["stopped_at"], clock["breached"]) == ("stopped", november(5, "10:00"), False)
    assert owed(desk) == []
    assert "signed is not possible" in desk.refuse(4, "lin", "follow-up", "sign", done["id"])


@pytest.mark.clause("XX-3.1c")
def test_the_form_filled_and_signed_at_once_is_one_command(desk: Desk) -> None:
    desk.clock(3, "10:00")
    case = complain(desk)
    before = desk.count()
    said = desk.act("lin", "follow-up", "new", case, "--method", "visit", "--satisfaction", "5", "--signed", "--json")
    assert (said.code, said.err, json.loads(said.out)["state"]) == (0, "", "signed")
    rows = desk.rows("followups")
    assert [row["event"] for row in rows] == ["answered", "signed"]
    assert rows[0]["seq"].endswith("+"), "both or neither"
    assert desk.count() == before + 3, "two rows and their file's header: no contact was made"
    assert desk.due(case, "follow-up")["state"] == "stopped"


@pytest.mark.clause("XX-3.1c")
def test_where_the_rules_ask_for_no_signature_none_is_asked_for(desk: Desk) -> None:
    desk.edit_rules((r"complaints: \{signature: true\}", "complaints: {signature: false}"))
    desk.clock(3, "10:00")
    case = complain(desk)
    said = desk.act("lin", "follow-up", "new", case, "--method", "phone", "--satisfaction", "4")
    assert (said.code, said.err) == (0, "")


@pytest.mark.clause("SOP-3.7.4")
def test_the_responsible_go_along_where_need_be(desk: Desk) -> None:
    desk.clock(3, "10:00")
    case = complain(desk)
    desk.clock(4, "10:00")
    done = ask(desk, case, "--satisfaction", "4", "--signed", "--with", "潘示例", "--with", "sup-e", method="visit")
    assert desk.show(done["id"])["with_staff"] == ["pan", "sup-e"]
    assert desk.rows("followups")[0]["by"] == "lin", "the centre makes it"
    assert desk.due(case, "follow-up")["owner"] == "lin"


@pytest.mark.clause("SOP-3.7.4")
def test_nobody_goes_along_who_is_not_there(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00")
    desk.do("mgr", "staff", "leave", "shui", "--kind", "resignation")
    desk.clock(4, "10:00")
    words = ("follow-up", "new", order, "--method", "visit", "--with")
    assert "--with: shui 水示例 had left" in desk.refuse(4, "lin", *words, "shui")
    assert "no such person: 'nobody'" in desk.refuse(3, "lin", *words, "nobody")


# --- who signs ----------------------------------------------------------------------------------------------------


@pytest.mark.clause("XX-3.1c")
def test_somebody_else_of_the_house_may_sign_and_no_register_holds_the_name(desk: Desk) -> None:
    order = closed_at(desk, 3, "10:00")
    own = desk.show(order)["contact_id"]
    first = ask(desk, order, "--satisfaction", "5", "--signed-by", "李示例", method="visit")
    signer = desk.show(first["id"])["signed_by"]
    assert signer not in ("", own)
    again = ask(desk, order, "--satisfaction", "4", "--signed-by", "李示例", method="visit")
    assert desk.show(again["id"])["signed_by"] == signer, "known by now"
    same = ask(desk, order, "--satisfaction", "4", "--signed-by", "张示例", method="visit")
    assert desk.show(same["id"])["signed_by"] == own
    named = ask(desk, order, "--satisfaction", "4", "--signed-by", signer, method="visit")
    assert desk.show(named["id"])["signed_by"] == signer
    for path in desk.folder.glob("records/*/*.csv"):
        if path.parent.name not in ("private", "staff"):
            assert "李示例" not in path.read_text(encoding="utf-8"), path
    assert "no such contact: 'P-20261103-0099'" in desk.refuse(
        3, "lin", "follow-up", "new", order, "--method", "visit", "--signed-by", "P-20261103-0099"
    )


@pytest.mark.clause("XX-3.1c")
def test_whose_contact_is_not_known_must_be_named(desk: Desk) -> None:
    order = desk.take(kind="inquiry", caller=None, phone=None, address=None, service=None, answered="五点半")
    words = ("follow-up", "new", order, "--method", "visit")
    assert f"--signed: {order} names no contact" in desk.refuse(4, "lin", *words, "--signed")
    assert ask(desk, order, "--signed-by", "赵示例", method="visit")["state"] == "signed"


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--signed", "--signed-by", "李示例"), "--signed"),
        (("--not-reached", "--satisfaction", "3"), "--satisfaction"),
        (("--not-reached", "--signed"), "--signed"),
        (("--not-reached", "--signed-by", "李示例"), "--signed-by"),
        (("--satisfaction", "6"), "allowed: 1 to 5"),
        (("--satisfaction", "0"), "allowed: 1 to 5"),
        (("--satisfaction", "好"), "allowed: 1 to 5"),
        (("--signed-by", " "), "is empty"),
    ],
    ids=" ".join,
)
def test_options_that_contradict_each_other_are_refused(desk: Desk, options: tuple[str, ...], said: str) -> None:
    order = finish(desk)
    assert said in desk.refuse(2, "lin", "follow-up", "new", order, "--method", "phone", *options)


def test_a_method_is_one_of_three_and_must_be_said(desk: Desk) -> None:
    order = finish(desk)
    assert "--method" in desk.refuse(2, "lin", "follow-up", "new", order)
    assert "--method" in desk.refuse(2, "lin", "follow-up", "new", order, "--method", "mail")


def test_what_is_followed_up_must_be_there(desk: Desk) -> None:
    order = finish(desk)
    job = desk.show(order)["assignments"][0]["id"]
    words = ("--method", "phone")
    desk.refuse(3, "lin", "follow-up", "new", "O-20261102-0099", *words)
    assert "is of assignments" in desk.refuse(3, "lin", "follow-up", "new", job, *words)
    desk.refuse(3, "lin", "follow-up", "new", "S-20261102-0001#1", *words)
    survey = desk.do("lin", "survey", "open", "--department", "engineering")["id"]
    assert "one of its opinions" in desk.refuse(4, "lin", "follow-up", "new", survey, *words)
    assert "no such item" in desk.refuse(3, "lin", "follow-up", "new", f"{survey}#1", *words)
    desk.do("sup-d", "retract", order, desk.show(order)["events"][0]["ref"], "--reason", "误登记")
    assert "void" in desk.refuse(4, "lin", "follow-up", "new", order, *words)


def test_an_answer_says_something_and_is_given_once(desk: Desk) -> None:
    order = finish(desk)
    asked = ask(desk, order)["id"]
    assert "--satisfaction" in desk.refuse(2, "lin", "follow-up", "answer", asked)
    assert "is asked: signed is not possible" in desk.refuse(
        4, "lin", "follow-up", "sign", asked, "--signed-by", "李示例"
    )
    desk.do("lin", "follow-up", "answer", asked, "--remark", "满意")
    assert "answered is not possible" in desk.refuse(4, "lin", "follow-up", "answer", asked, "--remark", "很满意")
    missed = ask(desk, order, "--not-reached")["id"]
    assert "answered is not possible" in desk.refuse(4, "lin", "follow-up", "answer", missed, "--remark", "满意")


def test_a_key_is_answered_again_and_is_of_one_case(desk: Desk) -> None:
    order, other = finish(desk), finish(desk)
    words = ("--method", "visit", "--satisfaction", "5", "--signed-by", "李示例", "--request-id", "k1")
    first = desk.do("lin", "follow-up", "new", order, *words)
    before = desk.count()
    again = desk.do("lin", "follow-up", "new", order, *words)
    assert (again, desk.count()) == ({**first, "replayed": True}, before)
    assert "the key 'k1' was used for" in desk.refuse(4, "lin", "follow-up", "new", other, *words)


def test_a_dry_run_writes_nothing_not_even_a_contact(desk: Desk) -> None:
    order = finish(desk)
    before = desk.count()
    done = ask(desk, order, "--satisfaction", "5", "--signed-by", "李示例", "-n")
    assert (done["state"], done["dry_run"]) == ("signed", True)
    assert desk.count() == before


def test_records_of_follow_ups_are_sound(desk: Desk) -> None:
    order = finish(desk)
    ask(desk, order, "--not-reached")
    ask(desk, order, "--satisfaction", "5", "--signed", "--with", "pan", method="visit")
    assert desk.do("lin", "records", "check") == []
