"""A table or a list for a text document, as GitHub's markdown has them. Output."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dispatchctl.output.cells import say_cell, say_head
from dispatchctl.output.formatters.base import Format, Item
from dispatchctl.output.layout import Layout

if TYPE_CHECKING:
    from dispatchctl.output.report import Report


class Markdown(Format):
    """A table with bars, or of a single item a list of its fields."""

    name = "markdown"
    about = "a table for a text document"
    endings = (".md",)
    people = encodable = True
    bullet = "- "

    def format_table(self, items: Sequence[Item], layout: Layout) -> str:
        """See Format.format_table."""
        return dump_markdown(items, layout) if items else ""

    def head(self, title: str, level: int = 2) -> str:
        """See Format.head."""
        return f"{'#' * level} {title}\n\n"

    def make_file(self, report: "Report") -> str:
        """See Format.make_file."""
        from dispatchctl.output.report_layout import format_report

        return format_report(report.document, self, report.lang, report.now, pages=report.pages)


FORMAT = Markdown()


def dump_markdown(items: Sequence[Item], layout: Layout) -> str:
    """A table of GitHub's markdown; marks that would end a cell or start HTML are escaped."""
    heads = [_escape(say_head(column, layout.lang)) for column in layout.columns]
    if layout.single:
        lines = [
            f"- **{head}**: {_escape(say_cell(items[0].get(column.key), column, items[0], layout))}".rstrip()
            for head, column in zip(heads, layout.columns, strict=True)
        ]
        return "\n".join(lines) + "\n"
    marks = ["---:" if column.kind in ("number", "money") else "---" for column in layout.columns]
    lines = [_line(heads), _line(marks)] if layout.headers else []  # rows alone, to go on with a table
    for item in items:
        lines.append(
            _line([_escape(say_cell(item.get(column.key), column, item, layout)) for column in layout.columns])
        )
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escape(text: str) -> str:
    return re.sub(r"([\\|`*_\[\]])", r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")
