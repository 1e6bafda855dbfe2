"""`why`: any verdict opened downward, to the clauses, the facts and the arithmetic that it rests on.

The desk is that of tests/desks.py, in November 2026; amounts and due times are worked out in the tests.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from desks import Desk

from dispatchctl.rules.reasons import WORDS

DECEMBER = "2026-12-01T09:00:00+08:00"
TREE = ("what", "id", "text", "value", "because")


def list_nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for each in tree["because"]:
        yield from list_nodes(each)


def why(desk: Desk, *argv: str) -> dict[str, Any]:
    """The tree; every step of it has the same keys and one of the words there are."""
    tree = desk.do("sup-d", "why", *argv)
    for node in list_nodes(tree):
        assert tuple(node) == TREE
        assert node["what"] in WORDS
        assert node["text"].strip() and "\n" not in node["text"]  # noqa: PT018
    assert isinstance(tree, dict)
    return tree


def pick(tree: dict[str, Any], what: str) -> list[dict[str, Any]]:
    """The steps of a kind directly below."""
    return [each for each in tree["because"] if each["what"] == what]


def keys_due(desk: Desk, rule: str) -> list[str]:
    return [item["key"] for item in desk.do("mgr", "ledger", "due", "--month", "2026-11") if item["rule"] == rule]


def late(desk: Desk, staff: str, day: int) -> str:
    """Record that somebody was late that morning; the row's reference."""
    desk.clock(day, "17:00")
    desk.do("mgr", "attendance", "late", staff, "--on", f"2026-11-{day:02}")
    row = desk.rows("attendance")[-1]
    return f"attendance/2026-11.main#{row['seq'].rstrip('+')}"


# --- charges ----------------------------------------------------------------------------------------------------------


def test_a_charge_opens_into_clause_fact_count_and_amount(desk: Desk) -> None:
    """Class B, late on the 3rd, the 5th and the 9th: 30.00 from the second time on."""
    desk.do("mgr", "staff", "change", "shui", "--class", "B")
    first, second, third = (late(desk, "shui", day) for day in (3, 5, 9))
    keys = [f"late-b/2026-11-{day:02}/late/shui/shui" for day in (5, 9)]
    assert keys_due(desk, "late-b") == keys
    tree = why(desk, keys[1])
    assert (tree["what"], tree["id"]) == ("charge", keys[1])
    assert why(desk, f"late-b/{third}/shui")["because"] == tree["because"]  # as older releases named it
    assert {key: tree["value"][key] for key in ("rule", "kind", "staff", "due", "state", "policy")} == {
        "rule": "late-b", "kind": "fine", "staff": "shui", "due": True, "state": "due", "policy": "2026-11-02",
    }  # fmt: skip
    (clause,) = pick(tree, "clause")
    assert clause["id"] == "KZ-2.3"
    assert "两次含两次以上" in clause["value"]["text"]
    (event,) = pick(tree, "event")
    assert (event["id"], event["value"]["event"], event["value"]["by"]) == (third, "late", "mgr")
    (condition,) = pick(tree, "condition")
    assert condition["value"] == {"field": "staff.class", "wanted": ["B"]}
    (counting,) = pick(tree, "counting")
    assert counting["value"] == {"from_nth": 2, "within": "month", "number": 3, "counts": True}
    assert [each["value"]["evidence"] for each in counting["because"]] == [first, second]
    (amount,) = pick(tree, "amount")
    assert amount["value"] == {"amount": "30.00", "range": [], "from": "rule", "field": None}
    assert pick(tree, "entry") == []


def test_a_fact_that_does_not_count_yet_says_so(desk: Desk) -> None:
    desk.do("mgr", "staff", "change", "shui", "--class", "B")
    first = late(desk, "shui", 3)
    tree = why(desk, f"late-b/{first}/shui")
    assert (tree["value"]["due"], tree["value"]["state"]) == (False, None)
    (counting,) = pick(tree, "counting")
    assert (counting["value"]["number"], counting["value"]["counts"]) == (1, False)
    assert counting["because"] == []


def test_an_entry_opens_into_its_charge_and_what_was_decided(desk: Desk) -> None:
    complaint = complain(desk, "--staff", "pan")
    desk.do("mgr", "complaint", "rule", complaint, "--valid", "attitude", "--reason", "言语不当")
    (key,) = keys_due(desk, "justified-complaint")
    entry = desk.do("mgr", "ledger", "propose", key)
    entry = (entry[0] if isinstance(entry, list) else entry)["id"]
    desk.do("gm", "ledger", "approve", entry, "--amount", "50", "--reason", "属实")
    tree = why(desk, entry)
    assert (tree["id"], tree["value"]["state"]) == (key, "approved")
    (amount,) = pick(tree, "amount")
    assert (amount["value"]["from"], amount["value"]["range"]) == ("range", ["20.00", "100.00"])
    (besides,) = pick(tree, "besides")
    assert besides["value"]["also"] == ["self-review"]
    assert tree["value"]["amount"] == "50.00"
    (decided,) = pick(tree, "entry")
    assert (decided["id"], decided["value"]["amount"]) == (entry, "50.00")
    assert [(each["value"]["event"], each["value"]["by"]) for each in decided["because"]] == [
        ("proposed", "mgr"), ("approved", "gm"),
    ]  # fmt: skip
    (fact,) = pick(tree, "event")
    assert fact["value"]["fields"]["kind"] == "attitude"


def test_a_late_clock_is_evidence_with_its_segments(desk: Desk) -> None:
    """Serious, registered Tuesday 09:00: a result within 48 hours, so by Thursday 09:00; nobody gave one."""
    complaint = complain(desk, "--media", "--department", "engineering")
    desk.clock(9, "09:00")
    keys = keys_due(desk, "complaint-late")
    tree = why(desk, keys[0])
    (clock,) = pick(tree, "clock")
    assert clock["id"] == f"{complaint}/result"
    assert (clock["value"]["breached"], clock["value"]["due_at"]) == (True, "2026-11-05T09:00:00+08:00")
    (segment,) = [each["value"] for each in clock["because"] if each["what"] == "segment"]
    assert (segment["from"], segment["to"], segment["counts"]) == (
        "2026-11-03T09:00:00+08:00", "2026-11-05T09:00:00+08:00", True,
    )  # fmt: skip
    (amount,) = pick(tree, "amount")
    assert (amount["value"]["amount"], amount["value"]["from"]) == (None, "blank")


def test_what_a_person_noticed_has_its_entry_only(desk: Desk) -> None:
    desk.clock(3, "09:00")
    made = desk.do(
        "mgr", "ledger", "propose", "--rule", "unreachable", "--staff", "pan", "--amount", "30", "--reason", "三次未接"
    )
    entry = (made[0] if isinstance(made, list) else made)["id"]
    tree = why(desk, entry)
    assert (tree["value"]["rule"], tree["value"]["due"]) == ("unreachable", False)
    assert [each["id"] for each in pick(tree, "clause")] == ["KZ-8.8"]
    assert [each["id"] for each in pick(tree, "entry")] == [entry]
    assert why(desk, tree["id"]) == tree


# --- cases ------------------------------------------------------------------------------------------------------------


def complain(desk: Desk, *options: str) -> str:
    desk.clock(3, "09:00")
    caller = ("--caller", "钱示例", "--phone", "138-0000-0009", "--address", "9号楼901")
    return str(desk.do("lin", "complaint", "new", "--content", "服务不到位", *caller, *options)["id"])


def test_a_case_opens_into_its_clocks_with_due_explains_segments(desk: Desk) -> None:
    desk.clock(2, "09:00")
    job = desk.send(desk.take(), "pan")
    desk.clock(4, "10:00")
    tree = why(desk, job)
    assert (tree["what"], tree["id"], tree["value"]) == ("case", job, {"register": "assignments", "state": "assigned"})
    explained = desk.do("lin", "due", job, "--explain")
    clocks = pick(tree, "clock")
    assert [each["value"]["clock"] for each in clocks] == [each["clock"] for each in explained]
    for clock, item in zip(clocks, explained, strict=True):
        assert {key: clock["value"][key] for key in ("breached", "due_at", "limit")} == {
            key: item[key] for key in ("breached", "due_at", "limit")
        }
        assert [each["value"] for each in clock["because"] if each["what"] == "segment"] == item["segments"]
        assert [each["id"] for each in clock["because"] if each["what"] == "clause"] == item["source"]
    named = why(desk, f"{job}/complete")
    assert named == next(each for each in clocks if each["id"] == f"{job}/complete")
    assert [each["value"]["event"] for each in pick(tree, "state")[0]["because"]] == ["assigned"]


def test_an_order_has_its_assignments_clocks_too(desk: Desk) -> None:
    desk.clock(2, "09:00")
    order = desk.take()
    job = desk.send(order, "pan")
    cases = [each["value"]["case"] for each in pick(why(desk, order), "clock")]
    assert set(cases) == {order, job}


def test_a_complaint_says_why_it_is_serious_and_what_is_owed(desk: Desk) -> None:
    complaint = complain(desk, "--media", "--department", "engineering", "--department", "desk")
    tree = why(desk, complaint)
    (severity,) = pick(tree, "severity")
    assert severity["value"] == {"severity": "serious", "decided": False}
    assert {each["id"]: each["value"]["found"] for each in severity["because"]} == {
        "departments_at_least": ["engineering", "desk"], "media": True,
    }  # fmt: skip
    assert pick(tree, "ruling") == []
    desk.do("mgr", "complaint", "classify", complaint, "--severity", "ordinary", "--reason", "影响不大")
    desk.do("mgr", "complaint", "rule", complaint, "--invalid", "standard", "--reason", "标准如此")
    tree = why(desk, complaint)
    (severity,) = pick(tree, "severity")
    assert severity["value"] == {"severity": "ordinary", "decided": True}
    (ruling,) = pick(tree, "ruling")
    assert (ruling["value"]["validity"], ruling["value"]["kind"]) == ("invalid", "standard")
    assert [each["value"]["event"] for each in ruling["because"]] == ["ruled-invalid"]
    owed = pick(tree, "owed")
    assert [each["value"]["event"] for each in owed] == ["explained"]
    assert [each["id"] for each in owed[0]["because"]] == ["SOP-3.6.5"]


def test_a_case_names_what_is_charged_for_it(desk: Desk) -> None:
    complaint = complain(desk, "--staff", "pan")
    desk.do("mgr", "complaint", "rule", complaint, "--valid", "attitude", "--reason", "言语不当")
    assert [each["id"] for each in pick(why(desk, complaint), "charge")] == keys_due(desk, "justified-complaint")


# --- figures and scores -----------------------------------------------------------------------------------------------


@pytest.fixture
def worked(desk: Desk) -> Desk:
    """Three jobs of pan's, one of them late; one of shui's. Looked at in December."""
    desk.clock(3, "09:00")
    for number in range(4):
        order = desk.take(phone=f"138-0000-010{number}", address=f"{number}号楼1单元")
        job = desk.send(order, "shui" if number == 3 else "pan")
        if number == 0:
            continue
        desk.do("shui" if number == 3 else "pan", "complete", job)
    desk.clock(9, "09:00")
    desk.do("pan", "complete", "A-20261103-0001")
    desk.now = DECEMBER
    return desk


def test_a_figure_opens_into_formula_and_cases(worked: Desk) -> None:
    tree = why(worked, "on_time", "--month", "2026-11")
    assert (tree["what"], tree["id"]) == ("measure", "on_time")
    value = {key: tree["value"][key] for key in ("value", "numerator", "denominator", "kind", "person")}
    assert value == {"value": "0.75", "numerator": 3, "denominator": 4, "kind": "ratio", "person": None}
    assert [each["value"] for each in pick(tree, "condition")] == [
        {"part": "over", "field": "clock", "word": "in", "wanted": ["complete"]},
        {"part": "count", "field": "breached", "word": "in", "wanted": ["false"]},
    ]
    (counted,), (others,) = pick(tree, "counted"), pick(tree, "uncounted")
    assert [each["id"] for each in others["because"]] == ["A-20261103-0001"]
    opened = worked.do("lin", "report", "monthly", "--month", "2026-11", "--drill", "on_time")
    assert [each["id"] for each in counted["because"]] == [item["id"] for item in opened["numerator"]]


def test_a_list_is_bounded_and_says_what_it_leaves_out(worked: Desk) -> None:
    (counted,) = pick(why(worked, "on_time", "--month", "2026-11", "--limit", "1"), "counted")
    assert [each["what"] for each in counted["because"]] == ["item", "left-out"]
    assert counted["because"][1]["value"] == {"number": 2}
    (counted,) = pick(why(worked, "on_time", "--month", "2026-11", "--limit", "0"), "counted")
    assert [each["what"] for each in counted["because"]] == ["item"] * 3


def test_one_persons_figure_and_what_it_gives_to_their_score(worked: Desk) -> None:
    """pan: 2 of 3 in time is below 0.80, which is nothing."""
    tree = why(worked, "on_time", "--month", "2026-11", "--person", "pan")
    assert (tree["value"]["numerator"], tree["value"]["denominator"], tree["value"]["person"]) == (2, 3, "pan")
    (part,) = pick(tree, "part")
    assert (part["value"]["score"], part["value"]["full"], part["value"]["zero"]) == ("0", "0.98", "0.8")
    assert why(worked, "on_time", "--month", "2026-11", "--person", "潘示例") == tree


def test_a_score_opens_into_parts_that_add_up_to_it(worked: Desk) -> None:
    for mark in (80, 91):
        worked.do(
            "mgr",
            "staff",
            "score",
            "pan",
            "--measure",
            "attitude",
            "--month",
            "2026-11",
            "--score",
            str(mark),
            "--reason",
            "月评",
        )
    tree = why(worked, "pan", "--month", "2026-11")
    (appraised,) = worked.do("mgr", "appraise", "--month", "2026-11", "--staff", "pan")
    assert (tree["what"], tree["value"]["score"]) == ("score", appraised["score"])
    parts = [each for each in pick(tree, "part") if each["value"]["left_out"] is None]
    total = sum(float(each["value"]["score"]) * float(each["value"]["weight"]) / 100 for each in parts)
    assert total == pytest.approx(float(appraised["score"]), abs=1e-4)
    (attitude,) = [each for each in parts if each["id"] == "attitude"]
    assert [each["value"]["mark"] for each in attitude["because"]] == [80, 91]
    assert why(worked, "attitude", "--month", "2026-11", "--person", "pan") == attitude


def test_a_new_measure_and_a_new_charge_are_opened_by_an_edit_of_the_rules_only(worked: Desk) -> None:
    measure = "{title: 完工, of: assignments, month: completed, over: {order.service: plumbing}, person: worker}"
    charge = "{id: slow, title: 完工拖延, of: breach.complete, who: [owner], amount: 12.50, source: [KZ-8.9]}"
    worked.edit_rules(
        (r"\nmeasures:\n", f"\nmeasures:\n  plumbed: {measure}\n"),
        (r"\ncharges:\n", f"\ncharges:\n  - {charge}\n"),
    )
    tree = why(worked, "plumbed", "--month", "2026-11", "--person", "pan")
    assert tree["value"]["numerator"] == 3
    (key,) = keys_due(worked, "slow")
    tree = why(worked, key)
    assert [each["value"]["amount"] for each in pick(tree, "amount")] == ["12.50"]
    assert pick(tree, "clock")[0]["id"] == "A-20261103-0001/complete"


# --- how it is shown, and what is refused -----------------------------------------------------------------------------


def test_the_table_is_the_tree_indented(worked: Desk) -> None:
    argv = ("why", "on_time", "--month", "2026-11")
    tree = why(worked, *argv[1:])
    lines = worked.act("lin", *argv).out.split("\n")[:-1]
    assert [line.strip() for line in lines] == [node["text"] for node in list_nodes(tree)]
    depths = [(len(line) - len(line.lstrip())) // 2 for line in lines]
    assert depths[0] == 0
    assert set(depths[1:]) == {1, 2}
    steps = json.loads("[" + ",".join(worked.act("lin", *argv, "--format", "jsonl").out.split("\n")[:-1]) + "]")
    assert steps == [tree]
    assert worked.act("lin", *argv, "-q").out == "on_time\n"
    assert worked.act("lin", *argv, "--format", "csv").out.count("\n") == len(lines) + 1


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (("on_tme",), 3, "on_time"),
        (("A-20261103-0009",), 3, "A-20261103-0001"),
        (("late-c/attendance/2026-11.main#1/pan",), 3, "late-b"),
        (("late-b/attendance/2026-11.main#1/pan",), 3, "ledger due"),
        (("A-20261103-0001/finish",), 3, "A-20261103-0001/complete"),
        (("on_time", "--person", "pam"), 3, "pan"),
        (("",), 2, "empty"),
        (("A-20261103-0001", "--person", "pan"), 2, "--person"),
        (("A-20261103-0001", "--month", "2026-11"), 2, "--month"),
        (("attitude",), 2, "--person"),
        (("on_time", "--limit", "-1"), 2, "--limit"),
        (("on_time", "--month", "2026-13"), 2, "--month"),
        (("gm",), 4, "general-manager"),
    ],
)
def test_what_is_refused(worked: Desk, argv: tuple[str, ...], code: int, told: str) -> None:
    assert told in worked.refuse(code, "sup-d", "why", *argv)
