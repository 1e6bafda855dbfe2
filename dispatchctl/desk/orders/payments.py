"""What is asked for and paid for an order: never more than is owed by a slip of the hand. Desk (XX-3.3)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.events import act_each
from dispatchctl.desk.fields import Typed, read_fields
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.rules.families import Case
from dispatchctl.typed import Writing

MEANT = "where it is meant: --over --reason TEXT"


def record_payment(
    books: Books, ids: Sequence[str], event: str, typed: Typed, writing: Writing
) -> tuple[list[Done], list[Refusal]]:
    """Record billed or paid of each of these orders; `over` of typed: although it is more than is owed."""
    require_actor(books)
    fields = {name: value for name, value in typed.items() if name != "over"}
    reason = str(typed.get("reason") or "").strip()
    if typed.get("over") and not reason:
        raise UsageFault("goes with --reason TEXT", place="--over")

    def plan(order: str, moment: Instant) -> tuple[str, list[Step]]:
        lint_privacy(books, {"--note": writing.note, "--reason": reason})
        read = read_fields(books, "orders", fields, moment)
        check = _check_paid if event == "paid" else _check_billed
        check(books, order, read, over=bool(typed.get("over")))
        return order, [Step(event, read)]

    return act_each(books, "orders", ids, plan, writing, (event,))


def _check_billed(books: Books, order: str, fields: Mapping[str, str], *, over: bool) -> None:
    if Decimal(fields.get("amount") or 0) < 0:
        raise UsageFault("a notice asks for nothing below 0", place="--amount", hint="reprice, amend or retract")


def _check_paid(books: Books, order: str, fields: Mapping[str, str], *, over: bool) -> None:
    """Refused for more than is owed, and for giving back more than was paid; a refund has a reason."""
    amount = Decimal(fields["amount"])
    if not amount:
        raise UsageFault("nothing is paid", place="--amount")
    if amount < 0 and not fields.get("reason"):
        raise UsageFault("what is given back has a reason: --reason TEXT", place="--amount")
    family = books.family(order)
    case = family.cases[order]
    money = books.judging.derive(books.family(order), case)
    paid = Decimal(money.get("paid_total") or 0)
    if amount < 0:
        most, told = paid, f"{-amount:.2f} is more than the {paid:.2f} that was paid for {order}"
    elif money.get("unpaid"):
        most = max(Decimal(money["unpaid"]), Decimal(0))
        told = f"{amount:.2f} is more than the {most:.2f} that is owed for {order}: {_say_owed(money, case.fields)}"
    elif over:
        message = f"goes with more than is owed, and what is owed for {order} is not known: first reprice or bill"
        raise UsageFault(message, place="--over")
    else:
        _warn_of_base(books, case.rows[0].at if case.rows else 0, case.fields, paid + amount)
        return
    if abs(amount) > most and not over:
        raise Refused(told, place="--amount", hint=MEANT)
    if abs(amount) <= most and over:
        raise UsageFault("goes with more than is owed; this is not", place="--over")


def _say_owed(money: Mapping[str, str], fields: Mapping[str, str]) -> str:
    asked = f"billed {money['billed']}" if money.get("billed") else f"agreed {fields.get('price') or '0.00'}"
    return f"{asked}, paid {money.get('paid_total') or '0.00'}"


def _warn_of_base(books: Books, at: int, fields: Mapping[str, str], total: Decimal) -> None:
    """Where nothing was agreed the base price is all there is to hold it against, and materials may come to more."""
    service = books.book.at(at)[0].policy["services"].get(fields.get("service", "")) or {}
    base = service.get("base_price")
    if base and total > Decimal(base):
        told = f"--amount: {total:.2f} in all is more than the base price, {base}"
        books.warnings.append(f"{told}; what was agreed is said by reprice or bill")


def check_amended_money(books: Books, case: Case, values: Mapping[str, str]) -> None:
    """Refused where a corrected amount is of one of several, or would not have been taken when it was recorded."""
    if not {"amount", "method"} & values.keys() or case.register != "orders":
        return
    rows = [row for row in case.rows if row.event in ("billed", "paid") and row.fields.get("amount")]
    anew = f"dispatchctl retract {case.id} ROW --reason TEXT, then record it anew"
    if len(rows) > 1:
        message = f"each notice and payment of {case.id} has its own: take the wrong one back and record it anew"
        raise Refused(message, place="amount", hint=f"{anew}; its rows: dispatchctl show {case.id} --json")
    amount, event = Decimal(values.get("amount") or 1), rows[0].event if rows else "billed"
    if event == "billed":
        _check_billed(books, case.id, values, over=False)
        return
    if amount <= 0:
        raise UsageFault("nothing is paid, or given back, by a correction", place="amount", hint=anew)
    money = books.judging.derive(books.family(case.id), case)
    if money.get("unpaid") and "amount" in values:
        most = max(Decimal(money["unpaid"]) + Decimal(money.get("paid_total") or 0), Decimal(0))
        if amount > most:
            told = f"{amount:.2f} is more than the {most:.2f} that is owed for {case.id}"
            raise Refused(told, place="amount", hint=f"{anew} with --over --reason TEXT")
