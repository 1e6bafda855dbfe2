"""Step 1 of recording: what a use case answers becomes drafts of rows, and the gate refuses what may not stand. Desk.

A use case answers steps; what every writing command takes besides (--note, --attach, --request-id) is put onto them
here, once, so that none can forget it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.desk.actors import SYSTEM
from dispatchctl.desk.books import Books
from dispatchctl.desk.names import is_elsewhere, say_no_person, show_text
from dispatchctl.desk.times import format_time, local_day
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.registers import Pages, case_of
from dispatchctl.registers.kinds import check_value
from dispatchctl.registers.page import FIRST, name_option, split_items
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.families import Case, Family, fold_family, may_happen
from dispatchctl.store.journal import Draft
from dispatchctl.store.keys import make_id
from dispatchctl.store.lines import check_text
from dispatchctl.store.schema import quote
from dispatchctl.typed import Writing, is_blank, refuse_value

FEWEST_DIGITS = 7  # of anything that could be a phone number

Group = list[Draft]


class Instant(NamedTuple):
    """When a command acts: `at` of its rows, and the time they are recorded (microseconds, of the system's clock)."""

    at: int
    recorded: int


class Step(NamedTuple):
    """One event to record: its fields (None and "" are left out), of which case ("": the one the command is about).

    note: the event's own; the command's follows it. at: when it happened, seconds; None: when the command acts.
    """

    event: str
    fields: Mapping[str, Any]
    case: str = ""
    source_ref: str = ""
    note: str = ""
    at: int | None = None


def make_drafts(
    steps: Sequence[Step], actor: str, case: str, moment: Instant, writing: Writing, attached: str
) -> Group:
    """The rows of these steps as one command; its note and attachments stand with the first row of each case."""
    drafts: Group = []
    told: set[str] = set()
    for step in steps:
        name = step.case or case
        first = name not in told
        told.add(name)
        texts = draft_values({**step.fields, "attached": attached if first else ""})
        note = "; ".join(
            each for each in dict.fromkeys((step.note, writing.note if first else "")) if not is_blank(each)
        )
        at = moment.at if step.at is None else step.at
        drafts.append(Draft(at, actor, name, step.event, texts, step.source_ref, writing.request_id, note))
    return drafts


def new_id(books: Books, register: str, moment: Instant, ahead: int = 0) -> str:
    """The next id of a register: day of recording and writer, counted without gaps. ahead: new ones before this one."""
    day = local_day(books, moment.recorded // 1_000_000)
    number = books.index.counter(register, books.folder.writer, day) + 1 + ahead
    return make_id(books.pages.get(register).letter, day, books.folder.writer, number)


def draft_values(fields: dict[str, Any]) -> dict[str, str]:
    """Fields as the text a row holds; those that say nothing are left out."""
    return {name: str(value) for name, value in fields.items() if value is not None and not is_blank(str(value))}


def check_draft(draft: Draft, register: str, pages: Pages) -> None:
    """UsageFault where the row cannot be kept, lacks what its event needs, or holds what `records check` would fault.

    The fields must be the register's. Whether what they refer to is there is asked by check_references.
    """
    fields = pages.fields(register)
    needed = pages.events(register)[draft.event].required
    empty = [name_option(fields[name]) for name in needed if is_blank(draft.fields.get(name, ""))]
    if empty:
        raise UsageFault(f"{draft.event} needs {', '.join(empty)}")
    for name, text in draft.fields.items():
        check_text(name_option(fields[name]), text)
        for item in split_items(text) if fields[name].many else (text,):
            allowed = check_value(fields[name], item)
            if allowed:
                raise refuse_value(name_option(fields[name]), item, allowed)
    more = {"--note": draft.note, "--source-ref": draft.source_ref, "--request-id": draft.request_id}
    for option, text in more.items():
        check_text(option, text)


def check_references(books: Books, register: str, drafts: Sequence[Draft]) -> None:
    """NotFound where a row names a person or a case that is neither here nor made by the same command.

    A case of another writer may only not have come yet: that is a warning. Contacts are looked for where they are
    typed, since another office's stay with it.
    """
    fields = books.pages.fields(register)
    own = {draft.id for draft in drafts}
    for draft in drafts:
        for name, text in draft.fields.items():
            field = fields[name]
            if field.type not in ("staff", "case"):
                continue
            for item in split_items(text) if field.many else (text,):
                if field.type == "staff" and item not in own and item != SYSTEM and not _has(books, "staff", item):
                    raise NotFound(say_no_person(item), place=name_option(field))
                if field.type == "case":
                    _check_case(books, field.of, case_of(item), own, name_option(field))


def _check_case(books: Books, register: str, case: str, own: set[str], option: str) -> None:
    if case in own or (_has(books, register, case) if register else books.index.family_of(case)):
        return
    if is_elsewhere(books, case, register):
        books.warnings.append(f"{option}: {case} is of another writer, and is not here yet")
        return
    raise NotFound(f"no such case: {show_text(case)}", place=option)


def _has(books: Books, register: str, case: str) -> bool:
    return books.index.db.execute(f"SELECT 1 FROM {quote(register)} WHERE id = ?", (case,)).fetchone() is not None


def as_row(draft: Draft, register: str, moment: Instant, number: int = 0) -> Row:
    """The row a draft will be, for trying what it would do; its place in the file is not known yet."""
    return Row(
        draft.at,
        moment.recorded,
        draft.by,
        draft.id,
        draft.event,
        {name: text for name, text in draft.fields.items() if text},
        draft.source_ref,
        draft.request_id,
        draft.note,
        register,
        "",
        number,
    )


def try_drafts(books: Books, register: str, drafts: Sequence[Draft], moment: Instant) -> tuple[Family, Family]:
    """The family before and after these rows; Refused where one of them may not happen there.

    It is the family of the first one's case, or, where that is a new one, of the case that its page's parent names.
    """
    opened = case_of(drafts[0].fields.get(books.pages.parent(register), ""))
    rows = list(books.index.family_rows(opened or drafts[0].id))
    before = fold_family(rows, books.pages, books.book.awaits_payment)
    check_references(books, register, drafts)
    for draft in drafts:
        check_draft(draft, register, books.pages)
        _check_time(books, before, register, draft, moment)
        _refuse_ended(before, draft)
    tried = [as_row(draft, register, moment, number) for number, draft in enumerate(drafts, 1)]
    after = fold_family([*rows, *tried], books.pages, books.book.awaits_payment)
    for row in tried:
        case = after.cases[row.id]
        if row.event != "retracted" and row not in case.rows:
            raise refuse_event(before.cases.get(row.id, case), row.event)
    _check_later(before, after)
    return before, after


def _refuse_ended(before: Family, draft: Draft) -> None:
    """Refused for an event that a case does not allow which ended with another one, without a row of its own.

    The fold itself lets those that older releases recorded stand.
    """
    case = before.cases.get(draft.id)
    if case is None or not case.rows or not case.rows[-1].derived or draft.event == "retracted":
        return
    if not may_happen(case, before.cases.get(case.parent), draft.event):
        raise refuse_event(case, draft.event)


def _check_later(before: Family, after: Family) -> None:
    """Refused where rows that stood could no longer have happened: what rests on a row is taken back before it."""
    known = {row.ref for case in before.cases.values() for row in case.conflicts}
    hurt = [row for case in after.cases.values() for row in case.conflicts if row.file and row.ref not in known]
    gone = _list_parts(before) - _list_parts(after)
    if gone:
        hurt += [
            row for case in after.cases.values() for row in case.rows if row.file and _names_part(case, row) in gone
        ]
    if not hurt:
        return
    last = max(hurt, key=fold_key)
    told = ", ".join(f"{row.event} of {row.id}" for row in sorted(hurt, key=fold_key)[:3])
    hint = f"take that back first: dispatchctl retract {last.id} {last.ref} --reason TEXT"
    raise Refused(f"{told} rest{'s' if len(hurt) == 1 else ''} on it", hint=hint)


def _list_parts(family: Family) -> set[str]:
    """The numbers of all parts (a complaint's measures, a survey's opinions) that the family's cases have."""
    found = set()
    for case in family.cases.values():
        begins = next((event.name for event in case.page.events if case.page.item in event.required), "")
        found |= {row.fields.get(case.page.item, "") for row in case.rows if row.event == begins}
    return found - {""}


def _names_part(case: Case, row: Row) -> str:
    return row.fields.get(case.page.item, "") or row.fields.get("about", "")


def _check_time(books: Books, family: Family, register: str, draft: Draft, moment: Instant) -> None:
    """Refused for a time before the case's first row, or before the start of a clock that the event would stop."""
    case = family.cases.get(draft.id)
    if case is None and draft.at < moment.recorded // 1_000_000:  # a new one, which may belong to another; another
        # office's clock may be ahead, so that only a time that somebody gave is asked about
        case = family.cases.get(case_of(draft.fields.get(books.pages.parent(register), "")))
    if case is None or not case.rows:
        return
    first = case.rows[0].at
    if draft.at < first:
        raise Refused(f"{case.id} began at {format_time(books, first)}, after that", place="--at")
    if case.id != draft.id:
        return
    if draft.at >= max(row.at for row in case.rows):
        return
    for one in books.judging.instances(family, case):
        if one.state == "running" and (register, draft.event) in one.variant.stop and draft.at < one.started_at:
            started = format_time(books, one.started_at)
            raise Refused(f"{one.clock} of {draft.id} began at {started}, after that", place="--at")


def refuse_event(case: Case, event: str) -> Refused:
    """The refusal of an event: the state the case is in, what may happen in it."""
    states = {state.name: state for state in case.page.states}
    shown = states[case.state].en if case.state in states else case.state
    never = ("retracted", *(("amended",) if case.page.decided or case.page.stands else ()))
    later = [name for name, each in case.events.items() if FIRST not in each.before and name not in never]
    allowed = [name for name in later if may_happen(case, None, name)]
    refused = Refused(f"{case.id} is {shown}: {event} is not possible")
    refused.possible = case.register, tuple(allowed)
    return refused


def lint_privacy(books: Books, texts: Mapping[str, str]) -> None:
    """Warn of phone and identity numbers in free text, where they cannot be erased; refuse where policy is strict."""
    for option, text in texts.items():
        if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
            continue
        from dispatchctl.rules.privacy import find_personal  # most texts hold no number: spare its patterns

        kinds = find_personal(text)
        if not kinds:
            continue
        what = " and ".join(kinds)
        if books.policy["privacy"]["strict"] or books.strict_privacy:
            raise UsageFault(f"the text holds what looks like: {what}", place=option, hint="leave it to the contact")
        warning = f"{option} holds what looks like: {what}; it cannot be erased from there"
        if warning not in books.warnings:
            books.warnings.append(warning)
