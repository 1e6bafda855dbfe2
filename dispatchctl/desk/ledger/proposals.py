"""Proposing what is due, never twice for one fact, and what a rule leaves to people to notice. Desk.

Nothing is charged by itself (KZ-8.16b): each of these is an event that a person records, held to what the rule left
open. What an entry rested on is kept in it when it is proposed, so that later rules change nothing about it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, new_id
from dispatchctl.desk.events import begin
from dispatchctl.desk.fields import find_employed
from dispatchctl.desk.itemwise import record_each
from dispatchctl.desk.ledger.closed import find_owed
from dispatchctl.desk.ledger.due import (
    DUE,
    Item,
    is_looking_back,
    is_own_amount,
    list_due_charges,
    list_unfounded,
    resolve_measures,
)
from dispatchctl.desk.ledger.entries import LIVE, STANDS, Entry, list_entries, name_fact, pick_entry, say_conflict
from dispatchctl.desk.ledger.late import list_late_charges
from dispatchctl.desk.months.closed import list_closed, open_for_period
from dispatchctl.desk.names import resolve_case, resolve_staff, show_text, suggest_nearest
from dispatchctl.desk.periods import Period, month_period
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.desk.rights import cite
from dispatchctl.desk.times import format_time
from dispatchctl.errors import NotFound, Refused
from dispatchctl.policy.rulebook import Version
from dispatchctl.registers.page import Register, join_items, split_items
from dispatchctl.rules.charges import Fact, Rule, find_rule, list_rules, make_key, meets, read_amount
from dispatchctl.rules.corrections import read_facts
from dispatchctl.rules.discipline import NEXT_STEP, is_within
from dispatchctl.rules.families import Case, Family
from dispatchctl.typed import Writing

REGISTER = "ledger"
NO_REGISTER = Register("", "", "", "", (), (), ())  # of what is noticed about no case


def list_month(books: Books, month: str, staff: str = "") -> tuple[Books, list[Item]]:
    """(the books it is judged by, what is due from facts of a month as typed); staff: of this person only.

    As far as it has happened by now. A closed month is as of its closing; what came later about it is due in the month
    that recorded it, and an entry whose fact is gone since is listed in the month that holds now, until it is reversed.
    What stands in the ledger twice is told as a warning, too.
    """
    period = month_period(books, month)
    person = resolve_staff(books, staff, option="--staff", present=False) if staff else ""
    then = open_for_period(books, period)
    db, table, by_row = then.index.db, then.judging.table, is_looking_back(then)
    items = list_due_charges(db, table, period.start, period.end, then.now, staff=person, by_row=by_row)
    late = [item for item in list_late_charges(then, period) if person in ("", item["staff"])]
    conflicts = {(item["entry"], *item["others"]) for item in (*late, *items) if item["others"]}
    books.warnings += map(say_conflict, sorted(conflicts))
    return then, [*_list_lost(then, period, person), *late, *items]


def _list_lost(books: Books, period: Period, staff: str) -> list[Item]:
    """Entries that rest on facts of closed months which are none any more; of the month that holds now only."""
    if not period.start <= books.now < period.end:
        return []
    closed = list_closed(books)
    if not closed:
        return []
    lost = list_unfounded(books.index.db, books.judging.table, 0, period.start, books.now, staff=staff)
    lost = [item for item in lost if item["occurred_at"][:7] in closed]
    return [item for item in lost if find_owed(books, name_fact(item), books.now) is None]


# --- proposing ----------------------------------------------------------------------------------------------------


def propose(
    books: Books, keys: Sequence[str], writing: Writing, *, again: bool = False, reason: str = ""
) -> tuple[list[Done], list[Refusal]]:
    """Propose what is due under these keys, each an entry of its own; (done, refused).

    again: also what was waived or reversed before, for a reason.
    """
    actor = require_actor(books)

    def plan(key: str, moment: Instant) -> Sequence[Step]:
        item = find_owed(books, key, moment.recorded // 1_000_000)
        if item is None:
            raise NotFound(f"nothing is due under {show_text(key)}", hint="see: dispatchctl ledger due")
        _refuse_standing(list_entries(books.index.db, item["rule"], item["fact"], item["staff"]), again)
        _refuse_same_step(books, books.book.get(item["policy"]), item)
        item["key"] = name_fact(item)  # also of what an older release had proposed
        return [Step("proposed", {**_keep_item(item), "reason": reason})]

    done, refused = record_each(
        books, REGISTER, actor, list(dict.fromkeys(keys)), plan, writing, ("proposed",), guarded=not again
    )
    return [each for _, each in done], refused


def list_open_keys(books: Books, month: str) -> list[str]:
    """The keys of a month that nobody has proposed yet: what `propose --all` takes."""
    db = books.index.db
    found = [item for item in list_month(books, month)[1] if item["state"] == DUE]
    return [item["key"] for item in found if not list_entries(db, item["rule"], item["fact"], item["staff"])]


def _refuse_standing(entries: Sequence[Entry], again: bool) -> None:
    """Refused where the same fact is charged already, or was decided on and nobody says that it is to be again."""
    entry = pick_entry(entries)
    if entry is None:
        return
    if entry["state"] in LIVE:
        raise Refused(f"{entry['key']} is in the ledger already: {entry['id']}, {entry['state']}")
    if not again:
        raise Refused(
            f"{entry['key']} was {entry['state']}: {entry['id']}", hint="propose it once more with --again --reason"
        )


def _refuse_same_step(books: Books, version: Version | None, item: Mapping[str, Any]) -> None:
    """Refused where the next step is one that the person was proposed already and nobody has decided (KB2-8.1).

    Which step comes next depends on that decision. Versions published before edition 2 proposed the step again.
    """
    rule = find_rule(version, item["rule"]) if version else None
    if version is None or rule is None or version.policy["edition"] < 2 or NEXT_STEP not in rule["also"]:
        return
    steps = {each for each in item["also"] if each in version.policy["discipline"]["steps"]}
    open_entries = books.index.db.execute(
        "SELECT id, also FROM ledger WHERE staff = ? AND state = 'proposed' ORDER BY first_at, id", (item["staff"],)
    )
    for entry, also in open_entries.fetchall():
        same = steps & set(split_items(also or ""))
        if same:
            raise Refused(
                f"{', '.join(sorted(same))} is proposed for {item['staff']} already: {entry}{cite(rule['source'])}",
                hint=f"approve or waive {entry} first: the next step depends on it",
            )


def _keep_item(item: Item) -> dict[str, Any]:
    """What an entry keeps of an item of the due list."""
    fields = {
        name: item[name] for name in ("key", "staff", "rule", "kind", "amount", "occurred_at", "evidence", "case")
    }
    for name in ("range", "clauses", "also", "instead", "propose", "record"):
        fields[name] = join_items(item[name])
    return {**fields, "fund": item["into"], "approver": item["approver"], "policy_version": item["policy"]}


def propose_by_hand(
    books: Books,
    rule_id: str,
    staff: str,
    reason: str,
    writing: Writing,
    *,
    case: str = "",
    amount: str = "",
    again: bool = False,
) -> Done:
    """Propose what a person noticed, under a rule of `hand`; the entry's own id is the fact's name in its key."""
    about = resolve_case(books, case) if case else ""

    def start(moment: Instant) -> Sequence[Step]:
        version, _ = books.book.at(moment.at)
        rule = find_rule(version, rule_id)
        if rule is None:
            known = [each["id"] for each in list_rules(version) if _is_by_hand(each)]
            hint = suggest_nearest(rule_id, known) or f"by hand: {', '.join(known) or 'none'}"
            raise NotFound(f"no such rule: {show_text(rule_id)}", place="--rule", hint=hint)
        if not _is_by_hand(rule):
            raise Refused(f"{rule['id']} follows from facts, it is not proposed by hand{cite(rule['source'])}",
                          hint="see: dispatchctl ledger due")  # fmt: skip
        person = find_employed(books, staff, moment.at, "--staff")
        family = books.family(about) if about else Family()
        subject = family.cases[about] if about else Case("", NO_REGISTER, {}, frozenset())
        if about and not again:
            _refuse_same(books, rule["id"], person, about)
        fields = read_facts(subject, moment.at, None)
        derived = {about: books.judging.derive(family, subject)} if about else {}
        fact = Fact(family, subject, moment.at, version, fields, derived)
        if not meets(rule, fact, person, books.people):
            raise Refused(f"{rule['id']} does not apply to {person}: {_say_conditions(rule)}{cite(rule['source'])}")
        also, record = resolve_measures(books.index.db, books.judging.table, version, rule, person, moment.at)
        item = {
            "key": make_key(rule["id"], new_id(books, REGISTER, moment), person),
            "staff": person,
            "rule": rule["id"],
            "kind": rule["kind"],
            "amount": _choose_proposed(rule, amount, fields),
            "occurred_at": format_time(books, moment.at),
            "evidence": None,
            "case": about,
            "range": rule["range"],
            "clauses": rule["source"],
            "also": also,
            "instead": rule["instead"],
            "propose": rule["propose"],
            "record": record,
            "into": rule["into"],
            "approver": rule["approver"],
            "policy": version.label,
        }
        _refuse_same_step(books, version, item)
        return [Step("proposed", {**_keep_item(item), "reason": reason})]

    return begin(books, REGISTER, start, writing, ("proposed",))


def _is_by_hand(rule: Rule) -> bool:
    return any(of[0] == "hand" for of in rule["of"])


def _say_conditions(rule: Rule) -> str:
    return ", ".join(f"{path} is not {' or '.join(values)}" for path, values in rule["when"])


def _refuse_same(books: Books, rule: str, staff: str, case: str) -> None:
    """Refused where the same rule was put to the same person over the same case and that stands."""
    row = books.index.db.execute(
        'SELECT id, state FROM ledger WHERE rule = ? AND staff = ? AND "case" = ? AND evidence IS NULL'
        f" AND {STANDS} ORDER BY first_at, id",
        (rule, staff, case),
    ).fetchone()
    if row:
        raise Refused(
            f"{rule} over {case} is in the ledger already for {staff}: {row[0]}, {row[1]}",
            hint="--again where it happened once more",
        )


def _choose_proposed(rule: Rule, amount: str, fields: Mapping[str, str]) -> str:
    fixed = read_amount(rule, fields) or "" if is_own_amount(rule) else rule["amount"] or ""
    if not amount:
        return str(fixed)
    check_amount(rule["kind"], fixed, rule["range"], rule["source"], amount)
    return amount


def check_amount(kind: str, fixed: str, bounds: Sequence[str], clauses: Sequence[str], amount: str) -> None:
    """Refused for an amount that the rule does not allow: another than a fixed one, outside a range, of a proposal."""
    if kind == "proposal":
        raise Refused(f"a proposal has no amount{cite(clauses)}", place="--amount")
    if fixed and Decimal(fixed) != Decimal(amount):
        raise Refused(f"{amount} is not {fixed}, which the rule fixes{cite(clauses)}", place="--amount")
    if not is_within(amount, bounds):
        raise Refused(f"{amount} is not within {bounds[0]} to {bounds[-1]}{cite(clauses)}", place="--amount")
