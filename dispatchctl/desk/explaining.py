"""A verdict opened downward: a charge to its clauses, facts and arithmetic, a case to its clocks. Desk.

Nothing is judged here: what follows was worked out by the rules, and is only told step by step (`why`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dispatchctl import registers
from dispatchctl.desk.books import Books
from dispatchctl.desk.charging import (
    BY_KEY,
    Charge,
    Entry,
    find_due,
    is_own_amount,
    judge_occurrence,
    list_entries,
    list_happened,
    pick_entry,
    split_key,
)
from dispatchctl.desk.chasing import Formatter
from dispatchctl.desk.duetimes import describe_instance, list_segments
from dispatchctl.desk.looking import describe_row
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.errors import NotFound
from dispatchctl.policy.rulebook import Version
from dispatchctl.registers.complaints import RULINGS
from dispatchctl.registers.ledger import MONEYLESS
from dispatchctl.registers.page import split_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.charges import Occurrence, Rule, find_rule, is_same_period, list_numbers, list_rules, make_key
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.complaints import list_owed_on_complaint
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.reasons import Reason, bound, cite_clauses, make_reason
from dispatchctl.store.schema import quote

NEAR = 500  # keys that one is compared with which nobody has


# --- charges and rewards ------------------------------------------------------------------------------------------


def explain_charge(books: Books, key: str, limit: int = 0) -> Reason:
    """A charge or reward by its key: what the rule says, the fact, the count, the amount, what became of it.

    Also one that is not due, because it is not the n-th yet: its count says so. limit: entries of a list, 0: all.
    NotFound with the nearest keys where neither a fact nor the ledger has this one.
    """
    found = _find_occurrence(books, key)
    entries = list_entries(books.index.db, key)
    if found is None and not entries:
        raise NotFound(f"nothing is charged under the key {show_text(key)}", hint=_suggest_key(books, key))
    item = find_due(books.index.db, books.judging.table, key, books.now)
    if found is None:
        return _explain_entry_alone(books, key, entries[-1])
    occurrence, rule, version = found
    value = {
        "rule": occurrence.rule,
        "title": rule["title"],
        "kind": rule["kind"],
        "staff": occurrence.staff,
        "staff_name": books.people.name(occurrence.staff),
        "occurred_at": _say(books, occurrence.at),
        "due": item is not None,
        "state": item["state"] if item else None,
        "amount": _find_amount(entries) or (occurrence.amount if is_own_amount(rule) else rule["amount"]),
        "range": list(rule["range"]),
        "policy": version.label,
    }
    because = [
        *cite_clauses(rule["source"], version.policy),
        *_explain_evidence(books, occurrence, limit),
        *[make_reason("condition", None, {"field": path, "wanted": list(values)}) for path, values in rule["when"]],
        make_reason(
            "person", occurrence.staff, {"who": list(rule["who"]), "name": books.people.name(occurrence.staff)}
        ),
        *_explain_counting(books, occurrence, rule, version, limit),
        *_explain_amount(rule, occurrence.amount),
        *(_explain_besides(item) if item else ()),
        *(_explain_entry(books, str(entry["id"])) for entry in entries),
    ]
    return make_reason("charge", key, value, because)


def _find_amount(entries: Sequence[Entry]) -> str | None:
    """The amount that the ledger has for a key: what was approved, else what was proposed."""
    entry = pick_entry(entries)
    return entry["amount"] or None if entry else None


def _find_occurrence(books: Books, key: str) -> Charge | None:
    """The fact behind a key with the rule that judges it, whether it counts or not."""
    for parts in split_key(key):
        occurrence = next(list_happened(books.index.db, BY_KEY, parts, books.now), None)
        found = judge_occurrence(books.book, occurrence) if occurrence is not None else None
        if found is not None:
            return found
    return None


def _suggest_key(books: Books, key: str) -> str:
    rule, _, _ = key.partition("/")
    rules = [each["id"] for each in list_rules(books.version)]
    if rule not in rules:
        return suggest_nearest(rule, rules) or "see: dispatchctl ledger due"
    query = "SELECT rule, evidence, staff FROM charges WHERE rule = ? ORDER BY at DESC LIMIT ?"
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
    line = list(list_happened(books.index.db, where, values, books.now, "at, evidence"))
    calendar = books.judging.table.elapsed(version)
    place = next(number for number, each in enumerate(line) if each.evidence == occurrence.evidence)
    number = list_numbers([each.at for each in line], rule["within"], calendar)[place]
    earlier = [
        make_reason("earlier", each.case, {"occurred_at": _say(books, each.at), "evidence": each.evidence})
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
    version = next((each for each in books.book.versions if each.label == label), books.version)
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


# --- cases --------------------------------------------------------------------------------------------------------


def explain_case(books: Books, name: str, limit: int = 0) -> Reason:
    """A case: the row its state comes from, a complaint's severity and ruling, its clocks, what it is charged for.

    An order's clocks are followed by those of its assignments; an entry of the ledger is its charge. limit: clocks,
    segments and charges of a list, 0: all.
    """
    family = books.family(name)
    case = family.cases[name]
    if case.register == "ledger" and case.fields.get("key"):
        return explain_charge(books, case.fields["key"], limit)
    because = list(_explain_state(books, case))
    if case.register == "complaints" and case.rows:
        because += _explain_complaint(books, family, case)
    members = [case, *(each for each in family.children.get(name, ()) if each.register == "assignments")]
    instances = [one for each in members for one in books.judging.instances(family, each)]
    because += bound([explain_clock(books, one, limit) for one in instances], limit)
    because += bound(list(_list_charges(books, name)), limit)
    return make_reason("case", name, {"register": case.register, "state": case.state}, because)


def _explain_state(books: Books, case: Case) -> Iterator[Reason]:
    """The last row that led to a state of its own; an order's state may follow from its assignments alone."""
    events = registers.events_of(case.register)
    leading = [row for row in case.rows if row.event in events and events[row.event].after]
    if leading:
        yield make_reason("state", None, {"register": case.register, "state": case.state}, [
            explain_row(books, leading[-1])
        ])  # fmt: skip


def _explain_complaint(books: Books, family: Family, case: Case) -> Iterator[Reason]:
    derived = books.judging.derive(family, case)
    version = books.book.at(case.rows[0].at)[0]
    tests = version.policy["complaints"]["serious_when"]
    met = [
        make_reason("test", test, {"limit": _say_limit(tests[test]), "found": _find_fact(case, test)})
        for test in split_items(derived.get("severity_reasons", ""))
    ]
    decided = [explain_row(books, row) for row in case.rows if row.event == "classified"]
    value = {"severity": derived.get("severity"), "decided": bool(derived.get("classified_by_person"))}
    yield make_reason("severity", None, value, [*met, *decided[-1:]])
    rulings = [row for row in case.rows if row.event in RULINGS]
    if rulings:
        kind = rulings[-1].fields.get("kind")
        title = version.policy["complaint_kinds"].get(kind) if kind else None
        value = {"validity": derived.get("validity"), "kind": kind, "title": title}
        yield make_reason("ruling", None, value, [explain_row(books, rulings[-1])])
    if not case.final:
        for owed in list_owed_on_complaint(case, derived, ()):  # what a running clock waits for stands with the clock
            value = {"owed": owed.what, "event": owed.event, "item": owed.item or None}
            yield make_reason("owed", owed.item or None, value, cite_clauses(owed.clauses, version.policy))


def _say_limit(limit: Any) -> Any:
    return f"{limit[0]}{limit[1]}" if isinstance(limit, list | tuple) else limit


def _find_fact(case: Case, test: str) -> Any:
    """What of the case meets a test of severity."""
    if test == "departments_at_least":
        return split_items(case.fields.get("departments", ""))
    if test == "repeated_within":
        return case.fields.get("repeats")
    if test == "failed_corrections":
        return sum(row.fields.get("check") == "failed" for row in case.rows)
    return bool(case.fields.get(test))


def _list_charges(books: Books, name: str) -> Iterator[Reason]:
    """What is due because of a case, in short: each is opened by its own key."""
    rows = books.index.db.execute(
        'SELECT rule, evidence, staff FROM charges WHERE family = ? AND "case" = ? ORDER BY at, rule, staff',
        (books.index.family_of(name), name),
    ).fetchall()
    for row in rows:
        item = find_due(books.index.db, books.judging.table, make_key(*row), books.now)
        if item is not None:
            value = {
                **{key: item[key] for key in ("rule", "title", "kind", "staff", "staff_name", "occurred_at")},
                "due": True,
                **{key: item[key] for key in ("state", "range", "policy")},
                "amount": _find_amount(list_entries(books.index.db, item["key"])) or item["amount"],
            }
            yield make_reason("charge", item["key"], value)


# --- rows and clocks ----------------------------------------------------------------------------------------------


def explain_row(books: Books, row: Row) -> Reason:
    """One recorded row: when, by whom, with which fields."""
    told = describe_row(books, row)
    value = {"case": row.id, "register": row.register}
    value.update({key: told[key] for key in ("event", "at", "by", "by_name", "fields", "note")})
    return make_reason("event", row.ref, value)


def explain_clock(books: Books, one: Instance, limit: int = 0) -> Reason:
    """One instance of a clock: its verdict, the clauses of its limit, and every stretch of its time (`due --explain`).

    Its id is that of the case, `/CLOCK`, and for a later instance `/2`.
    """
    told = describe_instance(books, one, "")
    value = {key: item for key, item in told.items() if key not in ("owner", "source")}
    value["title"] = one.variant.rules["title"]
    value["owners"] = [owner for owner in one.owners if owner]
    say = Formatter(books.timezone)
    segments = [
        make_reason(
            "segment", None, {"from": say(each.start), "to": say(each.end), "counts": each.counts, "why": each.why}
        )
        for each in list_segments(books, one)
    ]
    clauses = cite_clauses(one.variant.rules["source"], one.variant.version.policy)
    name = f"{one.item or one.case}/{one.clock}" + (f"/{one.number}" if one.number > 1 else "")
    return make_reason("clock", name, value, [*clauses, *bound(segments, limit)])


def _say(books: Books, at: int | None) -> str | None:
    return Formatter(books.timezone)(at)


def suggest_case(books: Books, text: str) -> str:
    """The ids nearest to one that no case has: of the same register and day; "" where there are none."""
    register = registers.LETTERS.get(text[:1])
    stem = text.rpartition("-")[0]
    if register is None or not stem:
        return ""
    query = f"SELECT id FROM {quote(register)} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
    rows = books.index.db.execute(query, (f"{stem}-", f"{stem}-~", NEAR)).fetchall()
    return suggest_nearest(text, [str(row[0]) for row in rows])


def explain_named_clock(books: Books, text: str, limit: int = 0) -> Reason | None:
    """The clock of that id (see explain_clock); None where the text does not begin with a case that has it."""
    name = registers.case_of(text.partition("/")[0])
    if not name.isprintable() or not books.index.family_of(name):
        return None
    family = books.family(name)
    case = family.cases.get(name)
    found = [explain_clock(books, one, limit) for one in books.judging.instances(family, case)] if case else []
    named = [each for each in found if each["id"] == text]
    if found and not named:
        raise NotFound(
            f"{name} has no clock {show_text(text.partition('/')[2])}",
            hint=f"there are: {', '.join(str(each['id']) for each in found)}",
        )
    return named[0] if named else None
