"""What a month's decisions add to a person's pay and take off it, and whether that passes the rules' limits. Desk.

A limit (`pay` of the rules) stops nothing: who approves is warned, and so is who looks at the pay of the month.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.ledger.entries import Entry, is_keyed_by_row, read_entries, say_conflict
from dispatchctl.desk.months.closed import list_closed
from dispatchctl.desk.periods import Period, month_period
from dispatchctl.desk.rights import cite, has_right
from dispatchctl.desk.times import format_time, local_month
from dispatchctl.errors import DispatchError
from dispatchctl.policy.rights import PAY
from dispatchctl.rules.appraisal import SIGNS, share_of_year, sign_amount, write_money
from dispatchctl.rules.turns import Life, have_met, list_turns, list_turns_beside
from dispatchctl.store.pay import BASE, INSURANCE, YEAR_END, PayFile, read_pay
from dispatchctl.store.schema import mark_column

EVENTS = ("proposed", "approved", "reversed", "waived")
TIMES = tuple(map(mark_column, EVENTS))
FEN = Decimal("0.01")

# --- what decisions add and take ----------------------------------------------------------------------------------


def _read_life(books: Books, entry: Entry, closed: Mapping[str, int]) -> Life:
    """When an entry began, counted and ended; closed: see list_closed."""
    proposed, approved, reversed_at, waived_at = (
        None if entry[name] is None else _find_paid(books, entry, event, entry[name], closed)
        for event, name in zip(EVENTS, TIMES, strict=True)
    )
    assert proposed is not None
    return Life(entry["id"], proposed, approved, reversed_at or waived_at, "reversed" if reversed_at else "waived")


def list_pay_entries(books: Books, staff: str, period: Period) -> Iterator[dict[str, Any]]:
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


# --- the limits of what they may take -----------------------------------------------------------------------------


def find_pay_lines(file: PayFile | None, staff: str, period: Period) -> list[Decimal | None]:
    """Base, insurance and the month's share of year-end of a person, None where the file says nothing of them."""
    found = [file.find(staff, line, period.name) if file else None for line in (BASE, INSURANCE, YEAR_END)]
    base, insurance, year_end = (None if line is None else line.amount for line in found)
    return [base, insurance, None if year_end is None else share_of_year(year_end, int(period.name[5:]))]


class Deducted(NamedTuple):
    """What a month's decisions take off a person's wage (None: not known); losses: their compensation, of `off`.

    The wage is what the month pays before insurance and deductions, rewards with it.
    """

    staff: str
    month: str
    wage: Decimal | None
    losses: Decimal
    off: Decimal


def add_up_month(
    staff: str, period: Period, lines: Sequence[Decimal | None], entries: Iterable[Mapping[str, Any]]
) -> Deducted:
    """lines: of pay, base first, without which the wage is not known; entries: see list_pay_entries."""
    sums = dict.fromkeys(SIGNS, Decimal(0))
    for entry in entries:
        sums[entry["kind"]] += Decimal(entry["amount"])
    rewards = sums.pop("reward")
    wage = None if lines[0] is None else sum((line for line in lines if line is not None), rewards)
    return Deducted(staff, period.name, wage, -sums["compensation"], -sum(sums.values(), Decimal(0)))


def list_excesses(rules: Mapping[str, Any], month: Deducted, unknown: str, *, openly: bool) -> Iterator[str]:
    """Which limits of the rules (`pay`) a month passes; unknown: why the wage is not known, where it is not.

    openly: with the figures of the wage, for who may see them.
    """
    named, cited = f"{month.staff} {month.month}:", cite(rules["source"])
    if month.off <= 0:
        return
    if month.wage is None:
        told = f"whether {month.off:.2f} may be taken off it is not checked"
        yield f"{named} the wage is not known ({unknown}): {told}{cited}"
        return
    left = month.wage - month.off
    unseen = f"; how much it is see managers and personnel: appraise --pay{cited}"
    share, minimum = rules["compensation_share"], rules["minimum_wage"]
    if share is not None and month.losses > month.wage * Decimal(share):
        percent = f"{(Decimal(share) * 100).normalize():f}"
        if openly:
            allowed = (month.wage * Decimal(share)).quantize(FEN, ROUND_FLOOR)
            part = (month.losses * 100 / month.wage).quantize(FEN, ROUND_CEILING) if month.wage else "more than 100"
            told = f"is {part} % of the wage, {month.wage:.2f}; no more than {percent} %, {allowed}, may be taken off"
            yield f"{named} {month.losses:.2f} for losses {told}; {left:.2f} would be left{cited}"
        else:
            yield f"{named} {month.losses:.2f} for losses is more than {percent} % of the wage{unseen}"
    if minimum is not None and left < Decimal(minimum):
        off = f"{named} {month.off:.2f} off the wage"
        if openly:
            told = f"{month.wage:.2f}, would leave {left:.2f}, less than the minimum wage, {minimum}"
            yield f"{off}, {told}{cited}"
        else:
            yield f"{off} would leave less than the minimum wage, {minimum}{unseen}"


def warn_of_approval(books: Books, staff: str, kind: str, amount: str, moment: Instant) -> None:
    """Warn where what is about to be approved passes, with the rest of its month, the limits of `pay` in the rules.

    The month is that of the approval, or, where that one is closed, the one that records it. Its bonus is not known
    yet and not counted. A pay file that is not there or not sound stops no approval: that is a warning as well.
    """
    signed = sign_amount(kind, amount)
    at = moment.at
    rules = books.book.at(at)[0].policy["pay"]
    if rules is None or not signed or signed > 0:
        return
    if local_month(books, at) in list_closed(books.present):
        at = moment.recorded // 1_000_000
    period = month_period(books, local_month(books, at))
    file, unknown = None, f"{books.folder.label}/private/pay.csv is not there"
    try:
        file = read_pay(books.folder)
    except DispatchError as error:
        unknown = str(error).partition("\n")[0]
    if file is not None:
        unknown = f"{file.label} has no base line of {staff}"
    base, _, share = find_pay_lines(file, staff, period)
    entries = [*list_pay_entries(books, staff, period), {"kind": kind, "amount": signed}]
    month = add_up_month(staff, period, (base, share), entries)
    openly = has_right(books, require_actor(books), PAY)
    books.warnings += list_excesses(rules, month, unknown, openly=openly)
