"""A correction of an order reaches the work: what its assignments took over follows, what they were given stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk, copy_desk
from transcripts import Result

BECAUSE = ("--reason", "客户更正")


@pytest.fixture
def desk(run: Callable[..., Result], isolated: Path) -> Desk:
    """The desk of the tests."""
    return copy_desk(run, isolated)


def phone(desk: Desk, case: str) -> str:
    """The phone that whoever holds a case calls."""
    return str(desk.do("lin", "show", case, "--reveal", "--reason", "上门")["contact"]["phone"])


def test_what_was_taken_over_follows_the_order(desk: Desk) -> None:
    """Content, requirements, contact: in show, worklist, list and the answers; the rows keep what they said."""
    order = desk.take(requirements="轻声")
    job = desk.send(order, "pan")
    done = desk.act("lin", "amend", order, "content=卫生间漏水", "phone=138-0000-0009", "requirements=先电话", *BECAUSE)
    assert f"{job} of pan 潘示例 follows: 内容, 要求, 联系人编号" in done.err
    shown = desk.show(job)
    assert (shown["content"], shown["requirements"]) == ("卫生间漏水", "先电话")
    assert phone(desk, job) == phone(desk, order) == "138-0000-0009"
    assert shown["events"][0]["fields"]["content"] == "厨房水管漏水", "the history keeps what was dispatched (PD-3.3)"
    assert desk.do("pan", "worklist")[0]["content"] == "卫生间漏水"
    assert desk.do("lin", "list", "assignments", "--where", "content=卫生间漏水")[0]["id"] == job
    assert "卫生间漏水" in desk.act("pan", "ack", job).out
    assert "it is pan 潘示例's: 卫生间漏水" in desk.refuse(4, "shui", "start", job)
    again = desk.do("sup-e", "reassign", job, "shui", "--reason", "请假")["id"]
    assert desk.rows("assignments")[-1]["content"] == "卫生间漏水", "the new dispatch tells what holds by then"
    desk.do("lin", "amend", order, "content=阳台漏水", *BECAUSE)
    assert desk.show(again)["content"] == "阳台漏水"


def test_what_was_given_at_the_dispatch_stays(desk: Desk) -> None:
    """Another content or requirement than the order's is the dispatcher's; the rest follows all the same."""
    order = desk.take()
    job = desk.send(order, "pan", "--content", "先看三楼", "--requirements", "带梯子")
    done = desk.act("lin", "amend", order, "content=卫生间漏水", "requirements=先电话", "phone=138-0000-0009", *BECAUSE)
    assert f"{job} of pan 潘示例 follows: 联系人编号\n" in done.err
    shown = desk.show(job)
    assert (shown["content"], shown["requirements"]) == ("先看三楼", "带梯子")
    assert phone(desk, job) == "138-0000-0009"


def test_the_services_requirements_were_taken_over_too(desk: Desk) -> None:
    """An order without requirements of its own tells the service's; its later ones replace them."""
    order = desk.take()
    job = desk.send(order, "pan")
    assert desk.show(job)["requirements"], "the shipped service has some"
    desk.do("lin", "amend", order, "content=x", *BECAUSE)
    before = desk.show(job)["requirements"]
    assert before == desk.rows("assignments")[0]["requirements"]
    other = desk.take(requirements="先电话")
    given = desk.send(other, "shui", "--requirements", before)
    desk.do("lin", "amend", other, "requirements=轻声", *BECAUSE)
    assert desk.show(given)["requirements"] == before, "given: the order's were others"


def test_a_correction_of_the_assignment_itself_stays(desk: Desk) -> None:
    """Whatever the order says later."""
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("lin", "amend", job, "content=只换软管", *BECAUSE)
    desk.do("lin", "amend", order, "content=卫生间漏水", *BECAUSE)
    assert desk.show(job)["content"] == "只换软管"


def test_work_that_has_ended_says_what_was_so_then(desk: Desk) -> None:
    """A later correction of the order changes nothing about it; one before its end holds for ever."""
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("lin", "amend", order, "content=卫生间漏水", *BECAUSE)
    desk.do("pan", "decline", job, "--reason", "手头有活")
    done = desk.act("lin", "amend", order, "content=阳台漏水", *BECAUSE)
    assert "follows" not in done.err
    assert desk.show(job)["content"] == "卫生间漏水"
    assert desk.show(desk.send(order, "shui"))["content"] == "阳台漏水"


def test_a_correction_taken_back_takes_the_work_back(desk: Desk) -> None:
    """And `records check` has nothing to say; rebuilt, the index says the same."""
    order = desk.take()
    job = desk.send(order, "pan")
    desk.do("lin", "amend", order, "content=卫生间漏水", *BECAUSE)
    desk.do("lin", "retract", order, *BECAUSE)
    assert desk.show(job)["content"] == "厨房水管漏水"
    desk.do("lin", "amend", order, "content=阳台漏水", *BECAUSE)
    desk("records", "rebuild")
    assert desk.do("pan", "worklist")[0]["content"] == "阳台漏水"
    assert desk("records", "check").code == 0


def test_a_helper_s_work_follows_like_the_lead_s(desk: Desk) -> None:
    """Both are named by `amend`, with who holds them."""
    order = desk.take()
    desk.send(order, "pan", "--helper", "shui")
    told = desk.act("lin", "amend", order, "content=卫生间漏水", "area=3号楼", *BECAUSE).err
    assert "of pan 潘示例 follows" in told
    assert "of shui 水示例 follows" in told
    assert {item["content"] for who in ("pan", "shui") for item in desk.do(who, "worklist")} == {"卫生间漏水"}


def test_a_correction_taken_back_after_the_dispatch_reaches_it_too(desk: Desk) -> None:
    """What was dispatched by a correction that was itself wrong follows what holds now, and who holds it is named."""
    order = desk.take()
    desk.do("lin", "amend", order, "content=电梯困人", "address=9号楼", *BECAUSE)
    job = desk.send(order, "pan")
    assert desk.show(job)["content"] == "电梯困人"
    told = desk.act("lin", "retract", order, *BECAUSE).err
    assert f"{job} of pan 潘示例 follows: " in told
    assert desk.show(job)["content"] == "厨房水管漏水"
    assert desk.show(job)["contact_id"] == desk.show(order)["contact_id"]
    assert "follows" in desk.act("lin", "amend", order, "content=漏水严重", *BECAUSE).err
    desk("records", "rebuild")
    assert desk.do("pan", "worklist")[0]["content"] == "漏水严重"


def test_another_service_has_other_requirements(desk: Desk) -> None:
    """What the service asks for is what the present one asks for; what was given at the dispatch stays."""
    order = desk.take()
    job = desk.send(order, "pan")
    before = desk.show(job)["requirements"]
    desk.do("lin", "amend", order, "service=electrical", *BECAUSE)
    after = desk.show(job)["requirements"]
    assert before != after
    assert after == desk.do("lin", "policy", "show", "services.electrical")["requirements"]
    given = desk.send(desk.take(), "shui", "--requirements", "带梯子")
    desk.do("lin", "amend", desk.show(given)["order_id"], "service=electrical", *BECAUSE)
    assert desk.show(given)["requirements"] == "带梯子"


def test_who_does_the_work_is_no_correction(desk: Desk) -> None:
    """Somebody else gets it by a new assignment, with new times; the part in the work is what it was."""
    job = desk.send(desk.take(), "pan")
    told = desk.refuse(4, "lin", "amend", job, "assignee=shui", *BECAUSE)
    assert f"hint: dispatchctl reassign {job} STAFF --reason TEXT" in told
    desk.refuse(4, "lin", "amend", job, "role=helper", *BECAUSE)
