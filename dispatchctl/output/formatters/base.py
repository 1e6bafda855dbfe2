"""What a format is; each is a file of its own beside this one. Layer: output, above registers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatchctl.errors import UsageFault

if TYPE_CHECKING:  # programs' formats load nothing of what tables need
    from dispatchctl.output.layout import Layout
    from dispatchctl.output.report import Report

Item = Mapping[str, object]


class Format:
    """One format; each says in a file of its own what is other than here.

    name: the module's. about: its line in `help formats`. endings: of files, with their dot, in lower case.
    people: chosen columns in words, else keys and values for programs. screen: for a terminal, with colours, and a
    plain line where that says it. tree: nested values stay nested. whole: what is no list is one document (`dump`).
    escapes: no control character of a text is left as it is. bullet: before a line of a nested list.
    encoding: of files where none was asked for. encodable: another one may be. sheet: a spreadsheet opens it, so texts
    that look like formulas are made harmless. only_file: it is never printed.
    """

    name = ""
    about = ""
    endings: tuple[str, ...] = ()
    people = screen = tree = whole = encodable = sheet = only_file = False
    escapes = True
    bullet = ""
    encoding = "utf-8"

    def format_items(
        self, items: Sequence[Item], keys: Sequence[str], *, single: bool = False, headers: bool = True
    ) -> str:
        """Items for programs, with these keys. single: the one item itself rather than a list of one."""
        raise self.refuse()

    def format_table(self, items: Sequence[Item], layout: "Layout") -> str:
        """Items for people: "" where there are none. A single item is a list of its fields."""
        raise self.refuse()

    def dump(self, document: Any) -> str:
        """One document, whatever it is; of formats that are `whole`."""
        raise self.refuse()

    def head(self, title: str, level: int = 2) -> str:
        """The line above a table, with what parts it from the table. level: 1 or 2."""
        return f"{title}\n"

    def make_file(self, report: "Report") -> str | bytes:
        """What a file holds."""
        return self.format_items(report.rows, report.keys)

    def refuse(self) -> UsageFault:
        """The error for one that prints nothing."""
        return UsageFault(
            f"{self.name} is written to a file only", place="--format", hint="name one: report ... -o FILE"
        )
