"""A month under other rules: which clocks, charges and scores would have come out otherwise. Desk (`policy what-if`).

The same facts, as far as they matter to the month, are judged in memory by the new rules alone, as if these had been in
force from the beginning; nothing is written, and no cache keeps it. A closed month is compared as of its closing.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books, Then
from dispatchctl.desk.ledger.due import UNFOUNDED, is_looking_back, list_due_charges
from dispatchctl.desk.months.closed import (
    list_months,
    list_renamed,
    list_time_fields,
    make_span,
    open_for_period,
    open_part,
)
from dispatchctl.desk.periods import Period, month_period
from dispatchctl.desk.policy.draft import read_rules_text
from dispatchctl.desk.rights import check_scores
from dispatchctl.desk.times import Formatter
from dispatchctl.errors import BadData, NotFound
from dispatchctl.policy.assembling import resolve_policy_days
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.registers.ledger import MONEYLESS
from dispatchctl.store.conditions import is_paused
from dispatchctl.store.index import Index
from dispatchctl.store.judgements import ClockRow, read_clocks

VERDICTS = ("met", "late", "running", "ended", "none")
NONE = "none"
SPARE = 15  # days by which a limit of working days may be stretched by holidays
HOURS, MINUTES = 24, 60
CALENDAR = ("country", "published_through", "closed", "open")  # what days off follow from

Item = dict[str, Any]


class InstanceKey(NamedTuple):
    """What names the same instance under both rules. started_at: seconds; place: of several with the same start."""

    case: str
    clock: str
    item: str
    started_at: int
    place: int


def compare_month(books: Books, file: str, month: str, *, everything: bool) -> tuple[Books, dict[str, Any]]:
    """A month as typed under the rules of a file: (the books it is reported by, the whole as json prints it).

    everything: also what comes out the same. BadData with every fault of the file.
    """
    period = month_period(books, month)
    check_scores(books, "")
    then = open_for_period(books, period)
    supposed = suppose_rules(then, file, period)
    whole: dict[str, list[Item]] = {
        "clocks": compare_clocks(then, supposed, period, everything=True),
        "charges": compare_charges(then, supposed, period, everything=True),
        "scores": compare_scores(list_scores(then, period), list_scores(supposed, period), everything=True),
    }
    totals = add_up_changes(whole["clocks"], whole["charges"], whole["scores"])
    shown = {name: [item for item in items if everything or _differs(name, item)] for name, items in whole.items()}
    return then, {"month": period.name, "file": file, **shown, "totals": totals}


def _differs(name: str, item: Item) -> bool:
    """Whether the two sides of an item say something else; of a clock, another verdict."""
    if name == "clocks":
        return bool(item["before"]["verdict"] != item["after"]["verdict"])
    return bool(item["before"] != item["after"])


def suppose_rules(then: Books, file: str, period: Period) -> Books:
    """The books of a month by the rules of a file, "-" being standard input; BadData with every fault of it.

    then: those by which the month is reported.
    """
    if file == "-":
        name, text = "standard input", then.ws.keep(file, sys.stdin.buffer.read)
    else:
        try:
            name, text = file, read_rules_text(file, file)
        except NotFound as error:
            raise NotFound(str(error)) from None
    policy, faults = compile_policy(text, name, pages=then.pages)
    if policy is None:
        raise BadData.of(faults)
    newest = then.book.newest.policy["calendar"]
    same = all(policy["calendar"][key] == newest[key] for key in CALENDAR)
    days = then.book.tables if same else resolve_policy_days(policy)
    version = Version(policy["effective_from"], then.book.versions[0].starts_at, policy)
    book = Rulebook([version], days, f"what-if {policy['effective_from']}")

    def open_index(books: Books) -> "Index":
        from dispatchctl.store.part import Scope

        months = list_months(then, period.start, period.end)
        first = date.fromisoformat(f"{months[0]}-01") - timedelta(days=find_longest(policy))
        last = (date.fromisoformat(f"{months[-1]}-01") + timedelta(days=31)).replace(day=1)
        fields = tuple(dict.fromkeys(list_time_fields(policy, books.pages)))
        scope = Scope((make_span(then, first, last),), fields, anew=True, labels=list_renamed(book, then.present.book))
        return open_part(books, then.present.index, "", then.closing, scope)

    return Books(then.ws.vary(), Then(book, open_index, now=then.now))


def find_longest(policy: Mapping[str, Any]) -> int:
    """Days within which every clock of the rules is due after its start, holidays and pauses counted generously."""
    days = 0
    worked = len(policy["calendar"]["working"])
    for clock in policy["clocks"]:
        own = _count_days(clock["limit"], worked) if clock["limit"] else 0
        pauses = [_count_days(bound, worked) for bound in (clock["pause"] or {}).values() if bound]
        days = max(days, own + max(pauses, default=0))
    return days


def _count_days(limit: Sequence[Any], worked: int) -> int:
    """worked: how many weekdays are working days."""
    number, unit = int(limit[0]), str(limit[1])
    if unit in ("m", "h"):
        return number // (HOURS * (MINUTES if unit == "m" else 1)) + 1
    if unit in ("bh", "bm"):
        return number // (MINUTES if unit == "bm" else 1) * 2 + SPARE
    weeks = number if unit == "w" else number // worked if unit == "wd" else 0
    return weeks * 7 + (0 if unit == "w" else number) + SPARE


# --- clocks -----------------------------------------------------------------------------------------------------------


def compare_clocks(before: Books, after: Books, period: Period, *, everything: bool = False) -> list[Item]:
    """The instances due in a period under either rules whose verdict differs; everything: the others too.

    By due time, case and clock. due_at is null while a pause without bound runs, and where there is no such instance.
    """
    sides = [_list_due_instances(books, period) for books in (before, after)]
    say = Formatter(before.timezone)
    items = []
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        row = sides[0].get(key) or sides[1][key]
        one = sides[0].get(key) or _find_instance(before, row.family, key)
        two = sides[1].get(key) or _find_instance(after, row.family, key)
        shown = [_judge_side(books, each, say) for books, each in ((before, one), (after, two))]
        if everything or shown[0]["verdict"] != shown[1]["verdict"]:
            due = min(each.due_at for each in (one, two) if each and each.due_at is not None)
            told = {"case": key.case, "clock": key.clock, "item": key.item or None, "started_at": say(key.started_at)}
            items.append((due, {**told, "before": shown[0], "after": shown[1]}))
    return [item for _, item in sorted(items, key=lambda pair: (pair[0], pair[1]["case"], pair[1]["clock"]))]


def _list_due_instances(books: Books, period: Period) -> dict[InstanceKey, ClockRow]:
    rest = "WHERE share = 0 AND due_at >= ? AND due_at < ?"
    return _key_instances(read_clocks(books.index.db, rest, (period.start, period.end)))


def _key_instances(rows: Iterable[ClockRow]) -> dict[InstanceKey, ClockRow]:
    found: dict[InstanceKey, ClockRow] = {}
    for row in sorted(rows, key=lambda row: row.instance):
        place = 0
        while (key := InstanceKey(row.case, row.clock, row.item or "", row.started_at, place)) in found:
            place += 1
        found[key] = row
    return found


def _find_instance(books: Books, family: str, key: InstanceKey) -> ClockRow | None:
    """The instance of that key, whenever it is due; of a family that a part left out, as the present index has it."""
    known = books.index.db.execute("SELECT 1 FROM families WHERE id = ?", (family,)).fetchone()
    index = books.index if known else books.present.index  # supposed books have no others
    rest = 'WHERE family = ? AND "case" = ? AND clock = ? AND share = 0'
    return _key_instances(read_clocks(index.db, rest, (family, key.case, key.clock))).get(key)


def _judge_side(books: Books, row: ClockRow | None, say: Formatter) -> Item:
    if row is None:
        return {"due_at": None, "verdict": NONE, "provisional": False}
    now, due = books.now, row.due_at
    running = row.state == "running"
    if running and is_paused(now, due, row.paused_from, row.paused_until):
        due = None
    late = (due is not None and due < now) if running else bool(row.breached)
    verdict = "late" if late else {"running": "running", "ended": "ended"}.get(row.state, "met")
    return {"due_at": say(due), "verdict": verdict, "provisional": due is not None and bool(row.provisional)}


# --- charges ----------------------------------------------------------------------------------------------------------

CHARGE = ("kind", "amount", "range", "also", "instead", "propose")  # what a rule asks for


def compare_charges(before: Books, after: Books, period: Period, *, everything: bool = False) -> list[Item]:
    """What is due from the facts of a period under either rules, by key, where it differs; everything: the rest too."""
    by_row = is_looking_back(before)
    sides = [
        {
            (item["rule"], item["evidence"] if by_row else item["fact"], item["staff"]): item
            for item in list_charges(books, period, by_row=by_row)
            if item["state"] != UNFOUNDED
        }
        for books in (before, after)
    ]
    items = []
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        one, two = (side.get(key) for side in sides)
        shown = [{name: each[name] for name in CHARGE} if each else None for each in (one, two)]
        if everything or shown[0] != shown[1]:
            item = one or two
            assert item is not None
            told = {name: item[name] for name in ("key", "staff", "staff_name", "rule", "title", "case", "occurred_at")}
            items.append({**told, "before": shown[0], "after": shown[1]})
    return sorted(items, key=lambda item: (item["occurred_at"], item["key"]))


def list_charges(books: Books, period: Period, *, by_row: bool) -> list[Item]:
    """What is due from the facts of a period by the rules of these books; by_row: see is_looking_back."""
    db, table = books.index.db, books.judging.table
    return list_due_charges(db, table, period.start, period.end, books.now, by_row=by_row)


# --- scores and totals ------------------------------------------------------------------------------------------------

SCORE = ("score", "grade", "bonus")


def list_scores(books: Books, period: Period) -> list[dict[str, Any]]:
    """Everybody's score of the month by the rules of these books; none where these have no appraisal."""
    from dispatchctl.desk.staff.appraisal import describe_appraised, score_month

    version, _ = books.book.at(period.end - 1)
    if version.policy["appraisal"] is None:
        return []
    return [describe_appraised(one, version, period) for one in score_month(books, version, period)]


def compare_scores(before: Sequence[Item], after: Sequence[Item], *, everything: bool = False) -> list[Item]:
    """Two appraisals of a month (desk.staff.appraisal.describe_appraised), person by person, where they differ."""
    sides = [{item["staff"]: item for item in each} for each in (before, after)]
    items = []
    for staff in dict.fromkeys([*sides[0], *sides[1]]):
        found = [side.get(staff) for side in sides]
        shown = [{name: each[name] for name in SCORE} if each else None for each in found]
        if everything or shown[0] != shown[1]:
            name = next(each["name"] for each in found if each)
            items.append({"staff": staff, "name": name, "before": shown[0], "after": shown[1]})
    return items


def add_up_changes(clocks: Sequence[Item], charges: Sequence[Item], scores: Sequence[Item]) -> Item:
    """The totals of everything compared: cases by verdict, money by kind, bonuses; exact, before and after.

    Each of the lists must be whole (everything). amounts: of what has one; open: how many have a range or a blank.
    """
    return {
        "clocks": _count_sides(clocks, "verdict"),
        "charges": {
            "changed": sum(item["before"] != item["after"] for item in charges),
            **{side: _add_charges(item[side] for item in charges) for side in ("before", "after")},
        },
        "scores": {
            "changed": sum(item["before"] != item["after"] for item in scores),
            **{side: {"bonus": _add_bonuses(item[side] for item in scores)} for side in ("before", "after")},
        },
    }


def _count_sides(clocks: Sequence[Item], name: str) -> Item:
    sides = {
        side: {word: sum(item[side][name] == word for item in clocks) for word in VERDICTS}
        for side in ("before", "after")
    }
    return {"changed": sum(item["before"][name] != item["after"][name] for item in clocks), **sides}


def _add_charges(found: Iterator[Item | None]) -> Item:
    amounts: dict[str, Decimal] = {}
    count = blank = 0
    for charge in found:
        if charge is None:
            continue
        count += 1
        if charge["amount"] is not None:
            amounts[charge["kind"]] = amounts.get(charge["kind"], Decimal("0.00")) + Decimal(charge["amount"])
        elif charge["kind"] not in MONEYLESS:
            blank += 1
    return {"count": count, "open": blank, "amounts": {kind: f"{amount:.2f}" for kind, amount in amounts.items()}}


def _add_bonuses(found: Iterator[Item | None]) -> str:
    bonuses = [Decimal(str(each["bonus"])) for each in found if each and each["bonus"] is not None]
    return f"{sum(bonuses, Decimal('0.00')):.2f}"
