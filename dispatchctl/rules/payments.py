"""What an order costs, what was paid of it, and what is still owed; whether that is settled. Pure."""

from collections.abc import Iterable

from dispatchctl.registers.row import Row

MONEY = frozenset({"billed", "paid_total", "unpaid"})
MONEYED = frozenset({"taken", "billed", "paid", "repriced", "amended"})


def read_money(rows: Iterable[Row], price: str, *, cancelled: bool) -> dict[str, str]:
    """billed, paid_total and unpaid of an order, each money with two places or "" where nothing is known of it.

    rows: those of MONEYED, in fold order. Notices add up, and so do payments; an `amended` amount is that of the last
    of them. price: what was agreed, which is owed where no notice said how much; of a cancelled order nothing is. What
    was paid beyond it, or is to be given back, is below 0.
    """
    found: list[list[str]] = []  # [event, amount]
    for row in rows:
        if row.event in ("billed", "paid") and row.fields.get("amount"):
            found.append([row.event, row.fields["amount"]])
        elif row.event == "amended" and found and row.fields.get("amount"):
            found[-1][1] = row.fields["amount"]
    if not found and not price:
        return dict.fromkeys(MONEY, "")
    from decimal import Decimal, InvalidOperation  # few orders have any

    try:
        sums = {name: [Decimal(amount) for event, amount in found if event == name] for name in ("billed", "paid")}
        billed, paid = (sum(each, Decimal("0.00")) if each else None for each in sums.values())
        owed = billed if billed is not None else Decimal("0.00") if cancelled else Decimal(price) if price else None
    except InvalidOperation:  # rows of a release that took anything: what they come to is not known
        return dict.fromkeys(MONEY, "")
    unpaid = None if owed is None else owed - (paid or Decimal("0.00"))
    values = {"billed": billed, "paid_total": paid, "unpaid": unpaid}
    return {name: "" if value is None else f"{value:.2f}" for name, value in values.items()}


def is_settled(rows: Iterable[Row], price: str) -> bool:
    """Whether an order is paid: nothing is owed of what it costs, or, where nobody said what that is, something came.

    rows, price: as of `read_money`. What costs 0.00 is settled without a payment; of what nobody priced nothing is.
    """
    from decimal import Decimal

    money = read_money((row for row in rows if row.event in MONEYED), price, cancelled=False)
    if money["unpaid"]:
        return Decimal(money["unpaid"]) <= 0
    return Decimal(money["paid_total"] or "0") > 0
