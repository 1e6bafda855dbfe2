"""Complaints: registering one, and recording what happens to it. Desk (SOP-3.1 to SOP-3.7)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dispatchctl.desk import contacts
from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.customers.complaint_checks import CHECKS, SAY_MORE, Situation
from dispatchctl.desk.drafts import Instant, Step, lint_privacy, refuse_event
from dispatchctl.desk.events import act_each, begin
from dispatchctl.desk.fields import Typed, read_fields
from dispatchctl.desk.names import resolve_case, show_text
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.desk.rulings import read_kind
from dispatchctl.desk.times import format_time
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.complaints import REJECTED, TESTS
from dispatchctl.registers.page import VOID, split_items
from dispatchctl.rules.families import Family, may_happen
from dispatchctl.rules.severity import ORDINARY, SERIOUS
from dispatchctl.store.contacts import Contact
from dispatchctl.typed import Writing, is_blank

REGISTER = "complaints"
VALID = "ruled-valid"
ON_THE_SPOT = ("redone", "concession")  # how a complaint may end in the command that registers it (SOP-3.2)
TEXTS = {"content": "--content", "reason": "--reason", "cause": "--cause", "measure": "--text", "result": "--result"}
OPTIONS: Mapping[str, Mapping[str, str]] = {"passed-on": {"received_by": "--to"}}  # where it is not the page's


class Complaint(NamedTuple):
    """What somebody complains of, as typed; empty for what was not given."""

    content: str
    caller: str = ""
    phone: str = ""
    address: str = ""
    order: str = ""
    departments: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    media: bool = False
    reputation: bool = False
    system_flaw: bool = False
    doubts_system: bool = False
    received_by: str = ""
    passed_on_by: str = ""
    resolved: str = ""
    outcome: str = ""
    valid: str = ""


class Severity(NamedTuple):
    """What the rules propose, by which of their tests, and what counts: a person's decision, else the proposal."""

    proposed: str
    reasons: list[str]
    in_force: str


# --- registering --------------------------------------------------------------------------------------------------


def register_complaint(books: Books, complaint: Complaint, writing: Writing) -> Done:
    """Record a complaint, its customer found or made; with `resolved` also how it was settled on the spot.

    With `valid` it is ruled valid of that kind in the same act; the reason is the command's, or what was done.

    That is reported to the receiver's direct superior in the same command (SOP-3.2). Refused for people who were not
    employed then; UsageFault that names everything missing at once.
    """
    actor = require_actor(books)
    order = resolve_case(books, complaint.order, ("orders",), only=True) if complaint.order else ""
    if is_blank(complaint.resolved) != (not complaint.outcome):
        raise UsageFault("--resolved TEXT and --outcome go together")
    if complaint.outcome and complaint.outcome not in ON_THE_SPOT:
        allowed = ", ".join(ON_THE_SPOT)
        raise UsageFault(f"{show_text(complaint.outcome)} (allowed with --resolved: {allowed})", place="--outcome")
    if not complaint.outcome and complaint.valid:
        raise UsageFault("goes with --resolved TEXT and --outcome", place="--valid", hint="dispatchctl complaint rule")

    def start(moment: Instant) -> Sequence[Step]:
        if order and books.case(order).state == VOID:
            raise Refused(f"{order} is void: no complaint can be about it", place="--order")
        fields = _read_complaint(books, complaint, actor, moment)
        more: list[Step] = []
        if complaint.outcome:
            more = [Step("resolved", {"result": complaint.resolved, "outcome": complaint.outcome})]
            more += _report_upward(books, fields["received_by"], moment)
        if complaint.valid:  # before its result, as it would be ruled by itself
            kind = read_kind(books, VALID, complaint.valid, moment)
            more.insert(0, Step(VALID, {"kind": kind, "reason": writing.reason or complaint.resolved}))
        found = _find_customer(books, complaint, order)
        _lint(books, fields, writing.note)
        lint_privacy(books, {"--resolved": complaint.resolved})
        earlier = find_earlier(books, found.contact, moment)
        contact = found.contact.contact_id
        if found.new:
            contact = contacts.add_contact(books, found.contact, moment)
        fields = {"order_id": order, "contact_id": contact, **fields}
        if earlier:
            fields.update(repeats=earlier[0], repeats_at=format_time(books, earlier[1]))
        return [Step("registered", fields), *more]

    done = begin(books, REGISTER, start, writing, ("registered",))
    if complaint.resolved and not done.replayed:
        severity = judge_severity(books, done)
        if severity.in_force == SERIOUS and not complaint.valid:
            books.warnings.append(
                f"{done.id} is serious by the rules ({', '.join(severity.reasons)}): before it can be closed it is"
                " classified ordinary, or reopened and ruled valid or invalid (SOP-3.6.6)"
            )
    return done


def _read_complaint(books: Books, complaint: Complaint, actor: str, moment: Instant) -> dict[str, str]:
    typed: Typed = {
        "content": complaint.content,
        "received_by": complaint.received_by or actor,
        "passed_on_by": complaint.passed_on_by,
        "departments": complaint.departments,
        "about_staff": complaint.staff,
        **{name: getattr(complaint, name) for name in TESTS},
    }
    fields = read_fields(books, REGISTER, typed, moment)
    if fields["received_by"] == fields.get("passed_on_by"):
        raise UsageFault(f"{fields['received_by']} received it: name who passed it on", place="--passed-on-by")
    return fields


def _find_customer(books: Books, complaint: Complaint, order: str) -> contacts.Found:
    """The contact typed, else the order's; UsageFault names what is missing to call the complainant back."""
    of_order = books.case(order).fields.get("contact_id", "") if order else ""
    if of_order and not (complaint.caller or complaint.phone or complaint.address):
        return contacts.Found(contacts.read_contact(books, of_order), False)
    found = contacts.find_contact(books, complaint.caller, complaint.phone, complaint.address)
    # who says that there is no phone has been asked for it
    known = {"--caller": complaint.caller or found.contact.name, "--phone": complaint.phone or found.contact.phone}
    missing = [option for option, text in known.items() if is_blank(text)]
    if missing:
        raise UsageFault(f"a complaint needs {', '.join(missing)}", hint="or --order ORDER, whose customer it then is")
    return found


def find_earlier(books: Books, contact: Contact, moment: Instant) -> tuple[str, int] | None:
    """The newest complaint registered by then of the same customer that was not ruled invalid: (id, seconds)."""
    same = set(contacts.same_customer(books, contact.contact_id))
    if contact.phone:
        same.update(each.contact_id for each in contacts.list_contacts(books, phone=contact.phone))
    if contact.address:
        same.update(each.contact_id for each in contacts.list_contacts(books, address=contact.address))
    if not same:
        return None
    row = books.index.db.execute(
        f"SELECT id, first_at FROM complaints WHERE contact_id IN ({', '.join('?' * len(same))}) AND first_at <= ?"
        f" AND state <> 'void' AND COALESCE(validity, '') NOT IN ({', '.join('?' * len(REJECTED))})"
        " ORDER BY first_at DESC, id DESC LIMIT 1",
        (*sorted(same), moment.at, *REJECTED),
    ).fetchone()
    return (str(row[0]), int(row[1])) if row else None


def _report_upward(books: Books, receiver: str, moment: Instant) -> list[Step]:
    superior = books.people.facts(receiver, moment.at).get("manager", "")
    role = books.people.facts(superior, moment.at).get("role", "") if superior else ""
    if not role or books.people.has_left(superior, moment.at):
        books.warnings.append(f"no direct superior of {receiver} is recorded: report it upward yourself (SOP-3.2)")
        return []
    return [Step("escalated", {"escalated_to": role})]


def judge_severity(books: Books, done: Done) -> Severity:
    """How serious a complaint is after what was done."""
    derived = books.judging.derive(done.family, done.family.cases[done.id])
    reasons = split_items(derived.get("severity_reasons", ""))
    proposed = SERIOUS if reasons else ORDINARY
    return Severity(proposed, reasons, derived.get("severity", proposed))


# --- what happens to one ------------------------------------------------------------------------------------------


def record_complaint(
    books: Books, ids: Sequence[str], event: str, typed: Typed, writing: Writing
) -> tuple[list[Done], list[Refusal]]:
    """Record one event of each of these complaints; several go item by item, what is done stays done."""
    actor = require_actor(books)

    def plan(case: str, moment: Instant) -> tuple[str, Sequence[Step]]:
        return case, _plan_event(books, books.family(case), case, event, typed, actor, moment, writing.note)

    return act_each(books, REGISTER, ids, plan, writing, (event,))


def _plan_event(
    books: Books, family: Family, case: str, event: str, typed: Typed, actor: str, moment: Instant, note: str
) -> Sequence[Step]:
    complaint = family.cases[case]
    if event not in SAY_MORE and not may_happen(complaint, None, event):
        raise refuse_event(complaint, event)
    fields = _read_typed(books, event, typed, moment)
    _lint(books, fields, note)
    if event in CHECKS:
        fields = CHECKS[event](books, Situation(family, complaint, event, actor, moment, note), fields)
    return [Step(event, fields)]


def _read_typed(books: Books, event: str, typed: Typed, moment: Instant) -> dict[str, str]:
    """The typed fields of an event; a kind is sought in its own group."""
    own = {name: value for name, value in typed.items() if name != "kind"}
    fields = read_fields(books, REGISTER, own, moment, OPTIONS.get(event))
    if "kind" in typed:
        fields["kind"] = read_kind(books, event, str(typed["kind"] or ""), moment)
    return fields


def _lint(books: Books, fields: Mapping[str, str], note: str) -> None:
    texts = {option: fields[name] for name, option in TEXTS.items() if fields.get(name)}
    lint_privacy(books, {**texts, "--note": note})
