"""JSON, one item a line and nothing else. Output."""

from collections.abc import Sequence

from dispatchctl.output.formatters.base import Format, Item
from dispatchctl.output.formatters.json import dump_lines


class JsonLines(Format):
    """All keys of the items, nested as they are."""

    name = "jsonl"
    about = "one item a line and nothing else"
    endings = (".jsonl",)
    tree = True

    def format_items(
        self, items: Sequence[Item], keys: Sequence[str], *, single: bool = False, headers: bool = True
    ) -> str:
        """See Format.format_items."""
        return "".join(f"{line}\n" for line in dump_lines(items))


FORMAT = JsonLines()
