"""The command `why`: any verdict opened downward, to the clauses, facts and cases it rests on. Commands."""

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.months.closed import open_for_period
from dispatchctl.desk.names import resolve_staff
from dispatchctl.desk.periods import find_period
from dispatchctl.desk.why.verdicts import find_name, open_measure, open_verdict
from dispatchctl.errors import UsageFault
from dispatchctl.options import CASE, MONTH, NOT_GIVEN, STAFF
from dispatchctl.output.formats import emit
from dispatchctl.output.reasons import KEYS, add_texts, format_tree, list_steps
from dispatchctl.output.terminal import write_stdout
from dispatchctl.rules.reasons import Reason
from dispatchctl.workspace import Workspace


@click.command("why")
@click.argument("subject", type=CASE, metavar="KEY|CASE|MEASURE")
@click.option("--month", type=MONTH, default=None, help="Of a measure or a person: YYYY-MM, last or this.")
@click.option(
    "--person", type=STAFF, default=NOT_GIVEN, help="Of a measure: one person's figure, and their score's part."
)
@click.option("--limit", type=click.IntRange(0), default=10, metavar="N", help="Entries of each list, 10; 0 for all.")
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
    stretch = find_period(books, "monthly", month or "", "")
    version, _ = books.book.at(max(stretch.start, stretch.end - 1))
    measure = find_name(version, subject)
    if measure:
        books = open_for_period(books, stretch)
        staff = resolve_staff(books, person, option="--person", present=False) if person else ""
        tree = open_measure(books, version, stretch, measure, staff, limit)
    else:
        if person:
            raise UsageFault("goes with a measure", place="--person")
        tree = open_verdict(books, version, stretch, subject, limit, dated=month is not None)
    print_warnings(books)
    print_tree(books.ws, tree)


def print_tree(ws: Workspace, tree: Reason) -> None:
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
