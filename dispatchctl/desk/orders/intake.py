"""Taking a request in, and deciding what becomes of it: new-order, triage and the order's own events. Desk."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.desk import contacts
from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.events import act_each, begin
from dispatchctl.desk.fields import Typed, read_fields
from dispatchctl.desk.names import resolve_key
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.orders import INTAKE
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.families import AWAITING_PAYMENT
from dispatchctl.store.lines import check_text
from dispatchctl.typed import Writing, fold_reference, is_blank

FOUND = ("contact_id", "read_back", "about")  # what the desk finds out, and nobody types
TYPED = tuple(name for name in INTAKE if name not in FOUND)  # the fields of an order that are typed as they are


class Request(NamedTuple):
    """What a person calls about, as typed; "" for what was not given. typed: by field, those of TYPED."""

    typed: Mapping[str, str] = {}
    caller: str = ""
    phone: str = ""
    address: str = ""
    source_ref: str = ""
    answered: str = ""
    read_back: bool = False
    note: str = ""
    contact_id: str = ""  # of a contact already kept; counts where none of caller, phone and address was given


class Taken(NamedTuple):
    """The order made of a request, with what the desk says to the caller."""

    done: Done
    contact_id: str
    base_price: str | None
    read_back: str


def check_request(books: Books, request: Request, moment: Instant) -> dict[str, str]:
    """The order's fields, keys resolved and defaults filled in.

    NotFound for an unknown key, then UsageFault naming all the fields at once that `intake.required` asks for
    (SOP-1.4, PD-3.3).
    """
    policy = books.policy
    given = {name: text for name, text in request.typed.items() if text}
    fields = read_fields(books, "orders", {"kind": "request", **given}, moment)
    fields.setdefault("channel", _default(policy["channels"], "phone"))
    fields.setdefault("priority", _default(policy["priorities"], "normal"))
    service = policy["services"].get(fields.get("service", ""))
    if service and service.get("department"):
        fields.setdefault("department", service["department"])
    return fields


def check_required(books: Books, request: Request, fields: Mapping[str, str], contact: contacts.Found) -> None:
    """UsageFault that names every field the kind demands and the request lacks."""
    given = {
        **fields,
        "caller": request.caller or contact.contact.name,
        "phone": request.phone or contact.contact.phone,
        "address": request.address or contact.contact.address,
    }
    wanted = books.policy["intake"]["required"].get(fields["kind"], [])
    missing = [name for name in wanted if is_blank(str(given.get(name, "")))]
    if missing:
        options = ", ".join(f"--{name}" for name in missing)
        raise UsageFault(
            f"kind {fields['kind']} needs {options}",
            hint=_name_contacts(books, request, missing) or f"required by intake of the rules: {', '.join(wanted)}",
        )


def _name_contacts(books: Books, request: Request, missing: list[str]) -> str:
    """Why a known phone did not fill in the rest: it has several contacts; "" where that is not the reason."""
    if not request.phone or not {"caller", "address"} & set(missing):
        return ""
    known = contacts.list_contacts(books, phone=request.phone)
    if len(known) < 2:
        return ""
    shown = [contacts.mask_contact(books, each) for each in known[-5:]]
    told = ", ".join(f"{each.contact_id} {each.name} {each.address}" for each in shown)
    return f"this phone has several contacts, say which by --caller and --address: {told}"


def _default(known: Mapping[str, Any], preferred: str) -> str:
    return preferred if preferred in known else next(iter(known), "")


def plan_order(
    books: Books, request: Request, moment: Instant, listener: str = ""
) -> tuple[list[Step], dict[str, Any]]:
    """The steps of a new order, and what there is to say about it; a new contact is written with them.

    What was typed is read back as it was typed. What only the contacts know is read back whole to a listener who may
    reveal contacts: whoever has the caller on the phone, so that the order's row tells who saw it; masked to others.
    """
    fields = check_request(books, request, moment)
    typed = (request.caller, request.phone, request.address)
    known_by_id = bool(request.contact_id) and not any(typed)
    if known_by_id:
        found = contacts.find_by_id(books, request.contact_id)
    else:
        found = contacts.find_contact(books, request.caller, request.phone, request.address)
    check_required(books, request, fields, found)
    lint_privacy(
        books,
        {
            "--content": request.typed.get("content", ""),
            "--requirements": request.typed.get("requirements", ""),
            "--note": request.note,
            "--answered": request.answered,
        },
    )
    area = fields.get("area") or found.contact.area
    if area:
        fields["area"] = area
    contact_id = found.contact.contact_id
    if found.new:
        contact_id = contacts.add_contact(books, found.contact._replace(area=area), moment)
    fields["contact_id"] = contact_id
    version, _ = books.book.at(moment.at)
    service = version.policy["services"].get(fields.get("service", "")) or {}
    told = found.contact
    known = bool(contact_id) and not found.new and not all(typed)
    # who names a contact by its id only has nobody on the phone
    if known and (known_by_id or not listener or not contacts.may_reveal(books, listener)):
        told = contacts.mask_contact(books, told)
    spoken = say_back(books, request, fields, told)
    if request.read_back:
        fields["read_back"] = say_back(books, request, fields, None)
    steps = [Step("taken", fields, source_ref=fold_reference(request.source_ref), note=request.note)]
    if request.answered:
        steps.append(Step("answered", {"answer": request.answered}))
    return steps, {"base_price": service.get("base_price"), "read_back": spoken, "contact_id": contact_id}


def take_order(books: Books, request: Request, writing: Writing) -> Taken:
    """Record a request as an order (SOP-1.4, KB1-2.1, JD-2.1); with `answered` it is closed at once (PD-2.1)."""
    actor = require_actor(books)
    known = find_source(books, request.source_ref)
    if known:
        return describe_known(books, known)
    said: dict[str, Any] = {}

    def start(moment: Instant) -> list[Step]:
        if find_source(books, request.source_ref):  # taken by another process while this one waited for the lock
            return []
        listener = "" if writing.dry_run else actor  # a try leaves no row
        steps, what = plan_order(books, request._replace(note=writing.note), moment, listener)
        said.update(what)
        return steps

    done = begin(books, "orders", start, writing, ("taken",), actor=actor)
    if not done.rows:
        return describe_known(books, find_source(books, request.source_ref))
    if not done.replayed:
        return Taken(done, **said)
    refuse_other(books, request, done.id)
    return describe_taken(books, done)


def refuse_other(books: Books, request: Request, order: str, place: str = "--request-id") -> None:
    """Refused where the order that a used key recorded says something else: what this request says would be lost."""
    said = request.typed.get("content", "").strip()
    if said and said != find_first(books, order).fields.get("content", "").strip():
        message = f"the key of --request-id was used for {order}, which says something else"
        raise Refused(message, place=place, hint="another order, or a file of other lines, needs another key")


def find_source(books: Books, source_ref: str) -> str:
    """The order that was made of this source reference; "" for a new one."""
    if not source_ref:
        return ""
    check_text("--source-ref", source_ref)
    row = books.index.db.execute(
        "SELECT id FROM sources WHERE ref IN (?, ?) AND event = 'taken' AND register = 'orders'",
        (source_ref, fold_reference(source_ref)),
    ).fetchone()
    return str(row[0]) if row else ""


def describe_known(books: Books, order: str) -> Taken:
    """What to say of the order that this source reference has already made."""
    family = books.family(order)
    first = find_first(books, order)
    books.ws.recorded.before.add([order])
    return describe_taken(books, Done(order, family.cases[order].state, [first], family, replayed=True))


def find_first(books: Books, case: str) -> Row:
    """The first row of a case, taken back or not."""
    return min((row for row in books.rows_of(case) if row.id == case), key=fold_key)


def describe_taken(books: Books, done: Done) -> Taken:
    """What new-order printed for an order that is already there; the contact masked: nobody is on the phone now."""
    first = find_first(books, done.id)
    service = books.book.at(first.at)[0].policy["services"].get(first.fields.get("service", "")) or {}
    contact = contacts.mask_contact(books, contacts.read_contact(books, first.fields.get("contact_id", "")))
    spoken = say_back(books, Request(), first.fields, contact)
    return Taken(done, first.fields.get("contact_id", ""), service.get("base_price"), spoken)


def say_back(books: Books, request: Request, fields: Mapping[str, str], contact: Any) -> str:
    """The essentials to read back to the caller (SOP-1.6); without a contact: what may stand in the record."""
    policy = books.policy
    zh = books.lang == "zh"
    service = policy["services"].get(fields.get("service", "")) or {}
    parts = []
    if contact is not None:
        where = request.address or contact.address
        phone = request.phone or contact.phone
        who = request.caller or contact.name
        if who:
            parts.append(f"来电人{who}" if zh else f"caller {who}")
        if phone:
            parts.append(f"电话{phone}" if zh else f"phone {phone}")
        if where:
            parts.append(f"地址{where}" if zh else f"at {where}")
    if service:
        parts.append(f"服务项目：{service['title']}" if zh else f"service: {service['title']}")
    if fields.get("content"):
        parts.append(f"内容：{fields['content']}" if zh else f"content: {fields['content']}")
    if fields.get("appointment_at"):
        day = fields["appointment_at"][:16].replace("T", " ")
        parts.append(f"预约：{day}" if zh else f"appointment: {day}")
    if fields.get("requirements"):
        parts.append(f"要求：{fields['requirements']}" if zh else f"requirements: {fields['requirements']}")
    price = fields.get("price") or service.get("base_price")
    if price and contact is not None:
        parts.append(f"基本收费{price}元（户内部分由业主承担）" if zh else f"base price {price} (the owner's own part)")
    return ("，" if zh else "; ").join(parts)


def record_order(
    books: Books, ids: Sequence[str], event: str, typed: Typed, writing: Writing
) -> tuple[list[Done], list[Refusal]]:
    """Record one event of each of these orders."""
    if event == "closed" and is_blank(str(typed.get("answer") or "")):
        raise UsageFault("say what the caller was told", place="--answered")

    def plan(order: str, moment: Instant) -> tuple[str, list[Step]]:
        lint_privacy(books, {"--note": writing.note, "--answered": str(typed.get("answer") or "")})
        if event == "closed" and books.case(order).state == AWAITING_PAYMENT:
            books.warnings.append(f"{order} closes unpaid; what is owed shows as before")
        return order, [Step(event, read_fields(books, "orders", typed, moment))]

    return act_each(books, "orders", ids, plan, writing, (event,))


def triage_fields(books: Books, answered: str, refer: str, dispatch: bool) -> tuple[str, dict[str, str]]:
    """The event and fields of exactly one decision of `triage` (PD-2.1, JD-5.2)."""
    chosen = [bool(answered), bool(refer), dispatch]
    if sum(chosen) != 1:
        raise UsageFault("triage takes exactly one of --dispatch, --answered TEXT, --refer DEPARTMENT")
    if answered:
        return "answered", {"answer": answered}
    if refer:
        return "referred", {"department": resolve_key(books.policy, "departments", refer, "--refer")}
    return "needs-dispatch", {}
