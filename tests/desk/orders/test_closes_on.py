"""When an order closes: once it is confirmed, or, where the rules it was taken under say so, once it is paid."""

import pytest
from desks import Desk, forget_index

SHOP = (r"closes_on: confirmed", "closes_on: paid")


def work(desk: Desk, **fields: str) -> str:
    """An order that is done and confirmed."""
    order = desk.take(**fields)
    job = desk.send(order, "pan")
    for who, verb in (("pan", "ack"), ("pan", "complete"), ("lin", "confirm")):
        desk.do(who, verb, job)
    return order


def pay(desk: Desk, order: str, amount: str, *more: str) -> str:
    desk.do("lin", "paid", order, "--amount", amount, "--method", "wechat", *more)
    return str(desk.show(order)["state"])


def test_by_default_it_closes_when_it_is_confirmed(desk: Desk) -> None:
    assert desk.show(work(desk, price="80"))["state"] == "closed"
    desk.edit_rules((r"\norders: .*\n  closes_on: .*\n", "\n"))
    assert desk.show(work(desk, price="90", content="堵塞"))["state"] == "closed"


def test_a_shops_order_closes_with_its_last_yuan(desk: Desk) -> None:
    desk.edit_rules(SHOP)
    order = work(desk, price="80")
    assert desk.show(order)["state"] == "awaiting-payment"
    assert [each["id"] for each in desk.do("lin", "list", "orders", "--state", "awaiting-payment")] == [order]
    assert pay(desk, order, "79.99") == "awaiting-payment"
    assert pay(desk, order, "0.01") == "closed"
    assert desk.do("lin", "list", "orders", "--state", "awaiting-payment") == []
    forget_index(desk.folder)
    assert desk.show(order)["state"] == "closed"
    desk.do("lin", "retract", order, "--reason", "记错了")
    assert desk.show(order)["state"] == "awaiting-payment"
    assert desk.act("mgr", "records", "check").code == 0


@pytest.mark.parametrize(
    ("price", "billed", "paid", "state"),
    [
        (None, None, None, "awaiting-payment"),  # nobody said what it costs
        (None, None, "5", "closed"),
        (None, "60", None, "awaiting-payment"),
        (None, "60", "59.99", "awaiting-payment"),
        (None, "60", "60", "closed"),
        ("80", "60", "60", "closed"),  # the notice counts, not what was agreed
        ("0", None, None, "closed"),  # nothing to pay
    ],
)
def test_what_is_owed_decides(desk: Desk, price: str, billed: str, paid: str, state: str) -> None:
    desk.edit_rules(SHOP)
    order = work(desk, price=price)
    if billed:
        desk.do("lin", "bill", order, "--amount", billed)
    if paid:
        pay(desk, order, paid)
    assert desk.show(order)["state"] == state


def test_paid_in_advance_it_closes_when_it_is_confirmed(desk: Desk) -> None:
    desk.edit_rules(SHOP)
    order = desk.take(price="80")
    assert pay(desk, order, "80") == "open"
    job = desk.send(order, "pan")
    desk.do("pan", "ack", job)
    desk.do("pan", "complete", job)
    assert desk.show(order)["state"] == "done"
    desk.do("lin", "confirm", job)
    assert desk.show(order)["state"] == "closed"


def test_what_waits_for_its_payment_can_be_closed_by_hand_and_reopened(desk: Desk) -> None:
    desk.edit_rules(SHOP)
    order = work(desk, price="80")
    done = desk.act("lin", "close", order, "--answered", "保修期内，免收费用")
    assert done.code == 0
    assert "closes unpaid" in done.err
    assert desk.show(order)["state"] == "closed"
    other = work(desk, price="70", content="堵塞")
    desk.do("lin", "reopen", other, "--reason", "又漏了")
    assert desk.show(other)["state"] == "pool"
    assert desk.act("mgr", "records", "check").code == 0


def test_the_rules_it_was_taken_under_decide(desk: Desk) -> None:
    first = desk.take(price="80")
    desk.do("mgr", "policy", "publish")
    desk.edit_rules((r"effective_from: \S+", "effective_from: 2026-11-04"), SHOP)
    desk.do("mgr", "policy", "publish")
    desk.clock(4, "09:00")
    second = desk.take(price="90", content="堵塞")
    for order in (first, second):
        job = desk.send(order, "pan")
        for who, verb in (("pan", "ack"), ("pan", "complete"), ("lin", "confirm")):
            desk.do(who, verb, job)
    assert [desk.show(each)["state"] for each in (first, second)] == ["closed", "awaiting-payment"]
    forget_index(desk.folder)
    assert [desk.show(each)["state"] for each in (first, second)] == ["closed", "awaiting-payment"]
