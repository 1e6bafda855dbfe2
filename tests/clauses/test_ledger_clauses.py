"""Charges and rewards: what follows from facts, who decides on it, and the money of the fund."""

import json
from typing import Any

import pytest
from desks import Desk, november, publish_as_before

BECAUSE = ("--reason", "情况属实")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """pan is of class B, shui of class A."""
    desk.do("mgr", "staff", "change", "pan", "--class", "B")
    desk.do("mgr", "staff", "change", "shui", "--class", "A")
    return desk


def list_due(desk: Desk, *options: str) -> list[dict[str, Any]]:
    items = desk.do("mgr", "ledger", "due", *options)
    assert isinstance(items, list)
    return items


def find(desk: Desk, rule: str, staff: str = "", *options: str) -> list[dict[str, Any]]:
    return [item for item in list_due(desk, *options) if item["rule"] == rule and staff in ("", item["staff"])]


def late(desk: Desk, staff: str, *days: int) -> None:
    for day in days:
        desk.clock(day, "09:10")
        desk.do("lin", "attendance", "late", staff, "--on", f"2026-11-{day:02}")


def complain(desk: Desk, *about: str, phone: str = "138-0000-0002", **ruling: str) -> str:
    """A complaint about these people; ruling: `valid="attitude"`."""
    staff = [word for person in about for word in ("--staff", person)]
    caller = ("--caller", "李示例", "--phone", phone, "--address", "5号楼1单元101")
    words = ("--content", "上门迟到且态度差", "--department", "engineering")
    case = str(desk.do("lin", "complaint", "new", *words, *caller, *staff)["id"])
    for word, kind in ruling.items():
        desk.do("mgr", "complaint", "rule", case, f"--{word}", kind, "--reason", "经核实")
    return case


def propose(desk: Desk, *words: str, who: str = "lin") -> list[str]:
    """The ids of what was proposed."""
    return desk.act(who, "ledger", "propose", *words, "-q").out.split()


def by_hand(desk: Desk, rule: str, staff: str, *options: str, who: str = "sup-d") -> dict[str, Any]:
    item = desk.do(who, "ledger", "propose", "--rule", rule, "--staff", staff, *BECAUSE, *options)
    assert isinstance(item, dict)
    return item


def approve(desk: Desk, entry: str, *options: str, who: str = "mgr") -> dict[str, Any]:
    item = desk.do(who, "ledger", "approve", entry, *BECAUSE, *options)
    assert isinstance(item, dict)
    return item


def add_rule(desk: Desk, text: str, clause: str) -> None:
    """One more charge in policies.yaml."""
    desk.edit_rules((r"\n  - \{id: unreachable,", f"\n  - {{{text}, source: [{clause}]}}\n  - {{id: unreachable,"))


# --- what is due ----------------------------------------------------------------------------------------------------


@pytest.mark.clause("KZ-2.3")
def test_the_nth_of_a_month_is_due_with_clause_and_evidence(desk: Desk) -> None:
    late(desk, "pan", 3)
    late(desk, "shui", 3)
    assert list_due(desk) == []  # KZ-2.3: the first of a month is free
    late(desk, "pan", 5)
    (item,) = list_due(desk)
    row = next(row for row in desk.rows("attendance") if row["at"] == november(5, "09:10"))
    evidence = f"attendance/2026-11.main#{row['seq']}"
    expected = {
        "key": "late-b/2026-11-05/late/pan/pan",
        "staff": "pan",
        "rule": "late-b",
        "kind": "fine",
        "amount": "30.00",
        "range": [],
        "occurred_at": november(5, "09:10"),
        "evidence": evidence,
    }
    assert {key: item[key] for key in expected} == expected
    assert (item["clauses"], item["into"], item["approver"]) == (["KZ-2.3"], "department-fund", "department-head")
    assert "30 元/次" in item["clause_texts"][0]
    assert (item["entry"], item["state"]) == (None, "due")
    late(desk, "shui", 9)
    assert [each["amount"] for each in find(desk, "late-a")] == ["20.00"]
    assert list_due(desk, "--staff", "shui") == find(desk, "late-a")
    desk.now = "2026-12-01T09:10:00+08:00"
    desk.do("lin", "attendance", "late", "pan", "--on", "2026-12-01")
    assert list_due(desk) == []  # another month counts anew
    assert len(list_due(desk, "--month", "2026-11")) == 2


@pytest.mark.clause("KZ-2.3")
@pytest.mark.parametrize(("rule", "staff"), [("late-a", "shui"), ("late-b", "pan")])
def test_what_the_clause_leaves_open_is_told_as_a_reading(desk: Desk, rule: str, staff: str) -> None:
    late(desk, staff, 3, 5)
    (item,) = find(desk, rule, staff)
    words, reading = desk.do("mgr", "why", item["key"])["because"][:2]
    assert words["value"]["text"] == "A 类迟到两次含两次以上 20 元/次，B 类迟到两次含两次以上 30 元/次，作为部门经费"
    assert (words["what"], reading["what"], reading["id"]) == ("clause", "reading", None)
    assert all(said in reading["value"]["text"] for said in ("按员工类别", "自第二次起逐次", "当月"))
    told = desk.out("why", item["key"]).splitlines()
    assert f"  理解：{reading['value']['text']}" in told
    assert f"  read as: {reading['value']['text']}" in desk.out("why", item["key"], "--lang", "en").splitlines()
    assert desk.do("mgr", "policy", "show", f"charges.{rule}.reading") == reading["value"]["text"]


@pytest.mark.clause("KZ-2.3")
def test_how_late_somebody_was_is_on_record(desk: Desk) -> None:
    desk.clock(3, "09:10")
    desk.do("lin", "attendance", "late", "pan", "--on", "today", "--minutes", "20")
    desk.do("lin", "attendance", "late", "shui", "--on", "today")
    assert {row["staff"]: row["minutes"] for row in desk.rows("attendance")} == {"pan": "20", "shui": ""}
    assert {each["staff"]: each["minutes"] for each in desk.do("lin", "list", "attendance")} == {
        "pan": 20,
        "shui": None,
    }
    for wrong in ("0", "1441", "-5", "半小时"):
        assert "1 to 1440" in desk.refuse(2, "lin", "attendance", "late", "dian", "--on", "today", "--minutes", wrong)
    desk.refuse(2, "lin", "attendance", "absent", "dian", "--on", "today", "--minutes", "20")


def test_nothing_is_due_for_a_class_that_no_rule_names(desk: Desk) -> None:
    late(desk, "dian", 3, 4, 5)
    assert list_due(desk) == []
    desk.do("mgr", "staff", "change", "dian", "--class", "A", "--at", november(4, "08:00"))
    assert [item["occurred_at"] for item in find(desk, "late-a", "dian")] == [november(5, "09:10")]


@pytest.mark.clause("SOP-3.7.6")
def test_a_late_clock_is_a_fact_once_it_is_late_and_keeps_its_key(desk: Desk) -> None:
    case = complain(desk, "pan")
    desk.do("mgr", "complaint", "classify", case, "--severity", "serious", "--reason", "影响大")
    result = desk.due(case, "result")  # 48h from Monday 09:00; owed by the department's head and the receiver
    desk.now = result["due_at"]
    assert find(desk, "complaint-late") == []
    desk.clock(4, "09:00:01")
    items = find(desk, "complaint-late")
    assert [item["staff"] for item in items] == ["lin", "sup-e"]
    assert items[0]["evidence"] == f"{case}/result/{result['started_at']}"
    assert (items[0]["amount"], items[0]["range"], items[0]["clauses"]) == (None, [], ["SOP-3.7.6"])
    assert items[0]["occurred_at"] == result["due_at"]
    assert {(item["approver"], item["into"]) for item in items} == {("manager", "department-fund")}
    desk.do("mgr", "complaint", "rule", case, "--invalid", "ground", "--reason", "查无实据")
    assert find(desk, "complaint-late") == items


def test_an_extension_or_a_stop_in_time_leaves_nothing_due(desk: Desk) -> None:
    add_rule(desk, "id: job-late, of: breach.complete, who: [owner], amount: 10", "PD-2.6")
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ack", job)
    desk.clock(3, "09:00")
    desk.do("pan", "ask-extension", job, "--until", november(4, "12:00"), "--reason", "缺料")
    desk.clock(3, "14:00")
    assert [item["staff"] for item in find(desk, "job-late")] == ["pan"]
    desk.do("sup-e", "grant-extension", job)
    assert find(desk, "job-late") == []  # granted late, but asked in time: it holds from the asking
    desk.clock(4, "12:00:01")
    assert len(find(desk, "job-late")) == 1
    other = desk.send(desk.take(), "shui")
    desk.do("shui", "start", other)
    desk.do("shui", "complete", other)
    desk.clock(30, "09:00")
    assert [item["staff"] for item in find(desk, "job-late")] == ["pan"]


def test_while_it_stands_still_a_clock_is_no_fact(desk: Desk) -> None:
    add_rule(desk, "id: job-late, of: breach.complete, who: [owner], amount: 10", "PD-2.6")
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "start", job)
    desk.clock(2, "11:00")
    desk.do("pan", "pause", job, "--reason", "waiting-outside")
    desk.clock(20, "09:00")
    assert find(desk, "job-late") == []
    desk.do("pan", "resume", job)
    desk.clock(23, "09:00")
    assert len(find(desk, "job-late")) == 1


# --- once, and by people ----------------------------------------------------------------------------------------------


def test_the_same_fact_is_proposed_once(desk: Desk) -> None:
    late(desk, "pan", 3, 4, 5)
    keys = [item["key"] for item in list_due(desk)]
    assert len(propose(desk, "--all")) == len(keys) == 2
    assert propose(desk, "--all") == []
    assert [item["state"] for item in list_due(desk)] == ["proposed", "proposed"]
    told = desk.refuse(4, "mgr", "ledger", "propose", keys[0])
    assert "L-20261105-0001, proposed" in told
    desk.do("sup-e", "ledger", "waive", "1", "--reason", "道路封闭")
    assert [item["state"] for item in list_due(desk)] == ["waived", "proposed"]
    assert propose(desk, "--all") == []
    desk.refuse(4, "mgr", "ledger", "propose", keys[0])
    desk.refuse(2, "mgr", "ledger", "propose", keys[0], "--again")
    (entry,) = propose(desk, keys[0], "--again", "--reason", "封路一事不实")
    assert [(item["entry"] == entry, item["state"]) for item in list_due(desk)] == [
        (True, "proposed"), (False, "proposed"),
    ]  # fmt: skip
    desk.refuse(3, "mgr", "ledger", "propose", "late-b/attendance/2026-11.main#1/pan")  # the first is free
    assert desk.act("system", "ledger", "propose", keys[0]).code == 4
    assert desk.act("system", "ledger", "propose", "--all").code == 4
    assert desk.act("system", "ledger", "approve", "2", *BECAUSE).code == 4


def test_a_fact_that_was_taken_back_leaves_its_entry_unfounded(desk: Desk) -> None:
    late(desk, "pan", 3, 4, 5)
    propose(desk, "--all")
    approve(desk, "2", who="sup-e")
    noted = [row["id"] for row in desk.rows("attendance")]
    desk.do("lin", "retract", noted[0], "--reason", "记错人")
    # With the first gone the second is the first of the month, and free.
    assert [(item["entry"][-4:], item["state"]) for item in list_due(desk)] == [
        ("0001", "unfounded"), ("0002", "approved"),
    ]  # fmt: skip
    desk.do("lin", "retract", noted[2], "--reason", "记错人")
    assert [item["state"] for item in list_due(desk)] == ["unfounded", "unfounded"]
    assert propose(desk, "--all") == []
    desk.do("sup-e", "ledger", "reverse", "2", "--reason", "依据已撤")
    desk.do("sup-e", "ledger", "waive", "1", "--reason", "依据已撤")
    assert list_due(desk) == []


def test_a_ruling_is_one_fact_and_falls_with_another_ruling(desk: Desk) -> None:
    case = complain(desk, "pan", valid="attitude")
    (first,) = find(desk, "justified-complaint", "pan")
    (entry,) = propose(desk, first["key"])
    desk.clock(3, "09:00")
    desk.do("mgr", "complaint", "rule", case, "--invalid", "ground", "--reason", "录像相反")
    assert [item["state"] for item in find(desk, "justified-complaint")] == ["unfounded"]
    desk.do("mgr", "complaint", "rule", case, "--valid", "attitude", "--reason", "录像有误")
    assert [(item["key"], item["entry"], item["state"]) for item in find(desk, "justified-complaint")] == [
        (first["key"], entry, "proposed"),
    ]  # fmt: skip


def test_corrected_facts_are_put_to_the_right_person(desk: Desk) -> None:
    case = complain(desk, "pan", valid="attitude")
    desk.clock(3, "09:00")
    desk.do("lin", "amend", case, "about_staff=shui", "--reason", "客户记错人")
    assert [item["staff"] for item in find(desk, "justified-complaint")] == ["shui"]


def test_entries_are_reversed_and_never_rewritten(desk: Desk) -> None:
    entry = by_hand(desk, "unreachable", "pan", who="mgr")["id"]
    for words in (("amend", entry, "amount=1.00"), ("retract", entry)):
        assert "reversed" in desk.refuse(4, "mgr", *words, "--reason", "改一改")
    assert "reversed" in desk.refuse(4, "mgr", "undo")


# --- amounts and who decides ------------------------------------------------------------------------------------------


def test_a_fixed_amount_stays(desk: Desk) -> None:
    late(desk, "pan", 3, 4)
    (entry,) = propose(desk, "--all")
    assert "KZ-2.3" in desk.refuse(4, "sup-e", "ledger", "approve", entry, "--amount", "29.99", *BECAUSE)
    assert approve(desk, entry, "--amount", "30", who="sup-e")["amount"] == "30.00"
    assert "approved" in desk.refuse(4, "sup-e", "ledger", "approve", entry, *BECAUSE)


def test_a_head_is_decided_on_from_above(desk: Desk) -> None:
    entry = by_hand(desk, "unreachable", "sup-e")["id"]
    amount = ("--amount", "30", *BECAUSE)
    assert "KZ-8.8" in desk.refuse(4, "sup-e", "ledger", "approve", entry, *amount)
    assert "department-head" in desk.refuse(4, "sup-d", "ledger", "approve", entry, *amount)
    desk.do("mgr", "ledger", "approve", entry, *amount)
    own = by_hand(desk, "negligence", "mgr")["id"]
    assert "about mgr" in desk.refuse(4, "mgr", "ledger", "waive", own, "--reason", "不妥")
    desk.do("gm", "ledger", "waive", own, "--reason", "不妥")


def test_hand_rules_only_by_hand_and_only_for_people_here(desk: Desk) -> None:
    words = ("ledger", "propose", "--rule")
    assert "KZ-2.3" in desk.refuse(4, "mgr", *words, "late-b", "--staff", "pan", *BECAUSE)
    assert "nearest: unreachable" in desk.refuse(3, "mgr", *words, "unreachible", "--staff", "pan", *BECAUSE)
    desk.refuse(2, "mgr", *words, "unreachable", "--staff", "pan")
    desk.refuse(3, "mgr", *words, "unreachable", "--staff", "nobody", *BECAUSE)
    desk.clock(3, "09:00")
    desk.do("mgr", "staff", "leave", "wai", "--kind", "resignation")
    desk.clock(4, "09:00")
    assert "had left" in desk.refuse(4, "mgr", *words, "unreachable", "--staff", "wai", *BECAUSE)
    order = desk.take()
    first = by_hand(desk, "negligence", "pan", "--case", order)
    assert first["key"] == f"negligence/{first['id']}/pan"
    again = (*words, "negligence", "--staff", "pan", "--case", order, *BECAUSE)
    assert first["id"] in desk.refuse(4, "mgr", *again)
    assert desk.do("mgr", *again, "--again")["key"] != first["key"]


@pytest.mark.clause("KZ-8.8")
def test_often_unreachable_is_a_warning_or_20_to_50_yuan(desk: Desk) -> None:
    entry = by_hand(desk, "unreachable", "pan", who="lin")["id"]
    for amount in ("19.99", "50.01"):
        told = desk.refuse(4, "sup-e", "ledger", "approve", entry, "--amount", amount, *BECAUSE)
        assert "20.00 to 50.00 (KZ-8.8)" in told
    assert "KZ-8.8" in desk.refuse(4, "sup-e", "ledger", "approve", entry, *BECAUSE)  # how much is for a person to say
    assert "KZ-8.8" in desk.refuse(4, "sup-e", "ledger", "approve", entry, "--instead", "demotion", *BECAUSE)
    assert approve(desk, entry, "--amount", "50", who="sup-e")["amount"] == "50.00"
    assert desk.show(entry)["approver"] == "department-head"
    least = by_hand(desk, "unreachable", "dian")["id"]
    assert approve(desk, least, "--amount", "20", who="sup-e")["amount"] == "20.00"
    spoken = by_hand(desk, "unreachable", "wai")["id"]
    approve(desk, spoken, "--instead", "oral-warning", who="sup-e")
    assert desk.show(spoken)["taken"] == ["oral-warning"]
    other = by_hand(desk, "unreachable", "shui")["id"]
    approve(desk, other, "--instead", "written-warning", who="sup-e")
    shown = desk.show(other)
    assert (shown["taken"], shown["amount"]) == (["written-warning"], "0.00")
    assert "no money" in desk.refuse(4, "mgr", "ledger", "paid", other)
    assert "20.00 to 50.00" in desk.refuse(
        4, "lin", "ledger", "propose", "--rule", "unreachable", "--staff", "pan", "--amount", "60", *BECAUSE
    )


# --- complaints -------------------------------------------------------------------------------------------------------


@pytest.mark.clause("KZ-7.4")
def test_a_justified_complaint_is_penalised_by_the_complaint_rules(desk: Desk) -> None:
    complain(desk, "pan")  # not ruled yet
    complain(desk, "pan", invalid="ground", phone="138-0000-0003")
    assert list_due(desk) == []
    case = complain(desk, "pan", "shui", valid="attitude", phone="138-0000-0004")
    items = find(desk, "justified-complaint")
    assert [item["staff"] for item in items] == ["pan", "shui"]  # one charge for each different person
    assert {item["case"] for item in items} == {case}
    assert all("KZ-7.4" in item["clauses"] for item in items)
    assert {(item["approver"], item["into"]) for item in items} == {("department-head", "department-fund")}


@pytest.mark.clause("KZ-8.16a")
def test_each_justified_complaint_costs_20_to_100_yuan_and_a_self_review(desk: Desk) -> None:
    complain(desk, "pan", valid="attitude")
    (item,) = find(desk, "justified-complaint")
    assert (item["amount"], item["range"], item["also"]) == (None, ["20.00", "100.00"], ["self-review"])
    (entry,) = propose(desk, item["key"])
    for amount in ("19", "100.01"):
        assert "KZ-8.16a" in desk.refuse(4, "sup-e", "ledger", "approve", entry, "--amount", amount, *BECAUSE)
    approve(desk, entry, "--amount", "100", who="sup-e")
    review = desk.due(entry, "self-review")
    # Monday the 2nd and three working days: Thursday the 5th, end of business; the person owes it.
    assert (review["owner"], review["due_at"], review["state"]) == ("pan", november(5, "17:30"), "running")
    desk.clock(5, "17:30:01")
    assert (entry, "self-review") in desk.late()
    desk.do("mgr", "ledger", "fulfilled", entry)
    assert desk.due(entry, "self-review")["state"] == "stopped"
    assert (entry, "self-review") not in desk.late()


@pytest.mark.clause("SOP-3.7.2")
def test_the_head_of_the_department_penalises_by_the_rules(desk: Desk) -> None:
    complain(desk, "pan", valid="attitude")
    (entry,) = propose(desk, find(desk, "justified-complaint")[0]["key"])
    for who in ("lin", "sup-d"):
        assert "SOP-3.7.2" in desk.refuse(4, who, "ledger", "approve", entry, "--amount", "50", *BECAUSE)
    assert approve(desk, entry, "--amount", "50", who="sup-e")["state"] == "approved"


@pytest.mark.clause("KZ-8.16b")
def test_five_justified_complaints_are_a_proposal_and_nothing_else(desk: Desk) -> None:
    """However many months they are spread over: the regulation names no period."""
    for number, day in enumerate(("2026-11-03", "2026-11-04", "2026-12-01", "2027-02-01")):
        desk.now = f"{day}T09:00:00+08:00"
        complain(desk, "pan", valid="attitude", phone=f"138-0000-00{number}1")
    assert find(desk, "five-complaints") == []
    desk.now = "2028-03-01T09:00:00+08:00"
    complain(desk, "pan", valid="skill", phone="138-0000-0060")
    (item,) = find(desk, "five-complaints")
    assert (item["kind"], item["amount"], item["propose"]) == ("proposal", None, ["transfer", "dismissal"])
    (entry,) = propose(desk, item["key"])
    before = desk.show("pan")
    assert "KZ-8.16b" in desk.refuse(4, "mgr", "ledger", "approve", entry, "--amount", "5", *BECAUSE)
    assert "that is for manager" in desk.refuse(4, "sup-e", "ledger", "approve", entry, *BECAUSE)
    assert approve(desk, entry)["state"] == "approved"
    assert "KZ-8.16b" in desk.refuse(4, "mgr", "ledger", "paid", entry)
    assert "KZ-8.16b" in desk.refuse(4, "mgr", "ledger", "reverse", entry, "--reason", "改")
    assert desk.show("pan") == before  # nobody is moved or let go by it


# --- discipline -------------------------------------------------------------------------------------------------------


@pytest.mark.clause("KB2-8.1", "PR-16", "WP-10")
def test_discipline_climbs_from_warning_to_dismissal_and_names_its_record(desk: Desk) -> None:
    record: list[str] = []
    for day, step in enumerate(("oral-warning", "written-warning", "fine", "demotion", "dismissal", "dismissal"), 2):
        desk.clock(day, "10:00")
        entry = by_hand(desk, "violation", "pan")["id"]
        shown = desk.show(entry)
        assert (shown["also"], shown["record"], shown["approver"]) == ([step], record, "department-head")
        desk.clock(day, "10:30")
        approve(desk, entry, who="sup-e")
        record.append(entry)
    desk.do("mgr", "ledger", "reverse", record.pop(), "--reason", "查无此事")
    desk.now = "2027-11-05T10:30:00+08:00"  # a year later, but for what was approved on the 5th and after
    shown = desk.show(by_hand(desk, "violation", "pan")["id"])
    assert (shown["also"], shown["record"]) == (["dismissal"], record[3:])
    desk.now = "2027-11-07T10:00:00+08:00"
    assert desk.show(by_hand(desk, "violation", "pan")["id"])["also"] == ["oral-warning"]


def test_a_next_step_that_follows_from_facts_is_worked_out_when_it_is_asked(desk: Desk) -> None:
    approve(desk, by_hand(desk, "violation", "pan")["id"], who="sup-e")
    late(desk, "pan", 3, 4, 5, 6)
    (item,) = find(desk, "often-late")
    assert (item["also"], item["record"]) == (["written-warning"], ["L-20261102-0001"])
    (entry,) = propose(desk, item["key"])
    assert desk.show(entry)["also"] == ["written-warning"]


@pytest.mark.clause("KB2-8.1")
def test_two_facts_at_once_propose_a_step_once(desk: Desk) -> None:
    late(desk, "pan", 3, 4, 5, 6, 9)
    due = [item["key"] for item in find(desk, "often-late")]
    assert len(due) == 2
    first, second = due
    (entry,) = propose(desk, first)
    assert f"oral-warning is proposed for pan already: {entry}" in desk.refuse(4, "mgr", "ledger", "propose", second)
    assert f"oral-warning is proposed for pan already: {entry}" in desk.refuse(
        4, "mgr", "ledger", "propose", "--rule", "violation", "--staff", "pan", *BECAUSE
    )
    approve(desk, entry, who="sup-e")
    (other,) = propose(desk, second)
    assert desk.show(other)["also"] == ["written-warning"]


def test_propose_all_gives_one_person_a_step_once(desk: Desk) -> None:
    late(desk, "pan", 3, 4, 5, 6, 9)
    refused = desk.act("mgr", "ledger", "propose", "--all", "--json")
    assert refused.code == 4
    assert "oral-warning is proposed for pan already" in refused.err
    entries = [desk.show(entry["id"]) for entry in desk.do("mgr", "ledger", "list", "--staff", "pan")]
    assert [entry["also"] for entry in entries if entry["rule"] == "often-late"] == [["oral-warning"]]
    assert len([entry for entry in entries if entry["rule"] == "late-b"]) == 4


def test_versions_published_before_proposed_the_step_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_as_before(monkeypatch)
    desk.do("mgr", "policy", "publish", "--reason", "首次发布")
    steps = [desk.show(by_hand(desk, "violation", "pan")["id"])["also"] for _ in range(2)]
    assert steps == [["oral-warning"], ["oral-warning"]]


@pytest.mark.clause("KZ-8.12", "PR-4")
def test_the_unfit_are_dealt_with_by_a_proposal_to_the_manager(desk: Desk) -> None:
    entry = by_hand(desk, "unfit", "pan", who="sup-d")["id"]
    shown = desk.show(entry)
    assert (shown["kind"], shown["propose"], shown["amount"]) == (
        "proposal",
        ["pay-cut", "demotion", "persuaded", "dismissal", "expulsion"],
        None,
    )
    assert "KZ-8.12" in desk.refuse(4, "sup-e", "ledger", "approve", entry, *BECAUSE)
    approve(desk, entry)


# --- rewards ----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("KZ-6.2")
def test_merit_is_proposed_by_the_manager_and_approved_by_the_general_managers_office(desk: Desk) -> None:
    words = ("ledger", "propose", "--rule", "merit", "--staff", "pan", *BECAUSE)
    assert "KZ-6.2" in desk.refuse(4, "lin", *words)
    assert "KZ-6.2" in desk.refuse(4, "sup-e", *words)
    entry = by_hand(desk, "merit", "pan", who="mgr")["id"]
    desk.do("mgr", "staff", "join", "vice", "--name", "傅示例", "--role", "manager", "--regular")
    for who in ("mgr", "vice"):  # neither who nominated nor another manager
        assert "KZ-6.2" in desk.refuse(4, who, "ledger", "approve", entry, "--amount", "300", *BECAUSE)
    assert "KZ-6.2" in desk.refuse(4, "gm", "ledger", "approve", entry, *BECAUSE)  # the regulation leaves it blank
    approve(desk, entry, "--amount", "300", who="gm")
    assert [event["by"] for event in desk.show(entry)["events"]] == ["mgr", "gm"]
    desk.do("mgr", "ledger", "paid", entry)
    (item,) = desk.do("mgr", "ledger", "list", "--staff", "pan")
    assert (item["kind"], item["amount"], item["state"], item["fund"]) == ("reward", "300.00", "paid", None)


@pytest.mark.clause("PR-15", "WP-9", "PR-4")
def test_the_excellent_are_rewarded(desk: Desk) -> None:
    words = ("ledger", "propose", "--rule", "excellent", "--staff", "shui", *BECAUSE)
    assert "WP-9" in desk.refuse(4, "sup-e", *words)
    entry = by_hand(desk, "excellent", "shui", who="mgr")["id"]
    desk.do("mgr", "staff", "join", "vice", "--name", "傅示例", "--role", "manager", "--regular")
    assert "WP-9" in desk.refuse(4, "vice", "ledger", "approve", entry, "--amount", "500", *BECAUSE)
    for amount in ("501", "99"):
        assert "PR-15" in desk.refuse(4, "gm", "ledger", "approve", entry, "--amount", amount, *BECAUSE)
    assert approve(desk, entry, "--amount", "500", who="gm")["amount"] == "500.00"
    assert desk.show(entry)["also"] == ["named-excellent"]
    least = by_hand(desk, "excellent", "pan", who="mgr")["id"]
    assert approve(desk, least, "--amount", "100", who="gm")["amount"] == "100.00"


@pytest.mark.clause("WP-9")
@pytest.mark.parametrize("measure", ["promotion", "benefit"])
def test_the_excellent_may_get_a_promotion_or_a_benefit_for_the_bonus(desk: Desk, measure: str) -> None:
    entry = by_hand(desk, "excellent", "shui", who="mgr")["id"]
    assert "WP-9" in desk.refuse(4, "gm", "ledger", "approve", entry, "--instead", "transfer", *BECAUSE)
    approve(desk, entry, "--instead", measure, who="gm")
    shown = desk.show(entry)
    assert (shown["taken"], shown["amount"]) == ([measure], "0.00")


# --- damage, and the fund ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "clause"),
    [
        pytest.param("negligence", "KZ-8.14", marks=pytest.mark.clause("KZ-8.14")),
        pytest.param("delay-loss", "KZ-8.9", marks=pytest.mark.clause("KZ-8.9")),
    ],
)
def test_a_loss_through_negligence_or_delay_is_borne_with_proof_of_its_price(
    desk: Desk, rule: str, clause: str
) -> None:
    entry = by_hand(desk, rule, "pan")["id"]
    amount = ("--amount", "1280.50", *BECAUSE)
    assert clause in desk.refuse(4, "mgr", "ledger", "approve", entry, *amount)
    proof = desk.folder / "invoice.txt"
    proof.write_text("冲击钻一台 1280.50 元", encoding="utf-8")
    assert clause in desk.refuse(4, "sup-e", "ledger", "approve", entry, *amount, "--attach", str(proof))
    approve(desk, entry, "--amount", "1280.50", "--attach", str(proof))
    assert (desk.show(entry)["kind"], desk.show(entry)["amount"]) == ("compensation", "1280.50")
    other = by_hand(desk, rule, "pan", "--amount", "9.90", "--attach", str(proof))["id"]
    assert approve(desk, other)["amount"] == "9.90"


@pytest.mark.clause("FW-4.2")
def test_the_fund_has_a_balance_and_a_history_that_add_up(desk: Desk) -> None:
    assert desk.do("mgr", "ledger", "fund") == {
        "balance": "0.00", "currency": "CNY", "fund": None, "entries": [],
    }  # fmt: skip
    late(desk, "pan", 3, 4, 5, 6)
    entries = propose(desk, *(item["key"] for item in find(desk, "late-b")))
    assert len(entries) == 3
    for number, entry in enumerate(entries):
        approve(desk, entry, who="sup-e")
        assert desk.do("mgr", "ledger", "fund")["balance"] == f"{30 * number}.00"  # approved is not paid
        desk.clock(9 + number, "09:00")
        desk.do("mgr", "ledger", "paid", entry)
    desk.clock(13, "09:00")
    desk.do("mgr", "ledger", "reverse", entries[0], "--reason", "误记")
    assert "60.01" in desk.refuse(4, "mgr", "ledger", "spend", "--amount", "60.01", "--reason", "聚餐")
    desk.refuse(4, "pan", "ledger", "spend", "--amount", "1", "--reason", "喝茶")
    desk.refuse(2, "mgr", "ledger", "spend", "--amount", "0", "--reason", "无")
    desk.clock(16, "09:00")
    desk.do("mgr", "ledger", "spend", "--amount", "12.34", "--reason", "购置茶水")
    fund = desk.do("mgr", "ledger", "fund", "--fund", "department-fund")
    assert [(each["event"], each["amount"], each["balance"]) for each in fund["entries"]] == [
        ("paid", "30.00", "30.00"),
        ("paid", "30.00", "60.00"),
        ("paid", "30.00", "90.00"),
        ("reversed", "-30.00", "60.00"),
        ("spent", "-12.34", "47.66"),
    ]
    assert (fund["balance"], fund["currency"]) == ("47.66", "CNY")
    assert "no such fund" in desk.refuse(3, "mgr", "ledger", "fund", "--fund", "nowhere")
    assert [each["id"] for each in desk.do("mgr", "ledger", "list", "--month", "2026-11")][-1] == fund["entries"][-1][
        "id"
    ]
    assert desk.do("mgr", "ledger", "list", "--month", "2026-12") == []


# --- rules as data, and history ---------------------------------------------------------------------------------------


def test_a_new_charge_on_an_event_that_is_there_is_an_edit_of_the_rules_only(desk: Desk) -> None:
    add_rule(
        desk,
        "id: refused-work, of: assignments.declined, when: {order.priority: urgent}, who: [assignee, department-head], "
        "from_nth: 2, within: 30d, unless: [completed], amount: 15, into: department-fund",
        "PD-2.2",
    )
    for day, priority in ((2, "urgent"), (3, "normal"), (4, "urgent")):
        desk.clock(day, "09:00")
        job = desk.send(desk.take(priority=priority), "pan")
        desk.clock(day, "09:05")
        desk.do("pan", "decline", job, "--reason", "路远")
    items = find(desk, "refused-work")
    assert [(item["staff"], item["amount"], item["case"]) for item in items] == [
        ("pan", "15.00", job), ("sup-e", "15.00", job),
    ]  # fmt: skip
    assert len(propose(desk, "--all")) == 2


def test_the_amount_that_an_event_carries(desk: Desk) -> None:
    add_rule(
        desk, "id: damage, of: orders.paid, who: [dispatcher], kind: compensation, amount: field.amount", "KZ-8.14"
    )
    order = desk.take()
    desk.send(order, "pan")
    desk.do("lin", "paid", order, "--amount", "45.5")
    (item,) = find(desk, "damage")
    assert (item["staff"], item["amount"]) == ("lin", "45.50")
    (entry,) = propose(desk, item["key"])
    assert "KZ-8.14" in desk.refuse(4, "mgr", "ledger", "approve", entry, "--amount", "45", *BECAUSE)
    assert "proof" in desk.refuse(4, "mgr", "ledger", "approve", entry, *BECAUSE)


def test_other_rules_leave_last_months_list_as_it_was(desk: Desk) -> None:
    desk.do("mgr", "policy", "publish")
    late(desk, "pan", 3, 4, 5)
    case = complain(desk, "pan", valid="attitude")
    desk.do("sup-e", "complaint", "resolve", case, "--result", "已致歉", "--outcome", "concession")
    approve(desk, propose(desk, "--all")[0], who="sup-e")
    desk.now = "2026-12-31T17:00:00+08:00"
    before = desk.act("mgr", "ledger", "due", "--month", "2026-11", "--json").out
    assert len(json.loads(before)) == 3
    desk.edit_rules(
        ("effective_from: 2026-11-02", "effective_from: 2027-01-01"),
        (r"from_nth: 2, within: month,\n     amount: 30", "amount: 35"),
        (r"of: complaints.ruled-valid, who: \[about_staff\], range: \[20, 100\]", "of: hand, amount: 200"),
    )
    desk.now = "2027-01-01T08:00:00+08:00"
    desk.do("mgr", "policy", "publish")
    assert desk.act("mgr", "ledger", "due", "--month", "2026-11", "--json").out == before
    desk.now = "2027-01-04T09:10:00+08:00"
    desk.do("lin", "attendance", "late", "pan", "--on", "2027-01-04")
    assert [item["amount"] for item in find(desk, "late-b")] == ["35.00"]  # the new rules judge what is new
    assert desk.act("mgr", "ledger", "due", "--month", "2026-11", "--json").out == before
    as_of = desk.run("ledger", "due", "--month", "2026-11", "--json", "--as-of", "2026-12-31T17:00:00+08:00")
    assert as_of.out == before
