"""What is decided about an entry: approved, waived, reversed, paid. Desk (KZ-8.16b)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.events import act
from dispatchctl.desk.ledger.closed import is_unfounded
from dispatchctl.desk.ledger.due import is_own_amount
from dispatchctl.desk.ledger.entries import find_entry, list_same_fact, say_conflict
from dispatchctl.desk.ledger.proposals import REGISTER, check_amount
from dispatchctl.desk.names import resolve_case
from dispatchctl.desk.recording import Done
from dispatchctl.desk.rights import cite
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.ledger import MONEYLESS
from dispatchctl.registers.page import split_items
from dispatchctl.rules.charges import Rule, find_rule
from dispatchctl.rules.families import Case, Family
from dispatchctl.typed import Writing


def decide(books: Books, entry: str, event: str, fields: Mapping[str, str], writing: Writing) -> Done:
    """Record approved, waived or reversed: what the approver of the entry may do, and whoever stands above him."""
    case = resolve_case(books, entry, (REGISTER,), only=True)

    def plan(moment: Instant, family: Family) -> Sequence[Step]:
        one = family.cases[case]
        clauses = split_items(one.fields.get("clauses", ""))
        if event == "approved" and one.state == "proposed":
            if _is_unfounded(books, one, moment):
                hint = f"let it go: dispatchctl ledger waive {case} --reason TEXT"
                raise Refused(f"{_say_unfounded(one)}{cite(clauses)}", hint=hint)
            added = _check_approval(books, one, fields, writing)
            _warn_of_pay(books, one, {**fields, **added}, moment)
            return [Step(event, {**fields, **added})]
        if event == "reversed" and one.fields.get("kind") == "proposal":
            raise Refused(f"{case} is a proposal: it is approved or waived, nothing else{cite(clauses)}")
        return [Step(event, fields)]

    return act(books, REGISTER, case, plan, writing, (event,))


def _is_unfounded(books: Books, one: Case, moment: Instant) -> bool:
    return is_unfounded(books, find_entry(books.index.db, one.id), moment.recorded // 1_000_000)


def _say_unfounded(one: Case) -> str:
    gone = f"{one.fields['evidence']} gives no {one.fields['rule']} of {one.fields['staff']} any more"
    return f"{one.id} is unfounded: {gone}"


def _check_approval(books: Books, one: Case, fields: Mapping[str, str], writing: Writing) -> dict[str, str]:
    """What an approval adds: the amount in force; refused where the rule does not allow what was chosen."""
    amount, taken = fields.get("amount", ""), fields.get("taken", "")
    clauses, bounds = (split_items(one.fields.get(name, "")) for name in ("clauses", "range"))
    kind, proposed = one.fields.get("kind", ""), one.fields.get("amount", "")
    _refuse_conflict(books, one, clauses)
    if taken:
        allowed = split_items(one.fields.get("instead", ""))
        if taken not in allowed:
            listed = ", ".join(allowed) or "nothing"
            raise Refused(
                f"{taken[:60]} may not be taken instead (allowed: {listed}){cite(clauses)}", place="--instead"
            )
        if amount:
            raise UsageFault("--amount and --instead do not go together")
        return {"amount": "0.00"}
    rule = _rule_of(books, one)
    is_open = bool(bounds) or (rule is not None and not rule["amount"])
    if amount:
        check_amount(kind, "" if is_open else proposed, bounds, clauses, amount)
    elif not proposed and (bounds or kind not in MONEYLESS):
        between = f", from {bounds[0]} to {bounds[-1]}" if bounds else ""
        raise Refused(f"needed: the rule leaves the amount open{between}{cite(clauses)}", place="--amount")
    needs_proof = kind == "compensation" or (rule is not None and is_own_amount(rule))
    if needs_proof and not writing.attach and not any(row.fields.get("attached") for row in one.rows):
        raise Refused(f"{one.id} needs proof of the amount{cite(clauses)}", hint="add it with --attach FILE")
    return {}


def _warn_of_pay(books: Books, one: Case, approved: Mapping[str, str], moment: Instant) -> None:
    from dispatchctl.desk.ledger.payroll import warn_of_approval  # of all decisions only this one asks for pay

    amount = approved.get("amount") or one.fields.get("amount", "")
    warn_of_approval(books, one.fields["staff"], one.fields.get("kind", ""), amount, moment)


def _rule_of(books: Books, one: Case) -> Rule | None:
    version = books.book.get(one.fields.get("policy_version", ""))
    return find_rule(version, one.fields.get("rule", "")) if version else None


def _refuse_conflict(books: Books, one: Case, clauses: Sequence[str]) -> None:
    """Refused where another entry of the same fact stands: two offices proposed it before they shared their rows."""
    standing = list_same_fact(books.index.db, find_entry(books.index.db, one.id))
    if len(standing) > 1:
        ways = [f"ledger {_name_way(books, name)} {name}" for name in standing]
        raise Refused(f"{say_conflict(standing)}{cite(clauses)}", hint=f"with --reason TEXT: {', or '.join(ways)}")


def _name_way(books: Books, name: str) -> str:
    return "waive" if books.case(name).state == "proposed" else "reverse"


def settle(books: Books, entry: str, event: str, writing: Writing) -> Done:
    """Record paid or fulfilled."""
    case = resolve_case(books, entry, (REGISTER,), only=True)

    def plan(moment: Instant, family: Family) -> Sequence[Step]:
        one = family.cases[case]
        clauses = split_items(one.fields.get("clauses", ""))
        if one.fields.get("kind") == "proposal":
            raise Refused(f"{case} is a proposal: it is approved or waived, nothing else{cite(clauses)}")
        if event == "paid" and one.state == "approved":
            if not Decimal(one.fields.get("amount") or 0):
                raise Refused(f"there is no money in {case}{cite(clauses)}")
            _refuse_conflict(books, one, clauses)
        if _is_unfounded(books, one, moment):
            books.warnings.append(f"{_say_unfounded(one)}: it is for ledger reverse")
        return [Step(event, {})]

    return act(books, REGISTER, case, plan, writing, (event,))
