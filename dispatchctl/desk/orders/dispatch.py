"""Sending somebody: assign, claim, reassign, decline, withdraw. Desk (PD-2.2, PD-3.3, PR-14)."""

from decimal import Decimal
from typing import NamedTuple

from dispatchctl.desk.actors import SYSTEM, require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, new_id
from dispatchctl.desk.events import act, begin
from dispatchctl.desk.names import resolve_staff
from dispatchctl.desk.orders.candidates import choose, describe_job, measure_loads
from dispatchctl.desk.recording import Done
from dispatchctl.desk.rights import may_without_self
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.page import split_items
from dispatchctl.rules.derived_orders import TAKEN_OVER
from dispatchctl.rules.families import ASSIGNABLE, Case, Family
from dispatchctl.rules.owners import find_dispatcher
from dispatchctl.typed import Writing, is_blank

REGISTER, ASSIGNED = "assignments", "assignments.assigned"


class Sending(NamedTuple):
    """How somebody is to be sent, as typed; "" for what was not given."""

    staff: str = ""
    auto: bool = False
    helpers: tuple[str, ...] = ()
    content: str = ""
    requirements: str = ""
    over_ceiling: bool = False
    reason: str = ""


class Sent(NamedTuple):
    """One assignment as it was made, with the reasons for its assignee."""

    assignment: str
    order: str
    assignee: str
    role: str
    state: str
    reasons: tuple[tuple[str, Decimal], ...]


class Dispatched(NamedTuple):
    """What one dispatch recorded, and the assignments it made, the lead's first."""

    done: Done
    sent: list[Sent]


def check_ceiling(books: Books, order: Case, staff: str, sending: Sending) -> None:
    """Refused (PR-14) where the order would take the person over the ceiling and nobody answers for it."""
    rules = books.policy["assignment"]
    load = measure_loads(books).get(staff, Decimal(0))
    effort = describe_job(books, order).effort
    if load + effort <= Decimal(rules["ceiling"]):
        return
    if sending.over_ceiling:
        if not sending.reason:
            raise UsageFault("--over-ceiling needs --reason")
        return
    raise Refused(
        f"{staff} {books.people.name(staff)} has {load} of {rules['ceiling']}, {order.id} takes {effort} more (PR-14)",
        hint="choose another person, or --over-ceiling --reason TEXT",
    )


def fill_dispatch(books: Books, order: Case, sending: Sending) -> dict[str, str]:
    """What the dispatch tells: each field is the option's, else the order's, else the service's (PD-3.3).

    Refused where one that `assignment.required` names is still empty.
    """
    policy = books.policy
    service = policy["services"].get(order.fields.get("service", "")) or {}
    fields = {
        "contact_id": order.fields.get("contact_id", ""),
        "content": sending.content or order.fields.get("content", ""),
        "requirements": sending.requirements
        or order.fields.get("requirements", "")
        or service.get("requirements")
        or "",
    }
    asked = policy["intake"]["required"].get(order.fields.get("kind", ""), [])
    missing = [
        name
        for name in policy["assignment"]["required"]
        if name != "assignee"
        and is_blank(fields.get(name, ""))
        and (name != "contact_id" or "caller" in asked or "address" in asked)
    ]
    if missing:
        raise Refused(
            f"{order.id} lacks what a dispatch must tell: {', '.join(missing)} (PD-3.3)",
            hint="give " + ", ".join(f"--{name}" for name in missing if name != "contact_id") or "amend the order",
        )
    return fields


def plan_assignment(
    books: Books, order: str, sending: Sending, actor: str, moment: Instant, *, claim: bool = False, ahead: int = 0
) -> tuple[list[Step], list[Sent]]:
    """The steps of one dispatch, and what was decided: the lead's first, then the helpers'.

    ahead: new assignments before these that are not recorded (--dry-run).
    """
    family = books.family(order)
    case = family.cases[order]
    if case.state not in (("pool",) if claim else ASSIGNABLE):
        if claim:
            raise Refused(f"{order} is {case.state}: it can be claimed only while it is in the pool")
        raise Refused(f"{order} is {case.state}: nobody can be sent (possible while it is {', '.join(ASSIGNABLE)})")
    fields = fill_dispatch(books, case, sending)
    reasons: tuple[tuple[str, Decimal], ...] = ()
    lead = sending.staff
    if sending.auto:
        best = choose(books, order)
        lead, reasons = best.staff, best.reasons
    else:
        check_ceiling(books, case, lead, sending)
    holders = {
        each.fields.get("assignee")
        for each in family.children.get(order, ())
        if each.register == "assignments" and not each.final and each.state != "completed"
    }
    steps: list[Step] = []
    sent: list[Sent] = []
    for person, role in [(lead, "lead"), *[(helper, "helper") for helper in sending.helpers]]:
        if person in holders:
            raise Refused(f"{person} {books.people.name(person)} already has {order}")
        holders.add(person)
        if role == "helper":
            check_ceiling(books, case, person, sending)
        name = new_id(books, "assignments", moment, ahead + len(steps))
        dispatcher = find_dispatcher(family, case, moment.at) if claim else actor
        texts = {
            "order_id": order,
            "dispatcher": dispatcher or actor,
            "assignee": person,
            "role": role,
            **fields,
            "reason": sending.reason,
        }
        steps.append(Step("assigned", texts, name))
        sent.append(Sent(name, order, person, role, "assigned", reasons if role == "lead" else ()))
    return steps, sent


def assign(books: Books, order: str, sending: Sending, writing: Writing) -> Dispatched:
    """Send somebody to an order, by name or by the policy's choice (PD-2.2, PD-2.3, PD-5.1)."""
    actor = require_actor(books, system=sending.auto)
    if bool(sending.staff) == sending.auto:
        raise UsageFault("assign takes either a person or --auto")
    sent: list[Sent] = []

    def start(moment: Instant) -> list[Step]:
        if sending.auto or sending.staff == actor:
            refuse_own_choice(books, actor, order)
        steps, sent[:] = plan_assignment(books, order, sending, actor, moment)
        return steps

    done = begin(books, REGISTER, start, writing, ("assigned",), about=order, actor=actor)
    return Dispatched(done, describe_sent(books, done) if done.replayed else sent)


def refuse_own_choice(books: Books, actor: str, order: str) -> None:
    """Refused for who may assign only themselves: they take an order of the pool, nothing is chosen for them."""
    if not may_without_self(books, actor, ASSIGNED):
        raise Refused(f"{actor} may not assign, but take an order of the pool", hint=f"dispatchctl claim {order}")


def describe_sent(books: Books, done: Done) -> list[Sent]:
    """What assign printed for rows that are already there."""
    found = []
    for row in done.rows:
        if row.event == "assigned":
            case = books.case(row.id)
            fields = row.fields
            found.append(Sent(row.id, fields["order_id"], fields["assignee"], fields["role"], case.state, ()))
    return found


def list_pool(books: Books) -> list[str]:
    """The orders that wait to be dispatched: by priority, then their earliest due time, then id."""
    ranks = {name: place for place, name in enumerate(books.policy["priorities"])}
    rows = books.index.db.execute(
        'SELECT o.id, o.priority, (SELECT MIN(due_at) FROM clocks c WHERE c.family = o.family AND c."case" = o.id'
        " AND c.state = 'running') FROM orders o WHERE o.final = 0 AND o.state = 'pool'"
    ).fetchall()
    late = 1 << 60
    rows.sort(key=lambda row: (ranks.get(row[1], len(ranks)), row[2] if row[2] is not None else late, row[0]))
    return [str(row[0]) for row in rows]


def claim(books: Books, order: str, writing: Writing) -> Dispatched:
    """Take an order from the pool for oneself; skill and ceiling hold as for a dispatch by hand."""
    actor = require_actor(books)
    sent: list[Sent] = []

    def start(moment: Instant) -> list[Step]:
        case = books.case(order)
        job = describe_job(books, case)
        skills = split_items(books.people.facts(actor).get("skills", ""))
        if job.skill and job.skill not in skills:
            raise Refused(f"{order} needs the skill {job.skill}, which {actor} does not have (PD-2.2)")
        steps, sent[:] = plan_assignment(books, order, Sending(staff=actor), actor, moment, claim=True)
        return steps

    done = begin(books, REGISTER, start, writing, ("assigned",), about=order)
    return Dispatched(done, describe_sent(books, done) if done.replayed else sent)


def reassign(
    books: Books, assignment: str, staff: str, reason: str, writing: Writing, *, over_ceiling: bool = False
) -> Dispatched:
    """Give an open assignment to somebody else: the old one ends, a new one with a new id and new clocks begins."""
    actor = require_actor(books)
    sent: list[Sent] = []

    def plan(moment: Instant, family: Family) -> list[Step]:
        old = family.cases[assignment]
        order = family.cases[old.parent]
        person = resolve_staff(books, staff)
        if person == old.fields.get("assignee"):
            raise Refused(f"{assignment} is {person}'s already")
        check_ceiling(books, order, person, Sending(over_ceiling=over_ceiling, reason=reason))
        name = new_id(books, REGISTER, moment)
        told = books.judging.values(family, old)  # what its order had corrected meanwhile is told anew
        role = old.fields.get("role", "lead")
        texts = {
            "order_id": order.id,
            "dispatcher": actor if actor != SYSTEM else "",
            "assignee": person,
            "role": role,
            **{field: told.get(field) for field in TAKEN_OVER},
        }
        sent[:] = [Sent(name, order.id, person, role, "assigned", ())]
        return [Step("reassigned", {"reason": reason}), Step("assigned", texts, name)]

    done = act(books, REGISTER, assignment, plan, writing, ("reassigned", "assigned"))
    return Dispatched(done, describe_sent(books, done) if done.replayed else sent)
