"""Which charges and rewards are due: those that follow from the facts of a time, with what became of each. Desk.

Read from the tables of an index, whichever that is (the present one, one as of a month's closing, one judged by other
rules), so that a list can be made again. Nothing is recorded here.

A fact is listed once, under the key that names it. What an older release proposed keeps the key that it was given, and
what is over, a closed month or a time looked back on, is listed as every release has listed it, row by row and by keys
that name the rows (`by_row`). Both kinds of keys are understood wherever one is asked for.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.entries import (
    LIVE,
    Entry,
    is_keyed_by_row,
    list_entries,
    list_entries_of,
    list_record,
    pick_entry,
)
from dispatchctl.desk.times import Formatter
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.rules.charges import EVER, Occurrence, Rule, find_horizon, find_rule, list_numbers, make_key
from dispatchctl.rules.discipline import replace_step
from dispatchctl.rules.turns import CONFLICT
from dispatchctl.rules.variants import ClockTable
from dispatchctl.store.conditions import write_happened
from dispatchctl.store.fact_rows import write_evidence
from dispatchctl.store.schema import quote

DUE, UNFOUNDED = "due", "unfounded"
_OCCURRENCE = ", ".join(map(quote, Occurrence._fields))
_HAPPENED = write_happened("running = 0", "at")  # of the clocks that still run what is late: as reports count them
BY_FACT = "rule = ? AND fact = ? AND staff = ?"
KEYS = (  # of an item as it is printed; beside them it has `fact`, and `others`: ids of further entries that stand
    "key", "staff", "staff_name", "rule", "title", "kind", "amount", "range", "occurred_at", "evidence", "case",
    "clauses", "clause_texts", "also", "record", "instead", "propose", "into", "approver", "entry", "state", "policy",
)  # fmt: skip
Item = dict[str, Any]


class Charge(NamedTuple):
    """An occurrence with the rule that makes it one, and the version that this rule is of."""

    occurrence: Occurrence
    rule: Rule
    version: Version


def is_looking_back(books: Books) -> bool:
    """Whether these are the books of a closed month, or as of a time: what they list is listed as it always was."""
    return isinstance(books.ws.as_of, int)


def list_due_charges(
    db: sqlite3.Connection, table: ClockTable, start: int, end: int, now: int, *, staff: str = "", by_row: bool = False
) -> list[Item]:
    """Everything that is due from facts in [start, end), seconds, by time and key; keys: KEYS.

    table: the rules by which the index `db` was judged. now: judges clocks that still run. What was proposed and has
    lost its fact since stands among them as `unfounded`, what stands in the ledger twice as `conflict`. staff: of this
    person only. by_row: see is_looking_back.
    """
    where, values = "at >= ? AND at < ?", [start, end]
    found = list_counting(db, table, where, values, now, staff=staff, by_row=by_row)
    reader = _Reader(db, table, now, by_row=by_row)
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
    return rests and not list_counting(db, table, BY_FACT, (entry["rule"], entry["fact"], entry["staff"]), now)


def find_due(db: sqlite3.Connection, table: ClockTable, key: str, now: int, *, by_row: bool = False) -> Item | None:
    """What is due under this key, of whichever kind, as list_due_charges has it; None where no fact gives it."""
    for parts in list_facts_of(db, key):
        for each in list_counting(db, table, BY_FACT, parts, now):
            return _Reader(db, table, now, by_row=by_row).describe(each)
    return None


def list_facts_of(db: sqlite3.Connection, key: str) -> Iterator[tuple[str, str, str]]:
    """(rule, fact, staff) of what a key may name: by its fact, or as older releases wrote it by row or start."""
    query = f"SELECT DISTINCT fact FROM facts WHERE evidence = {write_evidence('?1')}"
    for rule, name, staff in split_key(key):
        yield rule, name, staff
        for (fact,) in db.execute(query, (name,)).fetchall():
            yield rule, fact, staff


def split_key(key: str) -> Iterator[tuple[str, str, str]]:
    """The ways to read a key as (rule, fact, staff): a rule's id may hold a slash, a staff id does not."""
    rest, _, staff = key.rpartition("/")
    parts = rest.split("/")
    for number in range(1, len(parts)):
        yield "/".join(parts[:number]), "/".join(parts[number:]), staff


def list_counting(
    db: sqlite3.Connection,
    table: ClockTable,
    where: str,
    values: Sequence[Any],
    now: int,
    *,
    staff: str = "",
    by_row: bool = False,
) -> list[Charge]:
    """Those that a condition selects, that have happened by now, and are the n-th or later of their rule's time."""
    if staff:
        where, values = f"{where} AND staff = ?", [*values, staff]
    found: list[Charge] = []
    several: dict[tuple[str, str], list[Charge]] = {}
    for occurrence in list_happened(db, where, values, now, by_row=by_row):
        each = judge_occurrence(table.book, occurrence)
        if each is None:
            continue
        if (each.rule["from_nth"] or 1) > 1:
            several.setdefault((occurrence.rule, occurrence.staff), []).append(each)
        else:
            found.append(each)
    for (name, person), group in several.items():
        found += _keep_counting(db, table, name, person, group, now, by_row)
    return found


def list_happened(
    db: sqlite3.Connection, where: str, values: Sequence[Any], now: int, *, by_row: bool = False
) -> list[Occurrence]:
    """The occurrences that a condition selects and that have happened by now, whether they count or not, by time.

    Each fact once, as its first row tells it; by_row: each row.
    """
    query = f"SELECT {_OCCURRENCE} FROM charges WHERE {where} AND {_HAPPENED} ORDER BY at, evidence, fact"
    found: dict[tuple[str, str, str], Occurrence] = {}
    for one in map(Occurrence._make, db.execute(query, [*values, now, now, now])):
        found.setdefault((one.rule, one.evidence if by_row else one.fact, one.staff), one)
    return list(found.values())


def judge_occurrence(book: Rulebook, occurrence: Occurrence) -> Charge | None:
    """An occurrence with the rule of the version that judges it; None where that has no such rule any more."""
    version = book.find(occurrence.policy)
    rule = find_rule(version, occurrence.rule)
    return Charge(occurrence, rule, version) if rule is not None else None


def _keep_counting(
    db: sqlite3.Connection,
    table: ClockTable,
    rule: str,
    staff: str,
    group: Sequence[Charge],
    now: int,
    by_row: bool,
) -> Iterator[Charge]:
    """Those of one rule and person that are late enough in their line."""
    name = "evidence" if by_row else "fact"
    first = min(each.occurrence.at for each in group)
    since = min(find_horizon(first, each.rule["within"]) for each in group)
    last = max(each.occurrence.at for each in group)
    known = [rule, staff, now, now, now]
    line = db.execute(
        f"SELECT MIN(at), {name} FROM charges WHERE rule = ? AND staff = ? AND {_HAPPENED} AND at >= ? AND at <= ?"
        f" GROUP BY {name} ORDER BY 1, evidence",
        [*known, since, last],
    ).fetchall()
    before = 0
    if any(each.rule["within"] == EVER for each in group):
        counted = f"SELECT COUNT(DISTINCT {name}) FROM charges WHERE rule = ? AND staff = ? AND {_HAPPENED} AND at < ?"
        before = db.execute(counted, [*known, since]).fetchone()[0]
    places = {each: place for place, (_, each) in enumerate(line)}
    numbers: dict[str, list[int]] = {}
    for each in group:
        label = f"{each.version.label} {each.rule['within']}"
        if label not in numbers:
            calendar = table.elapsed(each.version)
            numbers[label] = list_numbers([at for at, _ in line], each.rule["within"], calendar, before)
        if numbers[label][places[getattr(each.occurrence, name)]] >= each.rule["from_nth"]:
            yield each


class _Reader:
    """Turns what was found into items: names, texts of clauses, what became of each."""

    def __init__(self, db: sqlite3.Connection, table: ClockTable, now: int, *, by_row: bool = False) -> None:
        self.db, self.table, self.by_row = db, table, by_row
        self.timezone = str(table.book.at(now)[0].policy["timezone"])
        self.say = Formatter(self.timezone)
        self.names: Mapping[str, str] = dict(db.execute("SELECT id, name FROM staff").fetchall())

    def describe(self, found: Charge) -> Item:
        """One item of list_due_charges."""
        occurrence, rule, version = found
        entries = list_entries(self.db, occurrence.rule, occurrence.fact, occurrence.staff)
        entry = self._pick(entries, occurrence)
        others = self._list_others(entries)
        also, record = resolve_measures(self.db, self.table, version, rule, occurrence.staff, occurrence.at)
        if entry is not None and entry["state"] in LIVE:
            also, record = entry["also"], entry["record"]
        return {
            "key": self._name(occurrence, entry),
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
            "state": CONFLICT if others else entry["state"] if entry else DUE,
            "policy": version.label,
            "fact": occurrence.fact,
            "others": others,
        }

    def _pick(self, entries: Sequence[Entry], occurrence: Occurrence) -> Entry | None:
        """The entry that says what became of it; of a closed month the row's own, where it has one."""
        own = [each for each in entries if each["evidence"] == occurrence.evidence and is_keyed_by_row(each)]
        return pick_entry(own if own and self.by_row else entries)

    def _list_others(self, entries: Sequence[Entry]) -> list[str]:
        """The ids of the entries that stand beside the first of them.

        Closed months that an older release reported stay as they were: it told of none among its own.
        """
        standing = [each for each in entries if each["state"] in LIVE]
        if self.by_row and all(is_keyed_by_row(each) for each in standing):
            return []
        return [each["id"] for each in standing[1:]]

    def _name(self, occurrence: Occurrence, entry: Entry | None) -> str:
        if entry is not None and is_keyed_by_row(entry):
            return str(entry["key"])
        if entry is None and self.by_row:
            return make_key(occurrence.rule, occurrence.evidence, occurrence.staff)
        return occurrence.key

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
            "fact": entry["fact"],
            "others": [],
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
