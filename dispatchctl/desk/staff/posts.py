"""The staff register: joining, changes of post, leaving. Desk."""

import re
from collections.abc import Mapping, Sequence

from dispatchctl.desk import contacts
from dispatchctl.desk.actors import check_login, require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.events import act, begin
from dispatchctl.desk.fields import Typed, read_fields
from dispatchctl.desk.names import list_role_words, resolve_staff, show_text, suggest_nearest
from dispatchctl.desk.periods import month_period
from dispatchctl.desk.recording import Done, Refusal, was_recorded
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.policy.rights import WORDS
from dispatchctl.policy.vocabulary import OWNER_WORDS
from dispatchctl.rules.families import Family
from dispatchctl.store.contacts import Contact
from dispatchctl.typed import Writing


def check_id(staff: str) -> None:
    """UsageFault for an id that could not stand in a list, a file name or beside `system`."""
    if not staff or len(staff) > 32 or staff == "system" or not all(char.isalnum() or char in "-_." for char in staff):
        raise UsageFault(
            f"{show_text(staff)} cannot be a staff id (allowed: up to 32 letters, digits, - _ . and not `system`)",
            place="ID",
        )
    if re.fullmatch(r"[A-Z]-[0-9]{8}-.*", staff):
        raise UsageFault(f"{show_text(staff)} cannot be a staff id: it has the form of a case's", place="ID")
    if staff[0] in "-.":
        raise UsageFault(f"{show_text(staff)} cannot be a staff id: it begins with {staff[0]}", place="ID")


def check_new_id(books: Books, staff: str) -> None:
    """UsageFault for an id that nobody may be given: of no fit form, or a word by which a role is meant."""
    check_id(staff)
    role = list_role_words(version.policy for version in books.book.versions).get(staff)
    if role is not None or staff in (*WORDS, *OWNER_WORDS):
        what = "a role of the rules" if role is not None else "a word of the rules"
        message = f"{staff!r} cannot be a staff id: it is {what}, and who is meant would not be known"
        raise UsageFault(message, place="ID", hint=f"such as: {staff}-1")


def record_post(
    books: Books, ids: Sequence[str], event: str, typed: Typed, writing: Writing
) -> tuple[list[Done], list[Refusal]]:
    """Record one event of each of these people, with `phone` among what was typed."""
    fields = {name: value for name, value in typed.items() if name != "phone"}
    phone = str(typed.get("phone") or "")
    return [staff_event(books, staff, event, fields, writing, phone=phone) for staff in ids], []


def staff_event(books: Books, staff: str, event: str, typed: Typed, writing: Writing, *, phone: str = "") -> Done:
    """Record one event of a person's; phone: of a contact that is made for them."""
    first = event == "joined"
    founding = first and not books.people.histories
    actor = staff if founding else require_actor(books)  # the first person of a new desk enters himself
    again = was_recorded(books, writing.request_id)
    if first:
        if not again:
            check_new_id(books, staff)
        here = books.people.entry(staff) is not None and not books.people.has_left(staff)
        if here and not again:
            raise Refused(f"{staff} {books.people.name(staff)} is here already")
    else:
        staff = resolve_staff(books, staff, present=not again)

    def start(moment: Instant) -> list[Step]:
        texts = read_fields(books, "staff", typed, moment, employed=None)
        if event == "changed" and not texts and not phone:
            raise UsageFault("staff change needs at least one option")
        login = texts.get("login")
        if login:
            check_login(books, staff, login)
        if phone:
            contact = Contact(name=texts.get("name", books.people.name(staff)), phone=phone)
            texts["contact_id"] = contacts.add_contact(books, contact, moment)
        return [Step(event, texts, staff)]

    return begin(books, "staff", start, writing, (event,), about=staff, actor=actor)


def give_mark(books: Books, staff: str, typed: Mapping[str, str], writing: Writing) -> Done:
    """Record a mark (`measure`, `month`, `score` 0 to 100, `reason`) that the appraisal of that month counts (WP-8).

    Several marks of one measure and month count by their mean. NotFound for a measure that the rules of the month do
    not leave to marks; Refused for a month ahead, for who was not here then, and for whoever may not mark people.
    """
    case = resolve_staff(books, staff, present=not was_recorded(books, writing.request_id))

    def plan(moment: Instant, family: Family) -> Sequence[Step]:
        fields = read_fields(books, "staff", typed, moment, employed=None)
        fields["measure"] = _find_scored(books, fields.get("measure", ""), fields["month"])
        _check_month(books, case, fields["month"], moment)
        return [Step("scored", fields)]

    return act(books, "staff", case, plan, writing, ("scored",))


def _find_scored(books: Books, text: str, month: str) -> str:
    """The measure that the rules of a month leave to marks; NotFound with those there are."""
    version, _ = books.book.at(month_period(books, month).end - 1)
    appraisal = version.policy["appraisal"]
    measures = appraisal["measures"] if appraisal else {}
    scored = [name for name, measure in measures.items() if measure["scored"]]
    if text in scored:
        return text
    if text in measures:
        hint = f"given by people: {', '.join(scored)}" if scored else ""
        raise Refused(f"{text} is worked out of the records, not given by people", place="--measure", hint=hint)
    hint = suggest_nearest(text, scored) or (f"there are: {', '.join(scored)}" if scored else "")
    message = f"the rules {version.label} have no such measure that people score: {show_text(text)}"
    raise NotFound(message, place="--measure", hint=hint)


def _check_month(books: Books, staff: str, month: str, moment: Instant) -> None:
    period = month_period(books, month)
    if period.start > moment.at:
        raise Refused(f"{month} has not begun", place="--month")
    entry = books.people.entry(staff, period.end - 1)
    if entry is None:
        raise Refused(f"{staff} {books.people.name(staff)} was not here in {month}", place="--month")
