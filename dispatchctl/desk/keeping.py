"""Keeping a clone of the records in order: which writer it is, and an index made anew. Desk."""

import os
from collections.abc import Sequence
from typing import Any

from dispatchctl import registers
from dispatchctl.desk.books import Books, find_cache, remove_index
from dispatchctl.desk.recording import Group, Moment, new_id, record, try_drafts
from dispatchctl.errors import UsageFault
from dispatchctl.store.folder import check_claim, claim_writer, list_writers, open_folder
from dispatchctl.store.journal import Draft, Lock
from dispatchctl.store.schema import quote
from dispatchctl.workspace import Workspace


def rebuild_index(ws: Workspace) -> dict[str, Any]:
    """Throw the index away, make it anew, and count what it holds; place is None where it is kept in memory only."""
    cache = find_cache(open_folder(ws.records_path).path)
    place = os.path.join(cache, "index.sqlite") if cache else ""
    if place:
        remove_index(place)
    books = Books(ws)
    db = books.index.db

    def count(query: str) -> int:
        return int(db.execute(query).fetchone()[0] or 0)

    counts = {
        "place": books.index.place or None,
        "files": count("SELECT COUNT(*) FROM files"),
        "rows": count("SELECT SUM(seq) FROM files"),
        "cases": sum(count(f"SELECT COUNT(*) FROM {quote(name)}") for name in registers.NAMES),
        "clocks": count("SELECT COUNT(*) FROM clocks WHERE share = 0"),
        "faults": len(books.index.faults()),
    }
    books.settle()
    return counts


def set_writer(
    books: Books,
    code: str,
    *,
    take_over: bool = False,
    reason: str = "",
    at: str = "",
    note: str = "",
    request_id: str = "",
    attach: Sequence[str] = (),
    dry_run: bool = False,
) -> dict[str, Any]:
    """Make this clone the writer `code`; taking one over that has files leaves `taken-over` in audit, as its own row.

    The row comes first: a crash between the two leaves a row too many, never a take-over that nobody wrote down.
    UsageFault for what is no code, or to take over without a reason; Refused for a code with files otherwise.
    """
    folder = books.folder
    check_claim(folder, code, take_over)
    item: dict[str, Any] = {
        "writer": code,
        "before": folder.writer or None,
        "taken_over": False,
        "id": None,
        "event": None,
    }
    if take_over and not reason:
        raise UsageFault("is missing: taking a writer over wants a reason", place="--reason")
    if code == folder.writer:
        return item
    if take_over and code in list_writers(folder.path):
        actor = books.require_actor()

        def decide(moment: Moment) -> Group:
            fields = {"subject": code, "reason": reason, "attached": books.attach(attach, dry=dry_run)}
            case = new_id(books, "audit", moment)
            draft = Draft(moment.at, actor, case, "taken-over", fields, request_id=request_id, note=note)
            try_drafts(books, "audit", [draft], moment)
            return [draft]

        books.folder = folder._replace(writer=code)
        done = record(books, "audit", decide, at=at, request_id=request_id, events=("taken-over",), dry_run=dry_run)
        item |= {"taken_over": True, "id": done.rows[0].id, "event": "taken-over"}
    if dry_run:
        return {**item, "dry_run": True}
    with Lock(folder, books.ws.wait):
        books.folder = claim_writer(folder, code, bool(item["taken_over"]))
    return item
