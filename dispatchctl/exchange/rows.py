"""Rows of a file that somebody else wrote: CSV, YAML, JSON or JSON lines, each with the place it stands. Exchange.

CSV is UTF-8 with or without a byte order mark. Nothing is typed: a value is the text that stands there.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dispatchctl.errors import BadData
from dispatchctl.exchange.inputs import open_input
from dispatchctl.exchange.layouts import find_misread, gather_foreign

LARGEST = 64 << 20  # bytes of a file of new orders; more is a matter for `records import`


def read_source(source: str) -> tuple[str, str]:
    """(text, how messages name it) of a file, or of standard input for `-`."""
    if source == "-":
        data, name = sys.stdin.buffer.read(LARGEST + 1), "standard input"
    else:
        name = source
        with open_input(source) as file:
            data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadData(f"is larger than {LARGEST >> 20} MiB", place=name, hint="use records import")
    try:
        return data.decode("utf-8-sig"), name
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadData("is not UTF-8", place=f"{name}:{line}", hint="save it as UTF-8, or use records import") from None


def read_rows(source: str, warn: Callable[[str], None]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, row) of each row; the form is told by the file's ending, else by how the text begins.

    warn is told where the text is rather of another encoding. BadData naming file and line for what is no row.
    """
    text, name = read_source(source)
    line, foreign = gather_foreign(f"{each}\n".encode() for each in text.split("\n"))
    found = find_misread(foreign)
    if found is not None:
        ours, theirs = found
        warn(
            f"{name}:{line}: read as UTF-8, in which it says {ours!r}; GB 18030 would say {theirs!r}:"
            " if that is right, save it in UTF-8, or use records import"
        )
    form = find_form(name, text)
    if form == "csv":
        yield from _read_csv(text, name)
    elif form == "jsonl":
        yield from _read_json_lines(text, name)
    else:
        yield from _read_documents(text, name, form)


def find_form(name: str, text: str) -> str:
    """csv, json, jsonl or yaml."""
    ending = name.rpartition(".")[2].lower()
    known = {"csv": "csv", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl", "yaml": "yaml", "yml": "yaml"}
    if ending in known:
        return known[ending]
    start = text.lstrip()
    if start.startswith("["):
        return "json"
    if start.startswith("{"):
        return "jsonl" if "\n{" in start.strip() else "json"
    if start.startswith("- ") or start.startswith("-\n"):
        return "yaml"
    return "csv"


def _read_csv(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    import csv
    import io

    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, None)
        if not header:
            return
        header = [column.strip() for column in header]
        repeated = {column for column in header if header.count(column) > 1}
        if repeated:
            raise BadData(f"the column {min(repeated)!r} stands twice", place=f"{name}:1")
        line = reader.line_num + 1
        for cells in reader:
            place, line = f"{name}:{line}", reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise BadData(f"has {len(cells)} columns, the header {len(header)}", place=place)
            yield place, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise BadData(str(error), place=f"{name}:{reader.line_num}") from None


def _read_json_lines(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = _load_json(line)
        except (ValueError, RecursionError) as error:
            raise BadData(f"is not JSON: {getattr(error, 'msg', error)}", place=f"{name}:{number}") from None
        yield f"{name}:{number}", _check_row(row, f"{name}:{number}")


def _read_documents(text: str, name: str, form: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if form == "json":
        try:
            document = _load_json(text)
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 0)
            raise BadData(
                f"is not JSON: {getattr(error, 'msg', error)}", place=f"{name}:{line}" if line else name
            ) from None
        rows = document if isinstance(document, list) else [document]
        for number, row in enumerate(rows, 1):
            yield f"{name}#{number}", _check_row(row, f"{name}#{number}")
        return
    from dispatchctl.policy.loading import LIST, load_tree

    tree, faults = load_tree(text.encode(), name, LARGEST)
    if faults or tree is None:
        raise BadData.of(faults)
    for node in tree.items if tree.kind == LIST else (tree,):
        yield f"{name}:{node.line}", _check_row(_as_plain(node), f"{name}:{node.line}")


def _load_json(text: str) -> Any:
    """A document of JSON, its numbers as text."""
    import json

    return json.loads(text, object_pairs_hook=_pair, parse_float=_spell, parse_int=str, parse_constant=str)


def _spell(number: str) -> str:
    """A number with a point or an exponent as Python writes it, by which a line that was taken is known again.

    One that would come out as another, or as none, stands as it is.
    """
    from decimal import Decimal

    spelled = str(float(number))
    return spelled if Decimal(spelled) == Decimal(number) else number


def _pair(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; ValueError for a name that stands twice, of which one value would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found


def _as_plain(node: Any) -> Any:
    """A node of a YAML tree as text, list or dict."""
    if node.kind == "list":
        return [_as_plain(item) for item in node.items]
    if node.kind == "map":
        return {key.text: _as_plain(value) for key, value in node.pairs}
    return node.text


def _check_row(row: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise BadData("is not a row of named fields", place=place)
    return row
