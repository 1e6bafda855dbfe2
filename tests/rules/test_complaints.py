"""How serious a complaint is, what that means for its clocks, and what is owed before it may be closed.

Times are of 2026 in Shanghai; 2 November is a Monday. A working-day limit ends with the business hours of its last day.
"""

import re

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from scenario import Scenario, compile_rules, read, tell
from surroundings import examples

from dispatchctl.rules.clocks import judge_case
from dispatchctl.rules.complaints import list_measures, list_owed_on_complaint
from dispatchctl.rules.derived import derive_fields
from dispatchctl.rules.families import may_happen
from dispatchctl.rules.people import People
from dispatchctl.rules.severity import list_severity_reasons
from dispatchctl.rules.variants import ClockTable

ENDS = "[resolved, ruled-invalid, referred-outside]"
DONE = "outcome: [redone, concession, corrected]"
ITEM, SIGNED = "item: measure_id", "stop: followups.signed"
CLOCKS = f"""
{{id: put-right, of: complaints, start: [registered, reopened], stop: {ENDS}, when: {{severity: serious}}, limit: 1wd}}
{{id: put-right, of: complaints, start: [registered, reopened], stop: {ENDS}, limit: 3wd, owner: department-head}}
{{id: result, of: complaints, start: [registered, reopened], stop: {ENDS}, when: {{severity: serious}}, limit: 48h}}
{{id: explain-invalid, of: complaints, start: ruled-invalid, stop: explained, limit: 1d, owner: receiver}}
{{id: analyse, of: complaints, start: ruled-valid, stop: analysed, limit: 3d, owner: receiver}}
{{id: explain-outside, of: complaints, start: referred-outside, stop: explained, limit: 3d, owner: receiver}}
{{id: measure, of: complaints, start: measure-planned, stop: measure-done, {ITEM}, due: measure_due, owner: owner}}
{{id: check, of: complaints, start: measure-planned, stop: measure-checked, {ITEM}, from: measure_due, limit: 1wd}}
{{id: follow-up, of: complaints, start: resolved, {SIGNED}, when: {{{DONE}, severity: serious}}, limit: 1w}}
{{id: follow-up, of: complaints, start: resolved, {SIGNED}, when: {{{DONE}}}, limit: 2w, owner: receiver}}
"""


def complained(at: str = "11-02 09:00", clocks: str = CLOCKS, **fields: str) -> Scenario:
    """A desk where one complaint about engineering's work was registered."""
    desk = Scenario(clocks)
    desk.hire("s05", "supervisor", heads="engineering")
    words = {"content": "漏水未修好", "received_by": "s02", "departments": "engineering"}
    desk.note("C1", "registered", at, **{**words, **fields})
    return desk


def derive(desk: Scenario) -> dict[str, str]:
    """What is derived of the complaint."""
    family = desk.family
    return derive_fields(family, family.cases["C1"], desk.book.newest, ClockTable(desk.book).elapsed)


# --- the tests of the rules ---------------------------------------------------------------------------------------

EVERY = {
    "departments_at_least": 2, "repeated_within": [30, "d"], "media": True, "failed_corrections": 1,
    "system_flaw": True, "reputation": True, "doubts_system": True,
}  # fmt: skip
REGISTERED = "11-30 09:00"


def reasons(facts: dict[str, str], failed: int = 0, **tests: object) -> list[str]:
    """Which tests are met by a complaint registered on 30 November at 09:00."""
    desk = Scenario()
    calendar = ClockTable(desk.book).elapsed(desk.book.newest)
    policy = {"complaints": {"serious_when": {**EVERY, **tests}}}
    return list_severity_reasons(facts, failed, read(REGISTERED), policy, calendar)


@pytest.mark.parametrize(
    ("facts", "failed", "met"),
    [
        ({}, 0, []),
        ({"departments": "engineering"}, 0, []),
        ({"departments": "engineering;desk"}, 0, ["departments_at_least"]),
        ({"departments": "engineering;desk;greening"}, 0, ["departments_at_least"]),
        ({"media": "yes"}, 0, ["media"]),
        ({"reputation": "yes"}, 0, ["reputation"]),
        ({"system_flaw": "yes"}, 0, ["system_flaw"]),
        ({"doubts_system": "yes"}, 0, ["doubts_system"]),
        ({}, 1, ["failed_corrections"]),
        ({}, 2, ["failed_corrections"]),
        ({"repeats_at": "2026-10-31T09:00:00+08:00"}, 0, ["repeated_within"]),  # 30 days to the second
        ({"repeats_at": "2026-10-31T08:59:59+08:00"}, 0, []),
        ({"repeats_at": "2026-11-30T09:00:00+08:00"}, 0, ["repeated_within"]),
        ({"repeats": "C0"}, 0, []),  # it is the time that counts
        ({"media": "yes", "departments": "a;b"}, 3, ["departments_at_least", "media", "failed_corrections"]),
    ],
)
def test_each_test_is_met_by_its_own_fact(facts: dict[str, str], failed: int, met: list[str]) -> None:
    assert reasons(facts, failed) == met


@pytest.mark.parametrize(
    ("facts", "failed", "tests"),
    [
        ({"departments": "a;b"}, 0, {"departments_at_least": 3}),
        ({"departments": "a;b"}, 0, {"departments_at_least": None}),
        ({"departments": "a;b"}, 0, {"departments_at_least": 0}),
        ({"media": "yes"}, 0, {"media": False}),
        ({"repeats_at": "2026-11-29T09:00:00+08:00"}, 0, {"repeated_within": None}),
        ({"repeats_at": "2026-11-15T09:00:00+08:00"}, 0, {"repeated_within": [2, "w"]}),
        ({}, 1, {"failed_corrections": 2}),
        ({}, 5, {"failed_corrections": None}),
    ],
)
def test_the_rules_set_each_test_higher_or_leave_it_out(
    facts: dict[str, str], failed: int, tests: dict[str, object]
) -> None:
    assert reasons(facts, failed, **tests) == []


def test_two_weeks_are_the_same_time_of_day_two_weeks_later() -> None:
    assert reasons({"repeats_at": "2026-11-16T09:00:00+08:00"}, repeated_within=[2, "w"]) == ["repeated_within"]
    assert reasons({"repeats_at": "2026-11-16T08:59:59+08:00"}, repeated_within=[2, "w"]) == []


# --- severity and the clocks --------------------------------------------------------------------------------------


def test_a_proposal_counts_until_a_person_decides() -> None:
    desk = complained(media="yes")
    assert desk.lives("C1", "put-right") == [("running", "11-02 09:00", "11-03 17:30", None, None)]
    assert desk.due("C1", "result") == "11-04 09:00"
    assert derive(desk)["severity"] == "serious"


def test_a_person_who_finds_it_ordinary_undoes_what_only_the_proposal_made_late() -> None:
    desk = complained(media="yes")
    desk.note("C1", "classified", "11-04 10:00", severity="ordinary", reason="影响有限")
    assert desk.lives("C1", "put-right") == [("running", "11-02 09:00", "11-05 17:30", None, None)]
    assert desk.judge("C1", "result") == []
    desk.note("C1", "resolved", "11-05 17:30", result="已改", outcome="corrected")
    assert desk.lives("C1", "put-right") == [("stopped", "11-02 09:00", "11-05 17:30", "11-05 17:30", False)]
    assert derive(desk) == {
        "severity": "ordinary", "severity_reasons": "media", "classified_by_person": "yes", "receiver": "s02",
    }  # fmt: skip


def test_a_person_who_changes_his_mind_undoes_nothing() -> None:
    desk = complained()
    desk.note("C1", "classified", "11-02 10:00", severity="serious", reason="影响大")
    desk.note("C1", "classified", "11-05 09:00", severity="ordinary", reason="影响有限")
    # serious from Monday: due on Tuesday, and late before it was lowered
    assert desk.due("C1", "put-right") == "11-03 17:30"
    assert desk.lives("C1", "result") == [("ended", "11-02 10:00", "11-04 10:00", "11-05 09:00", True)]


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("11-02 15:00", "11-03 17:30"),  # a working day from then
        ("11-03 09:00", "11-04 17:30"),
        ("11-04 09:00", "11-05 17:30"),
        ("11-05 09:00", "11-05 17:30"),  # what was due sooner stays
    ],
)
def test_what_turns_out_serious_is_due_sooner_never_before_then(at: str, due: str) -> None:
    desk = complained()
    desk.note("C1", "classified", at, severity="serious", reason="影响大")
    assert desk.due("C1", "put-right") == due
    (result,) = desk.judge("C1", "result")
    assert result.due_at == read(at) + 48 * 3600


def test_a_second_department_found_out_later_is_a_reason_from_then_on() -> None:
    desk = complained()
    desk.note("C1", "amended", "11-03 09:00", departments="engineering;desk", reason="涉及客服部")
    assert derive(desk)["severity_reasons"] == "departments_at_least"
    assert desk.due("C1", "put-right") == "11-04 17:30"


def test_a_failed_correction_turns_the_proposal_serious_and_no_decision() -> None:
    for decided in (False, True):
        desk = complained()
        if decided:
            desk.note("C1", "classified", "11-02 09:30", severity="ordinary", reason="影响有限")
        plan(desk, "C1#1", "11-02 10:00", "2026-11-03T12:00:00+08:00")
        desk.note("C1", "measure-done", "11-02 14:00", measure_id="C1#1")
        desk.note("C1", "measure-checked", "11-03 10:00", measure_id="C1#1", check="failed")
        found = derive(desk)
        assert found["severity_reasons"] == "failed_corrections"
        assert found["severity"] == ("ordinary" if decided else "serious")
        assert desk.due("C1", "put-right") == ("11-05 17:30" if decided else "11-04 17:30")


def plan(desk: Scenario, item: str, at: str, due: str, owner: str = "s03") -> None:
    desk.note("C1", "measure-planned", at, measure_id=item, measure="复训", measure_due=due, owner=owner)


def test_two_measures_run_apart_each_with_its_own_time_and_owner() -> None:
    desk = complained()
    plan(desk, "C1#1", "11-02 10:00", "2026-11-04T12:00:00+08:00")
    plan(desk, "C1#2", "11-02 10:00", "2026-11-11", "s05")
    desk.note("C1", "measure-done", "11-04 12:01", measure_id="C1#1")
    found = {
        (one.clock, one.item): (one.state, tell(one.due_at), one.breached, one.owners)
        for one in desk.judge("C1")
        if one.item
    }
    assert found == {
        ("measure", "C1#1"): ("stopped", "11-04 12:00", True, ("s03",)),
        ("measure", "C1#2"): ("running", "11-11 17:30", None, ("s05",)),
        ("check", "C1#1"): ("running", "11-05 17:30", None, ("",)),
        ("check", "C1#2"): ("running", "11-12 17:30", None, ("",)),
    }
    desk.note("C1", "amended", "11-05 09:00", measure_id="C1#2", measure_due="2026-11-13", reason="延期")
    assert desk.due("C1", "measure") == "11-13 17:30"
    assert list_measures(desk.case("C1"))["C1#2"].due == "2026-11-13"


def test_a_measure_whose_plan_was_taken_back_is_none() -> None:
    desk = complained()
    desk.note("C1", "ruled-valid", "11-02 10:00", ruling_kind="skill")
    planned = desk.note(
        "C1", "measure-planned", "11-02 11:00", measure_id="C1#1", owner="s05", measure_due="2026-11-04"
    )
    desk.note("C1", "measure-done", "11-02 14:00", measure_id="C1#1")
    assert list_measures(desk.case("C1"))["C1#1"].done is True
    desk.retract(planned, "11-02 15:00")
    assert list_measures(desk.case("C1")) == {}


def test_the_follow_up_is_counted_by_what_it_is_when_put_right() -> None:
    serious = complained(media="yes")
    serious.note("C1", "resolved", "11-03 16:00", result="已改", outcome="corrected")
    assert serious.due("C1", "follow-up") == "11-10 17:30"
    serious.note("C1", "classified", "11-04 09:00", severity="ordinary", reason="影响有限")
    assert serious.due("C1", "follow-up") == "11-17 17:30"
    serious.note("F1", "answered", "11-05 09:00", about="C1", method="visit")
    assert serious.judge("C1", "follow-up")[0].state == "running"
    serious.note("F1", "signed", "11-05 09:10")
    assert serious.lives("C1", "follow-up") == [("stopped", "11-03 16:00", "11-17 17:30", "11-05 09:10", False)]


# --- what is owed -------------------------------------------------------------------------------------------------


def owed(desk: Scenario) -> list[str]:
    """What keeps the complaint from being closed."""
    family = desk.family
    case = family.cases["C1"]
    return [
        each.what
        for each in list_owed_on_complaint(case, derive(desk), judge_case(family, case, ClockTable(desk.book), NOBODY))
    ]


NOBODY = People({})


def test_a_clock_that_waits_for_what_is_demanded_is_named_once_with_its_due_time() -> None:
    desk = complained()
    desk.note("C1", "ruled-invalid", "11-02 10:00", kind="ground", reason="查无此事")
    family = desk.family
    case = family.cases["C1"]
    (one,) = list_owed_on_complaint(case, derive(desk), judge_case(family, case, ClockTable(desk.book), NOBODY))
    assert (one.what, tell(one.due_at), one.clauses) == (
        "it is invalid and was not explained", "11-03 17:30", ("SOP-3.6.5",),
    )  # fmt: skip


def test_a_clock_that_the_closing_itself_stops_is_not_owed() -> None:
    life = "{id: life, of: complaints, start: registered, stop: closed, limit: 30d}"
    gone = "{id: gone, of: complaints, start: registered, stop: state.closed, limit: 30d}"
    other = "{id: other, of: complaints, start: registered, stop: [closed, explained], limit: 30d}"
    told = "{id: told, of: complaints, start: registered, stop: informed, limit: 30d}"
    desk = complained(clocks="\n".join((life, gone, other, told)))
    desk.note("C1", "resolved", "11-02 10:00", result="已改", outcome="corrected")
    assert owed(desk) == ["told is owed"]


WORDS: dict[str, dict[str, str]] = {
    "classified serious": {"severity": "serious", "reason": "x"},
    "classified ordinary": {"severity": "ordinary", "reason": "x"},
    "ruled-valid": {"kind": "skill", "reason": "x"},
    "ruled-invalid": {"kind": "ground", "reason": "x"},
    "explained": {},
    "investigated": {},
    "investigated there": {"on_site": "yes", "manager": "s05"},
    "analysed": {"cause": "x", "responsible": "s03"},
    "measure-planned": {},
    "measure-done 1": {"measure_id": "C1#1"},
    "measure-done 2": {"measure_id": "C1#2"},
    "measure-checked 1 e": {"measure_id": "C1#1", "check": "effective"},
    "measure-checked 2 e": {"measure_id": "C1#2", "check": "effective"},
    "measure-checked 1 f": {"measure_id": "C1#1", "check": "failed"},
    "referred-outside": {},
    "informed": {},
    "management-review": {},
    "resolved redone": {"result": "x", "outcome": "redone"},
    "resolved explained": {"result": "x", "outcome": "explained"},
    "reopened": {},
    "signed": {},
}


SETTLING = [  # what leaves nothing owed, whatever came before
    "explained", "informed", "management-review", "analysed", "investigated there", "measure-done 1",
    "measure-checked 1 e", "measure-done 2", "measure-checked 2 e", "resolved redone", "signed",
]  # fmt: skip


def is_owing(first: dict[str, str], story: list[str]) -> bool:
    """Whether anything is owed, told from the words alone: by what came after what, without a fold or a clock."""
    text = "".join(f"<{word}>" for word in story)

    def answered(demand: str, *answers: str) -> bool:
        last = text.rfind(f"<{demand}")
        return last < 0 or any(f"<{answer}" in text[last:] for answer in answers)

    rulings = [word for word in story if word in ("ruled-valid", "ruled-invalid", "referred-outside")]
    ruling = rulings[-1] if rulings else ""
    decided = [word.split()[1] for word in story if word.startswith("classified")]
    proposed = bool(first) or any(word.endswith(" f") for word in story)
    serious = decided[-1] == "serious" if decided else proposed
    resolved = [word for word in story if word.startswith("resolved")]
    signed = [
        answered("ruled-invalid", "explained"),
        answered("referred-outside", "explained"),
        answered("referred-outside", "informed"),
        answered("ruled-valid", "analysed"),
        "system_flaw" not in first or "management-review" in story,
        not serious or bool(ruling),
        not (serious and ruling == "ruled-valid") or "investigated there" in story,
        not resolved or resolved[-1] == "resolved explained" or answered("resolved redone", "signed"),
    ]
    return not all(signed) or any(is_measure_owing(number, story) for number in measures_of(story))


def measures_of(story: list[str]) -> range:
    return range(1, story.count("measure-planned") + 1)


def is_measure_owing(number: int, story: list[str]) -> bool:
    """d: done, e and f: checked, n: another measure planned, of what came after the measure itself was planned."""
    planned = [place for place, word in enumerate(story) if word == "measure-planned"][number - 1]
    letters = {f"measure-done {number}": "d", f"measure-checked {number} e": "e", f"measure-checked {number} f": "f"}
    text = "".join("n" if word == "measure-planned" else letters.get(word, "") for word in story[planned + 1 :])
    checked = re.search(r"d[en]*e[en]*$", text)
    replaced = re.search(r"fn[nef]*$", text)
    # its own clocks wait for a first `done` and a first check, whatever came of it
    return not (checked or replaced) or "d" not in text or not set(text) & {"e", "f"}


def play(desk: Scenario, words: list[str]) -> list[str]:
    """Record what the words say, a minute apart, passing over what the state does not allow; the words that were."""
    story: list[str] = []
    for number, word in enumerate(words):
        at = tell(read("11-02 09:01") + 60 * number) or ""
        name, fields = word.split()[0], WORDS[word]
        planned = story.count("measure-planned")
        if name == "signed":
            desk.note(f"F{number}", "answered", at, about="C1", method="phone")
            desk.note(f"F{number}", "signed", at)
        elif int(fields.get("measure_id", "C1#0")[-1]) > planned or not may_happen(desk.case("C1"), None, name):
            continue
        elif name == "measure-planned":
            plan(desk, f"C1#{planned + 1}", at, "2026-11-30")
        else:
            desk.note("C1", name, at, **fields)
        story.append(word)
    return story


@settings(max_examples=examples(600))
@given(
    st.sampled_from([{}, {"media": "yes"}, {"system_flaw": "yes"}]),
    st.lists(st.sampled_from(sorted(WORDS)), max_size=9),
    st.sets(st.sampled_from(SETTLING), max_size=3),
)
def test_nothing_is_closed_while_something_is_owed(first: dict[str, str], words: list[str], left_out: set[str]) -> None:
    desk = Scenario("", POLICY)
    table = ClockTable(desk.book)
    desk.note("C1", "registered", "11-02 09:00", content="x", received_by="s02", **first)
    # at random nearly everything stays owed: nearly all that settles it comes last
    story = play(desk, words + [word for word in SETTLING if word not in left_out])
    family = desk.family
    case = family.cases["C1"]
    derived = derive_fields(family, case, desk.book.newest, table.elapsed)
    found = list_owed_on_complaint(case, derived, judge_case(family, case, table, NOBODY))
    if may_happen(case, None, "closed"):
        event("owed" if found else "nothing owed")
        assert bool(found) == is_owing(first, story), (story, found)
    else:
        assert case.state in ("open", "valid", "outside")


POLICY = compile_rules(CLOCKS)
