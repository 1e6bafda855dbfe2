"""`new-order --from` given twice takes nothing twice, and two equal lamps are two orders."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import Desk
from transcripts import Result

Run = Callable[..., Result]
NOW = "2026-11-10T08:00:00+08:00"
HEAD = "service,content,caller,phone,address\n"
LAMP = "lighting,楼道灯坏,张示例,138-0000-0001,3栋1单元\n"
OTHER = "lighting,楼道灯坏,李样例,138-0000-0002,5栋2单元\n"
DRAIN = "drain,下水堵塞,张示例,138-0000-0001,3栋1单元\n"


@pytest.fixture
def take(demo: Path, run: Run) -> Callable[..., Any]:
    """`take(rows, *options)`: (ids of the orders, how many of them were replayed, stderr)."""

    def call(*rows: str, options: tuple[str, ...] = ()) -> tuple[list[str], int, str]:
        Path("orders.csv").write_text(HEAD + "".join(rows))
        result = run("new-order", "--from", "orders.csv", "--now", NOW, "--json", *options)
        assert result.code == 0, result.err
        items = json.loads(result.out)
        return [item["id"][-1] for item in items], sum(bool(item.get("replayed")) for item in items), result.err

    return call


def test_the_same_file_twice_takes_nothing_twice_and_says_so(take: Callable[..., Any]) -> None:
    assert take(LAMP, LAMP, OTHER, DRAIN)[:2] == (["1", "2", "3", "4"], 0)
    ids, replayed, said = take(LAMP, LAMP, OTHER, DRAIN)
    assert (ids, replayed) == (["1", "2", "3", "4"], 4)
    assert "4 of the rows had been taken before with the same content" in said


@pytest.mark.parametrize(
    ("rows", "ids"),
    [
        ((OTHER, DRAIN, LAMP, LAMP), ["3", "4", "1", "2"]),  # in another order
        ((OTHER,), ["3"]),
        ((LAMP, LAMP, LAMP), ["1", "2", "5"]),  # a third lamp
        ((LAMP.replace("张示例", "王例子"),), ["5"]),  # another caller
        ((LAMP.replace("灯坏", "灯闪"),), ["5"]),
        ((LAMP.replace("138-0000-0001", "+86 13800000001"),), ["1"]),
    ],
)
def test_only_what_is_new_is_taken(take: Callable[..., Any], rows: tuple[str, ...], ids: list[str]) -> None:
    take(LAMP, LAMP, OTHER, DRAIN)
    assert take(*rows)[0] == ids


def test_a_request_id_takes_them_anew_once(take: Callable[..., Any]) -> None:
    assert take(LAMP)[0] == ["1"]
    assert take(LAMP, options=("--request-id", "dec"))[:2] == (["2"], 0)
    ids, replayed, said = take(LAMP, options=("--request-id", "dec"))
    assert (ids, replayed) == (["2"], 1)
    assert "1 of the rows had been taken before by their --request-id" in said


def test_nothing_of_the_customer_stands_in_the_key(take: Callable[..., Any]) -> None:
    take(LAMP, OTHER.replace("5栋2单元", "3栋1单元"))
    rows = [line for path in Path("records/orders").glob("*.csv") for line in path.read_text().split("\n")]
    keys = [cell for line in rows for cell in line.split(",") if cell.startswith("from/")]
    assert len(keys) == 2
    assert keys[0].removesuffix("/1") == keys[1].removesuffix("/2")


def test_a_reference_is_known_with_blanks_around_it(demo: Path, run: Run) -> None:
    for ref in ("W-1", " W-1", "\u3000W-1 "):
        done = run("new-order", "--kind", "inquiry", "--content", "试", "--source-ref", ref, "--now", NOW, "--json")
        assert json.loads(done.out)["id"] == "O-20261110-0001"


def test_a_row_whose_order_was_taken_back_stays_so_and_that_is_said(take: Callable[..., Any], run: Run) -> None:
    assert take(LAMP)[0] == ["1"]
    assert run("retract", "1", "--reason", "重复", "--now", NOW).code == 0
    ids, replayed, said = take(LAMP)
    assert (ids, replayed) == (["1"], 1)
    assert "was taken back since, and is not taken anew without another --request-id" in said
    assert take(LAMP, options=("--request-id", "k1"))[:2] == (["2"], 0)


def test_a_used_key_takes_no_other_order(desk: Desk) -> None:
    """Neither alone nor as a line of a file that was changed: what it says would be lost without a word."""
    argv = ("new-order", "--kind", "inquiry", "--content")
    first = desk.do("lin", *argv, "几点下班", "--request-id", "r1")
    assert desk.do("lin", *argv, "几点下班 ", "--request-id", "r1") == {**first, "replayed": True}
    assert first["id"] in desk.refuse(4, "lin", *argv, "几点上班", "--request-id", "r1")
    lines = [f"inquiry,问{number}\n" for number in (1, 2)]
    (desk.folder / "in.csv").write_text("kind,content\n" + "".join(lines), encoding="utf-8")
    taken = desk.do("lin", "new-order", "--from", "in.csv", "--request-id", "b")
    (desk.folder / "in.csv").write_text("kind,content\ninquiry,问0\n" + "".join(lines), encoding="utf-8")
    told = desk.refuse(4, "lin", "new-order", "--from", "in.csv", "--request-id", "b")
    assert f"in.csv:2: the key of --request-id was used for {taken[0]['id']}, which says something else" in told
    (desk.folder / "in.csv").write_text("kind,content\n" + "".join(lines) + "inquiry,问3\n", encoding="utf-8")
    again = desk.do("lin", "new-order", "--from", "in.csv", "--request-id", "b")
    assert [each["id"] for each in again[:2]] == [each["id"] for each in taken]
    assert len(desk.rows("orders")) == 4
