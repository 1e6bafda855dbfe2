"""One fact is charged once, whichever row records it: taken back and given again it is the one that it was."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from desks import Desk
from old_keys import key_by_row

WAYS = pytest.mark.parametrize("proposing", [nullcontext, key_by_row], ids=["by fact", "by row, as before"])
PROBLEM = r"(?m)^rewards:$", (
    "  - {id: trouble, title: 反映困难, of: assignments.problem, who: [assignee], amount: 10, into: department-fund}\n"
    "  - {id: late-job, title: 未及时确认, of: breach.confirm, who: [owner], amount: 50, into: department-fund}\n"
    "rewards:"
)  # fmt: skip


def due(desk: Desk, *argv: str) -> list[dict[str, Any]]:
    return list(json.loads(desk.act("mgr", "ledger", "due", "--json", *argv).out))


def tell(desk: Desk, *argv: str) -> list[tuple[str, str | None, str]]:
    return [(item["key"], item["entry"] and item["entry"][-4:], item["state"]) for item in due(desk, *argv)]


def charge(desk: Desk, proposing: Callable[[], Any] = nullcontext) -> None:
    """Propose what is due, and see that it is approved and paid."""
    with proposing():
        items = json.loads(desk.act("mgr", "ledger", "propose", "--all", "--json").out or "[]")
    for item in items:
        amount = () if item["amount"] else ("--amount", "50")
        desk.do("gm", "ledger", "approve", item["id"], *amount, "--reason", "属实")
        desk.do("gm", "ledger", "paid", item["id"])


def balance(desk: Desk) -> str:
    return str(json.loads(desk.act("mgr", "ledger", "fund", "--json").out)["balance"])


def complain(desk: Desk, *words: str) -> str:
    given = ("--content", "态度差", "--caller", "李示例", "--phone", "138-0000-1001", "--staff", "pan", *words)
    return str(desk.do("lin", "complaint", "new", *given)["id"])


def rule(desk: Desk, case: str, *words: str) -> None:
    desk.do("sup-e", "complaint", "rule", case, *(words or ("--valid", "attitude")), "--reason", "属实")


def check_once(desk: Desk, item: dict[str, Any], paid: str) -> None:
    """The fact has its entry, proposing it again by whichever name is refused, and the fund holds it once."""
    by_row = f"{item['rule']}/{item['evidence']}/{item['staff']}"
    for key in (item["key"], by_row):
        assert "is in the ledger already: L-" in desk.refuse(4, "mgr", "ledger", "propose", key)
        assert json.loads(desk.act("mgr", "why", key, "--json").out)["value"]["state"] == "paid"
    charge(desk)
    assert balance(desk) == paid
    assert desk.act("mgr", "records", "check").code == 0
    before = due(desk)
    desk.act("mgr", "records", "rebuild")
    assert due(desk) == before


@WAYS
def test_a_ruling_that_is_given_again(desk: Desk, proposing: Callable[[], Any]) -> None:
    case = complain(desk)
    desk.clock(3, "10:00")
    rule(desk, case)
    charge(desk, proposing)
    ((key, entry, state),) = tell(desk)
    assert (entry, state, balance(desk)) == ("0001", "paid", "50.00")
    desk.clock(4, "10:00")
    desk.do("sup-e", "retract", case, "--reason", "判错类别")
    assert tell(desk) == [(key, entry, "unfounded")]
    rule(desk, case, "--valid", "skill")
    assert tell(desk) == [(key, entry, "paid")]
    check_once(desk, due(desk)[0], "50.00")


def test_a_fact_has_one_key_before_it_is_proposed_too(desk: Desk) -> None:
    case = complain(desk)
    rule(desk, case)
    before = tell(desk)
    assert before == [(f"justified-complaint/{case}/ruled-valid/pan", None, "due")]
    desk.do("sup-e", "retract", case, "--reason", "判错类别")
    desk.clock(3, "09:00")
    rule(desk, case)
    assert tell(desk) == before


def test_another_person_is_another_fact(desk: Desk) -> None:
    case = complain(desk)
    rule(desk, case)
    charge(desk)
    desk.do("sup-e", "retract", case, "--reason", "认错人")
    rule(desk, case, "--valid", "attitude", "--staff", "shui")
    assert [(item["staff"], item["state"]) for item in due(desk)] == [("pan", "unfounded"), ("shui", "due")]


@WAYS
def test_an_arrival_that_is_noted_again(desk: Desk, proposing: Callable[[], Any]) -> None:
    """It is another entry of attendance, with another row, of the same person and day."""
    desk.do("mgr", "staff", "change", "pan", "--class", "B")
    for day in (3, 4):
        desk.clock(day, "09:30")
        desk.do("lin", "attendance", "late", "pan", "--on", f"2026-11-{day:02}")
    charge(desk, proposing)
    desk.do("lin", "retract", desk.rows("attendance")[-1]["id"], "--reason", "时间记错")
    desk.do("lin", "attendance", "late", "pan", "--on", "2026-11-04", "--at", "2026-11-04T08:40:00+08:00")
    assert len(desk.rows("attendance")) == 4
    (item,) = due(desk)
    assert (item["entry"], item["state"]) == ("L-20261104-0001", "paid")
    check_once(desk, item, "30.00")


def test_presence_at_a_course_that_is_noted_again(desk: Desk) -> None:
    course = desk.do("mgr", "training", "plan", "--topic", "礼仪", "--on", "2026-11-03")["id"]
    desk.clock(3, "10:00")
    for staff in ("pan", "shui"):
        desk.do("mgr", "training", "late", course, staff)
    charge(desk)
    row = next(row for row in desk.rows("training") if row["staff"] == "pan")
    desk.do("mgr", "retract", course, f"training/2026-11.main#{row['seq']}", "--reason", "记错")
    desk.do("mgr", "training", "late", course, "pan")
    assert sorted((item["staff"], item["state"]) for item in due(desk)) == [("pan", "paid"), ("shui", "paid")]
    check_once(desk, next(item for item in due(desk) if item["staff"] == "pan"), "40.00")


@WAYS
def test_of_what_may_happen_several_times_each_is_a_fact(desk: Desk, proposing: Callable[[], Any]) -> None:
    """Two problems; the first is taken back: the second keeps its entry, and what is told anew takes the first's."""
    desk.edit_rules(PROBLEM)
    job = desk.send(desk.take(), "pan")
    for minute in ("10:00", "11:00"):
        desk.clock(2, minute)
        desk.do("pan", "problem", job, "--reason", "缺配件")
    charge(desk, proposing)
    assert balance(desk) == "20.00"
    first = next(row for row in desk.rows("assignments") if row["event"] == "problem")
    desk.do("mgr", "retract", job, f"assignments/2026-11.main#{first['seq']}", "--reason", "记错")
    assert sorted(state for _, _, state in tell(desk)) == ["paid", "unfounded"]
    assert [item["entry"][-4:] for item in due(desk) if item["state"] == "unfounded"] == ["0001"]
    desk.clock(2, "12:00")
    desk.do("pan", "problem", job, "--reason", "缺工具")
    assert [(entry, state) for _, entry, state in tell(desk)] == [("0002", "paid"), ("0001", "paid")]
    check_once(desk, due(desk)[1], "20.00")
    desk.clock(2, "13:00")
    desk.do("pan", "problem", job, "--reason", "又缺配件")
    assert [state for _, _, state in tell(desk)] == ["paid", "paid", "due"]


@WAYS
def test_a_clock_whose_start_is_given_again(desk: Desk, proposing: Callable[[], Any]) -> None:
    """The classification that started the clock is taken back, and made anew an hour later."""
    case = complain(desk, "--department", "engineering")
    desk.clock(2, "10:00")
    desk.do("sup-d", "complaint", "classify", case, "--severity", "serious", "--reason", "媒体关注")
    desk.clock(9, "09:00")
    charge(desk, proposing)
    before = [item for item in due(desk) if item["rule"] == "complaint-late"]
    assert {item["state"] for item in before} == {"paid"}
    paid = balance(desk)
    desk.do("sup-d", "retract", case, "--reason", "时间记错")
    again = ("--severity", "serious", "--reason", "媒体关注", "--at", "2026-11-02T11:00:00+08:00")
    desk.do("sup-d", "complaint", "classify", case, *again)
    after = [item for item in due(desk) if item["rule"] == "complaint-late"]
    assert {item["evidence"] for item in after}.isdisjoint(item["evidence"] for item in before)
    assert [(item["key"], item["entry"]) for item in after] == [(item["key"], item["entry"]) for item in before]
    check_once(desk, after[0], paid)


def test_a_clock_whose_rules_are_told_in_another_timezone(desk: Desk) -> None:
    complain(desk, "--media", "--department", "engineering")
    desk.clock(9, "09:00")
    charge(desk, key_by_row)
    before = due(desk)
    paid = balance(desk)
    assert {item["state"] for item in before} == {"paid"}
    desk.edit_rules((r"(?m)^  timezone: Asia/Shanghai", "  timezone: Asia/Tokyo"))
    after = due(desk)
    assert after[0]["evidence"] == "C-20261102-0001/result/2026-11-02T10:00:00+09:00"
    assert [item["entry"] for item in after] == [item["entry"] for item in before]
    check_once(desk, after[0], paid)


def test_two_instances_of_a_clock_are_two_facts(desk: Desk) -> None:
    """Completed on the 2nd, again after rework; nobody confirmed either in time."""
    desk.edit_rules(PROBLEM)
    job = desk.send(desk.take(), "pan")
    for verb in ("ack", "start", "complete"):
        desk.do("pan", verb, job)
    desk.clock(9, "09:00")
    desk.do("lin", "rework", job, "--reason", "还在漏")
    desk.do("pan", "complete", job)
    desk.clock(20, "09:00")
    keys = [key for key, _, _ in tell(desk) if key.startswith("late-job/")]
    assert keys == [f"late-job/{job}/breach.confirm/lin", f"late-job/{job}/breach.confirm/2/lin"]


def test_what_was_waived_is_not_due_anew_for_being_given_again(desk: Desk) -> None:
    case = complain(desk)
    rule(desk, case)
    with key_by_row():
        desk.do("mgr", "ledger", "propose", "--all")
    desk.do("gm", "ledger", "waive", "1", "--reason", "初犯")
    desk.do("sup-e", "retract", case, "--reason", "判错类别")
    desk.clock(3, "09:00")
    rule(desk, case)
    (item,) = due(desk)
    assert item["state"] == "waived"
    assert "was waived: L-20261102-0001" in desk.refuse(4, "mgr", "ledger", "propose", item["key"])
    desk.do("mgr", "ledger", "propose", item["key"], "--again", "--reason", "再犯")
    assert [(each["state"], each["key"]) for each in desk.do("mgr", "ledger", "list")][-1] == (
        "proposed", f"justified-complaint/{case}/ruled-valid/pan",
    )  # fmt: skip
    assert [state for _, _, state in tell(desk)] == ["proposed"]


def test_a_closed_month_is_listed_by_rows_and_understands_both_keys(desk: Desk) -> None:
    """As every release has listed it, whatever the keys of its open months are."""
    desk.do("mgr", "policy", "publish")
    case = complain(desk)
    rule(desk, case)
    other = complain(desk)
    rule(desk, other)
    ref = f"complaints/2026-11.main#{desk.rows('complaints')[-1]['seq']}"
    desk.do("mgr", "ledger", "propose", f"justified-complaint/{case}/ruled-valid/pan")
    desk.now = "2026-12-02T09:00:00+08:00"
    desk.do("mgr", "records", "seal", "--month", "2026-11")
    desk.now = "2026-12-03T09:00:00+08:00"
    closed = desk.act("mgr", "ledger", "due", "--month", "2026-11", "--json").out
    keys = [f"justified-complaint/{case}/ruled-valid/pan", f"justified-complaint/{ref}/pan"]
    assert [item["key"] for item in json.loads(closed) if item["rule"] == "justified-complaint"] == keys
    made = desk.do("mgr", "ledger", "propose", "--all", "--month", "2026-11")
    assert f"justified-complaint/{other}/ruled-valid/pan" in [each["key"] for each in made]
    assert desk.act("mgr", "ledger", "due", "--month", "2026-11", "--json").out == closed
    desk.do("sup-e", "retract", other, "--reason", "判错类别")
    rule(desk, other)
    assert desk.act("mgr", "ledger", "due", "--month", "2026-11", "--json").out == closed
    assert "is in the ledger already" in desk.refuse(4, "mgr", "ledger", "propose", keys[1])
    assert tell(desk) == [(f"justified-complaint/{other}/ruled-valid/pan", "0001", "proposed")]  # ruled in December
