"""Who works at the generated desk and who calls it, and what is recorded of the staff: lateness, courses, marks."""

import os
import random
from datetime import date
from typing import NamedTuple

from wording import AREAS, LESSONS, MARKED, SURNAMES
from writing import DAY, HOUR, OPENING, Agenda, Case, Row, day_of, fill, is_weekend, show_day, show_time, start_of

from dispatchctl.store.contacts import COLUMNS as CONTACT_COLUMNS
from dispatchctl.store.files import FILE_MODE
from dispatchctl.store.lines import encode_cells

TARDY = 0.012  # how often one of the staff is late, of all working days; some are, more often
LATE_FOR_COURSE, MISSED_COURSE = 0.01, 0.005


class Person(NamedTuple):
    """One of the staff."""

    id: str
    role: str
    department: str
    skills: tuple[str, ...]
    heads: str
    category: str  # A or B: what lateness costs


def make_staff() -> list[Person]:
    """Sixty people: two managers, four supervisors, ten at the desk, forty-four in the field."""
    people = [Person("s01", "general-manager", "desk", (), "", "A"), Person("s02", "manager", "desk", (), "desk", "A")]
    people += [
        Person(f"s{number:02d}", "supervisor", department, (), department, "A")
        for number, department in enumerate(("engineering", "cleaning", "greening", "security"), 3)
    ]
    people += [Person(f"s{number:02d}", "desk", "desk", ("desk",), "", "A") for number in range(7, 17)]
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
        first = len(people) + 1
        people += [Person(f"s{first + step:02d}", "field", department, skills, "", "B") for step in range(count)]
    return people


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
        day = show_day(day_of(at)).replace("-", "")
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


class Personnel:
    """What is recorded of the staff, month by month, by the manager."""

    MANAGER = "s02"

    def __init__(self, agenda: Agenda, staff: list[Person], chance: random.Random) -> None:
        self.agenda, self.staff, self.chance = agenda, staff, chance
        self.lower = [person for person in staff if person.role in ("desk", "field", "supervisor")]

    def join(self, at: int) -> None:
        """The staff joins."""
        manager = {"general-manager": "", "manager": "s01", "supervisor": "s02", "desk": "s02"}
        head = {person.heads: person.id for person in self.staff if person.heads}
        for number, person in enumerate(self.staff):
            own = fill(
                "staff",
                name=SURNAMES[number % 22] + "师傅" + SURNAMES[number // 22],
                role=person.role,
                department=person.department,
                manager=manager.get(person.role, head[person.department]),
                heads=person.heads,
                skills=";".join(person.skills),
                areas=AREAS[number % 4],
                class_=person.category,
                regular="yes",
            )
            self.agenda.put(at, "staff", [(person.id, "joined", "s01", own, "")])

    def enter_month(self, month: date, end: int, marked: date | None) -> None:
        """Who is late on which working day, a course, examinations; the marks of the month before, if there is one."""
        start = start_of(month)
        self._note_lateness(start, end)
        self._hold_course(start)
        for step, person in enumerate(self.lower):
            score = str(min(100, 62 + int(self.chance.random() ** 0.6 * 39)))
            own = fill("training", topic=LESSONS[month.month % len(LESSONS)], staff=person.id, score=score)
            self.agenda.put(start + 24 * DAY + 16 * HOUR + step, "training", [(Case("G"), "examined", "s02", own, "")])
        if marked is None:
            return
        for step, person in enumerate(self.staff[1:]):
            score = str(65 + int(self.chance.random() * 36))
            own = fill(
                "staff", measure="attitude", score=score, month=f"{marked:%Y-%m}", reason=self.chance.choice(MARKED)
            )
            by = "s01" if person.role == "manager" else self.MANAGER
            self.agenda.put(start + DAY + 10 * HOUR + 60 * step, "staff", [(person.id, "scored", by, own, "")])

    def _note_lateness(self, start: int, end: int) -> None:
        random_ = self.chance.random
        for number in range(day_of(start), day_of(end)):
            if is_weekend(number):
                continue
            for place, person in enumerate(self.lower):
                if random_() < TARDY * (4 if place % 11 == 5 else 1):
                    at = start + (number - day_of(start)) * DAY + OPENING + 60 + int(random_() * HOUR)
                    own = fill("attendance", staff=person.id, date=show_day(number))
                    self.agenda.put(at, "attendance", [(Case("N"), "late", self.MANAGER, own, "")])

    def _hold_course(self, start: int) -> None:
        case, at, random_ = Case("G"), start + 14 * DAY + 14 * HOUR, self.chance.random
        own = fill("training", topic=self.chance.choice(LESSONS), planned_for=show_time(at))
        if not self.agenda.put(start + 4 * DAY + 9 * HOUR, "training", [(case, "planned", self.MANAGER, own, "")]):
            return
        rows: list[Row] = []
        for person in self.lower:
            draw = random_()
            event = (
                "missed" if draw < MISSED_COURSE else "late" if draw < MISSED_COURSE + LATE_FOR_COURSE else "attended"
            )
            rows.append((case, event, self.MANAGER, fill("training", staff=person.id), ""))
        self.agenda.put(at + HOUR, "training", rows)
