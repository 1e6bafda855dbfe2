"""A list of items, or one, printed as was asked: the chosen keys, sorted, in the format of the workspace.

Layer: output, above registers. Items are mappings whose times are ISO 8601 text already; what a program reads keeps
every key under its own name, what a person reads shows the chosen columns in the language asked for.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dispatchctl.errors import UsageFault
from dispatchctl.output.terminal import neutralise_text, write_stdout
from dispatchctl.registers.page import Register

if TYPE_CHECKING:  # what only types need, and what only tables do: scripts ask for ids and JSON
    from dispatchctl.output.formatters.base import Item
    from dispatchctl.output.labels import Column
    from dispatchctl.output.printing import Printing


def emit(
    workspace: "Printing",
    items: "Sequence[Item]",
    columns: "Sequence[str | Column]" = (),
    *,
    single: bool = False,
    ids: str = "id",
    page: Register | None = None,
    keys: Sequence[str] = (),
    in_order: bool = False,
) -> None:
    """Print items to stdout as the workspace says: ids only with -q, else in its format, with --fields and --sort.

    columns: the default ones of formats for people; the other formats have all keys. single: the one item itself
    rather than a list of one. ids: the key that -q prints. page: the register's, where all items are of one. keys: all
    keys, for an empty list. in_order: the items are sorted already as --sort asked.
    Raises UsageFault for an unknown field or a format that only files have.
    """
    form = None if workspace.quiet else workspace.form
    chosen, order = workspace.fields, ("", False) if in_order else workspace.sort
    all_keys: Sequence[str] = ()
    if chosen or order[0] or (form and not form.tree):
        all_keys = collect_keys(
            items, keys or [column if isinstance(column, str) else column.key for column in columns]
        )
        items = sort_items(items, order, all_keys, page)
        for key in chosen:
            check_key(key, all_keys, "--fields")
    if form is None:
        write_stdout("".join(f"{neutralise_text(str(item[ids]))}\n" for item in items if item.get(ids) is not None))
        return
    if form.people:
        from dispatchctl.output.labels import Column, find_column
        from dispatchctl.output.layout import Layout

        shown = tuple(
            column if isinstance(column, Column) else find_column(column, page)
            for column in chosen or columns or all_keys
        )
        color = form.screen and workspace.use_color(sys.stdout)
        now = workspace.shown_at() if items else 0
        titles = workspace.titles if items else {}
        layout = Layout(
            shown, workspace.lang, now, workspace.headers, single, page, color, titles=titles, pages=workspace.pages
        )
        write_stdout(form.format_table(items, layout))
        return
    if chosen:
        items = [{key: item.get(key) for key in chosen} for item in items]
    text = form.format_items(items, chosen or all_keys, single=single, headers=workspace.headers)
    # A pipe gets every character as it is; a terminal would obey some of them.
    write_stdout(neutralise_text(text, "\n\t") if not form.escapes and sys.stdout.isatty() else text)


def collect_keys(items: "Sequence[Item]", default: Sequence[str] = ()) -> list[str]:
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
    raise UsageFault(f"no such field: {key if len(key) <= 60 else key[:60] + '…'}", place=option, hint=hint)


def sort_items(
    items: "Sequence[Item]", order: tuple[str, bool], keys: Sequence[str], page: Register | None = None
) -> "Sequence[Item]":
    """The items by (key, descending), stable, without a value last; ("", False) leaves them as they are.

    Money and numbers go by their value, other texts by their characters. Raises UsageFault for a key not in `keys`.
    """
    key, descending = order
    if not key:
        return items
    check_key(key, keys, "--sort")
    from dispatchctl.output.labels import find_column

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
