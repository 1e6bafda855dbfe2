"""Who may record what: the shipped rights role by role, words that name people of a case, names that fit.

The table below is written from the regulations and the decisions of the project, not from policies.yaml: a line that
goes missing there, or gains a role, is told here.
"""

from pathlib import Path

import pytest

from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.rights import find_right_name, fits
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case, Family, begin_case
from dispatchctl.rules.people import Entry, People
from dispatchctl.rules.rights import (
    Attempt,
    find_author,
    find_right,
    is_superior,
    list_subjects,
    may_record,
    refuse_self,
)

SHIPPED_RULES = Path(__file__).parents[2] / "policies.yaml"
ROLES = ("desk", "field", "supervisor", "manager", "general-manager", "personnel", "assistant", "contractor")
ABOVE = ("supervisor", "manager", "general-manager")
EVERYBODY = frozenset(ROLES)
WORK = frozenset({"desk", *ABOVE})  # besides the one whose work it is
CHIEFS = frozenset({*ABOVE})
STAFFING = frozenset({"manager", "general-manager", "personnel"})
DESK = frozenset({"desk", "personnel"})
NOTING = frozenset({"desk", "personnel", *ABOVE})

#: event -> the roles that may record it of somebody else's case
BY_ROLE = {
    **{
        f"assignments.{event}": WORK
        for event in (
            "assigned", "acknowledged", "declined", "started", "progress", "problem", "paused", "resumed",
            "extension-asked", "completed", "reassigned", "withdrawn", "confirmed", "rework",
        )
    },
    "assignments.extension-granted": CHIEFS,
    "assignments.extension-refused": CHIEFS,
    "orders.taken": EVERYBODY,
    "orders.amended": CHIEFS,
    "orders.retracted": CHIEFS,
    "orders.paid": DESK,
    "orders.billed": DESK,
    "orders.repriced": DESK,
    "complaints.registered": EVERYBODY,
    "complaints.passed-on": EVERYBODY,
    "complaints.explained": EVERYBODY,
    "complaints.informed": EVERYBODY,
    "complaints.ruled-valid": CHIEFS,
    "complaints.ruled-invalid": CHIEFS,
    "complaints.referred-outside": CHIEFS,
    "complaints.classified": CHIEFS,
    "complaints.closed": WORK,
    "complaints.resolved": EVERYBODY,
    "ledger.proposed": WORK,
    "ledger.paid": STAFFING,
    "ledger.fulfilled": frozenset({"manager", "general-manager"}),
    "audit.published": frozenset({"manager", "general-manager"}),
    "audit.revealed": WORK,
    "audit.sealed": EVERYBODY,
    "staff.joined": STAFFING,
    "staff.promoted": STAFFING,
    "staff.left": STAFFING,
    "staff.scored": STAFFING,
    "staff.amended": STAFFING,
    "staff.retracted": STAFFING,
    "staff.acknowledged": frozenset(),
    "staff.objected": frozenset(),
    "staff.regularisation-asked": frozenset(),
    "staff.regularisation-commented": frozenset({"manager"}),  # the one above; by the link, not by the role
    "attendance.late": NOTING,
    "attendance.absent": NOTING,
    "attendance.left-early": NOTING,
}  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> dict:
    """The shipped rules, compiled."""
    policy, faults = compile_policy(SHIPPED_RULES.read_bytes(), "policies.yaml")
    assert not faults
    assert policy is not None
    return policy


def make_people() -> People:
    """One person of each role, by its name, and `worker`, whom the case is about, under the manager."""
    facts = {role: {"role": role, "name": role} for role in ROLES}
    facts["worker"] = {"role": "field", "name": "worker", "manager": "manager", "department": "engineering"}
    return People({who: [Entry(0, "regular", each)] for who, each in facts.items()}, ABOVE)


def ask(rules: dict, name: str, by: str, **fields: str) -> Attempt:
    """The question whether `by` may record an event of a case that is about `worker` and was begun by `author`."""
    register, _, event = name.partition(".")
    case = begin_case("worker" if register == "staff" else "X-1", register, SHIPPED)
    page = case.page
    about = {field: "worker" for field in page.subject if field in SHIPPED.fields(register)}
    case.rows.append(note(case, page.events[0].name, "author", 1, **about))
    case.fields.update(about)
    family = Family()
    family.cases[case.id] = case
    return Attempt(note(case, event, by, 2, **fields), case, case, family, rules, make_people())


def note(case: Case, event: str, by: str, number: int, **fields: str) -> Row:
    """A row of a case."""
    return Row(number, number, by, case.id, event, fields, "", "", "", case.register, "2026-11.main", number)


def may(attempt: Attempt) -> bool:
    """Whether the row may be recorded by who is to record it."""
    return may_record(attempt, find_right(attempt, None), attempt.row.by)


@pytest.mark.clause("PD-6.3")
@pytest.mark.clause("JX-2a")
@pytest.mark.parametrize("name", BY_ROLE)
def test_the_shipped_rights_by_role(rules: dict, name: str) -> None:
    """Of somebody else's case exactly these roles may record the event."""
    assert {role for role in ROLES if may(ask(rules, name, role))} == BY_ROLE[name]


@pytest.mark.parametrize(
    ("name", "who", "allowed"),
    [
        ("assignments.acknowledged", "worker", True),
        ("assignments.completed", "worker", True),
        ("assignments.assigned", "worker", True),  # himself: claim
        ("assignments.reassigned", "worker", False),
        ("assignments.withdrawn", "worker", False),
        ("assignments.confirmed", "worker", True),
        ("assignments.extension-granted", "worker", False),
        ("assignments.amended", "author", True),
        ("orders.amended", "author", True),
        ("orders.retracted", "desk", False),
        ("staff.acknowledged", "worker", True),
        ("staff.objected", "worker", True),
        ("staff.regularisation-asked", "worker", True),
        ("staff.regularisation-commented", "worker", False),
        ("staff.regularisation-commented", "manager", True),
        ("staff.promoted", "worker", False),
        ("attendance.late", "worker", False),
        ("assignments.assigned", "system", True),
        ("assignments.completed", "system", False),
        ("complaints.registered", "system", False),
    ],
)
def test_the_shipped_rights_of_people_of_the_case(rules: dict, name: str, who: str, allowed: bool) -> None:
    """Assignee, author, self and superior are who they are by the case; `anyone` is anybody employed, not cron."""
    fields = {"row": "orders/2026-11.main#1"} if name.endswith(".retracted") else {"content": "x"}
    attempt = ask(rules, name, who, **fields)
    if name.endswith(".amended"):
        attempt.case.rows[0].fields["content"] = "y"
    assert may(attempt) is allowed


def test_the_author_of_a_correction_is_who_said_what_is_corrected(rules: dict) -> None:
    """Of two fields said by two people nobody is the author; of a row taken back it is who recorded it."""
    attempt = ask(rules, "orders.amended", "desk", content="x", reason="y")
    case = attempt.case
    case.rows.append(note(case, "amended", "desk", 2, content="a", reason="z"))
    attempt = attempt._replace(row=note(case, "amended", "desk", 3, content="x", reason="y"))
    assert find_author(attempt) == "desk"
    case.rows[0].fields["area"] = "lobby"
    assert find_author(attempt._replace(row=note(case, "amended", "desk", 3, area="x", reason="y"))) == "author"
    assert find_author(attempt._replace(row=note(case, "amended", "desk", 3, area="x", content="b", reason="y"))) == ""
    back = note(case, "retracted", "desk", 3, row="orders/2026-11.main#1", reason="y")
    assert find_author(attempt._replace(row=back)) == "author"


NEVER_SELF = (
    "complaints.ruled-valid", "complaints.ruled-invalid", "complaints.classified", "complaints.closed",
    "complaints.referred-outside", "complaints.amended", "complaints.retracted", "ledger.paid", "ledger.fulfilled",
    "attendance.amended", "attendance.retracted", "staff.promoted", "staff.transferred", "staff.demoted",
    "staff.changed", "staff.regularised", "staff.scored", "staff.amended", "staff.retracted",
)  # fmt: skip
SELF_ALLOWED = (
    "complaints.explained",
    "complaints.registered",
    "staff.acknowledged",
    "attendance.late",
    "ledger.proposed",
)


@pytest.mark.parametrize("name", NEVER_SELF)
def test_what_judges_or_favours_oneself_is_for_others(rules: dict, name: str) -> None:
    """Whatever the role: who a row is about does not record it; anybody else is asked for the right only."""
    assert refuse_self(ask(rules, name, "worker"), "worker")
    assert not refuse_self(ask(rules, name, "manager"), "manager")


@pytest.mark.parametrize("name", SELF_ALLOWED)
def test_what_judges_nobody_may_be_about_oneself(rules: dict, name: str) -> None:
    """These are refused, if at all, by the right, not because of oneself."""
    assert not refuse_self(ask(rules, name, "worker"), "worker")


def test_whom_a_row_names_is_whom_it_is_about(rules: dict) -> None:
    """A ruling that names its author as the person to blame is about him, whatever the case said before."""
    attempt = ask(rules, "complaints.ruled-valid", "manager", about_staff="manager")
    assert list_subjects(attempt) == {"worker", "manager"}
    assert refuse_self(attempt, "manager") == "complaints.ruled-*"


@pytest.mark.parametrize(
    ("names", "event", "found"),
    [
        (["complaints.ruled-*", "complaints.*", "*.amended"], "complaints.ruled-valid", "complaints.ruled-*"),
        (["complaints.ruled-*", "complaints.*", "*.amended"], "complaints.closed", "complaints.*"),
        (["complaints.*", "*.amended"], "complaints.amended", "complaints.*"),  # longer
        (["staff.*", "*.amended"], "staff.amended", "*.amended"),  # longer
        (["audit.amended", "*.amended"], "audit.amended", "audit.amended"),
        (["orders.a*", "*.amended"], "orders.amended", "orders.a*"),
        (["order.*"], "orders.amended", ""),
        (["orders.amend"], "orders.amended", ""),
        ([], "orders.amended", ""),
    ],
)
def test_the_longest_name_that_fits_wins(names: list[str], event: str, found: str) -> None:
    """Nothing adds up: one name holds. Of equally long ones that of the register."""
    assert find_right_name(names, event) == found


def test_a_star_stands_for_a_register_or_an_ending() -> None:
    """Nowhere else."""
    assert fits("*.amended", "orders.amended")
    assert not fits("*.amended", "orders.taken")
    assert fits("orders.*", "orders.taken")
    assert not fits("orders.*", "assignments.taken")
    assert not fits("ord*.taken", "orders.taken")


def test_who_stands_above_somebody() -> None:
    """Up the links of `manager`, however far, and the head of the department; never oneself, whatever the links."""
    people = make_people()
    people.histories = {
        **people.histories,
        "manager": [Entry(0, "regular", {"role": "manager", "manager": "general-manager"})],
        "general-manager": [Entry(0, "regular", {"role": "general-manager", "manager": "worker"})],
        "head": [Entry(0, "regular", {"role": "supervisor", "heads": "engineering"})],
        "other": [Entry(0, "regular", {"role": "supervisor", "heads": "greening"})],
    }
    above = {who for who in people.histories if is_superior(people, who, "worker")}
    assert above == {"manager", "general-manager", "head"}


def test_the_author_of_a_case_is_who_began_it(rules: dict) -> None:
    """Of any event but a correction, which has the author of what it corrects."""
    events = {**rules["rights"]["events"], "orders.cancelled": {"may": ["author"], "source": []}}
    only = {**rules, "rights": {**rules["rights"], "events": events}}
    assert may(ask(only, "orders.cancelled", "author")) is True
    assert not any(may(ask(only, "orders.cancelled", who)) for who in (*ROLES, "worker", ""))
