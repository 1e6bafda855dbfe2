"""How what is printed and written looks: a file for each format, found here by its name.

Layer: output. A further format is a further file in this folder, with its FORMAT, and its name in one of the two lists
below. These alone are read by every command; a format's own file is loaded when it is used, and heavy libraries only
where it writes.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatchctl.output.formatters.base import Format

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "yaml", "markdown")
FILE_FORMATS = ("html", "xlsx")  # made by a report, and only into a file


def find_format(name: str) -> "Format":
    """The format of one of FORMATS or FILE_FORMATS."""
    found: Format = import_module(f"{__name__}.{name}").FORMAT
    return found


def find_printed(name: str) -> "Format":
    """The format of what goes to stdout. Raises UsageFault for one that only files have."""
    found = find_format(name)
    if found.only_file:
        raise found.refuse()
    return found


def list_formats() -> "list[Format]":
    """All formats, those of files last."""
    return [find_format(name) for name in (*FORMATS, *FILE_FORMATS)]


def list_endings() -> "dict[str, Format]":
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
