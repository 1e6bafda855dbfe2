"""What refuses an event of a complaint: checks of each, closing by what `rules/complaints` says is owed. Desk."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, refuse_event
from dispatchctl.desk.fields import check_future
from dispatchctl.desk.items import next_item
from dispatchctl.desk.rulings import BY_EVENT
from dispatchctl.desk.times import format_time
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.complaints import GROUPS, REJECTED, UPHELD
from dispatchctl.registers.page import split_items
from dispatchctl.rules.complaints import (
    CorrectiveMeasure,
    Owed,
    list_measures,
    list_owed_on_complaint,
)
from dispatchctl.rules.families import Case, Family, may_happen
from dispatchctl.rules.severity import SERIOUS

REGISTER = "complaints"
MANAGER = "manager"  # who goes to the place of a serious complaint (SOP-3.6.6)
SAY_MORE = (*(group.event for group in GROUPS), "closed")  # their checks say more than the state does


class Situation(NamedTuple):
    """What a check is told: the complaint with its family, what is to be recorded, by whom, when, its note."""

    family: Family
    case: Case
    event: str
    actor: str
    moment: Instant
    note: str


Check = Callable[[Books, Situation, dict[str, str]], dict[str, str]]


def _say_row(books: Books, case: Case, event: str) -> str:
    """Who recorded the last event of that name, and when."""
    row = next(row for row in reversed(case.rows) if row.event == event)
    return f"by {row.by} at {format_time(books, row.at)}"


def _check_passing(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    receiver = fields.get("received_by", "")
    if receiver and receiver == now.case.fields.get("received_by"):
        raise Refused(f"{now.case.id} is with {receiver} already", place="--to")
    before = now.case.fields.get("received_by", "")  # who takes it over has it from the one before
    return {**fields, "passed_on_by": before if receiver == now.actor else now.actor}


def _check_class(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    if "classified" in now.case.marks and now.case.fields.get("severity") == fields.get("severity"):
        said = _say_row(books, now.case, "classified")
        raise Refused(f"{now.case.id} was classified {fields['severity']} already, {said}")
    return fields


def _check_ruling(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    group = BY_EVENT[now.event]
    case = now.case
    if case.state == group.name:
        kind = case.fields.get("kind", "")
        title = books.policy["complaint_kinds"].get(kind) or ""
        said = f"{kind} {title}".strip() if title != kind else kind
        raise Refused(
            f"{case.id} was ruled {group.name} ({said}) {_say_row(books, case, now.event)}: that ruling stands"
            f" ({group.clause})",
            hint=f"another kind: dispatchctl amend {case.id} kind=KIND --reason TEXT",
        )
    if not may_happen(case, None, now.event):
        raise refuse_event(case, now.event)
    return fields


def _check_referring(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    """It says to whom and why, for versions published with edition 2 or later (SOP-3.7.5)."""
    if books.policy["edition"] >= 2 and not now.note.strip():
        raise Refused(
            f"{now.case.id} is referred to others: say to whom, and why it is not ours (SOP-3.7.5)", place="--note",
            hint=f"another department of the house: dispatchctl amend {now.case.id} departments=DEPT --reason TEXT",
        )  # fmt: skip
    return fields


def _check_visit(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    """On site a manager is there: the one named, else the actor where that is one (SOP-3.6.6)."""
    manager = fields.get("manager", "")
    if not fields.get("on_site"):
        if manager:
            raise UsageFault("says who of the managers went: it goes with --on-site", place="--manager")
        return fields
    if not manager:
        if not _is_manager(books, now.actor, now.moment.at):
            raise Refused(
                f"{now.actor} is no manager, and a manager goes to the place (SOP-3.6.6)", place="--on-site",
                hint="name who went: --manager STAFF",
            )  # fmt: skip
        manager = now.actor
    elif not _is_manager(books, manager, now.moment.at):
        role = books.people.facts(manager, now.moment.at).get("role", "")
        raise Refused(f"{manager} is {role}: a manager goes to the place (SOP-3.6.6)", place="--manager")
    return {**fields, "manager": manager}


def _is_manager(books: Books, staff: str, at: int) -> bool:
    return books.people.stands_for(books.people.facts(staff, at).get("role", ""), MANAGER)


def _check_analysis(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    if not fields.get("responsible"):
        raise Refused("an analysis says who is responsible (SOP-3.6.6)", place="--responsible")
    return fields


def _check_confirming(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    named = [*split_items(now.case.fields.get("responsible", "")), *split_items(now.case.fields.get("about_staff", ""))]
    staff = fields.get("confirmed_by", "")
    if not named:
        raise Refused(f"nobody is named as responsible for {now.case.id} yet: analyse it first (SOP-3.7.2)")
    if staff not in named:
        listed = ", ".join(dict.fromkeys(named))
        raise Refused(f"{staff} is not among those responsible: {listed} (SOP-3.7.2)", place="--staff")
    return fields


def _check_plan(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    check_future(fields["measure_due"], now.moment, "--due", "a measure has time to be done (SOP-3.7.3)")
    return {**fields, "measure_id": next_item(books, now.case, "measure_id")}


def _find_measure(now: Situation, fields: Mapping[str, str]) -> CorrectiveMeasure:
    return list_measures(now.case)[fields["measure_id"]]


def _check_finish(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    measure = _find_measure(now, fields)
    if measure.done:
        raise Refused(f"{measure.id} was done already", hint=f"dispatchctl complaint check-measure {measure.id}")
    return fields


def _check_checking(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    measure = _find_measure(now, fields)
    if measure.check == fields.get("check"):
        raise Refused(f"{measure.id} was checked already: {measure.check}")
    if not measure.done:
        raise Refused(f"{measure.id} is not done yet: finish it before it is checked (SOP-3.7.3)")
    return fields


def _check_result(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    """`explained` ends only what nobody here has to put right; a serious one is ruled before (SOP-3.6.3, SOP-3.6.6)."""
    derived = books.judging.derive(now.family, now.case)
    validity = derived.get("validity", "")
    if fields.get("outcome") == "explained" and validity not in (*REJECTED, "outside"):
        said = f"ruled {validity}" if validity else "not ruled yet"
        ends = f"only an {' or '.join(REJECTED)} one, or one for others, ends by being explained (SOP-3.6.3)"
        hint = f"a {' or '.join(UPHELD)} one is redone, corrected or settled by a concession"
        raise Refused(f"{now.case.id} is {said}: {ends}", place="--outcome", hint=hint)
    if derived.get("severity") == SERIOUS and not validity:
        raise Refused(
            f"{now.case.id} is serious and not ruled yet: that comes before its result (SOP-3.6.6)",
            hint="dispatchctl complaint rule, or complaint classify --severity ordinary --reason TEXT",
        )
    return fields


def _check_escalation(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    role = fields.get("escalated_to", "")
    if books.people.rank(role) < 0:
        chain = ", ".join(books.people.ranks)
        raise Refused(f"{role} is not in the chain of command (allowed: {chain}; SOP-3.4)", place="--to")
    return fields


def _check_closing(books: Books, now: Situation, fields: dict[str, str]) -> dict[str, str]:
    """Refused, naming every measure, check, follow-up, demand of a clause and clock that is still owed."""
    case = now.case
    allowed = may_happen(case, None, "closed")
    if not allowed and case.final:
        raise refuse_event(case, "closed")
    instances = books.judging.instances(now.family, case)
    needs = books.book.at(case.rows[0].at)[0].policy["complaints"]["close_needs"]
    derived = books.judging.derive(now.family, case)
    told = [_say_owed(books, each) for each in list_owed_on_complaint(case, derived, instances, needs)]
    if not allowed:
        state = "with others" if case.state == "outside" else case.state
        told.insert(0, f"it is {state}, neither resolved nor ruled invalid")
    if told:
        raise Refused(f"cannot be closed: {'; '.join(told)}", place=case.id, hint=f"see: dispatchctl show {case.id}")
    return fields


def _say_owed(books: Books, owed: Owed) -> str:
    due = []
    if owed.due_at is not None:
        said = format_time(books, owed.due_at)[:16].replace("T", " ")
        due = [f"due {said}{' provisional' if owed.provisional else ''}"]
    cited = ", ".join((*due, *owed.clauses))
    return f"{owed.what} ({cited})" if cited else owed.what


CHECKS: dict[str, Check] = {
    "passed-on": _check_passing,
    "classified": _check_class,
    **dict.fromkeys(BY_EVENT, _check_ruling),
    "referred-outside": _check_referring,
    "investigated": _check_visit,
    "analysed": _check_analysis,
    "responsibility-confirmed": _check_confirming,
    "measure-planned": _check_plan,
    "measure-done": _check_finish,
    "measure-checked": _check_checking,
    "resolved": _check_result,
    "escalated": _check_escalation,
    "closed": _check_closing,
}
