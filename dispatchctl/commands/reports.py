"""The command `report`: a day, a week or a month added up, every figure open to its cases. Commands (PD-5.4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from dispatchctl.commands.results import print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.periods import Period as Stretch
from dispatchctl.desk.reporting import REPORTS, find_period, note_report, open_audit
from dispatchctl.errors import UsageFault
from dispatchctl.options import MONTH, output_options, pass_workspace
from dispatchctl.output.files import ENCODINGS, read_ending, write_output
from dispatchctl.output.formats import dump_json, dump_yaml, emit, format_data
from dispatchctl.output.labels import Column
from dispatchctl.output.terminal import tell, write_stdout
from dispatchctl.reports.documents import FLAT, Heading, Say, build_report, drill, find_measure, flatten_report
from dispatchctl.reports.measures import Item, Period
from dispatchctl.workspace import FILE_FORMATS, Workspace

TREES = ("json", "yaml")
SHEETS = ("csv", "tsv")
DRILLED = ("id", "instance", "counted")
COUNTED = Column("counted", "counts", "计入分子", "flag")
WORDED = ("state", "kind", "role", "stopped_by", "register")  # fields whose values have words on the registers' pages


@click.command("report")
@click.argument("kind", type=click.Choice(REPORTS))
@click.option("--month", type=MONTH, default=None, help="YYYY-MM, last or this.")
@click.option("--date", default="", metavar="DATE", help="A day of the period, or last.")
@click.option("--drill", "measure", default="", metavar="MEASURE", help="The cases that a figure is made of.")
@output_options
@click.option("--encoding", type=click.Choice(ENCODINGS), default=None, help="Of a csv, tsv or txt; utf-8-sig for csv.")
@click.option("--raw", is_flag=True, help="In a csv or xlsx, leave what looks like a formula as it is.")
@pass_workspace
def report(
    ws: Workspace, kind: str, month: str | None, date: str, measure: str, output: str | None, force: bool,
    encoding: str | None, raw: bool,
) -> None:  # fmt: skip
    """Add up a day, a week or a month; without a date, the one that holds now, up to now.

    \b
    Examples:
      dispatchctl report monthly --month last -o report.csv
      dispatchctl report monthly --month 2026-10 --drill on_time
    """
    form = read_ending(output) if output else ws.format
    check_options(form, output, encoding=encoding, raw=raw)
    books = Books(ws)
    books.refuse_faults()
    stretch = find_period(books, kind, month or "", date.strip())
    period, heading = describe_period(books, kind, stretch)
    version, _ = books.book.at(stretch.end - 1)
    name = find_measure(version.policy, measure) if measure else ""
    if name:
        document, items = drill(books.index.db, version.policy, name, period)
        rows: Sequence[Mapping[str, Any]] = describe_items(items, shorten=form in ("table", "markdown"))
        keys: Sequence[str] = DRILLED
    else:
        rest = "全部指标" if books.lang == "zh" else "All measures"
        document = build_report(books.index.db, version.policy, heading, period, name_values(books), rest)
        rows, keys = flatten_report(document), FLAT
    print_warnings(books)
    if output:
        content = format_file(ws, form, document, rows, keys, drilled=bool(name), raw=raw, encoding=encoding)
        hand_out(books, output, content, heading, name, len(rows), force=force)
    elif name:
        print_drilled(ws, document, items)
    else:
        print_report(ws, document, rows)
    books.settle()


def check_options(form: str, output: str | None, *, encoding: str | None, raw: bool) -> None:
    """UsageFault for a format that only files have, and for options that a format does not take."""
    if not output:
        if form in FILE_FORMATS:
            raise UsageFault(f"{form} is written to a file only", place="--format", hint="name one: -o report.html")
        if encoding or raw:
            raise UsageFault("goes with -o FILE", place="--encoding" if encoding else "--raw")
    elif encoding and form not in (*SHEETS, "table", "markdown"):
        raise UsageFault(f"{form} is UTF-8", place="--encoding")
    elif raw and form not in (*SHEETS, "xlsx"):
        raise UsageFault(f"has no meaning for {form}", place="--raw")


def describe_period(books: Books, kind: str, stretch: Stretch) -> tuple[Period, Heading]:
    """What the measures need to know of a period, and what stands above the report."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(books.timezone)

    def say(at: int) -> str:
        return datetime.fromtimestamp(at, zone).isoformat()

    last = datetime.fromtimestamp(max(stretch.start, stretch.end - 1), zone).date()
    days = (datetime.fromtimestamp(stretch.start, zone).date().isoformat(), (last + timedelta(days=1)).isoformat())
    version, before = books.book.at(max(stretch.start, stretch.end - 1))
    heading = Heading(kind, stretch.name, say(stretch.start), say(stretch.end), say(books.now), version.label, before)
    return Period(stretch.start, stretch.end, days, books.now), heading


def name_values(books: Books) -> Say:
    """(field, value) -> what people call it: titles of the rules, names of the staff, words of the registers."""
    from dispatchctl import registers
    from dispatchctl.output.labels import say_word

    titles = books.list_titles()

    def say(by: str, value: str) -> str:
        field = by.rpartition(".")[2]
        known = titles.get(field, {}).get(value)
        if known or field not in WORDED:
            return known or value
        words = (say_word(value, books.lang, registers.get(name)) for name in registers.NAMES)
        return next((word for word in words if word != value), value)

    return say


def describe_items(items: Sequence[Item], *, shorten: bool) -> list[dict[str, Any]]:
    """The cases behind a figure as rows; shorten: a second instance as ID/2, for people."""
    return [
        {"id": say_item(item) if shorten else item.id, "instance": item.instance, "counted": item.counted}
        for item in items
    ]


def say_item(item: Item) -> str:
    """`A-20261103-0001`, or `A-20261103-0001/2` for a clock that ran a second time."""
    return item.id if item.instance == 1 else f"{item.id}/{item.instance}"


def print_drilled(ws: Workspace, document: Mapping[str, Any], items: Sequence[Item]) -> None:
    """The cases behind a figure; for people and -q one id a line, of a ratio those that count."""
    if ws.format in TREES and not ws.quiet:
        write_stdout(dump_json(document) if ws.format == "json" else dump_yaml(document))
        return
    people = ws.format in ("table", "markdown") or ws.quiet
    shown = [item for item in items if item.counted] if ws.quiet else items
    columns: Sequence[str | Column] = ("id", COUNTED) if document["denominator"] is not None else ("id",)
    emit(ws, describe_items(shown, shorten=people), columns, keys=DRILLED)


def print_report(ws: Workspace, document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """The report on stdout: the document, its rows, or pages for people; with -q the measures' ids."""
    if ws.quiet:
        emit(ws, [{"id": name} for name in document["measures"]])
    elif ws.format in TREES:
        write_stdout(dump_json(document) if ws.format == "json" else dump_yaml(document))
    elif ws.format in ("table", "markdown") and not ws.fields and not ws.sort[0]:
        from dispatchctl.output.documents import format_report

        write_stdout(format_report(document, ws.format, ws.lang, ws.now(), headers=ws.headers))
    else:
        emit(ws, rows, keys=FLAT)


def format_file(
    ws: Workspace,
    form: str,
    document: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    *,
    drilled: bool,
    raw: bool,
    encoding: str | None,
) -> bytes:
    """The bytes of a file in the format that its ending names."""
    from dispatchctl.output.documents import format_report, write_html, write_xlsx

    if form == "xlsx":
        return write_xlsx(rows, keys, raw=raw)
    if form in SHEETS:
        text = format_data(form, rows, keys, headers=ws.headers, defuse=not raw)
    elif form in TREES:
        text = dump_json(document) if form == "json" else dump_yaml(document)
    elif form == "jsonl":
        text = format_data(form, rows, keys)
    elif drilled:
        text = "".join(f"{row['id']}\n" for row in rows)
    elif form == "html":
        text = write_html(document, ws.lang, ws.now())
    else:
        text = format_report(document, form, ws.lang, ws.now())
    return text.encode(encoding or ("utf-8-sig" if form in SHEETS else "utf-8"), "backslashreplace")


def hand_out(
    books: Books, output: str, content: bytes, heading: Heading, measure: str, rows: int, *, force: bool
) -> None:
    """Write the file, then its row in audit; whatever would refuse the row is found before the file is written."""
    present, actor = open_audit(books)
    write_output(output, content, records=books.folder.path, force=force)
    subject = f"{heading.report} {heading.period}" + (f" {measure}" if measure else "")
    note_report(present, actor, heading.report, heading.period, subject, rows, content)
    if present is not books:
        present.settle()
    tell(f"{output}: {rows} rows")
