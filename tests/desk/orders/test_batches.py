"""Rows of a file of new orders: every value is used or refused, none is dropped without a word."""

from typing import Any

import pytest
from desks import Desk

from dispatchctl.desk.orders.batches import read_request
from dispatchctl.desk.orders.candidates import service_effort
from dispatchctl.desk.orders.intake import triage_fields
from dispatchctl.errors import UsageFault
from dispatchctl.registers import SHIPPED

SHOWN = {"id": "O-20261102-0001", "register": "orders", "state": "open", "read_back": "服务项目：水", "amount": None}


@pytest.mark.parametrize(
    ("row", "typed", "others"),
    [
        ({"content": "漏水", "price": "0"}, {"content": "漏水", "price": "0"}, {}),
        ({"appointment": "2026-11-03T09:00"}, {"appointment_at": "2026-11-03T09:00"}, {}),
        ({"source-ref": "W-1", "answer": "已答复"}, {}, {"source_ref": "W-1", "answered": "已答复"}),
        ({"content": None, "area": "", "phone": []}, {}, {}),
        ({**SHOWN, "content": "漏水"}, {"content": "漏水"}, {}),
        ({"contact": {"name": "张三", "phone": "138-0000-0001"}}, {}, {"caller": "张三", "phone": "138-0000-0001"}),
        ({**SHOWN, "contact_id": "P-1", "contact": {"address": "3号楼"}}, {}, {"contact_id": "P-1"}),
        ({**SHOWN, "contact": {"name": "张*", "phone": "138****0001", "kept": "1"}}, {}, {}),
    ],
)
def test_what_a_row_says_is_taken(row: dict[str, Any], typed: dict[str, str], others: dict[str, str]) -> None:
    request = read_request(row, "a.csv:2", SHIPPED)
    assert request.typed == typed
    assert {name: value for name, value in request._asdict().items() if value and name != "typed"} == others


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"contnt": "漏水"}, "a.csv:2: contnt is no field of an order to take"),
        ({"zzz": False}, "a.csv:2: zzz is no field"),
        ({"price": False}, "a.csv:2: price is not a text"),  # numbers of JSON come as the texts that stand there
        *(
            ({name: "x"}, f"a.csv:2: {name} is no field")
            for name in ("read_back", "amount", "reason", "attached", "state")
        ),
        ({"about": "O-20261102-0001"}, "a.csv:2: about is no field"),
        ({"contact": "张三"}, "a.csv:2: contact is no field"),
        ({"contact": {"name": "张三", "bogus": "z"}}, "a.csv:2: contact.bogus is no field"),
        ({"contact": {"name": "张三"}, "caller": "李四"}, "a.csv:2: caller is given twice"),
        ({"contact_id": "P-1", "caller": "李四"}, "a.csv:2: contact_id and caller are given"),
        ({"register": "complaints", "state": "open"}, "a.csv:2: register is no field"),
        ({"caller": True}, "a.csv:2: caller is not a text"),
        ({"content": ["漏水"]}, "a.csv:2: content is not a text"),
        ({"appointment": "2026-11-03", "appointment_at": "2026-11-04"}, "a.csv:2: appointment_at is given twice"),
        ({"answer": "是", "answered": "否"}, "a.csv:2: answered is given twice"),
    ],
)
def test_what_a_row_may_not_say_is_refused(row: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageFault) as refused:
        read_request(row, "a.csv:2", SHIPPED)
    assert str(refused.value).startswith(told)


def test_a_name_that_stands_twice_in_json_is_refused(desk: Desk) -> None:
    for form in ('{"content":"甲","content":"乙"}', '[{"content":"甲","content":"乙"}]'):
        done = desk.act("lin", "new-order", "--from", "-", input=form)
        assert (done.code, done.out) == (5, "")
        assert "'content' stands twice" in done.err


@pytest.mark.parametrize(
    ("services", "effort"), [({}, "1"), ({"wiring": {}}, "1"), ({"wiring": {"effort": "2.5"}}, "2.5")]
)
def test_an_order_takes_the_effort_of_its_service_else_one(services: dict[str, Any], effort: str) -> None:
    assert str(service_effort(services, "wiring")) == effort


@pytest.mark.parametrize(("answered", "refer", "dispatch"), [("", "", False), ("是", "", True), ("是", "desk", False)])
def test_triage_is_one_decision(answered: str, refer: str, dispatch: bool) -> None:
    with pytest.raises(UsageFault, match="exactly one"):
        triage_fields(None, answered, refer, dispatch)  # type: ignore[arg-type]  # refused before it asks anything


def test_a_note_of_a_row_and_of_the_command_are_both_kept(desk: Desk) -> None:
    rows = '{"kind":"inquiry","content":"几点下班","note":"客户很急"}\n{"kind":"inquiry","content":"几点上班"}'
    desk.do("lin", "new-order", "--from", "-", "--note", "早班登记", input=rows)
    assert [row["note"] for row in desk.rows("orders")] == ["客户很急; 早班登记", "早班登记"]


def test_sending_everybody_under_a_key_that_was_used_says_what_was_sent(desk: Desk) -> None:
    """What came to wait since then waits for another key; an item that was missing is done."""
    first = [desk.take(content=f"漏水{number}") for number in range(3)]
    for order in first:
        desk.do("lin", "triage", order, "--dispatch")
    desk.wait(minutes=1)
    tried = [each["id"] for each in desk.do("lin", "assign", "--all", "--auto", "--dry-run")]
    assert tried == [f"A-20261102-000{number}" for number in (1, 2, 3)]
    sent = desk.do("lin", "assign", "--all", "--auto", "--request-id", "K")
    assert [each["id"] for each in sent] == tried
    rows = desk.rows("assignments")
    desk.wait(minutes=1)
    later = desk.take(content="后来的")
    desk.do("lin", "triage", later, "--dispatch")
    again = desk.do("lin", "assign", "--all", "--auto", "--request-id", "K")
    assert [(each["id"], each["assignee"]) for each in again] == [(each["id"], each["assignee"]) for each in sent]
    assert all(each["replayed"] for each in again)
    assert desk.rows("assignments") == rows
    assert desk.state(later) == "pool"
    assert len(desk.do("lin", "assign", "--all", "--auto", "--request-id", "L")) == 1


def test_a_trial_of_many_numbers_each(desk: Desk) -> None:
    lines = "".join(f'{{"kind": "inquiry", "content": "问路{number}"}}\n' for number in range(3))
    (desk.folder / "calls.jsonl").write_text(lines, encoding="utf-8")
    tried = desk.do("lin", "new-order", "--from", str(desk.folder / "calls.jsonl"), "--dry-run")
    assert [each["id"] for each in tried] == [f"O-20261102-000{number}" for number in (1, 2, 3)]
    for _ in range(2):
        order = desk.take(content="漏水")
        desk.do("lin", "assign", order, "pan", "--over-ceiling", "--reason", "人手不足")
    desk.wait(days=5)
    urged = desk.do("lin", "urge", "--all", "--dry-run")
    assert len({each["id"] for each in urged}) == len(urged) > 1
