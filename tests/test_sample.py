"""The sample month: made anew byte for byte, and as varied as a real one."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from surroundings import ROOT

NOW = "2026-10-30T16:30:00+08:00"  # what the demo takes for the present
Run = Callable[..., Any]


@pytest.fixture
def ask(sample: Path, run: Run) -> Callable[..., Any]:
    """The json that a command prints of the sample month."""

    def call(*argv: str) -> Any:
        result = run(*argv, "--now", NOW, "--format", "json")
        assert result.code == 0, result.err
        return json.loads(result.out)

    return call


def list_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.heavy
def test_made_anew_it_is_the_same_byte_for_byte(tmp_path: Path, isolated: Path, monkeypatch: Any) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    monkeypatch.setattr(sys, "path", list(sys.path))
    from make_sample import list_kept, make_records

    # Nothing of whoever makes it gets in: neither settings, nor language, nor the time zone.
    for name, value in {"AS": "nobody", "FORMAT": "csv", "LANG": "en", "NOW": "2001-01-01"}.items():
        monkeypatch.setenv(f"DISPATCHCTL_{name}", value)
    monkeypatch.setenv("TZ", "America/New_York")
    folder = tmp_path / "made"
    folder.mkdir()
    made, commands = make_records(folder)
    assert commands > 1000
    anew = {str(path.relative_to(made)): path.read_bytes() for path in list_kept(made)}
    kept = {
        name: data
        for name, data in list_files(ROOT / "records").items()
        if Path(name).parts[0] not in (".lock", ".writer", "private")
    }
    assert sorted(anew) == sorted(kept), "run `make sample`"
    for name in kept:
        assert anew[name] == kept[name], f"{name} would be another one now: run `make sample` and read the diff"


def test_nothing_private_is_in_it() -> None:
    names = {Path(name).parts[0] for name in list_files(ROOT / "records")}
    assert not names & {"contacts.csv"}
    text = b"".join(
        data for name, data in list_files(ROOT / "records").items() if not name.startswith("private/")
    ).decode()
    assert "138-0000" not in text
    logins = {row.split(",")[6] for row in text.split("\n") if ",joined," in row}
    assert logins == {f"s0{number}" for number in range(1, 10)}


def test_orders_of_every_kind_and_end(ask: Run) -> None:
    orders = ask("list", "orders")
    assert 140 <= len(orders) <= 170
    kinds = Counter(order["kind"] for order in orders)
    assert all(kinds[kind] >= 5 for kind in ("request", "inquiry", "suggestion", "report"))
    states = Counter(order["state"] for order in orders)
    assert states["closed"] > 100
    assert all(states[state] for state in ("open", "pool", "referred", "in-progress", "done", "cancelled"))
    duplicates = [order for order in orders if order["about"]]
    assert len(duplicates) == 3
    assert all(order["state"] == "cancelled" for order in duplicates)
    assert len({order["content"] for order in orders}) == len(orders)
    assert len({order["service"] for order in orders if order["service"]}) == 15
    # National Day and its make-up Saturday are days like others only for who calls.
    days = Counter(order["id"][8:10] for order in orders)
    assert all(sum(days[f"{day:02d}"] for day in week) > 0 for week in (range(1, 8), range(12, 17), range(26, 31)))
    assert days["10"] > max(days[f"{day:02d}"] for day in range(1, 8)) - 3


def test_nine_people_of_every_post(ask: Run) -> None:
    staff = ask("list", "staff")
    assert len(staff) == 9
    assert {person["role"] for person in staff} == {"general-manager", "manager", "supervisor", "desk", "field"}
    assert all(person["state"] == "regular" for person in staff)
    assert {"plumbing", "electrical", "hvac", "carpentry", "masonry", "lift", "cleaning", "security"} <= {
        skill for person in staff for skill in person["skills"]
    }


def test_every_turn_that_work_may_take(sample: Path) -> None:
    events = {
        register: Counter(
            line.split(",")[4]
            for path in (sample / "records" / register).glob("*.csv")
            for line in path.read_text(encoding="utf-8").split("\n")[1:-1]
        )
        for register in ("orders", "assignments", "notices", "staff", "audit")
    }
    assert events["orders"].keys() >= {
        "taken", "answered", "referred", "needs-dispatch", "cancelled", "reopened", "closed", "repriced", "billed",
        "paid", "amended",
    }  # fmt: skip
    assert events["assignments"].keys() >= {
        "assigned", "acknowledged", "declined", "started", "progress", "problem", "paused", "resumed",
        "extension-asked", "extension-granted", "extension-refused", "reassigned", "completed", "confirmed", "rework",
        "withdrawn", "retracted",
    }  # fmt: skip
    assert events["notices"]["urged"] >= 50
    assert events["audit"].keys() == {"published", "revealed"}


def test_some_is_late_some_waits_and_most_is_on_time(ask: Run) -> None:
    late = ask("overdue")
    assert 5 <= len(late) <= 15
    assert {item["level"] for item in late} == {1, 2, 3, 4}
    assert {item["register"] for item in late} == {"orders", "assignments", "complaints"}
    assert any(item["extension"] == "asked" for item in late)
    clocks = [item for item in ask("due", "--all") if item["state"] != "ended"]
    assert sum(item["state"] == "paused" for item in clocks) >= 3
    done = [item for item in clocks if item["clock"] == "complete" and item["state"] == "stopped"]
    on_time = sum(not item["breached"] for item in done) / len(done)
    assert 0.85 < on_time < 0.97


def test_no_clock_runs_in_what_has_ended(ask: Run) -> None:
    over = {order["id"] for order in ask("list", "orders") if order["state"] in ("closed", "cancelled")}
    clocks = [item for item in ask("due", "--all", "--register", "orders") if item["state"] == "running"]
    assert not {item["case"] for item in clocks if item["clock"] != "call-back"} & over
    assert {item["case"] for item in clocks if item["clock"] == "call-back"} < over  # rung back once it is over


def test_its_rows_are_whole(sample: Path, run: Run) -> None:
    result = run("records", "check", "--now", NOW)
    assert result.code == 0, result.out
