"""What is late, when things are due, and urging: overdue, due, urge. Desk (PD-2.6, PD-3.5, XX-1.10, GZ-1.3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.policy.spans import Limit
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.limits import remaining_days
from dispatchctl.rules.segments import Segment, explain_limit
from dispatchctl.rules.thresholds import step_back
from dispatchctl.store.schema import quote

OVERDUE_COLUMNS = (
    "case", "register", "clock", "instance", "item", "owner", "started_at", "due_at", "warn_at", "levels", "urged_at",
    "extension", "service", "priority", "area", "source", "provisional", "before_rules", "paused_from", "paused_until",
    "limit", "policy", "counting",
)  # fmt: skip


class Formatter:
    """Seconds to ISO 8601 of one timezone; remembers the offset of each day's quarter, since lists hold thousands."""

    def __init__(self, timezone: str) -> None:
        from zoneinfo import ZoneInfo

        self._zone = ZoneInfo(timezone)
        self._kept: dict[int, str] = {}

    def __call__(self, at: int | None) -> str | None:
        """The time as text, None for None."""
        if at is None:
            return None
        text = self._kept.get(at)
        if text is None:
            from datetime import datetime

            text = self._kept[at] = datetime.fromtimestamp(at, self._zone).isoformat()
        return text

    def exactly(self, recorded: int) -> str:
        """A time in microseconds as text, with all six places."""
        from datetime import datetime

        whole = datetime.fromtimestamp(recorded // 1_000_000, self._zone)
        return whole.replace(microsecond=recorded % 1_000_000).isoformat(timespec="microseconds")


def list_overdue(
    books: Books,
    *,
    soon: bool = False,
    span: Limit | None = None,
    owner: str = "",
    register: str = "",
    service: str = "",
    limit: int = 0,
) -> list[dict[str, Any]]:
    """Every running instance that is past its due time, one item for each owner, earliest due first.

    soon: what is about to be as well, by each clock's `warn` or within `span`. limit: at most so many, 0: all.
    """
    now = books.now
    conditions = ["state = 'running'"]
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
    columns = ", ".join(map(quote, OVERDUE_COLUMNS))
    query = (
        f'SELECT {columns} FROM clocks WHERE {" AND ".join(conditions)} ORDER BY due_at, "case", clock, instance, share'
    )
    if limit and not soon:
        query += f" LIMIT {int(limit)}"
    rows = books.index.db.execute(query, values)
    items = [item for item in describe_overdue(books, rows, now) if not soon or _is_near(books, item, now, span)]
    return items[:limit] if limit else items


def _is_near(books: Books, item: dict[str, Any], now: int, span: Limit | None) -> bool:
    if item["late_seconds"] > 0 or span is None:
        return True
    due = now - int(item["late_seconds"])
    return step_back(books.judging.table.calendar(books.version), span, due) <= now


def describe_overdue(books: Books, rows: Iterator[Sequence[Any]], now: int) -> Iterator[dict[str, Any]]:
    """Rows of OVERDUE_COLUMNS as `overdue` shows them; those that stand still in a pause are left out."""
    say = Formatter(books.timezone)
    names = _owner_names(books)
    for row in rows:
        (case, register, clock, instance, item, owner, started, due, _warn, levels, urged, extension, service,
         priority, area, source, provisional, before, paused_from, paused_until, *_rest) = row  # fmt: skip
        if is_paused(now, due, paused_from, paused_until):
            continue
        level = 0
        if due < now:
            level = 1
            if levels:
                for reached in levels.split(","):
                    if int(reached) <= now:
                        level += 1
        yield {
            "case": case,
            "register": register,
            "clock": clock,
            "instance": instance,
            "item": item,
            "owner": owner,
            "owner_name": names.get(owner),
            "started_at": say(started),
            "due_at": say(due),
            "late_seconds": now - due,
            "level": level,
            "urged_at": say(urged),
            "extension": extension,
            "service": service,
            "priority": priority,
            "area": area,
            "source": source.split(";") if source else [],
            "provisional": bool(provisional),
            "before_rules": bool(before),
        }


def is_paused(now: int, due: int | None, paused_from: int | None, paused_until: int | None) -> bool:
    """Whether a running instance stands still now: in a pause that still counts, and not late when it began."""
    if paused_from is None or now < paused_from or (paused_until is not None and now >= paused_until):
        return False
    return due is None or due > paused_from


def _owner_names(books: Books) -> Mapping[str | None, str]:
    names: dict[str | None, str] = dict(books.policy["roles"])
    names.update(books.index.db.execute("SELECT id, name FROM staff").fetchall())
    return names


def describe_instance(books: Books, one: Instance, owner: str, *, explain: bool = False) -> dict[str, Any]:
    """One item of `due`: an instance for one of its owners, as of now; with segments where asked."""
    now = books.now
    say = Formatter(books.timezone)
    paused = one.state == "running" and is_paused(now, one.due_at, one.paused_from, one.paused_until)
    due = None if paused else one.due_at
    breached = one.breached if one.breached is not None else (due is not None and due < now)
    variant = one.variant
    remaining = None
    if one.state == "running" and not one.fixed and variant.limit is not None:
        remaining = remaining_days(variant.calendar, variant.limit, one.begins_at, now, one.pauses)
    item: dict[str, Any] = {
        "case": one.case,
        "register": one.register,
        "clock": one.clock,
        "instance": one.number,
        "item": one.item or None,
        "state": "paused" if paused else one.state,
        "breached": breached,
        "owner": owner or None,
        "started_at": say(one.started_at),
        "stopped_at": say(one.stopped_at),
        "due_at": say(due),
        "remaining": remaining,
        "limit": str(variant.limit) if variant.limit else None,
        "counting": variant.calendar.counting,
        "policy": variant.version.label,
        "source": list(variant.rules["source"]),
        "provisional": one.provisional,
        "before_rules": one.before_rules,
    }
    if explain:
        item["segments"] = [
            {"from": say(each.start), "to": say(each.end), "counts": each.counts, "why": each.why}
            for each in list_segments(books, one)
        ]
    return item


def list_segments(books: Books, one: Instance) -> list[Any]:
    """The stretches from start to due (or to now, while it cannot be told), each counted or with why it is not."""
    until = one.due_at if one.due_at is not None else books.now
    until = max(until, one.started_at)
    early = one.started_at if one.begins_at > one.started_at else None
    if one.variant.limit is None or one.fixed:
        return [Segment(one.started_at, until, True, "granted" if one.extension == "granted" else "counted")]
    return explain_limit(one.variant.calendar, one.variant.limit, one.begins_at, until, one.pauses, early)


def list_due(books: Books, cases: Sequence[str], *, explain: bool = False) -> list[dict[str, Any]]:
    """The clocks of these cases: of an order its own, then those of its assignments; of any other case its own."""
    items = []
    for name in cases:
        family = books.family(name)
        case = family.cases[name]
        chosen = [case]
        if case.register == "orders":
            jobs = [each for each in family.children.get(name, ()) if each.register == "assignments"]
            chosen += sorted(jobs, key=lambda each: each.id)
        for each in chosen:
            for one in books.judging.instances(family, each):
                items += [describe_instance(books, one, owner, explain=explain) for owner in one.owners]
    return items


def list_all_due(
    books: Books, *, register: str = "", since: int | None = None, until: int | None = None
) -> Iterator[dict[str, Any]]:
    """Every clock instance of every case whose start lies in [since, until), by case; read from the index."""
    conditions = ["1"]
    values: list[int | str] = []
    for column, operator, value in (
        ("register", "=", register or None),
        ("started_at", ">=", since),
        ("started_at", "<", until),
    ):
        if value is not None:
            conditions.append(f"{column} {operator} ?")
            values.append(value)
    say = Formatter(books.timezone)
    now = books.now
    rows = books.index.db.execute(
        'SELECT "case", register, clock, instance, item, state, breached, owner, started_at, stopped_at, due_at,'
        ' "limit", counting, policy, source, provisional, before_rules, paused_from, paused_until FROM clocks'
        f' WHERE {" AND ".join(conditions)} ORDER BY "case", started_at, clock, instance, share',
        values,
    )
    for (case, name, clock, instance, item, state, breached, owner, started, stopped, due, limit, counting, policy,
         source, provisional, before, paused_from, paused_until) in rows:  # fmt: skip
        paused = state == "running" and is_paused(now, due, paused_from, paused_until)
        shown = None if paused else due
        yield {
            "case": case,
            "register": name,
            "clock": clock,
            "instance": instance,
            "item": item,
            "state": "paused" if paused else state,
            "breached": bool(breached) if breached is not None else shown is not None and shown < now,
            "owner": owner,
            "started_at": say(started),
            "stopped_at": say(stopped),
            "due_at": say(shown),
            "remaining": None,
            "limit": limit,
            "counting": counting,
            "policy": policy,
            "source": source.split(";") if source else [],
            "provisional": bool(provisional),
            "before_rules": bool(before),
        }
