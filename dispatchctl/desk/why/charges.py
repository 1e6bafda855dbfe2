"""A charge opened downward, to its clauses, facts, count and amount. Desk."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.due import (
    BY_FACT,
    Charge,
    find_due,
    is_own_amount,
    judge_occurrence,
    list_facts_of,
    list_happened,
)
from dispatchctl.desk.ledger.entries import LIVE, Entry, list_entries, pick_entry, read_entries
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.desk.why.facts import explain_clock, explain_row, say_when
from dispatchctl.errors import NotFound
from dispatchctl.policy.rulebook import Version
from dispatchctl.registers.ledger import MONEYLESS
from dispatchctl.rules.charges import Occurrence, Rule, find_rule, is_same_period, list_numbers, list_rules, make_key
from dispatchctl.rules.reasons import Reason, bound, cite_clauses, cite_rule, make_reason
from dispatchctl.rules.turns import CONFLICT

NEAR = 500  # keys that one is compared with which nobody has


def explain_charge(books: Books, key: str, limit: int = 0, then: Books | None = None) -> Reason:
    """A charge or reward by its key: what the rule says, the fact, the count, the amount, what became of it.

    Also one that is not due, because it is not the n-th yet: its count says so. limit: entries of a list, 0: all.
    then: the books of the closed month that has the fact (desk.ledger.closed.open_key), which judge it; what became of
    it is told by `books` all the same. NotFound with the nearest keys where neither a fact nor the ledger has this one.
    """
    present, books = books, then or books
    found = _find_occurrence(books, key)
    entries = _find_entries(present, key, found)
    if found is None and not entries:
        raise NotFound(f"nothing is charged under the key {show_text(key)}", hint=_suggest_key(books, key))
    if found is None:
        return _explain_entry_alone(present, key, entries[-1])
    item = find_due(books.index.db, books.judging.table, key, books.now)
    entry = pick_entry(entries)
    if item is not None and entry is not None:
        item["state"] = CONFLICT if sum(each["state"] in LIVE for each in entries) > 1 else entry["state"]
        if entry["state"] in LIVE:
            item.update(also=entry["also"], record=entry["record"])
    occurrence, rule, version = found
    value = {
        "rule": occurrence.rule,
        "title": rule["title"],
        "kind": rule["kind"],
        "staff": occurrence.staff,
        "staff_name": books.people.name(occurrence.staff),
        "occurred_at": say_when(books, occurrence.at),
        "due": item is not None,
        "state": item["state"] if item else None,
        "amount": find_amount(entries) or (occurrence.amount if is_own_amount(rule) else rule["amount"]),
        "range": list(rule["range"]),
        "policy": version.label,
    }
    because = [
        *cite_rule(rule, version.policy),
        *_explain_evidence(books, occurrence, limit),
        *[make_reason("condition", None, {"field": path, "wanted": list(values)}) for path, values in rule["when"]],
        make_reason(
            "person", occurrence.staff, {"who": list(rule["who"]), "name": books.people.name(occurrence.staff)}
        ),
        *_explain_counting(books, occurrence, rule, version, limit),
        *_explain_amount(rule, occurrence.amount),
        *(_explain_besides(item) if item else ()),
        *(_explain_entry(present, str(entry["id"])) for entry in entries),
    ]
    return make_reason("charge", key, value, because)


def find_amount(entries: Sequence[Entry]) -> str | None:
    """The amount that the ledger has for a fact: what was approved, else what was proposed."""
    entry = pick_entry(entries)
    return entry["amount"] or None if entry else None


def _find_occurrence(books: Books, key: str) -> Charge | None:
    """The fact behind a key with the rule that judges it, whether it counts or not."""
    for parts in list_facts_of(books.index.db, key):
        for occurrence in list_happened(books.index.db, BY_FACT, parts, books.now):
            found = judge_occurrence(books.book, occurrence)
            if found is not None:
                return found
    return None


def _find_entries(books: Books, key: str, found: Charge | None) -> list[Entry]:
    """The entries of the ledger about the fact of a key; where there is none any more, of that of the key's entry."""
    db = books.index.db
    if found is not None:
        one = found.occurrence
        return list_entries(db, one.rule, one.fact, one.staff)
    named = next(read_entries(db, "WHERE key = ? AND state <> 'void' ORDER BY first_at, id", (key,)), None)
    return list_entries(db, named["rule"], named["fact"], named["staff"]) if named else []


def _suggest_key(books: Books, key: str) -> str:
    rule, _, _ = key.partition("/")
    rules = [each["id"] for each in list_rules(books.version)]
    if rule not in rules:
        return suggest_nearest(rule, rules) or "see: dispatchctl ledger due"
    query = "SELECT rule, fact, staff FROM charges WHERE rule = ? ORDER BY at DESC LIMIT ?"
    keys = [make_key(*row) for row in books.index.db.execute(query, (rule, NEAR))]
    return suggest_nearest(key, keys) or "see: dispatchctl ledger due"


def _explain_evidence(books: Books, occurrence: Occurrence, limit: int) -> Iterator[Reason]:
    """The row that is the fact, or the clock that ran out."""
    family = books.family(occurrence.case)
    case = family.cases[occurrence.case]
    if occurrence.clock is None:
        rows = [row for row in case.rows if row.ref == occurrence.evidence]
        yield from (explain_row(books, row) for row in rows)
        return
    for one in books.judging.instances(family, case):
        if (one.clock, one.number, one.item) == (occurrence.clock, occurrence.instance, occurrence.item or ""):
            yield explain_clock(books, one, limit)


def _explain_counting(
    books: Books, occurrence: Occurrence, rule: Rule, version: Version, limit: int
) -> Iterator[Reason]:
    """Where the rule begins with the n-th: the how-manieth this one is, and the earlier ones."""
    first = rule["from_nth"] or 1
    if first == 1:
        return
    where, values = "rule = ? AND staff = ? AND at <= ?", (occurrence.rule, occurrence.staff, occurrence.at)
    line = list_happened(books.index.db, where, values, books.now)
    calendar = books.judging.table.elapsed(version)
    place = next(number for number, each in enumerate(line) if each.fact == occurrence.fact)
    number = list_numbers([each.at for each in line], rule["within"], calendar)[place]
    earlier = [
        make_reason("earlier", each.case, {"occurred_at": say_when(books, each.at), "evidence": each.evidence})
        for each in line[:place]
        if is_same_period(each.at, occurrence.at, rule["within"], calendar)
    ]
    within = rule["within"]
    value = {
        "from_nth": first,
        "within": within if isinstance(within, str) else f"{within[0]}{within[1]}",
        "number": number,
        "counts": number >= first,
    }
    yield make_reason("counting", None, value, bound(earlier, limit))


def _explain_amount(rule: Rule, carried: str | None) -> Iterator[Reason]:
    """Where the amount comes from: rule, event (the row carries it), range or blank (both chosen at approval)."""
    if rule["kind"] in MONEYLESS:
        return
    source = "event" if is_own_amount(rule) else "rule" if rule["amount"] else "range" if rule["range"] else "blank"
    amount = carried if source == "event" else rule["amount"]
    field = (rule["amount"] or "").partition(".")[2] if source == "event" else None
    yield make_reason("amount", None, {"amount": amount, "range": list(rule["range"]), "from": source, "field": field})


def _explain_besides(item: Mapping[str, Any]) -> Iterator[Reason]:
    """What comes besides money or instead of it, and the entries on file that a next step rests on."""
    keys = ("also", "instead", "propose")
    if any(item[key] for key in keys):
        record = [make_reason("entry", each, {"state": None, "amount": None}) for each in item["record"]]
        yield make_reason("besides", None, {key: item[key] for key in keys}, record)


def _explain_entry(books: Books, name: str) -> Reason:
    """An entry of the ledger with what was decided about it, row by row."""
    case = books.case(name)
    value = {"state": case.state, "amount": case.fields.get("amount"), "reason": case.fields.get("reason")}
    return make_reason("entry", name, value, [explain_row(books, row) for row in case.rows])


def _explain_entry_alone(books: Books, key: str, entry: Mapping[str, Any]) -> Reason:
    """A charge that only the ledger knows: noticed by a person, or its fact is gone since."""
    case = books.case(str(entry["id"]))
    label = case.fields.get("policy_version", "")
    version = books.book.get(label) or books.version
    rule = find_rule(version, entry["rule"])
    value = {
        "rule": entry["rule"],
        "title": rule["title"] if rule else entry["rule"],
        "kind": entry["kind"],
        "staff": entry["staff"],
        "staff_name": books.people.name(entry["staff"]),
        "occurred_at": entry["occurred_at"],
        "due": False,
        "state": entry["state"],
        "amount": entry["amount"],
        "range": entry["range"],
        "policy": label or None,
    }
    because = [*cite_clauses(entry["clauses"], version.policy), _explain_entry(books, case.id)]
    return make_reason("charge", key, value, because)
