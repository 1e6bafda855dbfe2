"""Recording: how a decision becomes rows on disk, once and in order. Desk.

The same steps for every command: catch up, lock, catch up what came meanwhile, decide, append, sync, release. What is
printed afterwards is on disk.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from dispatchctl import registers
from dispatchctl.desk.books import Books
from dispatchctl.desk.names import local_day, local_time, make_id, resolve_case
from dispatchctl.errors import DispatchError, NotFound, OutcomeUnknown, Refused, SystemFailed, UsageFault
from dispatchctl.registers.page import ANY, FIRST
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case, Family, fold_family
from dispatchctl.store.folder import has_seals, require_writer
from dispatchctl.store.journal import Draft, Lock, append_groups, find_end, sync_rows
from dispatchctl.store.lines import check_text

BACKWARDS = 5 * 60 * 1_000_000  # how far a clock may go back before writing is refused, microseconds
OPTIONS = {"answer": "answered", "skills": "skill", "areas": "area"}  # where it is not the field's own name
BATCH = 200  # items of a batch for which the lock is held at a time

Group = list[Draft]


class Recorded(NamedTuple):
    """What a command recorded: its rows (as they stand on disk), or those that an earlier one with its key did."""

    rows: list[Row]
    replayed: bool = False
    dry: bool = False


class Refusal(NamedTuple):
    """An item of a batch that was refused, with the error that says why."""

    item: str
    error: DispatchError


class Moment(NamedTuple):
    """When a command acts: `at` of its rows, and the time they are recorded (microseconds, of the system's clock)."""

    at: int
    recorded: int


def read_moment(books: Books, at_text: str) -> Moment:
    """When it happened (--at, else now) and when it is recorded; Refused for the future or a clock gone backwards."""
    ws = books.ws
    if ws.as_of is not None:
        raise Refused("--as-of looks back; nothing can be recorded by it")
    if ws.now_given and not books.folder.demo:
        raise Refused(
            "--now judges only: what is recorded has the system's time", hint="a folder made by init --demo takes it"
        )
    recorded = ws.now() * 1_000_000 if ws.now_given else time.time_ns() // 1000
    at = recorded // 1_000_000
    if at_text:
        from dispatchctl.entries import parse_when

        at = parse_when(at_text, books.timezone, at)
        if at > recorded // 1_000_000:
            raise Refused(f"{format_time(books, at)} is in the future", place="--at")
    last = books.index.last_recorded(books.folder.writer)
    if recorded <= last:
        if last - recorded > BACKWARDS:
            raise Refused(
                f"the clock has gone back: the last row was recorded at {format_time(books, last // 1_000_000)}",
                hint="set the clock right",
            )
        recorded = last + 1
    _refuse_sealed(books, recorded)
    return Moment(at, recorded)


def _refuse_sealed(books: Books, recorded: int) -> None:
    """Refused where the month to write into is sealed: the clock has gone back into it."""
    if not has_seals(books.folder.path):
        return
    from dispatchctl.store.seals import find_newest

    sealed = find_newest(books.folder.path, books.folder.writer)
    if sealed and local_time(books, recorded // 1_000_000).strftime("%Y-%m") <= sealed:
        raise Refused(f"{sealed} is sealed, and by the clock it is not over", hint="set the clock right")


def format_time(books: Books, at: int) -> str:
    """ISO 8601 with the offset of the policy's timezone, to the second."""
    return local_time(books, at).isoformat(timespec="seconds")


def new_id(books: Books, register: str, moment: Moment, ahead: int = 0) -> str:
    """The next id of a register: day of recording and writer, counted without gaps. ahead: new ones before this one."""
    day = local_day(books, moment.recorded // 1_000_000)
    number = books.index.counter(register, books.folder.writer, day) + 1 + ahead
    return make_id(registers.get(register).letter, day, books.folder.writer, number)


def check_draft(draft: Draft, register: str) -> None:
    """UsageFault where a text cannot be kept, or one that the event needs is empty; fields must be the register's."""
    fields = registers.fields_of(register)
    needed = registers.events_of(register)[draft.event].required
    empty = [name_option(name) for name in needed if not draft.fields.get(name, "").strip()]
    if empty:
        raise UsageFault(f"{draft.event} needs {', '.join(empty)}")
    for name, text in (*draft.fields.items(), ("note", draft.note), ("source_ref", draft.source_ref)):
        if name not in fields and name not in ("note", "source_ref"):
            raise KeyError(name)
        if text:
            check_text(name_option(name), text)
    check_text("--request-id", draft.request_id)


def name_option(field: str) -> str:
    """The option that gives a field its value, as messages name it."""
    return f"--{OPTIONS.get(field) or field.replace('_', '-')}"


def as_row(draft: Draft, register: str, moment: Moment, number: int = 0) -> Row:
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


def try_drafts(books: Books, register: str, drafts: Sequence[Draft], moment: Moment, family_of: str = "") -> Family:
    """The family as it would be after these rows; Refused where one of them may not happen there.

    family_of: a case of the family where the drafts open a new one; it may be empty for a family of its own.
    """
    known = family_of or drafts[0].id
    rows = list(books.index.family_rows(known))
    before = fold_family(rows)
    for draft in drafts:
        check_draft(draft, register)
        _check_time(books, before, register, draft)
    tried = [as_row(draft, register, moment, number) for number, draft in enumerate(drafts, 1)]
    after = fold_family([*rows, *tried])
    for row in tried:
        case = after.cases[row.id]
        if row in case.conflicts:
            raise refuse_event(before.cases.get(row.id, case), register, row.event)
    return after


def _check_time(books: Books, family: Family, register: str, draft: Draft) -> None:
    """Refused for a time before the case's first row, or before the start of a clock that the event would stop."""
    case = family.cases.get(draft.id)
    if case is None or not case.rows:
        return
    first = case.rows[0].at
    if draft.at < first:
        raise Refused(f"{draft.id} began at {format_time(books, first)}, after that", place="--at")
    if draft.at >= max(row.at for row in case.rows):
        return
    for one in books.judging.instances(family, case):
        if one.state == "running" and (register, draft.event) in one.variant.stop and draft.at < one.started_at:
            started = format_time(books, one.started_at)
            raise Refused(f"{one.clock} of {draft.id} began at {started}, after that", place="--at")


def refuse_event(case: Case, register: str, event: str) -> Refused:
    """The refusal of an event: the state the case is in, and what may happen in it."""
    page = registers.get(register)
    states = {state.name: state for state in page.states}
    shown = states[case.state].en if case.state in states else case.state
    allowed = [
        each.name
        for each in page.events
        if FIRST not in each.before
        and (case.state in each.before or ANY in each.before)
        and each.name not in ("retracted", *(("amended",) if page.decided else ()))
    ]
    hint = f"possible now: {', '.join(allowed)}" if allowed else "nothing more can happen to it"
    return Refused(f"{case.id} is {shown}: {event} is not possible", hint=hint)


def find_replay(books: Books, request_id: str, register: str, events: Sequence[str], case: str = "") -> Recorded | None:
    """What the key already recorded; None for a new key. Refused where it was another command's or another case's."""
    if not request_id:
        return None
    check_text("--request-id", request_id)
    row = books.index.db.execute(
        "SELECT register, id, event, file FROM requests WHERE key = ?", (request_id,)
    ).fetchone()
    if row is None:
        return None
    other_case = bool(case) and case not in books.family(row[1]).cases
    if row[0] != register or row[2] not in events or other_case:
        raise Refused(f"the key {request_id!r} was used for {row[2]} of {row[1]}", place="--request-id")
    rows = [each for each in books.rows_of(row[1]) if each.request_id == request_id]
    sync_rows(books.folder, register, row[3])
    return Recorded(rows, replayed=True)


def was_recorded(books: Books, request_id: str) -> bool:
    """Whether a command with this key was recorded: what it then found in the way may be its own work."""
    return bool(request_id) and bool(
        books.index.db.execute("SELECT 1 FROM requests WHERE key = ?", (request_id,)).fetchone()
    )


def record(
    books: Books,
    register: str,
    decide: Callable[[Moment], Group],
    *,
    at: str = "",
    request_id: str = "",
    events: Sequence[str] = (),
    case: str = "",
    dry_run: bool = False,
) -> Recorded:
    """Append what `decide` answers, as one command; decide is asked under the lock, with the books caught up.

    events and case: what a used --request-id must have been for, to be answered again.
    """
    writer = require_writer(books.folder)
    replay = find_replay(books, request_id, register, events, case)
    if replay is not None:
        return replay
    if dry_run:
        moment = read_moment(books, at)
        drafts = decide(moment)
        return Recorded([as_row(draft, register, moment) for draft in drafts], dry=True)
    with Lock(books.folder, books.ws.wait):
        books.catch_up()
        replay = find_replay(books, request_id, register, events, case)
        if replay is not None:
            return replay
        moment = read_moment(books, at)
        drafts = decide(moment)
        if not drafts:
            return Recorded([])
        return Recorded(_append(books, register, writer, [drafts], moment, sync=True))


def _append(books: Books, register: str, writer: str, groups: list[Group], moment: Moment, *, sync: bool) -> list[Row]:
    month = local_time(books, moment.recorded // 1_000_000).strftime("%Y-%m")
    end = find_end(books.folder, register, writer, books.index.last_position(register, writer))
    placed = append_groups(
        books.folder,
        registers.get(register),
        writer,
        month,
        end,
        groups,
        [moment.recorded + step for step in range(len(groups))],
        books.timezone,
        sync=sync,
    )
    books.recorded = True
    return [each.row for each in placed]


def record_batch(
    books: Books,
    register: str,
    items: Sequence[str],
    decide: Callable[[str, Moment, str], Group],
    *,
    at: str = "",
    request_id: str = "",
    events: Sequence[str] = (),
    dry_run: bool = False,
) -> tuple[list[tuple[str, Recorded]], list[Refusal]]:
    """Each item a command of its own, in order: what is done stays done, what is refused is told.

    decide gets the item, the moment and its key (`K/ITEM`). The lock is let go every BATCH items. OutcomeUnknown where
    the system fails after some of them were recorded.
    """
    writer = require_writer(books.folder)
    done: list[tuple[str, Recorded]] = []
    refused: list[Refusal] = []
    fresh: list[Row] = []  # not synced yet

    def take_items(some: Sequence[str]) -> None:
        with Lock(books.folder, books.ws.wait):
            books.catch_up()
            for item in some:
                key = f"{request_id}/{name_item(item)}" if request_id else ""
                try:
                    replay = find_replay(books, key, register, events)
                    if replay is not None:
                        done.append((item, replay))
                        continue
                    moment = read_moment(books, at)
                    drafts = decide(item, moment, key)
                    if not drafts:
                        continue
                    if dry_run:
                        rows = [as_row(draft, register, moment) for draft in drafts]
                        done.append((item, Recorded(rows, dry=True)))
                        continue
                    rows = _append(books, register, writer, [drafts], moment, sync=False)
                except (Refused, NotFound, UsageFault) as error:
                    refused.append(Refusal(item, error))
                    continue
                fresh.extend(rows)
                done.append((item, Recorded(rows)))
                books.catch_up(hold=True)
            _sync_files(books, register, fresh)
            books.index.commit()

    for start in range(0, len(items), BATCH):
        try:
            take_items(items[start : start + BATCH])
        except (SystemFailed, OSError) as error:
            count = sum(not each.replayed and not each.dry for _, each in done)
            if not count:
                raise
            _sync_files(books, register, fresh)
            books.index.commit()
            message = f"{error}; {count} of {len(items)} had been recorded before that"
            raise OutcomeUnknown(message, hint="run the command again: it does what is missing") from error
    return done, refused


def _sync_files(books: Books, register: str, rows: list[Row]) -> None:
    for file in dict.fromkeys(row.file for row in rows):
        sync_rows(books.folder, register, file)
    rows.clear()


def resolve_items(books: Books, ids: Sequence[str], first: Sequence[str]) -> tuple[list[str], list[Refusal]]:
    """The cases of these registers that a batch names, each once, and what could not be told.

    By their full ids, so that a retry has the same keys.
    """
    cases: list[str] = []
    refused: list[Refusal] = []
    for item in ids:
        try:
            cases.append(resolve_case(books, item, first, only=True))
        except (NotFound, Refused, UsageFault) as error:
            refused.append(Refusal(item, error))
    return list(dict.fromkeys(cases)), refused


def name_item(item: str) -> str:
    """What an item's key ends in: the case id, or the line of an input (`orders.csv:3` is 3), whatever its file."""
    place, colon, line = item.rpartition(":")
    return line if colon and place and line.isdigit() else item


def draft_values(fields: dict[str, Any]) -> dict[str, str]:
    """Fields as the text a row holds; those that are empty are left out."""
    return {name: str(value) for name, value in fields.items() if value not in (None, "")}
