"""How long things took: hand-worked on a desk, and the figures of many against the plain arithmetic."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from desks import Desk, forget_index
from hypothesis import given
from hypothesis import strategies as st

from dispatchctl.reports.measures import make_duration, make_figure

MEASURES = r"""\1  acknowledged: {title: 甲, of: clocks, month: stopped_at, over: {clock: acknowledge}, person: owner,
    value: {VALUE}}
  finished: {title: 乙, of: clocks, month: stopped_at, over: {clock: complete}, value: {VALUE}}
  served: {title: 丙, of: orders, between: [taken, closed], value: {VALUE}}
  begun: {title: 丁, of: orders, between: [taken, assignments.acknowledged], value: {VALUE}}
"""


def add_measures(desk: Desk, value: str) -> None:
    desk.edit_rules((r"(measures:\n)", MEASURES.replace("VALUE", value)))


def figure(desk: Desk, name: str) -> tuple[Any, Any]:
    """The value and on how many it rests; the index that was kept says what one made anew does."""
    told = []
    for _ in range(2):
        item = desk.do("mgr", "why", name, "--month", "2026-11")
        told.append((item["value"]["value"], item["value"]["denominator"]))
        forget_index(desk.folder)
    assert told[0] == told[1]
    return told[0]


def work(desk: Desk) -> list[str]:
    """Three orders of Monday: acknowledged after 12 minutes, 24 minutes (over lunch) and never.

    The first is done after 5 hours, one of which was a pause; the second on Tuesday, 22 hours after it was sent.
    """
    first = desk.take()
    job = desk.send(first, "pan")
    desk.clock(2, "09:12")
    desk.do("pan", "ack", job)
    desk.clock(2, "10:00")
    desk.do("pan", "pause", job, "--reason", "waiting-parts")
    desk.clock(2, "11:00")
    desk.do("pan", "resume", job)
    second = desk.take(content="堵塞")
    other = desk.send(second, "shui")
    desk.clock(2, "13:54")
    desk.do("shui", "ack", other)
    desk.clock(2, "14:00")
    desk.do("pan", "complete", job)
    desk.do("lin", "confirm", job)
    third = desk.take(content="渗水")
    desk.send(third, "pan")
    desk.clock(3, "09:00")
    desk.do("shui", "complete", other)
    desk.clock(3, "10:30")
    desk.do("lin", "confirm", other)
    return [first, second, third]


@pytest.mark.parametrize(
    ("value", "acknowledged", "finished", "served", "begun"),
    [
        # 12 and 174 minutes; 5 and 22 hours; 5 and 23.5 hours
        ("average: elapsed", "1.6", "13.5", "14.3", "1.6"),
        ("median: elapsed", "1.6", "13.5", "14.3", "1.6"),
        ("p90: elapsed", "2.9", "22.0", "23.5", "2.9"),
        # 12 minutes, and 60 and 24 around lunch; 09:00 to 12:00 less one, and half an hour: 2.5; 1, 4 and 0.5: 5.5;
        # without pauses from the taking on: 3.5 and 7
        ("average: counted", "0.8", "4.0", "5.3", "0.8"),
        ("p90: counted", "1.4", "5.5", "7.0", "1.4"),
    ],
)
def test_figures_worked_by_hand(
    desk: Desk, value: str, acknowledged: str, finished: str, served: str, begun: str
) -> None:
    add_measures(desk, value)
    orders = work(desk)
    assert figure(desk, "acknowledged") == (acknowledged, 2)
    assert figure(desk, "finished") == (finished, 2)
    assert figure(desk, "served") == (served, 2)
    assert figure(desk, "begun") == (begun, 2)
    opened = desk.do("mgr", "report", "monthly", "--month", "2026-11", "--drill", "served")
    assert opened["numerator"] is None
    assert [each["id"] for each in opened["denominator"]] == orders[:2]


def test_of_what_happened_again_it_is_from_the_first_to_the_last(desk: Desk) -> None:
    add_measures(desk, "average: elapsed")
    first = work(desk)[0]
    desk.clock(4, "14:00")
    desk.do("lin", "reopen", first, "--reason", "又漏了")
    assert figure(desk, "served") == ("14.3", 2)  # until it is closed again, as it was
    desk.do("lin", "close", first, "--answered", "已处理")
    assert figure(desk, "served") == ("38.3", 2)  # 53 and 23.5
    people = desk.do("mgr", "why", "acknowledged", "--month", "2026-11", "--person", "shui")
    assert (people["value"]["value"], people["value"]["denominator"]) == ("2.9", 1)


def test_nothing_took_no_time(desk: Desk) -> None:
    add_measures(desk, "median: counted")
    desk.take()
    assert figure(desk, "served") == (None, 0)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("of: orders, between: [taken, shut], value: {average: elapsed}", "between[2]: unknown event of orders shut"),
        ("of: orders, between: [taken], value: {average: elapsed}", "between: 1 events (two: from which to which"),
        ("of: orders, between: [taken, closed], value: count", "between: what it took is not asked for"),
        ("of: orders, between: [taken, closed], value: {average: price}", "between: what it took is not asked for"),
        ("of: clocks, between: [taken, closed], value: {average: elapsed}", "between: clocks are no cases"),
        ("of: orders, value: {average: elapsed}", "value.average: unknown field of orders elapsed"),
        (
            "of: orders, between: [taken, staff.joined], value: {p90: elapsed}",
            "a case of staff names no case of orders",
        ),
    ],
)
def test_what_cannot_be_measured_is_told(desk: Desk, wrong: str, told: str) -> None:
    desk.edit_rules((r"(measures:\n)", rf"\1  odd: {{title: 甲, {wrong}}}\n"))
    done = desk.act("mgr", "policy", "check")
    assert done.code == 1
    assert told in done.out


SECONDS = st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(1, 3)), min_size=1, max_size=40)


def round_hours(seconds: Fraction) -> str:
    exact = Decimal(seconds.numerator) / (Decimal(seconds.denominator) * 3600)
    return str(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


@given(SECONDS)
def test_many_durations_are_what_plain_arithmetic_makes_of_them(found: list[tuple[int, int]]) -> None:
    plain = sorted(seconds for seconds, times in found for _ in range(times))
    number = len(plain)
    amounts = [(Decimal(seconds), times) for seconds, times in found]
    middle = Fraction(plain[(number - 1) // 2] + plain[number // 2], 2)
    rank = plain[ceil(Fraction(9, 10) * number) - 1]
    for word, expected in (
        ("average", Fraction(sum(plain), number)), ("median", middle),
        ("p90", Fraction(rank)), ("sum", Fraction(sum(plain))),
    ):  # fmt: skip
        assert make_duration(word, amounts) == ("duration", round_hours(expected), None, number)
    assert make_figure("p90", amounts) == ("p90", str(rank), None, number)
    assert make_figure("median", amounts).value == str(Decimal(middle.numerator) / middle.denominator)


@pytest.mark.parametrize(("number", "rank"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18), (21, 19)])
def test_the_nearest_rank_of_nine_tenths(number: int, rank: int) -> None:
    assert make_figure("p90", [(Decimal(each), 1) for each in range(1, number + 1)]).value == str(rank)


def test_a_field_that_is_called_until_is_still_a_time_of_its_own(desk: Desk) -> None:
    desk.edit_rules((r"(measures:\n)", r"\1  asked: {title: 甲, of: assignments, month: until, value: count}\n"))
    job = desk.send(desk.take(), "pan")
    desk.do("pan", "ask-extension", job, "--until", "2026-12-03T12:00:00+08:00", "--reason", "等待配件")
    assert figure(desk, "asked") == ("0", None)
    told = desk.do("mgr", "why", "asked", "--month", "2026-12", "--now", "2026-12-31T09:00:00+08:00")
    assert told["value"]["value"] == "1"
