"""Printing what a writing command did, and its exit code. Layer: commands -> output.

What stands on stdout has been recorded; refusals, replays and warnings go to stderr.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatchctl.desk.books import Books
from dispatchctl.errors import Fault, UsageFault
from dispatchctl.output.formats import emit
from dispatchctl.output.terminal import neutralise_text, tell, write_stdout
from dispatchctl.workspace import Workspace

if TYPE_CHECKING:
    from dispatchctl.desk.recording import Done, Refusal
    from dispatchctl.output.labels import Column

REFUSED = 4
BAD_ROWS = 5
NAMED = 60  # characters of what a refusal is about
FAULT_KEYS = ("file", "line", "column", "code", "message", "allowed", "hint")


def print_results(
    books: Books,
    items: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    refused: "Sequence[Refusal]" = (),
    single: bool = True,
    ids: str = "id",
    keys: Sequence[str] = (),
    register: str = "",
    bad_rows: bool = False,
) -> int:
    """Print the items, then the refusals on stderr; the exit code: 0, 4 where an item was refused, 5 for bad rows.

    single: one item is printed as itself rather than as a list of one. register: whose words a table uses.
    """
    one = single and len(items) == 1
    try:
        if items or not refused:
            page = books.pages.get(register) if register else None
            print_items(books, items, columns, single=one, ids=ids, keys=keys, page=page)
    finally:
        tell_refusals(refused)
    if not refused:
        return 0
    return BAD_ROWS if bad_rows else REFUSED


def tell_refusals(refused: "Sequence[Refusal]") -> None:
    """Say on stderr what was refused, a line each, and its hint below it."""
    if refused:
        from dispatchctl.commands.spoken import say_hint
    for refusal in refused:
        named = str(refusal.error).startswith(f"{refusal.item}: ")
        item = refusal.item if len(refusal.item) <= NAMED else f"{refusal.item[:NAMED]}…"
        tell(f"dispatchctl: {refusal.error}" if named else f"dispatchctl: {item}: {refusal.error}")
        hint = say_hint(refusal.error)
        if hint:
            tell(f"hint: {hint}")


def tell_empty(books: Books, message: str) -> None:
    """Say on stderr that a batch had nothing to do, since an empty answer looks like none; nothing with -q."""
    if not books.ws.quiet:
        tell(message)


def describe_done(done: "Done", shown: str = "", /, **more: Any) -> dict[str, Any]:
    """`{"id", "event", "state"}` and what the command adds; `replayed` where an earlier one had done it.

    shown: the id it is shown under, where that is not the case's.
    """
    item = {"id": shown or done.id, "event": done.rows[0].event if done.rows else None, "state": done.state, **more}
    if done.replayed:
        item["replayed"] = True
        tell(f"{shown or done.id} was recorded before; nothing was written")
    if done.dry:
        item["dry_run"] = True
    return item


def print_done(
    books: Books, register: str, done: "Sequence[Done]", *, refused: "Sequence[Refusal]" = (), single: bool = True
) -> int:
    """Print what a command about one event of each case came to; the exit code, as print_results.

    People are told whose it is and what it is about: a number typed wrongly is seen at once.
    """
    items = [describe_done(each) for each in done]
    columns: tuple[str, ...] = ("id", "event", "state")
    told = books.pages.get(register).told
    if told and not books.ws.quiet and books.ws.form.people and not books.ws.fields:
        columns += told
        for item, one in zip(items, done, strict=True):
            item.update(describe_told(books, one, told))
    return print_results(books, items, columns, refused=refused, single=single, register=register)


def describe_told(books: Books, done: "Done", names: Sequence[str]) -> dict[str, Any]:
    """What a case says under these names, else the case above it: an assignment's service is its order's."""
    case = done.family.cases[done.id]
    above = done.family.cases.get(case.parent, case)
    values = books.judging.values(done.family, case)
    return {name: values.get(name) or above.fields.get(name) for name in names}


def print_items(
    books: Books, items: Sequence[Mapping[str, Any]], columns: "Sequence[str | Column]" = (), **how: Any
) -> None:
    """What was noticed on the way, on stderr, then the items on stdout; how: as for output.formats.emit."""
    print_warnings(books)
    emit_done(books.ws, items, columns, **how)


def emit_done(
    ws: Workspace, items: Sequence[Mapping[str, Any]], columns: "Sequence[str | Column]" = (), **how: Any
) -> None:
    """See output.formats.emit; but fields that there are not are only a warning where something was recorded."""
    try:
        emit(ws, items, columns, **how)
    except UsageFault as error:
        if not ws.recorded and not ws.recorded.before.count:
            raise
        tell(f"warning: {error}; it is done, and shown as without")
        emit(ws.plain(), items, columns, **how)


def print_warnings(books: Books) -> None:
    """What was noticed on the way, on stderr, once."""
    for warning in books.warnings:
        tell(f"warning: {warning}")
    books.warnings.clear()
    if books.book.draft_differs and not books.told_draft:
        import sys

        books.told_draft = True
        if sys.stderr is not None and sys.stderr.isatty():
            tell(f"policies.yaml differs from the version in force ({books.book.newest.label})")


def print_faults(ws: Workspace, faults: Sequence[Fault]) -> None:
    """Faults found in files, on stdout: a line each for people, all their parts for programs; nothing with -q."""
    if ws.quiet:
        return
    if not ws.form.screen or ws.fields or ws.sort[0]:
        emit(ws, [fault._asdict() for fault in faults], FAULT_KEYS, keys=FAULT_KEYS)
        return
    for fault in faults:
        told = f"\n  {fault.hint}" if fault.hint and fault.hint not in fault.message else ""
        write_stdout(neutralise_text(f"{fault}{told}", "\n") + "\n")
