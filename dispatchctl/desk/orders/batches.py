"""Many at once: orders from a file, and everything that waits to be dispatched. Desk (cli.md, "Batches")."""

from collections.abc import Mapping
from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.names import suggest_nearest
from dispatchctl.desk.orders.dispatch import Dispatched, Sending, Sent, describe_sent, list_pool, plan_assignment
from dispatchctl.desk.orders.intake import TYPED, Request, Taken, describe_taken, find_source, plan_order
from dispatchctl.desk.recording import Refusal, record_each
from dispatchctl.errors import UsageFault
from dispatchctl.exchange.rows import read_rows
from dispatchctl.typed import Writing

FIELDS = (*(name for name in Request._fields if name not in ("typed", "read_back")), *TYPED)
ALIASES = {"answer": "answered", "appointment": "appointment_at"}  # words of options, and of what `show` prints
NAMES = tuple(
    {ours: word for word, ours in ALIASES.items()}.get(name, name) for name in FIELDS
)  # as messages name them
# what `show` and `list` print of an order and new-order does not take: passed over in rows that they printed, which
# have `register`; in others it is refused, as what somebody typed is never dropped without a word
SHOWN = (
    *("id", "register", "state", "contact", "amount", "method", "read_back", "about", "reason", "attached", "events"),
    *("assignments", "complaints", "followups", "clocks", "conflicts", "taken_back", "dispatcher", "worker"),
    *("follow_up", "billed", "paid_total", "unpaid"),
)


def read_request(row: Mapping[str, Any], place: str) -> Request:
    """One row of a file as a request; UsageFault naming the place for a column that new-order does not have."""
    shown = row.get("register") == "orders"
    values: dict[str, Any] = {}
    typed: dict[str, str] = {}
    contact: dict[str, str] = {}
    for name, value in row.items():
        key = ALIASES.get(name, name.replace("-", "_"))
        if value is None or value is False or value == "" or value == []:
            continue
        if key in FIELDS:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise UsageFault(f"{name} is not a text", place=place)
            if key in typed or key in values:
                raise UsageFault(f"{name} is given twice, under two names", place=place)
            (typed if key in TYPED else values)[key] = str(value)
        elif key == "contact" and isinstance(value, Mapping):
            if not (shown and row.get("contact_id")):  # masked, and the id says it all
                contact = _read_contact(value, place, shown=shown)
        elif key not in SHOWN or not shown:
            hint = suggest_nearest(name, NAMES) or f"there are: {', '.join(NAMES)}"
            raise UsageFault(f"{name} is no field of an order to take", place=place, hint=hint)
    beside = [name for name in ("caller", "phone", "address") if name in values or name in contact]
    if "contact_id" in values and beside and not shown:
        raise UsageFault(f"contact_id and {beside[0]} are given: one of them says who calls", place=place)
    both = sorted(values.keys() & contact.keys())
    if both:
        raise UsageFault(f"{both[0]} is given twice, under two names", place=place)
    return Request(typed, **{**contact, **values})


def _read_contact(value: Mapping[str, Any], place: str, *, shown: bool) -> dict[str, str]:
    """Who calls, from a contact as `show` prints it, whose masked texts say nothing."""
    found = {}
    for name, text in value.items():
        ours = {"name": "caller"}.get(name, name)
        if ours not in ("caller", "phone", "address"):
            if not shown:
                raise UsageFault(f"contact.{name} is no field of an order to take", place=place)
        elif text and "*" not in str(text):
            found[ours] = str(text)
    return found


def take_orders(books: Books, source: str, writing: Writing) -> tuple[list[Taken], list[Refusal], int]:
    """Orders from a file's rows, each a command of its own; (taken, refused, how many were there by source_ref)."""
    actor = require_actor(books)
    rows = dict(read_rows(source))
    said: dict[str, dict[str, Any]] = {}
    known: list[str] = []

    def plan(place: str, moment: Instant) -> list[Step]:
        request = read_request(rows[place], place)
        if find_source(books, request.source_ref):
            known.append(place)
            return []
        steps, said[place] = plan_order(books, request, moment)
        return steps

    done, refused = record_each(books, "orders", actor, list(rows), plan, writing, ("taken",))
    taken = [describe_taken(books, one) if one.replayed else Taken(one, **said[place]) for place, one in done]
    return taken, refused, len(known)


def assign_pool(books: Books, writing: Writing) -> tuple[list[Dispatched], list[Refusal]]:
    """Send the best candidate to every order that waits, in the policy's order; each sees the loads of those before."""
    actor = require_actor(books, system=True)
    made: dict[str, list[Sent]] = {}

    def plan(order: str, moment: Instant) -> list[Step]:
        steps, made[order] = plan_assignment(books, order, Sending(auto=True), actor, moment)
        return steps

    done, refused = record_each(books, "assignments", actor, list_pool(books), plan, writing, ("assigned",))
    return [Dispatched(one, made.get(order) or describe_sent(books, one)) for order, one in done], refused
