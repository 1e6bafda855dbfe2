"""The facts that rules name, for each rule and person: rows in, candidates out; and how often they are counted."""

import pytest
from scenario import HEAD, bind_rules, read, tell

from dispatchctl.policy.compiling import compile_policy
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.row import Row
from dispatchctl.rules.charges import ChargeTable, find_horizon, is_same_period, list_numbers, list_occurrences
from dispatchctl.rules.clocks import judge_case
from dispatchctl.rules.derived import derive_fields
from dispatchctl.rules.families import fold_family
from dispatchctl.rules.people import People
from dispatchctl.rules.variants import ClockTable

CLOCK = "- {id: complete, of: assignments, start: assigned, stop: completed, limit: 4h, owner: assignee}"
REGISTERS = {"O": "orders", "A": "assignments", "C": "complaints", "N": "attendance"}


def compile_charges(charges, clocks=CLOCK, day="2026-01-01"):
    lines = (
        HEAD.format(day=day, every="4bh") + f"  {clocks}\ncharges:\n" + "".join(f"  - {{{one}}}\n" for one in charges)
    )
    policy, faults = compile_policy(lines.encode(), "policies.yaml")
    assert not faults, [str(fault) for fault in faults]
    return policy


class Facts:
    """Rows in the order they are recorded, and the candidates of each case."""

    def __init__(self, *charges, policies=()):
        self.book = bind_rules(*(policies or (compile_charges(charges),)))
        self.rows, self.staff = [], []
        for staff, words in (
            ("s1", {"name": "甲", "role": "field", "department": "engineering", "class": "B"}),
            ("s2", {"name": "乙", "role": "field", "department": "engineering", "class": "A"}),
            ("h1", {"name": "丙", "role": "supervisor", "department": "engineering", "heads": "engineering"}),
        ):
            self.note(staff, "joined", "01-01 09:00", **words)

    def note(self, case, event, at, /, **words):
        register = REGISTERS.get(case[0], "staff")
        kept = self.staff if register == "staff" else self.rows
        seq = sum(row.register == register for row in kept) + 1
        recorded = (read("01-01 00:00") + len(self.rows) + len(self.staff)) * 1_000_000
        row = Row(read(at), recorded, "s9", case, event, words, "", "", "", register, "2026-11.main", seq)
        kept.append(row)
        return row

    def candidates(self, case):
        cases = [
            fold_family([row for row in self.staff if row.id == one], SHIPPED).cases[one] for one in ("s1", "s2", "h1")
        ]
        people = People.from_cases(cases, ["supervisor", "manager"])
        family = fold_family(self.rows, SHIPPED)
        table = ClockTable(self.book)
        derived = {
            one.id: derive_fields(family, one, self.book.at(one.rows[0].at)[0], table.elapsed)
            for one in family.cases.values()
            if one.rows
        }
        one = family.cases[case]
        instances = judge_case(family, one, table, people)
        return list_occurrences(family, one, instances, ChargeTable(self.book), people, derived)

    def keys(self, case):
        return [one.key for one in self.candidates(case)]


LATE = "id: late, of: attendance.late, who: [staff], amount: 20"


def test_an_event_is_a_fact_for_each_person_once():
    facts = Facts(
        LATE + ", when: {staff.class: B}", "id: both, of: complaints.ruled-valid, who: [about_staff, responsible]"
    )
    facts.note("N-1", "late", "11-03 09:00", staff="s1", date="2026-11-03")
    facts.note("N-2", "late", "11-03 09:00", staff="s2", date="2026-11-03")
    facts.note("N-3", "late", "11-03 09:00", staff="nobody", date="2026-11-03")
    assert facts.keys("N-1") == ["late/2026-11-03/late/s1/s1"]
    assert facts.keys("N-2") == facts.keys("N-3") == []
    facts.note(
        "C-1", "registered", "11-03 09:00", content="x", received_by="h1", about_staff="s1;s2", responsible="s2;s1"
    )
    facts.note("C-1", "ruled-valid", "11-03 10:00", kind="attitude", reason="x")
    assert facts.keys("C-1") == ["both/C-1/ruled-valid/s1", "both/C-1/ruled-valid/s2"]


def test_conditions_are_of_that_time_and_of_the_charged():
    facts = Facts(LATE + ", when: {staff.class: B}")
    facts.note("s1", "changed", "11-04 00:00", **{"class": "A"})
    facts.note("N-1", "late", "11-03 09:00", staff="s1", date="2026-11-03")
    facts.note("N-2", "late", "11-05 09:00", staff="s1", date="2026-11-05")
    assert facts.keys("N-1") == ["late/2026-11-03/late/s1/s1"]
    assert facts.keys("N-2") == []


@pytest.mark.parametrize(
    ("departments", "meant"),
    [
        ("greening", True),
        ("engineering;greening", True),
        ("greening;desk", True),
        ("engineering;desk", False),
        ("", False),
    ],
)
def test_a_condition_on_a_list_is_met_by_any_of_its_items(departments, meant):
    facts = Facts("id: green, of: complaints.ruled-valid, who: [about_staff], when: {departments: greening}")
    facts.note(
        "C-1", "registered", "11-03 09:00", content="x", received_by="h1", about_staff="s1", departments=departments
    )
    facts.note("C-1", "ruled-valid", "11-03 10:00", kind="attitude", reason="x")
    assert facts.keys("C-1") == (["green/C-1/ruled-valid/s1"] if meant else [])


def test_a_row_speaks_for_itself_then_its_case_and_what_was_corrected():
    facts = Facts("id: no, of: assignments.declined, who: [assignee, department-head], when: {order.priority: urgent}")
    facts.note("O-1", "taken", "11-02 09:00", service="plumbing", priority="normal")
    facts.note("A-1", "assigned", "11-02 10:00", order_id="O-1", assignee="s1", role="lead")
    facts.note("A-1", "declined", "11-02 11:00", reason="x")
    assert facts.keys("A-1") == []
    facts.note("O-1", "amended", "11-02 10:30", priority="urgent", reason="x")
    reference = "no/A-1/declined"
    assert facts.keys("A-1") == [f"{reference}/s1", f"{reference}/h1"]
    facts.note("A-1", "amended", "11-05 11:00", assignee="s2", reason="x")
    assert facts.keys("A-1") == [f"{reference}/s2", f"{reference}/h1"]


def test_a_later_change_is_no_correction():
    facts = Facts("id: first, of: complaints.ruled-valid, who: [received_by]")
    facts.note("C-1", "registered", "11-03 09:00", content="x", received_by="s1")
    facts.note("C-1", "ruled-valid", "11-03 10:00", kind="attitude", reason="x")
    facts.note("C-1", "passed-on", "11-03 11:00", received_by="s2", passed_on_by="s1")
    facts.note("C-1", "amended", "11-03 12:00", received_by="h1", reason="x")  # corrects the passing on
    assert facts.keys("C-1") == ["first/C-1/ruled-valid/s1"]


def test_retracted_rows_make_no_fact():
    facts = Facts("id: valid, of: complaints.ruled-valid, who: [about_staff]")
    facts.note("C-1", "registered", "11-03 09:00", content="x", received_by="h1", about_staff="s1")
    row = facts.note("C-1", "ruled-valid", "11-03 10:00", kind="attitude", reason="x")
    assert len(facts.keys("C-1")) == 1
    facts.note("C-1", "retracted", "11-03 11:00", row=row.ref, reason="x")
    assert facts.keys("C-1") == []
    facts.note("C-1", "retracted", "11-03 11:00", row=facts.rows[0].ref, reason="x")
    assert facts.keys("C-1") == []


def test_of_rulings_the_one_in_force_is_the_fact_by_its_first_row():
    facts = Facts(
        "id: valid, of: complaints.ruled-valid, who: [about_staff]",
        "id: not, of: complaints.ruled-invalid, who: [receiver]",
    )
    facts.note("C-1", "registered", "11-03 09:00", content="x", received_by="h1", about_staff="s1")
    facts.note("C-1", "ruled-valid", "11-03 10:00", kind="attitude", reason="x")
    first = facts.keys("C-1")
    facts.note("C-1", "ruled-invalid", "11-03 11:00", kind="ground", reason="x")
    assert facts.keys("C-1") == ["not/C-1/ruled-invalid/h1"]
    facts.note("C-1", "ruled-valid", "11-03 12:00", kind="attitude", reason="x", about_staff="s1;s2")
    assert facts.keys("C-1") == [*first, first[0].removesuffix("s1") + "s2"]


def test_severity_is_the_one_in_force():
    facts = Facts("id: grave, of: complaints.ruled-valid, who: [about_staff], when: {severity: serious}")
    facts.note("C-1", "registered", "11-03 09:00", content="x", received_by="h1", about_staff="s1", media="yes")
    facts.note("C-1", "ruled-valid", "11-03 10:00", kind="attitude", reason="x")
    assert len(facts.keys("C-1")) == 1  # by its proposal
    facts.note("C-1", "classified", "11-03 11:00", severity="ordinary", reason="x")
    assert facts.keys("C-1") == []


BREACH = "id: job-late, of: breach.complete, who: [owner, department-head]"


def test_late_clocks():
    facts = Facts(BREACH)
    facts.note("O-1", "taken", "11-02 09:00", service="plumbing")
    facts.note("A-1", "assigned", "11-02 10:00", order_id="O-1", assignee="s1", role="lead")
    running = facts.candidates("A-1")
    assert [(one.staff, tell(one.at), one.running) for one in running] == [
        ("s1", "11-02 14:00", 1), ("h1", "11-02 14:00", 1),
    ]  # fmt: skip
    assert running[0].evidence == "A-1/complete/2026-11-02T10:00:00+08:00"
    facts.note("A-1", "completed", "11-02 14:00")
    assert facts.candidates("A-1") == []
    facts.rows.pop()
    facts.note("A-1", "completed", "11-02 14:01")
    late = facts.candidates("A-1")
    assert [one.key for one in late] == [one.key for one in running]
    assert {one.running for one in late} == {0}


def test_a_breach_is_judged_by_its_clocks_version_and_an_event_by_that_of_its_time():
    old = compile_charges(["id: no, of: assignments.declined, who: [assignee], amount: 1", BREACH + ", amount: 1"])
    new = compile_charges(
        ["id: no, of: assignments.declined, who: [assignee], amount: 2", BREACH + ", amount: 2"], day="2026-11-03"
    )
    facts = Facts(policies=(old, new))
    facts.note("O-1", "taken", "11-02 09:00", service="plumbing")
    facts.note("A-1", "assigned", "11-02 23:00", order_id="O-1", assignee="s1", role="lead")
    facts.note("A-1", "declined", "11-03 10:00", reason="x")
    found = {(one.rule, one.staff): one.policy for one in facts.candidates("A-1")}
    assert found == {
        ("no", "s1"): "2026-11-03", ("job-late", "s1"): "2026-01-01", ("job-late", "h1"): "2026-01-01",
    }  # fmt: skip


def test_an_owner_that_is_a_role_is_nobody():
    clock = CLOCK.replace("owner: assignee", "owner: [supervisor, assignee]")
    facts = Facts(policies=(compile_charges([BREACH.replace(", department-head", "")], clock),))
    facts.note("O-1", "taken", "11-02 09:00", service="plumbing")
    facts.note("A-1", "assigned", "11-02 10:00", order_id="O-1", assignee="s1", role="lead")
    assert [one.staff for one in facts.candidates("A-1")] == ["s1"]


def test_an_event_of_the_same_case_excuses():
    facts = Facts("id: no, of: assignments.declined, who: [assignee], unless: [problem, orders.cancelled]")
    facts.note("O-1", "taken", "11-02 09:00", service="plumbing")
    facts.note("A-1", "assigned", "11-02 10:00", order_id="O-1", assignee="s1", role="lead")
    problem = facts.note("A-1", "problem", "11-02 10:30")
    facts.note("A-1", "declined", "11-02 11:00", reason="x")
    assert facts.keys("A-1") == []
    facts.rows.remove(problem)
    assert len(facts.keys("A-1")) == 1
    facts.note("O-1", "cancelled", "11-09 11:00", reason="x")
    assert facts.keys("A-1") == []


@pytest.mark.parametrize(
    ("given", "found"),
    [("45", "45.00"), ("0.5", "0.50"), ("", None), ("many", None), ("NaN", None), ("-1", None), ("Infinity", None)],
)
def test_the_amount_of_the_event_itself(given, found):
    facts = Facts("id: cost, of: orders.paid, who: [dispatcher], amount: field.amount")
    facts.note("O-1", "taken", "11-02 09:00", service="plumbing")
    facts.rows[0] = facts.rows[0]._replace(by="s1")
    facts.note("O-1", "paid", "11-02 10:00", amount=given)
    assert [one.amount for one in facts.candidates("O-1")] == [found]


# --- counting ---------------------------------------------------------------------------------------------------------

TIMES = ["10-30 09:00", "10-31 23:59", "11-01 00:00", "11-29 09:00", "11-29 09:00", "2027-10-31 09:00"]
CASES = {
    "ever": [1, 2, 3, 4, 5, 6],
    "month": [1, 2, 1, 2, 3, 1],
    "year": [1, 2, 3, 4, 5, 1],
    (30, "d"): [1, 2, 3, 4, 5, 1],  # 30 days after 10-30 09:00 is 11-29 09:00, included
    (29, "d"): [1, 2, 3, 3, 4, 1],
    (2, "w"): [1, 2, 3, 1, 2, 1],
    (1, "h"): [1, 1, 2, 1, 2, 1],
}


@pytest.mark.parametrize("within", CASES)
def test_the_nth_of_a_period(within):
    calendar = Facts(LATE).book
    calendar = ClockTable(calendar).elapsed(calendar.newest)
    times = [read(text) for text in TIMES]
    within_as_compiled = list(within) if isinstance(within, tuple) else within
    numbers = list_numbers(times, within_as_compiled, calendar)
    assert numbers == CASES[within]
    for index, at in enumerate(times):  # by counting: those before it that are of its period
        alike = [is_same_period(one, at, within_as_compiled, calendar) for one in times[: index + 1]]
        assert numbers[index] == sum(alike)
        horizon = find_horizon(at, within_as_compiled)
        assert within == "ever" or all(one >= horizon for one, same in zip(times, alike, strict=False) if same)
    assert list_numbers(times, "ever", calendar, 3) == [4, 5, 6, 7, 8, 9]
