"""Which orders are followed up: by kind, by the rules' conditions, and by a share that anybody can draw again."""

from collections.abc import Mapping
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import pytest

from dispatchctl.policy.rulebook import Version
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.row import Row
from dispatchctl.rules.derived import derive_fields
from dispatchctl.rules.families import fold_family
from dispatchctl.rules.followups import is_demanded, is_sampled

IDS = [f"O-202611{day:02}-{number:04d}" for day in range(1, 26) for number in range(1, 401)]
REQUEST = {"kind": "request", "service": "plumbing", "area": "lobby"}


def rules(share: str = "1", when: Mapping[str, list[str]] | None = None, attempts: int = 3) -> dict[str, Any]:
    """A compiled policy, as far as follow-ups of orders are concerned."""
    conditions = [[name, values] for name, values in {"kind": ["request"], "end": ["closed"], **(when or {})}.items()]
    return {"followups": {"orders": {"share": share, "when": conditions, "attempts": attempts, "only_by": {}}}}


# --- the share --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", ["0.01", "0.05", "0.1", "0.25", "0.3333", "0.5", "0.9", "0.99"])
def test_of_ten_thousand_orders_about_the_share_is_drawn(share: str) -> None:
    wanted = float(share)
    drawn = sum(is_sampled(each, share) for each in IDS)
    # four standard deviations of so many independent draws
    assert abs(drawn - wanted * len(IDS)) < 4 * (wanted * (1 - wanted) * len(IDS)) ** 0.5


def test_none_and_all_are_exact() -> None:
    for share in ("0", "0.0"):
        assert not any(is_sampled(each, share) for each in IDS)
    for share in ("1", "1.0"):
        assert all(is_sampled(each, share) for each in IDS)


def test_an_id_is_drawn_by_its_digest_and_always_the_same() -> None:
    for each in IDS[:500]:
        number = int(blake2b(each.encode(), digest_size=4).hexdigest(), 16)
        for percent in (1, 10, 50, 77):
            # no float comes near the bound: a percent of 2^32 is told apart from its neighbours in whole numbers
            assert is_sampled(each, f"0.{percent:02}") is (number * 100 < percent * 2**32)
    # b2sum -l 32 <<< of this id prints 40862df8, which is 0.25205 of 2^32
    assert is_sampled("O-20261102-0001", "0.253")
    assert not is_sampled("O-20261102-0001", "0.252")


def test_a_greater_share_draws_what_the_smaller_drew_and_more() -> None:
    shares = ("0", "0.1", "0.2", "0.5", "0.8", "1")
    drawn = [{each for each in IDS if is_sampled(each, share)} for share in shares]
    assert all(less < more for less, more in pairwise(drawn))


def test_no_day_and_no_ending_of_a_number_is_spared() -> None:
    for start in range(0, len(IDS), 400):
        drawn = sum(is_sampled(each, "0.3") for each in IDS[start : start + 400])
        assert abs(drawn - 120) < 5 * (400 * 0.3 * 0.7) ** 0.5
    for digit in "0123456789":
        ending = [each for each in IDS if each.endswith(digit)]
        drawn = sum(is_sampled(each, "0.3") for each in ending)
        assert abs(drawn - 0.3 * len(ending)) < 4 * (len(ending) * 0.3 * 0.7) ** 0.5


# --- which orders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["inquiry", "suggestion", "report", "prospect", "internal", ""])
def test_only_requests_are_followed_up(kind: str) -> None:
    assert is_demanded("O1", REQUEST, False, rules())
    assert not is_demanded("O1", {**REQUEST, "kind": kind}, False, rules())


def test_what_was_answered_on_the_spot_is_followed_up_where_the_rules_say_so() -> None:
    assert not is_demanded("O1", REQUEST, True, rules())
    assert is_demanded("O1", REQUEST, True, rules(when={"end": ["answered"]}))
    assert not is_demanded("O1", REQUEST, False, rules(when={"end": ["answered"]}))


def test_where_no_caller_was_named_there_is_nobody_to_ask() -> None:
    report = {"kind": "report", "area": "lobby"}
    asked = rules(when={"kind": ["request", "report"]})
    assert is_demanded("O1", {**report, "contact_id": "P-1"}, False, asked)
    assert not is_demanded("O1", report, False, asked)
    assert is_demanded("O1", REQUEST, False, asked)


def test_a_desk_may_follow_up_none() -> None:
    assert not is_demanded("O1", REQUEST, False, {"followups": {"orders": None}})


@pytest.mark.parametrize(
    ("when", "demanded"),
    [
        ({}, True),
        ({"service": ["plumbing"]}, True),
        ({"service": ["lift", "plumbing"]}, True),
        ({"service": ["lift"]}, False),
        ({"service": ["plumbing"], "area": ["lobby"]}, True),
        ({"service": ["plumbing"], "area": ["garage"]}, False),
        ({"priority": ["urgent"]}, False),
    ],
)
def test_all_conditions_of_the_rules_must_be_met(when: dict[str, list[str]], demanded: bool) -> None:
    assert is_demanded("O1", REQUEST, False, rules(when=when)) is demanded


# --- what is derived of an order --------------------------------------------------------------------------------------


def derive(*events: str, share: str = "1", attempts: int = 3) -> str:
    """`follow_up` of a request after these events; an event of a follow-up stands for a whole one."""
    rows = []
    for number, event in enumerate(events, 1):
        register, case, fields = "orders", "O1", {}
        if event in ("answered-call", "not-reached", "asked"):
            register, case, fields = "followups", f"F{number}", {"about": "O1", "method": "phone"}
        if event == "taken":
            fields = dict(REQUEST)
        name = event.removesuffix("-call")
        rows.append(Row(number, number * 1_000_000, "s1", case, name, fields, "", "", "", register, "f", number))
    family = fold_family(rows, SHIPPED)
    assert not [row for each in family.cases.values() for row in each.conflicts]
    version = Version("v", 0, rules(share, attempts=attempts))

    def no_calendar(_: Version) -> Any:
        raise AssertionError("an order needs none")

    return derive_fields(family, family.cases["O1"], version, no_calendar).get("follow_up", "")


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ("taken", "none"),
        ("taken cancelled", "none"),
        ("taken answered", "none"),
        ("taken closed", "owed"),
        ("taken closed asked", "owed"),
        ("taken closed answered-call", "made"),
        ("taken answered-call closed", "owed"),
        ("taken closed not-reached not-reached", "owed"),
        ("taken closed not-reached not-reached not-reached", "unreachable"),
        ("taken closed not-reached not-reached not-reached answered-call", "made"),
        ("taken not-reached closed not-reached not-reached", "owed"),
        ("taken closed reopened", "none"),
        ("taken closed answered-call reopened closed", "owed"),
        ("taken closed not-reached not-reached reopened closed not-reached", "owed"),
        ("taken answered reopened closed", "owed"),
        ("taken answered reopened answered", "none"),
    ],
)
def test_whether_a_follow_up_of_an_order_is_owed(events: str, found: str) -> None:
    assert derive(*events.split()) == found


def test_how_many_tries_are_enough_is_a_matter_of_the_rules() -> None:
    assert derive("taken", "closed", "not-reached", attempts=1) == "unreachable"
    assert derive(*("taken closed" + " not-reached" * 4).split(), attempts=5) == "owed"


def test_what_was_not_drawn_owes_none_whatever_was_done() -> None:
    assert derive("taken", "closed", share="0") == derive("taken", "closed", "answered-call", share="0") == "none"
