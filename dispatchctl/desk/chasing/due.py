"""When clocks are due, and every stretch of time that made it so (`due --explain`). Desk."""

from collections.abc import Iterator, Sequence
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.times import Formatter
from dispatchctl.rules.changes import Basis, ChangeOfFacts
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.limits import remaining_days
from dispatchctl.rules.segments import explain_instance
from dispatchctl.store.conditions import is_paused


def describe_instance(books: Books, one: Instance, owner: str, *, explain: bool = False) -> dict[str, Any]:
    """One item of `due`: an instance for one of its owners, as of now; explain: with what changed facts
    did to it, what its due time rests on, and every stretch of its time.
    """
    now = books.now
    say = Formatter(books.timezone)
    paused = one.state == "running" and is_paused(now, one.due_at, one.paused_from, one.paused_until)
    due = None if paused else one.due_at
    breached = one.breached if one.breached is not None else (due is not None and due < now)
    variant = one.variant
    remaining = None
    counted = one.basis or Basis(variant, one.begins_at, one.begins_at, one.pauses, one.due_at, None)
    counting = counted.variant
    if one.state == "running" and not one.fixed and counting is not None and counting.limit is not None:
        remaining = remaining_days(counting.calendar, counting.limit, counted.start, now, counted.pauses)
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
        "source_ref": _find_reference(books, one.case),
    }
    if explain:
        item["changes"] = [_describe_change(change, say) for change in one.changes]
        limit = counting.limit if counting is not None and not one.fixed else None
        item["basis"] = {
            "limit": str(limit) if limit else None,
            "from": say(counted.start) if limit else None,
            "not_before": say(counted.floor),
        }
        item["segments"] = [
            {"from": say(each.start), "to": say(each.end), "counts": each.counts, "why": each.why}
            for each in explain_instance(one, now)
        ]
    return item


def _describe_change(change: ChangeOfFacts, say: Formatter) -> dict[str, Any]:
    return {
        "at": say(change.at),
        "event": change.event,
        "ref": change.ref,
        "facts": [news._asdict() for news in change.facts],
        "limit_before": str(change.before) if change.before else None,
        "limit_after": str(change.after) if change.after else None,
        "due_before": say(change.due_before),
        "due_after": say(change.due_after),
        "rule": change.rule,
    }


def _find_reference(books: Books, case: str) -> str | None:
    """What the order that a case belongs to is called in another system."""
    row = books.index.db.execute(
        "SELECT source_ref FROM orders WHERE id = ?", (books.index.family_of(case),)
    ).fetchone()
    return row[0] if row else None


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
        ' "limit", counting, policy, source, provisional, before_rules, paused_from, paused_until,'
        " (SELECT source_ref FROM orders WHERE id = clocks.family) FROM clocks"
        f' WHERE {" AND ".join(conditions)} ORDER BY "case", started_at, clock, instance, share',
        values,
    )
    for (case, name, clock, instance, item, state, breached, owner, started, stopped, due, limit, counting, policy,
         source, provisional, before, paused_from, paused_until, reference) in rows:  # fmt: skip
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
            "source_ref": reference,
        }
