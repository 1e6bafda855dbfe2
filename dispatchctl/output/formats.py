"""A list of items, or one, as json, jsonl, csv, tsv, yaml, markdown or a table, and files written whole or not at all.

Layer: output, above registers. Items are mappings whose times are ISO 8601 text already; what a program reads keeps
every key under its own name, what a person reads shows the chosen columns in the language asked for.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dispatchctl.errors import UsageFault
from dispatchctl.output.labels import Column, find_column
from dispatchctl.output.layout import Item, Layout, Printing
from dispatchctl.output.terminal import neutralise_text, write_stdout
from dispatchctl.registers.page import Register

# Legal in JSON as they are, but not on a terminal; inside a document they can only stand in a text.
UNPRINTED = "[\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def emit(
    workspace: Printing,
    items: Sequence[Item],
    columns: Sequence[str | Column] = (),
    *,
    single: bool = False,
    ids: str = "id",
    page: Register | None = None,
    keys: Sequence[str] = (),
    in_order: bool = False,
) -> None:
    """Print items to stdout as the workspace says: ids only with -q, else in its format, with --fields and --sort.

    columns: the default columns of table and markdown; the other formats have all keys. single: the one item itself
    rather than a list of one. ids: the key that -q prints. page: the register's, where all items are of one. keys: all
    keys, for an empty list. in_order: the items are sorted already as --sort asked. Raises UsageFault for an unknown
    field or a format that only files have.
    """
    form, chosen, order = workspace.format, workspace.fields, ("", False) if in_order else workspace.sort
    if workspace.quiet:
        chosen = ()
    all_keys: Sequence[str] = ()
    if chosen or order[0] or not (workspace.quiet or form in ("json", "jsonl", "yaml")):
        all_keys = list_keys(items, keys or [column if isinstance(column, str) else column.key for column in columns])
        items = sort_items(items, order, all_keys, page)
        for key in chosen:
            check_key(key, all_keys, "--fields")
    if workspace.quiet:
        write_stdout("".join(f"{neutralise_text(str(item[ids]))}\n" for item in items if item.get(ids) is not None))
        return
    if form in ("table", "markdown"):
        shown = tuple(
            column if isinstance(column, Column) else find_column(column, page)
            for column in chosen or columns or all_keys
        )
        color = form == "table" and workspace.use_color(sys.stdout)
        now = workspace.now() if items else 0
        titles = workspace.titles if items else {}
        layout = Layout(shown, workspace.lang, now, workspace.headers, single, page, color, titles=titles)
        write_stdout(format_people(form, items, layout))
        return
    if chosen:
        items = [{key: item.get(key) for key in chosen} for item in items]
    text = format_data(form, items, chosen or all_keys, single=single, headers=workspace.headers)
    # A pipe gets every character as it is; a terminal would obey some of them.
    write_stdout(neutralise_text(text, "\n\t") if form in ("csv", "tsv") and sys.stdout.isatty() else text)


def list_keys(items: Sequence[Item], default: Sequence[str] = ()) -> list[str]:
    """All keys of the items in the order they first appear; `default` where there are no items."""
    if not items:
        return list(default)
    first = items[0].keys()
    keys = dict.fromkeys(first)
    for item in items:
        if item.keys() != first:
            keys.update(dict.fromkeys(item))
    return list(keys)


def check_key(key: str, keys: Sequence[str], option: str) -> None:
    """Raise UsageFault with the nearest names unless `key` is one of `keys`."""
    if key in keys:
        return
    from difflib import get_close_matches

    near = get_close_matches(key, keys, 3)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(keys)}"
    raise UsageFault(f"no such field: {key}", place=option, hint=hint)


def sort_items(
    items: Sequence[Item], order: tuple[str, bool], keys: Sequence[str], page: Register | None = None
) -> Sequence[Item]:
    """The items by (key, descending), stable, without a value last; ("", False) leaves them as they are.

    Money and numbers go by their value, other texts by their characters. Raises UsageFault for a key not in `keys`.
    """
    key, descending = order
    if not key:
        return items
    check_key(key, keys, "--sort")
    filled = [item for item in items if item.get(key) is not None]
    by_number = find_column(key, page).kind in ("money", "number", "duration")
    filled.sort(key=lambda item: _rank(item[key], by_number), reverse=descending)
    return filled + [item for item in items if item.get(key) is None]


def _rank(value: object, by_number: bool) -> tuple[int, float, str]:
    if isinstance(value, bool | int | float):
        return 0, value, ""
    if by_number:
        try:
            return 0, float(str(value)), ""
        except ValueError:
            pass
    return 1, 0, str(value)


def format_data(
    form: str,
    items: Sequence[Item],
    keys: Sequence[str],
    *,
    single: bool = False,
    headers: bool = True,
    defuse: bool = False,
) -> str:
    """Items in a format for programs: json, jsonl, csv, tsv or yaml. `defuse` is for csv that goes into a file."""
    if form == "json":
        return dump_json(items[0] if single and items else None if single else items)
    if form == "jsonl":
        return "".join(f"{line}\n" for line in dump_lines(items))
    if form in ("csv", "tsv"):
        return dump_csv(items, keys, "," if form == "csv" else "\t", headers=headers, defuse=defuse)
    if form == "yaml":
        return dump_yaml(items[0] if single and items else list(items))
    raise UsageFault(f"{form} is written to a file only", place="--format", hint="name one: report ... -o FILE")


def _escape_unprinted(line: str) -> str:
    return line if line.isprintable() else re.sub(UNPRINTED, lambda hit: f"\\u{ord(hit[0]):04x}", line)


def dump_lines(items: Sequence[Item]) -> list[str]:
    """Each item as one line of JSON. Control characters are escaped, so a terminal shows them; the text is the same."""
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_encode_other).encode
    lines = [encode(item) for item in items]
    # one look at everything is cheaper than one at each line, and is mostly enough
    return lines if "".join(lines).isprintable() else [_escape_unprinted(line) for line in lines]


def _encode_other(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)  # Decimal: a decimal string


def dump_json(document: object) -> str:
    """One JSON document with a newline: a list has one item a line, anything else is indented."""
    if isinstance(document, Sequence) and not isinstance(document, str):
        return "[\n" + ",\n".join(dump_lines(document)) + "\n]\n" if document else "[]\n"
    text = json.dumps(document, ensure_ascii=False, indent=2, default=_encode_other)
    return "\n".join(_escape_unprinted(line) for line in text.split("\n")) + "\n"


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


def dump_yaml(document: object) -> str:
    """Safe YAML, keys in their order; a text with control characters is quoted and has them escaped."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]  # its base is known at run time only
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def represent(dumper: Any, text: str) -> Any:
        style = None if text.isprintable() or not re.search(UNPRINTED, text) else '"'
        clean = re.sub("[\ud800-\udfff]", lambda hit: f"\\u{ord(hit[0]):04x}", text)
        return dumper.represent_scalar("tag:yaml.org,2002:str", clean, style=style)

    Dumper.add_representer(str, represent)
    plain = json.loads(json.dumps(document, default=_encode_other))
    text: str = yaml.dump(
        plain, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1 << 30, default_flow_style=False
    )
    return re.sub(UNPRINTED, lambda hit: f"\\u{ord(hit[0]):04X}", text)


def format_people(form: str, items: Sequence[Item], layout: Layout) -> str:
    """Items as a table or as markdown: "" where there are none. A single item is a list of its fields."""
    if not items:
        return ""
    from dispatchctl.output.tables import dump_markdown, dump_table

    write: Callable[[Sequence[Item], Layout], str] = dump_markdown if form == "markdown" else dump_table
    return write(items, layout)
