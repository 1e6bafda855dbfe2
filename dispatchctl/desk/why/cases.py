"""A case or one of its clocks opened downward: its state, its clocks, its charges. Desk.

Nothing is judged here: what follows was worked out by the rules, and is only told step by step (`why`).
"""

from collections.abc import Iterator
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.closed import open_key
from dispatchctl.desk.ledger.due import find_due
from dispatchctl.desk.ledger.entries import find_entry, is_keyed_by_row, list_entries
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.desk.why.charges import NEAR, explain_charge, find_amount
from dispatchctl.desk.why.facts import explain_clock, explain_row
from dispatchctl.errors import NotFound
from dispatchctl.registers import case_of
from dispatchctl.registers.complaints import RULINGS
from dispatchctl.registers.page import split_items
from dispatchctl.rules.charges import make_key
from dispatchctl.rules.complaints import list_owed_on_complaint
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.reasons import Reason, bound, cite_clauses, make_reason
from dispatchctl.store.schema import quote


def explain_case(books: Books, name: str, limit: int = 0) -> Reason:
    """A case: the row its state comes from, a complaint's severity and ruling, its clocks, what it is charged for.

    An order's clocks are followed by those of its assignments; an entry of the ledger is its charge. limit: clocks,
    segments and charges of a list, 0: all.
    """
    family = books.family(name)
    case = family.cases[name]
    if case.register == "ledger" and case.fields.get("key"):
        key = _find_key(books, name)
        return explain_charge(books, key, limit, open_key(books, key))
    because = list(_explain_state(books, case))
    if case.register == "complaints" and case.rows:
        because += _explain_complaint(books, family, case)
    members = [case, *(each for each in family.children.get(name, ()) if each.register == "assignments")]
    instances = [one for each in members for one in books.judging.instances(family, each)]
    because += bound([explain_clock(books, one, limit) for one in instances], limit)
    because += bound(list(_list_charges(books, name)), limit)
    return make_reason("case", name, {"register": case.register, "state": case.state}, because)


def _find_key(books: Books, name: str) -> str:
    """The key of an entry's fact: as it was proposed, but for a number that moved since."""
    entry = find_entry(books.index.db, name)
    return str(entry["key"]) if is_keyed_by_row(entry) else make_key(entry["rule"], entry["fact"], entry["staff"])


def _explain_state(books: Books, case: Case) -> Iterator[Reason]:
    """The last row that led to a state of its own; an order's state may follow from its assignments alone."""
    events = case.events
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
        needs = version.policy["complaints"]["close_needs"]
        # what a running clock waits for stands with the clock
        for owed in list_owed_on_complaint(case, derived, (), needs):
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
        'SELECT DISTINCT rule, fact, staff FROM charges WHERE family = ? AND "case" = ? ORDER BY at, rule, staff',
        (books.index.family_of(name), name),
    ).fetchall()
    for row in rows:
        item = find_due(books.index.db, books.judging.table, make_key(*row), books.now)
        if item is not None:
            value = {
                **{key: item[key] for key in ("rule", "title", "kind", "staff", "staff_name", "occurred_at")},
                "due": True,
                **{key: item[key] for key in ("state", "range", "policy")},
                "amount": find_amount(list_entries(books.index.db, *row)) or item["amount"],
            }
            yield make_reason("charge", item["key"], value)


def suggest_case(books: Books, text: str) -> str:
    """The ids nearest to one that no case has: of the same register and day; "" where there are none."""
    register = books.pages.letters.get(text[:1])
    stem = text.rpartition("-")[0]
    if register is None or not stem:
        return ""
    query = f"SELECT id FROM {quote(register)} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
    rows = books.index.db.execute(query, (f"{stem}-", f"{stem}-~", NEAR)).fetchall()
    return suggest_nearest(text, [str(row[0]) for row in rows])


def explain_named_clock(books: Books, text: str, limit: int = 0) -> Reason | None:
    """The clock of that id (see explain_clock); None where the text does not begin with a case that has it."""
    name = case_of(text.partition("/")[0])
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
