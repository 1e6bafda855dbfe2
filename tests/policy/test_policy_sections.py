"""Complaints, charges, rewards, follow-ups and the appraisal: what may be written, and every fault by its line."""

import json
import marshal
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from surroundings import examples

from dispatchctl.output.formatters.yaml import dump_yaml
from dispatchctl.policy.comparing import compare_rules
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.schema import build_schema
from dispatchctl.policy.showing import show_policy

ENDED = [["kind", ["request"]], ["end", ["closed"]]]  # of which orders a follow-up asks, where nothing is said of it
HEAD = """\
policy: {effective_from: 2026-01-01}
calendar: {hours: {mon-fri: "08:30-17:30"}}
services: {plumbing: {}}
clocks: [{id: result, of: complaints, start: registered, stop: resolved, limit: 48h}, \
{id: send, of: orders, start: taken, stop: closed, limit: 1d}]
measures:
  done: {of: assignments, month: completed, person: assignee}
  calls: {of: orders}
"""
LATE = "id: x, of: attendance.late, who: staff"
STEPS = (
    "oral-warning, written-warning, self-review, fine, pay-cut, demotion, transfer, persuaded, dismissal, expulsion, "
    "named-excellent, promotion, ..."
)
ROLES = "desk, field, supervisor, manager, general-manager, personnel, assistant, contractor"
BOUNDS = "two amounts: [lowest, highest]"
GRADES = "[{grade: A, from: 90}, {grade: B, from: 0}]"


def charges(rule: str, section: str = "charges") -> str:
    """Line 8 holds the one rule."""
    return f"{HEAD}{section}: [{{{rule}}}]\n"


def appraisal(measures: str = "{done: {weight: 100, full: 30, zero: 0}}", grades: str = GRADES, rest: str = "") -> str:
    """Line 9 the roles, 10 the measures, 11 the grades, 12 the rest."""
    return f"{HEAD}appraisal:\n  roles: [desk, field]\n  measures: {measures}\n  grades: {grades}\n  {rest}\n"


def compile_text(text: str) -> tuple[dict[str, Any] | None, list[str]]:
    policy, faults = compile_policy(text.encode(), "policies.yaml")
    return policy, [str(fault) for fault in faults]


def compile_good(text: str) -> dict[str, Any]:
    policy, faults = compile_text(text)
    assert faults == []
    assert policy is not None
    return policy


# --- what may be written ----------------------------------------------------------------------------------------------

FULL = (
    HEAD
    + """\
clauses: {KZ-2.3: 迟到, KZ-8.16: 投诉, SOP-3.7.6: 逾期}
complaints:
  serious_when: {departments_at_least: 3, repeated_within: 2w, media: false}
  valid: {态度: , skill: 技能}
  invalid: {ground: 依据不足}
charges:
  - {id: late, title: 迟到, of: attendance.late, when: {staff.class: [A, B]}, who: staff, from_nth: 2, within: month,
     amount: 20, approver: department-head, into: department-fund, source: KZ-2.3,
     reading: 自第二次起逐次}
  - {id: complaint, of: complaints.ruled-valid, when: {kind: 态度, order.service: plumbing},
     who: [about_staff, receiver], range: [20, "100.5"],
     also: [self-review, next-step], instead: [oral-warning], within: ever, source: [KZ-8.16]}
  - {id: five, of: [complaints.ruled-valid, complaints.reopened], who: about_staff, from_nth: 5, within: 365d,
     kind: proposal, propose: [transfer, dismissal], unless: [complaints.ruled-invalid, explained]}
  - {id: tardy, of: breach.result, when: {severity: serious}, who: [owner, department-head], source: SOP-3.7.6}
  - {id: damage, of: orders.paid, when: {follow_up: none}, who: receiver, kind: compensation, amount: field.amount}
  - {id: unreachable, of: hand, when: {staff.role: desk}, range: [20, 50], instead: oral-warning}
rewards:
  - {id: merit, of: hand, proposer: manager, approver: general-manager}
  - {id: star, of: followups.answered, when: {satisfaction: 5}, who: receiver, amount: 5, within: 1w, from_nth: 10}
discipline: {steps: [oral-warning, dismissal], within: 26w}
followups: {orders: {share: 0.25, when: {service: plumbing, kind: request}, attempts: 2}, surveys: {signature: false}}
reports:
  staff: {title: 各人, measures: [done, calls], by: person, beside: [month-before, year-before]}
appraisal:
  roles: [desk, manager]
  measures:
    done: {weight: 33.3, full: 30, zero: 0}
    late: {weight: 0.1, full: 0, zero: 3, roles: desk}
    rated: {weight: 6.6, full: 100, zero: 60}
    attitude: {weight: 60, scored: true}
  grades: [{grade: 优, from: 90.5, bonus: 800}, {grade: 差, from: 0}]
  bonus: {floor: 300, roles: manager, approver: general-manager}
"""
).replace(
    "  calls: {of: orders}\n",
    "  calls: {of: orders}\n  late: {of: attendance, person: staff}\n"
    "  rated: {of: scores, over: {measure: exam, score: {at_least: 1}}, value: {average: score}, person: staff}\n"
    "  fines: {of: ledger, month: approved, over: {kind: fine}, value: {sum: amount}, person: staff}\n"
    "  serious: {of: complaints, count: {severity: serious, validity: {not: null}}, person: receiver}\n",
)


def test_the_sections_in_full() -> None:
    policy = compile_good(FULL)
    assert marshal.loads(marshal.dumps(policy)) == policy
    late, complaint, five, tardy, damage, unreachable = policy["charges"]
    assert late == {
        "id": "late",
        "title": "迟到",
        "of": [["attendance", "late"]],
        "when": [["staff.class", ["A", "B"]]],
        "who": ["staff"],
        "from_nth": 2,
        "within": "month",
        "unless": [],
        "once": False,
        "amount": "20.00",
        "range": [],
        "also": [],
        "instead": [],
        "own_proposal": True,
        "kind": "fine",
        "propose": [],
        "proposer": None,
        "approver": "department-head",
        "into": "department-fund",
        "source": ["KZ-2.3"],
        "reading": "自第二次起逐次",
    }
    assert (complaint["title"], complaint["range"], complaint["amount"]) == ("complaint", ["20.00", "100.50"], None)
    assert (complaint["also"], complaint["instead"]) == (["self-review", "next-step"], ["oral-warning"])
    assert complaint["approver"] == "manager"
    assert (five["within"], five["unless"]) == ([365, "d"], [["complaints", "ruled-invalid"], ["", "explained"]])
    assert (five["kind"], five["propose"]) == ("proposal", ["transfer", "dismissal"])
    assert (tardy["of"], tardy["who"]) == ([["breach", "result"]], ["owner", "department-head"])
    assert (damage["kind"], damage["amount"]) == ("compensation", "field.amount")
    assert (unreachable["of"], unreachable["who"]) == ([["hand", ""]], [])
    assert [reward["kind"] for reward in policy["rewards"]] == ["reward", "reward"]
    assert policy["complaints"] == {
        "serious_when": {
            "departments_at_least": 3,
            "repeated_within": [2, "w"],
            "media": False,
            "failed_corrections": None,
            "system_flaw": False,
            "reputation": False,
            "doubts_system": False,
        },
        "close_needs": [],
        "valid": {"态度": "态度", "skill": "技能"},
        "invalid": {"ground": "依据不足"},
    }
    assert policy["complaint_kinds"] == {"ground": "依据不足", "态度": "态度", "skill": "技能"}
    assert policy["discipline"] == {"steps": ["oral-warning", "dismissal"], "within": [26, "w"]}
    assert policy["followups"] == {
        "orders": {"share": "0.25", "when": [["service", ["plumbing"]], *ENDED], "attempts": 2, "only_by": {}},
        "complaints": {"signature": True},
        "surveys": {"signature": False},
    }
    assert (policy["measures"]["rated"]["month"], policy["measures"]["rated"]["value"]) == (
        "month",
        ["average", "score"],
    )
    assert policy["reports"]["staff"][0]["by"] == ["person"]
    assert policy["appraisal"] == {
        "roles": ["desk", "manager"],
        "measures": {
            "done": {"title": "done", "weight": "33.3", "full": "30", "zero": "0", "scored": False, "roles": []},
            "late": {"title": "late", "weight": "0.1", "full": "0", "zero": "3", "scored": False, "roles": ["desk"]},
            "rated": {"title": "rated", "weight": "6.6", "full": "100", "zero": "60", "scored": False, "roles": []},
            "attitude": {"title": "attitude", "weight": "60", "full": None, "zero": None, "scored": True, "roles": []},
        },
        "grades": [
            {"grade": "优", "from": "90.5", "bonus": "800.00"},
            {"grade": "差", "from": "0", "bonus": None},
        ],
        "bonus": {"floor": "300.00", "roles": ["manager"], "approver": "general-manager"},
    }


def test_what_is_shown_can_be_written_again() -> None:
    policy = compile_good(FULL)
    shown = show_policy(policy)
    assert compile_policy(json.dumps(shown).encode(), "shown") == ({**policy, "defaults": []}, [])
    assert compile_policy(dump_yaml(shown).encode(), "shown") == ({**policy, "defaults": []}, [])
    assert compare_rules(policy, policy) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("charges.late.amount", "20.00"),
        ("charges.five.within", "365d"),
        ("charges.five.unless", ["complaints.ruled-invalid", "explained"]),
        ("charges.tardy.of", ["breach.result"]),
        ("charges.unreachable.of", ["hand"]),
        ("charges.late.when", {"staff.class": ["A", "B"]}),
        ("complaints.serious_when.repeated_within", "2w"),
        ("followups.orders.when", {"service": ["plumbing"], "kind": ["request"], "end": ["closed"]}),
        ("discipline.within", "26w"),
        ("appraisal.grades.1.bonus", "800.00"),
    ],
)
def test_a_part_by_its_path(path: str, expected: object) -> None:
    assert show_policy(compile_good(FULL), path) == expected


def test_a_change_is_told_by_its_path() -> None:
    after = (
        FULL.replace("amount: 20,", "amount: 25,")
        .replace("weight: 33.3, full: 30", "weight: 33.3, full: 40")
        .replace("share: 0.25", "share: 1")
        .replace("  - {id: merit, of: hand, proposer: manager, approver: general-manager}\n", "")
    )
    changes = compare_rules(compile_good(FULL), compile_good(after))
    assert [(each.path, each.change) for each in changes] == [
        ("charges.late.amount", "changed"),
        ("rewards.merit", "removed"),
        ("followups.orders.share", "changed"),
        ("appraisal.measures.done.full", "changed"),
    ]
    assert (changes[0].before, changes[0].after) == ("20.00", "25.00")


class TextLoader(yaml.SafeLoader):
    """YAML as the checker reads it: text, and null."""


TextLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


VALIDATOR = jsonschema.Draft202012Validator(build_schema())


def check_schema(text: str) -> None:
    """The schema accepts the rules, as an editor reads them and as the checker does."""
    for value in (yaml.load(text.replace("2026-01-01", '"2026-01-01"'), yaml.SafeLoader), yaml.load(text, TextLoader)):
        VALIDATOR.validate(value)


@pytest.mark.parametrize("text", [FULL, FULL.replace("amount: field.amount", "amount: "), appraisal()])
def test_the_schema_accepts_it(text: str) -> None:
    compile_good(text)
    check_schema(text)


@pytest.mark.parametrize(
    "text",
    [
        charges("id: x"),
        charges(f"{LATE}, from_nth: second"),
        charges(f"{LATE}, within: week"),
        charges(f"{LATE}, amount: 20.001x"),
        charges(f"{LATE}, kind: bribe"),
        charges(f"{LATE}, also: shouting"),
        charges(f"{LATE}, amout: 5"),
        HEAD + "complaints: {valid: {}}\n",
        HEAD + "complaints: {serious_when: {media: maybe}}\n",
        HEAD + "followups: {orders: {share: half}}\n",
        HEAD + "discipline: {steps: [fines]}\n",
        HEAD + "reports: {staff: {title: x, measures: [done], beside: year-befor}}\n",
        appraisal("{}"),
        appraisal("{done: {full: 30, zero: 0}}"),
        appraisal(grades="[{grade: A}]"),
    ],
)
def test_what_the_schema_refuses_the_checker_refuses(text: str) -> None:
    assert compile_text(text)[1] != []
    assert not VALIDATOR.is_valid(yaml.load(text, TextLoader))


def test_no_limits_of_pay_are_taken_for_granted() -> None:
    assert compile_good(HEAD)["pay"] is None
    limits = {"compensation_share": "1", "minimum_wage": None, "source": [], "reading": None}
    assert compile_good(HEAD + "pay: {compensation_share: 1.0}\n")["pay"] == limits


def test_rules_left_blank_are_the_defaults() -> None:
    blank = (
        "complaints:\ncharges: \nrewards: []\ndiscipline: {steps: , within: }\nfollowups: {orders: }\nappraisal: ~\n"
    )
    assert compile_good(HEAD + blank) == compile_good(HEAD)
    assert compile_good(HEAD + "followups: {orders: {}}\n")["followups"]["orders"] == {
        "share": "1",
        "when": ENDED,
        "attempts": 3,
        "only_by": {},
    }


# --- faults -----------------------------------------------------------------------------------------------------------

CHARGE_FAULTS = [
    ("id: x", "8: charges.x.of: is required (a value or a list)"),
    ("of: attendance.late, who: staff", "8: charges[1].id: is required (text)"),
    (f"{LATE}}}, {{{LATE}", "8: charges.x.id: x stands twice, in charges before (once in charges and rewards)"),
    (
        "id: x, of: attendance.lat, who: staff",
        "8: charges.x.of: unknown event of attendance lat, did you mean late? (late, left-early, absent, {})",
    ),
    (
        "id: x, of: [attendance.late, attendence.absent], who: staff",
        "8: charges.x.of[2]: unknown register attendence, did you mean attendance? (breach, orders, {})",
    ),
    ("id: x, of: late, who: staff", "8: charges.x.of: unknown fact late{} (REGISTER.EVENT, breach.CLOCK, or hand)"),
    (
        "id: x, of: breach.reslt, who: owner",
        "8: charges.x.of: unknown clock reslt, did you mean result? (result, send)",
    ),
    ("id: x, of: breach, who: owner", "8: charges.x.of: unknown fact breach{} ({})"),
    ("id: x, of: breach.round, who: owner", "8: charges.x.of: unknown clock round (result, send)"),
    ("id: x, of: []", "8: charges.x.of: left blank (at least one)"),
    (
        "id: x, of: [attendance.late, attendance.late], who: staff",
        "8: charges.x.of[2]: attendance.late stands twice (once)",
    ),
    (
        "id: x, of: [hand, attendance.late], who: staff",
        "8: charges.x.of: hand stands beside other facts (hand alone, or a rule of its own)",
    ),
    (
        "id: x, of: hand, from_nth: 3, within: month",
        "8: charges.x.from_nth: means nothing of hand: who notices it judges whether it was often (left out)",
    ),
    ("id: x, of: hand, who: staff", "8: charges.x.who: means nothing of hand: who notices it names the person ({})"),
    ("id: x, of: hand, unless: explained", "8: charges.x.unless: means nothing of hand: {} (left out)"),
    (
        "id: x, of: hand, amount: field.amount",
        "8: charges.x.amount: there is no event whose amount it could be (an amount, a range, or left blank)",
    ),
    (
        "id: x, of: hand, when: {service: plumbing}",
        "8: charges.x.when.service: a rule of hand knows the person only (staff.FIELD)",
    ),
    ("id: x, of: attendance.late", "8: charges.x.who: is required, but of hand (staff, receiver, department-head)"),
    (
        "id: x, of: attendance.late, who: stafff",
        "8: charges.x.who: unknown person stafff, did you mean staff? (staff, receiver, department-head)",
    ),
    (
        "id: x, of: attendance.late, who: owner",
        "8: charges.x.who: owner is who owed a clock, and these are no breaches (staff, receiver, department-head)",
    ),
    ("id: x, of: attendance.late, who: manager", "8: charges.x.who: unknown person manager ({})"),
    (
        "id: x, of: [attendance.late, orders.cancelled], who: staff",
        "8: charges.x.who: unknown person staff (receiver, department-head)",
    ),
    (
        "id: x, of: [assignments.completed, orders.cancelled], who: asignee",
        "8: charges.x.who: unknown person asignee (dispatcher, worker, receiver, department-head)",
    ),
    ("id: x, of: attendance.late, who: [staff, staff]", "8: charges.x.who[2]: staff stands twice (once)"),
    (
        f"{LATE}, when: {{staff.clas: A}}",
        "8: charges.x.when.staff.clas: unknown field of staff clas, did you mean class? ({})",
    ),
    (
        f"{LATE}, when: {{staff.role: dsk}}",
        f"8: charges.x.when.staff.role: unknown role dsk, did you mean desk? ({ROLES})",
    ),
    (f"{LATE}, when: {{service: plumbing}}", "8: charges.x.when.service: unknown field of attendance ({})"),
    (
        "id: x, of: [complaints.closed, attendance.late], who: receiver, when: {severity: serious}",
        "8: charges.x.when.severity: unknown field of attendance ({})",
    ),
    (
        "id: x, of: breach.result, who: owner, when: {kind: attitud}",
        "8: charges.x.when.kind: unknown kind attitud, did you mean attitude? (attitude, skill, {})",
    ),
    (
        "id: x, of: complaints.closed, who: receiver, when: {order.service: [plumbing, gas]}",
        "8: charges.x.when.order.service[2]: unknown service gas (plumbing)",
    ),
    (f"{LATE}, when: {{staff.class: }}", "8: charges.x.when.staff.class: left blank (at least one)"),
    (
        "id: x, of: complaints.closed, who: receiver, unless: explaind",
        "8: charges.x.unless: unknown event of complaints explaind, did you mean explained? ({})",
    ),
    (
        "id: x, of: complaints.closed, who: receiver, unless: [explained, training.missed]",
        "8: charges.x.unless[2]: training.missed is no event of the same case, nor of one that it belongs to or "
        "that belongs to it (events of orders, complaints, followups, {})",
    ),
    (f"{LATE}, from_nth: 0", "8: charges.x.from_nth: 0 is the number of no event (1 or more)"),
    (f"{LATE}, from_nth: second", "8: charges.x.from_nth: second is not a whole number (a whole number, not negative)"),
    (
        f"{LATE}, within: month",
        "8: charges.x.within: nothing is counted without from_nth (from_nth beside it, or left out)",
    ),
    (
        f"{LATE}, once: true",
        "8: charges.x.once: means nothing here: it chooses among several clocks that run side by side "
        "(of: [breach.CLOCK, breach.CLOCK], or left out)",
    ),
    (
        f"{LATE}, from_nth: 2, within: week",
        "8: charges.x.within: week is not a length of time (month, year, ever, or {})",
    ),
    (
        f"{LATE}, amount: 20, range: [20, 100]",
        "8: charges.x.range: a range beside an amount (one of the two, or neither: left blank)",
    ),
    (f"{LATE}, range: 20", f"8: charges.x.range: 1 amount ({BOUNDS})"),
    (f"{LATE}, range: [20, 50, 100]", f"8: charges.x.range: 3 amounts ({BOUNDS})"),
    (f"{LATE}, range: [100, 20]", f"8: charges.x.range: upside down: 100.00 is more than 20.00 ({BOUNDS})"),
    (f"{LATE}, range: [20, much]", "8: charges.x.range[2]: much is not an amount of money ({})"),
    (f"{LATE}, amount: -20", "8: charges.x.amount: -20 is not an amount of money ({})"),
    (f"{LATE}, amount: 20.001", "8: charges.x.amount: 20.001 is not an amount of money ({})"),
    (
        f"{LATE}, amount: field.value",
        "8: charges.x.amount: unknown field of attendance value (no field of this register holds money)",
    ),
    (
        "id: x, of: orders.paid, who: receiver, amount: field.content",
        "8: charges.x.amount: content of orders holds no money (price, amount)",
    ),
    (
        "id: x, of: orders.paid, who: receiver, amount: field.amonut",
        "8: charges.x.amount: unknown field of orders amonut, did you mean amount? (price, amount)",
    ),
    (f"{LATE}, kind: reward", "8: charges.x.kind: reward does not belong to charges (fine, compensation, warning, {})"),
    (f"{LATE}, kind: bribe", "8: charges.x.kind: unknown word bribe (fine, compensation, warning, {})"),
    (f"{LATE}, kind: proposal", "8: charges.x: a proposal of nothing (propose: what is proposed)"),
    (f"{LATE}, kind: proposal, propose: [transfer], amount: 5", "8: charges.x.amount: a proposal has no amount ({})"),
    (f"{LATE}, kind: proposal, propose: transfer, range: [1, 2]", "8: charges.x.range: a proposal has no range ({})"),
    (f"{LATE}, kind: warning, amount: 5", "8: charges.x.amount: a warning has no amount (left out, or another kind)"),
    (
        f"{LATE}, propose: dismissal",
        "8: charges.x.propose: a rule of kind fine proposes nothing (kind: proposal, or also)",
    ),
    (f"{LATE}, also: shouting", f"8: charges.x.also: unknown word shouting ({STEPS})"),
    (f"{LATE}, instead: [oral-waring]", f"8: charges.x.instead[1]: unknown word oral-waring, {{}} ({STEPS})"),
    (f"{LATE}, also: [transfer, transfer]", "8: charges.x.also[2]: transfer stands twice (once)"),
    (
        f"{LATE}, approver: bos",
        f"8: charges.x.approver: unknown role bos (department-head, {ROLES})",
    ),
    (f"{LATE}, proposer: assignee", "8: charges.x.proposer: unknown role assignee{} (department-head, {})"),
    (f"{LATE}, amout: 5", "8: charges.x.amout: unknown key, did you mean amount? ({})"),
    (f"{LATE}, command: tell", "8: charges.x.command: unknown key; rules never name a program, {} ({})"),
]

OTHER_FAULTS = [
    (
        charges("id: x, of: hand, kind: fine", "rewards"),
        "8: rewards.x.kind: fine does not belong to rewards (reward, proposal)",
    ),
    (
        charges("id: x, of: hand") + "rewards: [{id: x, of: hand}]\n",
        "9: rewards.x.id: x stands twice, in charges before (once in charges and rewards)",
    ),
    (
        charges("id: x, of: hand, source: [A-1, A-3]") + "clauses: {A-1: 甲}\n",
        "8: charges.x.source[2]: unknown clause A-3, did you mean A-1? (a clause listed in clauses)",
    ),
    (
        charges("id: x, of: hand, reading: 逐次"),
        "8: charges.x.reading: nothing is cited that it could be a reading of "
        "(source: the clauses beside it, or left out)",
    ),
    (
        HEAD + "assignment: {reading: 不超过 8}\n",
        "8: assignment.reading: nothing is cited {} ({})",
    ),
    (
        charges("id: x, of: hand, source: B", "rewards") + "clauses: {A-1: 甲}\n",
        "8: rewards.x.source: unknown clause B (a clause listed in clauses)",
    ),
    (
        charges("id: x, of: hand") + "roles: {desk: 前台, boss: 老板}\n",
        "8: charges.x.approver: is required where there is no role manager, who approves by default "
        "(department-head, desk, boss)",
    ),
    (
        HEAD + "discipline:\n  steps:\n    - fine\n    - oral-warning\n    - fine\n",
        "12: discipline.steps[3]: fine stands twice (once)",
    ),
    (
        HEAD + "discipline: {steps: [fines]}\n",
        "8: discipline.steps[1]: unknown word fines, did you mean fine? "
        "(oral-warning, written-warning, fine, pay-cut, demotion, persuaded, dismissal, expulsion)",
    ),
    (HEAD + "discipline: {within: year}\n", "8: discipline.within: year is not a length of time ({})"),
    (
        HEAD + "complaints:\n  valid: {a: 甲, b: 乙}\n  invalid: {c: 丙, b: 丁}\n",
        "10: complaints.invalid.b: b is a kind of valid and of invalid complaints (one of the two)",
    ),
    (
        HEAD + "complaints:\n  valid:\n    standard: 标准\n",
        "10: complaints.valid.standard: standard is a kind of valid and of invalid complaints (one of the two)",
    ),
    (
        HEAD + "complaints: {serious_when: {departments_at_least: 0}}\n",
        "8: complaints.serious_when.departments_at_least: 0 would make every complaint serious "
        "(1 or more, or left out)",
    ),
    (
        HEAD + "complaints: {close_needs: [{when: {settled: [sometime]}, needs: [ruling]}]}\n",
        "8: complaints.close_needs[1].when.settled[1]: unknown settled sometime (on-the-spot, later)",
    ),
    (
        HEAD + "complaints: {close_needs: [{when: {colour: [red]}, needs: [ruling]}]}\n",
        "8: complaints.close_needs[1].when.colour: unknown field of complaints ({})",
    ),
    (
        HEAD + "complaints: {close_needs: [{needs: [luck]}]}\n",
        "8: complaints.close_needs[1].needs[1]: unknown word luck ({})",
    ),
    (
        HEAD + "complaints: {serious_when: {failed_corrections: 0}}\n",
        "8: complaints.serious_when.failed_corrections: 0 would make every complaint serious ({})",
    ),
    (
        HEAD + "complaints: {serious_when: {repeated_within: month}}\n",
        "8: complaints.serious_when.repeated_within: month is not a length of time ({})",
    ),
    (HEAD + "complaints: {serious_when: {weather: true}}\n", "8: complaints.serious_when.weather: unknown key{} ({})"),
    (HEAD + "complaints: {valid: {}}\n", "8: complaints.valid: left blank (at least one)"),
    (HEAD + "pay: {compensation_share: 1.01}\n", "8: pay.compensation_share: 1.01 is more than the whole (0 to 1)"),
    (HEAD + "pay: {compensation_share: 20%}\n", "8: pay.compensation_share: 20% is not a number ({})"),
    (HEAD + "pay: {minimum_wage: 1950.001}\n", "8: pay.minimum_wage: 1950.001 is not an amount of money ({})"),
    (HEAD + "followups: {orders: {share: 1.01}}\n", "8: followups.orders.share: 1.01 is more than the whole (0 to 1)"),
    (HEAD + "followups: {orders: {share: half}}\n", "8: followups.orders.share: half is not a number ({})"),
    (HEAD + "followups: {orders: {attempts: 0}}\n", "8: followups.orders.attempts: 0 tries reach nobody (1 or more)"),
    (
        HEAD + "followups: {orders: {when: {servce: plumbing}}}\n",
        "8: followups.orders.when.servce: unknown field of orders, did you mean service? ({})",
    ),
    (
        HEAD + "followups: {orders: {only_by: {mail: {}}}}\n",
        "8: followups.orders.only_by.mail: unknown method{} (phone, visit, message)",
    ),
    (
        HEAD + "followups: {orders: {only_by: {phone: {when: {service: gas}}}}}\n",
        "8: followups.orders.only_by.phone.when.service: unknown service gas (plumbing)",
    ),
    (
        HEAD + "followups: {orders: {when: {end: done}}}\n",
        "8: followups.orders.when.end: unknown end done (closed, answered)",
    ),
    (
        HEAD + "followups: {orders: {when: {follow_up: owed}}}\n",
        "8: followups.orders.when.follow_up: unknown field{} ({})",
    ),
    (
        HEAD + "followups: {orders: {when: {service: [plumbing, gas]}}}\n",
        "8: followups.orders.when.service[2]: unknown service gas (plumbing)",
    ),
    (
        HEAD + "followups: {orders: {when: {kind: reqest}}}\n",
        "8: followups.orders.when.kind: unknown kind reqest, {} ({})",
    ),
    (
        HEAD + "followups: {complaints: {signature: maybe}}\n",
        "8: followups.complaints.signature: maybe is neither true nor false (true or false)",
    ),
    (
        HEAD + "reports: {staff: {title: x, measures: [calls], by: [service, person]}}\n",
        "8: reports.staff.by[2]: none of the measures of this section has a person (measures with person)",
    ),
    (
        HEAD + "reports: {staff: {title: x, measures: [done], beside: year-befor}}\n",
        "8: reports.staff.beside: unknown word year-befor, did you mean year-before? (month-before, year-before)",
    ),
    (
        HEAD + "reports: {yearly: {title: x, measures: [done]}}\n",
        "8: reports.yearly: unknown key (daily, weekly, monthly, satisfaction, complaints, staff)",
    ),
]

SINGLE_FAULTS = [
    ("charges:\n  id: x\n  of: hand\n  range: [2, 1]\n", "11: charges.x.range: upside down: {} ({})"),
    ("charges:\n  id: x\n  of: hand\n  amount: 5.001\n", "11: charges.x.amount: 5.001 is not an amount of money ({})"),
    (
        "reports:\n  staff:\n    title: x\n    measures: don\n",
        "11: reports.staff.measures: unknown measure don, {} ({})",
    ),
]

SCORED = "{done: {weight: 40, full: 30, zero: 0}, attitude: {weight: 60, scored: true%s}}"

APPRAISAL_FAULTS = [
    (
        appraisal("{done: {weight: 60, full: 30, zero: 0}, attitude: {weight: 60, scored: true}}"),
        "10: appraisal.measures: the weights add up to 120 (100)",
    ),
    (
        appraisal("{done: {weight: 60, full: 30, zero: 0}, attitude: {weight: 60, scored: true, roles: [desk]}}"),
        "10: appraisal.measures: the weights add up for desk to 120 (100)",
    ),
    (appraisal("{done: {full: 30, zero: 0}}"), "10: appraisal.measures.done.weight: is required ({})"),
    (
        appraisal("{done: {weight: -1, full: 30, zero: 0}}"),
        "10: appraisal.measures.done.weight: -1 is not a number ({})",
    ),
    (appraisal("{}"), "10: appraisal.measures: left blank (at least one)"),
    (
        appraisal("{dne: {weight: 100, full: 30, zero: 0}}"),
        "10: appraisal.measures.dne: unknown measure, did you mean done? (done)",
    ),
    (
        appraisal("{calls: {weight: 100, full: 30, zero: 0}}"),
        "10: appraisal.measures.calls: is nobody's measure: it names no person (measures.calls.person)",
    ),
    (
        appraisal("{done: {weight: 100, full: 30}}"),
        "10: appraisal.measures.done: has no zero (full: worth 100, and zero: worth 0; or scored: true)",
    ),
    (appraisal("{done: {weight: 100}}"), "10: appraisal.measures.done: has no full and no zero ({})"),
    (
        appraisal("{done: {weight: 100, full: 3.0, zero: 3}}"),
        "10: appraisal.measures.done.zero: full and zero are both 3 (two different figures)",
    ),
    (
        appraisal(SCORED % ", full: 100"),
        "10: appraisal.measures.attitude.full: means nothing of a measure that people score "
        "(left out: marks are from 0 to 100)",
    ),
    (appraisal(SCORED % ", zero: 0"), "10: appraisal.measures.attitude.zero: means nothing of {} ({})"),
    (
        appraisal(SCORED % ", roles: [desk, fild]"),
        f"10: appraisal.measures.attitude.roles[2]: unknown role fild, did you mean field? ({ROLES})",
    ),
    (
        appraisal(SCORED % ", roles: manager"),
        "10: appraisal.measures.attitude.roles: manager is not among the roles that are appraised (desk, field)",
    ),
    (
        appraisal().replace("[desk, field]", "[desk, fields]"),
        f"9: appraisal.roles[2]: unknown role fields, {{}} ({ROLES})",
    ),
    (appraisal().replace("[desk, field]", "[desk, desk]"), "9: appraisal.roles[2]: desk stands twice (once)"),
    (appraisal().replace("[desk, field]", "[]"), "9: appraisal.roles: left blank (at least one)"),
    (
        appraisal(grades="[{grade: A, from: 90}, {grade: B, from: 60}]"),
        "11: appraisal.grades[2].from: a gap: a score below 60 has no grade (the last grade from 0)",
    ),
    (
        appraisal(grades="[{grade: A, from: 60}, {grade: B, from: 60.0}, {grade: C, from: 0}]"),
        "11: appraisal.grades[2].from: 60 is not below 60, from which the grade above begins (grades from high to low)",
    ),
    (
        appraisal(grades="[{grade: C, from: 0}, {grade: B, from: 60}, {grade: A, from: 0}]"),
        "11: appraisal.grades[2].from: 60 is not below 0, from which the grade above begins (grades from high to low)",
    ),
    (
        appraisal(grades="[{grade: A, from: 100.5}, {grade: B, from: 0}]"),
        "11: appraisal.grades[1].from: nobody scores 100.5 (100 or less)",
    ),
    (appraisal(grades="[{grade: A, from: 9}, {grade: A, from: 0}]"), "11: appraisal.grades[2]: A stands twice (once)"),
    (appraisal(grades="[{grade: A}]"), "11: appraisal.grades[1].from: is required ({})"),
    (appraisal(grades="[{from: 0}]"), "11: appraisal.grades[1].grade: is required (text)"),
    (appraisal(grades="[]"), "11: appraisal.grades: left blank (at least one)"),
    (
        appraisal(grades="[{grade: A, from: 0, bonus: some}]"),
        "11: appraisal.grades[1].bonus: some is not an amount of money ({})",
    ),
    (appraisal(rest="bonus: {floor: 3.001}"), "12: appraisal.bonus.floor: 3.001 is not an amount of money ({})"),
    (appraisal(rest="bonus: {roles: manager}"), "12: appraisal.bonus.roles: manager is not among {} (desk, field)"),
    (appraisal(rest="bonus: {approver: boss}"), f"12: appraisal.bonus.approver: unknown role boss ({ROLES})"),
    (
        HEAD + "appraisal: {roles: desk, measures: {done: {weight: 100, full: 1, zero: 0}}}\n",
        "8: appraisal.grades: {} ({})",
    ),
]

MEASURE_FAULTS = [
    ("{of: scores, person: manager}", "8: measures.a.person: unknown person manager ({})"),
    ("{of: scores, month: taken}", "8: measures.a.month: unknown time taken (month, at)"),
    ("{of: scores, value: {sum: measure}}", "8: measures.a.value.sum: measure holds no number ({})"),
    ("{of: scores, over: {scor: 5}}", "8: measures.a.over.scor: unknown field of scores, did you mean score? ({})"),
    ("{of: ledger, over: {kind: fin}}", "8: measures.a.over.kind: unknown kind fin, did you mean fine? ({})"),
    ("{of: ledger, month: aproved}", "8: measures.a.month: unknown time aproved, did you mean approved? ({})"),
    (
        "{of: complaints, count: {severity: grave}}",
        "8: measures.a.count.severity: unknown severity grave (ordinary, serious)",
    ),
    ("{of: complaints, over: {kind: rudeness}}", "8: measures.a.over.kind: unknown kind rudeness (attitude, {})"),
    ("{of: attendance, person: worker}", None),
    ("{of: ledger, value: {sum: amount}, person: staff}", None),
]


def check_fault(text: str, expected: str | None) -> None:
    """One fault, in these words; `{}` stands for any words."""
    faults = compile_text(text)[1]
    if expected is None:
        assert faults == []
        return
    assert len(faults) == 1, faults
    rest = faults[0]
    assert rest.startswith("policies.yaml:" + expected.split("{}")[0]), rest
    for piece in expected.split("{}"):
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]
    assert rest == ""


@pytest.mark.parametrize(("rule", "expected"), CHARGE_FAULTS)
def test_one_fault_of_a_charge(rule: str, expected: str) -> None:
    check_fault(charges(rule), expected)


@pytest.mark.parametrize(("text", "expected"), SINGLE_FAULTS)
def test_one_fault_where_a_single_value_stands_for_a_list(text: str, expected: str) -> None:
    check_fault(HEAD + text, expected)


@pytest.mark.parametrize(("text", "expected"), OTHER_FAULTS + APPRAISAL_FAULTS)
def test_one_fault_of_another_section(text: str, expected: str) -> None:
    check_fault(text, expected)


@pytest.mark.parametrize(("measure", "expected"), MEASURE_FAULTS)
def test_one_fault_of_a_measure(measure: str, expected: str | None) -> None:
    check_fault(HEAD + f"  a: {measure}\n", expected)


@pytest.mark.parametrize(
    "rule",
    [
        "of: followups.answered, who: receiver, when: {order.service: plumbing, order.follow_up: made}",
        "of: [assignments.completed, orders.closed], who: [worker, dispatcher]",
        "of: breach.send, who: owner, unless: assignments.extension-asked",
        "of: complaints.measure-done, who: owner, when: {order.worker: pan, severity: ordinary}",
        "of: breach.result, who: [owner, responsible, about_staff], when: {departments: 工程部}",
        "of: staff.demoted, who: manager, when: {staff.role: [desk, field]}",
        "of: hand, kind: warning, also: [next-step, self-review]",
    ],
)
def test_a_rule_that_reads_what_follows_from_the_facts(rule: str) -> None:
    compile_good(charges(f"id: 一/二, {rule}"))


def test_a_sound_appraisal_and_charge_have_no_fault() -> None:
    compile_good(appraisal())
    compile_good(charges(LATE))
    compile_good(appraisal(SCORED % ""))
    compile_good(charges(f"{LATE}, range: [20, 20]"))


# --- whatever is written ----------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    """hand breach.result breach. .late attendance.late attendance. orders.taken staff owner department-head
    field.amount field. proposal reward fine 0 1 100 -1 0.5 1e9 month 30d true null [] {} ~ desk done calls scores
    clocks plumbing order.service staff.class severity a/b 态度 从""".split()  # noqa: SIM905
)
KEYS = st.sampled_from(
    """id of when who from_nth within unless amount range also instead kind propose proposer approver into source title
    steps share attempts orders complaints surveys signature serious_when valid invalid departments_at_least media
    repeated_within roles measures grades bonus floor weight full zero scored grade from done calls a/b""".split()  # noqa: SIM905
)
SECTIONS = st.sampled_from(
    [
        "complaints",
        "charges",
        "rewards",
        "discipline",
        "followups",
        "measures",
        "reports",
        "appraisal",
        "clauses",
        "roles",
    ]
)
RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | WORDS | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | WORDS, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=examples(120), deadline=None)
@given(
    st.dictionaries(SECTIONS, RUBBISH | st.lists(st.dictionaries(KEYS, RUBBISH, max_size=8), max_size=3), max_size=4)
)
def test_rubbish_is_a_fault_and_never_an_error(sections: dict[str, Any]) -> None:
    text = yaml.safe_dump(
        {**yaml.safe_load(HEAD.replace("2026-01-01", '"2026-01-01"')), **sections}, allow_unicode=True
    )
    policy, faults = compile_policy(text.encode("utf-8", "surrogatepass"), "policies.yaml")
    assert (policy is None) == bool(faults)
    assert all(str(fault).isprintable() and fault.line > 0 for fault in faults)
    if policy is not None:
        VALIDATOR.validate(yaml.load(text, TextLoader))
        shown = {key: value for key, value in show_policy(policy).items() if value not in (None, {})}
        assert compile_policy(json.dumps(shown).encode(), "shown") == ({**policy, "defaults": []}, [])


RULE = st.fixed_dictionaries(
    {"id": st.just("x"), "of": st.sampled_from(["hand", "attendance.late", "breach.result", "complaints.ruled-valid"])},
    optional={
        "when": st.dictionaries(
            st.sampled_from(["staff.class", "severity", "order.service", "date"]), WORDS, max_size=2
        ),
        "who": st.lists(st.sampled_from(["staff", "owner", "receiver", "about_staff", "x"]), max_size=2),
        "from_nth": st.integers(0, 3),
        "within": st.sampled_from(["month", "year", "ever", "30d", "x"]),
        "unless": st.sampled_from(["explained", "complaints.closed", "late", "x"]),
        "amount": st.sampled_from(["5", "field.amount", "field.x", 0]),
        "range": st.lists(st.integers(0, 100), max_size=3),
        "kind": st.sampled_from(["fine", "reward", "proposal", "warning", "compensation"]),
        "propose": st.sampled_from(["transfer", ["dismissal"], "x"]),
        "also": st.sampled_from(["next-step", ["self-review", "transfer"]]),
        "approver": st.sampled_from(["department-head", "manager", "x"]),
    },
)


@settings(max_examples=examples(120), deadline=None)
@given(RULE, st.sampled_from(["charges", "rewards"]))
def test_a_rule_is_told_at_fault_or_can_be_shown_and_written_again(rule: dict[str, Any], section: str) -> None:
    text = HEAD + json.dumps({section: [rule]}, ensure_ascii=False)[1:-1] + "\n"
    policy, faults = compile_policy(text.encode(), "policies.yaml")
    assert (policy is None) == bool(faults)
    assert {fault.line for fault in faults} <= {8}
    if policy is None:
        return
    check_schema(text)
    shown = {key: value for key, value in show_policy(policy).items() if key not in ("clauses", "appraisal", "areas")}
    shown = {key: value for key, value in shown.items() if value is not None}
    assert compile_policy(json.dumps(shown).encode(), "shown") == ({**policy, "defaults": []}, [])
    (built,) = policy[section]
    assert not (built["amount"] and built["range"])
    assert built["from_nth"] is None or built["from_nth"] >= 1
    assert bool(built["propose"]) == (built["kind"] == "proposal")
    assert (built["kind"] == "reward") <= (section == "rewards")
    assert bool(built["who"]) == (rule["of"] != "hand")
