"""The commands of the record files through the command line: check, rebuild, writer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from desks import Desk, copy_desk, open_demo
from transcripts import Result

from dispatchctl import sizes

Run = Callable[..., Result]

ORDER = [
    *("new-order", "--service", "plumbing", "--content", "厨房漏水", "--caller", "张示例"),
    *("--phone", "138-0000-0001", "--address", "3栋2单元501"),
]


@pytest.fixture
def desk(run: Run, isolated: Path) -> Path:
    return copy_desk(run, isolated, open_worked).folder


def open_worked(run: Run, folder: Path) -> Desk:
    """A demo with a field worker, an order that was done in November and one of December."""

    desk = open_demo(run, folder)

    def do(now: str, *argv: str) -> str:
        return desk.out(*argv, "-q", now=f"2026-{now}:00+08:00").strip()

    do(
        "11-02T09:00",
        "staff",
        "join",
        "zhao",
        "--name",
        "赵示例",
        "--role",
        "field",
        "--skill",
        "plumbing",
        "--regular",
    )
    first = do("11-02T09:10", *ORDER, "--request-id", "k1", "--source-ref", "电话-1")
    job = do("11-02T09:20", "assign", first, "zhao")
    do("11-03T09:30", "start", job)
    do("11-03T10:30", "complete", job)
    do("11-03T11:00", "confirm", job)
    do("12-01T09:10", *ORDER)
    return desk


def check(run: Run) -> tuple[int, list[dict[str, Any]]]:
    done = run("records", "check", "--json")
    faults = json.loads(done.out)
    assert isinstance(faults, list)
    return done.code, faults


def find(faults: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(fault["file"], fault["line"], fault["code"]) for fault in faults]


def read_lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1]


def write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def restamp(folder: Path, register: str, changes: dict[int, tuple[bytes, bytes]]) -> None:
    """Change lines of a register (numbered from 1 over its files in order) as a careful forger would: chain and all."""
    crc, number = 0, 0
    for path in sorted((folder / "records" / register).glob("*.csv")):
        lines = read_lines(path)
        for place, line in enumerate(lines):
            number += 1
            if number in changes:
                old, new = changes[number]
                assert old in line
                line = line.replace(old, new)
            if place == 0:
                crc = crc32(line, crc)
            else:
                crc = crc32(line[:-8], crc)
                line = line[:-8] + b"%08x" % crc
            lines[place] = line
        write_lines(path, lines)


# --- check ------------------------------------------------------------------------------------------------------------


def test_sound_records_have_no_faults(run: Run, desk: Path) -> None:
    assert check(run) == (0, [])
    done = run("records", "check")
    assert (done.code, done.out) == (0, "")
    assert "no faults" in done.err


def test_check_writes_nothing_and_needs_no_index(run: Run, desk: Path, tmp_path: Path) -> None:
    def list_all() -> list[tuple[str, int, int]]:
        paths = [path for root in (desk, tmp_path / "home") for path in root.rglob("*") if path.is_file()]
        return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)

    before = list_all()
    assert check(run)[0] == 0
    assert list_all() == before


def test_a_changed_row_is_found_at_its_line(run: Run, desk: Path) -> None:
    path = desk / "records/assignments/2026-11.main.csv"
    path.write_bytes(path.read_bytes().replace(b"T10:30:00+08:00", b"T09:45:00+08:00"))
    code, faults = check(run)
    assert code == 1
    assert ("records/assignments/2026-11.main.csv", 4, "bad-crc") in find(faults)
    assert set(faults[0]) == {"file", "line", "column", "code", "message", "allowed", "hint"}
    table = run("records", "check")
    assert table.code == 1
    assert table.out.startswith("records/")
    assert "records/assignments/2026-11.main.csv:4: " in table.out


@pytest.mark.parametrize("how", ["cut", "double", "swap"])
def test_lines_cut_doubled_or_swapped_are_found(run: Run, desk: Path, how: str) -> None:
    path = desk / "records/assignments/2026-11.main.csv"
    lines = read_lines(path)
    if how == "cut":
        del lines[2]
    elif how == "double":
        lines.insert(3, lines[2])
    else:
        lines[2], lines[3] = lines[3], lines[2]
    write_lines(path, lines)
    code, faults = check(run)
    assert code == 1
    assert any(fault["file"] == "records/assignments/2026-11.main.csv" and fault["line"] for fault in faults)


def test_a_missing_file_is_found(run: Run, desk: Path) -> None:
    (desk / "records/orders/2026-11.main.csv").unlink()
    code, faults = check(run)
    assert code == 1
    assert ("records/orders/2026-12.main.csv", 2, "broken-chain") in find(faults)
    assert "unknown-case" in {fault["code"] for fault in faults}  # the assignment's order is gone
    assert ("records/orders/2026-11.main.csv", 0, "fewer-rows") in find(faults)


def test_a_missing_part_is_found(run: Run, desk: Path) -> None:
    path = desk / "records/orders/2026-12.main.csv"
    path.rename(path.with_name("2026-12.main.3.csv"))
    assert ("records/orders/2026-12.main.3.csv", 0, "missing-file") in find(check(run)[1])


def test_a_torn_line_is_told_and_no_finding(run: Run, desk: Path) -> None:
    path = desk / "records/orders/2026-12.main.csv"
    with path.open("ab") as file:
        file.write(b'2026-12-01T09:10:00+08:00,2026-12-01T09:11:00.000000+08:00,"lin')
    code, faults = check(run)
    assert (code, find(faults)) == (0, [("records/orders/2026-12.main.csv", 3, "torn")])
    assert run(*ORDER, "--now", "2026-12-02T09:00:00+08:00").code == 0  # the next writer ends the line
    code, faults = check(run)
    assert (code, find(faults)) == (0, [("records/orders/2026-12.main.csv", 3, "torn")])
    assert "1 torn" in run("records", "check").err


def test_strays_are_found(run: Run, desk: Path) -> None:
    (desk / "records/orders/2026-11.main.csv.bak").write_text("x")
    (desk / "records/notes.txt").write_text("x")
    (desk / "records/orders/.DS_Store").write_text("x")
    code, faults = check(run)
    assert code == 1
    assert find(faults) == [
        ("records/notes.txt", 0, "stray"),
        ("records/orders/2026-11.main.csv.bak", 0, "stray"),
    ]


def test_a_link_among_the_records_is_found(run: Run, desk: Path, tmp_path: Path) -> None:
    path = desk / "records/staff/2026-11.main.csv"
    path.rename(tmp_path / "elsewhere.csv")
    path.symlink_to(tmp_path / "elsewhere.csv")
    assert ("records/staff/2026-11.main.csv", 0, "not-a-file") in find(check(run)[1])


def test_what_a_newer_version_wrote_is_found(run: Run, desk: Path) -> None:
    restamp(desk, "orders", {2: (b",taken,", b",foreseen,")})
    path = desk / "records/loans"
    path.mkdir()
    (desk / "records/staff/2026-11.main.csv").rename(path / "2026-11.main.csv")
    codes = {(fault["file"], fault["code"]) for fault in check(run)[1]}
    assert ("records/orders/2026-11.main.csv", "newer-event") in codes
    assert ("records/loans", "unknown-register") in codes


@pytest.mark.parametrize(
    ("register", "line", "old", "new", "code"),
    [
        ("assignments", 2, b",O-20261102-0001,", b",O-20261102-0009,", "unknown-case"),
        ("assignments", 2, b",lin,zhao,lead,", b",lin,chen,lead,", "unknown-staff"),
        ("assignments", 3, b",lin,A-", b",wang,A-", "unknown-staff"),
        ("orders", 2, b",P-20261102-0001,", b",P-20261102-0009,", "unknown-contact"),
        ("assignments", 2, b",lead,", b",leader,", "bad-value"),
        ("orders", 2, b",O-20261102-0001,", b",Q-20261102-0001,", "bad-id"),
        ("orders", 2, b"T09:10:00.", b"T09:10:0x.", "bad-time"),
        ("assignments", 4, b",completed,", b",assigned,", "duplicate-id"),
        ("assignments", 5, b",confirmed,", b",acknowledged,", "conflict"),
    ],
)
def test_rows_that_do_not_agree_are_found(
    run: Run, desk: Path, register: str, line: int, old: bytes, new: bytes, code: str
) -> None:
    restamp(desk, register, {line: (old, new)})
    assert (f"records/{register}/2026-11.main.csv", line, code) in find(check(run)[1])


def test_keys_used_twice_are_found(run: Run, desk: Path) -> None:
    crc = read_lines(desk / "records/orders/2026-12.main.csv")[1][-8:]
    restamp(desk, "orders", {4: (b",,,,1," + crc, ",电话-1,k1,,1,".encode() + crc)})
    found = find(check(run)[1])
    assert ("records/orders/2026-12.main.csv", 2, "duplicate-source") in found
    assert ("records/orders/2026-12.main.csv", 2, "duplicate-request") in found


def test_a_clock_that_went_back_and_a_wrong_month_are_found(run: Run, desk: Path) -> None:
    restamp(desk, "assignments", {3: (b"2026-11-03T09:30:00.", b"2026-11-01T09:30:00.")})
    restamp(desk, "staff", {3: (b"2026-11-02T09:00:00.", b"2026-11-28T09:00:00.")})
    (desk / "records/staff/2026-11.main.csv").rename(desk / "records/staff/2026-10.main.csv")
    found = find(check(run)[1])
    assert ("records/assignments/2026-11.main.csv", 3, "time-went-back") in found
    assert ("records/staff/2026-10.main.csv", 2, "wrong-month") in found


def test_contacts_of_another_office_are_no_finding(run: Run, desk: Path) -> None:
    restamp(desk, "orders", {2: (b",P-20261102-0001,", b",P-20261102-SZ-0001,")})
    assert check(run) == (0, [])
    (desk / "records/private/contacts.csv").unlink()
    assert check(run) == (0, [])


def test_what_two_offices_did_at_once_is_found_until_one_is_taken_back(run: Run, desk: Path) -> None:
    case = "O-20261201-0001"
    assert run("cancel", case, "--reason", "客户取消", "--now", "2026-12-01T10:00:00+08:00").code == 0
    columns = read_lines(desk / "records/orders/2026-12.main.csv")[0]
    cells = dict.fromkeys(columns.decode().split(",")[:-1], "")
    cells |= {"at": "2026-12-01T10:01:00+08:00", "recorded_at": "2026-12-01T10:01:00.000000+08:00", "by": "lin"}
    cells |= {"id": case, "event": "needs-dispatch", "seq": "1"}
    line = (",".join(cells.values()) + ",").encode()
    crc = crc32(line, crc32(columns))
    write_lines(desk / "records/orders/2026-12.SZ.csv", [columns, line + b"%08x" % crc])
    code, faults = check(run)
    assert (code, find(faults)) == (1, [("records/orders/2026-12.SZ.csv", 2, "conflict")])
    assert case in faults[0]["message"]
    done = run("retract", case, "orders/2026-12.SZ#1", "--reason", "已取消", "--now", "2026-12-01T11:00:00+08:00")
    assert done.code == 0, done.err
    assert check(run) == (0, [])


def test_a_long_history_is_folded_as_it_goes_and_alike(run: Run, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = ("--now", "2027-02-03T09:00:00+08:00")
    assert run("reopen", "O-20261102-0001", "--reason", "又漏了", *late).code == 0  # a family that goes on much later
    assert run(*ORDER, "--now", "2027-03-01T09:00:00+08:00").code == 0
    monkeypatch.setattr(sizes, "ROWS_CHECKED", 0)
    assert check(run) == (0, [])
    restamp(desk, "assignments", {5: (b",confirmed,", b",acknowledged,")})
    short = check(run)
    monkeypatch.undo()
    assert check(run) == short
    assert {fault["code"] for fault in short[1]} == {"conflict"}
    assert len(short[1]) == 2  # the event out of turn, and the reopening of an order that was not closed


def test_published_rules_are_checked(run: Run, desk: Path) -> None:
    assert run("policy", "publish", "--now", "2026-12-02T09:00:00+08:00").code == 0
    assert check(run) == (0, [])
    path = desk / "records/policies/2026-11-02.yaml"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"limit: 30bm", b"limit: 90bm"))
    assert find(check(run)[1]) == [("records/policies/2026-11-02.yaml", 0, "changed-version")]
    path.write_bytes(text.replace(b"limit: 30bm", b"limit: 30xx"))
    code, faults = check(run)  # rules that stop every other command
    assert code == 1
    assert {fault["code"] for fault in faults} > {"changed-version"}
    path.unlink()
    assert find(check(run)[1]) == [("records/policies/2026-11-02.yaml", 0, "missing-version")]
    path.with_name("2027-01-01.yaml").write_bytes(text)
    codes = {fault["code"] for fault in check(run)[1]}
    assert {"unrecorded-version", "wrong-name"} <= codes
    path.with_name("old.yaml").write_bytes(text)
    assert ("records/policies/old.yaml", 0, "stray") in find(check(run)[1])


# --- rebuild ----------------------------------------------------------------------------------------------------------


def test_rebuild_makes_the_index_anew_and_counts(run: Run, desk: Path, tmp_path: Path) -> None:
    now = ("--now", "2026-12-01T12:00:00+08:00")
    before = run("due", "--all", "--json", *now).out
    (index,) = (tmp_path / "home").rglob("index.*sqlite")
    index.write_bytes(b"no database at all" * 100)
    done = run("records", "rebuild", "--json", *now)
    assert done.code == 0, done.err
    counts = json.loads(done.out)
    place = Path(counts.pop("place"))
    assert list((tmp_path / "home").rglob("index.*")) == [place]
    rows = sum(len(read_lines(path)) - 1 for path in (desk / "records").glob("[!p]*/*.csv"))
    assert counts == {"files": 4, "rows": rows, "cases": 5, "clocks": 8, "faults": 0}
    assert place.read_bytes().startswith(b"SQLite format 3")
    assert place.stat().st_mode & 0o777 == 0o600
    assert run("due", "--all", "--json", *now).out == before


# --- writer -----------------------------------------------------------------------------------------------------------


def test_a_fresh_clone_gets_a_writer_of_its_own(run: Run, desk: Path) -> None:
    (desk / "records/.writer").unlink()
    refused = run(*ORDER, "--now", "2026-12-02T09:00:00+08:00")
    assert refused.code == 4
    assert "records writer" in refused.err
    done = run("records", "writer", "SZ", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["before"] is None
    assert (desk / "records/.writer").read_text() == "SZ\n"
    case = run(*ORDER, "-q", "--now", "2026-12-02T09:00:00+08:00").out.strip()
    assert case == "O-20261202-SZ-0001"
    assert check(run) == (0, [])


@pytest.mark.parametrize("code", ["sz", "1A", "ABCDEFGHI", "", "深圳"])
def test_a_code_is_checked(run: Run, desk: Path, code: str) -> None:
    assert run("records", "writer", code).code == 2
    assert run("records", "writer", code, "--dry-run").code == 2
    assert (desk / "records/.writer").read_text() == "main\n"


def test_a_code_that_has_files_is_taken_over_with_a_reason_only(run: Run, desk: Path) -> None:
    now = ("--now", "2026-12-02T09:00:00+08:00")
    (desk / "records/.writer").unlink()
    assert run("records", "writer", "main", *now).code == 4
    assert run("records", "writer", "main", "--take-over", *now).code == 2
    assert run("records", "writer", "main", "--take-over", "--reason", "旧机报废", "--dry-run", *now).code == 0
    assert not (desk / "records/.writer").exists()
    assert not (desk / "records/audit").exists()
    done = run("records", "writer", "main", "--take-over", "--reason", "旧机报废", "--json", *now)
    assert done.code == 0, done.err
    item = json.loads(done.out)
    assert item["taken_over"] is True
    row = json.loads(run("show", item["id"], "--json", *now).out)
    assert (row["subject"], row["reason"]) == ("main", "旧机报废")
    assert (desk / "records/.writer").read_text() == "main\n"
    assert run(*ORDER, *now).code == 0
    assert check(run) == (0, [])


def test_the_code_that_is_set_is_no_change(run: Run, desk: Path) -> None:
    done = run("records", "writer", "main")
    assert done.code == 0
    assert "already" in done.err
    assert not (desk / "records/audit").exists()
