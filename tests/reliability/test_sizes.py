"""Thresholds bound memory and locks, and never what comes out: set to 1, 2, 3 and 7, small histories cross them all.

What is compared: the index that was kept up to date, the one made anew, a fold in memory without any, and --as-of.
"""

import json
import random
from pathlib import Path

import pytest
from desks import copy_desk, open_demo
from office import Office, live
from small import with_default_sizes
from stories import STORIES, join_staff, list_lines
from surroundings import LONG

from dispatchctl import sizes

STEPS = 25
MAP = """
register: orders
columns: {source_ref: ref, at: when, content: what, caller: who, phone: phone, address: where}
constants: {kind: request}
"""


def check_everything(office: Office) -> None:
    """Kept up to date, made anew, folded in memory and looked back on: the same tables, the same outputs."""
    kept = office.check_index()
    cases = [row[0] for register in ("orders", "assignments", "complaints") for row in kept[register][:3]]
    office.check_outputs(cases)
    before = [office("list", register, "--json", code=None).out for register in ("orders", "assignments", "staff")]
    office("records", "rebuild")
    assert office.check_index() == kept
    for register, out in zip(("orders", "assignments", "staff"), before, strict=True):
        assert office("list", register, "--json", "--as-of", office.now).out == out
    assert office("records", "check", "--json", code=None).out == with_default_sizes(
        office, "records", "check", "--json"
    )


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(50 if LONG else 1))
def test_random_histories(isolated: Path, size: int, seed: int) -> None:
    office = Office(isolated).begin()
    chance = random.Random(1000 * size + seed)
    for number, _ in enumerate(live(office, chance, STEPS)):
        if number % 9 == 8:
            office.check_index()
    check_everything(office)


COUNTED = (
    *("orders.paid", "orders.billed", "orders.amended", "assignments.assigned", "assignments.completed"),
    *("assignments.withdrawn", "assignments.retracted", "notices.urged", "staff.joined", "staff.changed"),
)


def pay_something(office: Office, chance: random.Random) -> None:
    """A payment, its correction, or its being taken back, of any order there is."""
    orders = [each["id"] for each in json.loads(office("list", "orders", "--json").out)]
    if orders:
        order = chance.choice(orders)
        for argv in (
            ("paid", order, "--amount", f"{chance.randrange(1, 90)}.50", "--reason", "前台不在"),
            ("bill", order, "--amount", "60", "--reason", "前台不在"),
            ("amend", order, "amount=12", "--reason", "记错了"),
            ("retract", order, "--reason", "记错了"),
        ):
            if chance.random() < 0.5:
                office.wait(minutes=chance.choice((1, 600, 9000)))
                office(*argv, code=None)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(20 if LONG else 1))
def test_rows_that_measures_count(isolated: Path, size: int, seed: int) -> None:
    """The rows of many events, those without a row of their own too: kept, made anew, in memory and looked back on."""
    office = Office(isolated).begin()
    path = isolated / "policies.yaml"
    lines = "".join(f"  row{number}: {{of: {name}, value: count}}\n" for number, name in enumerate(COUNTED))
    path.write_text(path.read_text("utf-8").replace("\nmeasures:\n", f"\nmeasures:\n{lines}", 1), "utf-8")
    chance = random.Random(100 * size + seed)
    for number, _ in enumerate(live(office, chance, STEPS)):
        if number % 3 == 2:
            pay_something(office, chance)
        if number % 9 == 8:
            office.check_index()
    kept = office.check_index()
    assert kept["staff.joined"]
    assert kept["orders.paid"] or kept["orders.billed"]
    asked = ("report", "monthly", "--drill", "revenue", "--json")
    said = office(*asked).out
    assert office(*asked, env=office.without_cache()).out == said
    assert office(*asked, "--as-of", office.now).out == said
    office("records", "rebuild")
    assert office.check_index() == kept
    assert office(*asked).out == said


@pytest.mark.heavy
def test_every_register(isolated: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All stories one after the other in one folder: every event of every register."""
    office = Office(isolated)
    copy_desk(office.run, isolated, open_demo)
    join_staff(office.run)
    for story in STORIES:
        for line in list_lines(story):
            if line.moment is None:
                office.wait(minutes=3)
            office.run("--now", office.now, "--as", line.who, *line.argv)
    kept = check_and_list(office)
    assert {"orders", "assignments", "complaints", "surveys", "followups", "ledger", "training"} <= kept
    check_everything(office)


def check_and_list(office: Office) -> set[str]:
    """The registers of which there are cases."""
    return {name for name, rows in office.check_index().items() if rows}


@pytest.mark.parametrize("families", [0, 1, 5])
def test_what_lies_between_two_chunks_is_not_forgotten(
    isolated: Path, families: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order with rows in three months; in the second, more cases are touched than the index keeps at hand."""
    monkeypatch.setattr(sizes, "FAMILIES_KEPT", 4)
    office = Office(isolated).begin()
    order = office.take()
    office.now = "2026-12-01T09:00:00+08:00"
    office("cancel", order, "--reason", "业主取消")
    for number in range(families):
        office.take(content=f"灯坏{number}")
    office.now = "2027-01-04T09:00:00+08:00"
    office("amend", order, "content=水管漏水", "--reason", "听错了")
    office("records", "rebuild")
    assert office.state(order) == "cancelled"
    office.check_index()


@pytest.mark.parametrize("times", [1, 2])
def test_an_import_is_the_same_at_every_size(isolated: Path, size: int, times: int) -> None:
    """Twenty rows of six callers, imported once and twice: the rows and contacts are those of the package's sizes."""
    lines = ["ref,what,who,phone,where,when"]
    for number in range(20):
        who = number % 6
        lines.append(f"W-{number},漏水{number},张示例{who},138-0000-00{who:02},{who}号楼,2026-10-{number + 1:02}T09:00")
    (isolated / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    (isolated / "map.yaml").write_text(
        MAP,
        encoding="utf-8",
    )
    found = []
    for own in (True, False):
        office = Office(isolated / ("own" if own else "small"))
        office.folder.mkdir()
        office.begin()
        words = ("records", "import", str(isolated / "a.csv"), "--map", str(isolated / "map.yaml"))
        for _ in range(times):
            if own:
                with_default_sizes(office, *words)
            else:
                office(*words)
        office.check_index()
        found.append((office.rows("orders"), (office.folder / "records/private/contacts.csv").read_bytes()))
    assert [{**row, "crc": ""} for row in found[0][0]] == [{**row, "crc": ""} for row in found[1][0]]
    assert found[0][1] == found[1][1]
