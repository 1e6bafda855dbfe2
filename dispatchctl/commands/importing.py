"""The command `records import`: history out of somebody else's files. Commands -> desk, output."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

from dispatchctl import sizes
from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import BAD_ROWS, emit_done, print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.imports.history import import_history, load_import_map
from dispatchctl.desk.imports.tally import Outcome, RowChange, describe_outcome, group_map_faults, spell_faults
from dispatchctl.errors import BadData, UsageFault
from dispatchctl.options import NOT_GIVEN, PATH, OneOf, ShortOption, command
from dispatchctl.output.formats import emit
from dispatchctl.output.formatters import find_format
from dispatchctl.output.terminal import neutralise_text, tell, write_stdout
from dispatchctl.workspace import Workspace

COUNTS = ("read", "imported", "changed", "skipped", "refused")
SPELLED = 20  # changes that are told a line each
Advance = Callable[[int, int], None]


@command("import")
@click.argument("file", type=PATH, metavar="FILE|-")
@click.option(
    "--map", "map_path", type=PATH, default=NOT_GIVEN, metavar="MAP.yaml", help="Which column is which field; demanded."
)
@click.option("--suggest-map", is_flag=True, help="Print a first map for the file, and what the rules lack for it.")
@click.option(
    "--on-error",
    type=OneOf(("stop", "skip")),
    default="stop",
    help="stop: a fault anywhere imports nothing; skip: import the other rows.",
)
@click.option("-n", "--dry-run", cls=ShortOption, is_flag=True, help="Check and count, but record nothing.")
@click.option("--update", is_flag=True, help="Record what rows that are known say otherwise now.")
@click.option("--strict", is_flag=True, help="Refuse what is otherwise put right with a warning.")
@with_books(settles=False)
def import_command(
    books: Books,
    file: str,
    map_path: str,
    suggest_map: bool,
    on_error: str,
    dry_run: bool,
    update: bool,
    strict: bool,
) -> int:
    """Import orders, or what was done about them, from CSV, JSON lines or a workbook, as a map of the columns says.

    `-` reads standard input. All of it is checked before anything is written. Run again, it passes over what is there,
    by source_ref. What such a row says otherwise is named and counted as changed; with --update it is recorded.

    \b
    Examples:
      dispatchctl records import history.csv --suggest-map > map.yaml
      dispatchctl records import history.csv --map map.yaml --dry-run
      zcat history.csv.gz | dispatchctl records import - --map map.yaml --on-error skip
    """
    if suggest_map:
        return _print_suggestion(books, file, map_path)
    if not map_path:
        raise UsageFault("is missing", place="--map", hint="--suggest-map prints a first one")
    with show_progress(books.ws) as advance:
        try:
            outcome = import_history(
                books,
                file,
                map_path,
                skip_faults=on_error == "skip",
                dry_run=dry_run,
                update=update,
                strict=strict,
                advance=advance,
            )
        except BadData as error:
            if books.ws.quiet or not books.ws.form.tree or not error.faults:
                raise
            outcome = group_map_faults(error.faults)
    print_warnings(books)
    print_outcome(books.ws, outcome, file, stopped=on_error == "stop", dry=dry_run, update=update)
    if outcome.imported + outcome.updated <= sizes.ROWS_SETTLED:
        books.settle()
    return BAD_ROWS if outcome.groups else 0


def _print_suggestion(books: Books, file: str, map_path: str) -> int:
    from dispatchctl.desk.imports.suggestions import suggest_map  # asked for once a file

    found = suggest_map(books, file, load_import_map(books, map_path) if map_path else None)
    print_warnings(books)
    if find_format(books.ws.format).tree:
        services = [{"value": text, "rows": rows} for text, rows in found.services]
        emit(books.ws, [{"map": found.text, "services": services}], ("map",), single=True, ids="map")
    elif not books.ws.quiet:
        write_stdout(neutralise_text(found.text, "\n"))
    return 0


def show_progress(ws: Workspace) -> AbstractContextManager[Advance | None]:
    """A bar on a terminal's stderr, nothing elsewhere; what it yields is told how far the work is."""
    if ws.quiet or sys.stderr is None or not sys.stderr.isatty():
        return nullcontext(None)
    return ProgressBar()


class ProgressBar:
    """click's bar, of a length that is known only once the input is open."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.done = 0

    def __enter__(self) -> Advance:
        return self.advance

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.__exit__(*error)

    def advance(self, done: int, size: int) -> None:
        """Show that `done` of `size` bytes are worked through."""
        if self.bar is None:
            self.bar = click.progressbar(length=size, label="import", file=sys.stderr)
            self.bar.__enter__()
        self.bar.update(done - self.done)
        self.done = done


def print_outcome(ws: Workspace, outcome: Outcome, file: str, *, stopped: bool, dry: bool, update: bool) -> None:
    """The counts on stdout; faults and changes in json beside them, else on stderr, a line each."""
    item = describe_outcome(outcome, dry=dry)
    in_tree = find_format(ws.format).tree and not ws.fields
    if not in_tree:
        for line, hint in spell_faults(outcome.groups):
            tell(f"dispatchctl: {line}")
            for each in hint.splitlines():
                tell(f"hint: {each}")
        for change in outcome.changes[:SPELLED]:
            tell(f"{file}:{change.line}: {describe_change(change)}")
        if len(outcome.changes) > SPELLED:
            tell(f"and {len(outcome.changes) - SPELLED} more changed rows")
    if outcome.more:
        tell(f"and {outcome.more} more faults")
    if outcome.changed and not update:
        recorded = outcome.changed > len(outcome.changes) or any(not change.error for change in outcome.changes)
        way = "; --update records it" if recorded else ""
        tell(f"{outcome.changed} known rows say something else than is recorded{way}")
    if outcome.groups and stopped and not dry:
        tell("nothing was imported; --on-error skip imports the other rows")
    if not ws.quiet:
        emit_done(ws, [item], COUNTS, single=True, ids="read", keys=COUNTS)


def describe_change(change: RowChange) -> str:
    """`T1 is O-20261120-0001: service plumbing -> drain`."""
    told = "; ".join(f"{name} {ours or '-'} -> {theirs or '-'}" for name, ours, theirs in change.fields)
    return f"{change.ref} is {change.case}: {told}" + (f" ({change.error})" if change.error else "")
