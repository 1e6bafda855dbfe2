"""The commands of the group `attendance`: the exceptions that a desk notes, one a day and person."""

import click

from dispatchctl.commands.results import print_done
from dispatchctl.commands.verbs import Asked, Given, Verb, make_verb, serve
from dispatchctl.desk.books import Books
from dispatchctl.desk.staff.attendance import ATTENDANCE, note_exception
from dispatchctl.options import STAFF, Writing

ASKED = {
    "date": Asked("The day: YYYY-MM-DD, today or yesterday."),
    "reason": Asked("What was said about it."),
    "minutes": Asked("How many minutes late.", metavar="N"),
}
VERBS = {
    "late": Verb(
        "late", "Record that somebody was late on a day.", "s07 --on 2026-11-20 --minutes 20 --reason 堵车", ASKED
    ),
    "absent": Verb("absent", "Record that somebody was absent without leave.", "s07 --on yesterday", ASKED),
    "left-early": Verb("left-early", "Record that somebody left early.", "s07 --on today --reason 未请假", ASKED),
}


def _note(books: Books, event: str, given: Given, writing: Writing) -> int:
    said: dict[str, str] = {name: given[name] for name in ("reason", "minutes") if name in given}
    done = note_exception(books, event, given["staff"], given["date"], said, writing)
    return print_done(books, ATTENDANCE, [done])


def _make(name: str, verb: Verb) -> click.Command:
    return make_verb(ATTENDANCE, ATTENDANCE, name, verb, _note, click.argument("staff", type=STAFF))


__getattr__ = serve(VERBS, _make)
