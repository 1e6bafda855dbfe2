"""One JSON document: a list has an item a line. Output."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatchctl.output.formatters.base import Format, Item

if TYPE_CHECKING:
    from dispatchctl.output.report import Report

# Legal in JSON as they are, but not on a terminal; inside a document they can only stand in a text.
UNPRINTED = "[\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"


class Json(Format):
    """All keys of the items, nested as they are."""

    name = "json"
    about = "one document; a list has one item a line"
    endings = (".json",)
    tree = whole = True

    def format_items(
        self, items: Sequence[Item], keys: Sequence[str], *, single: bool = False, headers: bool = True
    ) -> str:
        """See Format.format_items."""
        return dump_json(items[0] if single and items else None if single else items)

    def dump(self, document: Any) -> str:
        """See Format.dump."""
        return dump_json(document)

    def make_file(self, report: "Report") -> str:
        """See Format.make_file."""
        return dump_json(report.document)


FORMAT = Json()


def _escape_unprinted(line: str) -> str:
    return line if line.isprintable() else re.sub(UNPRINTED, lambda hit: f"\\u{ord(hit[0]):04x}", line)


def dump_lines(items: Sequence[Item]) -> list[str]:
    """Each item as one line of JSON. Control characters are escaped, so a terminal shows them; the text is the same."""
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=encode_other).encode
    lines = [encode(item) for item in items]
    # one look at everything is cheaper than one at each line, and is mostly enough
    return lines if "".join(lines).isprintable() else [_escape_unprinted(line) for line in lines]


def encode_other(value: object) -> object:
    """What JSON has no form of: any mapping as a dict, a set as a sorted list, else (money) the text."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def dump_json(document: object) -> str:
    """One JSON document with a newline: a list has one item a line, anything else is indented."""
    if isinstance(document, Sequence) and not isinstance(document, str):
        return "[\n" + ",\n".join(dump_lines(document)) + "\n]\n" if document else "[]\n"
    text = json.dumps(document, ensure_ascii=False, indent=2, default=encode_other)
    return "\n".join(_escape_unprinted(line) for line in text.split("\n")) + "\n"
