"""Other registers than orders, by the same maps: who did it, was it liked, who complained, was late, works here."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transcripts import Result

Run = Callable[..., Result]
Ask = Callable[..., Any]
NOW = "2026-11-20T09:00:00+08:00"
ORDERS = """register: orders
columns: {source_ref: 编号, at: 报修, content: 内容, service: 类别}
constants: {kind: request}
"""
DONE = "events: [{event: closed, at: 办结}]\n"
JOBS = """register: assignments
columns: {source_ref: 编号, order_id: 编号, at: 派单, assignee: 维修人}
constants: {role: lead, dispatcher: lin}
events:
  - {event: completed, at: 完工, columns: {parts: 用料}}
  - {event: confirmed, at: 完工}
"""
CALLS = """register: followups
columns: {source_ref: 编号, about: 编号, at: 回访, satisfaction: 满意度, remark: 意见}
begins: {column: 结果, values: {已答复: answered, 未联系上: not-reached}}
constants: {method: phone}
"""
LEDGER = (
    "编号,报修,内容,类别,派单,维修人,用料,完工,办结,回访,结果,满意度,意见\n"
    "1,2026-11-02 09:00,漏水,plumbing,2026-11-02 09:20,吴样例,接头,2026-11-02 11:00,2026-11-02 11:30,"
    "2026-11-03 10:00,已答复,5,很好\n"
    "2,2026-11-03 09:00,堵塞,drain,2026-11-03 09:30,吴样例,,2026-11-04,2026-11-04,2026-11-05,未联系上,,\n"
)  # fmt: skip


@pytest.fixture
def bring(load: Run) -> Callable[..., tuple[int, ...]]:
    """`bring(map, rows, *options)`: (read, imported, changed, skipped, refused, updated)."""

    def call(text: str, rows: str, *options: str) -> tuple[int, ...]:
        Path("map.yaml").write_text(text, encoding="utf-8")
        Path("h.csv").write_text(rows, encoding="utf-8")
        result = load("--json", *options)
        item = json.loads(result.out)
        assert (result.code, item["faults"]) == (0, []), result.out
        return tuple(item[name] for name in ("read", "imported", "changed", "skipped", "refused", "updated"))

    return call


@pytest.fixture
def people(bring: Callable[..., tuple[int, ...]]) -> None:
    text = (
        "register: staff\ncolumns: {source_ref: 工号, name: 姓名, at: 入职, skills: 技能}\n"
        "constants: {role: field, regular: 'yes'}\n"
    )
    rows = "工号,姓名,入职,技能\nw1,吴样例,2026-01-05,plumbing、electrical\nw2,郑样例,2026-02-01,\n"
    assert bring(text, rows) == (2, 2, 0, 0, 0, 0)
    assert bring(text, rows) == (2, 0, 0, 2, 0, 0)


def test_people_come_with_the_ids_they_have(people: None, ask: Ask) -> None:
    staff = {person["id"]: person for person in ask("list", "staff")}
    assert (staff["w1"]["name"], staff["w1"]["state"], staff["w1"]["skills"]) == (
        "吴样例", "regular", ["plumbing", "electrical"],
    )  # fmt: skip


def test_one_ledger_tells_orders_work_and_follow_ups(
    people: None, bring: Callable[..., tuple[int, ...]], ask: Ask, run: Run
) -> None:
    assert bring(ORDERS, LEDGER) == (2, 2, 0, 0, 0, 0)
    assert bring(JOBS, LEDGER) == (2, 2, 0, 0, 0, 0)
    assert bring(CALLS, LEDGER) == (2, 2, 0, 0, 0, 0)
    first, second = (ask("show", f"O-20261120-000{number}") for number in (1, 2))
    assert (first["state"], first["worker"], first["follow_up"]) == ("closed", "w1", "made")
    assert (second["state"], second["follow_up"]) == ("closed", "owed")
    jobs = {job["order_id"]: job for job in ask("list", "assignments")}
    assert (jobs[first["id"]]["assignee"], jobs[first["id"]]["state"]) == ("w1", "confirmed")
    events = [(row["event"], row["at"][5:16]) for row in ask("show", jobs[first["id"]]["id"])["events"]]
    assert events == [("assigned", "11-02T09:20"), ("completed", "11-02T11:00"), ("confirmed", "11-02T11:00")]
    calls = ask("list", "followups")
    assert sorted((call["state"], call["satisfaction"]) for call in calls) == [("answered", 5), ("not-reached", None)]
    assert run("records", "check").code == 0
    for text in (ORDERS, JOBS, CALLS):
        assert bring(text, LEDGER) == (2, 0, 0, 2, 0, 0)


def test_what_a_known_row_says_otherwise_is_told(people: None, bring: Callable[..., tuple[int, ...]], ask: Ask) -> None:
    bring(ORDERS, LEDGER)
    bring(JOBS, LEDGER)
    other = LEDGER.replace("接头", "弯头")
    assert bring(JOBS, other) == (2, 0, 1, 1, 0, 0)
    assert bring(JOBS, other, "--update") == (2, 0, 1, 1, 0, 1)
    assert bring(JOBS, other) == (2, 0, 0, 2, 0, 0)


def test_complaints(bring: Callable[..., tuple[int, ...]], ask: Ask) -> None:
    text = """register: complaints
columns: {source_ref: n, at: t, content: c, departments: d, caller: who, phone: p}
constants: {received_by: lin}
"""
    rows = "n,t,c,d,who,p\nT1,2026-11-02 09:00,态度差,工程部；保洁部,张示例,138-0000-0001\n"
    assert bring(text, rows) == (1, 1, 0, 0, 0, 0)
    (found,) = ask("list", "complaints")
    assert (found["state"], found["departments"], found["receiver"]) == ("open", ["engineering", "cleaning"], "lin")
    assert found["contact_id"] == "P-20261120-0001"


def test_attendance(people: None, bring: Callable[..., tuple[int, ...]], ask: Ask) -> None:
    text = """register: attendance
columns: {source_ref: "{日期}-{姓名}", at: 日期, date: 日期, staff: 姓名, reason: 备注, minutes: 分钟}
begins: {column: 情况, values: {迟到: late, 旷工: absent}}
"""
    rows = "日期,姓名,情况,备注,分钟\n2026/11/2,吴样例,迟到,堵车,20\n2026/11/3,郑样例,旷工,,\n"
    assert bring(text, rows) == (2, 2, 0, 0, 0, 0)
    found = {item["staff"]: item for item in ask("list", "attendance")}
    assert (found["w1"]["state"], found["w1"]["date"], found["w2"]["state"]) == ("late", "2026-11-02", "absent")
    assert (found["w1"]["minutes"], found["w2"]["minutes"]) == (20, None)
    assert ask("show", found["w1"]["id"])["events"][0]["at"] == "2026-11-02T17:30:00+08:00"
    assert bring(text, rows) == (2, 0, 0, 2, 0, 0)


REFUSED = {
    "a person": (
        JOBS,
        LEDGER.replace("吴样例", "某人"),
        "h.csv:2: 维修人: no such person: '某人' (2 rows, first in line 2)",
    ),
    "an order": (JOBS, LEDGER.replace("\n2,", "\n9,"), "h.csv:3: 编号: no such order: '9'"),
    "satisfaction": (
        CALLS,
        LEDGER.replace("已答复,5", "已答复,7"),
        "h.csv:2: 满意度: satisfaction cannot be '7' (1 to 5)",
    ),
    "a word": (CALLS, LEDGER.replace("未联系上", "空号"), "结果: '空号' is none of begins.values"),
    "no beginning": (
        CALLS.replace("begins", "# begins"),
        LEDGER,
        "map.yaml:1: begins is missing: followups begin in several ways",
    ),
    "a field of another event": (
        JOBS.replace("assignee: 维修人", "assignee: 维修人, parts: 用料"),
        LEDGER,
        "map.yaml:2: no such field: 'parts'",
    ),
    "a log": (JOBS + "case: 编号\nevent: {column: 编号}\n", LEDGER, "a log is of orders"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_told_and_nothing_is_recorded(
    people: None, bring: Callable[..., tuple[int, ...]], load: Run, ask: Ask, name: str
) -> None:
    bring(ORDERS, LEDGER)
    text, rows, message = REFUSED[name]
    Path("map.yaml").write_text(text, encoding="utf-8")
    Path("h.csv").write_text(rows, encoding="utf-8")
    result = load()
    assert result.code == 5
    assert message in result.err
    assert ask("list", "assignments") == ask("list", "followups") == []
    assert load("--on-error", "skip").code == 5


def test_work_on_an_order_that_is_closed_already_says_so(
    people: None, bring: Callable[..., tuple[int, ...]], load: Run
) -> None:
    bring(ORDERS + DONE, LEDGER)
    Path("map.yaml").write_text(JOBS, encoding="utf-8")
    result = load()
    assert result.code == 5
    assert "assigned is not possible" in result.err
