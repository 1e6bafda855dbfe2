"""Whatever is recorded, taken back, given again, ruled anew, published and sealed, in one office or in two: one fact
has one entry that stands, or people are told.

What the facts are is counted here from the rows that stand, by `show` and `list` alone. The counts are printed at the
end of the run.
"""

import json
import random
import shutil
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk
from office import Office, same_tables
from offices import Run, merge, open_two
from old_keys import key_by_row
from surroundings import LONG

LIVE = ("proposed", "approved", "paid")
SEEDS, STEPS = (range(60), 48) if LONG else ((5,), 24)
RULES = r"(?m)^rewards:$", (
    "  - {id: trouble, title: 反映困难, of: assignments.problem, who: [assignee], amount: 10, into: department-fund}\n"
    "  - {id: late-job, title: 未及时确认, of: breach.confirm, who: [owner], amount: 50, into: department-fund}\n"
    "rewards:"
)  # fmt: skip
WORDS = (
    *("complaint", "ruling", "ruling", "severity", "arrival", "arrival", "job", "job", "taken_back", "again", "again"),
    *("again", "again", "correct", "money", "money", "everywhere", "everywhere", "publish", "share"),
)
ONCE = ("justified-complaint", "late-b")  # of a complaint or a day there is one at most
COUNTED = ("justified-complaint", "late-b", "trouble", "late-job", "complaint-late")
DECEMBER = "2026-12-02T09:00:00+08:00"


def open_charged(run: Run, folder: Path) -> Desk:
    """Two people of class B who were late twice, a job with trouble, a justified complaint; the rules are published."""
    desk = copy_desk(run, folder)
    desk.edit_rules(RULES)
    desk.do("mgr", "policy", "publish")
    for staff in ("pan", "shui"):
        desk.do("mgr", "staff", "change", staff, "--class", "B")
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "problem", job, "--reason", "缺配件")
    complain = ("--content", "态度差", "--caller", "李示例", "--phone", "138-0000-1001", "--staff", "pan")
    case = desk.do("lin", "complaint", "new", *complain, "--department", "engineering")["id"]
    desk.do("sup-e", "complaint", "rule", case, "--valid", "attitude", "--reason", "属实")
    desk.clock(4, "10:00")
    for staff in ("pan", "shui"):
        for day in ("2026-11-03", "2026-11-04"):
            desk.do("lin", "attendance", "late", staff, "--on", day)
    return desk


class History:
    """Random acts in one or two offices; each may be refused, by name or by state."""

    def __init__(self, offices: tuple[Office, ...], chance: random.Random) -> None:
        self.offices, self.chance = offices, chance
        self.acts: Counter[int] = Counter()
        self.published = self.told = 0

    def act(self, office: Office, who: str, *argv: str) -> str:
        done = office.act(who, *argv)
        assert done.code in (0, 2, 3, 4), (argv, done)
        self.acts[done.code] += 1
        return done.out

    def read(self, office: Office, *argv: str) -> Any:
        return json.loads(office.act("mgr", *argv, "--json").out or "[]")

    def pick(self, office: Office, register: str) -> str:
        return str(self.chance.choice(self.read(office, "list", register) or [{"id": "none"}])["id"])

    def step(self) -> None:
        office = self.chance.choice(self.offices)
        office.wait(minutes=self.chance.choice((1, 5, 45, 900)))
        getattr(self, self.chance.choice(WORDS))(office)

    def complaint(self, office: Office) -> None:
        given = ("--content", "态度差", "--caller", "李示例", "--phone", f"138-0000-100{self.chance.randrange(3)}")
        self.act(office, "lin", "complaint", "new", *given, "--staff", self.chance.choice(("pan", "shui")),
                 "--department", "engineering")  # fmt: skip

    def ruling(self, office: Office) -> None:
        case, staff = self.pick(office, "complaints"), self.chance.choice(("pan", "shui"))
        words = self.chance.choice((
            ("--valid", "attitude"), ("--valid", "skill"), ("--valid", "attitude", "--staff", staff),
            ("--invalid", "ground"),
        ))  # fmt: skip
        self.act(office, "sup-e", "complaint", "rule", case, *words, "--reason", "复查")

    def severity(self, office: Office) -> None:
        case = self.pick(office, "complaints")
        word = self.chance.choice(("serious", "ordinary", "resolve", "reopen"))
        if word == "resolve":
            self.act(office, "sup-d", "complaint", "resolve", case, "--result", "已道歉", "--outcome", "concession")
        elif word == "reopen":
            self.act(office, "sup-d", "complaint", "reopen", case)
        else:
            self.act(office, "sup-d", "complaint", "classify", case, "--severity", word, "--reason", "复查")

    def arrival(self, office: Office) -> None:
        days = sorted({office.now[:8] + f"{day:02}" for day in (3, 4, int(office.now[8:10]))})
        staff, day = self.chance.choice(("pan", "shui")), self.chance.choice(days)
        self.act(office, "lin", "attendance", "late", staff, "--on", day)

    def job(self, office: Office) -> None:
        job = self.pick(office, "assignments")
        word = self.chance.choice(("problem", "problem", "complete", "rework"))
        reason = () if word == "complete" else ("--reason", "缺配件")
        self.act(office, "lin" if word == "rework" else "pan", word, job, *reason)

    def taken_back(self, office: Office) -> None:
        """The last row of a case, any of them, or a retraction."""
        case = self.pick(office, self.chance.choice(("complaints", "complaints", "assignments", "attendance")))
        rows = [row["ref"] for row in self.read(office, "show", case)["events"]] if case != "none" else []
        ref = (self.chance.choice(rows[1:]),) if len(rows) > 1 and self.chance.random() < 0.5 else ()
        self.act(office, "gm", "retract", case, *ref, "--reason", "记错")

    def again(self, office: Office) -> None:
        """A ruling or an arrival is taken back and given anew, with other words, perhaps by another office."""
        other = self.chance.choice(self.offices)
        if self.chance.random() < 0.5:
            ruled = [item["id"] for item in self.read(office, "list", "complaints") if item["validity"] == "valid"]
            for case in ruled[:1]:
                self.act(office, "gm", "retract", case, "--reason", "判错类别")
                self.share(office)
                words = ("--valid", self.chance.choice(("attitude", "skill")), "--reason", "复查")
                self.act(other, "sup-e", "complaint", "rule", case, *words)
            return
        late = [item for item in self.read(office, "list", "attendance") if item["state"] == "late"]
        for item in self.chance.sample(late, min(1, len(late))):
            self.act(office, "gm", "retract", item["id"], "--reason", "时间记错")
            self.share(office)
            self.act(other, "lin", "attendance", "late", item["staff"], "--on", item["date"])

    def correct(self, office: Office) -> None:
        case, staff = self.pick(office, "complaints"), self.chance.choice(("pan", "shui"))
        self.act(office, "lin", "amend", case, f"about_staff={staff}", "--reason", "听错了")

    def money(self, office: Office) -> None:
        self.propose(office)
        for entry in self.read(office, "ledger", "list"):
            word = self.chance.choice(("approve", "paid", "paid", "waive", "reverse", "", "", ""))
            if word == "approve":
                amount = () if entry["amount"] else ("--amount", "50")
                self.act(office, "gm", "ledger", "approve", entry["id"], *amount, "--reason", "属实")
            elif word == "paid":
                now = next(one for one in self.read(office, "ledger", "list") if one["id"] == entry["id"])
                before = now["state"], now["entry_state"]
                done = office.act("gm", "ledger", "paid", entry["id"])
                assert done.code == (0 if before[1] == "approved" and before[0] != "conflict" else 4), (before, done)
            elif word:
                self.act(office, "gm", "ledger", word, entry["id"], "--reason", "情况不实")

    def everywhere(self, office: Office) -> None:
        """Every office proposes what it knows to be due, before they share it."""
        self.share(office)
        for each in self.offices:
            self.propose(each)

    def propose(self, office: Office) -> None:
        with self.chance.choice((nullcontext, key_by_row))():  # by this release or by one before it
            self.act(office, "mgr", "ledger", "propose", "--all")

    def publish(self, office: Office) -> None:
        """Another limit, another timezone, two days from now on."""
        main = self.offices[0]
        if self.published == 2 or office is not main:
            return
        self.published += 1
        day = main.later(days=2)[:10]
        zone, limit = (("Asia/Tokyo", "24h"), ("Asia/Shanghai", "72h"))[self.published - 1]
        main.edit_rules(
            (r"(?m)^  effective_from: \S+", f"  effective_from: {day}"),
            (r"(?m)^  timezone: \S+", f"  timezone: {zone}"),
            (r"limit: (48|24)h", f"limit: {limit}"),
        )
        assert main.act("mgr", "policy", "publish").code == 0
        self.share(office)

    def share(self, office: Office) -> None:
        if len(self.offices) == 2:
            for one, other in (self.offices, self.offices[::-1]):
                for folder in ("policies", "seals"):
                    if (one.records / folder).is_dir():
                        shutil.copytree(one.records / folder, other.records / folder, dirs_exist_ok=True)
            merge(*self.offices)

    def seal(self) -> str:
        """Both seal November in December; what is due of it is printed so for ever."""
        self.share(self.offices[0])
        for office in self.offices:
            office.now = max(office.now, DECEMBER)
            done = office.act("mgr", "records", "seal", "--month", "2026-11")
            assert done.code == 0, done
        self.share(self.offices[0])
        return self.offices[0].act("mgr", "ledger", "due", "--month", "2026-11", "--json").out

    # --- what must come out ---------------------------------------------------------------------------------------

    def list_due(self, office: Office) -> list[dict[str, Any]]:
        """What is due of these months; what came late stands in the month of its fact and in that which recorded it."""
        months = ("2026-11", "2026-12", "2027-01")
        found = [self.read(office, "ledger", "due", "--month", month, "--as-of", "now") for month in months]
        items = {(item["key"], item["entry"]): item for month in found for item in month if item["rule"] in COUNTED}
        return list(items.values())

    def check(self, office: Office) -> tuple[int, int]:
        """(facts, entries) of an office, whose due list is compared with the rows."""
        due = self.list_due(office)
        items = [item for item in due if item["state"] != "unfounded"]
        assert count_facts(self, office) == Counter((item["rule"], item["staff"]) for item in items)
        assert len({item["key"] for item in items}) == len(items)
        named = [item["entry"] for item in items if item["entry"]]
        assert len(set(named)) == len(named)
        entries = [one for one in self.read(office, "ledger", "list") if one["rule"] in COUNTED]
        founded = {one["id"] for one in entries if one["entry_state"] in LIVE and one["state"] != "unfounded"}
        twice = {one["id"]: one["same_fact"] for one in entries if one["state"] == "conflict"}
        assert founded == {item["entry"] for item in items if item["state"] in (*LIVE, "conflict")} | twice.keys()
        self.told += len(twice)
        charged = {tell_once(one) for one in entries if one["entry_state"] in LIVE and one["rule"] in ONCE}
        assert charged.isdisjoint(tell_once(item) for item in items if item["state"] == "due" and item["rule"] in ONCE)
        assert not twice or len(self.offices) == 2
        faults = [each["message"] for each in self.read(office, "records", "check") if each["code"] == "charged-twice"]
        assert all(name in " ".join(faults) for name in twice)
        assert bool(faults) >= bool(twice)
        return len(items), len(entries)

    def settle(self) -> None:
        """Let go of all but one entry of each fact: then none is told any more."""
        main = self.offices[0]
        while twice := [one for one in self.read(main, "ledger", "list") if one["same_fact"]]:
            word = "waive" if twice[0]["entry_state"] == "proposed" else "reverse"
            assert main.act("gm", "ledger", word, twice[0]["id"], "--reason", "两处各提一次").code == 0
        self.share(main)
        self.act(main, "mgr", "ledger", "propose", "--all")
        for month in ("2026-11", "2026-12"):
            self.act(main, "mgr", "ledger", "propose", "--all", "--month", month)
            assert main.act("mgr", "ledger", "propose", "--all", "--month", month, "-q").out == ""
        self.share(main)


def tell_once(item: dict[str, Any]) -> tuple[str, str, str]:
    """What there is one of: the rule, the person, and the day of an arrival, or the complaint."""
    return item["rule"], item["staff"], item["occurred_at"][:10] if item["rule"] == "late-b" else item["case"]


def count_facts(history: History, office: Office) -> Counter[tuple[str, str]]:
    """(rule, person) -> how many facts there are, by the rows that stand."""
    found: Counter[tuple[str, str]] = Counter()
    days: dict[str, set[str]] = {}
    for item in history.read(office, "list", "complaints"):
        if item["validity"] == "valid":
            found.update(("justified-complaint", staff) for staff in item["about_staff"])
    for item in history.read(office, "list", "attendance"):
        if item["state"] == "late":
            days.setdefault(item["staff"] + item["date"][:7], set()).add(item["date"])
    for name, dates in days.items():
        found["late-b", name[:-7]] += len(dates) - 1  # the first of a month is free
    for item in history.read(office, "list", "assignments"):
        shown = history.read(office, "show", item["id"])
        found["trouble", item["assignee"]] += sum(row["event"] == "problem" for row in shown["events"])
    late = [each for each in history.read(office, "due", "--all") if each["breached"] and each["owner"]]
    slow = {each["case"] for each in late if each["clock"] == "result"}
    receivers = {item["id"]: item["received_by"] for item in history.read(office, "list", "complaints")}
    for each in late:
        if each["clock"] == "confirm":
            found["late-job", each["owner"]] += 1
        elif each["clock"] == "result":  # owed by the head of the department and by the receiver
            found["complaint-late", each["owner"]] += 1
        elif each["clock"] == "put-right" and each["case"] not in slow:  # owed by the head alone
            for staff in (each["owner"], receivers[each["case"]]):
                found["complaint-late", staff] += 1
    return +found


@pytest.mark.heavy
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [1, 2], ids=["one office", "two offices"])
def test_one_fact_has_one_entry_or_people_are_told(
    run: Run, isolated: Path, count: int, seed: int, record_property: Any
) -> None:
    chance = random.Random(f"{count} {seed}")
    offices = open_two(run, isolated, open_charged)[:count]
    history = History(offices, chance)
    closed, facts, entries = "", 0, 0
    history.everywhere(offices[0])
    for number in range(STEPS):
        if number == STEPS * 2 // 3:
            closed = history.seal()
        history.step()
        if number % 12 == 11:
            history.share(offices[0])
            tried = history.check(chance.choice(offices))
            facts, entries = facts + tried[0], entries + tried[1]
    history.settle()
    history.check(offices[0])
    assert not [one for one in history.read(offices[0], "ledger", "list") if one["state"] == "conflict"]
    assert offices[0].act("mgr", "ledger", "due", "--month", "2026-11", "--json").out == closed
    if count == 2:
        same_tables(offices)
    else:
        offices[0].check_index()
    done = history.acts
    told = f"{sum(done.values())} acts ({done[0]} done), {facts} facts, {entries} entries, {history.told} told as twice"
    record_property("counted", told)
