"""The rows of a report as a spreadsheet. Output (PD-5.4). Imports XlsxWriter where it writes."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from dispatchctl.errors import UsageFault
from dispatchctl.output.formatters.base import Format
from dispatchctl.output.formatters.csv import defuse_cell

if TYPE_CHECKING:
    from dispatchctl.output.report import Report


class Xlsx(Format):
    """One sheet, a heading and a line for each row."""

    name = "xlsx"
    about = "a report, into a file only"
    endings = (".xlsx",)
    sheet = only_file = True

    def make_file(self, report: "Report") -> bytes:
        """See Format.make_file."""
        return write_xlsx(report.rows, report.keys, raw=report.raw, numbers=report.numbers)


FORMAT = Xlsx()


def write_xlsx(
    items: Sequence[Mapping[str, Any]], keys: Sequence[str], *, raw: bool = False, numbers: Sequence[str] = ()
) -> bytes:
    """A spreadsheet of rows: every text as text, counts as numbers. UsageFault where the extra is not installed.

    numbers: keys whose texts are numbers too, where they are any: rows of older releases hold what they hold. raw:
    texts that begin like a formula stay as they are (they are text all the same).
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise UsageFault(
            "needs the extra xlsx", place="--output FILE.xlsx", hint="pip install 'dispatchctl[xlsx]', or write a .csv"
        ) from None
    from datetime import datetime
    from io import BytesIO

    file = BytesIO()
    book = Workbook(file, {"in_memory": True, "constant_memory": False})
    book.set_properties({"created": datetime(2000, 1, 1)})  # the same report is the same file
    sheet = book.add_worksheet()
    for column, key in enumerate(keys):
        sheet.write_string(0, column, key)
    for number, item in enumerate(items, 1):
        for column, key in enumerate(keys):
            value = item.get(key)
            if isinstance(value, bool):
                sheet.write_boolean(number, column, value)
            elif isinstance(value, int) or (value is not None and key in numbers and _is_number(value)):
                sheet.write_number(number, column, float(value))
            elif value is not None:
                sheet.write_string(number, column, str(value) if raw else defuse_cell(str(value)))
    book.close()
    return file.getvalue()


def _is_number(value: object) -> bool:
    try:
        return isfinite(float(str(value)))
    except ValueError:
        return False
