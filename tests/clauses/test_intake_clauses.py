"""Taking a request in: what is asked, what is recorded, what the caller hears."""

import csv
import json
from typing import Any

import pytest
from desks import CALL, Desk, november, option_pairs


def read_contacts(desk: Desk) -> list[dict[str, str]]:
    with (desk.folder / "records/private/contacts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FULL = {
    **CALL,
    "appointment": "2026-11-03T10:00",
    "requirements": "家有老人，敲门轻一些",
    "area": "3号楼",
    "at": "2026-11-02T08:47:30+08:00",
}


@pytest.mark.clause("SOP-1.4", "SOP-2.3", "JD-2.1")
@pytest.mark.parametrize("channel", ["phone", "visit", "chat", "mail", "wechat", "app"])
def test_every_channel_records_the_same_fields(desk: Desk, channel: str) -> None:
    order = desk.take(**FULL, channel=channel)
    (row,) = desk.rows("orders")
    assert (row["id"], row["event"], row["by"], row["at"]) == (order, "taken", "lin", FULL["at"])
    assert (row["kind"], row["channel"], row["service"], row["content"]) == (
        "request", channel, "plumbing", FULL["content"],
    )  # fmt: skip
    assert (row["appointment_at"], row["requirements"]) == (november(3, "10:00"), FULL["requirements"])
    assert (row["area"], row["department"], row["priority"]) == ("tower-3", "engineering", "normal")
    (contact,) = read_contacts(desk)
    assert contact["contact_id"] == row["contact_id"]
    assert (contact["name"], contact["phone"], contact["address"]) == (CALL["caller"], CALL["phone"], CALL["address"])
    text = (desk.folder / "records/orders/2026-11.main.csv").read_text(encoding="utf-8")
    assert not any(CALL[name] in text for name in ("caller", "phone", "address"))


@pytest.mark.clause("SOP-1.4", "SOP-2.3", "JD-2.1")
@pytest.mark.parametrize("channel", ["phone", "visit", "chat", "mail"])
def test_all_that_a_request_lacks_is_named_at_once(desk: Desk, channel: str) -> None:
    told = desk.refuse(2, "lin", "new-order", "--channel", channel, "--content", "漏水")
    for option in ("--service", "--caller", "--phone", "--address"):
        assert option in told
    assert "--content" not in told.splitlines()[0]
    assert read_contacts_or_none(desk) == []


def read_contacts_or_none(desk: Desk) -> list[dict[str, str]]:
    return read_contacts(desk) if (desk.folder / "records/private/contacts.csv").exists() else []


@pytest.mark.clause("SOP-1.4")
@pytest.mark.parametrize("missing", ["service", "content", "caller", "phone", "address"])
def test_each_field_of_a_call_is_demanded(desk: Desk, missing: str) -> None:
    told = desk.refuse(2, "lin", "new-order", *option_pairs({**CALL, missing: None}))
    assert f"--{missing}" in told.splitlines()[0]
    blank = desk.refuse(2, "lin", "new-order", *option_pairs({**CALL, missing: "  "})) if missing != "service" else told
    assert f"--{missing}" in blank.splitlines()[0]


@pytest.mark.clause("SOP-1.4")
def test_a_call_cannot_have_come_in_the_future_nor_be_for_an_unknown_service(desk: Desk) -> None:
    assert "future" in desk.refuse(4, "lin", "new-order", *option_pairs({**CALL, "at": november(2, "09:01")}))
    told = desk.refuse(3, "lin", "new-order", "--service", "plumbin")
    assert "plumbing" in told


@pytest.mark.clause("SOP-1.4")
def test_a_caller_who_is_known_is_found_again(desk: Desk) -> None:
    first = desk.do("lin", "new-order", *option_pairs(CALL))
    again = desk.do("lin", "new-order", *option_pairs({**CALL, "caller": None, "address": None, "content": "又漏了"}))
    shop = desk.do("lin", "new-order", *option_pairs({**CALL, "address": "沿街商铺12号"}))
    assert again["contact_id"] == first["contact_id"] != shop["contact_id"]
    assert [each["address"] for each in read_contacts(desk)] == [CALL["address"], "沿街商铺12号"]


@pytest.mark.clause("JD-2.1")
def test_what_comes_by_chat_and_mail_is_taken_in_one_go_and_only_once(desk: Desk) -> None:
    came = [
        {**CALL, "channel": "chat", "source_ref": "W-1"},
        {**CALL, "channel": "mail", "source_ref": "W-2", "content": "卫生间跑水"},
        {"channel": "mail", "source_ref": "W-3", "content": "没写是谁"},
    ]
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in came)
    done = desk.act("lin", "new-order", "--from", "-", "--json", input=lines)
    assert done.code == 5
    assert "--caller" in done.err
    assert "--phone" in done.err
    assert [(row["channel"], row["source_ref"], row["content"]) for row in desk.rows("orders")] == [
        ("chat", "W-1", CALL["content"]),
        ("mail", "W-2", "卫生间跑水"),
    ]
    again = desk.act("lin", "new-order", "--from", "-", "-q", input=lines)
    assert (again.code, again.out) == (5, "")
    assert len(desk.rows("orders")) == 2
    single = desk.act("lin", "new-order", *option_pairs({**CALL, "source_ref": "W-2"}), "-q")
    assert (single.code, single.out.strip()) == (0, desk.rows("orders")[1]["id"])
    assert len(desk.rows("orders")) == 2


@pytest.mark.clause("WP-4.1", "FW-2.2")
@pytest.mark.parametrize("channel", ["phone", "mail", "visit"])
def test_an_inquiry_answered_at_once_is_on_record_with_its_answer(desk: Desk, channel: str) -> None:
    answer = "服务中心周一至周五营业，中午休息"
    item = desk.do(
        "lin", "new-order", "--kind", "inquiry", "--channel", channel, "--content", "几点上班", "--answered", answer
    )
    assert item["state"] == "closed"
    shown = desk.show(item["id"])
    assert (shown["kind"], shown["channel"], shown["content"], shown["answer"]) == (
        "inquiry", channel, "几点上班", answer,
    )  # fmt: skip
    assert [(each["event"], each["by"]) for each in shown["events"]] == [("taken", "lin"), ("answered", "lin")]
    assert [each["id"] for each in desk.do("lin", "list", "--where", "kind=inquiry")] == [item["id"]]


@pytest.mark.clause("FW-2.2", "WP-4.1")
def test_an_inquiry_that_waits_for_its_answer_is_timed(desk: Desk) -> None:
    order = desk.take(kind="inquiry", service=None, caller=None, phone=None, address=None, content="费用怎么算")
    assert desk.due(order, "dispatch")["due_at"] == november(2, "10:00")
    desk.clock(2, "10:00")
    assert desk.late() == set()
    desk.clock(2, "10:01")
    assert (order, "dispatch") in desk.late()
    desk.do("lin", "triage", order, "--answered", "按价目表计费")
    assert desk.late() == set()
    assert desk.due(order, "dispatch")["breached"] is True
    assert desk.show(order)["answer"] == "按价目表计费"


@pytest.mark.clause("WP-4.1")
def test_an_inquiry_says_what_was_asked_and_what_was_answered(desk: Desk) -> None:
    assert "--content" in desk.refuse(2, "lin", "new-order", "--kind", "inquiry", "--answered", "可以")
    order = desk.take(kind="inquiry", service=None)
    desk.refuse(2, "lin", "triage", order, "--answered", "")
    assert desk.state(order) == "open"


KINDS: dict[str, dict[str, Any]] = {
    "request": CALL,
    "inquiry": {"content": "停车月租多少钱"},
    "suggestion": {"content": "大堂添一把椅子", "caller": "李示例"},
    "report": {"content": "路灯不亮", "address": "中心花园"},
}


@pytest.mark.clause("GL-1.2")
def test_each_kind_is_registered_as_its_own(desk: Desk) -> None:
    made = {kind: desk.do("lin", "new-order", "--kind", kind, *option_pairs(KINDS[kind]))["id"] for kind in KINDS}
    for kind, order in made.items():
        assert [each["id"] for each in desk.do("lin", "list", "--where", f"kind={kind}")] == [order]
    assert {row["id"]: row["kind"] for row in desk.rows("orders")} == {order: kind for kind, order in made.items()}


@pytest.mark.clause("GL-1.2")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_demands_its_own_fields(desk: Desk, kind: str) -> None:
    for name in KINDS[kind]:
        fields = {**KINDS[kind], name: None}
        assert f"--{name}" in desk.refuse(2, "lin", "new-order", "--kind", kind, *option_pairs(fields)).splitlines()[0]
    told = desk.refuse(2, "lin", "new-order", "--kind", "gossip", "--content", "闲谈")
    assert "suggestion" in told


@pytest.mark.clause("KB1-2.1")
def test_the_work_runs_in_its_order_and_no_step_is_skipped(desk: Desk) -> None:
    order = desk.take()
    assert "is open" in desk.refuse(4, "pan", "start", order)
    desk.refuse(4, "lin", "confirm", order)
    job = desk.send(order, "pan")
    assert desk.state(order) == "dispatched"
    desk.refuse(4, "lin", "confirm", job)
    desk.do("pan", "ack", job)
    desk.do("pan", "start", job)
    assert desk.state(order) == "in-progress"
    desk.refuse(4, "pan", "ack", job)
    desk.refuse(4, "lin", "close", order, "--answered", "修好了")
    desk.do("pan", "complete", job)
    assert desk.state(order) == "done"
    desk.refuse(4, "pan", "start", job)
    desk.do("lin", "confirm", job)
    assert desk.state(order) == "closed"
    desk.refuse(4, "lin", "assign", order, "shui")
    taken = [row["event"] for row in desk.rows("orders")]
    worked = [row["event"] for row in desk.rows("assignments")]
    assert (taken, worked) == (["taken"], ["assigned", "acknowledged", "started", "completed", "confirmed"])


LONG = '厨房水槽下“三角阀”漏水：\n1) 每天约一盆；\r\n2) 上月修过一次, 型号 "DN15"\\旧款；\t3) 请带配件。'


@pytest.mark.clause("KZ-8.7", "KB1-2.4")
def test_a_problem_is_kept_word_for_word_on_one_line(desk: Desk) -> None:
    order = desk.take(content=LONG, requirements="门铃坏了，\n请打电话")
    shown = desk.show(order)
    assert (shown["content"], shown["requirements"]) == (LONG, "门铃坏了，\n请打电话")
    raw = (desk.folder / "records/orders/2026-11.main.csv").read_bytes()
    assert raw.count(b"\n") == 2
    assert "--content" in desk.refuse(2, "lin", "new-order", *option_pairs({**CALL, "content": None}))
    desk.refuse(2, "lin", "new-order", *option_pairs({**CALL, "content": "漏" * 20_000}))
    assert desk.act("lin", "new-order", *option_pairs({**CALL, "content": "漏" * 10_000})).code == 0
    assert desk.show(desk.rows("orders")[-1]["id"])["content"] == "漏" * 10_000


@pytest.mark.clause("KZ-8.7")
def test_what_is_learnt_later_is_added_and_nothing_is_lost(desk: Desk) -> None:
    order = desk.take()
    desk.clock(2, "09:10")
    desk.do("lin", "amend", order, "content=厨房和卫生间都漏水", "--reason", "业主补充")
    shown = desk.show(order)
    assert shown["content"] == "厨房和卫生间都漏水"
    assert [each["event"] for each in shown["events"]] == ["taken", "amended"]
    assert shown["events"][0]["fields"]["content"] == CALL["content"]
    assert shown["events"][1]["fields"]["reason"] == "业主补充"


@pytest.mark.clause("KB1-2.4")
def test_a_problem_goes_to_the_department_concerned(desk: Desk) -> None:
    order = desk.take(service="noise", content="楼上装修噪音")
    assert desk.show(order)["department"] == "security"
    desk.do("lin", "triage", order, "--refer", "工程部")
    shown = desk.show(order)
    assert (shown["state"], shown["department"]) == ("referred", "engineering")
    assert [each["id"] for each in desk.do("sup-e", "list", "--where", "department=engineering")] == [order]
    row = desk.rows("orders")[-1]
    assert (row["event"], row["department"], row["by"], row["at"]) == ("referred", "engineering", "lin", desk.now)


@pytest.mark.clause("SOP-1.5")
def test_the_base_price_is_told_where_the_price_list_has_one(desk: Desk) -> None:
    priced = desk.do("lin", "new-order", *option_pairs(CALL))
    assert priced["base_price"] == "50.00"
    assert "50.00" in priced["read_back"]
    public = desk.do("lin", "new-order", *option_pairs({**CALL, "service": "lighting"}))
    assert public["base_price"] is None
    assert "收费" not in public["read_back"]
    assert "80.00" in desk.act("lin", "new-order", *option_pairs({**CALL, "service": "下水道疏通"})).out
    desk.edit_rules(("base_price: 50.00", "base_price: 55.50"))
    assert desk.do("lin", "new-order", *option_pairs(CALL))["base_price"] == "55.50"


@pytest.mark.clause("SOP-1.5")
def test_a_price_agreed_otherwise_is_recorded_and_read_back(desk: Desk) -> None:
    item = desk.do("lin", "new-order", *option_pairs({**CALL, "price": "65"}))
    assert (item["base_price"], desk.show(item["id"])["price"]) == ("50.00", "65.00")
    assert "65.00" in item["read_back"]
    desk.do("lin", "reprice", item["id"], "70", "--reason", "加一个弯头")
    assert desk.show(item["id"])["price"] == "70.00"


@pytest.mark.clause("SOP-1.6")
def test_the_essentials_are_there_to_be_read_back(desk: Desk) -> None:
    item = desk.do("lin", "new-order", *option_pairs(FULL))
    for essential in (*(CALL[name] for name in ("content", "caller", "phone", "address")), FULL["requirements"]):
        assert essential in item["read_back"]
    assert "给排水维修" in item["read_back"]
    assert "2026-11-03 10:00" in item["read_back"]
    assert desk.show(item["id"])["read_back"] is None
    assert item["read_back"] in desk.act("lin", "new-order", *option_pairs({**FULL, "at": None})).out


@pytest.mark.clause("SOP-1.6")
def test_that_it_was_read_back_is_recorded_without_personal_data(desk: Desk) -> None:
    item = desk.do("lin", "new-order", *option_pairs(FULL), "--read-back")
    kept = desk.show(item["id"])["read_back"]
    assert CALL["content"] in kept
    assert "2026-11-03 10:00" in kept
    assert not any(CALL[name] in kept for name in ("caller", "phone", "address"))
