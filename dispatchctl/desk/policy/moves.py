"""Which provisional due times a publication moves: those that rested on days nobody had published. Desk.

A due time of a year without published days is worked out all the same (policies.md, "Days are facts"); when the days
come, it is worked out by them, and who reads it has to be told.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.judge import Judging
from dispatchctl.desk.times import Formatter
from dispatchctl.policy.assembling import find_start
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.rules.clocks import Instance

MOVE_KEYS = ("case", "clock", "instance", "item", "before", "after", "provisional")


class Moves(NamedTuple):
    """What became of the provisional due times of running clocks. moved: items with MOVE_KEYS, by their new due time.

    kept: how many are due as before, and final now. provisional: how many are due as before, and provisional still.
    """

    moved: list[dict[str, Any]]
    kept: int
    provisional: int


NOTHING_MOVED = Moves([], 0, 0)


def follow_moves(books: Books, before: Rulebook, label: str, text: bytes) -> Moves:
    """What the version `text`, named `label`, makes of the due times that are provisional by the rules before it."""
    rows = books.index.db.execute(
        'SELECT DISTINCT "case" FROM clocks WHERE provisional = 1 AND state = \'running\' ORDER BY "case"'
    )
    cases = [str(row[0]) for row in rows.fetchall()]
    after = suppose_version(before, label, text, books) if cases else None
    if after is None:
        return NOTHING_MOVED
    old, new = (Judging(book, books.pages, lambda: books.people) for book in (before, after))
    say = Formatter(books.timezone)
    moved: list[tuple[int, dict[str, Any]]] = []
    kept = still = 0
    for case in cases:
        found = _key(_list_running(books, new, case))
        for key, one in _key(_list_running(books, old, case)).items():
            if not one.provisional or (now := found.get(key)) is None:
                continue
            if now.due_at == one.due_at:
                kept, still = kept + (not now.provisional), still + now.provisional
                continue
            told = (case, one.clock, one.number, one.item or None, say(one.due_at), say(now.due_at), now.provisional)
            moved.append((now.due_at or 0, dict(zip(MOVE_KEYS, told, strict=True))))
    moved.sort(key=lambda pair: (pair[0], pair[1]["case"], pair[1]["clock"]))
    return Moves([item for _, item in moved], kept, still)


def suppose_version(before: Rulebook, label: str, text: bytes, books: Books) -> Rulebook | None:
    """The rules with this version's text among them, in the place of what it replaces; None where it is faulty."""
    policy, _ = compile_policy(text, label, published=True, pages=books.pages)
    if policy is None:
        return None
    day = policy["effective_from"]
    others = [] if before.draft_only else [each for each in before.versions if each.policy["effective_from"] != day]
    versions = sorted([*others, Version(label, find_start(policy), policy)], key=lambda each: each.starts_at)
    days = policy["days"] if versions[-1].label == label else before.tables
    return Rulebook(versions, days, f"{before.fingerprint} {label}")


def _list_running(books: Books, judging: Judging, case: str) -> list[Instance]:
    family = books.family(case)
    return [one for one in judging.instances(family, family.cases[case]) if one.state == "running"]


def _key(instances: Iterable[Instance]) -> dict[tuple[str, str, int], Instance]:
    return {(one.clock, one.item, one.started_at): one for one in instances}
