"""A month's pay: who may see it; private lines, the bonus, what the ledger adds or takes. Desk (JD-8).

What is paid on is said by `appraise --pay` and recorded nowhere: pay.csv is edited by hand.
"""

from decimal import Decimal
from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.payroll import add_up_month, find_pay_lines, list_excesses, list_pay_entries
from dispatchctl.desk.names import say_no_person
from dispatchctl.desk.periods import Period
from dispatchctl.desk.rights import require_right
from dispatchctl.desk.staff.appraisal import Appraised
from dispatchctl.errors import BadData, Fault
from dispatchctl.policy.rights import PAY
from dispatchctl.rules.appraisal import write_money
from dispatchctl.rules.people import People
from dispatchctl.store.pay import PayFile, read_pay


def check_pay_access(books: Books, staff: str) -> None:
    """Refused for whoever may not see pay, staff's or ("") everybody's: by default managers and personnel (JD-8)."""
    require_right(books, require_actor(books), PAY, f"see the pay of {staff or 'others'}", staff)


def open_pay(books: Books, people: People) -> PayFile | None:
    """The private pay lines; what is odd about the file is a warning, what is wrong in it BadData.

    people: those there are today, whatever month is asked about: the file is of today.
    """
    file = read_pay(books.folder)
    if file is None:
        books.warnings.append(f"{books.folder.label}/private/pay.csv is not there: pay lines are left empty")
        return None
    unknown = [line for line in file.lines if line.staff not in people.histories]
    if unknown:
        faults = [
            Fault(file.label, line.number, 1, "unknown-staff", say_no_person(line.staff), "a staff id")
            for line in unknown
        ]
        raise BadData.of(faults)
    if file.open_to_others:
        books.warnings.append(f"{file.label} is open to others than its owner (chmod 600 {file.label})")
    return file


def list_pay(books: Books, one: Appraised, period: Period, file: PayFile | None) -> dict[str, Any]:
    """The pay lines of a month: base, performance (the bonus), insurance, the month's share of year-end, the ledger.

    total is exact; None where no base is known, since it would be no pay. Money is text with two places. warnings: what
    passes the limits of `pay` in the rules of the month, told by the books as well.
    """
    base, insurance, share = find_pay_lines(file, one.staff, period)
    bonus = one.appraisal.bonus
    performance = None if bonus is None else Decimal(bonus)
    entries = list(list_pay_entries(books, one.staff, period))
    total = None
    if base is not None:
        known = (base, performance, insurance, share, *(Decimal(entry["amount"]) for entry in entries))
        total = sum((amount for amount in known if amount is not None), Decimal(0))
    rules = books.book.at(max(period.start, period.end - 1))[0].policy["pay"]
    month = add_up_month(one.staff, period, (base, performance, share), entries)
    warnings = (
        list(list_excesses(rules, month, f"private/pay.csv has no base line of {one.staff}", openly=True))
        if rules
        else []
    )
    books.warnings += warnings
    return {
        "base": _say_money(base),
        "performance": _say_money(performance),
        "insurance": _say_money(insurance),
        "year_end": _say_money(share),
        "entries": entries,
        "total": _say_money(total),
        "warnings": warnings,
    }


def _say_money(amount: Decimal | None) -> str | None:
    return None if amount is None else write_money(amount)
