"""Corrections: what can be corrected is what was said, and a row is taken back whole, with what it alone carried."""

import json

import pytest
from desks import Desk


def check(desk: Desk) -> list[str]:
    """What `records check` says is wrong."""
    done = desk.act("mgr", "records", "check", "--json")
    return [fault["message"] for fault in json.loads(done.out)]


def complain(desk: Desk) -> str:
    words = ("--content", "态度差", "--caller", "张示例", "--phone", "138-0000-0001", "--staff", "pan")
    return str(desk.do("lin", "complaint", "new", *words)["id"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("amount=30", "amount: was not said of {order} yet: it comes with billed, paid"),
        ("answer=好了", "answer: was not said of {order} yet"),
        ("phone=", "phone: a value cannot be emptied"),
        ("caller= ", "caller: a value cannot be emptied"),
    ],
)
def test_what_was_not_said_cannot_be_corrected(desk: Desk, change: str, told: str) -> None:
    order = desk.take()
    code = 2 if "emptied" in told else 4
    assert told.format(order=order) in desk.refuse(code, "lin", "amend", order, change, "--reason", "记错")


def test_of_two_values_none_is_dropped(desk: Desk) -> None:
    order = desk.take()
    words = ("amend", order, "priority=urgent", "priority=normal", "--reason", "记错")
    assert "priority: is given twice" in desk.refuse(2, "lin", *words)
    twice = ("phone=138-0000-0005", "phone=138-0000-0006")
    assert "phone: is given twice" in desk.refuse(2, "lin", "amend", order, *twice, "--reason", "记错")


def test_a_mark_is_taken_back_and_not_corrected(desk: Desk) -> None:
    """Marks are read row by row: a correction of the person would change none of them."""
    desk.do(
        "mgr", "staff", "score", "pan", "--measure", "attitude", "--month", "this", "--score", "50", "--reason", "试"
    )
    told = desk.refuse(4, "mgr", "amend", "pan", "score=90", "--reason", "记错")
    assert "each row of pan has its own score" in told
    assert "dispatchctl retract pan" in told


def test_whose_presence_is_wrong_is_taken_back(desk: Desk) -> None:
    course = desk.do("mgr", "training", "plan", "--topic", "安全", "--on", "2026-11-05")["id"]
    desk.clock(5, "10:00")
    desk.do("mgr", "training", "attended", course, "pan")
    assert "each row of" in desk.refuse(4, "mgr", "amend", course, "staff=shui", "--reason", "记错")


def test_a_measure_is_corrected_by_its_number(desk: Desk) -> None:
    complaint = complain(desk)
    desk.do("sup-d", "complaint", "rule", complaint, "--valid", "attitude", "--staff", "pan", "--reason", "属实")
    desk.do("sup-d", "complaint", "analyse", complaint, "--cause", "疏忽", "--responsible", "pan")
    due = ("--due", "2026-11-20", "--owner", "pan")
    one, two = (
        desk.do("sup-d", "complaint", "measure", complaint, "--text", text, *due)["measure_id"]
        for text in ("培训", "检查")
    )
    told = desk.refuse(2, "sup-d", "amend", complaint, "owner=shui", "--reason", "换人")
    assert "owner: is said of one of several" in told
    assert f"there are: {one}, {two}" in told
    assert "no such item" in desk.refuse(3, "sup-d", "amend", f"{complaint}#7", "owner=shui", "--reason", "换人")
    desk.do("sup-d", "amend", two, "owner=shui", "--reason", "换人")
    owners = {row["fields"].get("measure_id"): row["fields"].get("owner") for row in desk.show(complaint)["events"]}
    assert owners[two] == "shui"
    assert (owners[one], check(desk)) == ("pan", [])


def test_an_opinion_is_corrected_by_its_number(desk: Desk) -> None:
    survey = desk.do("lin", "survey", "open", "--department", "engineering")["id"]
    for phone in ("138-0000-0011", "138-0000-0012"):
        desk.do("lin", "survey", "opinion", survey, "--opinion", "慢", "--caller", "赵示例", "--phone", phone)
    assert "say which" in desk.refuse(2, "lin", "amend", survey, "opinion=太慢", "--reason", "记错")
    assert "say which" in desk.refuse(2, "lin", "amend", survey, "phone=138-0000-0013", "--reason", "记错")
    desk.do("lin", "amend", f"{survey}#1", "phone=138-0000-0013", "--reason", "记错")
    desk.do("lin", "amend", f"{survey}#2", "opinion=太慢", "--reason", "记错")
    last = desk.rows("surveys")[-2:]
    assert [(row["opinion_id"], row["opinion"]) for row in last] == [(f"{survey}#1", ""), (f"{survey}#2", "太慢")]
    assert check(desk) == []


def test_an_order_taken_by_mistake_goes_with_all_that_was_made_of_it(desk: Desk) -> None:
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("lin", "amend", order, "priority=urgent", "--reason", "急")
    desk.do("pan", "ack", job)
    first = desk.show(order)["events"][0]["ref"]
    desk.do("sup-d", "retract", order, first, "--reason", "重复登记")
    assert (desk.state(order), desk.state(job)) == ("void", "void")
    assert (check(desk), desk.do("pan", "worklist")) == ([], [])
    assert "is void" in desk.refuse(4, "lin", "amend", order, "priority=normal", "--reason", "急")
    assert "is void" in desk.refuse(4, "pan", "start", job)


def test_what_rests_on_a_row_is_taken_back_before_it(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "pause", job, "--reason", "waiting-parts")
    pause = desk.rows("assignments")[-1]["seq"].rstrip("+")
    desk.wait(minutes=5)
    desk.do("pan", "resume", job)
    told = desk.refuse(4, "pan", "retract", job, f"#{pause}", "--reason", "误按")
    assert f"resumed of {job} rests on it" in told
    line = told[told.index("dispatchctl retract") :].split()[1:4]
    desk.do("pan", *line, "--reason", "误按")
    desk.do("pan", "retract", job, f"#{pause}", "--reason", "误按")
    assert (desk.state(job), check(desk)) == ("assigned", [])


def test_a_number_that_two_months_have_is_not_guessed(desk: Desk) -> None:
    """Rows are numbered within a month's file; here both files have a row 2 of the same person."""
    desk.do("mgr", "staff", "change", "gm", "--class", "A")
    seqs = [row["seq"].rstrip("+") for row in desk.rows("staff") if row["id"] == "gm"]
    desk.now = "2026-12-02T09:00:00+08:00"
    for number in range(1, int(seqs[0]) + 1):
        desk.do("mgr", "staff", "change", "gm", "--class", "AB"[number % 2])
    told = desk.refuse(4, "mgr", "retract", "gm", f"#{seqs[0]}", "--reason", "记错")
    assert f"staff/2026-11.main#{seqs[0]}, staff/2026-12.main#{seqs[0]}" in told


def test_nothing_hangs_on_a_case_before_it_began(desk: Desk) -> None:
    order = desk.take()
    assert f"{order} began at" in desk.refuse(4, "lin", "assign", order, "pan", "--at", "-1h")
    desk.send(order, "pan", "--at", desk.now)


def test_what_was_taken_back_stays_in_sight_and_can_be_restored(desk: Desk) -> None:
    order = desk.take()
    ref = desk.show(order)["events"][0]["ref"]
    desk.do("sup-d", "retract", order, "--reason", "重复登记")
    shown = desk.show(order)
    assert (shown["state"], [row["event"] for row in shown["taken_back"]]) == ("void", ["taken", "retracted"])
    assert "重复登记" in desk.act("lin", "show", order).out
    last = shown["taken_back"][-1]["ref"]
    assert last != ref
    desk.do("sup-d", "retract", order, last, "--reason", "没有重复")
    assert (desk.state(order), check(desk)) == ("open", [])


def test_a_measure_that_was_carried_out_is_not_taken_back_alone(desk: Desk) -> None:
    complaint = complain(desk)
    due = ("--due", "2026-11-20", "--owner", "pan")
    one = desk.do("sup-d", "complaint", "measure", complaint, "--text", "培训", *due)["measure_id"]
    planned = desk.rows("complaints")[-1]["seq"].rstrip("+")
    desk.do("sup-d", "complaint", "finish", one)
    told = desk.refuse(4, "sup-d", "retract", complaint, f"#{planned}", "--reason", "误")
    assert f"measure-done of {complaint} rests on it" in told
    desk.do("sup-d", "retract", complaint, "--reason", "未做")
    desk.do("sup-d", "retract", complaint, f"#{planned}", "--reason", "误")
    again = desk.do("sup-d", "complaint", "measure", complaint, "--text", "检查", *due)["measure_id"]
    assert (one, again) == (f"{complaint}#1", f"{complaint}#2"), "no number is given twice"


def test_an_opinion_that_was_followed_up_is_not_taken_back(desk: Desk) -> None:
    survey = desk.do("lin", "survey", "open", "--department", "engineering")["id"]
    desk.do("lin", "survey", "opinion", survey, "--opinion", "慢", "--caller", "赵示例", "--phone", "138-0000-0011")
    desk.do("lin", "follow-up", "new", f"{survey}#1", "--method", "phone", "--satisfaction", "4", "--signed")
    assert "of F-20261102-0001 rests on it" in desk.refuse(4, "sup-d", "retract", survey, "--reason", "误")


@pytest.mark.parametrize("field", ["check=effective", "content=别的"])
def test_what_is_not_a_part_s_to_say_is_refused(desk: Desk, field: str) -> None:
    complaint = complain(desk)
    due = ("--due", "2026-11-20", "--owner", "pan")
    one = desk.do("sup-d", "complaint", "measure", complaint, "--text", "培训", *due)["measure_id"]
    desk.do("sup-d", "complaint", "finish", one)
    desk.do("sup-d", "complaint", "check-measure", one, "--result", "failed")
    code = 4 if field.startswith("check") else 2
    desk.refuse(code, "sup-d", "amend", one, field, "--reason", "误")


def test_a_day_of_attendance_and_a_granted_time_are_taken_back_and_not_corrected(desk: Desk) -> None:
    """More rests on them than their value: the fact's own time, the clock that goes on until then."""
    late = desk.do("mgr", "attendance", "late", "pan", "--on", "2026-11-02")["id"]
    assert "take the row back" in desk.refuse(4, "mgr", "amend", late, "date=2026-10-30", "--reason", "记错")
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ask-extension", job, "--until", "2026-11-04T12:00", "--reason", "等配件")
    desk.do("sup-e", "grant-extension", job)
    told = desk.refuse(4, "sup-e", "amend", job, "due_at=2026-11-10T10:00", "--reason", "记错")
    assert f"dispatchctl retract {job}" in told


def test_a_row_that_was_repeated_is_not_said_to_be_taken_back(desk: Desk) -> None:
    """Two clones recorded the same command: it counts once, and nobody took anything back."""
    job = desk.send(desk.take(), "pan")
    other = Desk(desk.run, desk.folder)
    words = ("progress", job, "--note", "已拆阀门", "--request-id", "k1")
    desk.do("pan", *words)
    mine = (desk.folder / "records/assignments/2026-11.main.csv").read_bytes()
    head, *rows = mine.decode().split("\n")
    desk.do("lin", "records", "writer", "SZ")
    (desk.folder / "records/assignments/2026-11.main.csv").write_text("\n".join([head, *rows[:1], ""]), "utf-8")
    other.now = desk.later(minutes=1)
    other.do("pan", *words)
    (desk.folder / "records/assignments/2026-11.main.csv").write_bytes(mine)
    shown = other.show(job)
    assert [each["event"] for each in shown["events"]] == ["assigned", "progress"]
    assert shown["taken_back"] == []


def test_undo_finds_ones_own_among_many_others(desk: Desk) -> None:
    own = desk.take()
    rows = "\n".join(f'{{"kind": "inquiry", "content": "问{number}"}}' for number in range(60))
    desk.do("sup-d", "new-order", "--from", "-", input=rows)
    desk.do("lin", "undo")
    assert desk.state(own) == "void"


def test_a_promotion_of_the_last_manager_may_be_taken_back_where_he_stays_one(desk: Desk) -> None:
    desk.do("mgr", "staff", "leave", "gm", "--kind", "resignation")
    desk.do("mgr", "staff", "promote", "mgr", "--role", "general-manager", "--reason", "试")
    desk.do("mgr", "retract", "mgr", "--reason", "误")
    assert desk.show("mgr")["role"] == "manager"
    assert "mgr is the last who may manage the staff" in desk.refuse(4, "mgr", "retract", "mgr", "#1", "--reason", "误")


def test_undo_after_a_row_was_taken_back_touches_nothing_else(desk: Desk) -> None:
    """It may be called again after itself; after a retraction by hand it says how that is taken back."""
    one, two, three = desk.take(), desk.take(), desk.take()
    desk.do("lin", "undo")
    desk.do("lin", "undo")
    assert [desk.state(each) for each in (one, two, three)] == ["open", "void", "void"]
    four = desk.take()
    desk.wait(minutes=1)
    desk.do("lin", "retract", four, "--reason", "误")
    told = desk.refuse(4, "lin", "undo")
    assert f"take back a row of {four}" in told
    assert desk.state(one) == "open"
    desk.do("mgr", *told[told.index("dispatchctl retract") :].split()[1:4], "--reason", "没有误")
    assert desk.state(four) == "open"


def test_undo_goes_on_backwards(desk: Desk) -> None:
    """What undo took back, and its own row, are as if they had not been: nothing followed what stood before."""
    job = desk.send(desk.take(), "pan")
    for verb in (("ack",), ("start",), ("pause", "--reason", "waiting-parts"), ("resume",)):
        desk.do("pan", verb[0], job, *verb[1:])
        desk.wait(minutes=1)
    for state, taken in (("paused", "resumed"), ("working", "paused"), ("acknowledged", "started"),
                         ("assigned", "acknowledged")):  # fmt: skip
        assert desk.do("pan", "undo")["retracted"] == taken
        assert desk.state(job) == state
    assert "recorded nothing" in desk.refuse(4, "pan", "undo")
    assert check(desk) == []


def test_undo_stops_at_what_another_did_since(desk: Desk) -> None:
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ack", job)
    desk.do("lin", "progress", job, "--note", "催过")
    desk.do("pan", "start", job)
    desk.do("pan", "undo")
    assert "was followed by progress" in desk.refuse(4, "pan", "undo")
