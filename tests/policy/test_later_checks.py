"""Checks that came after versions were published: faults of a draft, while a published version goes on judging."""

import pytest

from dispatchctl.policy.compiling import compile_policy, examine_policy

HEAD = """\
policy: {effective_from: 2026-01-01}
calendar: {hours: {mon-fri: "08:30-17:30"}}
clocks: [{id: send, of: orders, start: taken, stop: closed, limit: 1d}]
"""
SERVICES = "services: {plumbing: {title: 水}}\n"
MEASURES = """\
services: {plumbing: {}}
measures: {done: {of: assignments, month: completed, person: assignee}}
"""

TITLES = (
    (
        "services: {a: {title: 其他}, b: {title: 其他}}",
        "4: services.b: 其他 is the title of a, too (a title of its own)",
    ),
    ("services: {其他: {}, b: {title: 其他}}", "4: services.b: 其他 is the title of 其他, too (a title of its own)"),
    (
        "services: {a: {title: b}, b: {title: c}}",
        "4: services.a: its title b is the key of another (a title of its own)",
    ),
    (SERVICES + "departments: {x: {title: 部}, y: {title: 部}}", "5: departments.y: 部 is the title of x, too {}"),
    (SERVICES + "areas: {x: {title: 楼}, y: {title: 楼}, z: {title: 楼}}", "5: areas.y: 楼 is the title of x, too {}"),
    (SERVICES + "channels: {phone: 电话, call: 电话}", "5: channels.call: 电话 is the title of phone, too {}"),
    (
        SERVICES + "measures: {a: {title: 数, of: orders}, b: {title: 数, of: orders}}",
        "5: measures.b: 数 is the title of a, too {}",
    ),
    (
        SERVICES + "complaints: {valid: {a: 差, b: 差}}",
        "5: complaints.valid.b: 差 is the title of a, too {}",
    ),
    # the same in two sections is understood, and so is a kind of another group
    (SERVICES + "departments: {plumbing: {title: 水}}", ""),
    (SERVICES + "complaints: {valid: {a: 差}, invalid: {b: 差}}", ""),
)


@pytest.mark.parametrize(("text", "expected"), TITLES)
def test_two_keys_of_one_title(text: str, expected: str) -> None:
    found = examine_policy((HEAD + text + "\n").encode(), "policies.yaml")
    assert found.policy is not None
    wanted = f"policies.yaml:{expected.replace('{}', '(a title of its own)')}"
    assert [str(fault) for fault in found.later[:1]] == ([wanted] if expected else [])
    assert compile_policy((HEAD + text + "\n").encode(), "policies.yaml")[1] == []  # it goes on judging


GRADES = "grades: [{grade: A, from: 0}]"
WEIGHTS = (
    # (roles, weights, fault, warning); full and zero are of no interest here
    ("[desk]", {"done": (100, "")}, "", ""),
    ("[desk]", {"done": (60, ""), "manners": (39.99, "")}, "", "add up to 99.99: they are scaled up to 100"),
    ("[desk]", {"done": (60, ""), "manners": (40.01, "")}, "add up to 100.01 (100)", ""),
    # sets of their own: 100 for each role, though 160 altogether
    ("[desk, field]", {"done": (60, "field"), "manners": (60, "desk"), "speed": (40, "")}, "", ""),
    (
        "[desk, field]",
        {"done": (60, "field"), "manners": (39, "")},
        "",
        "add up for desk to 39, for field to 99: they are scaled up to 100",
    ),
    # parts of 100 altogether, of which each role has some: meant so, as in the shipped rules
    ("[desk, field]", {"done": (60, "field"), "manners": (40, "")}, "", ""),
    (
        "[desk, field, manager]",
        {"done": (60, "field"), "manners": (50, "desk"), "speed": (45, "")},
        "add up for field to 105 (100)",
        "add up for desk to 95, for manager to 45: they are scaled up to 100",
    ),
    # a role that is appraised by nothing
    ("[desk, field]", {"done": (100, "field")}, "", "add up for desk to 0: they are scaled up to 100"),
)


@pytest.mark.parametrize(("roles", "weights", "fault", "warning"), WEIGHTS)
def test_the_weights_of_each_role(roles: str, weights: dict[str, tuple[float, str]], fault: str, warning: str) -> None:
    lines = [
        f"    {name}: {{weight: {weight}, {'full: 1, zero: 0' if name == 'done' else 'scored: true'}"
        + (f", roles: [{role}]" if role else "")
        + "}\n"
        for name, (weight, role) in weights.items()
    ]
    text = f"{HEAD}{MEASURES}appraisal:\n  roles: {roles}\n  measures:\n{''.join(lines)}  {GRADES}\n"
    found = examine_policy(text.encode(), "policies.yaml")
    start = "policies.yaml:8: appraisal.measures: the weights "
    assert [str(each) for each in found.faults] == ([start + fault] if fault else [])
    assert [str(each) for each in found.warnings] == ([start + warning] if warning else [])
