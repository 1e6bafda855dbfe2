"""Many at once: orders from a file, and everything that waits to be dispatched. Desk (cli.md, "Batches")."""

from collections.abc import Mapping
from typing import Any

from dispatchctl.desk import contacts
from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.itemwise import record_each
from dispatchctl.desk.names import suggest_nearest
from dispatchctl.desk.orders.dispatch import (
    Dispatched,
    Sending,
    Sent,
    describe_sent,
    list_pool,
    plan_assignment,
    refuse_own_choice,
)
from dispatchctl.desk.orders.intake import (
    TYPED,
    Request,
    Taken,
    describe_taken,
    find_first,
    find_source,
    plan_order,
    refuse_other,
)
from dispatchctl.desk.recording import Refusal, list_recorded, name_item
from dispatchctl.errors import UsageFault
from dispatchctl.exchange.rows import read_rows
from dispatchctl.registers import Pages
from dispatchctl.store.contacts import fold_address, fold_phone
from dispatchctl.typed import Writing

FIELDS = (*(name for name in Request._fields if name not in ("typed", "read_back")), *TYPED)
ALIASES = {"answer": "answered", "appointment": "appointment_at"}  # words of options, and of what `show` prints
NAMES = tuple(
    {ours: word for word, ours in ALIASES.items()}.get(name, name) for name in FIELDS
)  # as messages name them
# what `show` and `list` print of an order, besides its fields, and new-order does not take: passed over in rows that
# they printed, which have `register`; in others it is refused, as what somebody typed is never dropped in silence
SHOWN = (
    *("id", "register", "state", "contact", "events", "assignments", "complaints", "followups", "clocks"),
    *("conflicts", "taken_back"),
)


def read_request(row: Mapping[str, Any], place: str, pages: Pages) -> Request:
    """One row of a file as a request; UsageFault naming the place for a column that new-order does not have."""
    shown = row.get("register") == "orders"
    values: dict[str, Any] = {}
    typed: dict[str, str] = {}
    contact: dict[str, str] = {}
    for name, value in row.items():
        key = ALIASES.get(name, name.replace("-", "_"))
        if value is None or value == "" or value == [] or (value is False and shown and key not in FIELDS):
            continue
        if key in FIELDS:
            if not isinstance(value, str):
                raise UsageFault(f"{name} is not a text", place=place)
            if key in typed or key in values:
                raise UsageFault(f"{name} is given twice, under two names", place=place)
            (typed if key in TYPED else values)[key] = value
        elif key == "contact" and isinstance(value, Mapping):
            if not (shown and row.get("contact_id")):  # masked, and the id says it all
                contact = _read_contact(value, place, shown=shown)
        elif not shown or key not in (*SHOWN, *pages.known("orders")):
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
        elif text is not None and not isinstance(text, str):
            raise UsageFault(f"contact.{name} is not a text", place=place)
        elif text and "*" not in text:
            found[ours] = text
    return found


class LineKeys:
    """What tells a line that was taken before from a new one: its content, and its number among equal lines.

    The key of a line is made of what it says but for the customer, since a key stands in the records for all to read;
    whose line it is, the private contacts say.
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self.given: set[str] = set()  # keys of earlier lines of the file

    def name(self, request: Request) -> str:
        """The key of the next line; "" for one that has a source_ref."""
        if request.source_ref:
            return ""
        from hashlib import blake2b
        from json import dumps

        said = [sorted(request.typed.items()), request.answered, request.note, request.contact_id, request.read_back]
        mark = blake2b(dumps(said, ensure_ascii=False).encode(errors="surrogatepass"), digest_size=12).hexdigest()
        number = 1
        while True:
            key = f"from/{mark}/{number}"
            row = self.books.index.db.execute("SELECT id FROM requests WHERE key = ?", (key,)).fetchone()
            if key not in self.given and (row is None or self._is_of(row[0], request)):
                self.given.add(key)
                return key
            number += 1

    def _is_of(self, case: str, request: Request) -> bool:
        """Whether an order may be the one of this line: of the same customer, as far as that is still known."""
        contact_id = find_first(self.books, case).fields.get("contact_id", "")
        given = {"--caller": request.caller, "--phone": request.phone, "--address": request.address}
        name, phone, address = contacts.drop_placeholders(self.books, given)
        if not contact_id or not (name or phone or address):
            return bool(contact_id) == bool(name or phone or address or request.contact_id)
        contact = contacts.read_contact(self.books, contact_id)
        if not (contact.name or contact.phone or contact.address):  # erased, or of another office: never twice
            return True
        return (
            (not name or contact.name == name)
            and (not phone or fold_phone(contact.phone) == fold_phone(phone))
            and (not address or fold_address(contact.address) == fold_address(address))
        )


def _read_all(source: str) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    told: list[str] = []
    return dict(read_rows(source, told.append)), told


def take_orders(books: Books, source: str, writing: Writing) -> tuple[list[Taken], list[Refusal], int]:
    """Orders from a file's rows, each a command of its own; (taken, refused, how many were there by source_ref).

    A row is taken once: by its source_ref, by --request-id and its line, else by its content (LineKeys).
    """
    actor = require_actor(books)
    rows, told = books.ws.keep(source, lambda: _read_all(source))
    books.warnings += told
    _refuse_other_lines(books, rows, writing.request_id)
    said: dict[str, dict[str, Any]] = {}
    known: set[str] = set()

    def plan(place: str, moment: Instant) -> list[Step]:
        request = read_request(rows[place], place, books.pages)
        if find_source(books, request.source_ref):
            known.add(place)
            return []
        steps, said[place] = plan_order(books, request, moment)
        return steps

    keys = LineKeys(books)

    def name_key(place: str) -> str:
        return keys.name(read_request(rows[place], place, books.pages))

    done, refused = record_each(books, "orders", actor, list(rows), plan, writing, ("taken",), name_key)
    books.warnings[:] = dict.fromkeys(books.warnings)  # a line is read twice
    taken = [describe_taken(books, one) if one.replayed else Taken(one, **said[place]) for place, one in done]
    return taken, refused, len(known)


def _refuse_other_lines(books: Books, rows: Mapping[str, Mapping[str, Any]], request_id: str) -> None:
    """Refused where the key was used for a file whose lines said something else: by their numbers alone it could not be
    told which are missing.
    """
    for place, row in rows.items() if request_id else ():
        key = f"{request_id}/{name_item(place)}"
        known = books.index.db.execute("SELECT id FROM requests WHERE key = ?", (key,)).fetchone()
        if known:
            refuse_other(books, read_request(row, place, books.pages), known[0], place)


def assign_pool(books: Books, writing: Writing) -> tuple[list[Dispatched], list[Refusal]]:
    """Send the best candidate to every order that waits, in the policy's order; each sees the loads of those before.

    A --request-id that was used answers for what it sent, and goes on with what had been waiting then.
    """
    actor = require_actor(books, system=True)
    sent, since = list_recorded(books, writing.request_id, "assignments")
    waiting = [order for order in list_pool(books) if not sent or _waited(books, order, since)]
    made: dict[str, list[Sent]] = {}

    def plan(order: str, moment: Instant) -> list[Step]:
        refuse_own_choice(books, actor, order)
        ahead = sum(len(sent) for other, sent in made.items() if other != order) if writing.dry_run else 0
        steps, made[order] = plan_assignment(books, order, Sending(auto=True), actor, moment, ahead=ahead)
        return steps

    items = list(dict.fromkeys([*sent, *waiting]))
    done, refused = record_each(books, "assignments", actor, items, plan, writing, ("assigned",), guarded=True)
    return [Dispatched(one, made.get(order) or describe_sent(books, one)) for order, one in done], refused


def _waited(books: Books, order: str, since: int) -> bool:
    """Whether an order that waits now already did at a time (microseconds): nothing of it was recorded later."""
    return bool(
        books.index.db.execute("SELECT 1 FROM orders WHERE id = ? AND recorded <= ?", (order, since)).fetchone()
    )
