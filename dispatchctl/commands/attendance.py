"""The commands of the group `attendance`: the exceptions that a desk notes, one a day and person."""

from typing import Any

import click

from dispatchctl.commands.results import print_done
from dispatchctl.desk.books import Books
from dispatchctl.desk.workplace import ATTENDANCE, note_exception
from dispatchctl.options import STAFF, Writing, pass_workspace, writing_options
from dispatchctl.workspace import Workspace


def plain_verb(event: str, text: str, example: str) -> click.Command:
    """The command that records one kind of exception."""

    def run(ws: Workspace, staff: str, day: str, reason: str, writing: Writing) -> int:
        books = Books(ws)
        done = note_exception(books, event, staff, day, reason, writing)
        return print_done(books, ATTENDANCE, [done])

    run.__doc__ = f"{text}\n\n\b\nExample:\n  dispatchctl attendance {example}\n"
    command: Any = pass_workspace(writing_options(run))
    options = (
        click.argument("staff", type=STAFF),
        click.option("--on", "day", metavar="DATE", required=True, help="The day: YYYY-MM-DD, today or yesterday."),
        click.option("--reason", metavar="TEXT", default="", help="What was said about it."),
    )
    for option in reversed(options):
        command = option(command)
    made: click.Command = click.command(event)(command)
    return made


late = plain_verb("late", "Record that somebody was late on a day.", "late s07 --on 2026-11-20 --reason 堵车")
absent = plain_verb("absent", "Record that somebody was absent without leave.", "absent s07 --on yesterday")
left_early = plain_verb("left-early", "Record that somebody left early.", "left-early s07 --on today --reason 未请假")
