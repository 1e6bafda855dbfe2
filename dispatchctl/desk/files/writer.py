"""Keeping a clone of the records in order: which writer it is, and an index made anew. Desk."""

from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Step
from dispatchctl.desk.events import begin
from dispatchctl.desk.recording import hold, was_recorded
from dispatchctl.errors import UsageFault
from dispatchctl.store.folder import check_claim, claim_writer, list_writers
from dispatchctl.store.schema import quote
from dispatchctl.typed import Writing, is_blank
from dispatchctl.workspace import Workspace


def rebuild_index(ws: Workspace) -> dict[str, Any]:
    """Make the index anew and count what it holds; place is None where it is kept in memory only."""
    books = Books(ws)
    books.rebuild()
    with books.mending():
        counts = _count_all(books)
    books.settle()
    return counts


def _count_all(books: Books) -> dict[str, Any]:
    db = books.index.db

    def count(query: str) -> int:
        return int(db.execute(query).fetchone()[0] or 0)

    return {
        "place": books.index.place or None,
        "files": count("SELECT COUNT(*) FROM files"),
        "rows": count("SELECT SUM(rows) FROM files"),
        "cases": sum(count(f"SELECT COUNT(*) FROM {quote(name)}") for name in books.pages.names),
        "clocks": count("SELECT COUNT(*) FROM clocks WHERE share = 0"),
        "faults": len(books.index.faults()),
    }


def set_writer(
    books: Books, code: str, writing: Writing, *, take_over: bool = False, reason: str = ""
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
    if take_over and is_blank(reason):
        raise UsageFault("is missing: taking a writer over wants a reason", place="--reason")
    if reason and not take_over:
        raise UsageFault("goes with --take-over", place="--reason")
    if take_over and code not in (folder.writer, *list_writers(folder.path)):
        raise UsageFault(f"{code} has no files: there is nothing to take over", place="--take-over")
    takes = take_over and code != folder.writer and code in list_writers(folder.path)
    if not takes and not was_recorded(books, writing.request_id):
        writing.refuse_kept("there is no row to keep it with: only taking over a writer that has files leaves one")
    if code == folder.writer:
        return item
    if takes:
        fields = {"subject": code, "reason": reason}
        actor = require_actor(books)
        books.folder = folder._replace(writer=code)
        done = begin(books, "audit", lambda moment: [Step("taken-over", fields)], writing, ("taken-over",), actor=actor)
        item |= {"taken_over": True, "id": done.id, "event": "taken-over"}
    if writing.dry_run:
        return {**item, "dry_run": True}
    with hold(books):
        books.folder = claim_writer(folder, code, bool(item["taken_over"]))
        if not item["taken_over"]:
            books.ws.recorded.note([f"the writer {code}"])
    return item
