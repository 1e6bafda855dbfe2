"""Whatever people do in whatever order: no fact is charged twice, and the fund holds what was paid into it."""

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from desks import Desk, copy_desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from surroundings import examples
from transcripts import Result

LIVE = ("proposed", "approved", "paid")
ACTS = (
    "late", "complain", "retract", "rule", "regrade", "propose", "again", "approve", "waive", "reverse", "pay", "spend",
    "hand",
)  # fmt: skip
act = st.tuples(st.sampled_from(ACTS), st.integers(0, 5))


class Story:
    """A desk where people act; what was paid, reversed and spent is counted here, from the answers alone."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.day = 2
        self.balance = Decimal(0)
        self.paid: dict[str, Decimal] = {}
        for staff in ("pan", "shui"):
            desk.do("mgr", "staff", "change", staff, "--class", "B")

    def read(self, *argv: str) -> Any:
        return json.loads(self.desk.act("mgr", *argv, "--json").out)

    def pick(self, items: list[Any], number: int) -> Any:
        return items[number % len(items)] if items else None

    def tell(self, word: str, number: int) -> None:
        self.day = min(self.day + number % 2, 29)
        self.desk.clock(self.day, "10:00")
        getattr(self, word)(number)

    def late(self, number: int) -> None:
        staff = ("pan", "shui")[number % 2]
        self.desk.act("lin", "attendance", "late", staff, "--on", f"2026-11-{self.day:02}")

    def complain(self, number: int) -> None:
        words = ("--content", "态度差", "--caller", "李示例", "--phone", f"138-0000-1{number:03}")
        case = self.desk.do("lin", "complaint", "new", *words, "--staff", "pan", "--staff", "shui")["id"]
        self.desk.act("mgr", "complaint", "rule", case, "--valid", "attitude", "--reason", "属实")

    def rule(self, number: int) -> None:
        case = self.pick(self.read("list", "complaints"), number)
        if case:
            word = ("--valid", "attitude") if number % 2 else ("--invalid", "ground")
            self.desk.act("mgr", "complaint", "rule", case["id"], *word, "--reason", "复查")

    def retract(self, number: int) -> None:
        register = ("attendance", "complaints")[number % 2]
        case = self.pick(self.read("list", register), number // 2)
        if case:
            self.desk.act("mgr", "retract", case["id"], "--reason", "记错")

    def regrade(self, number: int) -> None:
        """A change of class that is recorded after the facts that it is about."""
        at = f"2026-11-{max(2, self.day - number):02}T09:30:00+08:00"
        self.desk.act("mgr", "staff", "change", ("pan", "shui")[number % 2], "--class", "AB"[number // 3], "--at", at)

    def propose(self, number: int) -> None:
        assert self.desk.act("lin", "ledger", "propose", "--all").code == 0
        assert self.desk.act("lin", "ledger", "propose", "--all", "-q").out == ""

    def again(self, number: int) -> None:
        item = self.pick(self.read("ledger", "due"), number)
        if item:
            done = self.desk.act("lin", "ledger", "propose", item["key"], "--again", "--reason", "重提")
            assert (done.code == 0) == (item["state"] not in (*LIVE, "unfounded"))

    def hand(self, number: int) -> None:
        self.desk.do("lin", "ledger", "propose", "--rule", "unreachable", "--staff", "pan", "--reason", "未接电话")

    def entry(self, number: int) -> Any:
        return self.pick([one for one in self.read("ledger", "list") if one["key"]], number)

    def approve(self, number: int) -> None:
        entry = self.entry(number)
        if entry:
            amount = () if entry["amount"] or entry["kind"] != "fine" else ("--amount", f"{20 + number}.55")
            done = self.desk.act("mgr", "ledger", "approve", entry["id"], *amount, "--reason", "同意")
            assert (done.code == 0) == (entry["state"] == "proposed"), done.err

    def waive(self, number: int) -> None:
        entry = self.entry(number)
        if entry:
            done = self.desk.act("mgr", "ledger", "waive", entry["id"], "--reason", "免除")
            assert (done.code == 0) == (entry["entry_state"] in ("proposed", "approved")), done.err

    def reverse(self, number: int) -> None:
        entry = self.entry(number)
        if entry and self.desk.act("mgr", "ledger", "reverse", entry["id"], "--reason", "撤销").code == 0:
            self.balance -= self.paid.pop(entry["id"], Decimal(0))

    def pay(self, number: int) -> None:
        entry = self.entry(number)
        if entry and self.desk.act("mgr", "ledger", "paid", entry["id"]).code == 0:
            self.paid[entry["id"]] = Decimal(entry["amount"])
            self.balance += Decimal(entry["amount"])

    def spend(self, number: int) -> None:
        amount = Decimal(number * 7) + Decimal("0.05")
        done = self.desk.act("mgr", "ledger", "spend", "--amount", str(amount), "--reason", "茶水")
        assert (done.code == 0) == (amount <= self.balance)
        self.balance -= amount if done.code == 0 else 0

    def check(self) -> None:
        entries = self.read("ledger", "list")
        live = Counter(one["key"] for one in entries if one["entry_state"] in LIVE)
        assert all(count == 1 for count in live.values()), live
        due = self.read("ledger", "due")
        assert len({item["key"] for item in due}) == len(due)
        for item in due:
            assert (item["key"] in live) == (item["state"] in (*LIVE, "unfounded"))
        lost = {item["key"] for item in due if item["state"] == "unfounded"}
        assert lost == {one["key"] for one in entries if one["state"] == "unfounded"}
        assert self.desk.act("mgr", "records", "rebuild").code == 0
        assert self.read("ledger", "due") == due  # what the index gathered on the way is what the files say
        fund = self.read("ledger", "fund")
        assert Decimal(fund["balance"]) == self.balance
        assert sum((Decimal(one["amount"]) for one in fund["entries"]), Decimal(0)) == self.balance


@pytest.mark.heavy
@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(act, min_size=6, max_size=14))
def test_no_fact_is_charged_twice_and_the_fund_adds_up(
    run: Callable[..., Result], isolated: Path, acts: list[tuple[str, int]]
) -> None:
    folder = Path(mkdtemp(dir=isolated))  # never one that was there before: what was read of that is remembered
    story = Story(copy_desk(partial(run, cwd=folder), folder))
    for number in range(3):  # so that there is something to decide on
        story.tell("late", 2 * number)
        story.day += 1
    story.tell("complain", 0)
    for word in ("propose", "approve", "pay"):
        story.tell(word, 0)
    for word, number in acts:
        story.tell(word, number)
    story.check()
