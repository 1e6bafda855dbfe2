"""What happens to a request at the generated desk: taken, answered or dispatched, worked on, confirmed, paid."""

import random
from bisect import bisect
from itertools import accumulate
from typing import NamedTuple

from complaints import Complaints
from people import Customers, Person
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
)
from writing import BLANKS, DAY, LAYOUTS, Agenda, Case, Row, fill, show_time

COMPLAINED = 0.05  # of all orders that came to an end


class Outcome(NamedTuple):
    """How an order came to its end. at: seconds. who: the person that the customer had to do with last."""

    at: int
    who: str
    closed: bool  # after work on it, not by an answer on the spot, nor cancelled


class Desk:
    """What happens, order by order, as commands in the month's list."""

    def __init__(
        self, agenda: Agenda, staff: list[Person], customers: Customers, complaints: Complaints, chance: random.Random
    ) -> None:
        self.agenda, self.customers, self.complaints, self.chance = agenda, customers, complaints, chance
        self.put = agenda.put
        self.desk = [person.id for person in staff if person.role == "desk"]
        self.by_skill: dict[str, list[str]] = {}
        for person in staff:
            for skill in person.skills:
                self.by_skill.setdefault(skill, []).append(person.id)
        self.heads = {person.heads: person.id for person in staff if person.heads}
        self.services = list(accumulate(each[2] for each in SERVICES))

    def take_order(self, at: int, order: str, abandoned: bool) -> None:
        """A request from its taking to its end, or to where it was abandoned; then what the customer says of it."""
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
        fields["priority"] = "normal" if draw < 0.75 else "low" if draw < 0.85 else "high" if draw < 0.94 else "urgent"
        if kind == "request" and random_() < 0.12 and not abandoned:
            fields["appointment_at"] = show_time(at - at % 1800 + int(random_() * 3 * DAY / 1800) * 1800 + 7200)
        outcome = self._handle(at, order, clerk, fields, abandoned)
        if outcome is None:
            return
        if kind == "request" and outcome.closed:
            self.complaints.call_back(outcome.at, order, outcome.who, clerk)
        if random_() < COMPLAINED:
            self.complaints.complain(outcome.at, order, fields, outcome.who, clerk)

    def _handle(self, at: int, order: str, clerk: str, fields: dict[str, str], abandoned: bool) -> Outcome | None:
        """None where it does not come to an end before the history does."""
        random_, pick = self.chance.random, self.chance.choice
        kind, department = fields["kind"], fields["department"]
        begun = at + (int(random_() * 3 * DAY) + 3600 if "appointment_at" in fields else 0)
        if not self.put(at, "orders", [(order, "taken", clerk, fill("orders", **fields), "")]):
            return None
        later = at + 60 + int(random_() * 1500)
        if abandoned:
            if random_() < 0.5:
                return None
        elif kind == "inquiry" and random_() < 0.8:
            answer = fill("orders", answer=pick(ANSWERS))
            done = at + 60 + int(random_() * 600)
            put = self.put(done, "orders", [(order, "answered", clerk, answer, "")])
            return Outcome(done, clerk, False) if put else None
        elif kind == "suggestion" or random_() < 0.02:
            return self._refer(later, order, clerk, department)
        if not self.put(later, "orders", [(order, "needs-dispatch", clerk, BLANKS["orders"], "")]):
            return None
        if not abandoned and random_() < 0.025:
            why, done = fill("orders", reason="来电人要求取消"), later + int(random_() * 7200)
            put = self.put(done, "orders", [(order, "cancelled", clerk, why, "")])
            return Outcome(done, clerk, False) if put else None
        if kind == "request" and fields["priority"] != "urgent" and random_() < 0.06:
            self.bill(later + 5 * DAY, order, clerk)
        sent = later + 30 + int(random_() ** 3 * 3600)
        return self.dispatch(sent, max(begun, later), order, clerk, fields, abandoned)

    def _refer(self, at: int, order: str, clerk: str, department: str) -> Outcome | None:
        if not self.put(at, "orders", [(order, "referred", clerk, fill("orders", department=department), "")]):
            return None
        answer = fill("orders", answer=self.chance.choice(ANSWERS))
        done, who = at + 3600 + int(self.chance.random() * DAY), self.heads.get(department, clerk)
        put = self.put(done, "orders", [(order, "closed", who, answer, "")])
        return Outcome(done, who, True) if put else None

    def bill(self, at: int, order: str, clerk: str) -> None:
        """A payment notice, then the payment."""
        amount = f"{self.chance.choice((40, 50, 60, 80, 100, 120))}.00"
        if self.put(at, "orders", [(order, "billed", clerk, fill("orders", amount=amount), "")]):
            paid = at + int(self.chance.random() * 6 * DAY)
            self.put(paid, "orders", [(order, "paid", clerk, fill("orders", amount=amount), "")])

    def dispatch(
        self, at: int, begun: int, order: str, clerk: str, fields: dict[str, str], abandoned: bool
    ) -> Outcome | None:
        """An assignment and the work on it."""
        random_, pick = self.chance.random, self.chance.choice
        able = self.by_skill[SKILLS[fields["service"]]]
        who = pick(able)
        job = Case("A")
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
            return None
        blank = BLANKS["assignments"]
        if random_() < 0.35:
            told = fill("notices", kind="assignment", case=job, to=who, channel="wechat")
            self.put(at + 2, "notices", [(Case("U"), "sent", "system", told, "")])
        now = at + 30 + int(random_() ** 2 * 1500)
        if abandoned and random_() < 0.4:
            return None
        if random_() < 0.03:
            other, second = pick(able), Case("A")
            why = fill("assignments", reason=pick(GRUMBLES))
            again = assigned.copy()
            again[LAYOUTS["assignments"].places["assignee"]] = other
            moved: list[Row] = [(job, "reassigned", clerk, why, ""), (second, "assigned", clerk, again, "")]
            if not self.put(now, "assignments", moved):
                return None
            job, who, now = second, other, now + 60 + int(random_() * 1200)
        if not self.put(now, "assignments", [(job, "acknowledged", who, blank, "")]):
            return None
        now = max(now + 120, begun - 600) + int(random_() ** 2 * 5400)
        if not self.put(now, "assignments", [(job, "started", who, blank, "")]) or abandoned:
            return None
        for event, share in (("progress", 0.25), ("problem", 0.06)):
            if random_() < share:
                now += 60 + int(random_() * 1800)
                note = pick(NOTES) if event == "progress" else pick(GRUMBLES)
                if not self.put(now, "assignments", [(job, event, who, blank, note)]):
                    return None
        if random_() < 0.06:
            now += 300
            if not self.put(now, "assignments", [(job, "paused", who, fill("assignments", reason=pick(CAUSES)), "")]):
                return None
            now += 3600 + int(random_() * 2 * DAY)
            if not self.put(now, "assignments", [(job, "resumed", who, blank, "")]):
                return None
        late = random_() < 0.07
        if late:
            urging = fill(
                "notices",
                kind="urging",
                case=job,
                clock="complete",
                clock_started_at=show_time(at),
                level="1",
                to=who,
                channel="wechat",
            )
            if not self.put(max(now, at + 2 * DAY), "notices", [(Case("U"), "urged", clerk, urging, "")]):
                return None
            now = max(now, at + 2 * DAY)
        now += 600 + int(random_() ** 2 * 4 * 3600)
        parts = fill("assignments", parts="密封圈;生料带", cost="18.50") if random_() < 0.2 else blank
        if not self.put(now, "assignments", [(job, "completed", who, parts, "")]):
            return None
        if random_() < 0.02:
            now += 1800
            if not self.put(now, "assignments", [(job, "rework", clerk, fill("assignments", reason="仍有渗漏"), "")]):
                return None
            now += 7200
            if not self.put(now, "assignments", [(job, "completed", who, blank, "")]):
                return None
        now += 300 + int(random_() ** 2 * DAY)
        put = self.put(now, "assignments", [(job, "confirmed", clerk, blank, "")])
        return Outcome(now, who, True) if put else None
