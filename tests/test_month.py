"""A month worked out by hand: every due time to the minute, every amount to the fen, through the command line only.

November 2026: the 2nd is a Monday and no day of it is a public holiday. Business hours 08:30-12:00 and 13:30-17:30.
`d`, `wd` and `w` are counted as the Civil Code counts: the day of the start not, due at the close of the last day, a
last day that is no working day giving way to the next. The staff are those of tests/desks.py: sup-e heads
engineering, mgr the desk, lin sits there, pan and shui go out; pan is of class A, shui of class B.
"""

import heapq
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk, november, option_pairs
from transcripts import Result

Story = Iterator[tuple[int, str]]  # when it goes on: day and time of November

SECOND = {"caller": "王示例", "phone": "138-0000-0002", "address": "1号楼1单元101"}
THIRD = {"caller": "李示例", "phone": "138-0000-0003", "address": "2号楼1单元202"}


class Month(Desk):
    """The desk with the month's cases under the names that the story gives them."""

    def __init__(self, run: Callable[..., Result], folder: Path) -> None:
        super().__init__(run, folder)
        self.case: dict[str, str] = {}

    def does(self, who: str, *argv: str) -> Any:
        """What a command prints as json; `{NAME}` stands for the id of that case."""
        return self.do(who, *(word.format(**self.case) for word in argv))

    def may_not(self, code: int, who: str, *argv: str) -> str:
        """What is said where a command is refused with this code."""
        return self.refuse(code, who, *(word.format(**self.case) for word in argv))

    def clock_of(self, name: str, clock: str, item: str = "") -> tuple[str | None, str, bool]:
        """(due time, state, breached) of the last instance of a clock of a case, of one item where it is given."""
        case = self.case[name]
        item = item and self.case[item]
        found = [
            each
            for each in self.do("lin", "due", case)
            if (each["case"], each["clock"]) == (case, clock) and (not item or each["item"] == item)
        ]
        assert found, f"{name} has no clock {clock}"
        return found[-1]["due_at"], found[-1]["state"], bool(found[-1]["breached"])


@pytest.fixture
def month(run: Callable[..., Result], isolated: Path) -> Month:
    copied = copy_desk(run, isolated)
    desk = Month(run, isolated)
    desk.now = copied.now
    desk.clock(2, "08:20")
    desk.do("mgr", "staff", "change", "pan", "--class", "A")
    desk.do("mgr", "staff", "change", "shui", "--class", "B")
    return desk


def work(desk: Month) -> Story:
    """Two orders: pan's is in time, shui's half an hour late."""
    yield 2, "09:00"
    desk.case["O1"] = desk.take()
    # 8bh from 09:10: 2 h 50 min to noon, 4 h in the afternoon, 1 h 10 min on Tuesday.
    yield 2, "09:10"
    desk.case["A1"] = desk.send(desk.case["O1"], "pan")
    assert desk.clock_of("A1", "complete") == (november(3, "09:40"), "running", False)
    yield 2, "09:20"
    desk.does("pan", "ack", "{A1}")
    yield 2, "09:50"
    desk.case["O2"] = desk.take(**SECOND)
    # 8bh from 10:00: 2 h, 4 h, 2 h on Tuesday.
    yield 2, "10:00"
    desk.case["A2"] = desk.send(desk.case["O2"], "shui")
    yield 2, "10:10"
    desk.does("shui", "ack", "{A2}")
    yield 2, "15:00"
    desk.does("pan", "complete", "{A1}")
    yield 2, "15:30"
    desk.does("lin", "confirm", "{A1}")
    # 5wd from Monday: the 3rd, 4th, 5th, 6th and 9th.
    assert desk.clock_of("O1", "call-back") == (november(9, "17:30"), "running", False)
    said = ("--method", "phone", "--satisfaction")
    yield 3, "10:00"
    desk.does("lin", "follow-up", "new", "{O1}", *said, "5", "--remark", "满意")
    assert desk.clock_of("O1", "call-back") == (november(9, "17:30"), "stopped", False)
    yield 3, "11:00"
    desk.does("shui", "complete", "{A2}")
    assert desk.clock_of("A2", "complete") == (november(3, "10:30"), "stopped", True)
    yield 3, "11:30"
    desk.does("lin", "confirm", "{A2}")
    yield 3, "13:40"
    desk.does("lin", "follow-up", "new", "{O2}", *said, "3", "--remark", "来得晚了")


def complain_ordinary(desk: Month) -> Story:
    """C1: an ordinary one about shui, put right, a close refused, followed up and closed."""
    yield 3, "14:00"
    new = desk.do(
        "lin", "complaint", "new", "--content", "维修师傅迟到", *option_pairs(SECOND),
        "--order", desk.case["O2"], "--department", "engineering", "--staff", "shui",
    )  # fmt: skip
    assert (new["proposed_severity"], new["severity_reasons"]) == ("ordinary", [])
    desk.case["C1"] = new["id"]
    # 3wd from Tuesday: Wednesday, Thursday, Friday.
    assert desk.clock_of("C1", "put-right") == (november(6, "17:30"), "running", False)
    yield 3, "15:00"
    desk.does("sup-d", "complaint", "classify", "{C1}", "--severity", "ordinary", "--reason", "影响有限")
    yield 4, "09:00"
    desk.does("mgr", "complaint", "rule", "{C1}", "--valid", "skill", "--reason", "确实迟到")
    yield 4, "09:05"
    assert "valid" in desk.may_not(4, "mgr", "complaint", "rule", "{C1}", "--valid", "skill", "--reason", "再判")
    # 3d from Wednesday: Saturday the 7th is no working day, so Monday the 9th.
    assert desk.clock_of("C1", "analyse") == (november(9, "17:30"), "running", False)
    cause = ("--cause", "未按预约时间出发")
    yield 4, "09:50"
    assert "SOP-3.6.6" in desk.may_not(4, "lin", "complaint", "analyse", "{C1}", *cause)
    yield 4, "10:00"
    desk.does("lin", "complaint", "analyse", "{C1}", *cause, "--responsible", "shui")
    yield 4, "10:30"
    desk.does("shui", "complaint", "confirm", "{C1}", "--staff", "shui")
    plan = ("--text", "出发前电话确认", "--owner", "shui", "--due")
    yield 4, "10:40"
    assert "future" in desk.may_not(4, "lin", "complaint", "measure", "{C1}", *plan, november(4, "10:00"))
    yield 4, "11:00"
    made = desk.does("lin", "complaint", "measure", "{C1}", *plan, november(6, "12:00"))
    desk.case["M1"] = made["measure_id"]
    assert made["measure_id"] == f"{desk.case['C1']}#1"
    assert desk.clock_of("C1", "measure", "M1") == (november(6, "12:00"), "running", False)
    # 1wd from when the measure is due, Friday.
    assert desk.clock_of("C1", "check-measure", "M1") == (november(9, "17:30"), "running", False)
    yield 5, "16:00"
    desk.does("sup-e", "complaint", "resolve", "{C1}", "--result", "当面致歉并补修", "--outcome", "corrected")
    assert desk.clock_of("C1", "put-right") == (november(6, "17:30"), "stopped", False)
    # 2w from Thursday the 5th.
    assert desk.clock_of("C1", "follow-up") == (november(19, "17:30"), "running", False)
    yield 5, "17:00"
    owed = desk.may_not(4, "lin", "complaint", "close", "{C1}")
    assert desk.case["M1"] in owed
    assert "follow-up" in owed
    yield 6, "09:00"
    desk.does("shui", "complaint", "finish", "{M1}")
    yield 6, "10:00"
    desk.does("lin", "complaint", "check-measure", "{M1}", "--result", "effective")
    yield 6, "10:10"
    owed = desk.may_not(4, "lin", "complaint", "close", "{C1}")
    assert desk.case["M1"] not in owed
    assert "follow-up" in owed
    signed = ("--method", "visit", "--satisfaction", "4", "--signed", "--with", "shui")
    yield 16, "10:00"
    desk.does("lin", "follow-up", "new", "{C1}", *signed)
    assert desk.clock_of("C1", "follow-up") == (november(19, "17:30"), "stopped", False)
    yield 16, "10:30"
    assert desk.does("lin", "complaint", "close", "{C1}")["state"] == "closed"


def complain_again(desk: Month) -> Story:
    """C2: the same customer within thirty days, so serious: 1wd, 48h, the manager on the spot, a week to follow up."""
    yield 10, "10:00"
    new = desk.do(
        "lin", "complaint", "new", "--content", "同一处又漏水", *option_pairs(SECOND),
        "--department", "engineering", "--staff", "shui",
    )  # fmt: skip
    assert (new["proposed_severity"], new["severity_reasons"]) == ("serious", ["repeated_within"])
    desk.case["C2"] = new["id"]
    assert desk.clock_of("C2", "put-right") == (november(11, "17:30"), "running", False)
    assert desk.clock_of("C2", "result") == (november(12, "10:00"), "running", False)
    yield 10, "14:00"
    desk.does("mgr", "complaint", "rule", "{C2}", "--valid", "attitude", "--reason", "态度敷衍")
    yield 10, "15:00"
    desk.does("mgr", "complaint", "investigate", "{C2}", "--on-site", "--manager", "mgr")
    yield 10, "16:00"
    desk.does("lin", "complaint", "analyse", "{C2}", "--cause", "未找到漏点", "--responsible", "shui")
    # Wednesday 17:30 passes: put-right is late; the result comes within the 48 hours.
    yield 12, "09:00"
    desk.does("sup-e", "complaint", "resolve", "{C2}", "--result", "更换管件", "--outcome", "redone")
    assert desk.clock_of("C2", "put-right") == (november(11, "17:30"), "stopped", True)
    assert desk.clock_of("C2", "result") == (november(12, "10:00"), "stopped", False)
    # 1w from Thursday the 12th.
    assert desk.clock_of("C2", "follow-up") == (november(19, "17:30"), "running", False)
    yield 17, "10:00"
    desk.does("lin", "follow-up", "new", "{C2}", "--method", "visit", "--satisfaction", "4", "--signed")
    yield 17, "10:30"
    desk.does("lin", "complaint", "close", "{C2}")


def fail_to_correct(desk: Month) -> Story:
    """C3: ordinary until a correction fails; then serious from that moment, and its result too late."""
    yield 9, "09:00"
    new = desk.do(
        "lin", "complaint", "new", "--content", "地面留下水渍", *option_pairs(THIRD),
        "--order", desk.case["O1"], "--department", "engineering", "--staff", "pan",
    )  # fmt: skip
    assert new["proposed_severity"] == "ordinary"
    desk.case["C3"] = new["id"]
    # 3wd from Monday: Thursday the 12th.
    assert desk.clock_of("C3", "put-right") == (november(12, "17:30"), "running", False)
    yield 9, "10:00"
    desk.does("mgr", "complaint", "rule", "{C3}", "--valid", "skill", "--reason", "清理不到位")
    yield 9, "10:30"
    desk.does("lin", "complaint", "analyse", "{C3}", "--cause", "未清场", "--responsible", "pan")
    plan = ("--text", "重新清洁", "--owner", "pan", "--due")
    yield 9, "11:00"
    desk.case["M3"] = desk.does("lin", "complaint", "measure", "{C3}", *plan, november(10, "10:00"))["measure_id"]
    yield 10, "09:30"
    desk.does("pan", "complaint", "finish", "{M3}")
    yield 10, "11:00"
    desk.does("lin", "complaint", "check-measure", "{M3}", "--result", "failed")
    shown = desk.show(desk.case["C3"])
    assert (shown["severity"], shown["severity_reasons"]) == ("serious", ["failed_corrections"])
    # Serious from Tuesday 11:00 on: 1wd from then is Wednesday 17:30, before Thursday; 48h from then Thursday 11:00.
    assert desk.clock_of("C3", "put-right") == (november(11, "17:30"), "running", False)
    assert desk.clock_of("C3", "result") == (november(12, "11:00"), "running", False)
    yield 10, "11:10"
    again = desk.does("lin", "complaint", "measure", "{C3}", *plan, november(13, "09:00"))["measure_id"]
    desk.case["M4"] = again
    yield 12, "14:00"
    late = {(each["clock"], each["owner"]) for each in desk.overdue() if each["case"] == desk.case["C3"]}
    assert late == {("put-right", "sup-e"), ("result", "sup-e"), ("result", "lin")}
    yield 13, "08:40"
    desk.does("pan", "complaint", "finish", "{M4}")
    yield 13, "08:50"
    desk.does("lin", "complaint", "check-measure", "{M4}", "--result", "effective")
    yield 13, "09:00"
    desk.does("sup-e", "complaint", "resolve", "{C3}", "--result", "已清洁", "--outcome", "redone")
    assert desk.clock_of("C3", "result") == (november(12, "11:00"), "stopped", True)
    yield 18, "10:00"
    desk.does("lin", "follow-up", "new", "{C3}", "--method", "visit", "--satisfaction", "3", "--signed")
    # A failed measure is still owed nothing once another was found effective, but the manager has to have been there.
    yield 18, "10:20"
    assert "SOP-3.6.6" in desk.may_not(4, "lin", "complaint", "close", "{C3}")
    yield 18, "10:30"
    desk.does("mgr", "complaint", "investigate", "{C3}", "--on-site", "--manager", "mgr")
    yield 18, "11:00"
    desk.does("lin", "complaint", "close", "{C3}")


def complain_outside(desk: Month) -> Story:
    """C4: a matter of the water company's; C5: one that has no ground."""
    new = ("complaint", "new", "--caller", THIRD["caller"], "--phone", "138-0000-0004", "--address", "3号楼1单元303")
    yield 16, "09:00"
    desk.case["C4"] = desk.does("lin", *new, "--content", "市政停水未通知")["id"]
    yield 16, "10:00"
    desk.does("mgr", "complaint", "refer", "{C4}", "--note", "属自来水公司")
    # 3d from Monday: Thursday the 19th.
    assert desk.clock_of("C4", "explain-outside") == (november(19, "17:30"), "running", False)
    yield 17, "09:00"
    desk.does("lin", "complaint", "explain", "{C4}", "--note", "已说明由自来水公司抢修")
    yield 19, "09:00"
    desk.does("lin", "complaint", "resolve", "{C4}", "--result", "已恢复供水", "--outcome", "explained")
    yield 19, "09:10"
    assert "SOP-3.7.5" in desk.may_not(4, "lin", "complaint", "close", "{C4}")
    yield 20, "09:00"
    desk.does("lin", "complaint", "inform", "{C4}", "--note", "告知已恢复供水")
    yield 20, "09:10"
    desk.does("lin", "complaint", "close", "{C4}")


def rule_invalid(desk: Month) -> Story:
    """C5: without ground; explained within a day."""
    new = ("complaint", "new", "--caller", "周示例", "--phone", "138-0000-0005", "--address", "3号楼1单元304")
    yield 23, "09:00"
    desk.case["C5"] = desk.does("lin", *new, "--content", "要求免除物业费")["id"]
    yield 23, "11:00"
    desk.does("mgr", "complaint", "rule", "{C5}", "--invalid", "ground", "--reason", "无合同依据")
    # 1d from Monday: Tuesday the 24th.
    assert desk.clock_of("C5", "explain-invalid") == (november(24, "17:30"), "running", False)
    yield 23, "11:10"
    assert "SOP-3.6.5" in desk.may_not(4, "lin", "complaint", "close", "{C5}")
    yield 24, "09:00"
    desk.does("lin", "complaint", "explain", "{C5}", "--note", "已向业主说明收费依据")
    yield 24, "09:10"
    desk.does("lin", "complaint", "close", "{C5}")


def survey(desk: Month) -> Story:
    """S: an opinion on engineering, from the survey to its effect."""
    yield 2, "16:00"
    opened = desk.does("lin", "survey", "open", "--department", "engineering", "--method", "form")
    desk.case["S"] = opened["id"]
    opinion = ("--opinion", "报修后不知道谁会来", "--satisfaction", "2")
    who = ("--caller", "吴示例", "--phone", "138-0000-0006")
    yield 5, "10:00"
    desk.case["S1"] = desk.does("lin", "survey", "opinion", "{S}", *opinion, *who)["id"]
    yield 6, "16:00"
    desk.does("lin", "survey", "sum-up", "{S}")
    # 2d from Friday: Sunday the 8th gives way to Monday.
    assert desk.clock_of("S", "hand-over") == (november(9, "17:30"), "running", False)
    yield 9, "10:00"
    desk.does("lin", "survey", "hand-over", "{S}")
    # 3d from Monday.
    assert desk.clock_of("S", "survey-measures") == (november(12, "17:30"), "running", False)
    yield 11, "15:00"
    desk.does("sup-e", "survey", "return-measures", "{S}", "--measures", "派单后短信告知维修人员")
    yield 16, "10:10"
    desk.does("sup-e", "survey", "put-right", "{S}")
    # 2w from Monday the 16th.
    assert desk.clock_of("S", "survey-effect", "S1") == (november(30, "17:30"), "running", False)
    yield 17, "09:00"
    assert desk.case["S1"] in desk.may_not(4, "lin", "survey", "close", "{S}")
    yield 24, "10:00"
    desk.does("lin", "follow-up", "new", "{S1}", "--method", "visit", "--satisfaction", "5", "--signed")
    assert desk.clock_of("S", "survey-effect", "S1") == (november(30, "17:30"), "stopped", False)
    yield 24, "10:30"
    desk.does("lin", "survey", "check", "{S}")
    yield 24, "10:40"
    desk.does("lin", "survey", "close", "{S}")


def attend(desk: Month) -> Story:
    """pan is late three times, shui twice; both are called to an examination, shui does not come."""
    for day, staff in ((3, "pan"), (4, "shui"), (5, "pan"), (6, "shui"), (12, "pan")):
        yield day, "17:40"
        desk.does("mgr", "attendance", "late", staff, "--on", f"2026-11-{day:02}")
    yield 19, "14:00"
    desk.case["G"] = desk.does("mgr", "training", "plan", "--topic", "设备知识", "--on", november(20, "14:00"))["id"]
    yield 20, "15:00"
    desk.does("mgr", "training", "missed", "{G}", "shui")
    yield 20, "16:00"
    desk.does("mgr", "training", "examined", "{G}", "--topic", "设备知识", "--staff", "pan", "--score", "75")
    for staff, score in (("pan", "80"), ("shui", "60")):
        mark = ("--measure", "attitude", "--month", "2026-11", "--score", score, "--reason", "日常观察")
        yield 25, "09:00"
        desk.does("mgr", "staff", "score", staff, *mark)


STORIES = (
    work,
    complain_ordinary,
    complain_again,
    fail_to_correct,
    complain_outside,
    rule_invalid,
    survey,
    attend,
)


def tell(desk: Month) -> None:
    """The month: the stories go on in the order of their times."""
    queue: list[tuple[int, str, int]] = []
    stories = [story(desk) for story in STORIES]

    def proceed(number: int) -> None:
        following = next(stories[number], None)
        if following is not None:
            heapq.heappush(queue, (*following, number))

    for number in range(len(stories)):
        proceed(number)
    while queue:
        day, clock, number = heapq.heappop(queue)
        desk.clock(day, clock)
        proceed(number)


def list_due(desk: Month) -> list[dict[str, Any]]:
    found = desk.do("mgr", "ledger", "due", "--month", "2026-11")
    assert isinstance(found, list)
    return found


# (rule, who, when the fact happened) -> (amount or range, clause)
DUE = {
    # The first late arrival of a month is free; from the second, 20 yuan in class A and 30 in class B.
    ("late-a", "pan", november(5, "17:40")): ("20.00", "KZ-2.3"),
    ("late-a", "pan", november(12, "17:40")): ("20.00", "KZ-2.3"),
    ("late-b", "shui", november(6, "17:40")): ("30.00", "KZ-2.3"),
    ("training-missed", "shui", november(20, "15:00")): ("100.00", "KZ-8.10"),
    # Each justified complaint: 20 to 100 yuan.
    ("justified-complaint", "shui", november(4, "09:00")): (["20.00", "100.00"], "KZ-8.16a"),
    ("justified-complaint", "pan", november(9, "10:00")): (["20.00", "100.00"], "KZ-8.16a"),
    ("justified-complaint", "shui", november(10, "14:00")): (["20.00", "100.00"], "KZ-8.16a"),
    # C3 had no result within 48 hours: the head of the department and the receiver answer for it, the amount is blank.
    ("complaint-late", "sup-e", november(12, "11:00")): (None, "SOP-3.7.6"),
    ("complaint-late", "lin", november(12, "11:00")): (None, "SOP-3.7.6"),
}


def check_charges(desk: Month) -> None:
    """What is due, what people make of it, and what is in the fund."""
    desk.clock(25, "10:00")
    due = list_due(desk)
    found = {
        (each["rule"], each["staff"], each["occurred_at"]): (
            each["amount"] or each["range"] or None,
            each["clauses"][0],
        )
        for each in due
    }
    assert found == DUE
    assert {each["state"] for each in due} == {"due"}
    assert len(desk.do("lin", "ledger", "propose", "--all", "--month", "2026-11")) == len(DUE)
    again = desk.act("lin", "ledger", "propose", "--all", "--month", "2026-11", "-q")
    assert (again.code, again.out) == (0, "")  # the same facts charge nobody twice
    entries = {(each["rule"], each["staff"], each["occurred_at"]): each["entry"] for each in list_due(desk)}
    name = {
        "C1": entries["justified-complaint", "shui", november(4, "09:00")],
        "C2": entries["justified-complaint", "shui", november(10, "14:00")],
        "C3": entries["complaint-late", "sup-e", november(12, "11:00")],
        "late1": entries["late-a", "pan", november(5, "17:40")],
        "late2": entries["late-b", "shui", november(6, "17:40")],
    }
    because = ("--reason", "按规定")
    # 200 yuan is beyond the range; lin's role is too low, shui is the one charged.
    assert "KZ-8.16a" in desk.refuse(4, "sup-e", "ledger", "approve", name["C1"], "--amount", "200", *because)
    assert "KZ-8.16a" in desk.refuse(4, "lin", "ledger", "approve", name["C1"], "--amount", "60", *because)
    assert "KZ-8.16a" in desk.refuse(4, "shui", "ledger", "approve", name["C1"], "--amount", "60", *because)
    assert desk.do("sup-e", "ledger", "approve", name["C1"], "--amount", "60", *because)["state"] == "approved"
    # 3wd for the written self-review, from Wednesday the 25th: Monday the 30th.
    assert desk.due(name["C1"], "self-review")["due_at"] == november(30, "17:30")
    desk.do("mgr", "ledger", "fulfilled", name["C1"])
    desk.do("sup-e", "ledger", "waive", name["C2"], "--reason", "非本人责任")
    assert "SOP-3.7.6" in desk.refuse(4, "mgr", "ledger", "approve", name["C3"], *because)  # blank: say how much
    desk.do("mgr", "ledger", "approve", name["C3"], "--amount", "100", *because)
    for entry, who in ((name["late1"], "sup-e"), (name["late2"], "sup-e")):
        desk.do(who, "ledger", "approve", entry, *because)
    for entry in (name["C1"], name["late1"], name["late2"]):
        desk.clock(26, "09:00")
        desk.do("mgr", "ledger", "paid", entry)
    desk.do("sup-e", "ledger", "reverse", name["late1"], "--reason", "当日已报备外勤")
    desk.do("mgr", "ledger", "spend", "--amount", "25", "--reason", "购置茶水")
    # 60.00 + 20.00 + 30.00 paid in, 20.00 given back, 25.00 spent.
    fund = desk.do("mgr", "ledger", "fund")
    assert (fund["balance"], fund["currency"]) == ("65.00", "CNY")
    states = {each["entry"]: each["state"] for each in list_due(desk)}
    assert [states[name[each]] for each in ("C1", "C2", "C3", "late1", "late2")] == [
        "paid", "waived", "approved", "reversed", "paid",
    ]  # fmt: skip
    again = desk.act("lin", "ledger", "propose", "--all", "--month", "2026-11", "-q")
    assert (again.code, again.out) == (0, "")


def check_scores(desk: Month) -> None:
    """The two who go out, by the weights of policies.yaml; `orders` is for the desk only."""
    scores = {each["staff"]: each for each in desk.do("mgr", "appraise", "--month", "2026-11")}
    # pan: 1 of 30 completed 3.333...; in time 1 of 1: 100; satisfaction 5: 100; 1 justified complaint of 3: 66.666...;
    # 3 late arrivals of 4: 25; examination 75 between 60 and 90: 50; attitude 80. Weights 10, 25, 20, 15, 5, 5, 10:
    # (33.333 + 2500 + 2000 + 1000 + 125 + 250 + 800) / 90 = 6708.333 / 90 = 74.537037...
    assert scores["pan"]["score"].startswith("74.537037")
    assert (scores["pan"]["grade"], scores["pan"]["bonus"]) == ("C", "300.00")
    # shui: 3.333...; 0 of 1; satisfaction 3: 0; 2 complaints: 33.333...; 2 late: 50; no examination; attitude 60.
    # Weights 10, 25, 20, 15, 5, 10 = 85: (33.333 + 0 + 0 + 500 + 250 + 600) / 85 = 1383.333 / 85 = 16.274509...
    assert scores["shui"]["score"].startswith("16.274509")
    assert (scores["shui"]["grade"], scores["shui"]["bonus"]) == ("D", "0.00")
    assert "exam_score" not in scores["shui"]["measures"] or scores["shui"]["measures"]["exam_score"]["score"] is None
    # dian was sent nowhere: nothing to judge by is no nought.
    assert scores["dian"]["score"] is None
    shown = desk.act("mgr", "appraise", "--month", "2026-11").out
    assert "74.53" in shown  # rounded down
    assert "74.54" not in shown


# measure: (numerator, denominator)
FIGURES = {
    "on_time": (1, 2),  # A1; not A2
    "put_right_on_time": (3, 5),  # C1, C4, C5; not C2, C3
    "result_on_time": (1, 2),  # C2; not C3
    "explain_on_time": (2, 2),  # C4, C5
    "complaint_follow_up_on_time": (3, 3),  # C1, C2, C3
    "survey_on_time": (3, 3),  # hand-over, measures, effect
    "complaints": (5, None),
    "complaints_valid": (3, None),
    "complaints_invalid": (1, None),
    "complaints_serious": (2, 5),  # C2, C3
    "complaints_closed": (5, 5),
    "follow_up_rate": (2, 2),
    "satisfaction": ("8", 2),  # 5 + 3
    "fines": ("190.00", 3),  # 60 + 100 + 30; the reversed 20 is no longer one
}


def check_figures(desk: Month) -> None:
    """Every figure of the month, each opening into as many cases as it counts."""
    desk.clock(30, "18:00")
    for name, (numerator, denominator) in FIGURES.items():
        kind = "complaints" if name in ("explain_on_time", "complaints_closed") else "monthly"
        reports = [
            desk.do("mgr", "report", each, "--month", "2026-11")["measures"]
            for each in {kind, "complaints", "satisfaction"}
        ]
        figure = next(each[name] for each in reports if name in each)
        assert (figure["numerator"], figure["denominator"]) == (numerator, denominator), name
        drilled = desk.do("mgr", "report", "monthly", "--month", "2026-11", "--drill", name)
        if isinstance(numerator, int):
            assert len(drilled["numerator"]) == numerator
        assert denominator is None or len(drilled["denominator"]) == denominator, name


def test_the_month_comes_out_as_worked_out_by_hand(month: Month) -> None:
    tell(month)
    check_charges(month)
    check_scores(month)
    check_figures(month)
