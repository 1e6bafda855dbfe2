"""Urging what is late: once at each level, climbing the line of command. Desk (PD-2.6, PD-3.5, XX-1.10, GZ-1.3)."""

from collections.abc import Sequence
from typing import Any

from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step, new_id
from dispatchctl.desk.itemwise import record_each
from dispatchctl.desk.judged import find_urging
from dispatchctl.desk.recording import Done, Refusal
from dispatchctl.desk.times import format_time
from dispatchctl.errors import Refused
from dispatchctl.registers.page import join_items, split_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.escalation import find_level, find_person, next_urging
from dispatchctl.rules.families import Case, Family
from dispatchctl.store.conditions import RUNNING, is_paused
from dispatchctl.typed import Writing


def find_late(books: Books, family: Family, case: Case, now: int) -> list[Instance]:
    """The running instances of a case that are past their due time."""
    return [
        one
        for one in books.judging.instances(family, case)
        if one.state == "running"
        and one.due_at is not None
        and one.due_at < now
        and not is_paused(now, one.due_at, one.paused_from, one.paused_until)
    ]


def urge(
    books: Books, cases: Sequence[str], writing: Writing, *, every: bool = False
) -> tuple[list[dict[str, Any]], list[Refusal], list[str]]:
    """Record an urging for what is late and has none at its present level; (urged, refused, when the next is due).

    every: of a case that is not late or already urged nothing is said (`urge --all`).
    """
    actor = require_actor(books, system=True)
    urged: dict[str, list[dict[str, Any]]] = {}
    told: dict[str, list[str]] = {}

    def plan(item: str, moment: Instant) -> list[Step]:
        family = books.family(item)
        case = family.cases[item]
        targets = [case]
        if case.register == "orders":
            targets += [each for each in family.children.get(item, ()) if each.register == "assignments"]
        late = [(each, one) for each in targets for one in find_late(books, family, each, moment.at)]
        if not late and not every:
            raise Refused(f"{item} is not late")
        steps: list[Step] = []
        urged[item], told[item] = [], []
        for each, one in late:
            what = plan_urging(books, family, each, one, moment.at)
            if isinstance(what, int):
                if not every:
                    told[item].append(f"{each.id} {one.clock} was urged; the next is due at {format_time(books, what)}")
                continue
            level, people = what
            name = new_id(books, "notices", moment, sum(map(len, urged.values())) if writing.dry_run else len(steps))
            fields = {
                "kind": "urging" if level == 1 else "escalation",
                "case": each.id,
                "clock": one.clock,
                "clock_started_at": format_time(books, one.started_at),
                "item": one.item,
                "level": level,
                "to": join_items(people),
            }
            steps.append(Step("urged", fields, name))
            urged[item].append(
                {"id": name, "case": each.id, "clock": one.clock, "instance": one.number, "level": level, "to": people}
            )
        return steps

    results, refused = record_each(books, "notices", actor, cases, plan, writing, ("urged",), guarded=True)
    replayed = [describe_urging(books, done) for _, done in results if done.replayed]
    items = [item for group in (*urged.values(), *replayed) for item in group]
    return items, refused, [line for lines in told.values() for line in lines]


def describe_urging(books: Books, done: Done) -> list[dict[str, Any]]:
    """What urge printed for rows that are already there."""
    return [
        {
            "id": row.id,
            "case": row.fields["case"],
            "clock": row.fields["clock"],
            "instance": find_instance(books, row),
            "level": int(row.fields["level"]),
            "to": split_items(row.fields.get("to", "")),
        }
        for row in done.rows
    ]


def find_instance(books: Books, row: Row) -> int | None:
    """The number of the instance that an urging was about; None where its start has since been corrected away."""
    family = books.family(row.fields["case"])
    for one in books.judging.instances(family, family.cases[row.fields["case"]]):
        started = format_time(books, one.started_at)
        if (one.clock, started, one.item) == (
            row.fields["clock"],
            row.fields["clock_started_at"],
            row.fields.get("item", ""),
        ):
            return one.number
    return None


def plan_urging(books: Books, family: Family, case: Case, one: Instance, now: int) -> tuple[int, list[str]] | int:
    """(level, whom to tell) where an urging is due now, else when the next one will be."""
    level = find_level(one, now)
    last = find_urging(family, one)
    following = next_urging(one, now, level, last.at, last.level)
    if following is not None:
        return following
    people: list[str] = []
    for owner in one.owners:
        people += find_person(owner, level, case, family, books.people, one.variant.version.policy, now)
    return level, list(dict.fromkeys(people))


def list_late_cases(books: Books) -> list[str]:
    """The cases with something past due, earliest first: what `urge --all` looks at."""
    rows = books.index.db.execute(
        f'SELECT "case", MIN(due_at) FROM clocks WHERE {RUNNING} AND due_at < ? GROUP BY 1 ORDER BY 2, 1',
        (books.now,),
    ).fetchall()
    return [str(row[0]) for row in rows]
