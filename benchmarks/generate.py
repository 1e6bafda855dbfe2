"""Writes a records folder with a history of any length: the same bytes for the same size, rules and Python.

    python benchmarks/generate.py FOLDER ORDERS

A desk of sixty people, Chinese texts, about nine rows an order: orders with their assignments and notices; call-backs
of nearly all that were worked on; a complaint about one order in twenty, most of them justified and seen through to
the end; monthly lateness, a course, examinations and marks of the staff; for most charges of the months that are over,
entries of the ledger. One published version of the rules, customers in private/.

The rows go through the store's own line codec and chain, not through commands: a million orders take about three
minutes. The history ends at END; some four clocks for every thousand orders are late by then, nearly all of the last
six weeks. It has one writer, no seals, and no case is amended, retracted or reopened.
"""

import hashlib
import os
import random
import sys
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from complaints import LEFT_LYING, LYING_DAYS, Complaints
from money import Money
from orders import COMPLAINED, Desk
from people import Customers, Personnel, make_staff
from writing import DAY, END, END_AT, HOUR, Agenda, Books, Case, Fact, day_of, fill, is_weekend, show_day, start_of

from dispatchctl.policy.assembling import resolve_policy_days
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.publishing import render_version
from dispatchctl.store.folder import make_folder
from dispatchctl.store.versions import write_version

SEED = 20261120
MONTHS = ((2_000, 2), (20_000, 12), (200_000, 24))  # how long a history of up to so many orders is; else LONGEST
LONGEST = 60
ABANDONED = 0.0017  # of all orders: nobody goes on with them; each owes two clocks or so
ABANDONED_DAYS = (8, 45)  # how long ago they were taken
JOINED = 7 * HOUR  # on the first day


def list_months(count: int) -> list[date]:
    """The first days of the last `count` months up to END's, and of the one after."""
    number = END.year * 12 + END.month - 1
    return [date((number - back) // 12, (number - back) % 12 + 1, 1) for back in range(count - 1, -2, -1)]


def draw_times(chance: random.Random, start: int, end: int, count: int) -> list[int]:
    """When the calls of a month come: mostly by day, fewer on weekends."""
    times: list[int] = []
    days = (end - start) // DAY
    while len(times) < count:
        day = int(chance.random() * max(days, 1))
        if is_weekend(day_of(start) + day) and chance.random() < 0.45:
            continue
        hour = chance.triangular(7, 21, 10) if chance.random() < 0.95 else chance.random() * 24
        at = start + day * DAY + int(hour * 3600)
        if start + JOINED < at < end:
            times.append(at)
    return sorted(times)


def publish_rules(folder: str, agenda: Agenda, rules: str, since: date) -> Mapping[str, Any]:
    """The example rules, in force from the first day of the history, published then, and beside the folder."""
    with open(rules, "rb") as file:
        text = file.read()
    text = text.replace(b"effective_from: 2026-01-01", b"effective_from: " + since.isoformat().encode(), 1)
    policy, faults = compile_policy(text, "policies.yaml")
    if policy is None:
        raise SystemExit("\n".join(map(str, faults)))
    with open(f"{os.path.dirname(folder)}/policies.yaml", "wb") as file:
        file.write(text)
    rendered = render_version(text, resolve_policy_days(policy))
    written = write_version(folder, since.isoformat(), rendered)
    digest = hashlib.sha256(rendered).hexdigest()
    own = fill("audit", subject=written.name, period=since.isoformat(), sha256=digest)
    agenda.put(start_of(since) + JOINED, "audit", [(Case("X"), "published", "s01", own, "")])
    return policy


def spread(share: float, days: tuple[int, int], length: int) -> float:
    """How likely one of so many days is to be hit, that `share` of all in `length` seconds is."""
    return share * length / ((days[1] - days[0]) * DAY)


def generate(folder: str, orders: int, rules: str) -> dict[str, int]:
    """Write the history of so many orders to a new folder of records; how many rows each register has."""
    chance, staff = random.Random(SEED), make_staff()
    folder = os.path.abspath(folder)
    make_folder(folder, demo=True)  # a demo's --now is its clock, so the same commands can be timed on any day
    months = list_months(next((length for limit, length in MONTHS if orders <= limit), LONGEST))
    spans = [(start_of(day), min(start_of(after), END_AT)) for day, after in pairwise(months)]
    whole = sum(end - start for start, end in spans)

    agenda, books, customers = Agenda(months), Books(folder), Customers(folder, chance, orders)
    policy = publish_rules(folder, agenda, rules, months[0])
    odds = spread(LEFT_LYING / COMPLAINED, LYING_DAYS, whole)
    desk = Desk(agenda, staff, customers, Complaints(agenda, staff, chance, odds), chance)
    personnel = Personnel(agenda, staff, chance)
    money = Money(agenda, staff, policy, months[0].isoformat(), chance)
    personnel.join(spans[0][0] + JOINED - HOUR)
    odds = spread(ABANDONED, ABANDONED_DAYS, whole)
    taken, facts = 0, list[Fact]()
    for place, (start, end) in enumerate(spans):
        personnel.enter_month(months[place], end, months[place - 1] if place else None)
        money.decide_month(facts, months[place])
        share = (end - spans[0][0]) * orders // whole - taken
        counts: dict[int, int] = {}
        for at in draw_times(chance, start, end, share):
            day = day_of(at)
            counts[day] = counts.get(day, 0) + 1
            recent = DAY * ABANDONED_DAYS[0] < END_AT - at < DAY * ABANDONED_DAYS[1]
            abandoned = recent and chance.random() < odds
            desk.take_order(at, f"O-{show_day(day).replace('-', '')}-{counts[day]:04d}", abandoned)
        taken += share
        facts = books.write_month(f"{months[place]:%Y-%m}", agenda.take(place))
        customers.flush()
    return {name: writer.rows for name, writer in books.writers.items()}


def main() -> int:
    """Generate as the command line says."""
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.stderr.write(f"usage: {sys.argv[0]} FOLDER ORDERS\n")
        return 2
    rules = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "policies.yaml")
    rows = generate(sys.argv[1], int(sys.argv[2]), rules)
    print(", ".join(f"{count} {name}" for name, count in rows.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
