"""What stands on users' disks keeps its meaning: folders that older releases wrote, read, gone on with and sealed."""

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from desks import Desk
from office import Office
from surroundings import ROOT

ADDED = (  # keys that orders, clocks, attendance and the answer of `status` have since
    *("source_ref", "method", "billed", "paid_total", "unpaid"),
    *("triage", "pool", "missing_year"),
    "minutes",
)
FOLDERS = sorted(path.parent for path in (ROOT / "tests" / "folders").glob("*/commands.txt"))
NOW = "2026-11-05T09:00:00+08:00"


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def old(request: pytest.FixtureRequest, isolated: Path) -> tuple[Path, Office]:
    """A folder, and a desk at work in a copy of it."""
    shutil.copytree(request.param / "desk", isolated, dirs_exist_ok=True)
    office = Office(isolated)
    office.now = NOW
    return request.param, office


def list_said(folder: Path) -> list[tuple[str, list[str]]]:
    lines = (folder / "commands.txt").read_text(encoding="utf-8").splitlines()
    return [(words[0], words[1:]) for words in map(str.split, lines)]


def drop_added(told: Any, said: Any) -> Any:
    """What a release says now without the keys that were added since."""
    if isinstance(told, dict) and isinstance(said, dict):
        return {
            name: drop_added(each, said.get(name)) for name, each in told.items() if name in said or name not in ADDED
        }
    if isinstance(told, list) and isinstance(said, list) and len(told) == len(said):
        return [drop_added(one, other) for one, other in zip(told, said, strict=True)]
    return told


def test_every_reading_command_says_what_it_said(old: tuple[Path, Office]) -> None:
    folder, office = old
    for _ in range(2):
        for name, argv in list_said(folder):
            said = (folder / "said" / f"{name}.json").read_text(encoding="utf-8")
            told = office.act("lin", *argv, "--json").out
            if told != said:  # what CHANGELOG names may be beside it, never instead
                assert drop_added(json.loads(told), json.loads(said)) == json.loads(said), argv
        office("records", "rebuild")


def test_the_check_finds_no_more_than_it_can_mend(old: tuple[Path, Office]) -> None:
    _, office = old
    faults = json.loads(office.act("lin", "records", "check", "--json").out)
    assert {fault["code"] for fault in faults} <= {"bad-value"}
    for fault in faults:
        line = fault["hint"][fault["hint"].index("dispatchctl retract") :]
        assert office.act("lin", *shlex.split(line)[1:]).code == 0, line
    assert office.act("lin", "records", "check").code == 0
    office.check_index()


def test_what_was_undone_in_audit_is_still_told(old: tuple[Path, Office]) -> None:
    _, office = old
    states = [item["state"] for item in office.do("lin", "list", "audit")]
    assert states == ["published", "reported", "sealed", "revealed"]


def test_the_desk_goes_on(old: tuple[Path, Office]) -> None:
    """A whole order, a word to every complaint, and the month sealed; nothing that stood before changes."""
    _, office = old
    sealed = {path: data for path, data in office.files().items() if "2026-10" in path}
    assert sealed
    order = office.take("lin")
    job = office.send(order, "wu")
    for verb in ("ack", "start", "complete"):
        office.do("wu", verb, job)
    office.do("lin", "confirm", job)
    office.do("lin", "paid", order, "--amount", "50")
    assert office.state(order) == "closed"
    for item in office.do("lin", "list", "complaints"):
        verb, *more = {
            "open": ("explain",),
            "valid": ("analyse", "--cause", "疏忽", "--responsible", "wu"),
            "invalid": ("explain",),
            "outside": ("explain",),
            "resolved": ("inform",),
            "closed": ("reopen",),
        }[item["state"]]
        office.do("zhou", "complaint", verb, item["id"], *more)
    for fault in json.loads(office.act("lin", "records", "check", "--json").out):
        office.act("lin", *shlex.split(fault["hint"][fault["hint"].index("dispatchctl retract") :])[1:])
    office.now = "2026-12-01T09:00:00+08:00"
    office.do("lin", "records", "seal", "--month", "2026-11")
    assert office.act("lin", "records", "verify").code == 0
    assert office.act("lin", "records", "check").code == 0
    assert {path: data for path, data in office.files().items() if path in sealed} == sealed
    office.check_index()


def test_a_sealed_month_is_reported_byte_for_byte_after_more_was_recorded(old: tuple[Path, Office]) -> None:
    folder, office = old
    desk: Desk = office
    order = desk.take("lin")
    desk.do("lin", "cancel", order, "--reason", "业主取消")
    desk.do("lin", "attendance", "late", "wu", "--on", "2026-11-04")
    said = (folder / "said" / "report-monthly.json").read_text(encoding="utf-8")
    assert office.act("lin", "report", "monthly", "--month", "2026-10", "--json").out == said


def test_what_was_proposed_by_rows_is_the_same_fact_still(old: tuple[Path, Office]) -> None:
    """A ruling and a lateness that entries of that release rest on are taken back and recorded again."""
    _, office = old
    entries = [item for item in office.do("lin", "ledger", "list") if item["case"] and "/" in item["key"]]
    assert {item["key"] for item in entries} == {
        f"{item['rule']}/{item['evidence']}/{item['staff']}" for item in entries
    }
    for item in entries:
        row = next(row for row in office.do("gao", "show", item["case"])["events"] if row["ref"] == item["evidence"])
        office.do("gao", "retract", item["case"], item["evidence"], "--reason", "记错")
        told = [each for each in office.do("lin", "ledger", "list") if each["id"] == item["id"]]
        assert told[0]["state"] == "unfounded"
        if item["case"].startswith("C"):
            if office.state(item["case"]) == "resolved":
                office.do("gao", "complaint", "reopen", item["case"])
            office.do("gao", "complaint", "rule", item["case"], "--valid", row["fields"]["kind"], "--reason", "复查")
        else:
            office.do("lin", "attendance", "late", item["staff"], "--on", row["fields"]["date"])
    listed = office.do("lin", "ledger", "list")
    assert [(item["id"], item["state"]) for item in listed if item["case"]] == [
        (item["id"], item["state"]) for item in entries
    ]
    for item in entries:
        assert f"is in the ledger already: {item['id']}" in office.refuse(4, "lin", "ledger", "propose", item["key"])
    office.check_index()
