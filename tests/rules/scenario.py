"""A desk of rows written by hand: the tests say what happened, in order, and ask what follows under given rules."""

from minute_calendar import epoch, read_published_days, wall

from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.row import Row
from dispatchctl.rules.clocks import Instance, judge_case
from dispatchctl.rules.families import Case, Family, fold_family
from dispatchctl.rules.people import People
from dispatchctl.rules.variants import ClockTable

HEAD = """\
policy: {{effective_from: {day}}}
calendar: {{hours: {{mon-fri: ["08:30-12:00", "13:30-17:30"]}}, published_through: 2026}}
departments: {{engineering: {{}}, greening: {{}}, desk: {{}}}}
services: {{plumbing: {{department: engineering}}, pruning: {{department: greening}}}}
escalation: {{roles: [supervisor, manager, general-manager], every: {every}}}
clocks:
"""
REGISTERS = {"O": "orders", "A": "assignments", "U": "notices", "C": "complaints", "F": "followups"}


def read(text: str) -> int:
    """The epoch of `11-02 09:00`, a time of 2026 in Shanghai; another year is written out."""
    return epoch(text if text[:2] == "20" else f"2026-{text}")


def tell(at: int | None) -> str | None:
    """The reverse of `read`."""
    return None if at is None else wall(at, "Asia/Shanghai").removeprefix("2026-").removesuffix(":00")


def compile_rules(clocks: str, day: str = "2026-01-01", every: str = "4bh") -> dict:
    """A compiled policy with these clocks, one to a line."""
    lines = "".join(f"  - {line.strip()}\n" for line in clocks.splitlines() if line.strip())
    policy, faults = compile_policy((HEAD.format(day=day, every=every) + lines).encode(), "policies.yaml")
    assert not faults, [str(fault) for fault in faults]
    assert policy is not None
    return policy


def bind_rules(*policies: dict) -> Rulebook:
    """The versions as a rulebook, each in force from its day, with the days that were announced for 2026."""
    off, on = read_published_days(2026, 2026)
    days = {
        "off": {day.toordinal(): name for day, name in off.items()},
        "working": {day.toordinal(): "调休上班" for day in on},
        "through": 2026,
    }
    versions = [Version(policy["label"], epoch(f"{policy['effective_from']} 00:00"), policy) for policy in policies]
    assert versions == sorted(versions, key=lambda version: version.starts_at)
    return Rulebook(versions, days, "hand-written")


class Scenario:
    """What was recorded, row by row, and the rules it is judged by."""

    def __init__(self, clocks: str = "", *policies: dict, every: str = "4bh") -> None:
        self.policies = policies or (compile_rules(clocks or IDLE, every=every),)
        self.book = bind_rules(*self.policies)
        self.rows: list[Row] = []
        self.staff: list[Row] = []
        self._time = epoch("2026-01-01 00:00") * 1_000_000
        self._seqs: dict[tuple[str, str], int] = {}
        self._together = False

    def note(self, case: str, event: str, at: str, /, by: str = "s02", **words: str) -> Row:
        """One more row, recorded after the one before; `office` and `recorded` make it another writer's."""
        register = REGISTERS.get(case[0], "staff")
        office, recorded = words.pop("office", "main"), words.pop("recorded", "")
        request, reference = words.pop("request", ""), words.pop("reference", "")
        file = f"2026-11.{office}"
        if not self._together:
            self._time += 1_000_000
        seq = self._seqs[register, file] = self._seqs.get((register, file), 0) + 1
        when = read(recorded) * 1_000_000 if recorded else self._time
        row = Row(read(at), when, by, case, event, words, reference, request, "", register, file, seq)
        (self.staff if register == "staff" else self.rows).append(row)
        return row

    def together(self, *notes: tuple) -> list[Row]:
        """The rows of one command: (case, event, at) or (case, event, at, fields) each."""
        self._time += 1_000_000
        self._together = True
        rows = [self.note(*each[:3], **(each[3] if len(each) > 3 else {})) for each in notes]
        self._together = False
        return rows

    def take(self, at: str, case: str = "O1", **fields: str) -> Row:
        """An order is taken."""
        return self.note(case, "taken", at, **{"kind": "request", **fields})

    def assign(self, case: str, at: str, assignee: str = "s03", role: str = "lead", **fields: str) -> Row:
        """Somebody is sent to order O1."""
        words = {"order_id": "O1", "dispatcher": "s02", "assignee": assignee, "role": role}
        return self.note(case, "assigned", at, **{**words, **fields})

    def retract(self, row: Row, at: str) -> Row:
        """A row is taken back."""
        return self.note(row.id, "retracted", at, row=row.ref, reason="录入有误")

    def hire(self, staff: str, role: str, at: str = "01-05 09:00", **fields: str) -> Row:
        """Somebody joins the staff."""
        return self.note(staff, "joined", at, **{"name": f"{staff}某", "role": role, **fields})

    @property
    def family(self) -> Family:
        """The family that the rows make."""
        return fold_family(self.rows, SHIPPED)

    @property
    def people(self) -> People:
        """The staff as recorded."""
        cases = [
            fold_family([row for row in self.staff if row.id == name], SHIPPED).cases[name]
            for name in dict.fromkeys(row.id for row in self.staff)
        ]
        return People.from_cases(cases, self.policies[-1]["escalation"]["roles"])

    def case(self, name: str) -> Case:
        """One case as folded."""
        return self.family.cases[name]

    def state(self, name: str) -> str:
        """The state that a case shows."""
        return self.case(name).state

    def judge(self, case: str, clock: str = "") -> list[Instance]:
        """The instances of a case's clocks, or of one of them, by start."""
        family = self.family
        found = judge_case(family, family.cases[case], ClockTable(self.book), self.people)
        return [one for one in found if clock in ("", one.clock)]

    def only(self, case: str, clock: str) -> Instance:
        """The only instance of a clock."""
        (one,) = self.judge(case, clock)
        return one

    def due(self, case: str, clock: str) -> str | None:
        """When the last instance of a clock is due."""
        return tell(self.judge(case, clock)[-1].due_at)

    def lives(self, case: str, clock: str) -> list[tuple]:
        """(state, start, due, end, late) of every instance of a clock."""
        return [
            (one.state, tell(one.started_at), tell(one.due_at), tell(one.stopped_at), one.breached)
            for one in self.judge(case, clock)
        ]


IDLE = "{id: idle, of: orders, start: taken, stop: closed, limit: 1000d}"
