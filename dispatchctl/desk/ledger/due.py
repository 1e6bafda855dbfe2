"""Which charges and rewards are due: those that follow from the facts of a time, with what became of each. Desk.

Read from the tables of an index, whichever that is (the present one, one as of a month's closing, one judged by other
rules), so that a list can be made again. Nothing is recorded here.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.desk.ledger.entries import LIVE, Entry, list_entries, list_entries_of, list_record, pick_entry
from dispatchctl.desk.times import Formatter
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.rules.charges import EVER, Occurrence, Rule, find_horizon, find_rule, list_numbers, make_key
from dispatchctl.rules.discipline import replace_step
from dispatchctl.rules.variants import ClockTable
from dispatchctl.store.conditions import write_happened
from dispatchctl.store.schema import quote

DUE, UNFOUNDED = "due", "unfounded"
_OCCURRENCE = ", ".join(map(quote, Occurrence._fields))
_HAPPENED = write_happened("running = 0", "at")  # of the clocks that still run what is late: as reports count them
BY_KEY = "rule = ? AND evidence = ? AND staff = ?"  # the occurrence that split_key names
KEYS = (
    "key", "staff", "staff_name", "rule", "title", "kind", "amount", "range", "occurred_at", "evidence", "case",
    "clauses", "clause_texts", "also", "record", "instead", "propose", "into", "approver", "entry", "state", "policy",
)  # fmt: skip
Item = dict[str, Any]


class Charge(NamedTuple):
    """An occurrence with the rule that makes it one, and the version that this rule is of."""

    occurrence: Occurrence
    rule: Rule
    version: Version


def list_due_charges(
    db: sqlite3.Connection, table: ClockTable, start: int, end: int, now: int, *, staff: str = ""
) -> list[Item]:
    """Everything that is due from facts in [start, end), seconds, by time and key; keys: KEYS.

    table: the rules by which the index `db` was judged. now: judges clocks that still run. What was proposed and has
    lost its fact since stands among them as `unfounded`. staff: of this person only.
    """
    where, values = "at >= ? AND at < ?", [start, end]
    found = list_counting(db, table, where, values, now, staff=staff)
    reader = _Reader(db, table, now)
    items = [reader.describe(each) for each in found]
    given = {item["key"] for item in items}
    items += [item for item in list_unfounded(db, table, start, end, now, staff=staff) if item["key"] not in given]
    return sorted(items, key=lambda item: (item["occurred_at"], item["key"]))


def list_unfounded(
    db: sqlite3.Connection, table: ClockTable, start: int, end: int, now: int, *, staff: str = ""
) -> list[Item]:
    """The entries that stand on a fact of [start, end), seconds, which is none any more; as list_due_charges."""
    reader = _Reader(db, table, now)
    return [
        reader.describe_unfounded(entry)
        for entry in list_entries_of(db, reader.timezone, start, end, staff)
        if has_lost_fact(db, table, entry, now)
    ]


def has_lost_fact(db: sqlite3.Connection, table: ClockTable, entry: Entry, now: int) -> bool:
    """Whether an entry that stands rests on a fact which the rules find no more: taken back, corrected, excused.

    One that was noticed by hand rests on a person's word. now: judges clocks that still run.
    """
    rests = entry["state"] in LIVE and entry["evidence"] is not None
    return rests and find_due(db, table, entry["key"], now) is None


def find_due(db: sqlite3.Connection, table: ClockTable, key: str, now: int) -> Item | None:
    """What is due under this key, as list_due_charges has it; None where no fact gives it."""
    for parts in split_key(key):
        for each in list_counting(db, table, BY_KEY, parts, now):
            return _Reader(db, table, now).describe(each)
    return None


def split_key(key: str) -> Iterator[tuple[str, str, str]]:
    """The ways to read a key as (rule, evidence, staff): a rule's id may hold a slash, a staff id does not."""
    rest, _, staff = key.rpartition("/")
    parts = rest.split("/")
    for number in range(1, len(parts)):
        yield "/".join(parts[:number]), "/".join(parts[number:]), staff


def list_counting(
    db: sqlite3.Connection, table: ClockTable, where: str, values: Sequence[Any], now: int, *, staff: str = ""
) -> list[Charge]:
    """Those that a condition selects, that have happened by now, and are the n-th or later of their rule's time."""
    if staff:
        where, values = f"{where} AND staff = ?", [*values, staff]
    found: list[Charge] = []
    several: dict[tuple[str, str], list[Charge]] = {}
    for occurrence in list_happened(db, where, values, now):
        each = judge_occurrence(table.book, occurrence)
        if each is None:
            continue
        if (each.rule["from_nth"] or 1) > 1:
            several.setdefault((occurrence.rule, occurrence.staff), []).append(each)
        else:
            found.append(each)
    for (name, person), group in several.items():
        found += _keep_counting(db, table, name, person, group, now)
    return found


def list_happened(
    db: sqlite3.Connection, where: str, values: Sequence[Any], now: int, order: str = ""
) -> Iterator[Occurrence]:
    """The occurrences that a condition selects and that have happened by now, whether they count or not.

    order: SQL, the columns to sort by; "" for any order.
    """
    query = f"SELECT {_OCCURRENCE} FROM charges WHERE {where} AND {_HAPPENED}"
    if order:
        query += f" ORDER BY {order}"
    return map(Occurrence._make, db.execute(query, [*values, now, now, now]))


def judge_occurrence(book: Rulebook, occurrence: Occurrence) -> Charge | None:
    """An occurrence with the rule of the version that judges it; None where that has no such rule any more."""
    version = book.find(occurrence.policy)
    rule = find_rule(version, occurrence.rule)
    return Charge(occurrence, rule, version) if rule is not None else None


def _keep_counting(
    db: sqlite3.Connection, table: ClockTable, rule: str, staff: str, group: Sequence[Charge], now: int
) -> Iterator[Charge]:
    """Those of one rule and person that are late enough in their line."""
    first = min(each.occurrence.at for each in group)
    since = min(find_horizon(first, each.rule["within"]) for each in group)
    last = max(each.occurrence.at for each in group)
    known = [rule, staff, now, now, now]
    line = db.execute(
        f"SELECT at, evidence FROM charges WHERE rule = ? AND staff = ? AND {_HAPPENED} AND at >= ? AND at <= ?"
        " ORDER BY at, evidence",
        [*known, since, last],
    ).fetchall()
    before = 0
    if any(each.rule["within"] == EVER for each in group):
        counted = f"SELECT COUNT(*) FROM charges WHERE rule = ? AND staff = ? AND {_HAPPENED} AND at < ?"
        before = db.execute(counted, [*known, since]).fetchone()[0]
    places = {evidence: place for place, (_, evidence) in enumerate(line)}
    numbers: dict[str, list[int]] = {}
    for each in group:
        label = f"{each.version.label} {each.rule['within']}"
        if label not in numbers:
            calendar = table.elapsed(each.version)
            numbers[label] = list_numbers([at for at, _ in line], each.rule["within"], calendar, before)
        if numbers[label][places[each.occurrence.evidence]] >= each.rule["from_nth"]:
            yield each


class _Reader:
    """Turns what was found into items: names, texts of clauses, what became of each."""

    def __init__(self, db: sqlite3.Connection, table: ClockTable, now: int) -> None:
        self.db, self.table = db, table
        self.timezone = str(table.book.at(now)[0].policy["timezone"])
        self.say = Formatter(self.timezone)
        self.names: Mapping[str, str] = dict(db.execute("SELECT id, name FROM staff").fetchall())

    def describe(self, found: Charge) -> Item:
        """One item of list_due_charges."""
        occurrence, rule, version = found
        key = make_key(occurrence.rule, occurrence.evidence, occurrence.staff)
        entry = pick_entry(list_entries(self.db, key))
        also, record = resolve_measures(self.db, self.table, version, rule, occurrence.staff, occurrence.at)
        if entry is not None and entry["state"] in LIVE:
            also, record = entry["also"], entry["record"]
        return {
            "key": key,
            "staff": occurrence.staff,
            "staff_name": self.names.get(occurrence.staff),
            "rule": occurrence.rule,
            "title": rule["title"],
            "kind": rule["kind"],
            "amount": occurrence.amount if is_own_amount(rule) else rule["amount"],
            "range": list(rule["range"]),
            "occurred_at": self.say(occurrence.at),
            "evidence": occurrence.evidence,
            "case": occurrence.case,
            "clauses": list(rule["source"]),
            "clause_texts": read_clauses(version, rule["source"]),
            "also": also,
            "record": record,
            "instead": list(rule["instead"]),
            "propose": list(rule["propose"]),
            "into": rule["into"],
            "approver": rule["approver"],
            "entry": entry["id"] if entry else None,
            "state": entry["state"] if entry else DUE,
            "policy": version.label,
        }

    def describe_unfounded(self, entry: Entry) -> Item:
        """An entry whose fact is gone, as an item: what was proposed."""
        label = self.db.execute("SELECT policy_version FROM ledger WHERE id = ?", (entry["id"],)).fetchone()[0]
        version = self.table.book.get(label or "")
        rule = find_rule(version, entry["rule"]) if version else None
        return {
            **{name: entry[name] for name in ("key", "staff")},
            "staff_name": self.names.get(entry["staff"]),
            "rule": entry["rule"],
            "title": rule["title"] if rule else entry["rule"],
            **{name: entry[name] for name in ("kind", "amount", "range", "occurred_at", "evidence", "case", "clauses")},
            "clause_texts": read_clauses(version, entry["clauses"]) if version else [""] * len(entry["clauses"]),
            **{name: entry[name] for name in ("also", "record", "instead", "propose")},
            "into": entry["fund"],
            "approver": entry["approver"],
            "entry": entry["id"],
            "state": UNFOUNDED,
            "policy": label,
        }


def is_own_amount(rule: Rule) -> bool:
    """Whether the amount is the one that the event carries (`amount: field.NAME`)."""
    return (rule["amount"] or "").startswith("field.")


def read_clauses(version: Version, clauses: Sequence[str]) -> list[str]:
    """The texts of these clauses in a version of the rules, "" for one that it does not give."""
    return [version.policy["clauses"].get(clause, "") for clause in clauses]


def resolve_measures(
    db: sqlite3.Connection, table: ClockTable, version: Version, rule: Rule, staff: str, at: int
) -> tuple[list[str], list[str]]:
    """(what the rule takes besides money, next-step as the concrete one; the entries that step rests on)."""
    record = list_record(db, staff, at) if "next-step" in rule["also"] else []
    return replace_step(rule["also"], version.policy["discipline"], record, at, table.elapsed(version))
