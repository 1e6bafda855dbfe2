"""What customers say of the work: call-backs after orders, and complaints from their registration to their close."""

import random
from typing import NamedTuple

from people import Person
from wording import (
    COMPLAINTS,
    GROUNDS,
    KINDS,
    ON_TOP,
    PLANS,
    REASONS,
    REMARKS,
    RESULTS,
    RULINGS,
    UNFOUNDED,
)
from writing import (
    CLOSING,
    DAY,
    END_AT,
    HOUR,
    OFFSET,
    Agenda,
    Case,
    Cell,
    Item,
    Row,
    day_of,
    fill,
    is_weekend,
    move_to_hours,
    show_time,
)

LEFT_LYING = 0.0002  # of all orders: complaints that nobody goes on with; each owes a clock or two
LYING_DAYS = (5, 40)  # how long ago those were registered
NOT_REACHED = 0.08
SLOW = 0.02  # of all steps, those that come too late
REPEATED = 30 * DAY
MANAGER = "s02"
#: what customers give, out of five, by how good a person's work is
GRADES = ("5555555443", "5555554443", "5555444432", "5554443321")


class Step(NamedTuple):
    """A command about a complaint."""

    at: int
    register: str
    rows: list[Row]


class Complaints:
    """Complaints and call-backs as commands. odds: that a recent complaint is left lying."""

    def __init__(self, agenda: Agenda, staff: list[Person], chance: random.Random, odds: float) -> None:
        self.agenda, self.chance, self.odds = agenda, chance, odds
        self.heads = {person.heads: person.id for person in staff if person.heads}
        self.departments = {person.id: person.department for person in staff}
        self.grades = {person.id: GRADES[place * 7 % len(GRADES)] for place, person in enumerate(staff)}
        self.latest: dict[str, tuple[Case, int]] = {}  # a customer's last complaint, and when

    # --- call-backs -----------------------------------------------------------------------------------------------

    def call_back(self, at: int, order: str, who: str, clerk: str) -> None:
        """The desk asks how it was: within some days, again where nobody answers, three times at most."""
        random_ = self.chance.random
        limit = 4 * DAY if random_() > SLOW else 9 * DAY
        for _ in range(3):
            at = move_to_hours(at + 1800 + int(random_() ** 2 * limit))
            event = "not-reached" if random_() < NOT_REACHED else "answered"
            asked: dict[str, Cell] = {"about": order, "method": "phone" if random_() < 0.9 else "message"}
            if event == "answered":
                asked |= {"satisfaction": self.chance.choice(self.grades[who]), "remark": self.chance.choice(REMARKS)}
            row: Row = (Case("F"), event, clerk, fill("followups", **asked), "")
            if not self.agenda.put(at, "followups", [row]) or event == "answered":
                return
            limit = DAY

    # --- complaints -----------------------------------------------------------------------------------------------

    def complain(self, at: int, order: str, about: dict[str, str], who: str, clerk: str) -> None:
        """A complaint about an order that is over, and about whom the customer had to do with. about: its fields."""
        random_ = self.chance.random
        steps = _Course(self, at + int(random_() ** 2 * 3 * DAY), order, about, who, clerk).list_steps()
        left = END_AT - steps[0].at
        if LYING_DAYS[0] * DAY < left < LYING_DAYS[1] * DAY and random_() < self.odds:
            steps = steps[: 1 + int(random_() * (len(steps) - 1))]
        for step in steps:
            if not self.agenda.put(step.at, step.register, step.rows):
                return

    def find_earlier(self, contact: str, case: Case, at: int) -> tuple[Case, int] | None:
        """The customer's complaint before this one, if it was not long ago."""
        earlier = self.latest.get(contact)
        if earlier is None or earlier[1] < at:
            self.latest[contact] = (case, at)
        return earlier if earlier and 0 < at - earlier[1] < REPEATED else None


class _Course:
    """The steps of one complaint, each after what it follows from."""

    def __init__(
        self, complaints: Complaints, at: int, order: str, about: dict[str, str], who: str, clerk: str
    ) -> None:
        self.complaints, self.chance = complaints, complaints.chance
        self.case = Case("C")
        self.at, self.order, self.contact, self.who, self.clerk = at, order, about["contact_id"], who, clerk
        self.department = complaints.departments[who]
        self.head = complaints.heads[self.department]
        self.serious = False
        self.steps: list[Step] = []

    def list_steps(self) -> list[Step]:
        """All of them, by time."""
        self._register()
        draw = self.chance.random()
        ruled = self._after(self.at, 2 * HOUR if self.serious else 20 * HOUR)
        if draw < 0.82:
            self._rule_valid(ruled)
        elif draw < 0.95:
            self._rule_invalid(ruled)
        else:
            self._refer(ruled)
        self.steps.sort(key=lambda step: step.at)
        return self.steps

    def _enter(self, at: int, event: str, by: str, **fields: Cell) -> None:
        self.steps.append(Step(at, "complaints", [(self.case, event, by, fill("complaints", **fields), "")]))

    def _after(self, at: int, within: float) -> int:
        """Some time after, within so many seconds or a little more; the office works on what is serious at once."""
        at += 600 + int(self.chance.random() * within)
        return at if self.serious else move_to_hours(at)

    def _slow(self) -> int:
        return 5 * DAY if self.chance.random() < SLOW else 0

    # --- its beginning --------------------------------------------------------------------------------------------

    def _register(self) -> None:
        random_, pick = self.chance.random, self.chance.choice
        fields: dict[str, Cell] = {
            "order_id": self.order,
            "contact_id": self.contact,
            "content": pick(COMPLAINTS) + pick(ON_TOP),
            "received_by": self.clerk,
            "departments": self.department,
        }
        if random_() < 0.85:
            fields["about_staff"] = self.who
        for name, share in (("media", 0.01), ("reputation", 0.015), ("system_flaw", 0.01), ("doubts_system", 0.015)):
            if random_() < share:
                fields[name] = "yes"
                self.serious = True
        if random_() < 0.04:
            fields["departments"] = ";".join(sorted({self.department, "desk", "security"}))
            self.serious = True
        self.flaw = "system_flaw" in fields
        earlier = self.complaints.find_earlier(self.contact, self.case, self.at)
        if earlier:
            fields |= {"repeats": earlier[0], "repeats_at": show_time(earlier[1])}
            self.serious = True
        self._enter(self.at, "registered", self.clerk, **fields)
        if random_() < 0.6 or self.serious:
            severity = "serious" if self.serious and random_() < 0.9 else "ordinary"
            self.serious = severity == "serious"
            reason = "符合重大投诉条件" if self.serious else "影响不大，按一般投诉办理"
            at = self.at + 300 + int(random_() * 1200)
            self._enter(at, "classified", self.head, severity=severity, reason=reason)

    # --- the three ways -------------------------------------------------------------------------------------------

    def _rule_invalid(self, at: int) -> None:
        reason = self.chance.choice(UNFOUNDED)
        self._enter(at, "ruled-invalid", self.head, kind=self.chance.choice(GROUNDS), reason=reason)
        at = self._after(at, 5 * HOUR) + self._slow()
        self._enter(at, "explained", self.clerk)
        self._close(at)

    def _refer(self, at: int) -> None:
        self._enter(at, "referred-outside", self.clerk)
        at = self._after(at, DAY) + self._slow()
        self._enter(at, "explained", self.clerk)
        at = self._after(at, 6 * DAY)
        self._enter(at, "informed", self.clerk)
        self._enter(at + 600, "resolved", self.head, result="已转有关单位并告知结果", outcome="explained")
        self._close(at + 600)

    def _rule_valid(self, at: int) -> None:
        random_, pick = self.chance.random, self.chance.choice
        about = self.who if random_() < 0.97 or self.who == self.clerk else f"{self.who};{self.clerk}"
        self._enter(at, "ruled-valid", self.head, kind=pick(KINDS), reason=pick(RULINGS), about_staff=about)
        if self.serious or random_() < 0.3:
            seen: dict[str, Cell] = {"on_site": "yes", "manager": MANAGER} if self.serious else {}
            self._enter(at + 900, "investigated", self.head, **seen)
        analysed = self._after(at + 1200, DAY) + self._slow()
        self._enter(analysed, "analysed", self.clerk, cause=pick(REASONS), responsible=about)
        if random_() < 0.5:
            self._enter(analysed + 300, "responsibility-confirmed", self.who, confirmed_by=self.who)
        outcome = pick(("redone", "redone", "concession", "corrected"))
        resolved = self._after(at + 3600, 6 * HOUR if self.serious else 1.2 * DAY) + self._slow()
        self._enter(resolved, "resolved", self.head, result=pick(RESULTS), outcome=outcome)
        ends = [resolved, analysed + 300, self._follow_up(resolved)]
        if self.serious or random_() < 0.4:
            ends.append(self._correct(analysed + 600))
        if self.flaw:
            ends.append(max(ends) + DAY)
            self._enter(ends[-1], "management-review", MANAGER)
        self._close(max(ends))

    def _follow_up(self, resolved: int) -> int:
        within = 3 * DAY if self.serious else 8 * DAY
        at = move_to_hours(resolved + DAY + int(self.chance.random() * within)) + 2 * self._slow()
        answer = fill(
            "followups",
            about=self.case,
            method="visit",
            with_staff=self.who if self.chance.random() < 0.2 else "",
            satisfaction=self.chance.choice(GRADES[3]),
            remark=self.chance.choice(REMARKS),
        )
        one, signed = Case("F"), fill("followups", signed_by=self.contact)
        self.steps.append(
            Step(at, "followups", [(one, "answered", self.clerk, answer, ""), (one, "signed", self.clerk, signed, "")])
        )
        return at

    def _correct(self, at: int) -> int:
        """A measure, done and checked in time mostly; where it did not help, another. When it is over."""
        random_, pick = self.chance.random, self.chance.choice
        for number in (1, 2):
            item = Item(self.case, number)
            day = day_of(at) + 3 + int(random_() * 7)
            while is_weekend(day):
                day += 1
            due = day * DAY + CLOSING - OFFSET
            plan = fill("complaints", measure_id=item, measure=pick(PLANS), measure_due=show_time(due), owner=self.who)
            self.steps.append(Step(at, "complaints", [(self.case, "measure-planned", self.head, plan, "")]))
            done = at + 3600 + int(random_() * (due - at - 7200)) + self._slow()
            self._enter(done, "measure-done", self.who, measure_id=item)
            helped = number == 2 or random_() > 0.03
            at = move_to_hours(max(done, due) + int(random_() * 12 * HOUR))
            self._enter(at, "measure-checked", self.clerk, measure_id=item, check="effective" if helped else "failed")
            if helped:
                return at
            at += 3600
        return at

    def _close(self, at: int) -> None:
        self._enter(self._after(at, DAY), "closed", self.clerk)
