"""A table on a screen: columns in line whatever the script. Output.

Imports tabulate and wcwidth, which only those who read a table pay for.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dispatchctl.output.cells import cut_cell, say_cell, say_head
from dispatchctl.output.formatters.base import Format, Item
from dispatchctl.output.layout import Layout

if TYPE_CHECKING:
    from dispatchctl.output.report import Report

RED, BOLD, PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"


class Table(Format):
    """Columns in line, or of a single item a line for each field."""

    name = "table"
    about = "for people, in the language of --lang (default)"
    endings = (".txt",)
    people = screen = encodable = True

    def format_table(self, items: Sequence[Item], layout: Layout) -> str:
        """See Format.format_table."""
        return dump_table(items, layout) if items else ""

    def make_file(self, report: "Report") -> str:
        """See Format.make_file."""
        from dispatchctl.output.report_layout import format_report

        return format_report(report.document, self, report.lang, report.now, pages=report.pages)


FORMAT = Table()


def dump_table(items: Sequence[Item], layout: Layout) -> str:
    """Columns in line for a monospaced screen; a single item has a line for each field."""
    from tabulate import tabulate

    heads = [say_head(column, layout.lang) for column in layout.columns]
    if layout.single:
        rows = [
            [head, say_cell(items[0].get(column.key), column, items[0], layout)]
            for head, column in zip(heads, layout.columns, strict=True)
        ]
        if layout.color:
            rows = [[f"{BOLD}{head}{PLAIN}", cell] for head, cell in rows]
        return _trim(tabulate(rows, tablefmt="plain", disable_numparse=True))
    rows = []
    for item in items:
        row = []
        for column in layout.columns:
            value = item.get(column.key)
            cell = (
                cut_cell(say_cell(value, column, item, layout))
                if layout.shorten
                else say_cell(value, column, item, layout)
            )
            late = layout.color and column.key == "late_seconds" and isinstance(value, int) and value > 0
            row.append(f"{RED}{cell}{PLAIN}" if late else cell)
        rows.append(row)
    right = [("right" if column.kind in ("number", "money") else "left") for column in layout.columns]
    if layout.color:
        heads = [f"{BOLD}{head}{PLAIN}" for head in heads]
    text = tabulate(
        rows,
        headers=heads if layout.headers else (),
        tablefmt="simple" if layout.headers else "plain",
        disable_numparse=True,
        colalign=right,
    )
    return _trim(text)


def _trim(text: str) -> str:
    return "".join(line.rstrip(" ") + "\n" for line in text.split("\n"))
