"""Closed months: reported, appraised and charged as of their closing, whatever is recorded or published afterwards."""

import json
import marshal
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import CALL, Desk, copy_desk, open_desk
from surroundings import LONG
from transcripts import Result

from dispatchctl.desk.books import Books
from dispatchctl.desk.months.closed import find_scope, list_closed, open_for_period
from dispatchctl.desk.periods import month_period
from dispatchctl.registers import SHIPPED
from dispatchctl.store.fact_rows import ChargeRow, ScoreRow
from dispatchctl.store.index import Index
from dispatchctl.store.judgements import ClockRow
from dispatchctl.store.schema import case_columns, quote, row_columns
from dispatchctl.workspace import Workspace

Run = Callable[..., Result]
SEALED = "2026-12-02T09:00:00+08:00"
LATER = "2027-01-20T09:00:00+08:00"
KINDS = ("monthly", "complaints", "satisfaction", "staff")


def december(day: int, clock: str) -> str:
    return f"2026-12-{day:02}T{clock}:00+08:00"


def write_november(desk: Desk) -> None:
    """A month of work: on time, late, sent back, complained about, charged, marked."""
    desk.do("mgr", "policy", "publish")
    for staff in ("pan", "shui", "lin"):
        desk.do("mgr", "staff", "change", staff, "--class", "B")
    first = desk.take()
    job = desk.send(first, "pan")
    desk.clock(2, "09:30")
    desk.do("pan", "start", job)
    desk.clock(2, "11:00")
    desk.do("pan", "complete", job)
    desk.do("lin", "confirm", job)
    desk.clock(3, "09:00")
    late = desk.send(desk.take(priority="urgent", phone="138-0000-0002"), "shui")
    desk.clock(9, "16:00")
    desk.do("shui", "complete", late)
    desk.do("lin", "confirm", late)
    desk.clock(10, "09:00")
    desk.do("lin", "complaint", "new", "--content", "维修迟到", "--order", "O-20261103-0001", "--staff", "shui",
            "--caller", CALL["caller"], "--phone", "138-0000-0002")  # fmt: skip
    desk.clock(11, "09:00")
    desk.do("sup-d", "complaint", "rule", "C-20261110-0001", "--valid", "attitude", "--reason", "核实")
    desk.clock(12, "09:00")
    desk.do("lin", "complaint", "new", "--content", "态度生硬", "--caller", "李示例", "--phone", "138-0000-0003")
    for day, who in ((4, "pan"), (6, "pan"), (9, "pan"), (16, "lin")):
        desk.clock(17, "09:00")
        desk.do("sup-e", "attendance", "late", who, "--on", f"2026-11-{day:02}")
    desk.clock(20, "10:00")
    for number in range(6):
        job = desk.send(desk.take(phone=f"138-0000-01{number:02}"), "pan" if number % 2 else "shui")
        if number < 3:
            desk.do("pan" if number % 2 else "shui", "complete", job)
    desk.do("lin", "paid", "O-20261120-0002", "--amount", "30")
    desk.do("lin", "paid", "O-20261120-0004", "--amount", "20")
    desk.clock(27, "16:00")
    desk.send(desk.take(phone="138-0000-0200"), "pan")  # left open over the end of the month
    desk.clock(30, "16:00")
    desk.do("mgr", "staff", "score", "lin", "--measure", "attitude", "--month", "2026-11", "--score", "90",
            "--reason", "考评")  # fmt: skip


def write_december(desk: Desk) -> None:
    """What comes after the closing and reaches back into November."""
    desk.now = december(3, "09:00")
    desk.do("pan", "complete", "A-20261120-0006", "--at", "2026-11-30T10:00:00+08:00")
    desk.do("mgr", "amend", "O-20261120-0002", "priority=high", "--reason", "登记有误")
    desk.do("sup-e", "retract", "A-20261120-0003", "--reason", "误操作")
    desk.do("lin", "reopen", "O-20261102-0001", "--reason", "故障再现")
    desk.do("mgr", "amend", "O-20261120-0002", "amount=35", "--reason", "少记了")
    desk.do("lin", "paid", "O-20261120-0002", "--amount", "15", "--at", "2026-11-29T10:00:00+08:00")
    desk.do("lin", "paid", "O-20261120-0004", "--amount", "10")
    desk.do("sup-d", "complaint", "rule", "C-20261112-0001", "--valid", "skill", "--reason", "核实",
            "--at", "2026-11-30T11:00:00+08:00")  # fmt: skip
    desk.do("lin", "amend", "C-20261112-0001", "departments=desk;engineering", "--reason", "补录")
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-25")
    desk.do("mgr", "staff", "transfer", "pan", "--department", "desk", "--reason", "调岗",
            "--at", "2026-11-15T09:00:00+08:00")  # fmt: skip
    desk.now = december(7, "09:00")
    desk.do("mgr", "staff", "leave", "dian", "--kind", "resignation", "--reason", "个人原因")
    desk.take(phone="138-0000-0300")
    desk.do("mgr", "ledger", "propose", "--all", "--month", "2026-11")
    desk.now = december(8, "09:00")
    path = desk.folder / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("closed: []", 'closed: ["2026-11-05", "2026-11-24"]', 1), encoding="utf-8")
    desk.do("mgr", "policy", "publish", "--days", "--reason", "补报停业日")
    text = path.read_text(encoding="utf-8").replace("effective_from: 2026-11-02", "effective_from: 2026-12-10")
    text = re.sub(r"limit: \d+bh", "limit: 1bh", text)
    path.write_text(text, encoding="utf-8")
    desk.do("mgr", "policy", "publish")


@pytest.fixture
def desk(run: Run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_closed)


def open_closed(run: Run, folder: Path) -> Desk:
    """November worked through and sealed, and December's belated rows."""
    made = copy_desk(run, folder)
    write_november(made)
    made.now = SEALED
    made.do("mgr", "records", "seal", "--month", "2026-11")
    write_december(made)
    made.now = LATER
    return made


def ask(desk: Desk, *argv: str, code: int = 0) -> str:
    done = desk.act("mgr", *argv)
    assert done.code == code, done.err
    return done.out


def list_questions() -> list[tuple[str, ...]]:
    month = ("--month", "2026-11", "--json")
    return [*(("report", kind, *month) for kind in KINDS), ("report", "daily", "--date", "2026-11-20", "--json"),
            ("report", "weekly", "--date", "2026-11-20", "--json"), ("appraise", *month),
            ("ledger", "due", *month)]  # fmt: skip


def test_payments_stand_in_their_months(desk: Desk) -> None:
    """30 and 20 in November as it was closed; corrected to 35 and 15 more of 29 November since; 10 in December."""
    month = ("report", "monthly", "--json", "--month")
    closed, now, december = (
        json.loads(ask(desk, *words))["measures"]["revenue"]["value"]
        for words in ((*month, "2026-11"), ("--as-of", "now", *month, "2026-11"), (*month, "2026-12"))
    )
    assert (closed, now, december) == ("50.00", "70.00", "10.00")
    drilled = json.loads(ask(desk, *month, "2026-11", "--drill", "revenue"))["numerator"]
    assert [(each["id"], each["amount"]) for each in drilled] == [
        ("O-20261120-0002", "30.00"),
        ("O-20261120-0004", "20.00"),
    ]


def test_payments_of_cases_that_nothing_has_come_to_since(run: Run, isolated: Path) -> None:
    """They are taken over into the closed month as they stand, and so are their rows."""
    desk = copy_desk(run, isolated)
    desk.do("mgr", "policy", "publish")
    desk.clock(5, "09:00")
    desk.do("lin", "paid", desk.take(), "--amount", "40")
    desk.now = SEALED
    desk.do("mgr", "records", "seal", "--month", "2026-11")
    desk.now = december(5, "09:00")
    desk.do("lin", "paid", desk.take(phone="138-0000-0009"), "--amount", "5")
    month = ("report", "monthly", "--json", "--month", "2026-11")
    closed = ask(desk, *month)
    assert json.loads(closed)["measures"]["revenue"]["value"] == "40.00"
    assert closed == ask(desk, "--as-of", SEALED, *month)
    assert len(json.loads(ask(desk, *month, "--drill", "revenue"))["numerator"]) == 1


def test_a_closed_month_is_as_of_its_closing(desk: Desk) -> None:
    for argv in list_questions():
        closed = ask(desk, *argv)
        assert closed == ask(desk, "--as-of", SEALED, *argv), argv
        assert closed == ask(desk, *argv), "the second time it is read from what was kept"
        assert closed != ask(desk, "--as-of", "now", *argv), argv
        document = json.loads(closed)
        assert document
        assert isinstance(document, list) or document["generated_at"] == SEALED


def open_both(desk: Desk, month: str = "2026-11") -> tuple[Books, Books]:
    """The books of a closing, and a replay of everything up to it."""
    present = Books(Workspace({"records": str(desk.folder / "records"), "now": LATER}))
    closed = open_for_period(present, month_period(present, month))
    assert closed.closing is not None
    return closed, Books(Workspace({"records": str(desk.folder / "records"), "as_of": SEALED}))


def read_table(index: Index, table: str, columns: tuple[str, ...], families: set[str] | None) -> list[tuple[Any, ...]]:
    names = ", ".join(map(quote, columns))
    rows = index.db.execute(f"SELECT {names} FROM {quote(table)}").fetchall()
    place = columns.index("family")
    return sorted((row for row in rows if families is None or row[place] in families), key=repr)


def compare_tables(part: Index, replay: Index) -> None:
    families = {family for (family,) in part.db.execute("SELECT id FROM families")}
    tables = {"clocks": ClockRow._fields, "scores": ScoreRow._fields}
    tables |= {name: case_columns(SHIPPED.get(name)) for name in SHIPPED.names}
    assert part.counted == replay.counted
    tables |= {name: row_columns(SHIPPED.get(name.split(".")[0]), name.split(".")[1]) for name in part.counted}
    for table, columns in tables.items():
        assert read_table(part, table, columns, None) == read_table(replay, table, columns, families), table
    charges = ChargeRow._fields
    assert read_table(part, "charges", charges, families) == read_table(replay, "charges", charges, families)
    kept = [marshal.loads(index.get_meta("people")) for index in (part, replay)]
    assert kept[0] == kept[1]


def test_the_part_is_the_replay(desk: Desk) -> None:
    closed, replay = open_both(desk)
    compare_tables(closed.index, replay.index)
    assert closed.book.fingerprint == replay.book.fingerprint
    spans = find_scope(closed, ["2026-11"]).spans
    start, end = spans[0].start, spans[0].end
    query = "SELECT COUNT(*) FROM clocks WHERE due_at >= ? AND due_at < ?"
    counts = [each.index.db.execute(query, (start, end)).fetchone() for each in (closed, replay)]
    assert counts[0] == counts[1]
    assert counts[0][0] > 10


def test_what_came_later_stands_in_the_month_it_was_recorded_in(desk: Desk) -> None:
    november_report = json.loads(ask(desk, "report", "monthly", "--month", "2026-11", "--json"))
    assert "corrections" not in [section["id"] for section in november_report["sections"]]
    document = json.loads(ask(desk, "report", "monthly", "--month", "2026-12", "--json"))
    (section,) = [section for section in document["sections"] if section["id"] == "corrections"]
    rows = [(row["case"], row["event"], row["month"], row["by"]) for row in section["rows"]]
    assert rows == [
        ("A-20261120-0006", "completed", "2026-11", "pan"),
        ("O-20261120-0002", "amended", "2026-11", "mgr"),
        ("A-20261120-0003", "retracted", "2026-11", "sup-e"),
        ("O-20261120-0002", "amended", "2026-11", "mgr"),
        ("O-20261120-0002", "paid", "2026-11", "lin"),
        ("C-20261112-0001", "ruled-valid", "2026-11", "sup-d"),
        ("C-20261112-0001", "amended", "2026-11", "lin"),
        ("N-20261203-0001", "late", "2026-11", "sup-e"),
        ("pan", "transferred", "2026-11", "mgr"),
    ]
    assert section["rows"][0]["at"] == "2026-11-30T10:00:00+08:00"
    assert section["rows"][0]["recorded_at"] == december(3, "09:00")
    table = ask(desk, "report", "monthly", "--month", "2026-12")
    assert "更正" in table
    assert "A-20261120-0006" in table
    desk.now = "2027-01-20T09:00:00+08:00"
    desk.do("mgr", "records", "seal", "--month", "2026-12")
    desk.do("lin", "amend", "O-20261120-0005", "priority=high", "--reason", "登记有误")
    again = json.loads(ask(desk, "report", "monthly", "--month", "2026-12", "--json"))
    assert [each for each in again["sections"] if each["id"] == "corrections"] == [section]


def list_keys(desk: Desk, month: str) -> dict[str, str]:
    return {item["key"]: item["state"] for item in json.loads(ask(desk, "ledger", "due", "--month", month, "--json"))}


def test_a_charge_that_comes_late_is_due_in_the_month_that_recorded_it(desk: Desk) -> None:
    before, after = list_keys(desk, "2026-11"), list_keys(desk, "2026-12")
    (row,) = [each for each in desk.rows("attendance") if each["recorded_at"].startswith("2026-12")]
    fact = f"{row['date']}/late/pan/pan"
    late = f"late-b/{fact}"
    assert not any("attendance/2026-12.main#1/" in key for key in before)
    assert after[late] == after[f"often-late/{fact}"] == "due"
    assert not before.keys() & after.keys()
    assert not any("/late/" in key for key in before), "a closed month is listed by rows"
    assert set(before.values()) == {"due"}, "they were proposed after the closing"
    desk.do("mgr", "ledger", "propose", "--all", "--month", "2026-12")
    assert list_keys(desk, "2026-12")[late] == "proposed"
    count = desk.count()
    for month in ("2026-11", "2026-12"):
        ask(desk, "ledger", "propose", "--all", "--month", month)
    assert desk.count() == count


def test_a_fact_that_comes_late_makes_another_one_count(desk: Desk) -> None:
    """Late on the 4th was the first of November, and cost nothing; then the 3rd is recorded too."""
    first = next(row for row in desk.rows("attendance") if row["date"] == "2026-11-04")
    moved, by_row = "late-b/2026-11-04/late/pan/pan", f"late-b/attendance/2026-11.main#{first['seq']}/pan"
    assert by_row not in list_keys(desk, "2026-11")
    desk.now = december(14, "09:00")
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-03")
    desk.now = LATER
    assert by_row not in list_keys(desk, "2026-11")
    assert list_keys(desk, "2026-12")[moved] == "due"


# --- what is kept of a closed month -----------------------------------------------------------------------------------


def find_parts(desk: Desk) -> dict[str, int]:
    """The parts kept beside the index, with their inodes: another one was made anew."""
    cache = Path(Books(Workspace({"records": str(desk.folder / "records"), "now": LATER})).cache)
    return {path.name: path.stat().st_ino for path in cache.glob("part-*sqlite")}


def test_what_is_kept_outlives_what_comes_later(desk: Desk) -> None:
    first = ask(desk, "report", "monthly", "--month", "2026-11", "--json")
    kept = find_parts(desk)
    assert [name.partition(".")[0] for name in kept] == ["part-2026-11"]
    for _ in range(2):
        desk.take()
        desk.do("lin", "amend", "O-20261120-0005", "priority=high", "--reason", "登记有误")
        assert ask(desk, "report", "monthly", "--month", "2026-11", "--json") == first
        desk.now = "2027-02-03T09:00:00+08:00"
    assert find_parts(desk) == kept, "it was made anew"


def test_a_row_of_another_clone_that_comes_late_is_taken_in(desk: Desk, tmp_path: Path) -> None:
    """Recorded before the closing, and brought by git after it."""
    before = ask(desk, "report", "monthly", "--month", "2026-11", "--json")
    other = tmp_path / "other"
    shutil.copytree(desk.folder / "records", other / "records")
    shutil.copy(desk.folder / "policies.yaml", other)
    elsewhere = Desk(desk.run, other)
    for name in ("seals", "private", "orders", "assignments", "audit", "complaints", "attendance", "ledger"):
        shutil.rmtree(other / "records" / name)
    for path in (other / "records/staff").glob("2026-12*"):
        path.unlink()
    (other / "records/.writer").write_text("SZ\n", encoding="utf-8")
    elsewhere.now = "2026-12-01T10:00:00+08:00"
    order = ("new-order", "--kind", "inquiry", "--content", "几点上班", "--at", "2026-11-30T10:00:00+08:00")
    done = elsewhere.act("lin", *order, "--records", str(other / "records"))
    assert done.code == 0, done.err
    (made,) = (other / "records/orders").glob("*.SZ.csv")
    shutil.copy(made, desk.folder / "records/orders")
    after = ask(desk, "report", "monthly", "--month", "2026-11", "--json")
    assert after == ask(desk, "--as-of", SEALED, "report", "monthly", "--month", "2026-11", "--json")
    counts = [json.loads(text)["measures"]["orders"]["numerator"] for text in (before, after)]
    assert counts[1] == counts[0] + 1


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 1000])
def test_a_damaged_part_is_made_anew(desk: Desk, damage: bytes) -> None:
    first = ask(desk, "report", "monthly", "--month", "2026-11", "--json")
    cache = Path(Books(Workspace({"records": str(desk.folder / "records"), "now": LATER})).cache)
    (place,) = cache.glob("part-2026-11.*")
    place.unlink()
    place.write_bytes(damage)
    assert ask(desk, "report", "monthly", "--month", "2026-11", "--json") == first
    made = [path for path in cache.glob("part-2026-11.*") if path != place]
    assert [path.read_bytes()[:15] for path in made] == [b"SQLite format 3"]
    assert ask(desk, "report", "monthly", "--month", "2026-11", "--json") == first
    assert list(cache.glob("part-2026-11.*")) == made, "the damaged one is left lying"


def test_without_a_cache_it_is_made_in_memory(desk: Desk) -> None:
    first = ask(desk, "report", "monthly", "--month", "2026-11", "--json")
    done = desk.act(
        "mgr", "report", "monthly", "--month", "2026-11", "--json", env={"XDG_CACHE_HOME": "/dev/null/none"}
    )
    assert (done.code, done.out) == (0, first)


def test_a_month_is_closed_when_all_its_writers_have_sealed_it(desk: Desk) -> None:
    present = Books(Workspace({"records": str(desk.folder / "records"), "now": LATER}))
    assert list(list_closed(present)) == ["2026-11"]
    assert open_for_period(present, month_period(present, "2026-11")).closing is not None
    assert open_for_period(present, month_period(present, "2026-12")) is present
    source = desk.folder / "records/orders/2026-11.main.csv"
    shutil.copy(source, desk.folder / "records/orders/2026-11.SZ.csv")
    present = Books(Workspace({"records": str(desk.folder / "records"), "now": LATER}))
    assert list_closed(present) == {}


# --- rules that come later --------------------------------------------------------------------------------------------

NEW = (
    ("effective_from: 2026-11-02", "effective_from: 2027-01-20"),
    (r"limit: \d+bh", "limit: 1bh"),
    (r"from_nth: 2, within: month,\n     amount: 30", "from_nth: 1, within: month,\n     amount: 99"),
    (r"on_time: \{weight: 25, ", "on_time: {weight: 5, "),
    (r"satisfaction: \{weight: 20, ", "satisfaction: {weight: 40, "),
)


def write_rules(desk: Desk, name: str) -> None:
    text = (desk.folder / "policies.yaml").read_text(encoding="utf-8")
    for pattern, new in NEW:
        text, count = re.subn(pattern, new, text)
        assert count, pattern
    (desk.folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "unsealed"])
def test_new_rules_change_nothing_of_last_month_and_what_if_shows_it(run: Run, isolated: Path, sealed: bool) -> None:
    desk = open_desk(run, isolated)
    write_november(desk)
    desk.now = SEALED
    if sealed:
        desk.do("mgr", "records", "seal", "--month", "2026-11")
    desk.now = LATER
    before = [ask(desk, *argv) for argv in list_questions()]
    write_rules(desk, "new.yaml")
    found = desk.do("mgr", "policy", "what-if", "new.yaml", "--month", "2026-11")
    write_rules(desk, "policies.yaml")
    desk.do("mgr", "policy", "publish")
    assert [ask(desk, *argv) for argv in list_questions()] == before
    again = desk.do("mgr", "policy", "what-if", "new.yaml", "--month", "2026-11")
    assert again == found
    assert found["clocks"]
    assert {item["rule"] for item in found["charges"]} == {"late-b"}
    assert found["scores"]
    fines = [found["totals"]["charges"][side]["amounts"]["fine"] for side in ("before", "after")]
    assert fines == ["60.00", "396.00"]  # pan late three times, lin once: 2 x 30.00; 4 x 99.00


# --- any history ------------------------------------------------------------------------------------------------------


def act_at_random(desk: Desk, chance: Random, first: datetime, days: int, count: int) -> None:
    """Whatever can happen, at random times one after the other; what is refused is passed over."""
    minutes = sorted(chance.randrange(days * 24 * 60) for _ in range(count))
    staff = ("pan", "shui", "dian", "lin")
    for number, minute in enumerate(minutes):
        now = first + timedelta(minutes=minute)
        desk.now = now.isoformat()
        cases = [row["id"] for name in ("orders", "assignments", "complaints") for row in desk.rows(name)]
        case = chance.choice(cases or ["O-1"])
        back = now - timedelta(minutes=chance.randrange(20 * 24 * 60))
        late = ("--at", back.isoformat()) if chance.random() < 0.3 else ()
        who = chance.choice(("lin", "mgr", "sup-e"))
        act = chance.choice(
            (
                ("new-order", "--service", chance.choice(("plumbing", "electrical")), "--content", "示例事项",
                 "--caller", "张示例", "--phone", f"138-0000-{number:04}", "--address", "1号楼", *late),
                *(("new-order", "--service", "plumbing", "--content", "示例事项", "--caller", "王示例",
                   "--phone", f"138-0002-{number:04}", "--address", "2号楼", *late),) * 3,
                *(("assign", case, chance.choice(staff[:3])),) * 3,
                ("start", case, *late), ("complete", case, *late), ("confirm", case, *late),
                ("rework", case, "--reason", "返工", *late), ("reopen", case, "--reason", "再现"),
                ("pause", case, "--reason", "waiting-parts"), ("resume", case),
                ("cancel", case, "--reason", "取消"), ("retract", case, "--reason", "误操作"),
                ("amend", case, "priority=urgent", "--reason", "更正"),
                ("complaint", "new", "--content", "投诉", "--caller", "李示例", "--phone", f"138-0001-{number:04}",
                 "--order", case, "--staff", chance.choice(staff), *late),
                ("complaint", "rule", case, "--valid", "skill", "--reason", "核实", *late),
                ("complaint", "classify", case, "--severity", "serious", "--reason", "核实"),
                ("follow-up", "new", case, "--method", "phone", "--satisfaction", "4"),
                ("attendance", "late", chance.choice(staff), "--on", f"{back:%Y-%m-%d}"),
                ("staff", "change", chance.choice(staff), "--class", chance.choice("AB"), *late),
                ("staff", "transfer", chance.choice(staff), "--department", "desk", "--reason", "调岗", *late),
                ("urge", "--all"), ("ledger", "propose", "--all", "--month", "last"),
            )
        )  # fmt: skip
        desk.act(who, *act)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(100 if LONG else 1))
def test_any_closed_month_is_its_replay(run: Run, isolated: Path, seed: int) -> None:
    desk, chance = copy_desk(run, isolated), Random(seed)
    zone = ZoneInfo("Asia/Shanghai")
    desk.do("mgr", "policy", "publish")
    act_at_random(desk, chance, datetime(2026, 11, 3, tzinfo=zone), 28, 110)
    closings = {}
    for month, day, following in ((11, 3, 29), (12, 4, 28)):
        year, number = 2026 + month // 12, month % 12 + 1
        desk.now = datetime(year, number, day, 9, 0, tzinfo=zone).isoformat()
        closings[f"2026-{month}"] = desk.now
        desk.do("mgr", "records", "seal", "--month", f"2026-{month}")
        act_at_random(desk, chance, datetime(year, number, day, 9, 1, tzinfo=zone), following - day, 40)
    desk.now = "2027-02-10T09:00:00+08:00"
    for month, at in closings.items():
        present = Books(Workspace({"records": str(desk.folder / "records"), "now": desk.now}))
        closed = open_for_period(present, month_period(present, month))
        assert closed.closing is not None
        compare_tables(closed.index, Books(Workspace({"records": str(desk.folder / "records"), "as_of": at})).index)
        for argv in (("report", "monthly"), ("report", "complaints"), ("report", "staff"), ("appraise",),
                     ("ledger", "due")):  # fmt: skip
            asked = (*argv, "--month", month, "--json")
            assert ask(desk, *asked) == ask(desk, "--as-of", at, *asked), asked


def test_what_if_counts_rows_too(desk: Desk) -> None:
    """Works completed, counted by case and by row: nothing was sent back in November, so that nobody's score moves."""
    text = (desk.folder / "policies.yaml").read_text(encoding="utf-8")
    by_case = "of: assignments, month: completed, over: {role: lead}, value: count, person: worker"
    assert by_case in text
    for number, (words, moved) in enumerate(
        (
            ("of: assignments.completed, over: {case.role: lead}, value: count, person: worker", False),
            ("of: assignments.assigned, over: {role: lead}, value: count, person: assignee", True),
        )
    ):
        (desk.folder / f"{number}.yaml").write_text(text.replace(by_case, words), encoding="utf-8")
        (desk.folder / "same.yaml").write_text(text, encoding="utf-8")
        same, other = (
            {item["staff"]: item["after"]["score"] for item in json.loads(ask(desk, "policy", "what-if", file,
             "--month", "2026-11", "--all", "--json"))["scores"]}
            for file in ("same.yaml", f"{number}.yaml")
        )  # fmt: skip
        assert (same != other) is moved
