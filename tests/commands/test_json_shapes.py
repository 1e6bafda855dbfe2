"""What scripts read: the keys of each command's json, exactly and with their types, null rather than missing."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk, open_demo
from transcripts import Result

from dispatchctl.registers import SHIPPED

MORNING = "2026-11-02T09:00:00+08:00"
LATE = "2026-11-03T15:00:00+08:00"
CALLER = ("--caller", "张示例", "--phone", "138-0000-0001", "--address", "1号楼101")


class Time:
    """The type of a text that is ISO 8601 with an offset."""


class Money:
    """The type of a text that is a decimal number with two places."""


Kinds = type | tuple[Any, ...]
NONE = type(None)
MAYBE_TEXT, MAYBE_TIME = (str, NONE), (Time, NONE)

OVERDUE: dict[str, Kinds] = {
    "case": str, "register": str, "clock": str, "instance": int, "item": MAYBE_TEXT, "owner": str, "owner_name": str,
    "started_at": Time, "due_at": Time, "late_seconds": int, "level": int, "urged_at": MAYBE_TIME,
    "extension": MAYBE_TEXT, "service": MAYBE_TEXT, "priority": MAYBE_TEXT, "area": MAYBE_TEXT, "source": list,
    "provisional": bool, "before_rules": bool,
}  # fmt: skip
DUE: dict[str, Kinds] = {
    "case": str, "register": str, "clock": str, "instance": int, "item": MAYBE_TEXT, "state": str, "breached": bool,
    "owner": MAYBE_TEXT, "started_at": Time, "stopped_at": MAYBE_TIME, "due_at": MAYBE_TIME, "remaining": (int, NONE),
    "limit": MAYBE_TEXT, "counting": str, "policy": str, "source": list, "provisional": bool, "before_rules": bool,
    "source_ref": MAYBE_TEXT,
}  # fmt: skip
SEGMENT: dict[str, Kinds] = {"from": Time, "to": Time, "counts": bool, "why": str}
DONE: dict[str, Kinds] = {"id": str, "event": str, "state": str}
TAKEN: dict[str, Kinds] = {**DONE, "contact_id": MAYBE_TEXT, "base_price": (Money, NONE), "read_back": str}
SENT: dict[str, Kinds] = {**DONE, "order_id": str, "assignee": str, "role": str, "reasons": list}
TAKEN_BACK: dict[str, Kinds] = {**DONE, "retracted": str, "row": str}
SUGGESTED: dict[str, Kinds] = {"staff": str, "name": str, "score": str, "load": str, "reasons": list}
URGED: dict[str, Kinds] = {"id": str, "case": str, "clock": str, "instance": int, "level": int, "to": list}
CONTACT: dict[str, Kinds] = {"id": str, "name": str, "phone": str, "address": str}
EVENT: dict[str, Kinds] = {
    "ref": str, "at": Time, "recorded_at": Time, "by": str, "by_name": MAYBE_TEXT, "event": str, "fields": dict,
    "note": MAYBE_TEXT, "source_ref": MAYBE_TEXT, "request_id": MAYBE_TEXT, "derived": bool,
}  # fmt: skip
FAULT: dict[str, Kinds] = {
    "file": str, "line": int, "column": int, "code": str, "message": str, "allowed": str, "hint": str,
}  # fmt: skip
ALONE = ("--reason", "前台请假")  # nobody else is there who may
STATUS: dict[str, Kinds] = {
    **{"late": int, "soon": int, "unassigned": int, "triage": int, "pool": int},
    "missing_year": (int, NONE),
}


def list_fields(register: str) -> dict[str, Kinds]:
    """Keys of a case of a register in `list`: what every case has, and the columns of its page."""
    kinds: dict[str, Kinds] = {"time": MAYBE_TIME, "money": (Money, NONE), "integer": (int, NONE), "flag": (bool, NONE)}
    own = {
        field.name: list if field.many else kinds.get(field.type, MAYBE_TEXT)
        for field in SHIPPED.known(register).values()
        if field.name not in ("row", "alone")
    }
    return {"id": str, "register": str, "state": str, **own, "contact": (dict, NONE)}


def is_of(value: object, kind: Any) -> bool:
    """Whether a value is of a kind; a truth is no number."""
    if isinstance(kind, tuple):
        return any(is_of(value, each) for each in kind)
    if kind is Time:
        return isinstance(value, str) and datetime.fromisoformat(value).utcoffset() is not None
    if kind is Money:
        return isinstance(value, str) and value.rpartition(".")[0].isdigit() and len(value.rpartition(".")[2]) == 2
    return isinstance(value, kind) and (kind is not int or not isinstance(value, bool))


def check_shape(item: Mapping[str, Any], shape: Mapping[str, Kinds]) -> None:
    assert set(item) == set(shape)
    wrong = {key: item[key] for key, kind in shape.items() if not is_of(item[key], kind)}
    assert not wrong


@pytest.fixture
def desk(run: Callable[..., Result], isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_crew)


def open_crew(run: Callable[..., Result], folder: Path) -> Desk:
    """A demo with a manager, two plumbers, and an order that nobody has looked at."""
    desk = open_demo(run, folder)
    for staff, name in (("wu", "吴示例"), ("zhao", "赵示例")):
        desk("staff", "join", staff, "--name", name, "--role", "field", "--skill", "plumbing", "--regular")
    desk("new-order", "--service", "plumbing", "--content", "厨房漏水", *CALLER)
    return desk


def order_of(items: Iterable[Mapping[str, Any]], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(item[key] for key in keys) for item in items]


# --- what the writing commands answer ---------------------------------------------------------------------------------


def test_new_order(desk: Desk) -> None:
    check_shape(desk.read("new-order", "--service", "plumbing", "--content", "漏水", *CALLER), TAKEN)
    check_shape(desk.read("new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "五点半"), TAKEN)
    replayed = desk.read("new-order", "--kind", "inquiry", "--content", "几点", "--request-id", "k")
    check_shape(replayed, TAKEN)
    again = desk.read("new-order", "--kind", "inquiry", "--content", "几点", "--request-id", "k")
    assert again == {**replayed, "replayed": True}
    many = desk.read("new-order", "--from", "-", input='[{"kind": "inquiry", "content": "几点上班"}]')
    assert len(many) == 1
    check_shape(many[0], TAKEN)
    assert desk.read("new-order", "--from", "-", input="[]") == []


def test_what_sends_somebody(desk: Desk) -> None:
    check_shape(desk.read("assign", "1", "wu"), SENT)
    check_shape(desk.read("reassign", "1", "zhao", "--reason", "就近"), SENT)
    desk.out("new-order", "--service", "plumbing", "--content", "漏水", *CALLER)
    desk.out("triage", "2", "--dispatch")
    claimed = desk.read("--as", "wu", "claim", "2")
    check_shape(claimed, SENT)
    assert (claimed["order_id"], claimed["assignee"], claimed["role"]) == ("O-20261102-0002", "wu", "lead")
    desk.out("new-order", "--service", "plumbing", "--content", "漏水", *CALLER)
    several = desk.read("assign", "3", "wu", "--helper", "zhao")
    assert order_of(several, "assignee", "role") == [("wu", "lead"), ("zhao", "helper")]
    for each in several:
        check_shape(each, SENT)
    desk.out("new-order", "--service", "plumbing", "--content", "漏水", *CALLER)
    assert desk.read("assign", "--all", "--auto") == [], "nobody has said that it needs somebody on the spot"
    desk.out("triage", "4", "--dispatch")
    made = desk.read("assign", "--all", "--auto")
    assert len(made) == 1
    check_shape(made[0], SENT)
    assert made[0]["reasons"]
    assert desk.read("assign", "--all", "--auto") == []


def test_every_other_writing_command(desk: Desk) -> None:
    def check(*argv: str, now: str = MORNING, shape: Mapping[str, Kinds] = DONE) -> None:
        item = desk.read(*argv, now=now)
        assert isinstance(item, dict), argv
        check_shape(item, shape)

    check("staff", "change", "zhao", "--skill", "plumbing", "--skill", "electrical")
    check("triage", "1", "--dispatch")
    desk.out("assign", "1", "wu")
    check("ack", "1")
    check("start", "1")
    check("pause", "1", "--reason", "waiting-parts")
    check("resume", "1")
    check("progress", "1", "--note", "已拆下旧阀门")
    check("undo", shape=TAKEN_BACK)
    check("problem", "1", "--reason", "缺少配件")
    check("complete", "1")
    check("rework", "1", "--reason", "仍有渗漏")
    check("complete", "1")
    check("confirm", "1")
    check("bill", "1", "--amount", "50", *ALONE)
    check("paid", "1", "--amount", "50", *ALONE)
    check("reprice", "1", "80", "--reason", "增加材料")
    check("amend", "O-20261102-0001", "priority=high", "--reason", "登记有误")
    check("retract", "O-20261102-0001", "--reason", "误操作", shape=TAKEN_BACK)
    check("reopen", "1", "--reason", "故障再现")
    check("cancel", "1", "--reason", "业主取消")


def test_complaints(desk: Desk) -> None:
    severity: dict[str, Kinds] = {"proposed_severity": str, "severity_reasons": list}
    measure: dict[str, Kinds] = {**DONE, "measure_id": str}
    new = desk.read("complaint", "new", "--content", "态度生硬", *CALLER, "--media")
    check_shape(new, {**DONE, "contact_id": str, **severity})
    because = ("--reason", "经核实")
    for verb, *words in (
        ("classify", "--severity", "ordinary", *because),
        ("rule", "--valid", "attitude", *because),
        ("investigate",),
        ("analyse", "--cause", "未守时", "--responsible", "wu"),
        ("confirm", "--staff", "wu"),
        ("pass-on", "--to", "zhao"),
        ("escalate", "--to", "manager"),
        ("refer", "--note", "已转供电公司"),
        ("explain",),
        ("inform",),
        ("review",),
        ("resolve", "--result", "已致歉", "--outcome", "explained"),
        ("reopen",),
        ("rule", "--invalid", "ground", *because),
        ("explain",),
    ):
        check_shape(desk.read("complaint", verb, "1", *words), DONE)
    due = ("--due", "2026-11-09", "--owner", "wu")
    check_shape(desk.read("complaint", "measure", "1", "--text", "复训", *due), measure)
    check_shape(desk.read("complaint", "finish", "1#1"), measure)
    checked = desk.read("complaint", "check-measure", "1#1", "--result", "effective")
    check_shape(checked, {**measure, **severity, "severity": str})
    shown = desk.read("show", "C-20261102-0001")
    extra: dict[str, Kinds] = dict.fromkeys(("events", "clocks", "conflicts", "followups", "taken_back"), list)
    extra["measures"] = list
    check_shape(shown, {**list_fields("complaints"), **extra})
    (listed,) = desk.read("list", "complaints")
    check_shape(listed, list_fields("complaints"))
    assert {key: value for key, value in shown.items() if key not in extra} == listed


def test_follow_ups_and_surveys(desk: Desk) -> None:
    followed: dict[str, Kinds] = {**DONE, "about": str}
    desk.out("close", "1", "--answered", "已更换阀门")
    (owed,) = desk.read("follow-up", "list")
    check_shape(owed, {**OVERDUE, "about": str, "tries": int, "followup": MAYBE_TEXT})
    check_shape(desk.read("follow-up", "new", "1", "--method", "phone", "--not-reached"), followed)
    check_shape(desk.read("follow-up", "new", "1", "--method", "phone"), followed)
    check_shape(desk.read("follow-up", "answer", "2", "--satisfaction", "4"), followed)
    check_shape(desk.read("follow-up", "sign", "2"), followed)
    assert desk.read("follow-up", "list") == []
    made = desk.read("follow-up", "list", "1")
    assert order_of(made, "state", "satisfaction", "signed_by") == [
        ("not-reached", None, None),
        ("signed", 4, "P-20261102-0001"),
    ]
    for each in made:
        check_shape(each, {**list_fields("followups"), "at": Time, "by": str})
    check_shape(desk.read("survey", "open", "--department", "engineering"), DONE)
    opinion = desk.read("survey", "opinion", "1", "--opinion", "等候太久", "--satisfaction", "2")
    check_shape(opinion, DONE)
    assert opinion["id"] == "S-20261102-0001#1"
    check_shape(desk.read("survey", "sum-up", "1"), DONE)
    check_shape(desk.read("survey", "hand-over", "1"), DONE)
    check_shape(desk.read("survey", "return-measures", "1", "--measures", "两小时内上门"), DONE)
    (right,) = desk.read("survey", "put-right", "1")
    check_shape(right, DONE)
    check_shape(desk.read("follow-up", "new", "1#1", "--method", "visit", "--signed-by", "李示例"), followed)
    assert isinstance(desk.read("survey", "put-right", "1#1"), dict)
    check_shape(desk.read("survey", "check", "1"), DONE)
    check_shape(desk.read("follow-up", "new", "1#1", "--method", "visit", "--signed-by", "李示例"), followed)
    check_shape(desk.read("survey", "close", "1"), DONE)


def test_people_and_their_appraisal(desk: Desk) -> None:
    evening = "2026-11-02T17:00:00+08:00"
    check_shape(desk.read("attendance", "late", "wu", "--on", "today"), DONE)
    check_shape(desk.read("training", "plan", "--topic", "应急处置", "--on", "2026-11-02"), DONE)
    attended: dict[str, Kinds] = {**DONE, "staff": str}
    check_shape(desk.read("training", "attended", "1", "wu"), attended)
    for each in desk.read("training", "late", "1", "zhao", "lin"):
        check_shape(each, attended)
    check_shape(desk.read("training", "examined", "1", "--staff", "wu", "--score", "90"), DONE)
    mark = ("--measure", "attitude", "--month", "2026-11", "--score", "90", "--reason", "月评")
    check_shape(desk.read("staff", "score", "wu", *mark), DONE)
    scored: dict[str, Kinds] = {
        "staff": str, "name": str, "role": str, "month": str, "measures": dict, "score": MAYBE_TEXT,
        "grade": MAYBE_TEXT, "bonus": (Money, NONE), "approver": MAYBE_TEXT, "reason": MAYBE_TEXT, "policy": str,
        "pay": (dict, NONE),
    }  # fmt: skip
    part: dict[str, Kinds] = {
        "value": MAYBE_TEXT, "numerator": (int, str, NONE), "denominator": (int, NONE), "kind": MAYBE_TEXT,
        "score": MAYBE_TEXT, "weight": MAYBE_TEXT, "left_out": MAYBE_TEXT,
    }  # fmt: skip
    money: Kinds = (Money, NONE)
    pay: dict[str, Kinds] = {
        "base": money, "performance": money, "insurance": money, "year_end": money, "entries": list, "total": money,
        "warnings": list,
    }  # fmt: skip
    items = desk.read("appraise", now=evening)
    assert order_of(items, "staff", "pay") == [("wu", None), ("lin", None), ("zhao", None)]
    for each in items:
        check_shape(each, scored)
        for found in each["measures"].values():
            check_shape(found, part)
    (item,) = desk.read("appraise", "--staff", "wu", "--pay", now=evening)
    check_shape(item["pay"], pay)
    drilled = desk.read("appraise", "--staff", "wu", "--drill", "exam_score", now=evening)
    assert set(drilled) == {"measure", "numerator", "denominator"}
    (given,) = desk.read("appraise", "--staff", "wu", "--drill", "attitude", now=evening)
    check_shape(given, {"id": str, "score": int})


def test_the_ledger(desk: Desk) -> None:
    desk.out("staff", "join", "zong", "--name", "宗示例", "--role", "general-manager", "--regular")
    desk.out("staff", "change", "wu", "--class", "B")
    desk.out("attendance", "late", "wu", "--on", "2026-11-02")
    desk.out("attendance", "late", "wu", "--on", "2026-11-03", now=LATE)

    def ask(*argv: str) -> Any:
        return desk.read("ledger", *argv, now=LATE)

    texts: dict[str, Kinds] = dict.fromkeys(("key", "staff", "rule", "kind"), str)
    due: dict[str, Kinds] = {
        **texts, "staff_name": str, "title": str, "amount": (Money, NONE), "range": list, "occurred_at": Time,
        "evidence": str, "case": str, "clauses": list, "clause_texts": list, "also": list, "record": list,
        "instead": list, "propose": list, "into": MAYBE_TEXT, "approver": str, "entry": MAYBE_TEXT, "state": str,
        "policy": str,
    }  # fmt: skip
    items = ask("due")
    assert items
    for each in items:
        check_shape(each, due)
    proposed: dict[str, Kinds] = {**DONE, **texts, "amount": (Money, NONE)}
    for each in ask("propose", "--all"):
        check_shape(each, proposed)
    by_hand = ("propose", "--rule", "unreachable", "--staff", "wu", "--reason", "未接电话")
    entry = ask(*by_hand)
    check_shape(entry, proposed)
    decided: dict[str, Kinds] = {**DONE, "amount": (Money, NONE)}
    check_shape(
        ask("approve", entry["id"], "--amount", "30", "--reason", "属实", "--as", "zong"), {**decided, "warnings": list}
    )
    check_shape(ask("fulfilled", entry["id"]), decided)
    check_shape(ask("paid", entry["id"]), decided)
    check_shape(ask("spend", "--amount", "5", "--reason", "茶水"), decided)
    check_shape(ask("reverse", entry["id"], "--reason", "误记"), decided)
    check_shape(ask("waive", "1", "--reason", "免除"), decided)
    listed: dict[str, Kinds] = {
        "id": str, "state": str, "key": MAYBE_TEXT, "staff": MAYBE_TEXT, "staff_name": MAYBE_TEXT, "rule": MAYBE_TEXT,
        "kind": MAYBE_TEXT, "amount": (Money, NONE), "range": list, "also": list, "taken": list, "clauses": list,
        "evidence": MAYBE_TEXT, "case": MAYBE_TEXT, "reason": MAYBE_TEXT, "occurred_at": Time, "fund": MAYBE_TEXT,
        "entry_state": str, "same_fact": list,
    }  # fmt: skip
    for each in ask("list"):
        check_shape(each, listed)
    fund = ask("fund")
    check_shape(fund, {"balance": str, "currency": str, "fund": MAYBE_TEXT, "entries": list})
    assert fund["balance"] == "-5.00"
    for each in fund["entries"]:
        check_shape(each, {
            "id": str, "event": str, "at": Time, "fund": str, "staff": MAYBE_TEXT, "staff_name": MAYBE_TEXT,
            "rule": MAYBE_TEXT, "amount": str, "balance": str, "reason": MAYBE_TEXT,
        })  # fmt: skip


def test_several_ids_answer_with_a_list_and_one_with_itself(desk: Desk) -> None:
    desk.out("new-order", "--service", "plumbing", "--content", "漏水", *CALLER)
    desk.out("assign", "1", "wu")
    desk.out("assign", "2", "wu")
    both = desk.read("ack", "A-20261102-0001", "A-20261102-0002")
    assert order_of(both, "id", "event") == [
        ("A-20261102-0001", "acknowledged"),
        ("A-20261102-0002", "acknowledged"),
    ]
    for each in both:
        check_shape(each, DONE)
    assert isinstance(desk.read("start", "A-20261102-0001"), dict)


def test_a_dry_run_says_that_it_was_one(desk: Desk) -> None:
    check_shape(desk.read("assign", "1", "wu", "--dry-run"), {**SENT, "dry_run": bool})
    check_shape(desk.read("triage", "1", "--dispatch", "-n"), {**DONE, "dry_run": bool})
    assert desk.read("list", "assignments") == []


# --- what the looking ones answer -------------------------------------------------------------------------------------


def test_suggest(desk: Desk) -> None:
    desk.out("staff", "join", "sun", "--name", "孙示例", "--role", "field", "--skill", "electrical")
    items = desk.read("suggest", "1")
    assert order_of(items, "staff") == [("wu",), ("zhao",)]
    for each in items:
        check_shape(each, SUGGESTED)
    everybody = desk.read("suggest", "1", "--all")
    for each in everybody:
        check_shape(each, {**SUGGESTED, "excluded": MAYBE_TEXT})
    assert {each["staff"] for each in everybody if each["excluded"]} == {"sun"}


def test_overdue_and_worklist(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    assert desk.read("overdue") == []
    items = desk.read("overdue", now=LATE)
    assert items
    for each in items:
        check_shape(each, OVERDUE)
        assert each["late_seconds"] > 0
        assert each["level"] >= 1
    soon = desk.read("overdue", "--soon", "8h", now="2026-11-02T09:20:00+08:00")
    assert soon
    for each in soon:
        check_shape(each, OVERDUE)
        assert each["late_seconds"] < 0
        assert each["level"] == 0
    dues = [datetime.fromisoformat(each["due_at"]) for each in [*items]]
    assert dues == sorted(dues)
    work = desk.read("worklist", "wu", now=LATE)
    assert order_of(work, "case") == [("A-20261102-0001",)]
    check_shape(work[0], {**OVERDUE, "state": str, "content": MAYBE_TEXT})


def test_a_case_without_a_running_clock_has_every_key_of_the_worklist(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    desk.out("ack", "1")
    desk.out("pause", "1", "--reason", "waiting-parts")
    (item,) = desk.read("worklist", "wu")
    assert set(item) == {*OVERDUE, "state", "content"}


def test_due_and_its_segments(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    items = desk.read("due", "1")
    assert {each["case"] for each in items} == {"O-20261102-0001", "A-20261102-0001"}
    for each in items:
        check_shape(each, DUE)
        assert each["state"] in ("running", "paused", "stopped", "ended")
    for each in desk.read("due", "--all", now=LATE):
        check_shape(each, DUE)
    explained = desk.read("due", "A-20261102-0001", "--explain", now=LATE)
    for each in explained:
        check_shape(each, {**DUE, "changes": list, "basis": dict, "segments": list})
        check_shape(each["basis"], {"limit": MAYBE_TEXT, "from": MAYBE_TIME, "not_before": MAYBE_TIME})
        assert each["segments"]
        for segment in each["segments"]:
            check_shape(segment, SEGMENT)
        bounds = [segment["from"] for segment in each["segments"]][1:]
        assert bounds == [segment["to"] for segment in each["segments"]][:-1]
        assert each["segments"][0]["from"] == each["started_at"]
        assert each["segments"][-1]["to"] == each["due_at"]


def test_due_of_a_case_and_due_of_all_agree(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    keys = [key for key in DUE if key != "remaining"]
    one, every = ({json.dumps([each[key] for key in keys]) for each in found} for found in (
        desk.read("due", "1", now=LATE), desk.read("due", "--all", now=LATE)
    ))  # fmt: skip
    assert one == every


def test_show(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    item = desk.read("show", "O-20261102-0001")
    extra: dict[str, Kinds] = {"events": list, "clocks": list, "conflicts": list, "taken_back": list}
    below = {"assignments": list, "complaints": list, "followups": list}
    check_shape(item, {**list_fields("orders"), **extra, **below})
    check_shape(item["contact"], CONTACT)
    assert item["contact"]["name"] == "张**"
    for event in item["events"]:
        check_shape(event, EVENT)
    for clock in item["clocks"]:
        check_shape(clock, DUE)
    assert item["clocks"] == desk.read("due", "O-20261102-0001")
    job = desk.read("show", "A-20261102-0001")
    check_shape(job, {**list_fields("assignments"), **extra})
    check_shape(desk.read("show", "wu"), {**list_fields("staff"), **extra})
    revealed = desk.read("show", "O-20261102-0001", "--reveal", "--reason", "上门前联系")
    assert revealed["contact"]["phone"] == "138-0000-0001"


def test_show_lists_what_is_below_a_case(desk: Desk) -> None:
    began: dict[str, Kinds] = {"id": str, "state": str, "at": Time, "by": str, "by_name": str}
    order = "O-20261102-0001"
    complaint = desk.read("complaint", "new", "--content", "来得晚", *CALLER, "--order", order)["id"]
    desk.out("follow-up", "new", complaint, "--method", "phone", "--satisfaction", "3", "--remark", "还行")
    (line,) = desk.read("show", order)["complaints"]
    check_shape(line, {**began, "severity": str, "content": str})
    assert (line["id"], line["content"], line["severity"]) == (complaint, "来得晚", "ordinary")
    assert desk.read("show", order)["followups"] == []
    (line,) = desk.read("show", complaint)["followups"]
    check_shape(line, {**began, "about": str, "method": str, "satisfaction": int, "remark": str})
    assert (line["about"], line["satisfaction"], line["remark"]) == (complaint, 3, "还行")


def test_list_is_show_without_history(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    desk.out("urge", "--all", now=LATE)
    for register in SHIPPED.names:
        items = desk.read("list", register, now=LATE)
        for each in items:
            check_shape(each, list_fields(register))
    assert desk.read("list", "notices", now=LATE)
    (item,) = desk.read("list", now=LATE)
    shown = desk.read("show", item["id"], now=LATE)
    assert item == {key: shown[key] for key in item}


def test_urge(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    assert desk.out("urge", "--all", "--format", "json") == ""
    items = desk.read("urge", "--all", now=LATE)
    assert items
    for each in items:
        check_shape(each, URGED)
    assert desk.out("urge", "--all", "--format", "json", now=LATE) == ""


def test_status(desk: Desk) -> None:
    status = desk.read("status", now=LATE)
    check_shape(status, STATUS)
    assert status["late"] == len(desk.read("overdue", now=LATE))
    assert status["late"] + status["soon"] == len(desk.read("overdue", "--soon", now=LATE))
    assert status["unassigned"] == 1


def test_reports_and_their_cases(desk: Desk) -> None:
    figure: dict[str, Kinds] = {
        "value": MAYBE_TEXT, "numerator": (int, str, NONE), "denominator": (int, NONE), "kind": str,
    }  # fmt: skip
    for kind in ("daily", "weekly", "monthly", "satisfaction", "complaints", "staff"):
        document = desk.read("report", kind, now=LATE)
        check_shape(document, {
            "report": str, "period": str, "from": Time, "until": Time, "generated_at": Time, "policy": str,
            "before_rules": bool, "beside": dict, "measures": dict, "sections": list,
        })  # fmt: skip
        for beside in document["beside"].values():
            check_shape(beside, {"period": str, "from": Time, "until": Time})
        for each in document["measures"].values():
            check_shape(each, {"title": str, **figure})
        for section in document["sections"]:
            check_shape(section, {"id": str, "title": str, "rows": list})
            for row in section["rows"]:
                check_shape(
                    row, {"by": MAYBE_TEXT, "key": MAYBE_TEXT, "title": MAYBE_TEXT, "measures": dict, "beside": dict}
                )
                assert set(row["beside"]) <= set(document["beside"])
                for figures in (row["measures"], *row["beside"].values()):
                    assert set(figures) == set(row["measures"])
                    for each in figures.values():
                        assert each is None or set(each) == set(figure)
    drilled = desk.read("report", "monthly", "--drill", "dispatch_on_time", now=LATE)
    check_shape(drilled, {"measure": str, "numerator": list, "denominator": list})
    for each in drilled["denominator"]:
        check_shape(each, {"id": str, "instance": int, "ref": MAYBE_TEXT, "amount": MAYBE_TEXT})


def test_why(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    step: dict[str, Kinds] = {"what": str, "id": MAYBE_TEXT, "text": str, "value": dict, "because": list}

    def check(tree: Mapping[str, Any]) -> None:
        check_shape(tree, step)
        for each in tree["because"]:
            check(each)

    for subject in ("A-20261102-0001", "O-20261102-0001/dispatch", "on_time", "wu"):
        check(desk.read("why", subject, now=LATE))


def test_faults(desk: Desk) -> None:
    assert desk.read("policy", "check") == []
    assert desk.read("records", "check") == []
    draft = desk.folder / "policies.yaml"
    draft.write_text(draft.read_text(encoding="utf-8").replace("mon-fri:", "mon-fry:", 1), encoding="utf-8")
    path = desk.folder / "records/orders/2026-11.main.csv"
    path.write_bytes(path.read_bytes().replace("漏水".encode(), "没水".encode()))
    for group in ("policy", "records"):
        faults = desk.read(group, "check", code=1)
        assert faults
        for fault in faults:
            check_shape(fault, FAULT)
            assert fault["line"] > 0


def test_policy_versions_and_publish(desk: Desk) -> None:
    published = desk.read("policy", "publish", "--yes")
    check = {"id", "event", "state", "file", "effective_from", "replaces", "sha256", "reason", "changes", "due_times"}
    assert set(published) == check
    (version,) = desk.read("policy", "versions")
    keys = {"label", "effective_from", "file", "published_at", "by", "sha256", "in_force", "replaced"}
    assert keys | {"acknowledged", "objected", "waiting"} == set(version)
    assert is_of(version["published_at"], Time)
    known = desk.read("policy", "acknowledge")
    assert set(known) == {"id", "event", "state", "policy_version"}
    (version,) = desk.read("policy", "versions")
    assert (version["acknowledged"], version["objected"]) == ([known["id"]], [])
    assert set(desk.read("policy", "review", "--note", "无须修改")) == {"id", "event", "state", "subject", "reason"}
    assert desk.read("policy", "diff") == []
    draft = desk.folder / "policies.yaml"
    draft.write_text(draft.read_text(encoding="utf-8").replace("ceiling: 8 ", "ceiling: 9 ", 1), encoding="utf-8")
    (change,) = desk.read("policy", "diff")
    assert change == {"path": "assignment.ceiling", "change": "changed", "before": "8", "after": "9"}


SIDE: dict[str, Kinds] = {"due_at": MAYBE_TIME, "verdict": str, "provisional": bool}
FLIPPED: dict[str, Kinds] = {
    "case": str, "clock": str, "item": MAYBE_TEXT, "started_at": Time, "before": dict, "after": dict,
}  # fmt: skip
RECHARGED: dict[str, Kinds] = {
    "key": str, "staff": str, "staff_name": MAYBE_TEXT, "rule": str, "title": MAYBE_TEXT, "case": MAYBE_TEXT,
    "occurred_at": Time, "before": (dict, NONE), "after": (dict, NONE),
}  # fmt: skip
RESCORED: dict[str, Kinds] = {"staff": str, "name": str, "before": (dict, NONE), "after": (dict, NONE)}


def test_what_if(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    desk.out("attendance", "late", "wu", "--on", "2026-11-02")
    desk.out("staff", "change", "wu", "--class", "B")
    december = "2026-12-01T09:00:00+08:00"
    text = (desk.folder / "policies.yaml").read_text(encoding="utf-8").replace("from_nth: 2", "from_nth: 1")
    (desk.folder / "new.yaml").write_text(text, encoding="utf-8")
    found = desk.read("policy", "what-if", "new.yaml", "--month", "2026-11", "--all", now=december)
    assert set(found) == {"month", "file", "clocks", "charges", "scores", "totals"}
    for name, shape in (("clocks", FLIPPED), ("charges", RECHARGED), ("scores", RESCORED)):
        assert found[name] or name == "charges"
        for item in found[name]:
            check_shape(item, shape)
    for item in found["clocks"]:
        check_shape(item["before"], SIDE)
        check_shape(item["after"], SIDE)
        assert item["after"]["verdict"] in ("met", "late", "running", "ended", "none")
    assert set(found["totals"]) == {"clocks", "charges", "scores"}
    for part in found["totals"].values():
        assert set(part) == {"changed", "before", "after"}
    assert set(found["totals"]["charges"]["before"]) == {"count", "open", "amounts"}
    check_shape(found["totals"]["scores"]["after"], {"bonus": Money})


def test_seals(desk: Desk) -> None:
    desk.out("policy", "publish")
    december = "2026-12-01T09:00:00+08:00"
    item = desk.read("records", "seal", "--month", "2026-11", now=december)
    check_shape(
        item,
        {**DONE, "month": str, "writer": str, "file": str, "sealed_at": Time, "by": str, "files": int, "bytes": int,
         "signed": bool},
    )  # fmt: skip
    assert desk.read("records", "verify", now=december) == []
    (desk.folder / "records/orders/2026-11.main.csv").unlink()
    (fault,) = desk.read("records", "verify", now=december, code=1)
    check_shape(fault, FAULT)
    assert fault["code"] == "missing"


# --- the formats say the same -----------------------------------------------------------------------------------------


SAME = (
    "overdue", "due --all", "due 1", "list", "list staff", "worklist wu", "suggest 1", "list --sort -content",
    "appraise",
)  # fmt: skip


def test_a_table_has_the_rows_of_its_json_in_the_same_order(desk: Desk) -> None:
    desk.out("new-order", "--service", "lighting", "--content", "灯不亮", "--priority", "urgent", *CALLER)
    desk.out("assign", "1", "wu")
    for argv in map(str.split, SAME):
        items = desk.read(*argv, now=LATE)
        assert items, argv
        first = next(key for key in ("case", "id", "staff") if key in items[0])
        ids = [item[first] for item in items]
        assert [line.split()[0] for line in desk.out(*argv, now=LATE).split("\n")[2:-1]] == ids, argv
        lines = desk.out(*argv, "--format", "jsonl", now=LATE).split("\n")[:-1]
        assert [json.loads(line) for line in lines] == items, argv
        table = list(csv.DictReader(io.StringIO(desk.out(*argv, "--format", "csv", now=LATE))))
        assert [row[first] for row in table] == ids, argv
        assert list(table[0]) == list(items[0]), argv
        assert desk.out(*argv, "-q", now=LATE).split("\n")[:-1] == ids, argv


def test_keys_never_change_with_the_language(desk: Desk) -> None:
    desk.out("assign", "1", "wu")
    for argv in (["overdue"], ["due", "1"], ["list"], ["show", "1"], ["status"]):
        texts = [desk.out(*argv, "--format", "json", "--lang", lang, now=LATE) for lang in ("zh", "en")]
        assert texts[0] == texts[1]


def test_what_show_prints_new_order_accepts(desk: Desk) -> None:
    desk.out(
        *("new-order", "--service", "electrical", "--content", "跳闸；全屋\n停电", "--requirements", "先来电话"),
        *("--area", "tower-2", "--priority", "urgent", "--channel", "chat", "--appointment", "2026-11-05T10:00"),
        *("--price", "66", *CALLER),
    )
    source = desk.out("show", "2", "--format", "json")
    (again,) = desk.read("new-order", "--from", "-", input=source)
    assert "138-0000-0001" not in again["read_back"], "shown without a reason"
    first, second = json.loads(source), desk.read("show", again["id"])
    same = ("kind", "channel", "service", "priority", "department", "area", "content", "requirements", "price",
            "appointment_at", "contact_id")  # fmt: skip
    assert {key: second[key] for key in same} == {key: first[key] for key in same}
    done = desk.run("new-order", "--from", "-", input='{"contact_id": "P-20261102-0099", "service": "plumbing"}')
    assert done.code == 5
    assert "no such contact: 'P-20261102-0099'" in done.err
