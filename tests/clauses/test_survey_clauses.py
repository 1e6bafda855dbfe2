"""Surveys: from what customers say to the department's measures, and back to those who said it.

All days are of November 2026 (desk.py); `3d` counts every day but the first, and ends on a working day at 17:30.
"""

from typing import Any

import pytest
from desks import Desk, november

ZHANG = ("--caller", "张示例", "--phone", "138-0000-0001", "--address", "3号楼2单元501")
WANG = ("--caller", "王示例", "--phone", "138-0000-0002", "--address", "1号楼101")


def begin(desk: Desk, *opinions: tuple[str, ...]) -> str:
    """A survey of the engineering department with these opinions; by default of Zhang and of Wang."""
    survey = str(desk.do("lin", "survey", "open", "--department", "engineering", "--method", "phone")["id"])
    for words in opinions or (("等候太久", *ZHANG), ("工具不齐", *WANG)):
        desk.do("lin", "survey", "opinion", survey, "--opinion", *words)
    return survey


def step(desk: Desk, survey: str, verb: str, *options: str, who: str = "lin") -> Any:
    return desk.do(who, "survey", verb, survey, *options)


def answered(desk: Desk, *opinions: tuple[str, ...]) -> str:
    """A survey whose department has returned its measures just now."""
    survey = begin(desk, *opinions)
    step(desk, survey, "sum-up")
    step(desk, survey, "hand-over")
    step(desk, survey, "return-measures", "--measures", "两小时内上门", who="sup-e")
    return survey


def effect(desk: Desk, survey: str) -> dict[str, tuple[str, str]]:
    """(state, due) of the clock that asks about the effect, by opinion."""
    items = [each for each in desk.do("lin", "due", survey) if each["clock"] == "survey-effect"]
    return {each["item"]: (each["state"], each["due_at"]) for each in items}


# --- FW-2.3: surveys are made -------------------------------------------------------------------------------------


@pytest.mark.clause("FW-2.3")
def test_opinions_come_by_telephone_by_form_or_in_person(desk: Desk) -> None:
    ids = []
    for method in ("phone", "form", "visit"):
        done = desk.do("lin", "survey", "open", "--department", "工程部", "--method", method, "--content", "四季度维修")
        assert (done["event"], done["state"]) == ("opened", "open")
        ids.append(done["id"])
    assert ids == [f"S-20261102-000{number}" for number in (1, 2, 3)]
    shown = desk.show(ids[1])
    assert (shown["department"], shown["method"], shown["content"]) == ("engineering", "form", "四季度维修")
    assert "--method" in desk.refuse(2, "lin", "survey", "open", "--department", "engineering", "--method", "mail")
    assert "--department" in desk.refuse(2, "lin", "survey", "open")
    assert "no such department" in desk.refuse(3, "lin", "survey", "open", "--department", "飞行部")


@pytest.mark.clause("FW-2.3")
def test_each_opinion_has_a_number_and_who_gave_it_a_contact(desk: Desk) -> None:
    order = desk.take()  # Zhang is known already
    survey = begin(desk, ("等候太久", "--satisfaction", "2", *ZHANG), ("态度好", "--satisfaction", "5"))
    events = [each for each in desk.show(survey)["events"] if each["event"] == "opinion"]
    assert [each["fields"]["opinion_id"] for each in events] == [f"{survey}#1", f"{survey}#2"]
    assert [each["fields"]["satisfaction"] for each in events] == [2, 5]
    assert [each["fields"].get("contact_id") for each in events] == [desk.show(order)["contact_id"], None]
    third = desk.do("lin", "survey", "opinion", survey, "--opinion", "工具不齐", *WANG)
    assert (third["id"], third["event"], third["state"]) == (f"{survey}#3", "opinion", "open")
    contacts = desk.rows("private")
    assert [row["name"] for row in contacts] == ["张示例", "王示例"]
    for path in desk.folder.glob("records/surveys/*.csv"):
        assert "王示例" not in path.read_text(encoding="utf-8")
    assert "allowed: 1 to 5" in desk.refuse(
        2, "lin", "survey", "opinion", survey, "--opinion", "好", "--satisfaction", "9"
    )


# --- XX-3.2a: to the department and back --------------------------------------------------------------------------


@pytest.mark.clause("XX-3.2a")
def test_opinions_reach_the_department_within_two_days_of_being_summed_up(desk: Desk) -> None:
    desk.clock(5, "16:00")  # a Thursday
    survey = begin(desk)
    step(desk, survey, "sum-up")
    clock = desk.due(survey, "hand-over")
    # Friday the 6th, Saturday the 7th, which is no working day: Monday the 9th
    assert (clock["started_at"], clock["due_at"]) == (november(5, "16:00"), november(9, "17:30"))
    assert (clock["owner"], clock["source"]) == ("desk", ["XX-3.2a"])
    desk.clock(9, "17:30:01")
    assert (survey, "hand-over") in desk.late()
    step(desk, survey, "hand-over", "--note", "已交工程部负责人")
    clock = desk.due(survey, "hand-over")
    assert (clock["state"], clock["breached"]) == ("stopped", True)


@pytest.mark.clause("XX-3.2a")
def test_its_written_measures_come_back_within_three_days(desk: Desk) -> None:
    survey = begin(desk)
    step(desk, survey, "sum-up")
    # on a Monday: the 4th, where one day would be the 3rd and three the 5th
    assert desk.due(survey, "hand-over")["due_at"] == november(4, "17:30")
    desk.clock(3, "10:00")
    step(desk, survey, "hand-over")
    assert desk.due(survey, "hand-over")["breached"] is False
    clock = desk.due(survey, "survey-measures")
    # 4, 5, 6; its head owes them
    assert (clock["due_at"], clock["owner"]) == (november(6, "17:30"), "sup-e")
    assert "--measures" in desk.refuse(2, "sup-e", "survey", "return-measures", survey)
    desk.clock(6, "17:30")
    done = step(desk, survey, "return-measures", "--measures", "两小时内上门", who="sup-e")
    assert done["event"] == "measures-returned"
    clock = desk.due(survey, "survey-measures")
    assert (clock["state"], clock["breached"]) == ("stopped", False)
    assert desk.show(survey)["measures"] == "两小时内上门"


@pytest.mark.clause("XX-3.2a")
def test_each_step_waits_for_the_one_before_and_says_so(desk: Desk) -> None:
    survey = begin(desk)
    refused = [
        ("hand-over", "is not summed up yet"),
        ("return-measures", "is not handed over yet"),
        ("put-right", "is not answered with measures yet"),
        ("check", "is not answered with measures yet"),
    ]
    measures = ("--measures", "两小时内上门")
    for number, (verb, said) in enumerate(refused):
        options = measures if verb == "return-measures" else ()
        error = desk.refuse(4, "lin", "survey", verb, survey, *options)
        assert f"{survey} {said}" in error
        first = ("sum-up", "hand-over", "return-measures", "return-measures")[number]
        assert f"first: dispatchctl survey {first} {survey}" in error
        if number < 3:
            step(desk, survey, first, *(measures if first == "return-measures" else ()))
            if number < 2:
                assert "already" in desk.refuse(4, "lin", "survey", first, survey)
        if number == 2:
            break
    assert step(desk, survey, "put-right")[0]["event"] == "put-right"
    assert step(desk, survey, "check")["event"] == "checked"


@pytest.mark.clause("XX-3.2a")
def test_there_must_be_something_to_sum_up_and_nothing_comes_after_it(desk: Desk) -> None:
    survey = desk.do("lin", "survey", "open", "--department", "engineering")["id"]
    assert "no opinion to sum up" in desk.refuse(4, "lin", "survey", "sum-up", survey)
    desk.do("lin", "survey", "opinion", survey, "--opinion", "等候太久")
    step(desk, survey, "sum-up")
    error = desk.refuse(4, "lin", "survey", "opinion", survey, "--opinion", "晚到的意见", *WANG)
    assert f"was summed up at {november(2, '09:00')}" in error
    desk.do("lin", "retract", survey, "--reason", "还有一份意见")
    desk.do("lin", "survey", "opinion", survey, "--opinion", "晚到的意见", *WANG)
    step(desk, survey, "sum-up")


# --- XX-3.2b: back to the customers -------------------------------------------------------------------------------


@pytest.mark.clause("XX-3.2b")
def test_who_gave_an_opinion_is_asked_about_the_effect_within_two_weeks_and_signs(desk: Desk) -> None:
    survey = answered(desk)
    one, two = f"{survey}#1", f"{survey}#2"
    desk.clock(13, "11:00")  # a Friday
    done = step(desk, one, "put-right")
    assert (done["id"], done["event"]) == (one, "put-right")
    assert effect(desk, survey) == {one: ("running", november(27, "17:30"))}
    desk.clock(16, "11:00")
    (done,) = step(desk, survey, "put-right")
    assert done["id"] == two, "what was put right before is not again"
    assert effect(desk, survey)[two] == ("running", november(30, "17:30"))
    owed = desk.do("lin", "follow-up", "list")
    assert [(each["about"], each["case"], each["item"], each["due_at"]) for each in owed] == [
        (one, survey, one, november(27, "17:30")),
        (two, survey, two, november(30, "17:30")),
    ]
    desk.clock(27, "17:30")
    words = ("follow-up", "new", one, "--method", "visit", "--satisfaction", "4")
    said = desk.act("lin", *words, "-q")
    assert "the signature is still owed" in said.err
    assert effect(desk, survey)[one][0] == "running", "an answer alone is not enough"
    desk.do("lin", "follow-up", "sign", said.out.strip())
    assert {item: state for item, (state, _) in effect(desk, survey).items()} == {one: "stopped", two: "running"}
    signed = desk.do("lin", "follow-up", "list", one)
    assert [(each["state"], each["signed_by"]) for each in signed] == [("signed", "P-20261102-0001")]
    assert desk.do("lin", "follow-up", "list", two) == []
    assert desk.do("lin", "follow-up", "list", survey) == signed
    desk.clock(30, "17:30:01")
    assert [(each["case"], each["clock"], each["item"]) for each in desk.overdue()] == [(survey, "survey-effect", two)]


@pytest.mark.clause("XX-3.2b")
def test_a_survey_ends_when_nothing_of_it_is_owed(desk: Desk) -> None:
    survey = begin(desk)
    one, two = f"{survey}#1", f"{survey}#2"

    def refused() -> str:
        error = desk.refuse(4, "lin", "survey", "close", survey)
        assert error.count("\n") == 2, "one line, and where to look"
        return error

    step(desk, survey, "sum-up")
    assert f"hand-over still runs, due {november(4, '17:30')}" in refused()
    step(desk, survey, "hand-over")
    assert f"survey-measures still runs, due {november(5, '17:30')}" in refused()
    step(desk, survey, "return-measures", "--measures", "两小时内上门")
    step(desk, survey, "put-right")
    assert f"survey-effect of {one} still runs" in refused()
    assert f"survey-effect of {two} still runs" in refused()
    desk.do("lin", "follow-up", "new", one, "--method", "visit", "--satisfaction", "4", "--signed")
    error = refused()
    assert one not in error
    assert two in error
    desk.do("lin", "follow-up", "new", two, "--method", "visit", "--satisfaction", "2", "--signed")
    done = step(desk, survey, "close")
    assert (done["event"], done["state"]) == ("closed", "closed")
    for words in (("sum-up", survey), ("put-right", survey), ("put-right", one), ("close", survey)):
        assert f"{survey} is closed" in desk.refuse(4, "lin", "survey", *words)
    assert f"{survey} is closed" in desk.refuse(4, "lin", "survey", "opinion", survey, "--opinion", "晚了", *WANG)
    assert desk.do("lin", "follow-up", "list") == []


@pytest.mark.clause("XX-3.2b")
def test_without_a_clock_the_signature_is_asked_for_all_the_same(desk: Desk) -> None:
    desk.edit_rules((r"  - \{id: survey-effect,.*\n.*\n", ""), (r", survey-effect\]", "]"))
    survey = answered(desk)
    one, two = f"{survey}#1", f"{survey}#2"
    step(desk, one, "put-right")
    desk.do("lin", "follow-up", "new", one, "--method", "phone", "--satisfaction", "4")
    error = desk.refuse(4, "lin", "survey", "close", survey)
    assert f"{survey} cannot be closed: {one} has no signed follow-up\n" in error
    assert two not in error, "never put right: nobody is asked about an effect"
    desk.edit_rules((r"surveys: \{signature: true\}", "surveys: {signature: false}"))
    assert step(desk, survey, "close")["state"] == "closed"


@pytest.mark.clause("XX-3.2b")
def test_what_did_not_help_is_put_right_once_more_and_asked_about_anew(desk: Desk) -> None:
    survey = answered(desk)
    one = f"{survey}#1"
    step(desk, one, "put-right")
    assert f"{one} was put right at {november(2, '09:00')} already" in desk.refuse(4, "lin", "survey", "put-right", one)
    desk.clock(3, "10:00")
    desk.do("lin", "follow-up", "new", one, "--method", "visit", "--satisfaction", "1", "--signed")
    desk.clock(4, "10:00")
    step(desk, one, "put-right")
    items = [each for each in desk.do("lin", "due", survey) if each["clock"] == "survey-effect"]
    assert [(each["instance"], each["state"], each["due_at"]) for each in items] == [
        (1, "stopped", november(16, "17:30")),
        (2, "running", november(18, "17:30")),
    ]
    assert "survey-effect" in desk.refuse(4, "lin", "survey", "close", survey)
    assert [each["id"] for each in step(desk, survey, "put-right")] == [f"{survey}#2"]
    assert "every opinion" in desk.refuse(4, "lin", "survey", "put-right", survey)


@pytest.mark.clause("XX-3.2b")
def test_a_signature_given_before_the_putting_right_says_nothing_of_its_effect(desk: Desk) -> None:
    survey = answered(desk)
    one = f"{survey}#1"
    words = ("follow-up", "new", one, "--method", "visit", "--satisfaction", "4", "--signed")
    said = desk.act("lin", *words)
    assert (said.code, f"{one} is not put right yet" in said.err) == (0, True)
    desk.clock(3, "10:00")
    step(desk, one, "put-right")
    assert effect(desk, survey)[one][0] == "running"
    assert one in desk.refuse(4, "lin", "survey", "close", survey)


@pytest.mark.clause("XX-3.2b")
def test_who_gave_no_name_is_named_when_signing(desk: Desk) -> None:
    survey = answered(desk, ("等候太久",))
    step(desk, survey, "put-right")
    words = ("follow-up", "new", f"{survey}#1", "--method", "visit", "--satisfaction", "4")
    assert f"{survey}#1 names no contact" in desk.refuse(4, "lin", *words, "--signed")
    desk.do("lin", *words, "--signed-by", "赵示例")
    assert step(desk, survey, "close")["state"] == "closed"


# --- the command line ---------------------------------------------------------------------------------------------


def test_items_may_be_named_shortly_and_must_be_there(desk: Desk) -> None:
    survey = answered(desk)
    assert step(desk, "1#2", "put-right")["id"] == f"{survey}#2"
    error = desk.refuse(3, "lin", "survey", "put-right", "1#3")
    assert "no such item: '1#3'" in error
    assert f"there are: {survey}#1, {survey}#2" in error
    desk.refuse(3, "lin", "survey", "put-right", "9")
    desk.refuse(3, "lin", "survey", "put-right", "1#")


def test_a_key_is_answered_again(desk: Desk) -> None:
    survey = answered(desk)
    first = step(desk, survey, "put-right", "--request-id", "k")
    before = desk.count()
    again = step(desk, survey, "put-right", "--request-id", "k")
    assert (again, desk.count()) == ([{**each, "replayed": True} for each in first], before)
    other = begin(desk)
    before = desk.count()
    words = ("opinion", other, "--opinion", "慢", "--caller", "赵示例", "--phone", "138-0000-0003", "--request-id", "m")
    one = desk.do("lin", "survey", *words)
    two = desk.do("lin", "survey", *words)
    assert (two, one["id"], desk.count()) == ({**one, "replayed": True}, f"{other}#3", before + 2)


def test_a_dry_run_writes_nothing_not_even_a_contact(desk: Desk) -> None:
    survey = begin(desk)
    before = desk.count()
    words = ("survey", "opinion", survey, "--opinion", "慢", "--caller", "赵示例", "--phone", "138-0000-0003", "-n")
    assert desk.do("lin", *words)["dry_run"] is True
    assert desk.do("lin", "survey", "sum-up", survey, "-n")["dry_run"] is True
    assert desk.count() == before


def test_an_opinion_that_cannot_be_kept_leaves_no_contact(desk: Desk) -> None:
    survey = begin(desk)
    words = ("survey", "opinion", survey, "--caller", "赵示例", "--phone", "138-0000-0003", "--opinion")
    assert "--opinion: the text has" in desk.refuse(2, "lin", *words, "长" * 20_000)
    assert "--opinion" in desk.refuse(2, "lin", *words, "")


def test_records_of_surveys_are_sound(desk: Desk) -> None:
    survey = answered(desk)
    step(desk, survey, "put-right")
    desk.do("lin", "follow-up", "new", f"{survey}#1", "--method", "visit", "--satisfaction", "4", "--signed")
    assert desk.do("lin", "records", "check") == []
