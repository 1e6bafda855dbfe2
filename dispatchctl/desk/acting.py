"""One event of one case, from what was typed to the row: what commands without a workflow of their own share. Desk.

A register's page says which fields an event takes and of which kind they are; here the typed values become what the
record holds, and one event, or a new case with its first ones, is appended.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dispatchctl import registers
from dispatchctl.desk.books import Books
from dispatchctl.desk.names import resolve_case, resolve_key, resolve_staff, show_text
from dispatchctl.desk.recording import (
    Group,
    Moment,
    Recorded,
    draft_values,
    format_time,
    name_option,
    new_id,
    record,
    try_drafts,
)
from dispatchctl.entries import Writing, parse_day, parse_money, parse_month, parse_when
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.registers.page import Field, join_items
from dispatchctl.rules.families import Case, Family
from dispatchctl.store.journal import Draft

Typed = Mapping[str, "str | Sequence[str] | bool | None"]
Step = tuple[str, Mapping[str, str]]  # an event and the fields it records


class Done(NamedTuple):
    """What a command came to: the case, its state after it, what was recorded, and the family as it then is."""

    id: str
    state: str
    recorded: Recorded
    family: Family


# --- what was typed -----------------------------------------------------------------------------------------------


def read_fields(
    books: Books, register: str, typed: Typed, moment: Moment, options: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Typed values as a row of the register holds them; empty ones are left out.

    Keys and titles of the rules become keys, names of people their ids, times ISO 8601, flags `yes`, lists one text.
    options: field -> the option that messages name, where it is not `--FIELD`. Refused for a person who was not
    employed at the moment's time; UsageFault and NotFound for what is not understood or not there.
    """
    fields = registers.fields_of(register)
    found: dict[str, str] = {}
    for name, value in typed.items():
        if value in (None, "", (), [], False):
            continue
        option = (options or {}).get(name) or name_option(name)
        items = ["yes"] if value is True else [value] if isinstance(value, str) else list(value or ())
        texts = [_read_item(books, fields[name], item, moment, option) for item in items]
        if not fields[name].many and len(texts) > 1:
            raise UsageFault("takes one value", place=option)
        found[name] = join_items(list(dict.fromkeys(texts))) if fields[name].many else texts[0]
    return found


def _read_item(books: Books, field: Field, text: str, moment: Moment, option: str) -> str:
    kind = field.type
    if kind == "key":
        return resolve_key(books.policy, field.of, text, option)
    if kind == "staff":
        return find_employed(books, text, moment.at, option)
    if kind == "choice" and text not in field.choices:
        raise UsageFault(f"{show_text(text)} (allowed: {', '.join(field.choices)})", place=option)
    if kind == "time":
        return format_time(books, parse_when(text, books.timezone, moment.at, option))
    if kind == "date":
        return parse_day(text, books.timezone, moment.at, option).isoformat()
    if kind == "month":
        return parse_month(text, books.timezone, moment.at, option)
    if kind == "money":
        return parse_money(text, option)
    if kind == "integer":
        return read_whole(text, field.of, option)
    if kind == "case":
        return resolve_case(books, text, (field.of,), only=True) if field.of else resolve_case(books, text)
    return text


def read_whole(text: str, bounds: str, option: str) -> str:
    """A whole number within `low..high`, as text; UsageFault for anything else."""
    low, high = map(int, bounds.split(".."))
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise UsageFault(f"{show_text(text)} (allowed: {low} to {high})", place=option)
    return str(int(text))


def find_employed(books: Books, text: str, at: int, option: str = "") -> str:
    """The staff id of somebody who was employed at that time (seconds), by id or name; else NotFound or Refused."""
    staff = resolve_staff(books, text, option=option, present=False)
    entry = books.people.entry(staff, at)
    if entry is None:
        raise Refused(f"{staff} {books.people.name(staff)} had not joined at {format_time(books, at)}", place=option)
    if entry.state == "left":
        raise Refused(f"{staff} {books.people.name(staff)} had left at {format_time(books, at)}", place=option)
    return staff


def find_item(books: Books, text: str, register: str, field: str) -> tuple[str, str]:
    """(case, item) that `C-20261103-0001#2` or a short `1#2` names; NotFound where the case has no such item."""
    name, mark, number = text.strip().partition("#")
    case = resolve_case(books, name, (register,), only=True)
    item = f"{case}#{number}"
    known = list_items(books.case(case), field)
    if not mark or item not in known:
        hint = f"there are: {', '.join(known)}" if known else f"{case} has none yet"
        raise NotFound(f"no such item: {show_text(text)}", hint=hint)
    return case, item


def list_items(case: Case, field: str) -> list[str]:
    """The items of a case that its rows name in this field, in the order they came."""
    return list(dict.fromkeys(row.fields[field] for row in case.rows if row.fields.get(field)))


def next_item(books: Books, case: Case, field: str, ahead: int = 0) -> str:
    """The id of a new item: `CASE#N`, with a writer other than main `CASE#SZ-N`, counted within case and writer."""
    writer = books.folder.writer
    prefix = f"{case.id}#" if writer == "main" else f"{case.id}#{writer}-"
    rows = [row for row in (*case.rows, *case.conflicts) if row.fields.get(field, "").startswith(prefix)]
    numbers = [int(tail) for row in rows if (tail := row.fields[field][len(prefix) :]).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1 + ahead}"


# --- recording ----------------------------------------------------------------------------------------------------

Plan = Callable[[Moment, Family], Sequence[Step]]  # what an act on a case records, decided under the lock
Start = Callable[[Moment], tuple[Sequence[Step], str]]  # the first events of a new case, and the family it joins


def act(books: Books, register: str, case: str, plan: Plan, writing: Writing, events: Sequence[str]) -> Done:
    """Record what `plan` answers about a case, as one command. events: those that a used --request-id may be for.

    The plan is asked under the lock and may raise Refused; whatever the page does not allow is refused after it.
    """
    actor = books.require_actor()
    attached = books.attach(writing.attach, dry=writing.dry_run)
    after: list[Family] = []

    def decide(moment: Moment) -> Group:
        steps = plan(moment, books.family(case))
        drafts = draft_steps(steps, actor, case, moment, writing, attached)
        after[:] = [try_drafts(books, register, drafts, moment)]
        return drafts

    done = record(
        books, register, decide, at=writing.at, request_id=writing.request_id, events=events, case=case,
        dry_run=writing.dry_run,
    )  # fmt: skip
    family = after[0] if after and not done.replayed else books.family(case)
    return Done(case, family.cases[case].state, done, family)


def begin(books: Books, register: str, start: Start, writing: Writing, events: Sequence[str]) -> Done:
    """Record a new case with its first events, as one command; its id is the next of the register."""
    actor = books.require_actor()
    attached = books.attach(writing.attach, dry=writing.dry_run)
    after: list[Family] = []

    def decide(moment: Moment) -> Group:
        steps, family_of = start(moment)
        drafts = draft_steps(steps, actor, new_id(books, register, moment), moment, writing, attached)
        after[:] = [try_drafts(books, register, drafts, moment, family_of)]
        return drafts

    done = record(
        books, register, decide, at=writing.at, request_id=writing.request_id, events=events, dry_run=writing.dry_run
    )
    case = done.rows[0].id
    family = after[0] if after and not done.replayed else books.family(case)
    return Done(case, family.cases[case].state, done, family)


def draft_steps(
    steps: Sequence[Step], actor: str, case: str, moment: Moment, writing: Writing, attached: str
) -> list[Draft]:
    """The rows of these steps as one command; its note and its attachments stand with the first."""
    drafts = []
    for number, (event, fields) in enumerate(steps):
        texts = draft_values({**fields, "attached": attached if not number else ""})
        note = writing.note if not number else ""
        drafts.append(Draft(moment.at, actor, case, event, texts, request_id=writing.request_id, note=note))
    return drafts


def require_role(books: Books, words: Sequence[str], actor: str, what: str, clause: str = "") -> None:
    """Refused where the person's role stands for none of these roles; the message says what is theirs to do."""
    role = books.people.facts(actor).get("role", "")
    if not any(books.people.stands_for(role, word) for word in words):
        cited = f" ({clause})" if clause else ""
        raise Refused(f"{actor} may not {what}: that is for {', '.join(words)} and above{cited}")
