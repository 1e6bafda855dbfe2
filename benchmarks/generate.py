"""Writes a records folder with a history of any length: the same bytes for the same size, rules and Python.

    python benchmarks/generate.py FOLDER ORDERS

A desk of sixty people, Chinese texts, about seven rows an order in orders, assignments and notices, one published
version of the rules, customers in private/. The rows go through the store's own line codec and chain, not through
commands: a million orders take about three minutes. The history ends at END; some four clocks for every thousand
orders are late by then, nearly all of the last six weeks. It has one writer, and no case is amended, retracted or
reopened.
"""

import os
import random
import sys
from bisect import bisect
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate
from typing import NamedTuple

from wording import (
    ANSWERS,
    AREAS,
    CAUSES,
    DETAILS,
    FAULTS,
    GRUMBLES,
    NOTES,
    PLACES,
    QUESTIONS,
    SERVICES,
    SKILLS,
    SURNAMES,
)

from dispatchctl import registers
from dispatchctl.policy.assembling import resolve_policy_days
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.publishing import render_version
from dispatchctl.registers.page import HEAD, TAIL, list_columns
from dispatchctl.store.contacts import COLUMNS as CONTACT_COLUMNS
from dispatchctl.store.files import FILE_MODE
from dispatchctl.store.folder import make_folder
from dispatchctl.store.lines import encode_cells, encode_header, encode_line
from dispatchctl.store.versions import write_version

ZONE = timezone(timedelta(hours=8))
END = datetime(2026, 11, 20, 16, 0, tzinfo=ZONE)  # a Friday afternoon
END_AT = int(END.timestamp())
SEED = 20261120
MONTHS = ((2_000, 2), (20_000, 12), (200_000, 24))  # how long a history of up to so many orders is; else LONGEST
LONGEST = 60
ABANDONED = 0.0017  # of all orders: nobody goes on with them; each owes two clocks or so
ABANDONED_DAYS = 45

DAY = 86400
OFFSET = 8 * 3600
MICRO = 1_000_000


class Person(NamedTuple):
    """One of the staff."""

    id: str
    role: str
    department: str
    skills: tuple[str, ...]


class Job:
    """An assignment: its id is known once its first row is written, in the order of time."""

    __slots__ = ("id", "order")

    def __init__(self, order: str) -> None:
        self.order = order
        self.id = ""


# One command: when, a number that keeps equal times in order, the register, its rows. A row: case (an id, or the Job),
# event, who, the register's own columns, note.
Row = tuple["str | Job", str, str, list[str], str]
Command = tuple[int, int, str, list[Row]]


class Layout(NamedTuple):
    """A register's own columns, and a row of them with nothing in it."""

    places: dict[str, int]
    blank: list[str]


def _lay_out(register: str) -> Layout:
    own = list_columns(registers.get(register))[len(HEAD) : -len(TAIL)]
    return Layout({name: place for place, name in enumerate(own)}, [""] * len(own))


LAYOUTS = {name: _lay_out(name) for name in ("orders", "assignments", "notices", "staff")}
_BLANKS = {name: layout.blank for name, layout in LAYOUTS.items()}


def fill(register: str, **fields: str) -> list[str]:
    """The register's own columns with these fields in their places."""
    places, values = LAYOUTS[register].places, LAYOUTS[register].blank.copy()
    for name, text in fields.items():
        values[places[name]] = text
    return values


_days: dict[int, str] = {}
_seconds = [f"T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(DAY)]


def show_day(number: int) -> str:
    """A day counted from 1970-01-01, as YYYY-MM-DD."""
    text = _days.get(number)
    if text is None:
        text = _days[number] = date.fromordinal(719163 + number).isoformat()
    return text


def show_time(at: int) -> str:
    """Seconds since 1970 as ISO 8601 at +08:00."""
    day, second = divmod(at + OFFSET, DAY)
    return f"{show_day(day)}{_seconds[second]}+08:00"


class Writer:
    """The files of one register: month by month, one chain."""

    def __init__(self, folder: str, register: str) -> None:
        self.folder, self.register = f"{folder}/{register}", register
        self.columns = list_columns(registers.get(register))
        self.crc = self.seq = self.rows = 0
        self.lines: list[bytes] = []

    def begin(self) -> None:
        """Start a month's file."""
        header, self.crc = encode_header(self.columns, self.crc)
        self.seq, self.lines = 0, [header]

    def add(self, at: str, stamp: str, by: str, case: str, event: str, own: list[str], note: str, last: bool) -> None:
        """One row; `last` of its command."""
        self.seq += 1
        seq = str(self.seq) if last else f"{self.seq}+"
        line, self.crc = encode_line([at, stamp, by, case, event, *own, "", "", note, seq], self.crc)
        self.lines.append(line)

    def finish(self, month: str) -> None:
        """Write the file, unless the register has no row in that month."""
        if self.seq == 0:
            return
        os.makedirs(self.folder, mode=0o2770, exist_ok=True)
        path = f"{self.folder}/{month}.main.csv"
        with open(path, "wb") as file:
            file.writelines(self.lines)
        os.chmod(path, FILE_MODE)
        self.rows += self.seq
        self.lines = []


class Customers:
    """Private contacts, made when they first call; a number of months' calls come from people known already."""

    def __init__(self, folder: str, chance: random.Random, orders: int) -> None:
        self.chance, self.limit = chance, max(50, orders // 10)
        self.known: list[tuple[str, str]] = []
        self.counts: dict[str, int] = {}
        self.path = f"{folder}/private/contacts.csv"
        with open(self.path, "w", encoding="utf-8", newline="") as file:
            file.write(encode_cells(CONTACT_COLUMNS) + "\n")
        os.chmod(self.path, FILE_MODE)
        self.lines: list[str] = []

    def choose(self, at: int) -> tuple[str, str]:
        """(contact id, area) of whoever calls."""
        known, random_ = self.known, self.chance.random
        if known and random_() < len(known) / self.limit:
            return known[int(random_() * len(known))]
        day = show_day((at + OFFSET) // DAY).replace("-", "")
        number = self.counts[day] = self.counts.get(day, 0) + 1
        place = len(known)
        tower, unit, flat = place % 4 + 1, place // 4 % 60 + 1, place // 240 + 101
        one = (f"P-{day}-{number:04d}", f"tower-{tower}")
        name = SURNAMES[place % 22] + "某" + SURNAMES[place // 22 % 22]
        phone = f"138-0000-{place % 10000:04d}" + (f"转{place // 10000}" if place >= 10000 else "")
        address = f"{tower}号楼{unit}单元{flat}"
        self.lines.append(
            encode_cells([one[0], name, phone, address, one[1], "yes", "phone", show_time(at), ""]) + "\n"
        )
        known.append(one)
        return one

    def flush(self) -> None:
        """Write what has come since."""
        with open(self.path, "a", encoding="utf-8", newline="") as file:
            file.writelines(self.lines)
        self.lines = []


def make_staff() -> list[Person]:
    """Sixty people: two managers, four supervisors, ten at the desk, forty-four in the field."""
    people = [Person("s01", "general-manager", "desk", ()), Person("s02", "manager", "desk", ())]
    people += [
        Person(f"s{number:02d}", "supervisor", department, ())
        for number, department in enumerate(("engineering", "cleaning", "greening", "security"), 3)
    ]
    people += [Person(f"s{number:02d}", "desk", "desk", ("desk",)) for number in range(7, 17)]
    trades = [
        ("engineering", ("plumbing",), 10),
        ("engineering", ("electrical",), 8),
        ("engineering", ("hvac", "electrical"), 4),
        ("engineering", ("carpentry", "masonry"), 6),
        ("engineering", ("lift",), 3),
        ("cleaning", ("cleaning", "pest-control"), 6),
        ("greening", ("gardening",), 3),
        ("security", ("security",), 4),
    ]
    for department, skills, count in trades:
        people += [Person(f"s{len(people) + step + 1:02d}", "field", department, skills) for step in range(count)]
    return people


class Desk:
    """What happens, order by order, as commands in the month's list."""

    def __init__(self, folder: str, orders: int, chance: random.Random) -> None:
        self.chance, self.orders = chance, orders
        self.staff = make_staff()
        self.desk = [person.id for person in self.staff if person.role == "desk"]
        self.by_skill: dict[str, list[str]] = {}
        for person in self.staff:
            for skill in person.skills:
                self.by_skill.setdefault(skill, []).append(person.id)
        self.heads = {person.department: person.id for person in self.staff if person.role == "supervisor"}
        self.customers = Customers(folder, chance, orders)
        self.services = list(accumulate(each[2] for each in SERVICES))
        self.commands: dict[int, list[Command]] = {}  # by month, counted from year 0
        self.count = 0
        self.months: list[int] = []  # where each month begins, seconds

    def put(self, at: int, register: str, rows: list[Row]) -> bool:
        """Enter a command; False where it lies after the end of the history, so that nothing can follow it."""
        if at > END_AT:
            return False
        self.count += 1
        self.commands[bisect(self.months, at) - 1].append((at, self.count, register, rows))
        return True

    def take_order(self, at: int, order: str, abandoned: bool) -> None:
        """A request from its taking to its end, or to where it was abandoned."""
        random_, pick = self.chance.random, self.chance.choice
        service, department, _ = SERVICES[bisect(self.services, random_() * self.services[-1])]
        clerk = pick(self.desk)
        draw = random_()
        kind = "request" if draw < 0.86 else "inquiry" if draw < 0.95 else "suggestion" if draw < 0.97 else "report"
        contact, area = self.customers.choose(at)
        if random_() < 0.3:
            area = pick(AREAS)
        content = f"{pick(PLACES)}{pick(FAULTS[service])}{pick(DETAILS)}" if kind != "inquiry" else pick(QUESTIONS)
        draw = random_()
        if draw < 0.004:
            content += pick(('，门上写着"请勿敲门"', "；编号A-3,B-4", "\n（业主补充：晚上八点后在家）"))
        draw = random_()
        fields = {
            "kind": kind,
            "channel": "phone" if draw < 0.6 else "wechat" if draw < 0.85 else "visit" if draw < 0.95 else "app",
            "contact_id": contact,
            "service": service,
            "department": department,
            "area": area,
            "content": content,
        }
        draw = random_()
        fields["priority"] = priority = (
            "normal" if draw < 0.75 else "low" if draw < 0.85 else "high" if draw < 0.94 else "urgent"
        )
        if kind == "request" and random_() < 0.12 and not abandoned:
            fields["appointment_at"] = show_time(at - at % 1800 + int(random_() * 3 * DAY / 1800) * 1800 + 7200)
        begun = at + (int(random_() * 3 * DAY) + 3600 if "appointment_at" in fields else 0)
        if not self.put(at, "orders", [(order, "taken", clerk, fill("orders", **fields), "")]):
            return
        later = at + 60 + int(random_() * 1500)
        if abandoned:
            if random_() < 0.5:
                return
        elif kind == "inquiry" and random_() < 0.8:
            answer = fill("orders", answer=pick(ANSWERS))
            self.put(at + 60 + int(random_() * 600), "orders", [(order, "answered", clerk, answer, "")])
            return
        elif kind == "suggestion" or random_() < 0.02:
            if self.put(later, "orders", [(order, "referred", clerk, fill("orders", department=department), "")]):
                answer = fill("orders", answer=pick(ANSWERS))
                done = later + 3600 + int(random_() * DAY)
                self.put(done, "orders", [(order, "closed", self.heads.get(department, clerk), answer, "")])
            return
        if not self.put(later, "orders", [(order, "needs-dispatch", clerk, _BLANKS["orders"], "")]):
            return
        if not abandoned and random_() < 0.025:
            why = fill("orders", reason="来电人要求取消")
            self.put(later + int(random_() * 7200), "orders", [(order, "cancelled", clerk, why, "")])
            return
        self.dispatch(
            later + 30 + int(random_() ** 3 * 3600), max(begun, later), order, service, clerk, fields, abandoned
        )
        if kind == "request" and priority != "urgent" and random_() < 0.06:
            self.bill(later + 5 * DAY, order, clerk)

    def bill(self, at: int, order: str, clerk: str) -> None:
        """A payment notice, then the payment."""
        amount = f"{self.chance.choice((40, 50, 60, 80, 100, 120))}.00"
        if self.put(at, "orders", [(order, "billed", clerk, fill("orders", amount=amount), "")]):
            paid = at + int(self.chance.random() * 6 * DAY)
            self.put(paid, "orders", [(order, "paid", clerk, fill("orders", amount=amount), "")])

    def dispatch(
        self, at: int, begun: int, order: str, service: str, clerk: str, fields: dict[str, str], abandoned: bool
    ) -> None:
        """An assignment and the work on it."""
        random_, pick = self.chance.random, self.chance.choice
        able = self.by_skill[SKILLS[service]]
        who = pick(able)
        job = Job(order)
        assigned = fill(
            "assignments",
            order_id=order,
            dispatcher=clerk,
            assignee=who,
            role="lead",
            contact_id=fields["contact_id"],
            content=fields["content"],
            requirements="按服务项目的要求办理",
        )
        if not self.put(at, "assignments", [(job, "assigned", clerk, assigned, "")]):
            return
        blank = _BLANKS["assignments"]
        if random_() < 0.35:
            told = fill("notices", kind="assignment", case="", to=who, channel="wechat")
            self.put(at + 2, "notices", [(job, "sent", "system", told, "")])
        now = at + 30 + int(random_() ** 2 * 1500)
        if abandoned and random_() < 0.4:
            return
        if random_() < 0.03:
            other, second = pick(able), Job(order)
            why = fill("assignments", reason=pick(GRUMBLES))
            again = assigned.copy()
            again[LAYOUTS["assignments"].places["assignee"]] = other
            moved: list[Row] = [(job, "reassigned", clerk, why, ""), (second, "assigned", clerk, again, "")]
            if not self.put(now, "assignments", moved):
                return
            job, who, now = second, other, now + 60 + int(random_() * 1200)
        if not self.put(now, "assignments", [(job, "acknowledged", who, blank, "")]):
            return
        now = max(now + 120, begun - 600) + int(random_() ** 2 * 5400)
        if not self.put(now, "assignments", [(job, "started", who, blank, "")]) or abandoned:
            return
        for event, share in (("progress", 0.25), ("problem", 0.06)):
            if random_() < share:
                now += 60 + int(random_() * 1800)
                note = pick(NOTES) if event == "progress" else pick(GRUMBLES)
                if not self.put(now, "assignments", [(job, event, who, blank, note)]):
                    return
        if random_() < 0.06:
            now += 300
            if not self.put(now, "assignments", [(job, "paused", who, fill("assignments", reason=pick(CAUSES)), "")]):
                return
            now += 3600 + int(random_() * 2 * DAY)
            if not self.put(now, "assignments", [(job, "resumed", who, blank, "")]):
                return
        late = random_() < 0.07
        if late:
            urging = fill(
                "notices",
                kind="urging",
                clock="complete",
                clock_started_at=show_time(at),
                level="1",
                to=who,
                channel="wechat",
            )
            if not self.put(max(now, at + 2 * DAY), "notices", [(job, "urged", clerk, urging, "")]):
                return
            now = max(now, at + 2 * DAY)
        now += 600 + int(random_() ** 2 * 4 * 3600)
        parts = fill("assignments", parts="密封圈;生料带", cost="18.50") if random_() < 0.2 else blank
        if not self.put(now, "assignments", [(job, "completed", who, parts, "")]):
            return
        if random_() < 0.02:
            now += 1800
            if not self.put(now, "assignments", [(job, "rework", clerk, fill("assignments", reason="仍有渗漏"), "")]):
                return
            now += 7200
            if not self.put(now, "assignments", [(job, "completed", who, blank, "")]):
                return
        self.put(now + 300 + int(random_() ** 2 * DAY), "assignments", [(job, "confirmed", clerk, blank, "")])


def list_months(count: int) -> list[date]:
    """The first days of the last `count` months up to END's, and of the one after."""
    number = END.year * 12 + END.month - 1
    return [date((number - back) // 12, (number - back) % 12 + 1, 1) for back in range(count - 1, -2, -1)]


def start_of(day: date) -> int:
    """Seconds since 1970 of the day's first."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp())


def draw_times(chance: random.Random, start: int, end: int, count: int) -> list[int]:
    """When the calls of a month come: mostly by day, fewer on weekends."""
    times: list[int] = []
    days = (end - start) // DAY
    while len(times) < count:
        day = int(chance.random() * max(days, 1))
        if (start // DAY + day + 4) % 7 > 4 and chance.random() < 0.45:
            continue
        hour = chance.triangular(7, 21, 10) if chance.random() < 0.95 else chance.random() * 24
        at = start + day * DAY + int(hour * 3600)
        if at < end:
            times.append(at)
    return sorted(times)


class Ledger:
    """Commands to rows in the files: ids, times of recording, the chain."""

    def __init__(self, folder: str) -> None:
        self.writers = {name: Writer(folder, name) for name in ("staff", "orders", "assignments", "notices")}
        self.counts: dict[tuple[str, str], int] = {}
        self.recorded = 0

    def write_month(self, month: str, commands: list[Command], staff: list[Person] | None) -> None:
        """The month's files; the staff joins at the beginning of the first."""
        for writer in self.writers.values():
            writer.begin()
        if staff and commands:
            self._join(staff, commands[0][0] - 3600)
        places = LAYOUTS["notices"].places
        case_place = places["case"]
        for at, number, register, rows in commands:
            self.recorded = max(self.recorded + 1, at * MICRO + number % MICRO)
            second, rest = divmod(self.recorded, MICRO)
            shown, whole = show_time(at), show_time(second)
            stamp = f"{whole[:19]}.{rest:06d}{whole[19:]}"
            writer = self.writers[register]
            for left, (case, event, by, own, note) in enumerate(rows, 1 - len(rows)):
                if register == "notices" and isinstance(case, Job):
                    own[case_place] = case.id
                    name = self._count("U", shown)
                elif isinstance(case, Job):
                    name = case.id = case.id or self._count("A", shown)
                else:
                    name = case
                writer.add(shown, stamp, by, name, event, own, note, left == 0)
        for writer in self.writers.values():
            writer.finish(month)

    def _count(self, letter: str, shown: str) -> str:
        day = shown[:10].replace("-", "")
        number = self.counts[letter, day] = self.counts.get((letter, day), 0) + 1
        return f"{letter}-{day}-{number:04d}"

    def _join(self, staff: list[Person], at: int) -> None:
        self.recorded = at * MICRO
        manager = {"general-manager": "", "manager": "s01", "supervisor": "s02", "desk": "s02"}
        for number, person in enumerate(staff):
            own = fill(
                "staff",
                name=SURNAMES[number % 22] + "师傅" + SURNAMES[number // 22],
                role=person.role,
                department=person.department,
                manager=manager.get(person.role, "s03"),
                skills=";".join(person.skills),
                areas=AREAS[number % 4],
                regular="yes",
            )
            self.recorded += 1
            whole = show_time(at)
            stamp = f"{whole[:19]}.{self.recorded % MICRO:06d}{whole[19:]}"
            self.writers["staff"].add(whole, stamp, "s01", person.id, "joined", own, "", True)


def publish_rules(folder: str, rules: str, since: date) -> None:
    """The example rules, in force from the first day of the history, published and beside the folder."""
    with open(rules, "rb") as file:
        text = file.read()
    text = text.replace(b"effective_from: 2026-01-01", b"effective_from: " + since.isoformat().encode(), 1)
    policy, faults = compile_policy(text, "policies.yaml")
    if policy is None:
        raise SystemExit("\n".join(map(str, faults)))
    with open(f"{os.path.dirname(folder)}/policies.yaml", "wb") as file:
        file.write(text)
    write_version(folder, since.isoformat(), render_version(text, resolve_policy_days(policy)))


def generate(folder: str, orders: int, rules: str) -> dict[str, int]:
    """Write the history of so many orders to a new folder of records; how many rows each register has."""
    chance = random.Random(SEED)
    folder = os.path.abspath(folder)
    make_folder(folder, demo=True)  # a demo's --now is its clock, so the same commands can be timed on any day
    months = list_months(next((length for limit, length in MONTHS if orders <= limit), LONGEST))
    publish_rules(folder, rules, months[0])
    desk, ledger = Desk(folder, orders, chance), Ledger(folder)
    desk.months = [start_of(day) for day in months]
    desk.commands = {place: [] for place in range(len(months))}
    whole = [min(end, END_AT) - start for start, end in zip(desk.months, desk.months[1:], strict=False)]
    taken = 0
    for place, length in enumerate(whole):
        share = sum(whole[: place + 1]) * orders // sum(whole) - taken
        counts: dict[int, int] = {}
        for at in draw_times(chance, desk.months[place], desk.months[place] + length, share):
            day = (at + OFFSET) // DAY
            counts[day] = counts.get(day, 0) + 1
            left = END_AT - at
            recent = DAY * 8 < left < ABANDONED_DAYS * DAY
            odds = ABANDONED * sum(whole) / ((ABANDONED_DAYS - 8) * DAY)
            abandoned = recent and chance.random() < odds
            desk.take_order(at, f"O-{show_day(day).replace('-', '')}-{counts[day]:04d}", abandoned)
        taken += share
        commands = sorted(desk.commands.pop(place), key=lambda each: each[:2])
        ledger.write_month(f"{months[place]:%Y-%m}", commands, desk.staff if place == 0 else None)
        desk.customers.flush()
    return {name: writer.rows for name, writer in ledger.writers.items()}


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
