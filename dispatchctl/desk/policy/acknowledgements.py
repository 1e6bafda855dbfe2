"""What people say of the rules: that they know them, what they object to, how they were reviewed. Desk.

Who joins counts as informed of the rules in force that day (KZ-8b); who was here before a version took effect, once
they acknowledge it. What a review found, and what anybody would have changed (KZ-9), is a row of audit.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, lint_privacy
from dispatchctl.desk.events import act, begin
from dispatchctl.desk.recording import Done, was_recorded
from dispatchctl.desk.times import format_time
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.registers.page import VOID
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case, Family
from dispatchctl.store.lines import check_text
from dispatchctl.typed import Writing, is_blank

ACKNOWLEDGED, OBJECTED, REVIEWED = "acknowledged", "objected", "reviewed"


class Informed(NamedTuple):
    """Who knows one version, as staff ids in their order. waiting: who works here, and was neither new nor has said so.

    objected: who objected in writing, whether or not they acknowledged it.
    """

    acknowledged: list[str]
    objected: list[str]
    waiting: list[str]


def acknowledge_rules(books: Books, objection: str, writing: Writing) -> Done:
    """Record that the acting person knows the rules in force, or with an objection (a text) what they object to.

    Refused while nothing is published, since the draft may still change, and for a second acknowledgement.
    """
    actor = require_actor(books)
    check_text("--objection", objection)
    event = OBJECTED if objection else ACKNOWLEDGED

    def plan(moment: Instant, family: Family) -> Sequence[Step]:
        label = _find_published(books, moment).label
        lint_privacy(books, {"--objection": objection, "--note": writing.note})
        said = next((row for row in _list_said(family.cases[actor], label) if row.event == ACKNOWLEDGED), None)
        if said is not None and not objection:
            when = format_time(books, said.at)
            raise Refused(f"{actor} {books.people.name(actor)} acknowledged {label} at {when} already")
        return [Step(event, {"policy_version": label, **({"comment": objection} if objection else {})})]

    return act(books, "staff", actor, plan, writing, (ACKNOWLEDGED, OBJECTED))


def _find_published(books: Books, moment: Instant) -> Version:
    if books.book.draft_only:
        raise Refused(
            "no version is published: policies.yaml may still change, and what was said of it would prove nothing",
            hint="dispatchctl policy publish",
        )
    return books.book.at(moment.at)[0]


def review_rules(books: Books, writing: Writing) -> Done:
    """Record a review of the rules in force, or a proposal to change them; the note's text is the row's reason."""
    if is_blank(writing.note) and not was_recorded(books, writing.request_id):
        raise UsageFault("say what was found, or what should change", place="--note")
    check_text("--note", writing.note)

    def start(moment: Instant) -> Sequence[Step]:
        lint_privacy(books, {"--note": writing.note})
        version = books.book.at(moment.at)[0]
        draft = books.book.draft_only
        subject = "policies.yaml" if draft else f"{version.label}.yaml"
        return [Step(REVIEWED, {"subject": subject, "reason": writing.note})]

    return begin(books, "audit", start, writing._replace(note=""), (REVIEWED,))


# --- who was told -----------------------------------------------------------------------------------------------------


def find_informed(books: Books, labels: Iterable[str]) -> dict[str, Informed]:
    """Who knows each of these versions (labels of files), by what the staff register says now."""
    staff = [books.case(name) for (name,) in books.index.db.execute("SELECT id FROM staff ORDER BY id").fetchall()]
    return {label: _sort_people(books.book, staff, label) for label in labels}


def _sort_people(book: Rulebook, staff: Sequence[Case], label: str) -> Informed:
    found = Informed([], [], [])
    for person in staff:
        if person.state == VOID:
            continue
        events = {row.event for row in _list_said(person, label)}
        joined = any(row.event == "joined" and _is_told(book, row, label) for row in person.rows)
        if ACKNOWLEDGED in events:
            found.acknowledged.append(person.id)
        elif person.state != "left" and not joined:
            found.waiting.append(person.id)
        if OBJECTED in events:
            found.objected.append(person.id)
    return found


def _is_told(book: Rulebook, row: Row, label: str) -> bool:
    """Whether who joined by this row was told of that version on joining: it was in force that day."""
    version, before = book.at(row.at)
    return not before and _is_same(version.label, label)


def _list_said(person: Case, label: str) -> list[Row]:
    rows = (row for row in person.rows if row.event in (ACKNOWLEDGED, OBJECTED))
    return [row for row in rows if _is_same(row.fields.get("policy_version", ""), label)]


def _is_same(one: str, other: str) -> bool:
    """Whether two labels are of one day's version: its later parts carry other holidays, not other rules in force."""
    return one[:10] == other[:10]
