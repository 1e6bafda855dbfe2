"""The command `report`: a day, a week or a month added up, every figure open to its cases. Commands (PD-5.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_warnings
from dispatchctl.desk.audit import find_obstacle_to_audit, note_report, open_audit
from dispatchctl.desk.books import Books
from dispatchctl.desk.months.reports import drill_figure, report_period
from dispatchctl.desk.periods import REPORTS
from dispatchctl.desk.windows import holds_people
from dispatchctl.errors import UsageFault
from dispatchctl.options import DAY, MEASURE, MONTH, NOT_GIVEN, STAFF, OneOf, command, output_options
from dispatchctl.output.files import ENCODINGS, prepare_output, read_ending, write_output
from dispatchctl.output.formats import emit
from dispatchctl.output.formatters import find_format
from dispatchctl.output.formatters.base import Format
from dispatchctl.output.labels import Column
from dispatchctl.output.report import Report
from dispatchctl.output.terminal import tell, write_stdout
from dispatchctl.reports.documents import FIGURES, FLAT, Heading, Say, flatten_report
from dispatchctl.reports.measures import Item
from dispatchctl.workspace import Workspace

REST = ("All measures", "全部指标")
DRILLED = Item._fields
DRILLED_NUMBERS = ("amount",)
COUNTED = Column("counted", "counts", "计入分子", "flag")
#: fields whose values have words on the registers' pages, or among the labels
WORDED = (
    *("state", "kind", "role", "stopped_by", "register", "severity", "severity_reasons", "validity", "outcome"),
    *("follow_up", "method", "check"),
)


@command("report")
@click.argument("kind", type=OneOf(REPORTS))
@click.option("--month", type=MONTH, default=None, help="YYYY-MM, last or this.")
@click.option("--date", type=DAY, default=NOT_GIVEN, help="A day of the period, or last.")
@click.option("--drill", "measure", type=MEASURE, default=NOT_GIVEN, help="The cases that a figure is made of.")
@click.option("--person", type=STAFF, default=NOT_GIVEN, help="With --drill: only the cases of this person.")
@output_options
@click.option("--encoding", type=OneOf(ENCODINGS), default=None, help="Of a csv, tsv or txt; utf-8-sig for csv.")
@click.option("--raw", is_flag=True, help="In a csv or xlsx, leave what looks like a formula as it is.")
@with_books(judges=True)
def report(
    books: Books, kind: str, month: str | None, date: str, measure: str, person: str, output: str | None, force: bool,
    encoding: str | None, raw: bool,
) -> None:  # fmt: skip
    """Add up a day, a week or a month; without a date, the one that holds now, up to now.

    The reports on satisfaction, complaints and staff are of a month. What stands in a report is for the rules to say
    (reports, in policies.yaml), also what stands beside it: the whole month before and the same month a year before;
    of a week the week before and the one 52 weeks before, of a day the day before and the same date a year before.

    \b
    Examples:
      dispatchctl report monthly --month last -o report.csv
      dispatchctl report complaints --month last
      dispatchctl report monthly --month 2026-10 --drill on_time --person s05
    """
    if person and not measure:
        raise UsageFault("goes with --drill MEASURE", place="--person")
    form = find_format(read_ending(output) if output else books.ws.format)
    check_options(form, output, encoding=encoding, raw=raw)
    if output:
        check_unused(books.ws, form)
    named = (kind, month or "", date.strip())
    if measure:
        found = drill_figure(books, *named, measure, person)
        rows: Sequence[Mapping[str, Any]] = describe_items(found.items, shorten=form.people)
        keys: Sequence[str] = DRILLED
    else:
        found = report_period(books, *named, name_values, rest=lambda then: REST[then.lang == "zh"])
        rows, keys = flatten_report(found.document), FLAT
    print_warnings(found.books)
    if output:
        content = format_file(
            found.books.ws, form, found.document, rows, keys, drilled=bool(found.measure), raw=raw, encoding=encoding
        )
        hand_out(found.books, output, content, found.heading, found.measure, len(rows), force=force)
    elif found.measure:
        print_drilled(found.books.ws, found.document, found.items)
    else:
        print_report(found.books.ws, found.document, rows)


def check_options(form: Format, output: str | None, *, encoding: str | None, raw: bool) -> None:
    """UsageFault for a format that only files have, and for options that a format does not take."""
    if not output:
        if form.only_file:
            raise UsageFault(
                f"{form.name} is written to a file only", place="--format", hint="name one: -o report.html"
            )
        if encoding or raw:
            raise UsageFault("goes with -o FILE", place="--encoding" if encoding else "--raw")
    elif encoding and not form.encodable:
        raise UsageFault(f"{form.name} is UTF-8", place="--encoding")
    elif raw and not form.sheet:
        raise UsageFault(f"has no meaning for {form.name}", place="--raw")


def check_unused(ws: Workspace, form: Format) -> None:
    """UsageFault for what was asked of the screen where a file is written: a file holds all, as its ending says."""
    for option, given in (("--fields", ws.fields), ("--sort", ws.sort[0])):
        if given:
            raise UsageFault("goes with what is printed, not with -o FILE", place=option)
    wanted = ws.given.get("format")
    if wanted and wanted != form.name:
        raise UsageFault(f"{wanted} is not what the ending of -o FILE says: {form.name}", place="--format")


def name_values(books: Books) -> Say:
    """(field, value) -> what people call it: titles of the rules, names of the staff, words of the registers."""
    from dispatchctl.output.labels import say_word

    titles = books.list_titles()
    names = titles["by"]

    def say(by: str, value: str) -> str:
        field = by.rpartition(".")[2]
        known = titles.get(field, {}).get(value)
        if known:
            return known
        if field not in WORDED:
            return names.get(value) or value if holds_people(books, field) else value
        words = (say_word(value, books.lang, books.pages.get(name)) for name in books.pages.names)
        return next((word for word in words if word != value), value)

    return say


def describe_items(items: Sequence[Item], *, shorten: bool) -> list[dict[str, Any]]:
    """The cases behind a figure as rows; shorten: a second instance as ID/2, for people."""
    return [dict(zip(DRILLED, (say_item(item) if shorten else item.id, *item[1:]), strict=True)) for item in items]


def say_item(item: Item) -> str:
    """`A-20261103-0001`, or `A-20261103-0001/2` for a clock that ran a second time."""
    return item.id if item.instance == 1 else f"{item.id}/{item.instance}"


def print_drilled(ws: Workspace, document: Mapping[str, Any], items: Sequence[Item]) -> None:
    """The cases behind a figure; for people and -q one id a line, of a ratio those that count."""
    if not ws.quiet and ws.form.whole:
        write_stdout(ws.form.dump(document))
        return
    people = ws.quiet or ws.form.people
    shown = [item for item in items if item.counted] if ws.quiet else items
    columns: list[str | Column] = ["id"]
    columns += ["ref"] if any(item.ref is not None for item in items) else []
    if any(item.amount is not None for item in items):  # each of them counts
        columns.append("amount")
    elif document["denominator"] is not None:
        columns.append(COUNTED)
    emit(ws, describe_items(shown, shorten=people), columns, keys=DRILLED)


def print_report(ws: Workspace, document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """The report on stdout: the document, its rows, or pages for people; with -q the measures' ids."""
    if ws.quiet:
        emit(ws, [{"id": name} for name in document["measures"]])
    elif ws.form.whole:
        write_stdout(ws.form.dump(document))
    elif ws.form.people and not ws.fields and not ws.sort[0]:
        from dispatchctl.output.report_layout import format_report

        write_stdout(format_report(document, ws.form, ws.lang, ws.shown_at(), headers=ws.headers, pages=ws.pages))
    else:
        emit(ws, rows, keys=FLAT)


def format_file(
    ws: Workspace,
    form: Format,
    document: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    *,
    drilled: bool,
    raw: bool,
    encoding: str | None,
) -> bytes:
    """The bytes of a file in the format that its ending names; for people, the cases behind a figure are their ids."""
    content: str | bytes
    numbers = DRILLED_NUMBERS if drilled else FIGURES
    if drilled and form.people:
        content = "".join(f"{row['id']}\n" for row in rows)
    else:
        content = form.make_file(
            Report(document, rows, keys, ws.lang, ws.shown_at(), ws.headers, raw, ws.pages, numbers)
        )
    if isinstance(content, bytes):
        return content
    return content.encode(encoding or form.encoding, "backslashreplace")


def hand_out(
    books: Books, output: str, content: bytes, heading: Heading, measure: str, rows: int, *, force: bool
) -> None:
    """Write the file and its row in audit: a file that cannot be written leaves no row, and no file is without one.

    Where nobody could keep a row, because the folder can only be read, the file is written and that is said.
    """
    obstacle = find_obstacle_to_audit(books)
    if obstacle:
        write_output(output, content, records=books.folder.path, force=force)
        tell(f"warning: {obstacle}: audit keeps no row of this report")
        tell(f"{output}: {rows} rows")
        return
    present, actor = open_audit(books)
    subject = f"{heading.report} {heading.period}" + (f" {measure}" if measure else "")
    with prepare_output(output, content, records=books.folder.path, force=force):
        note_report(present, actor, heading.report, heading.period, subject, rows, content)
    if present is not books:
        present.settle()
    tell(f"{output}: {rows} rows")
