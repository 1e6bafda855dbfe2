"""The commands of the work itself, one event each: ack, start ... complete, confirm, and decline, withdraw.

Apart from those of dispatching, so that they need not load what chooses people.
"""

from typing import Any

import click

from dispatchctl.commands.results import print_done
from dispatchctl.desk.books import Books
from dispatchctl.desk.tracking import track
from dispatchctl.options import WHEN, Writing, pass_workspace, take_ids, writing_options
from dispatchctl.workspace import Workspace


def record_tracking(ws: Workspace, ids: tuple[str, ...], event: str, fields: dict[str, str], writing: Writing) -> int:
    """Record one event of each assignment named, and print them."""
    books = Books(ws)
    done, refused = track(books, ids, event, fields, writing)
    return print_done(books, "assignments", done, refused=refused, single=len(ids) == 1)


def plain_verb(name: str, event: str, text: str, example: str, *options: Any) -> click.Command:
    """The command of an event that needs nothing but its options: help text, example and ids included."""

    def run(ws: Workspace, assignments: tuple[str, ...], writing: Writing, **fields: str | None) -> int:
        given = {key: value for key, value in fields.items() if value}
        return record_tracking(ws, assignments, event, given, writing)

    run.__doc__ = f"{text}\n\n\b\nExample:\n  dispatchctl {example}\n"
    command: Any = pass_workspace(writing_options(take_ids("assignments")(run)))
    for option in reversed(options):
        command = option(command)
    made: click.Command = click.command(name)(command)
    return made


def reason_option(text: str = "Why.", required: bool = True) -> Any:
    """--reason TEXT."""
    if required:  # click takes a default, even None, for an answer
        return click.option("--reason", metavar="TEXT", required=True, help=text)
    return click.option("--reason", metavar="TEXT", default=None, help=text)


PARTS = click.option("--parts", metavar="TEXT", default=None, help="What was used.")
COST = click.option("--cost", metavar="AMOUNT", default=None, help="What it cost.", callback=lambda c, p, v: _money(v))


def _money(value: str | None) -> str | None:
    from dispatchctl.entries import parse_money

    return parse_money(value, "--cost") if value else None


ack = plain_verb("ack", "acknowledged", "Say that you have seen an assignment and take it on.", "ack 7")
start = plain_verb("start", "started", "Say that work has begun.", "start 7")
progress = plain_verb(
    "progress", "progress", "Report how the work goes.", "progress 7 --note 已拆下旧阀门", PARTS, COST
)
problem = plain_verb(
    "problem",
    "problem",
    "Report a difficulty.",
    "problem 7 --reason 缺少配件",
    reason_option("What stands in the way.", False),
)
complete = plain_verb(
    "complete", "completed", "Say that the work is done.", "complete 7 --note 已更换阀门，试水正常", PARTS, COST
)
rework = plain_verb(
    "rework", "rework", "Send completed work back to be done again.", "rework 7 --reason 仍有渗漏",
    reason_option(required=False),
)  # fmt: skip
confirm = plain_verb("confirm", "confirmed", "Confirm that the work is done.", "confirm 7")
pause = plain_verb(
    "pause",
    "paused",
    "Stop the clocks for a reason that the rules list.",
    "pause 7 --reason waiting-parts",
    reason_option(),
)
resume = plain_verb("resume", "resumed", "Go on after a pause.", "resume 7")
decline = plain_verb("decline", "declined", "Decline an assignment.", "decline 7 --reason 技能不符", reason_option())
withdraw = plain_verb(
    "withdraw", "withdrawn", "Take an open assignment back.", "withdraw 7 --reason 业主改期", reason_option()
)
ask_extension = plain_verb(
    "ask-extension",
    "extension-asked",
    "Ask for more time, before the due time.",
    "ask-extension 7 --until 2026-11-23T12:00 --reason 等待配件",
    click.option("--until", type=WHEN, required=True, help="The time asked for."),
    reason_option(),
)
refuse_extension = plain_verb(
    "refuse-extension",
    "extension-refused",
    "Refuse the time asked for.",
    "refuse-extension 7 --reason 客户不同意",
    reason_option(),
)
grant_extension = plain_verb(
    "grant-extension",
    "extension-granted",
    "Grant more time; by default what was asked for.",
    "grant-extension 7",
    click.option("--until", "due_at", type=WHEN, default=None, help="Another time than the one asked for."),
)
