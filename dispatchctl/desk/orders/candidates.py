"""Who should go: what is known of the staff and of an order, handed to the ranking. Desk (PD-2.2, PD-3.1, PR-14)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.errors import Refused
from dispatchctl.registers.page import split_items
from dispatchctl.rules.calendar import parse_time
from dispatchctl.rules.dispatch import Candidate, Job, Worker, rank_candidates
from dispatchctl.rules.families import Case
from dispatchctl.store.conditions import AT_WORK

FIELD_ROLE = "field"  # who is on duty where nobody is rostered


def measure_loads(books: Books) -> dict[str, Decimal]:
    """The present workload by staff id: the efforts of the services of open assignments, or their number."""
    by_count = books.policy["assignment"]["ceiling_counts"] == "count"
    services = books.policy["services"]
    loads: dict[str, Decimal] = {}
    rows = books.index.db.execute(
        # by the open ones' own index: the planner would rather group by an index over all of history
        "SELECT a.assignee, o.service, COUNT(*) FROM assignments a INDEXED BY assignments_load"
        " LEFT JOIN orders o ON o.id = a.order_id"
        f" WHERE {AT_WORK.format('a.')} GROUP BY 1, 2"
    )
    for staff, service, count in rows:
        effort = Decimal(1) if by_count else service_effort(services, service or "")
        loads[staff] = loads.get(staff, Decimal(0)) + effort * count
    return loads


def service_effort(services: dict[str, Any], service: str) -> Decimal:
    """How much of a person's ceiling one order of the service takes; 1 where nothing is said."""
    return Decimal((services.get(service) or {}).get("effort") or 1)


def describe_job(books: Books, order: Case) -> Job:
    """What the order asks for."""
    services = books.policy["services"]
    service = services.get(order.fields.get("service", "")) or {}
    by_count = books.policy["assignment"]["ceiling_counts"] == "count"
    effort = Decimal(1) if by_count else service_effort(services, order.fields.get("service", ""))
    return Job(service.get("skill") or "", order.fields.get("area", ""), effort, find_last_technician(books, order))


def find_last_technician(books: Books, order: Case) -> str:
    """Who last completed work as a lead for the same customer; "" where nobody did."""
    from dispatchctl.desk.contacts import same_customer  # who is named is not looked for

    contacts = same_customer(books, order.fields.get("contact_id", ""))
    if not contacts:
        return ""
    places = ", ".join("?" * len(contacts))
    row = books.index.db.execute(
        "SELECT a.assignee FROM orders o JOIN assignments a ON a.order_id = o.id"
        f" WHERE o.contact_id IN ({places}) AND a.role = 'lead' AND a.\"at:completed\" IS NOT NULL AND o.id <> ?"
        ' ORDER BY a."at:completed" DESC, a.id DESC LIMIT 1',
        (*contacts, order.id),
    ).fetchone()
    return str(row[0]) if row else ""


def list_workers(books: Books, order: Case) -> list[Worker]:
    """Everybody who could be thought of for the order: the field staff, contractors, and who has the skill."""
    loads = measure_loads(books)
    here = [staff for staff, _ in books.people.here()]
    last = {staff: find_last_work(books, staff) for staff in here}
    calendar = books.judging.table.calendar(books.version)
    when = max(parse_time(order.fields.get("appointment_at", ""), calendar) or 0, books.now)
    in_hours = calendar.business_seconds(when, when + 1) > 0
    declined = {
        case.fields.get("assignee", "")
        for case in books.family(order.id).children.get(order.id, ())
        if case.register == "assignments" and case.state == "declined"
    }
    found = []
    for staff, facts in books.people.here():
        skills = tuple(split_items(facts.get("skills", "")))
        if facts.get("role") not in (FIELD_ROLE, "contractor") and not skills:
            continue
        found.append(
            Worker(
                staff=staff,
                name=facts.get("name", staff),
                skills=skills,
                areas=tuple(split_items(facts.get("areas", ""))),
                load=loads.get(staff, Decimal(0)),
                last_assigned=last[staff].at,
                on_duty=in_hours and facts.get("role") in (FIELD_ROLE, "contractor"),
                declined=staff in declined,
                turn=last[staff].turn,
            )
        )
    return found


class LastWork(NamedTuple):
    """When somebody last got work (seconds; None: never), and the number of that assignment within its day."""

    at: int | None
    turn: int


def find_last_work(books: Books, staff: str) -> LastWork:
    """The last assignment that somebody got."""
    row = books.index.db.execute(
        'SELECT "at:assigned", id FROM assignments WHERE assignee = ? ORDER BY "at:assigned" DESC, id DESC LIMIT 1',
        (staff,),
    ).fetchone()
    return LastWork(int(row[0]), int(row[1].rpartition("-")[2])) if row else LastWork(None, 0)


def suggest(books: Books, order: str) -> list[Candidate]:
    """Who could go to an order, ranked, with reasons; then those passed over (PD-2.2)."""
    case = books.case(order)
    return rank_candidates(describe_job(books, case), list_workers(books, case), books.policy["assignment"])


def choose(books: Books, order: str) -> Candidate:
    """The best candidate; Refused where nobody can go, saying why."""
    found = suggest(books, order)
    if found and not found[0].excluded:
        return found[0]
    raise Refused(f"nobody can go to {order}: {say_excluded(found)}", hint=f"see: dispatchctl suggest {order} --all")


def say_excluded(found: Sequence[Candidate]) -> str:
    """Why those passed over were, with how many of them for each reason: `2 skill, 1 ceiling`."""
    why: dict[str, int] = {}
    for each in found:
        why[each.excluded] = why.get(each.excluded, 0) + 1
    return ", ".join(f"{count} {reason}" for reason, count in sorted(why.items())) or "no field staff"
