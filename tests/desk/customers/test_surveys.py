"""Surveys of several opinions: what a command says of each of them counts for each of them."""

from desks import Desk


def test_every_opinion_is_put_right_by_one_command_with_a_key(desk: Desk) -> None:
    survey = desk.do("lin", "survey", "open", "--department", "engineering")["id"]
    for number in (1, 2, 3):
        caller = ("--caller", "赵示例", "--phone", f"138-0000-001{number}")
        desk.do("lin", "survey", "opinion", survey, "--opinion", f"慢{number}", *caller)
    for verb in ("sum-up", "hand-over"):
        desk.do("lin", "survey", verb, survey)
    desk.do("sup-e", "survey", "return-measures", survey, "--measures", "增派人手")
    desk.do("sup-e", "survey", "put-right", survey, "--request-id", "k")
    assert len(desk.rows("surveys")) == 3 + 1 + 3 + 3
    again = desk.refuse(4, "sup-e", "survey", "put-right", survey)
    assert f"every opinion of {survey} was put right already" in again
