"""What is late or about to be: the list of overdue. Desk (PD-2.6, PR-12, KB2-4.2).

On the daily path: it reads the index, and imports no rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.times import Formatter
from dispatchctl.errors import NotFound
from dispatchctl.store.conditions import RUNNING, is_paused
from dispatchctl.store.overdue_rows import OverdueRow, read_overdue
from dispatchctl.store.schema import quote

if TYPE_CHECKING:
    from dispatchctl.policy.spans import Limit

KEYS = (
    "case", "register", "clock", "instance", "item", "owner", "owner_name", "started_at", "due_at", "late_seconds",
    "level", "urged_at", "extension", "service", "priority", "area", "source", "provisional", "before_rules",
)  # fmt: skip


def find_service(books: Books, text: str) -> str:
    """The key of a service by it or its title, also of one that the rules no longer have while orders of it stand;
    NotFound with the nearest.
    """
    from dispatchctl.desk.names import resolve_key

    try:
        return resolve_key(books.policy, "services", text, "--service")
    except NotFound:
        if not books.index.db.execute("SELECT 1 FROM orders WHERE service = ? LIMIT 1", (text,)).fetchone():
            raise
        return text


def list_overdue(
    books: Books,
    *,
    soon: bool = False,
    span: "Limit | None" = None,
    owner: str = "",
    register: str = "",
    service: str = "",
    limit: int = 0,
) -> list[dict[str, Any]]:
    """Every running instance that is past its due time, one item for each owner, earliest due first.

    soon: what is about to be as well, by each clock's `warn` or within `span`. limit: at most so many, 0: all.
    """
    now = books.now
    conditions = [RUNNING]
    values: list[int | str] = []
    if not soon:
        conditions.append("due_at < ?")
        values.append(now)
    else:
        conditions.append("due_at IS NOT NULL")
        if span is None:
            conditions.append("(due_at < ? OR warn_at <= ?)")
            values += [now, now]
    for column, value in (("owner", owner), ("register", register), ("service", service)):
        if value:
            conditions.append(f"{quote(column)} = ?")
            values.append(value)
    rest = f'WHERE {" AND ".join(conditions)} ORDER BY due_at, "case", clock, instance, share'
    if limit and not soon:
        rest += f" LIMIT {int(limit)}"
    rows = read_overdue(books.index.db, rest, values)
    items = [item for item in describe_overdue(books, rows, now) if not soon or _is_near(books, item, now, span)]
    return items[:limit] if limit else items


def _is_near(books: Books, item: dict[str, Any], now: int, span: "Limit | None") -> bool:
    if item["late_seconds"] > 0 or span is None:
        return True
    from dispatchctl.rules.thresholds import step_back

    due = now - int(item["late_seconds"])
    return step_back(books.judging.table.calendar(books.version), span, due) <= now


def describe_overdue(books: Books, rows: Iterable[OverdueRow], now: int) -> Iterator[dict[str, Any]]:
    """Running clocks with a due time as `overdue` shows them; those that stand still in a pause are left out."""
    say = Formatter(books.timezone)
    names = _owner_names(books)
    for row in rows:
        due = row.due_at
        if due is None or is_paused(now, due, row.paused_from, row.paused_until):
            continue
        level = 0
        if due < now:
            level = 1
            if row.levels:
                for reached in row.levels.split(","):
                    if int(reached) <= now:
                        level += 1
        yield {
            "case": row.case,
            "register": row.register,
            "clock": row.clock,
            "instance": row.instance,
            "item": row.item,
            "owner": row.owner,
            "owner_name": names.get(row.owner),
            "started_at": say(row.started_at),
            "due_at": say(due),
            "late_seconds": now - due,
            "level": level,
            "urged_at": say(row.urged_at),
            "extension": row.extension,
            "service": row.service,
            "priority": row.priority,
            "area": row.area,
            "source": row.source.split(";") if row.source else [],
            "provisional": bool(row.provisional),
            "before_rules": bool(row.before_rules),
        }


def _owner_names(books: Books) -> Mapping[str | None, str]:
    names: dict[str | None, str] = dict(books.policy["roles"])
    names.update(books.index.db.execute("SELECT id, name FROM staff").fetchall())
    return names
