"""What was billed, paid and is still owed for an order; how it was paid; never more than is owed by a slip."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk
from transcripts import Result

from dispatchctl.registers.row import Row
from dispatchctl.rules.payments import read_money


def read(desk: Desk, order: str) -> tuple[Any, ...]:
    item = desk.do("lin", "show", order)
    return item["billed"], item["paid_total"], item["unpaid"]


def test_an_order_shows_what_is_owed(desk: Desk) -> None:
    order = desk.take(price="80")
    assert read(desk, order) == (None, None, "80.00")
    desk.do("lin", "paid", order, "--amount", "30", "--method", "wechat")
    assert read(desk, order) == (None, "30.00", "50.00")
    desk.do("lin", "reprice", order, "100", "--reason", "增加材料")
    assert read(desk, order) == (None, "30.00", "70.00")
    desk.do("lin", "bill", order, "--amount", "60")
    desk.do("lin", "bill", order)  # a reminder
    desk.do("lin", "bill", order, "--amount", "50")
    assert read(desk, order) == ("110.00", "30.00", "80.00")
    desk.do("lin", "paid", order, "--amount", "80", "--method", "现金")
    assert read(desk, order) == ("110.00", "110.00", "0.00")
    desk.do("lin", "retract", order, "--reason", "记错了")
    desk.do("lin", "paid", order, "--amount", "75", "--method", "现金")
    assert read(desk, order) == ("110.00", "105.00", "5.00")
    assert [row["method"] for row in desk.rows("orders") if row["event"] == "paid"] == ["wechat", "cash", "cash"]
    (item,) = desk.do("lin", "list", "orders", "--where", "unpaid=5")
    assert item["id"] == order
    shown = desk.act("lin", "show", order, env={"DISPATCHCTL_LANG": "zh"}).out
    assert "尚欠" in shown
    assert "支付方式：微信" in shown


def test_nothing_is_known_where_nothing_was_agreed(desk: Desk) -> None:
    order = desk.take()
    assert read(desk, order) == (None, None, None)
    done = desk.act("lin", "paid", order, "--amount", "50")
    assert (done.code, done.err) == (0, "")
    assert read(desk, order) == (None, "50.00", None)
    told = desk.refuse(2, "lin", "paid", order, "--amount", "30.50", "--over", "--reason", "含材料费")
    assert f"what is owed for {order} is not known" in told
    done = desk.act("lin", "paid", order, "--amount", "30.50")
    assert done.code == 0
    assert "80.50 in all is more than the base price, 50.00" in done.err


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (("--amount", "60"), 4, "60.00 is more than the 50.00 that is owed for O-20261102-0001: agreed 80.00, paid 30"),
        (("--amount", "60", "--over"), 2, "--over: goes with --reason TEXT"),
        (("--amount", "50", "--over", "--reason", "多付"), 2, "goes with more than is owed; this is not"),
        (("--amount", "0"), 2, "nothing is paid"),
        (("--amount", "-10"), 2, "what is given back has a reason"),
        (("--amount", "-31", "--reason", "退款"), 4, "31.00 is more than the 30.00 that was paid"),
        (("--amount", "10", "--method", "bitcoin"), 3, "no such payment method: 'bitcoin'"),
        (("--amount", "1e3"), 2, "is not understood"),
    ],
)
def test_what_is_refused(desk: Desk, argv: tuple[str, ...], code: int, told: str) -> None:
    order = desk.take(price="80")
    desk.do("lin", "paid", order, "--amount", "30")
    assert told in desk.refuse(code, "lin", "paid", order, *argv)
    assert read(desk, order) == (None, "30.00", "50.00")


def test_more_is_taken_where_it_is_meant(desk: Desk) -> None:
    order = desk.take(price="80")
    desk.do("lin", "paid", order, "--amount", "85", "--over", "--reason", "含跑腿费")
    assert read(desk, order) == (None, "85.00", "-5.00")
    desk.refuse(4, "lin", "paid", order, "--amount", "1")
    desk.do("lin", "paid", order, "--amount", "-5", "--reason", "退还多收", "--method", "cash")
    assert read(desk, order) == (None, "80.00", "0.00")
    desk.refuse(2, "lin", "bill", order, "--amount", "-5")
    report = desk.do("mgr", "report", "monthly")
    assert report["measures"]["revenue"]["value"] == "80.00"


def test_what_was_paid_for_a_cancelled_order_is_to_be_given_back(desk: Desk) -> None:
    order = desk.take(price="80")
    desk.do("lin", "paid", order, "--amount", "30")
    desk.do("lin", "cancel", order, "--reason", "业主取消")
    assert read(desk, order) == (None, "30.00", "-30.00")
    desk.refuse(4, "lin", "paid", order, "--amount", "10")
    desk.do("lin", "paid", order, "--amount", "-30", "--reason", "退还订金")
    assert read(desk, order) == (None, "0.00", "0.00")


def test_the_desk_has_its_own_ways_to_be_paid(desk: Desk) -> None:
    desk.edit_rules((r"payment_methods: {", "payment_methods: {meal-card: 饭卡, "))
    order = desk.take(price="80")
    desk.do("lin", "paid", order, "--amount", "30", "--method", "饭卡")
    assert desk.do("lin", "show", order)["method"] == "meal-card"


def row(event: str, amount: str = "", number: int = 1) -> Row:
    fields = {"amount": amount} if amount else {}
    return Row(0, number, "lin", "O-1", event, fields, "", "", "", "orders", "2026-11.main", number)


MONEY = (
    # rows, price, cancelled: billed, paid in all, unpaid
    ((), "", False, ("", "", "")),
    ((), "80.00", False, ("", "", "80.00")),
    ((), "80.00", True, ("", "", "0.00")),
    ((("paid", "30.00"),), "", False, ("", "30.00", "")),
    ((("paid", "30.00"), ("paid", "-10.00")), "80.00", False, ("", "20.00", "60.00")),
    ((("billed", "60.00"), ("billed", ""), ("paid", "70.00")), "80.00", False, ("60.00", "70.00", "-10.00")),
    # an amount is corrected where it was given last
    ((("billed", "60.00"), ("amended", "65.00"), ("paid", "5.00")), "", False, ("65.00", "5.00", "60.00")),
    ((("billed", "60.00"), ("paid", "5.00"), ("amended", "6.00")), "", False, ("60.00", "6.00", "54.00")),
    ((("amended", "6.00"), ("paid", "5.00")), "", False, ("", "5.00", "")),
    ((("billed", "60.00"),), "80.00", True, ("60.00", "", "60.00")),
    # what an older release let stand is no number: nothing is known
    ((("paid", "5.00"), ("paid", "many")), "80.00", False, ("", "", "")),
)


@pytest.mark.parametrize(("rows", "price", "cancelled", "expected"), MONEY)
def test_money_as_a_table(
    rows: tuple[tuple[str, str], ...], price: str, cancelled: bool, expected: tuple[str, ...]
) -> None:
    found = read_money([row(*each, number) for number, each in enumerate(rows, 1)], price, cancelled=cancelled)
    assert (found["billed"], found["paid_total"], found["unpaid"]) == expected


@pytest.mark.parametrize("seed", range(4))
def test_an_order_and_the_months_add_up_to_the_same(desk: Desk, seed: int) -> None:
    """Whatever is paid, corrected and taken back: what the orders show is what the months' rows come to."""
    chance = random.Random(seed)
    orders = [desk.take(price="500") for _ in range(2)]
    for _ in range(14):
        desk.wait(hours=60)
        order = chance.choice(orders)
        argv: tuple[str, ...] = chance.choice(
            (
                ("paid", order, "--amount", f"{chance.randrange(1, 60)}.{chance.randrange(100):02}"),
                ("paid", order, "--amount", "-3.10", "--reason", "退款"),
                ("bill", order, "--amount", "40"),
                ("amend", order, "amount=12.34", "--reason", "记错了"),
                ("retract", order, "--reason", "记错了"),
            )
        )
        assert desk.act("lin", *argv).code in (0, 4), argv
    shown = sum((Decimal(item["paid_total"] or 0) for item in desk.do("lin", "list", "orders")), Decimal(0))
    months = [
        Decimal(desk.do("mgr", "report", "monthly", "--month", month)["measures"]["revenue"]["value"])
        for month in ("2026-11", "2026-12", "2027-01")
    ]
    assert sum(months, Decimal(0)) == shown


def open_billed(run: Any, folder: Path) -> Desk:
    """Rules that count what was billed by the event's name, as they could before an order had a field of that name."""
    desk = copy_desk(run, folder)
    measures = "measures:\n  noticed: {title: 已通知, of: orders, count: {billed: {not: null}}}\n"
    desk.edit_rules((r"measures:\n", measures), (r"measures: \[orders, dispatched,", "measures: [noticed, dispatched,"))
    return desk


def test_a_condition_on_an_event_goes_on_meaning_the_event(run: Any, isolated: Path) -> None:
    desk = copy_desk(run, isolated, open_billed)
    desk.do("lin", "bill", desk.take())  # without an amount: nothing is owed, and yet it was billed
    desk.take()
    figure = desk.do("mgr", "report", "monthly")["measures"]["noticed"]
    assert (figure["numerator"], figure["denominator"]) == (1, 2)


def test_a_payment_is_written_once(desk: Desk) -> None:
    order = desk.take(price="80")
    for _ in range(2):
        done: Result = desk.act("lin", "paid", order, "--amount", "80", "--request-id", "k1", "--json")
        assert done.code == 0, done.err
    assert json.loads(done.out)["replayed"] is True
    assert read(desk, order) == (None, "80.00", "0.00")


def test_what_show_prints_of_a_paid_order_can_be_taken_again(desk: Desk) -> None:
    order = desk.take(price="80")
    desk.do("lin", "paid", order, "--amount", "20")
    desk.do("lin", "paid", order, "--amount", "30", "--method", "cash")
    desk.do("lin", "retract", order, "--reason", "记错了")
    shown = desk.act("lin", "show", order, "--json").out
    done = desk.act("lin", "new-order", "--from", "-", "-q", input=shown)
    assert done.code == 0, done.err
    assert read(desk, done.out.strip()) == (None, None, "80.00")


def test_a_correction_is_held_to_what_a_payment_is(desk: Desk) -> None:
    """Never more than is owed, nothing, or below nothing; of several each has its own, and is taken back."""
    order = desk.take(price="50")
    desk.do("lin", "paid", order, "--amount", "50")
    because = ("--reason", "记错了")
    told = desk.refuse(4, "lin", "amend", order, "amount=50.01", *because)
    assert "50.01 is more than the 50.00 that is owed" in told
    assert "--over" in told
    for amount in ("0", "-5"):
        assert "by a correction" in desk.refuse(2, "lin", "amend", order, f"amount={amount}", *because)
    desk.do("lin", "amend", order, "amount=45", *because)
    assert (desk.show(order)["paid_total"], desk.show(order)["unpaid"]) == ("45.00", "5.00")
    desk.do("lin", "bill", order, "--amount", "50")
    told = desk.refuse(4, "lin", "amend", order, "amount=40", *because)
    assert "each notice and payment" in told
    assert f"dispatchctl retract {order} ROW" in told
    billed = desk.take()
    desk.do("lin", "bill", billed, "--amount", "50")
    assert "below 0" in desk.refuse(2, "lin", "amend", billed, "amount=-10", *because)
