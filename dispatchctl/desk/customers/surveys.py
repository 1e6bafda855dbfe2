"""Surveys, from what customers say to the department's measures and back to those who said it. Desk.

XX-3.2a, XX-3.2b, FW-2.3. The page lets every step happen in an open survey; here stands which must come before which.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dispatchctl.desk import contacts
from dispatchctl.desk.books import Books
from dispatchctl.desk.customers.followups import wants_signature
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.events import act, begin
from dispatchctl.desk.fields import Typed, read_fields
from dispatchctl.desk.items import find_item, list_items, next_item
from dispatchctl.desk.names import resolve_case
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.desk.times import format_time
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.families import Case, Family
from dispatchctl.store.lines import check_text
from dispatchctl.typed import Writing, is_blank

REGISTER = "surveys"
ONCE = ("summed-up", "handed-over")
VERBS: Mapping[str, str] = {
    "summed-up": "sum-up", "handed-over": "hand-over", "measures-returned": "return-measures", "put-right": "put-right",
}  # fmt: skip
BEFORE: Mapping[str, str] = {
    "handed-over": "summed-up",
    "measures-returned": "handed-over",
    "put-right": "measures-returned",
    "checked": "measures-returned",
}  # event -> what must have happened first


class Opinion(NamedTuple):
    """What a customer said, and who: an empty caller, phone and address for one that gave no name."""

    text: str
    satisfaction: str = ""
    caller: str = ""
    phone: str = ""
    address: str = ""


def open_survey(books: Books, typed: Typed, writing: Writing) -> Done:
    """Begin a survey of a department's work (FW-2.3)."""
    _check_texts(books, {"--content": str(typed.get("content") or "")}, writing)

    def start(moment: Instant) -> list[Step]:
        return [Step("opened", read_fields(books, REGISTER, typed, moment))]

    return begin(books, REGISTER, start, writing, ("opened",))


def add_opinion(books: Books, name: str, opinion: Opinion, writing: Writing) -> tuple[Done, str]:
    """Record an opinion and who gave it, before the opinions are summed up; (what was done, the item's id)."""
    if is_blank(opinion.text):  # before a contact is written for it
        raise UsageFault("is empty", place="--opinion")
    survey = resolve_case(books, name, (REGISTER,), only=True)
    _check_texts(books, {"--opinion": opinion.text}, writing)

    def plan(moment: Instant, family: Family) -> list[Step]:
        case = family.cases[survey]
        if case.state == "open" and "summed-up" in case.marks:
            since = format_time(books, case.marks["summed-up"])
            hint = "open another survey, or retract the summing up: what comes now would not be handed over"
            raise Refused(f"{survey} was summed up at {since}: it takes no more opinions", hint=hint)
        fields = read_fields(books, REGISTER, {"opinion": opinion.text, "satisfaction": opinion.satisfaction}, moment)
        fields["opinion_id"] = next_item(books, case, "opinion_id")
        fields["contact_id"] = _find_contact(books, opinion, moment)
        return [Step("opinion", fields)]

    done = act(books, REGISTER, survey, plan, writing, ("opinion",))
    return done, done.rows[0].fields["opinion_id"]


def _find_contact(books: Books, opinion: Opinion, moment: Instant) -> str:
    found = contacts.find_contact(books, opinion.caller, opinion.phone, opinion.address)
    if found.new:
        return contacts.add_contact(books, found.contact, moment)
    return found.contact.contact_id


def take_steps(
    books: Books, ids: Sequence[str], event: str, typed: Typed, writing: Writing
) -> tuple[list[Done], list[Refusal]]:
    """Record the same step of each of these surveys."""
    return [take_step(books, name, event, typed, writing) for name in ids], []


def take_step(books: Books, name: str, event: str, typed: Typed, writing: Writing) -> Done:
    """Record that a survey was summed up, handed over, answered with measures or checked (XX-3.2a)."""
    survey = resolve_case(books, name, (REGISTER,), only=True)
    _check_texts(books, {"--measures": str(typed.get("measures") or "")}, writing)

    def plan(moment: Instant, family: Family) -> list[Step]:
        case = family.cases[survey]
        if case.state == "open":
            _check_step(books, case, event)
        return [Step(event, read_fields(books, REGISTER, typed, moment))]

    return act(books, REGISTER, survey, plan, writing, (event,))


def _check_step(books: Books, case: Case, event: str) -> None:
    """Refused where what must come first is missing, or what happens once has happened."""
    if event in ONCE and event in case.marks:
        raise Refused(f"{case.id} was {say_event(case, event)} at {format_time(books, case.marks[event])} already")
    if event == "summed-up" and not list_items(case, "opinion_id"):
        raise Refused(
            f"{case.id} has no opinion to sum up", hint=f"dispatchctl survey opinion {case.id} --opinion TEXT"
        )
    first = BEFORE.get(event, "")
    if first and first not in case.marks:
        message = f"{case.id} is not {say_event(case, first)} yet: it cannot be {say_event(case, event)}"
        raise Refused(message, hint=f"first: dispatchctl survey {VERBS[first]} {case.id}")


def say_event(case: Case, event: str) -> str:
    """An event as a message says it: what the survey then is."""
    return {"measures-returned": "answered with measures"}.get(event, case.events[event].en)


def put_right(books: Books, name: str, writing: Writing) -> tuple[Done, list[str]]:
    """Record that an opinion was put right, or of a survey every one not put right yet; (what was done, the items).

    One that its customer was asked about since may be put right once more.
    """
    item = ""
    if "#" in name:
        survey, item = find_item(books, name, REGISTER, "opinion_id")
    else:
        survey = resolve_case(books, name, (REGISTER,), only=True)
    _check_texts(books, {}, writing)

    def plan(moment: Instant, family: Family) -> list[Step]:
        case = family.cases[survey]
        if case.state != "open":
            return [Step("put-right", {"opinion_id": item or survey})]  # refused by its page
        _check_step(books, case, "put-right")
        done = list_put_right(case)
        if item in done and item not in list_asked(family, case, done):
            raise Refused(f"{item} was put right at {format_time(books, done[item].at)} already")
        items = [item] if item else [each for each in list_items(case, "opinion_id") if each not in done]
        if not items:
            raise Refused(f"every opinion of {survey} was put right already")
        return [Step("put-right", {"opinion_id": each}) for each in items]

    done = act(books, REGISTER, survey, plan, writing, ("put-right",))
    return done, [row.fields["opinion_id"] for row in done.rows]


def close(books: Books, name: str, writing: Writing) -> Done:
    """End a survey; Refused while a clock runs, or a customer whose opinion was put right was not asked (XX-3.2b)."""
    survey = resolve_case(books, name, (REGISTER,), only=True)
    _check_texts(books, {}, writing)

    def plan(moment: Instant, family: Family) -> list[Step]:
        case = family.cases[survey]
        owed = list_unsettled(books, family, case) if case.state == "open" else []
        if owed:
            raise Refused(f"{survey} cannot be closed: {'; '.join(owed)}", hint=f"see: dispatchctl due {survey}")
        return [Step("closed", {})]

    return act(books, REGISTER, survey, plan, writing, ("closed",))


def list_unsettled(books: Books, family: Family, case: Case) -> list[str]:
    """What is still owed of a survey, in words: its running clocks, and who was not asked about the effect."""
    owed = []
    named = set()
    for one in books.judging.instances(family, case):
        if one.state == "running":
            named.add(one.item)
            about = f" of {one.item}" if one.item else ""
            due = f", due {format_time(books, one.due_at)}" if one.due_at is not None else ""
            due += " provisional" if due and one.provisional else ""
            owed.append(f"{one.clock}{about} still runs{due}")
    done = list_put_right(case)
    asked = list_asked(family, case, done, signed=wants_signature(books, REGISTER))
    word = "signed follow-up" if wants_signature(books, REGISTER) else "follow-up"
    owed += [f"{item} has no {word}" for item in done if item not in asked and item not in named]
    return owed


def list_put_right(case: Case) -> dict[str, Row]:
    """The opinions that were put right, each with the row that says so last."""
    return {row.fields.get("opinion_id", ""): row for row in case.rows if row.event == "put-right"}


def list_asked(family: Family, case: Case, done: Mapping[str, Row], *, signed: bool = False) -> set[str]:
    """Those of these opinions whose customer has answered (or, signed, signed) since they were put right."""
    event = "signed" if signed else "answered"
    found: set[str] = set()
    for each in family.children.get(case.id, ()):
        about = each.fields.get("about", "")
        if each.register == "followups" and about in done:
            since = fold_key(done[about])
            found.update(about for row in each.rows if row.event == event and fold_key(row) > since)
    return found


def _check_texts(books: Books, texts: Mapping[str, str], writing: Writing) -> None:
    """What cannot be kept is refused before a contact is written; what should not stand in a record is said."""
    every = {**texts, "--note": writing.note}
    for option, text in every.items():
        check_text(option, text)
    lint_privacy(books, every)
