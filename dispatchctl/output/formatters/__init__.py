"""How what is printed and written looks: a file for each format, found here by its name.

Layer: output. A further format is a further file in this folder, with its FORMAT, and its name in one of the two lists
below. These alone are read by every command; a format's own file is loaded when it is used, and heavy libraries only
where it writes.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dispatchctl.errors import UsageFault

if TYPE_CHECKING:
    from dispatchctl.output.files import Report
    from dispatchctl.output.layout import Item, Layout

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "yaml", "markdown")
FILE_FORMATS = ("html", "xlsx")  # made by a report, and only into a file


class Format:
    """One format; each says in a file of its own what is other than here.

    name: the module's. about: its line in `help formats`. endings: of files, with their dot, in lower case.
    people: chosen columns in words, else keys and values for programs. screen: for a terminal, with colours, and a
    plain line where that says it. tree: nested values stay nested. whole: what is no list is one document (`dump`).
    escapes: no control character of a text is left as it is. bullet: before a line of a nested list.
    encoding: of files where none was asked for. encodable: another one may be. sheet: a spreadsheet opens it, so texts
    that look like formulas are made harmless.
    """

    name = ""
    about = ""
    endings: tuple[str, ...] = ()
    people = screen = tree = whole = encodable = sheet = False
    escapes = True
    bullet = ""
    encoding = "utf-8"

    def format_items(
        self, items: "Sequence[Item]", keys: Sequence[str], *, single: bool = False, headers: bool = True
    ) -> str:
        """Items for programs, with these keys. single: the one item itself rather than a list of one."""
        raise self.refuse()

    def format_table(self, items: "Sequence[Item]", layout: "Layout") -> str:
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

    @property
    def only_file(self) -> bool:
        """It is never printed."""
        return self.name in FILE_FORMATS

    def refuse(self) -> UsageFault:
        """The error for one that prints nothing."""
        return UsageFault(
            f"{self.name} is written to a file only", place="--format", hint="name one: report ... -o FILE"
        )


def find_format(name: str) -> Format:
    """The format of one of FORMATS or FILE_FORMATS."""
    found: Format = import_module(f"{__name__}.{name}").FORMAT
    return found


def find_printed(name: str) -> Format:
    """The format of what goes to stdout. Raises UsageFault for one that only files have."""
    found = find_format(name)
    if found.only_file:
        raise found.refuse()
    return found


def list_formats() -> list[Format]:
    """All formats, those of files last."""
    return [find_format(name) for name in (*FORMATS, *FILE_FORMATS)]


def list_endings() -> dict[str, Format]:
    """The format of each ending of a file; those for programs first, as they are what is mostly written."""
    found = sorted(list_formats(), key=lambda each: (each.only_file, each.screen))
    return {ending: each for each in found for ending in each.endings}


def describe_formats() -> Iterator[str]:
    """The lines of `help formats`: names, and what they are; formats of which the same is told share one."""
    about: dict[str, list[str]] = {}
    for each in list_formats():
        about.setdefault(each.about, []).append(each.name)
    for text, names in about.items():
        yield f"{', '.join(names):<10} {text}"
