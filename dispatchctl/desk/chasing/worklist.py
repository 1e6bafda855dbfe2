"""What a person must act on, and the state of the desk in one line. Desk (PD-4.2)."""

from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.chasing.overdue import describe_overdue, list_overdue
from dispatchctl.desk.times import find_missing_year
from dispatchctl.store.conditions import AT_WORK, RUNNING
from dispatchctl.store.overdue_rows import read_overdue
from dispatchctl.store.schema import quote


def list_work(books: Books, staff: str) -> list[dict[str, Any]]:
    """`worklist`: one item for each open case that a person must act on, by its earliest clock (PD-4.2).

    Their own open assignments, and any other case with a running clock that they owe, themselves or by their role.
    """
    role = books.people.facts(staff).get("role", "")
    index = books.index.db
    items: dict[str, dict[str, Any]] = {}
    for owner in dict.fromkeys((staff, role)):
        if not owner:
            continue
        for item in list_running(books, owner):
            items.setdefault(item["case"], item)
    rows = index.execute(
        f"SELECT id, order_id FROM assignments INDEXED BY assignments_load WHERE {AT_WORK.format('')} AND assignee = ?",
        (staff,),
    ).fetchall()
    for case, order in rows:
        if case not in items:
            items[case] = _bare_item(books, case, order, staff)
    for case, item in items.items():
        table = quote(item["register"])
        content = "content" if "content" in books.pages.fields(item["register"]) else "NULL"
        row = index.execute(f"SELECT state, {content} FROM {table} WHERE id = ?", (case,)).fetchone()
        item["state"], item["content"] = row or (None, None)
    late = "9"
    return sorted(items.values(), key=lambda item: (item["due_at"] or late, item["case"]))


def list_running(books: Books, owner: str) -> list[dict[str, Any]]:
    """The running clocks of one owner, paused ones too (with no due time), earliest due first."""
    rest = f"WHERE {RUNNING} AND owner = ? AND due_at IS NOT NULL ORDER BY due_at"
    return list(describe_overdue(books, read_overdue(books.index.db, rest, (owner,)), books.now))


def _bare_item(books: Books, case: str, order: str, staff: str) -> dict[str, Any]:
    row = books.index.db.execute("SELECT service, priority, area FROM orders WHERE id = ?", (order,)).fetchone()
    service, priority, area = row or (None, None, None)
    return {
        "case": case, "register": "assignments", "clock": None, "instance": None, "item": None, "owner": staff,
        "owner_name": books.people.name(staff), "started_at": None, "due_at": None, "late_seconds": None, "level": 0,
        "urged_at": None, "extension": None, "service": service, "priority": priority, "area": area, "source": [],
        "provisional": False, "before_rules": False,
    }  # fmt: skip


def count_state(books: Books) -> dict[str, int | None]:
    """`status`: how much is late, about to be, waits to be judged and to be dispatched; both of these: `unassigned`.

    missing_year: whose days off are not known and will soon be needed (`desk.times.find_missing_year`).
    """
    late = len(list_overdue(books))
    soon = len(list_overdue(books, soon=True)) - late
    waiting = count_waiting(books)
    return {
        "late": late, "soon": soon, "unassigned": sum(waiting.values()), **waiting,
        "missing_year": find_missing_year(books),
    }  # fmt: skip


def count_waiting(books: Books) -> dict[str, int]:
    """How many orders nobody was sent to yet: {"triage": not judged yet, "pool": waiting to be dispatched}."""
    query = "SELECT state, COUNT(*) FROM orders WHERE final = 0 AND state IN ('open', 'pool') GROUP BY state"
    found = dict(books.index.db.execute(query).fetchall())
    return {"triage": int(found.get("open", 0)), "pool": int(found.get("pool", 0))}
