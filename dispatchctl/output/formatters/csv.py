"""Comma-separated values, as RFC 4180 says, with LF. Output."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dispatchctl.output.formatters.base import Format, Item

if TYPE_CHECKING:
    from dispatchctl.output.report import Report

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Csv(Format):
    """A heading and a line for each item; what is nested is a text in its cell."""

    name = "csv"
    about = "a heading and one item a line, quoted as RFC 4180 says; --no-headers leaves the heading out"
    endings: tuple[str, ...] = (".csv",)
    encodable = sheet = True
    escapes = False  # what a program reads is exact
    encoding = "utf-8-sig"  # without its mark a spreadsheet takes the file for one in the machine's old encoding
    separator = ","

    def format_items(
        self, items: Sequence[Item], keys: Sequence[str], *, single: bool = False, headers: bool = True
    ) -> str:
        """See Format.format_items."""
        return dump_csv(items, keys, self.separator, headers=headers)

    def make_file(self, report: "Report") -> str:
        """See Format.make_file."""
        return dump_csv(report.rows, report.keys, self.separator, headers=report.headers, defuse=not report.raw)


FORMAT = Csv()


def defuse_cell(text: str) -> str:
    """A text that a spreadsheet would take for a formula, made harmless by an apostrophe (OWASP, CSV injection)."""
    return "'" + text if text.startswith(FORMULA) else text


def _flatten(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and not any(isinstance(part, Mapping | list | tuple) for part in value):
        return ";".join(_flatten(part).replace("\\", "\\\\").replace(";", "\\;") for part in value)
    if isinstance(value, Mapping | list | tuple):
        from dispatchctl.output.formatters.json import dump_lines

        return dump_lines([value])[0]  # type: ignore[list-item]  # a list nested in a cell is JSON too
    return str(value)


def dump_csv(
    items: Sequence[Item], keys: Sequence[str], separator: str = ",", *, headers: bool = True, defuse: bool = False
) -> str:
    """RFC 4180 with LF: a heading, then the items. Lists are joined by `;`, nested values are JSON, null is empty."""
    needs_quotes = re.compile(f'[{separator}"\r\n]').search
    rows: list[list[str]] = [list(keys)] if headers else []
    for item in items:
        # numbers are no formulas: only texts are defused, or -5 would become a text itself
        rows.append(
            [
                defuse_cell(_flatten(value)) if defuse and not isinstance(value, int | float) else _flatten(value)
                for value in (item.get(key) for key in keys)
            ]
        )
    lines = []
    for row in rows:
        cells = ['"' + cell.replace('"', '""') + '"' if needs_quotes(cell) else cell for cell in row]
        line = separator.join(cells)
        lines.append(line if line or len(row) != 1 else '""')  # an empty line would be read as no row at all
    return "".join(f"{line}\n" for line in lines)
