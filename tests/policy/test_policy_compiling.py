"""A policy from its text: what a good one compiles to, and every fault with its line and its words."""

import ast
import json
import marshal
from pathlib import Path
from typing import Any

import pytest

from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.days import YEARLY
from dispatchctl.policy.showing import show_policy

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ROOT.parent / "shared" / "spec" / "hostile.txt"

HEAD = """\
policy: {effective_from: 2026-01-01}
calendar: {hours: {mon-fri: ["08:30-12:00", "13:30-17:30"]}}
services: {plumbing: {}}
clocks:
  - {id: complete, of: assignments, start: assigned, stop: completed, limit: 4h}
"""


def compile_text(text: str, **options: Any) -> tuple[dict[str, Any] | None, list[str]]:
    policy, faults = compile_policy(text.encode(), "policies.yaml", **options)
    return policy, [str(fault) for fault in faults]


def compile_good(text: str) -> dict[str, Any]:
    policy, faults = compile_text(text)
    assert faults == []
    assert policy is not None
    return policy


def clock(
    rest: str, of: str = "assignments", start: str = "assigned", stop: str = "completed", limit: str = "4h"
) -> str:
    text = HEAD.split("  - {id")[0] + f"  - {{id: c, of: {of}, start: {start}, stop: {stop}"
    return text + (f", limit: {limit}" if limit else "") + (f", {rest}" if rest else "") + "}\n"


def calendar(words: str) -> str:
    return HEAD.replace('hours: {mon-fri: ["08:30-12:00", "13:30-17:30"]}', words)


def test_the_required_sections_alone_make_a_policy_with_every_default() -> None:
    policy = compile_good(HEAD)
    assert marshal.loads(marshal.dumps(policy)) == policy
    assert policy["label"] == "2026-01-01"
    assert policy["timezone"] == "Asia/Shanghai"
    assert policy["publisher"] == "main"
    assert policy["clauses"] == {}
    assert policy["days"] is None
    week = [[30600, 43200], [48600, 63000]]
    assert policy["calendar"] == {
        "country": "CN",
        "published_through": 2026,
        "counting": "civil-code",
        "cut_off": None,
        "week": [week, week, week, week, week, [], []],
        "make_up": week,
        "closed": [],
        "open": [],
        "working": [0, 1, 2, 3, 4],
        "yearly": YEARLY["CN"],
    }
    assert list(policy["roles"])[:3] == ["desk", "field", "supervisor"]
    assert policy["departments"] is None
    assert policy["areas"] is None
    assert policy["services"]["plumbing"] == {
        "title": "plumbing",
        "department": None,
        "skill": None,
        "base_price": None,
        "effort": "1",
        "requirements": None,
    }
    assert next(iter(policy["priorities"].items())) == ("urgent", "紧急")
    assert policy["intake"]["required"]["request"] == ["service", "content", "caller", "phone", "address"]
    assert policy["assignment"]["weigh"] == {"workload": "5", "fairness": "2", "area": "2", "last_technician": "1"}
    assert policy["assignment"]["ceiling"] == "8"
    assert policy["escalation"] == {"roles": ["supervisor", "manager", "general-manager"], "every": [4, "bh"]}
    assert policy["privacy"] == {"retain": [1095, "d"], "reveal": ["desk", "supervisor"], "strict": False}
    assert policy["defaults"] == ["measures", "reports"]  # which: see test_policy_defaults
    assert policy["complaints"]["serious_when"] == {
        "departments_at_least": 2,
        "repeated_within": [30, "d"],
        "media": True,
        "failed_corrections": 1,
        "system_flaw": True,
        "reputation": True,
        "doubts_system": True,
    }
    assert list(policy["complaints"]["valid"]) == ["attitude", "skill", "facilities", "materials", "area"]
    assert list(policy["complaints"]["invalid"]) == ["standard", "ground", "outside"]
    assert policy["complaint_kinds"] == {**policy["complaints"]["invalid"], **policy["complaints"]["valid"]}
    assert (policy["charges"], policy["rewards"], policy["appraisal"]) == ([], [], None)
    assert policy["discipline"] == {
        "steps": ["oral-warning", "written-warning", "fine", "demotion", "dismissal"],
        "within": [365, "d"],
    }
    signed = {"signature": True}
    assert policy["followups"] == {"orders": None, "complaints": signed, "surveys": signed}


def test_a_clock_in_full() -> None:
    text = clock(
        "title: 完工, when: {order.priority: [urgent, high], order.service: plumbing}, from: order.appointment_at, "
        "counting: elapsed, warn: 30m, owner: [assignee, department-head], extendable: true, urge: 2bh, item: parts, "
        "pause: {waiting-customer: 3d, waiting-outside: null}, source: PD-2.6, due: due_at",
        start="[assigned, rework]",
        stop="[state.completed, notices.urged]",
    )
    assert compile_good(text)["clocks"] == [
        {
            "id": "c",
            "title": "完工",
            "of": "assignments",
            "start": [["assignments", "assigned"], ["assignments", "rework"]],
            "stop": [["state", "completed"], ["notices", "urged"]],
            "unless": [],
            "outlives": None,
            "when": [["order.priority", ["urgent", "high"]], ["order.service", ["plumbing"]]],
            "limit": [4, "h"],
            "due": "due_at",
            "from": "order.appointment_at",
            "item": "parts",
            "counting": "elapsed",
            "warn": [30, "m"],
            "owner": ["assignee", "department-head"],
            "pause": {"waiting-customer": [3, "d"], "waiting-outside": None},
            "extendable": True,
            "urge": [2, "bh"],
            "source": ["PD-2.6"],
            "reading": None,
        }
    ]


def test_measures_conditions_and_values() -> None:
    policy = compile_good(
        HEAD
        + "measures:\n"
        + "  a: {of: clocks, over: {clock: complete, case.service: plumbing}, count: {breached: false}}\n"
        + "  b: {of: orders, over: {kind: [request, report], price: {at_least: 050.50}}, value: {average: price}}\n"
        + "  c: {of: assignments, month: completed, count: {rework: {not: null}, order.service: {not: plumbing}}}\n"
        + "  d: {of: orders, over: {amount: {below: 10}, cancelled: null}}\n"
        + "reports: {monthly: {title: 概况, measures: a, by: [department, case.service]}}\n"
    )
    measures = policy["measures"]
    assert measures["a"]["over"] == {"clock": ["in", ["complete"]], "case.service": ["in", ["plumbing"]]}
    assert measures["a"]["count"] == {"breached": ["in", ["false"]]}
    assert (measures["a"]["month"], measures["a"]["value"]) == ("due_at", ["ratio"])
    assert measures["b"]["over"] == {"kind": ["in", ["request", "report"]], "price": ["at_least", "50.5"]}
    assert (measures["b"]["month"], measures["b"]["value"]) == ("taken", ["average", "price"])
    assert measures["c"]["count"] == {"rework": ["not", None], "order.service": ["not", "plumbing"]}
    assert measures["d"]["over"] == {"amount": ["below", "10"], "cancelled": ["in", [None]]}
    assert measures["d"]["value"] == ["count"]
    section = {"id": None, "title": "概况", "measures": ["a"], "by": ["department", "case.service"], "beside": []}
    assert policy["reports"]["monthly"] == [section]


def test_a_desk_with_other_roles_keeps_only_the_defaults_that_it_has() -> None:
    policy = compile_good(HEAD + "roles: {desk: 前台, manager: }\n")
    assert policy["roles"] == {"desk": "前台", "manager": "manager"}
    assert policy["assignment"]["confirm_by"] == ["dispatcher", "desk", "assignee"]
    assert policy["assignment"]["extend_by"] == []
    assert policy["escalation"]["roles"] == ["manager"]
    assert policy["privacy"]["reveal"] == ["desk"]


def test_a_blank_list_of_roles_is_the_default_where_these_roles_are_not() -> None:
    blank = "roles: {boss: 老板}\nescalation: {roles: , every: 1h}\nprivacy: {reveal: }\nassignment: {extend_by: ~}\n"
    policy = compile_good(HEAD + blank)
    assert (policy["escalation"]["roles"], policy["privacy"]["reveal"]) == ([], [])
    assert show_policy(policy, "escalation") == {"roles": None, "every": "1h"}


def test_keys_and_titles_are_free_text() -> None:
    policy = compile_good(HEAD.replace("plumbing: {}", "给排水: {title: NO, base_price: 50, effort: 1.50}, on: {}"))
    assert policy["services"]["给排水"]["title"] == "NO"
    assert policy["services"]["给排水"]["base_price"] == "50.00"
    assert policy["services"]["给排水"]["effort"] == "1.5"
    assert policy["services"]["on"]["title"] == "on"


FIELDS = (
    "order_id, dispatcher, assignee, role, contact_id, content, requirements, due_at, until, reason, parts, cost, ..."
)
SPANS = "a whole number and one of m h bm bh d wd w, as in 30m, 4h, 8bh, 3wd"
REGISTERS = "orders, assignments, complaints, followups, surveys, ledger, notices, audit, staff, attendance, training"
ROLES = "desk, field, supervisor, manager, general-manager, personnel, assistant, contractor"
NEVER = (
    "5: clocks.c.stop: can never stop: none of its stops can come after its start (an event that may follow the start)"
)
TIMES = "due_at, until, order.appointment_at, staff.until"

CLOCK_FAULTS = [
    (
        clock("", start="asigned"),
        "5: clocks.c.start: unknown event of assignments asigned, did you mean assigned? ({})",
    ),
    (clock("", stop="[completed, state.gone]"), "5: clocks.c.stop[2]: unknown state of assignments gone ({})"),
    (
        clock("", stop="complains.closed"),
        f"5: clocks.c.stop: unknown register complains, did you mean complaints? ({REGISTERS})",
    ),
    (
        clock("", stop="staff.left"),
        "5: clocks.c.stop: staff.left: a case of staff names no case of assignments "
        "(events of assignments or of what refers to it)",
    ),
    (clock("", of="inspections"), f"5: clocks.c.of: unknown register inspections ({REGISTERS})"),
    (clock("", stop="assigned"), NEVER),
    (clock("", start="confirmed", stop="completed"), NEVER),
    (clock("", start="withdrawn", stop="completed"), NEVER),
    (clock("", of="orders", start="taken", stop="taken"), NEVER),
    (clock("", of="notices", start="urged", stop="urged"), NEVER),
    (clock("", stop="[]"), "5: clocks.c.stop: left blank (at least one)"),
    (clock("", stop=""), "5: clocks.c.stop: is required (a value or a list)"),
    (clock("", limit=""), "5: clocks.c: has neither limit nor due (limit: a span, or due: a field that holds a time)"),
    (clock("", limit="4x"), f"5: clocks.c.limit: 4x is not a length of time ({SPANS})"),
    (clock("", limit="-4h"), f"5: clocks.c.limit: -4h is not a length of time ({SPANS})"),
    (clock("", limit="[4h]"), f"5: clocks.c.limit: a list ({SPANS})"),
    (clock("warn: 0m"), f"5: clocks.c.warn: 0m is not a length of time ({SPANS})"),
    (
        clock("when: {order.prioritty: urgent}"),
        "5: clocks.c.when.order.prioritty: unknown field of assignments, did you mean order.priority? ({})",
    ),
    (clock("when: {complaint.kind: x}"), "5: clocks.c.when.complaint.kind: unknown field of assignments{} ({})"),
    (
        clock("when: {order.priority: urgnt}"),
        "5: clocks.c.when.order.priority: unknown priority urgnt, did you mean urgent? (urgent, high, normal, low)",
    ),
    (
        clock("when: {order.kind: [request, x]}"),
        "5: clocks.c.when.order.kind[2]: unknown kind x (request, inquiry, suggestion, report, prospect, internal)",
    ),
    (clock("when: {order.service: }"), "5: clocks.c.when.order.service: left blank (at least one)"),
    (
        clock("from: order.appointment"),
        "5: clocks.c.from: unknown field of assignments order.appointment, did you mean order.appointment_at? "
        f"({TIMES})",
    ),
    (clock("from: content"), f"5: clocks.c.from: content holds no time ({TIMES})"),
    (clock("due: nothing"), f"5: clocks.c.due: unknown field of assignments nothing ({TIMES})"),
    (clock("item: measure_id"), f"5: clocks.c.item: unknown field of assignments measure_id ({FIELDS})"),
    (clock("owner: asignee"), "5: clocks.c.owner: unknown owner asignee, did you mean assignee? ({})"),
    (clock("owner: [assignee, assignee]"), "5: clocks.c.owner[2]: assignee stands twice (once)"),
    (
        clock("owner: dispatcher", of="staff", start="joined", stop="left"),
        "5: clocks.c.owner: unknown owner dispatcher ({})",
    ),
    (clock("pause: {a: 3x}"), f"5: clocks.c.pause.a: 3x is not a length of time ({SPANS})"),
    (clock("pause: waiting"), "5: clocks.c.pause: a text (a map of keys and values)"),
    (
        clock("pause: {a: 3d}", of="staff", start="joined", stop="left"),
        "5: clocks.c.pause: cases of staff are never paused (assignments, orders)",
    ),
    (
        clock("extendable: true", of="staff", start="joined", stop="left"),
        "5: clocks.c.extendable: a clock of staff cannot be extended (clocks of assignments or orders)",
    ),
    (clock("extendable: yes"), "5: clocks.c.extendable: yes is neither true nor false (true or false)"),
    (
        clock("counting: civil"),
        "5: clocks.c.counting: unknown word civil, did you mean civil-code? (civil-code, elapsed)",
    ),
    (clock("stat: x"), "5: clocks.c.stat: unknown key, did you mean start? ({})"),
    (
        clock("command: [/usr/local/bin/tell]"),
        "5: clocks.c.command: unknown key; rules never name a program, an address or a secret ({})",
    ),
    (
        HEAD + "  - {id: complete, of: orders, start: taken, stop: closed, limit: 1d}\n",
        "6: clocks.complete.of: a clock of orders, but complete above is one of assignments (assignments)",
    ),
    (HEAD + "  - {of: orders, start: taken, stop: closed, limit: 1d}\n", "6: clocks[2].id: is required (text)"),
]

CALENDAR_FAULTS = [
    (
        calendar('hours: {mon-mon: "08:00-12:00"}'),
        "2: calendar.hours.mon-mon: mon-mon runs backwards; name the days before and after Sunday apart ({})",
    ),
    (
        calendar('hours: {mon: "08:00-08:00"}'),
        "2: calendar.hours.mon: 08:00-08:00 ends before it begins; what crosses midnight is two stretches ({})",
    ),
    (calendar("hours: {}"), "2: calendar.hours: left blank (at least one)"),
    (calendar("hours: "), "2: calendar.hours: is required (a map)"),
    (calendar("hours: {mon-fri: [], sat: }"), "2: calendar.hours: no working time (hours on at least one day)"),
    (calendar('hours: {make-up: "08:00-12:00"}'), "2: calendar.hours: no working time (hours on at least one day)"),
    (
        calendar('hours: {fri-mon: "08:00-12:00"}'),
        "2: calendar.hours.fri-mon: fri-mon runs backwards; name the days before and after Sunday apart "
        "(mon to sun, ranges such as mon-fri, make-up)",
    ),
    (
        calendar('hours: {monday: "08:00-12:00"}'),
        "2: calendar.hours.monday: monday names no days of the week (mon to sun, ranges such as mon-fri, make-up)",
    ),
    (
        calendar('hours: {mon-fri: "08:00-12:00", wed: "08:00-09:00"}'),
        "2: calendar.hours.wed: a day of wed has its hours under mon-fri already (each day once)",
    ),
    (
        calendar('hours: {mon: ["08:00-12:00", "11:59-13:00"]}'),
        "2: calendar.hours.mon: hours overlap (stretches that share no time)",
    ),
    (
        calendar('hours: {mon: ["22:00-06:00"]}'),
        "2: calendar.hours.mon[1]: 22:00-06:00 ends before it begins; what crosses midnight is two stretches "
        "(HH:MM-HH:MM, up to 24:00)",
    ),
    (
        calendar('hours: {mon: "08:00-24:30"}'),
        "2: calendar.hours.mon: 24:30 is not a time of day (HH:MM-HH:MM, up to 24:00)",
    ),
    (calendar('hours: {mon: "8-12"}'), "2: calendar.hours.mon: 8 is not a time of day (HH:MM-HH:MM, up to 24:00)"),
    (
        calendar('hours: {mon: "08:00-12:00"}, closed: 2026-02-30'),
        "2: calendar.closed: 2026-02-30 is not a day (YYYY-MM-DD)",
    ),
    (
        calendar('hours: {mon: "08:00-12:00"}, closed: 2026-03-09, open: [2026-03-09]'),
        "2: calendar.open[1]: 2026-03-09 is closed as well (one of the two)",
    ),
    (calendar('hours: {mon: "08:00-12:00"}, country: China'), "2: calendar.country: China is not a country ({})"),
    (
        calendar('hours: {mon: "08:00-12:00"}, published_through: 26'),
        "2: calendar.published_through: 26 is not a year ({})",
    ),
    (calendar('hours: {mon: "08:00-12:00"}, cut_off: "17:60"'), "2: calendar.cut_off: 17:60 is not a time of day ({})"),
]

OTHER_FAULTS = [
    ("a\n", "1: a text (a map of policy, clauses, calendar, {})"),
    (HEAD + "calendr: {}\n", "6: calendr: unknown key, did you mean calendar? ({})"),
    (HEAD + "days: {through: 2026}\n", "6: days: unknown key{} ({})"),
    (HEAD.replace("2026-01-01", "2026-13-01"), "1: policy.effective_from: 2026-13-01 is not a day (YYYY-MM-DD)"),
    (HEAD.replace("effective_from: 2026-01-01", ""), "1: policy.effective_from: is required (YYYY-MM-DD)"),
    (
        HEAD.replace("01-01}", "01-01, timezone: ../../etc/passwd}"),
        "1: policy.timezone: ../../etc/passwd is not a timezone ({})",
    ),
    (HEAD.replace("01-01}", "01-01, language: de}"), "1: policy.language: unknown word de (zh, en)"),
    (HEAD.replace("01-01}", "01-01, publisher: hq}"), "1: policy.publisher: hq is not a writer ({})"),
    (HEAD + "departments: {engineering: {}}\n", None),
    (
        HEAD.replace("{plumbing: {}}", "{plumbing: {department: enginering}}") + "departments: {engineering: {}}\n",
        "3: services.plumbing.department: unknown department enginering, did you mean engineering? (engineering)",
    ),
    (
        HEAD.replace("plumbing: {}", "plumbing: {base_price: 5.001}"),
        "3: services.plumbing.base_price: 5.001 is not an amount of money ({})",
    ),
    (HEAD.replace("plumbing: {}", "plumbing: {effort: -1}"), "3: services.plumbing.effort: -1 is not a number ({})"),
    (HEAD + "assignment: {weigh: {workload: five}}\n", "6: assignment.weigh.workload: five is not a number ({})"),
    (
        HEAD + "assignment: {confirm_by: [desk, bos]}\n",
        f"6: assignment.confirm_by[2]: unknown role bos (dispatcher, receiver, assignee, {ROLES})",
    ),
    (HEAD + "assignment: {extend_by: nobody}\n", "6: assignment.extend_by: unknown role nobody ({})"),
    (
        HEAD + "escalation: {roles: [supervisor, manger]}\n",
        f"6: escalation.roles[2]: unknown role manger, did you mean manager? ({ROLES})",
    ),
    (HEAD + "escalation: {every: often}\n", f"6: escalation.every: often is not a length of time ({SPANS})"),
    (HEAD + "privacy: {reveal: all}\n", f"6: privacy.reveal: unknown role all ({ROLES})"),
    (
        HEAD + "intake: {required: {request: [servce]}}\n",
        "6: intake.required.request[1]: unknown word servce, did you mean service? ({})",
    ),
    (HEAD + "intake: {required: {complaint: []}}\n", "6: intake.required.complaint: unknown key{} ({})"),
    (HEAD + "notify: {command: x}\n", "6: notify: unknown key ({})"),
    (
        HEAD + "clauses: {PD-2.6: 催办}\n" + "measures: {a: {of: orders, source: [PD-2.6, PD-2.7]}}\n",
        "7: measures.a.source[2]: unknown clause PD-2.7, did you mean PD-2.6? (a clause listed in clauses)",
    ),
    (
        clock("source: PD-9") + "clauses: {PD-2.6: 催办}\n",
        "5: clocks.c.source: unknown clause PD-9{} (a clause listed in clauses)",
    ),
    (
        HEAD + "measures: {a: {of: order}}\n",
        "6: measures.a.of: unknown register order, did you mean orders? (clocks, scores, {})",
    ),
    (
        HEAD + "measures: {a: {of: orders, month: takn}}\n",
        "6: measures.a.month: unknown time takn, did you mean taken? ({})",
    ),
    (
        HEAD + "measures: {a: {of: orders, value: ratio}}\n",
        "6: measures.a.value: a ratio without count (count: which of the items)",
    ),
    (
        HEAD + "measures: {a: {of: orders, value: {sum: content}}}\n",
        "6: measures.a.value.sum: content holds no number (a field of numbers or money)",
    ),
    (
        HEAD + "measures: {a: {of: orders, value: {sum: price, median: price}}}\n",
        "6: measures.a.value: name one field (sum, average, median or p90 of a field)",
    ),
    (
        HEAD + "measures: {a: {of: clocks, over: {clock: complet}}}\n",
        "6: measures.a.over.clock: unknown clock complet, did you mean complete? (complete)",
    ),
    (
        HEAD + "measures: {a: {of: clocks, over: {breached: no}}}\n",
        "6: measures.a.over.breached: unknown breached no (true, false)",
    ),
    (
        HEAD + "measures: {a: {of: clocks, over: {case.sevice: plumbing}}}\n",
        "6: measures.a.over.case.sevice: unknown field of clocks ({})",
    ),
    (
        HEAD + "measures: {a: {of: orders, over: {price: {at_least: 1, below: 3}}}}\n",
        "6: measures.a.over.price: 2 conditions on price ({})",
    ),
    (
        HEAD + "measures: {a: {of: orders, over: {price: {at_least: much}}}}\n",
        "6: measures.a.over.price.at_least: much is not a number ({})",
    ),
    (HEAD + "measures: {a: {of: clocks, person: nobody}}\n", "6: measures.a.person: unknown person nobody ({})"),
    (
        HEAD + "measures: {a: {of: orders}}\nreports: {monthly: [{title: x, measures: [a, b]}]}\n",
        "7: reports.monthly[1].measures[2]: unknown measure b (a)",
    ),
    (
        HEAD + "measures: {a: {of: orders}}\nreports: {monthly: [{title: x, measures: a, by: [servise]}]}\n",
        "7: reports.monthly[1].by[1]: unknown field servise, did you mean service? ({})",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CLOCK_FAULTS + CALENDAR_FAULTS + OTHER_FAULTS)
def test_one_fault_with_its_line_and_words(text: str, expected: str | None) -> None:
    """`{}` in the expected message stands for any words."""
    faults = compile_text(text)[1]
    if expected is None:
        assert faults == []
        return
    assert len(faults) == 1, faults
    rest = faults[0]
    assert rest.startswith("policies.yaml:" + expected.split("{}")[0])
    for piece in expected.split("{}"):
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]
    assert rest == ""


@pytest.mark.parametrize(
    ("of", "start", "stop"),
    [
        ("orders", "taken", "state.done"),  # a state that follows from the assignments
        ("orders", "state.dispatched", "cancelled"),
        ("orders", "assignments.rework", "[state.done, closed]"),
        ("orders", "closed", "reopened"),
        ("assignments", "resumed", "acknowledged"),  # back to a state that no own event names
        ("assignments", "completed", "rework"),
        ("assignments", "progress", "progress"),
        ("assignments", "assigned", "notices.urged"),
        ("staff", "left", "joined"),
    ],
)
def test_a_clock_that_can_stop(of: str, start: str, stop: str) -> None:
    compile_good(clock("", of=of, start=start, stop=stop))


def test_hours_that_touch_are_no_overlap_and_are_put_in_order() -> None:
    text = calendar('hours: {sat-sun: ["12:00-13:00", "08:00-12:00"], wed: "00:00-24:00", make-up: "09:00-10:30"}')
    built = compile_good(text)["calendar"]
    assert built["week"] == [[], [], [[0, 86400]], [], [], *[[[28800, 43200], [43200, 46800]]] * 2]
    assert built["make_up"] == [[32400, 37800]]


def test_every_fault_is_told_at_once_in_the_order_of_lines() -> None:
    text = "calender: {}\nservices: {plumbing: {efort: 2}}\nclocks:\n- id: x\n  of: orders\n  limit: 1y\n  limit: 2h\n"
    policy, faults = compile_policy(text.encode(), "rules/policies.yaml")
    assert policy is None
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [
        (1, 1, "unknown-key"),
        (1, 1, "left-blank"),
        (1, 1, "left-blank"),
        (2, 23, "unknown-key"),
        (4, 3, "left-blank"),
        (4, 3, "left-blank"),
        (6, 3, "bad-span"),
        (7, 3, "duplicate-key"),
    ]
    assert faults[0].file == "rules/policies.yaml"
    assert faults[0].hint == "did you mean calendar?"
    assert str(faults[3]).endswith(
        "unknown key, did you mean effort? (title, department, skill, base_price, effort, requirements)"
    )


def test_blank_means_left_out() -> None:
    blank = HEAD + "roles:\nareas: null\nmeasures: ~\nescalation: {every: , roles: null}\nassignment: {ceiling: ''}\n"
    assert compile_good(blank) == compile_good(HEAD)


def test_a_single_value_stands_for_a_list_of_one() -> None:
    single = compile_good(clock("owner: assignee, source: X-1, when: {order.priority: urgent}"))
    several = compile_good(
        clock(
            "owner: [assignee], source: [X-1], when: {order.priority: [urgent]}", start="[assigned]", stop="[completed]"
        )
    )
    assert single == several


def read_hostile() -> list[str]:
    if not HOSTILE.is_file():
        return []
    lines = HOSTILE.read_text(encoding="utf-8").split("\n")
    return [
        ast.literal_eval('"' + line.replace('"', '\\"') + '"') for line in lines if line and not line.startswith("# ")
    ]


@pytest.mark.skipif(not HOSTILE.is_file(), reason="the list of hostile inputs is not here")
def test_hostile_words_are_kept_as_they_are_or_refused() -> None:
    words = read_hostile()
    assert len(words) >= 39
    kept = 0
    for word in words:
        spelt = json.dumps(word)
        for text, path in (
            (HEAD.replace("{plumbing: {}}", f"{{plumbing: {{title: {spelt}, requirements: {spelt}}}}}"), "value"),
            (HEAD.replace("{plumbing: {}}", f"{{{spelt}: {{}}}}"), "key"),
            (HEAD.replace("id: complete", f"id: {spelt}"), "id"),
            (HEAD + f"clauses: {{A-1: {spelt}}}\n", "clause"),
        ):
            policy, faults = compile_policy(text.encode("utf-8", "surrogatepass"), "policies.yaml")
            assert (policy is None) == bool(faults)
            assert all(str(fault).isprintable() for fault in faults), faults
            if policy is None:
                continue
            kept += 1
            found = {
                "value": [policy["services"].get("plumbing", {}).get("title")],
                "key": list(policy["services"]),
                "id": [policy["clocks"][0]["id"]],
                "clause": list(policy["clauses"].values()),
            }[path]
            assert found == [word]
    assert kept > 2 * len(words)


def test_raw_hostile_bytes_never_raise() -> None:
    for word in [*read_hostile(), "\ud800"]:
        for place in ("title", "requirements", "department", "effort", "base_price", "x"):
            text = HEAD.replace("{plumbing: {}}", f"{{plumbing: {{{place}: {word}}}}}")
            policy, faults = compile_policy(text.encode("utf-8", "surrogatepass"), "policies.yaml")
            assert (policy is None) == bool(faults)


def test_a_megabyte_of_mistakes_is_told_in_bounded_time() -> None:
    text = HEAD + "".join(f"servces{number}: 1\n" for number in range(40_000))
    policy, faults = compile_policy(text.encode(), "policies.yaml")
    assert policy is None
    assert len(faults) == 1000


def test_the_shipped_policy_is_sound_and_cites_only_what_it_lists() -> None:
    policy, faults = compile_policy((ROOT / "policies.yaml").read_bytes(), "policies.yaml")
    assert faults == []
    assert policy is not None
    citing = [*policy["clocks"], *policy["charges"], *policy["rewards"], *policy["measures"].values()]
    assert {clause for each in citing for clause in each["source"]} <= set(policy["clauses"])
    assert all(each["source"] for each in [*policy["clocks"], *policy["charges"], *policy["rewards"]])
    assert all(each["owner"] for each in policy["clocks"])
    for name in {each["id"] for each in policy["clocks"]}:
        variants = [each for each in policy["clocks"] if each["id"] == name]
        assert all(each["when"] for each in variants[:-1]), f"the later variants of {name} are never reached"
