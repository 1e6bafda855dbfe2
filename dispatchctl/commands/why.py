"""The command `why`: any verdict opened downward, to the clauses, facts and cases it rests on. Commands."""

from collections.abc import Mapping
from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.why.verdicts import open_subject
from dispatchctl.options import CASE, COUNT_OR_ALL, MONTH, NOT_GIVEN, STAFF, command
from dispatchctl.output.formats import emit
from dispatchctl.output.reasons import KEYS, add_texts, format_tree, list_steps
from dispatchctl.output.terminal import write_stdout
from dispatchctl.workspace import Workspace


@command("why")
@click.argument("subject", type=CASE, metavar="KEY|CASE|MEASURE")
@click.option("--month", type=MONTH, default=None, help="Of a measure or a person: YYYY-MM, last or this.")
@click.option(
    "--person", type=STAFF, default=NOT_GIVEN, help="Of a measure: one person's figure, and their score's part."
)
@click.option("--limit", type=COUNT_OR_ALL, default=10, help="Entries of each list, 10; 0 for all.")
@with_books(judges=True)
def why(books: Books, subject: str, month: str | None, person: str, limit: int) -> None:
    """Open a verdict downward: a charge, a case with its clocks, a figure of a report, a person's score.

    A charge is named by its key (dispatchctl ledger due), a clock as CASE/CLOCK, a score by the person's id. Without a
    month, a measure is that of the month that holds now, up to now.

    \b
    Examples:
      dispatchctl why A-20261103-0001
      dispatchctl why on_time --month last --person s05
      dispatchctl why late-b/attendance/2026-10.main#7/s05
    """
    then, tree = open_subject(books, subject, month, person, limit)
    print_warnings(books)
    print_tree(then.ws, tree)


def print_tree(ws: Workspace, tree: Mapping[str, Any]) -> None:
    """The tree: nested in json and yaml, a line for each step else."""
    told = add_texts(tree, ws)
    if ws.quiet:
        emit(ws, [told])
    elif ws.form.tree:
        emit(ws, [told], single=True)
    elif ws.form.people and not ws.fields:
        write_stdout(format_tree(told, ws.form))
    else:
        emit(ws, list(list_steps(told)), KEYS[:-1], keys=KEYS)
