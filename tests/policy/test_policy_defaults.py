"""What a desk gets that writes no measures and no reports: the shipped ones, as far as they fit what it declares."""

from typing import Any

import pytest
from test_policy_compiling import HEAD, compile_good, compile_text

from dispatchctl.policy import defaults
from dispatchctl.policy.compiling import examine_policy
from dispatchctl.policy.publishing import render_version, replace_days
from dispatchctl.registers.orders import KINDS
from dispatchctl.samples import read_sample

NO_DAYS: dict[str, Any] = {"off": {}, "working": {}, "through": 2026}

WORK = {
    *(
        "orders",
        "requests",
        "inquiries",
        "suggestions",
        "reports",
        "answered_at_once",
        "answered",
        "referred",
        "closed",
    ),
    *("closed", "cancelled", "reopened", "revenue", "dispatched", "completed", "declined_rate", "problem_rate"),
    *("rework_rate", "extensions", "extensions_granted", "urgings"),
}
FINISH = {"finish_mean", "finish_median"}
PUT_RIGHT = "  - {id: put-right, of: complaints, start: registered, stop: resolved, limit: 3wd}\n"
OWN_CLOCK = "  - {id: own, of: orders, start: taken, stop: state.done, limit: 3wd}\n"
EXPLAIN = "  - {id: explain-outside, of: complaints, start: referred-outside, stop: explained, limit: 3d}\n"
FOLLOW_UPS = "followups: {orders: {when: {kind: request}}}\n"
FINES = "charges: [{id: late, of: breach.complete, who: owner, amount: 5}]\n"
COMPLAINTS = {
    *("complaints", "complaints_valid", "complaints_invalid", "complaints_outside", "complaints_serious"),
    *("complaints_repeated", "complaints_closed", "justified_complaints"),
    *("resolve_mean", "resolve_median"),
}
ASKED = {"followups", "visits", "not_reached", "follow_up_rate", "unreachable_rate", "satisfaction", "satisfied"}


@pytest.mark.parametrize(
    ("more", "measures"),
    [
        ("", WORK | FINISH | {"on_time"}),  # of the clocks only `complete` is there
        (OWN_CLOCK, WORK | FINISH | {"on_time"}),
        (PUT_RIGHT, WORK | FINISH | {"on_time", "put_right_on_time"} | COMPLAINTS),
        (EXPLAIN, WORK | FINISH | {"on_time", "explain_on_time"} | COMPLAINTS),
        ("complaints: {valid: {manner: 态度}}\n", WORK | FINISH | {"on_time"} | COMPLAINTS),
        (FOLLOW_UPS, WORK | FINISH | {"on_time"} | ASKED),
        (FINES, WORK | FINISH | {"on_time", "fines", "rewards", "warnings", "late_arrivals", "absences"}),
        ("measures: {}\n", set()),
    ],
)
def test_which_measures_a_desk_gets(more: str, measures: set[str]) -> None:
    policy = compile_good(HEAD + more)
    assert set(policy["measures"]) == measures
    told = [name for sections in policy["reports"].values() for each in sections for name in each["measures"]]
    assert set(told) <= measures
    assert all(each["measures"] for sections in policy["reports"].values() for each in sections)


def test_a_measure_names_only_clocks_there_are_and_no_clauses() -> None:
    measures = compile_good(HEAD + EXPLAIN)["measures"]
    assert measures["explain_on_time"]["over"] == {"clock": ["in", ["explain-outside"]]}
    assert measures["orders"]["title"] == "受理总数"
    assert not any(measure["source"] for measure in measures.values())
    compile_good(HEAD + "clauses: {A-1: 本店自定}\n")  # which have to be listed where any are


def test_by_person_stands_only_what_is_somebodys() -> None:
    staff = compile_good(HEAD)["reports"]["staff"]
    assert [(each["id"], each["measures"]) for each in staff] == [
        ("work", ["orders", "completed", "on_time", "rework_rate"])
    ]
    own = "measures: {orders: {of: orders}, completed: {of: assignments, person: worker}}\n"
    policy = compile_good(HEAD + own)
    assert policy["defaults"] == ["reports"]
    assert [each["measures"] for each in policy["reports"]["staff"]] == [["completed"]]
    assert [each["measures"] for each in policy["reports"]["weekly"]] == [["orders", "completed"]]


def test_a_desk_that_reads_english_has_english_titles() -> None:
    policy = compile_good(HEAD.replace("{effective_from", "{language: en, effective_from"))
    titles = [measure["title"] for measure in policy["measures"].values()]
    titles += [each["title"] for sections in policy["reports"].values() for each in sections]
    assert all(title.isascii() for title in titles)
    assert policy["measures"]["answered_at_once"]["title"] == "answered at once"


def test_what_was_published_stays_when_the_defaults_change(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = HEAD.encode()
    found = examine_policy(draft, "policies.yaml")
    assert found.policy is not None
    text = render_version(draft, NO_DAYS, found.defaults)
    monkeypatch.setattr(defaults, "_read_shipped", lambda: {"measures": {}, "reports": {}})
    published = examine_policy(text, "2026-01-01.yaml", published=True).policy
    assert published == {**found.policy, "days": NO_DAYS}
    assert published["defaults"] == ["measures", "reports"]
    more = {**NO_DAYS, "off": {739_253: "元旦"}}
    again = examine_policy(replace_days(text, more), "2026-01-01.yaml", published=True).policy
    assert again == {**published, "days": more}
    assert set(examine_policy(draft, "policies.yaml").policy["measures"]) == set()


def test_a_fault_elsewhere_makes_no_measure_unknown() -> None:
    own = "reports: {daily: [{id: mine, title: 当天, measures: [orders, on_time, satisfied]}]}\n"
    _, faults = compile_text(HEAD + own + "orders: {closes_on: pade}\n")
    assert ["closes_on" in fault for fault in faults] == [False, True]
    assert "reports.daily.mine.measures[3]: unknown measure satisfied" in faults[0]  # which this desk has not


def test_a_version_of_before_has_what_it_wrote() -> None:
    text = render_version(HEAD.encode(), NO_DAYS, edition=1)
    policy, faults = compile_text(text.decode(), published=True)
    assert faults == []
    assert policy is not None
    assert (policy["measures"], policy["defaults"]) == ({}, [])
    assert not any(policy["reports"].values())
    assert replace_days(text, NO_DAYS) == text


def test_the_minimal_rules_are_short_and_sound() -> None:
    text = read_sample("minimal").encode()
    found = examine_policy(text, "policies.yaml")
    assert (found.faults, found.later, found.warnings) == ([], [], [])
    assert found.policy is not None
    assert len(text.splitlines()) <= 30
    assert set(found.policy["reports"]["monthly"][3]["measures"]) == {
        *("dispatch_on_time", "acknowledge_on_time", "on_time", "confirm_on_time", "fulfil_on_time"),
    }
    assert set(KINDS) == set(found.policy["intake"]["required"])
