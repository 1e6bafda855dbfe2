"""Training: courses, who attended, and examinations. Desk.

A minimal register that charges and scores read (JX-4): each fact is recorded once.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.events import begin
from dispatchctl.desk.fields import find_employed, read_fields
from dispatchctl.desk.itemwise import record_each
from dispatchctl.desk.names import resolve_case
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.desk.times import format_time, local_date
from dispatchctl.errors import Refused
from dispatchctl.rules.families import Case
from dispatchctl.typed import Writing

TRAINING = "training"
PRESENCE = ("attended", "late", "missed")


class Noted(NamedTuple):
    """What one item of a batch came to: the person, and what was recorded."""

    staff: str
    done: Done


def plan_course(books: Books, topic: str, on: str, writing: Writing) -> Done:
    """Record that a course is planned; --on may lie ahead."""

    def start(moment: Instant) -> Sequence[Step]:
        return [Step("planned", read_fields(books, TRAINING, {"topic": topic, "planned_for": on}, moment))]

    return begin(books, TRAINING, start, writing, ("planned",))


def note_presence(
    books: Books, event: str, course: str, people: Sequence[str], writing: Writing
) -> tuple[list[Noted], list[Refusal]]:
    """Record of each of these people that they attended a course, came late or missed it; each a command of its own.

    (what was recorded, what was refused). Refused: before the course's day, and for one of whom the same
    course has another word already.
    """
    actor = require_actor(books)
    case = resolve_case(books, course, (TRAINING,), only=True)

    def decide(person: str, moment: Instant) -> list[Step]:
        known = books.case(case)
        who = find_employed(books, person, moment.at, "STAFF")
        _check_presence(books, known, who, moment)
        return [Step(event, {"staff": who}, case)]

    done, refused = record_each(
        books, TRAINING, actor, list(dict.fromkeys(people)), decide, writing, (event,), guarded=True
    )
    return [Noted(one.rows[0].fields.get("staff", ""), one) for _, one in done], refused


def _check_presence(books: Books, course: Case, staff: str, moment: Instant) -> None:
    _check_course(course)
    planned = course.fields.get("planned_for", "")
    if planned and local_date(books, moment.at).isoformat() < planned[:10]:
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
    actor = require_actor(books)

    def start(moment: Instant) -> Sequence[Step]:
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
