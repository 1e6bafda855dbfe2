"""Exceptions of attendance: who was late, absent or left early. Desk.

A minimal register that charges and scores read (KZ-2.3, KZ-8.10): each fact is recorded once.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.events import begin
from dispatchctl.desk.fields import find_employed
from dispatchctl.desk.names import resolve_staff
from dispatchctl.desk.periods import start_of
from dispatchctl.desk.recording import Done, was_recorded
from dispatchctl.desk.times import format_time, local_date
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.page import VOID
from dispatchctl.rules.calendar import Calendar, last_second
from dispatchctl.typed import Writing, parse_day

ATTENDANCE = "attendance"
ABSENT = "absent"


def note_exception(books: Books, event: str, staff: str, day: str, said: Mapping[str, str], writing: Writing) -> Done:
    """Record that somebody was late, absent or left early on a day, by whoever keeps the attendance.

    said: the reason, and of who was late the minutes, "" for what is not known. Of a day that is over it counts as of
    that day's close of business, unless --at says a time of that day. Refused for a day ahead, for somebody not
    employed then, and where the same is on record of that person and day.
    """
    on = parse_day(day, books.timezone, books.now, "--on")
    if not was_recorded(books, writing.request_id):
        writing = writing._replace(at=writing.at or _close_day(books, on))

    def start(moment: Instant) -> Sequence[Step]:
        if local_date(books, moment.at) != on:
            raise UsageFault(f"is another day than {on.isoformat()}", place="--at")
        closed = _calendar(books, on).why_closed(on.toordinal())
        if closed and not said["reason"]:  # some come on such a day, by a roster that the rules do not know
            raise UsageFault(f"say why: {on.isoformat()} is no working day ({closed})", place="--reason")
        who = find_employed(books, staff, moment.at, "STAFF")
        known, event_known = _find_exception(books, event, who, on)
        if known:
            name = books.people.name(who)
            hint = f"if that is wrong: dispatchctl retract {known} --reason TEXT"
            raise Refused(f"{who} {name} is on record as {event_known} on {on.isoformat()}: {known}", hint=hint)
        return [Step(event, {"staff": who, "date": on.isoformat(), **said})]

    done = begin(books, ATTENDANCE, start, writing, (event,))
    first = done.rows[0].fields
    if done.replayed and (first.get("date"), first.get("staff")) != (on.isoformat(), _resolve(books, staff)):
        raise Refused(f"the key {writing.request_id!r} was used for {done.id}", place="--request-id")
    return done


def _resolve(books: Books, staff: str) -> str:
    return resolve_staff(books, staff, option="STAFF", present=False)


def _close_day(books: Books, on: date) -> str:
    """When an exception of that day happened, where nobody said: "" (now) today, else its close of business."""
    today = local_date(books, books.now)
    if on > today:
        raise Refused(f"{on.isoformat()} is in the future", place="--on")
    if on == today:
        return ""
    return format_time(books, last_second(_calendar(books, on), on.toordinal()))


def _calendar(books: Books, on: date) -> Calendar:
    return books.judging.table.elapsed(books.book.at(start_of(books, on))[0])


def _find_exception(books: Books, event: str, staff: str, on: date) -> tuple[str, str]:
    """(entry, its event) that says the same of that person and day, or cannot be true beside it; ("", "") for none.

    Who was absent was neither late nor left early.
    """
    rows = books.index.db.execute(
        "SELECT id, state FROM attendance WHERE staff = ? AND date = ? ORDER BY id", (staff, on.isoformat())
    ).fetchall()
    for case, known in rows:  # the state of an entry is its event
        if known != VOID and (known == event or ABSENT in (known, event)):
            return str(case), str(known)
    return "", ""
