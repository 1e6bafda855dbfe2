"""Exceptions of attendance, and training: who was late, absent or left early; courses and examinations. Desk.

Minimal registers that charges and scores read (KZ-2.3, KZ-8.10, JX-4): each fact is recorded once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from dispatchctl.desk.acting import begin
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Moment, Step
from dispatchctl.desk.fields import find_employed, read_fields
from dispatchctl.desk.names import resolve_case
from dispatchctl.desk.periods import start_of
from dispatchctl.desk.recording import Done, Refusal, record_each, was_recorded
from dispatchctl.desk.times import format_time, local_time
from dispatchctl.entries import Writing, parse_day
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.page import VOID
from dispatchctl.rules.families import Case

ATTENDANCE, TRAINING = "attendance", "training"
ABSENT = "absent"
PRESENCE = ("attended", "late", "missed")


class Noted(NamedTuple):
    """What one item of a batch came to: the person, and what was recorded."""

    staff: str
    done: Done


# --- attendance ---------------------------------------------------------------------------------------------------


def note_exception(books: Books, event: str, staff: str, day: str, reason: str, writing: Writing) -> Done:
    """Record that somebody was late, absent or left early on a day, by whoever keeps the attendance.

    Of a day that is over it counts as of that day's close of business, unless --at says a time of that day. Refused
    for a day ahead, for somebody not employed then, and where the same is on record of that person and day.
    """
    on = parse_day(day, books.timezone, books.now, "--on")
    if not was_recorded(books, writing.request_id):
        writing = writing._replace(at=writing.at or _close_day(books, on))

    def start(moment: Moment) -> Sequence[Step]:
        if local_time(books, moment.at).date() != on:
            raise UsageFault(f"is another day than {on.isoformat()}", place="--at")
        who = find_employed(books, staff, moment.at, "STAFF")
        known, said = _find_exception(books, event, who, on)
        if known:
            name = books.people.name(who)
            hint = f"if that is wrong: dispatchctl retract {known} --reason TEXT"
            raise Refused(f"{who} {name} is on record as {said} on {on.isoformat()}: {known}", hint=hint)
        return [Step(event, {"staff": who, "date": on.isoformat(), "reason": reason})]

    return begin(books, ATTENDANCE, start, writing, (event,))


def _close_day(books: Books, on: date) -> str:
    """When an exception of that day happened, where nobody said: "" (now) today, else its close of business."""
    today = local_time(books, books.now).date()
    if on > today:
        raise Refused(f"{on.isoformat()} is in the future", place="--on")
    if on == today:
        return ""
    day = on.toordinal()
    midnight = start_of(on, books.timezone)
    calendar = books.judging.table.elapsed(books.book.at(midnight)[0])
    return format_time(books, min(calendar.close_of(day), calendar.midnight(day + 1) - 1))


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


# --- training -----------------------------------------------------------------------------------------------------


def plan_course(books: Books, topic: str, on: str, writing: Writing) -> Done:
    """Record that a course is planned; --on may lie ahead."""

    def start(moment: Moment) -> Sequence[Step]:
        return [Step("planned", read_fields(books, TRAINING, {"topic": topic, "planned_for": on}, moment))]

    return begin(books, TRAINING, start, writing, ("planned",))


def note_presence(
    books: Books, event: str, course: str, people: Sequence[str], writing: Writing
) -> tuple[list[Noted], list[Refusal]]:
    """Record of each of these people that they attended a course, came late or missed it; each a command of its own.

    (what was recorded, what was refused). Refused: before the course's day, and for one of whom the same
    course has another word already.
    """
    actor = books.require_actor()
    case = resolve_case(books, course, (TRAINING,), only=True)

    def decide(person: str, moment: Moment) -> list[Step]:
        known = books.case(case)
        who = find_employed(books, person, moment.at, "STAFF")
        _check_presence(books, known, who, moment)
        return [Step(event, {"staff": who}, case)]

    done, refused = record_each(books, TRAINING, actor, list(dict.fromkeys(people)), decide, writing, (event,))
    return [Noted(one.rows[0].fields.get("staff", ""), one) for _, one in done], refused


def _check_presence(books: Books, course: Case, staff: str, moment: Moment) -> None:
    _check_course(course)
    planned = course.fields.get("planned_for", "")
    if planned and local_time(books, moment.at).date().isoformat() < planned[:10]:
        raise Refused(f"{course.id} is planned for {planned[:10]}, after {format_time(books, moment.at)[:10]}")
    for row in course.rows:
        if row.event in PRESENCE and row.fields.get("staff") == staff:
            hint = f"if that was wrong: dispatchctl retract {course.id} {row.ref} --reason TEXT"
            raise Refused(f"{books.people.name(staff)} is on record as {row.event} at {course.id}", hint=hint)


def _check_course(course: Case) -> None:
    if not course.rows or course.rows[0].event != "planned":
        raise Refused(f"{course.id} is no course", hint="see: dispatchctl list training")


def note_examination(books: Books, typed: Mapping[str, str], writing: Writing) -> Done:
    """Record a person's score in an examination: `topic`, `staff`, `score` (0 to 100), and `about`, the course if any.

    Without a topic that of the course is meant. Nobody records a score of their own.
    """
    actor = books.require_actor()

    def start(moment: Moment) -> Sequence[Step]:
        fields = read_fields(books, TRAINING, typed, moment)
        if fields.get("staff") == actor:
            raise Refused(f"{actor} may not record a score of their own", place="--staff")
        if fields.get("about"):
            fields["topic"] = _find_topic(books.case(fields["about"]), fields.get("topic", ""))
        return [Step("examined", fields)]

    return begin(books, TRAINING, start, writing, ("examined",))


def _find_topic(course: Case, topic: str) -> str:
    """The topic of an examination about a course; Refused where another one was named, or it is no course."""
    _check_course(course)
    known = course.fields.get("topic", "")
    if topic and topic != known:
        raise Refused(f"{course.id} is about {known}", place="--topic", hint="leave out --topic, or the course")
    return known
