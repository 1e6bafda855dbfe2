"""How an order of the sample month gets to whom, as steps for the command line. Tool.

A story is a generator: it yields a Step and is sent the Reply of the program. make_sample.py runs the steps of all
stories in the order of their times.
"""

import json
from collections.abc import Generator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sample_hours import MINUTE, add_business, is_open, is_workday, moment
from sample_texts import Line


class Step(NamedTuple):
    """One command line at a time, by one person. No argv: only wait. codes: the exit codes that are expected."""

    at: datetime
    who: str
    argv: tuple[str, ...] = ()
    codes: tuple[int, ...] = (0,)


class Reply(NamedTuple):
    """What the program answered."""

    code: int
    out: str


class Customer(NamedTuple):
    """Somebody who calls."""

    name: str
    phone: str
    address: str
    area: str


Steps = Generator[Step, Reply, Any]

WORKERS = {
    "plumbing": "s05", "drain": "s05", "electrical": "s06", "lighting": "s06", "lift": "s06", "air-conditioning": "s07",
    "doors": "s07", "walls": "s07", "home-cleaning": "s08", "hygiene": "s08", "pest-control": "s08", "trees": "s08",
    "parking": "s09", "noise": "s09", "access-card": "s03",
}  # fmt: skip
HELPERS = {"s05": "s07", "s06": "s07", "s08": "s09"}
PRICES = {
    "plumbing": 50, "drain": 80, "electrical": 60, "air-conditioning": 100, "doors": 40, "walls": 120,
    "home-cleaning": 90, "pest-control": 70, "access-card": 20,
}  # fmt: skip
SPECIAL = ("home-cleaning", "pest-control")  # whose customers get a payment notice; in the grounds it is a report
SENIOR, DESK, CHIEF = "s02", "s03", "s04"  # heads the desk and stands in there; sits there; heads engineering
EFFORT = {"air-conditioning": 90, "walls": 700, "home-cleaning": 150, "trees": 240, "lift": 60, "access-card": 15}
BATCHES = ((8, 36), (13, 36))  # when the pool is dispatched on working days

assigned: dict[str, tuple[str, str]] = {}  # order -> (assignment, assignee), as the batches answered
taken: dict[tuple[str, int], str] = {}  # (service, place in its list) -> order


class Dispatch:
    """One order on its way: what is known of it, and the ways to send somebody."""

    def __init__(self, place: tuple[str, int], kind: str, line: Line, at: datetime, customer: Customer) -> None:
        self.place = place
        self.service = place[0] if kind in ("request", "report") else ""
        self.kind = kind
        self.line = line
        self.at = at
        self.customer = customer
        self.turn, _, self.detail = line.turn.partition(":")
        self.rng = Random(f"2026-10 {place[0]} {place[1]}")
        self.order = ""
        self.job = ""
        self.helper = ""
        self.worker = ""
        self.desk = DESK
        self.price = PRICES.get(self.service, 0) if kind == "request" and not line.place else 0
        self.appointment: datetime | None = None

    # --- small parts ----------------------------------------------------------------------------------------------

    @property
    def urgent(self) -> bool:
        """Handled at once, at any hour."""
        return self.line.priority == "urgent"

    @property
    def any_hour(self) -> bool:
        """Handled outside business hours too: by who is on call, or by the guards."""
        return self.urgent or self.service in ("parking", "noise")

    def say(self, who: str, *argv: str, codes: tuple[int, ...] = (0,)) -> Steps:
        """One command at the story's present time."""
        return (yield Step(self.at, who, argv, codes))

    def wait(self, low: float, high: float) -> None:
        """Let business minutes pass; minutes of the clock for work at any hour."""
        minutes = self.rng.uniform(low, high)
        if self.any_hour:
            self.at += timedelta(seconds=round(minutes * 60))
        else:
            self.at = add_business(self.at, minutes)

    def choose_desk(self) -> str:
        """Who is at the desk at the story's present time."""
        if is_open(self.at):
            return self.rng.choice((DESK, DESK, DESK, DESK, SENIOR))
        return (DESK, SENIOR)[self.at.day % 2]

    def send(self) -> Steps:
        """The dispatch, by one way or another."""
        turn, named = self.turn, WORKERS[self.service]
        if turn == "claim":
            self.wait(3, 8)
            yield from self.say(self.desk, "triage", self.order, "--dispatch")
            self.wait(5, 20)
            self.note((yield Step(self.at, named, ("claim", self.order, "--json"))))
        elif turn == "helper":
            self.wait(3, 12)
            yield from self.assign(named, "--helper", HELPERS[named], "--over-ceiling", "--reason", "需要两人作业")
        elif self.urgent or self.service in ("parking", "noise", "access-card"):
            limit = 8 if self.urgent else 25
            self.at += self.rng.randint(2, limit) * MINUTE
            yield from self.assign(named)
        elif not is_open(self.at):
            self.at += 2 * MINUTE
            yield from self.pool()
        else:
            late = turn == "unsent" or self.rng.random() < 0.03
            self.wait(*((80, 150) if late else (3, 35)))
            reply = yield from self.say(self.desk, "assign", self.order, "--auto", "--json", codes=(0, 4))
            if reply.code:
                yield from self.pool()
            else:
                self.note(reply)

    def assign(self, staff: str, *more: str) -> Steps:
        """By name; at the ceiling somebody answers for it."""
        reply = yield from self.say(self.desk, "assign", self.order, staff, *more, "--json", codes=(0, 4))
        if reply.code:
            why = ("--over-ceiling", "--reason", "人手不足，主管同意加派")
            reply = yield from self.say(self.desk, "assign", self.order, staff, *why, "--json")
        self.note(reply)

    def note(self, reply: Reply) -> None:
        """Remember who got it."""
        made = json.loads(reply.out)
        sent = made if isinstance(made, list) else [made]
        self.job, self.worker = sent[0]["id"], sent[0]["assignee"]
        self.helper = sent[1]["id"] if len(sent) > 1 else ""

    def pool(self) -> Steps:
        """Into the pool, until one of the next batches sends somebody."""
        yield from self.say(self.desk, "triage", self.order, "--dispatch")
        yield from self.await_batch()

    def await_batch(self) -> Steps:
        """In the pool until one of the next batches sends somebody; after four of them, by name."""
        for _ in range(4):
            self.at = find_batch(self.at) + MINUTE
            yield Step(self.at, self.desk)
            if self.order in assigned:
                self.job, self.worker = assigned.pop(self.order)
                return
        yield from self.assign(WORKERS[self.service])


def find_batch(at: datetime) -> datetime:
    """The next time after `at` when the pool is dispatched."""
    while True:
        if is_workday(at.date()):
            for hour, minute in BATCHES:
                batch = at.replace(hour=hour, minute=minute, second=0)
                if batch > at:
                    return batch
        at = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)


def run_batches(last: datetime) -> Steps:
    """The pool, twice a working day."""
    at = find_batch(moment(1))
    while at < last:
        reply = yield Step(at, DESK, ("assign", "--all", "--auto", "--json"), (0, 4))
        for made in json.loads(reply.out or "[]"):
            assigned[made["order_id"]] = made["id"], made["assignee"]
        at = find_batch(at)
