"""The ranking of candidates: scores worked by hand, who is passed over and why (PD-2.2, PR-14)."""

from decimal import Decimal
from itertools import permutations

import pytest

from dispatchctl.rules.dispatch import Candidate, Job, Worker, rank_candidates, rank_fairness

RULES = {"ceiling": "8", "weigh": {"workload": "5", "fairness": "2", "area": "2", "last_technician": "1"}}
JOB = Job(skill="plumbing", area="3号楼", effort=Decimal(2), last_technician="")


def worker(staff: str, load: int = 0, last: int | None = None, **more: object) -> Worker:
    facts = {"skills": ("plumbing",), "areas": (), "on_duty": True, "declined": False, **more}
    return Worker(staff=staff, name=f"{staff}某", load=Decimal(load), last_assigned=last, **facts)  # type: ignore[arg-type]


def rank(*workers: Worker, job: Job = JOB, **rules: object) -> list[Candidate]:
    return rank_candidates(job, workers, {**RULES, **rules})


def test_a_score_is_the_sum_of_weight_times_value() -> None:
    (best, second) = rank(
        worker("s03", load=2, last=100, areas=("3号楼",)), worker("s04", load=4, last=50, areas=("1号楼",)),
        job=JOB._replace(last_technician="s03"),
    )  # fmt: skip
    # s03 was assigned latest: fairness 0/1; s04: 1/1
    assert best.reasons == (
        ("workload", Decimal("0.75")), ("fairness", Decimal(0)), ("area", Decimal(1)), ("last_technician", Decimal(1)),
    )  # fmt: skip
    assert (best.staff, best.score) == ("s03", Decimal("6.75"))  # 5 x 0.75 + 0 + 2 + 1
    assert (second.staff, second.score) == ("s04", Decimal("4.5"))  # 5 x 0.5 + 2 + 0 + 0


def test_reasons_stand_in_the_order_of_the_weights_and_only_what_is_weighed_counts() -> None:
    (one,) = rank(worker("s03", load=4), weigh={"area": "1", "workload": "2"})
    assert [name for name, _ in one.reasons] == ["area", "workload"]
    assert one.score == Decimal(2)


@pytest.mark.parametrize(
    ("lasts", "values"),
    [
        # i/(n-1), the latest first
        ([30, 20, 10], ["0", "0.5", "1"]),
        ([10, 20, 30], ["1", "0.5", "0"]),
        # who never was has 1, and still is one of the n
        ([30, None, 10], ["0", "1", "0.5"]),
        ([None, None], ["1", "1"]),
        ([30], ["1"]),
        ([None], ["1"]),
        ([], []),
        # assigned at the same time: by staff id
        ([20, 20, 20], ["0", "0.5", "1"]),
    ],
)
def test_fairness(lasts: list[int | None], values: list[str]) -> None:
    workers = [worker(f"s{number}", last=last) for number, last in enumerate(lasts)]
    found = rank_fairness(workers)
    assert [found[each.staff] for each in workers] == [Decimal(value) for value in values]


def test_who_is_passed_over_is_not_one_of_the_n() -> None:
    found = rank(worker("s03", last=30), worker("s04", last=20, declined=True), worker("s05", last=10))
    fairness = {each.staff: dict(each.reasons).get("fairness") for each in found}
    assert fairness == {"s03": 0, "s05": 1, "s04": None}


@pytest.mark.parametrize(
    ("place", "areas", "value"),
    [("3号楼", ("1号楼", "3号楼"), 1), ("3号楼", ("1号楼",), 0), ("", ("1号楼",), 1), ("3号楼", (), 1), ("", (), 1)],
)
def test_an_area_fits_where_it_matches_or_either_names_none(place: str, areas: tuple[str, ...], value: int) -> None:
    (one,) = rank(worker("s03", areas=areas), job=JOB._replace(area=place))
    assert dict(one.reasons)["area"] == value


@pytest.mark.parametrize(
    ("load", "effort", "excluded"),
    [
        (6, "2", ""),
        (7, "2", "ceiling"),
        (7, "1", ""),
        (8, "0", ""),
        (8, "0.5", "ceiling"),
        (0, "8", ""),
        (0, "9", "ceiling"),
    ],
)
def test_the_ceiling_is_the_load_with_this_order_above_it(load: int, effort: str, excluded: str) -> None:
    (one,) = rank(worker("s03", load=load), job=JOB._replace(effort=Decimal(effort)))
    assert (one.excluded, one.load) == (excluded, load)


def test_a_ceiling_of_nothing_divides_nothing() -> None:
    (one,) = rank(worker("s03"), job=JOB._replace(effort=Decimal(0)), ceiling="0")
    assert dict(one.reasons)["workload"] == 0


@pytest.mark.parametrize(
    ("facts", "excluded"),
    [
        ({"skills": ("electric",)}, "skill"),
        ({"skills": ()}, "skill"),
        ({"on_duty": False}, "off-duty"),
        ({"declined": True}, "declined"),
        ({"load": 7}, "ceiling"),
    ],
)
def test_who_cannot_go_stands_last_with_the_reason(facts: dict, excluded: str) -> None:
    found = rank(worker("s03", **facts), worker("s04", load=6, last=50))
    assert [(each.staff, each.excluded) for each in found] == [("s04", ""), ("s03", excluded)]
    assert (found[1].score, found[1].reasons) == (0, ())


def test_an_order_that_asks_for_no_skill_takes_anybody() -> None:
    (one,) = rank(worker("s03", skills=()), job=JOB._replace(skill=""))
    assert one.excluded == ""


def test_equals_stand_by_staff_id_however_they_come() -> None:
    people = [worker("s05"), worker("s03"), worker("s04"), worker("s02", declined=True)]
    for order in permutations(people):
        assert [each.staff for each in rank(*order)] == ["s03", "s04", "s05", "s02"]
