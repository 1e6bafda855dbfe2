"""Who owes a clock: the words of `owner`, at the stop or the due time, and what passes on when somebody leaves."""

import pytest
from scenario import Scenario, read


def owned(owner: str) -> Scenario:
    """Clocks of order O1 and assignment A1 that are due at 17:00 on Monday, 2 November."""
    return Scenario(
        f"""{{id: o, of: orders, start: taken, stop: closed, limit: 8h, owner: {owner}}}
            {{id: a, of: assignments, start: assigned, stop: completed, limit: 8h, owner: {owner}}}"""
    )


def begin(owner: str, **fields: str) -> Scenario:
    desk = owned(owner)
    desk.note("O1", "taken", "11-02 09:00", by="s01", kind="request", **fields)
    return desk


def owners(desk: Scenario, case: str = "O1") -> list[str]:
    (one,) = desk.judge(case)
    return list(one.owners)


def test_nobody_is_one_nobody() -> None:
    assert owners(begin("[]")) == [""]
    assert owners(begin("department-head", department="greening")) == [""]


def test_the_dispatcher_is_whoever_dispatched_last_and_before_that_took_the_order() -> None:
    desk = begin("dispatcher")
    assert owners(desk) == ["s01"]
    desk.note("O1", "needs-dispatch", "11-02 09:05", by="s02")
    assert owners(desk) == ["s02"]
    desk.assign("A1", "11-02 09:10", by="s06", dispatcher="s06")
    assert owners(desk) == ["s06"]
    assert owners(desk, "A1") == ["s06"]


def test_a_claim_names_who_dispatched_and_not_who_claims() -> None:
    desk = begin("dispatcher")
    desk.assign("A1", "11-02 09:10", by="s03", dispatcher="s02")
    assert owners(desk) == ["s02"]


@pytest.mark.parametrize("assigned", [False, True])
def test_who_records_a_complaint_about_an_order_has_not_dispatched_it(assigned: bool) -> None:
    desk = begin("dispatcher")
    if assigned:
        desk.assign("A1", "11-02 09:10", by="s06", dispatcher="s06")
    desk.note("C1", "registered", "11-02 09:30", by="s09", order_id="O1", content="迟到", received_by="s09")
    assert owners(desk) == ["s06" if assigned else "s01"]


def test_the_system_owes_nothing() -> None:
    desk = begin("dispatcher")
    desk.assign("A1", "11-02 09:10", by="system", dispatcher="system")
    assert owners(desk) == ["s01"]
    desk = owned("receiver")
    desk.note("O1", "taken", "11-02 09:00", by="system", kind="request")
    assert owners(desk) == [""]


def test_who_dispatched_after_the_due_time_did_not_owe_it() -> None:
    desk = begin("dispatcher")
    desk.note("O1", "needs-dispatch", "11-02 17:30", by="s02")
    assert owners(desk) == ["s01"]


def test_the_receiver_is_who_recorded_the_first_row() -> None:
    desk = begin("receiver")
    desk.note("O1", "needs-dispatch", "11-02 09:05", by="s02")
    assert owners(desk) == ["s01"]


def test_an_assignee_and_a_role_each_owe_one_item() -> None:
    desk = Scenario("{id: a, of: assignments, start: assigned, stop: completed, limit: 8h, owner: [assignee, desk]}")
    desk.hire("s07", "desk")
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00", "s03")
    assert owners(desk, "A1") == ["s03", "desk"]


def test_one_person_named_in_two_ways_owes_once() -> None:
    desk = Scenario(
        "{id: a, of: assignments, start: assigned, stop: completed, limit: 8h, owner: [assignee, dispatcher]}"
    )
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00", "s02", by="s02")
    assert owners(desk, "A1") == ["s02"]


# --- department heads -------------------------------------------------------------------------------------------------


def test_everybody_who_heads_the_department_owes() -> None:
    desk = begin("department-head", department="engineering")
    desk.hire("s10", "supervisor", heads="engineering")
    desk.hire("s11", "supervisor", heads="greening;engineering")
    desk.hire("s12", "supervisor", heads="greening")
    assert owners(desk) == ["s10", "s11"]


@pytest.mark.parametrize(
    ("fields", "head"),
    [
        ({"department": "greening", "service": "plumbing"}, "s12"),
        ({"service": "plumbing"}, "s10"),
        ({"service": "pruning"}, "s12"),
        ({}, ""),
    ],
)
def test_the_department_is_the_cases_or_that_of_its_service(fields: dict[str, str], head: str) -> None:
    desk = begin("department-head", **fields)
    desk.hire("s10", "supervisor", heads="engineering")
    desk.hire("s12", "supervisor", heads="greening")
    desk.assign("A1", "11-02 09:00")
    assert owners(desk) == owners(desk, "A1") == [head]


def test_the_head_is_who_headed_it_at_the_due_time() -> None:
    desk = begin("department-head", department="engineering")
    desk.hire("s10", "supervisor", heads="engineering")
    desk.note("s10", "left", "11-02 18:00", kind="resignation")
    desk.hire("s11", "supervisor", "11-02 18:00", heads="engineering")
    desk.note("O1", "closed", "11-03 09:00")
    assert owners(desk) == ["s10"]


def test_a_department_that_was_changed_after_the_due_time_does_not_move_the_debt() -> None:
    desk = begin("department-head", department="engineering")
    desk.hire("s10", "supervisor", heads="engineering")
    desk.hire("s12", "supervisor", heads="greening")
    desk.note("O1", "amended", "11-02 17:30", department="greening", reason="转错")
    assert owners(desk) == ["s10"]
    desk = begin("department-head", department="engineering")
    desk.hire("s12", "supervisor", heads="greening")
    desk.note("O1", "amended", "11-02 16:30", department="greening", reason="转错")
    assert owners(desk) == ["s12"]


# --- who has left -----------------------------------------------------------------------------------------------------


def staffed(owner: str = "assignee") -> Scenario:
    """s03 works in engineering for s20; s10 heads it, and reports to s20 as well."""
    desk = Scenario(f"{{id: a, of: assignments, start: assigned, stop: completed, limit: 8h, owner: {owner}}}")
    desk.hire("s20", "manager")
    desk.hire("s10", "supervisor", department="engineering", heads="engineering", manager="s20")
    desk.hire("s03", "field", department="engineering", manager="s20")
    desk.take("11-02 09:00")
    desk.assign("A1", "11-02 09:00", "s03")
    return desk


def leave(desk: Scenario, staff: str, at: str) -> None:
    desk.note(staff, "left", at, kind="resignation")


def test_what_one_who_left_would_owe_passes_to_the_head_of_the_department() -> None:
    desk = staffed()
    leave(desk, "s03", "11-02 12:00")
    assert owners(desk, "A1") == ["s10"]


def test_and_where_there_is_no_head_to_the_manager_and_theirs() -> None:
    desk = staffed()
    leave(desk, "s10", "11-02 11:00")
    leave(desk, "s03", "11-02 12:00")
    assert owners(desk, "A1") == ["s20"]
    leave(desk, "s20", "11-02 12:00")
    assert owners(desk, "A1") == [""]


def test_who_left_after_the_due_time_owes_what_was_stopped_but_not_what_still_runs() -> None:
    desk = staffed()
    leave(desk, "s03", "11-02 17:30")
    assert owners(desk, "A1") == ["s10"]
    desk.note("A1", "completed", "11-02 18:00")
    assert owners(desk, "A1") == ["s03"]


def test_who_left_after_the_stop_owed_it() -> None:
    desk = staffed()
    desk.note("A1", "completed", "11-02 12:00")
    leave(desk, "s03", "11-02 13:00")
    assert owners(desk, "A1") == ["s03"]


def test_what_passes_to_somebody_who_owes_already_is_owed_once() -> None:
    desk = staffed("[assignee, department-head]")
    desk.rows[0].fields["department"] = "engineering"
    leave(desk, "s03", "11-02 17:30")
    assert owners(desk, "A1") == ["s10"]


# --- the staff register as it was at a time ---------------------------------------------------------------------------


def test_a_post_holds_from_the_day_it_was_given() -> None:
    desk = Scenario()
    desk.hire("s03", "field", "03-02 09:00")
    desk.note("s03", "promoted", "06-01 00:00", role="supervisor", reason="考核优秀")
    people = desk.people
    found = [people.facts("s03", read(at)).get("role") for at in ("03-01 09:00", "05-31 23:59:59", "06-01 00:00")]
    assert found == [None, "field", "supervisor"]
    assert [people.holders("field", read(at)) for at in ("03-01 09:00", "03-02 09:00")] == [[], ["s03"]]


def test_what_is_recorded_later_of_an_earlier_time_says_nothing_of_what_came_between() -> None:
    desk = Scenario()
    desk.hire("s03", "field", "03-02 09:00", department="engineering")
    desk.note("s03", "promoted", "06-01 00:00", role="supervisor", reason="考核优秀")
    desk.note("s03", "transferred", "05-01 00:00", department="greening", reason="补录调岗")
    people = desk.people
    seen = [(people.facts("s03", read(at)).get("role"), people.facts("s03", read(at)).get("department"))
            for at in ("04-01 09:00", "05-02 09:00", "06-02 09:00")]  # fmt: skip
    assert seen == [("field", "engineering"), ("field", "greening"), ("supervisor", "greening")]


def test_who_comes_back_is_here_again() -> None:
    desk = Scenario()
    desk.hire("s03", "field", "03-02 09:00")
    leave(desk, "s03", "04-01 00:00")
    desk.hire("s03", "field", "05-01 00:00")
    people = desk.people
    assert [people.has_left("s03", read(at)) for at in ("03-03 09:00", "04-01 00:00", "05-01 00:00")] == [
        False, True, False,
    ]  # fmt: skip


def test_managers_in_a_circle_do_not_hang() -> None:
    desk = Scenario()
    desk.hire("s03", "field", manager="s04")
    desk.hire("s04", "field", manager="s03")
    leave(desk, "s03", "04-01 00:00")
    leave(desk, "s04", "04-01 00:00")
    assert desk.people.successor("s03") == ""
