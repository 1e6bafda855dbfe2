"""A month's pay: who may see it; private lines, the bonus, what the ledger adds or takes. Desk (JD-8).

What is paid on is said by `appraise --pay` and recorded nowhere: pay.csv is edited by hand.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.entries import Entry, is_keyed_by_row, read_entries, say_conflict
from dispatchctl.desk.months.closed import list_closed
from dispatchctl.desk.names import say_no_person
from dispatchctl.desk.periods import Period
from dispatchctl.desk.rights import require_right
from dispatchctl.desk.staff.appraisal import Appraised
from dispatchctl.desk.times import format_time, local_month
from dispatchctl.errors import BadData, Fault
from dispatchctl.policy.rights import PAY
from dispatchctl.rules.appraisal import share_of_year, sign_amount, write_money
from dispatchctl.rules.people import People
from dispatchctl.rules.turns import Life, have_met, list_turns, list_turns_beside
from dispatchctl.store.pay import BASE, INSURANCE, YEAR_END, PayFile, read_pay
from dispatchctl.store.schema import mark_column


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

    total is exact; None where no base is known, since it would be no pay. Money is text with two places.
    """

    def find(line: str) -> Decimal | None:
        found = file.find(one.staff, line, period.name) if file else None
        return found.amount if found else None

    base, insurance, year_end = map(find, (BASE, INSURANCE, YEAR_END))
    share = None if year_end is None else share_of_year(year_end, int(period.name[5:]))
    bonus = one.appraisal.bonus
    performance = None if bonus is None else Decimal(bonus)
    entries = list(_list_entries(books, one.staff, period))
    total = None
    if base is not None:
        known = (base, performance, insurance, share, *(Decimal(entry["amount"]) for entry in entries))
        total = sum((amount for amount in known if amount is not None), Decimal(0))
    return {
        "base": _say_money(base),
        "performance": _say_money(performance),
        "insurance": _say_money(insurance),
        "year_end": _say_money(share),
        "entries": entries,
        "total": _say_money(total),
    }


def _say_money(amount: Decimal | None) -> str | None:
    return None if amount is None else write_money(amount)


EVENTS = ("proposed", "approved", "reversed", "waived")
TIMES = tuple(map(mark_column, EVENTS))


def _read_life(books: Books, entry: Entry, closed: Mapping[str, int]) -> Life:
    """When an entry began, counted and ended; closed: see list_closed."""
    proposed, approved, reversed_at, waived_at = (
        None if entry[name] is None else _find_paid(books, entry, event, entry[name], closed)
        for event, name in zip(EVENTS, TIMES, strict=True)
    )
    assert proposed is not None
    return Life(entry["id"], proposed, approved, reversed_at or waived_at, "reversed" if reversed_at else "waived")


def _list_entries(books: Books, staff: str, period: Period) -> Iterator[dict[str, Any]]:
    """What was approved in the period, and what was taken back in it of what had been approved, by time.

    So the month in which a fine was approved keeps it, and the month of its reversal gives it back: that of its `at`,
    or, where that one was closed when it was recorded, the month that recorded it. An approval that took a measure
    instead of money moves none. Of entries of one fact none counts while several of them stand.
    """
    groups: dict[tuple[str, str], list[Entry]] = {}
    rest = "WHERE staff = ? AND \"at:proposed\" < ? AND state <> 'void' ORDER BY first_at, id"
    for entry in read_entries(books.index.db, rest, (staff, period.end), ("taken", "recorded", *TIMES)):
        groups.setdefault((entry["rule"], entry["fact"]), []).append(entry)
    closed = list_closed(books.present) if groups else {}
    turned = []
    for group in groups.values():
        lives = [_read_life(books, entry, closed) for entry in group]
        # What an older release proposed twice it counted twice, and what takes that back is counted as well.
        apart = have_met(lives) and not all(map(is_keyed_by_row, group))
        standing = [life.entry for life in lives if life.stands(period.end - 1)]
        if apart and len(standing) > 1:
            books.warnings.append(say_conflict(standing))
        for one, life in zip(group, lives, strict=True):
            amount = sign_amount(one["kind"] or "", one["amount"])
            if not amount or one["taken"]:
                continue
            others = [other for other in lives if other is not life]
            turns = (
                list_turns_beside(life, others, period.start, period.end)
                if apart
                else list_turns(life, period.start, period.end)
            )
            turned += [(at, one["id"], event, one["kind"], one["rule"], sign * amount) for at, event, sign in turns]
    for at, entry, event, kind, rule, amount in sorted(turned):
        yield {
            "id": entry,
            "event": event,
            "at": format_time(books, at),
            "kind": kind,
            "rule": rule,
            "amount": write_money(amount),
        }


def _find_paid(books: Books, entry: Entry, event: str, at: int, closed: Mapping[str, int]) -> int:
    """The time (seconds) by which what changed an entry belongs to a month: its own, or when it was recorded."""
    closing = closed.get(local_month(books, at))
    if closing is None or entry["recorded"] <= closing:  # that of its last row
        return at
    rows = books.index.family_rows(entry["id"])
    told = [row.recorded for row in rows if row.event == event and row.recorded > closing]
    return max(told) // 1_000_000 if told else at
