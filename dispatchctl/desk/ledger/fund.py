"""The money of a fund: what was paid into it, given back, spent, and the balance after each. Desk (FW-4.2)."""

import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.events import begin
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.desk.recording import Done
from dispatchctl.desk.times import Formatter
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.rules.charges import list_rules
from dispatchctl.rules.funds import Movement, add_up
from dispatchctl.typed import Writing

FUND_KEYS = ("id", "event", "at", "fund", "staff", "staff_name", "rule", "amount", "balance", "reason")


def list_movements(db: sqlite3.Connection, fund: str = "") -> list[Movement]:
    """What came into a fund (all of them: "") and went out of it, in no order.

    A reward that a fund pays goes out of it; a reversal undoes what was paid, and nothing that was not.
    """
    query = (
        'SELECT id, kind, amount, state, "at:paid", "at:reversed", "at:spent" FROM ledger WHERE fund IS NOT NULL'
        " AND state IN ('paid', 'reversed', 'spent')"
    )
    rows = db.execute(query + (" AND fund = ?" if fund else ""), (fund,) if fund else ())
    found = []
    for entry, kind, text, state, paid, reversed_at, spent in rows.fetchall():
        amount = Decimal(text or 0)
        if state == "spent":
            found.append(Movement(spent, entry, "spent", -amount))
            continue
        signed = -amount if kind == "reward" else amount
        if paid is not None:
            found.append(Movement(paid, entry, "paid", signed))
            if state == "reversed":
                found.append(Movement(reversed_at, entry, "reversed", -signed))
    return found


def describe_fund(books: Books, fund: str = "") -> dict[str, Any]:
    """{"balance", "currency", "entries"}: each entry with its amount (negative: out) and the balance after it."""
    db = books.index.db
    name = find_fund(books, fund) if fund else ""
    say = Formatter(books.timezone)
    names = dict(db.execute("SELECT id, name FROM staff").fetchall())
    about = {row[0]: row[1:] for row in db.execute("SELECT id, fund, staff, rule, reason FROM ledger").fetchall()}
    entries = []
    for each, balance in add_up(list_movements(db, name)):
        own, staff, rule, reason = about[each.entry]
        entries.append(
            {
                "id": each.entry,
                "event": each.event,
                "at": say(each.at),
                "fund": own,
                "staff": staff,
                "staff_name": names.get(staff),
                "rule": rule,
                "amount": f"{each.amount:.2f}",
                "balance": f"{balance:.2f}",
                "reason": None if each.event == "paid" else reason,  # why it was approved is no reason of the payment
            }
        )
    total = entries[-1]["balance"] if entries else "0.00"
    return {"balance": total, "currency": books.policy["currency"], "fund": name or None, "entries": entries}


def list_funds(books: Books) -> list[str]:
    """The funds that rules of any version or entries of the ledger name, in order."""
    named = [rule["into"] for version in books.book.versions for rule in list_rules(version) if rule["into"]]
    used = books.index.db.execute("SELECT DISTINCT fund FROM ledger WHERE fund IS NOT NULL ORDER BY 1").fetchall()
    return list(dict.fromkeys([*named, *(fund for (fund,) in used)]))


def find_fund(books: Books, fund: str) -> str:
    """The fund of that name, the only one for ""; NotFound for an unknown one, UsageFault where there are several."""
    known = list_funds(books)
    if fund in known:
        return fund
    if fund or not known:
        hint = suggest_nearest(fund, known) or f"there are: {', '.join(known) or 'none'}"
        raise NotFound(f"no such fund: {show_text(fund)}" if fund else "no rule names a fund", hint=hint)
    if len(known) > 1:
        raise UsageFault(f"there are several: {', '.join(known)}", place="--fund")
    return known[0]


def spend(books: Books, amount: str, reason: str, writing: Writing, *, fund: str = "") -> Done:
    """Record what was spent of a fund; never more than is in it, and only by those in the line of command."""
    actor = require_actor(books)
    name = find_fund(books, fund)

    def start(moment: Instant) -> Sequence[Step]:
        if not Decimal(amount):
            raise UsageFault("nothing is spent", place="--amount")
        ranks = books.policy["escalation"]["roles"]
        role = books.people.facts(actor).get("role", "")
        if role not in ranks:
            raise Refused(f"{actor} may not spend of {name}: that is for {ranks[0]} and above")
        balance = sum((each.amount for each in list_movements(books.index.db, name)), Decimal(0))
        if Decimal(amount) > balance:
            raise Refused(f"{amount} is more than the {balance:.2f} in {name}", place="--amount")
        return [Step("spent", {"amount": amount, "reason": reason, "fund": name})]

    return begin(books, "ledger", start, writing, ("spent",))
