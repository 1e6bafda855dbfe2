"""Who can get at a records folder: nobody is shut out by a kill."""

import errno
import json
import os
from pathlib import Path

import pytest
from desks import CALL, Desk, option_pairs

ORDER = ("new-order", *option_pairs(CALL))


@pytest.fixture
def records(desk: Desk) -> Path:
    return desk.folder / "records"


# --- modes --------------------------------------------------------------------------------------------------------


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize(
    ("around", "mode", "after"),
    [
        (0o2770, 0o700, 0o2770),
        (0o2750, 0o2700, 0o2770),
        (0o2770, 0o2750, 0o2750),  # the group may read: somebody's wish
        (0o2770, 0o2710, 0o2710),
        (0o2720, 0o700, 0o700),  # nobody is shut out who would get there
        (0o700, 0o2700, 0o2700),
    ],
)
def test_the_next_writer_opens_what_a_killed_command_left_shut(
    desk: Desk, records: Path, around: int, mode: int, after: int
) -> None:
    desk(*ORDER)
    orders, private = records / "orders", records / "private"
    for path, its in ((orders, mode), (private, 0o700), (records, around)):
        path.chmod(its)
    states = [each["state"] for each in desk.read("doctor", code=None) if each["what"] == "modes"]
    assert states == (["ok"] if mode == after else [f"the owner opens it: chmod 2770 {orders}"])
    told = desk(*ORDER).err
    assert (mode_of(orders), mode_of(private), mode_of(records)) == (after, 0o700, around)
    assert told.count("warning: records/orders was shut to all but you") == (mode != after)


def test_an_empty_file_that_a_killed_command_left_is_opened_too(desk: Desk, records: Path) -> None:
    path = records / "orders/2026-11.main.csv"
    path.parent.mkdir()
    path.touch(0o600)
    (records / ".lock").write_bytes(b"")
    (records / ".lock").chmod(0o640)
    shut = {each["state"].split("chmod ")[1] for each in desk.read("doctor", code=1) if each["what"] == "modes"}
    assert shut == {f"660 {path}", f"660 {records / '.lock'}"}
    assert "warning: records/orders/2026-11.main.csv was shut" in desk(*ORDER).err
    assert mode_of(path) == mode_of(path.with_name("2026-11.main.2.csv")) == mode_of(records / ".lock") == 0o660
    assert [each["state"] for each in desk.read("doctor", code=None) if each["what"] == "modes"] == ["ok"]


def test_what_belongs_to_somebody_else_is_left_and_told_by_doctor(
    desk: Desk, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(*ORDER)
    (records / "orders").chmod(0o700)

    def refuse(descriptor: int, mode: int) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "fchmod", refuse)
    assert desk(*ORDER).err == ""
    assert "only tester can use records/orders" in json.dumps(desk.read("doctor", code=1))


def test_who_is_shut_out_is_told_by_whom(desk: Desk, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk(*ORDER)
    orders, listdir = records / "orders", os.listdir
    orders.chmod(0o700)

    def refuse(path: str) -> list[str]:
        if path == str(orders):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert "hint: dispatchctl doctor tells whether" in desk("overdue", code=7).err
    found = desk.read("doctor", code=1)
    assert f"the owner opens it: chmod 2770 {orders}" in [each["state"] for each in found]
    assert ("records/orders: cannot be read: Permission denied", "wrong") in [
        (each["value"], each["state"]) for each in found
    ]


def test_an_import_opens_it_too(desk: Desk, records: Path) -> None:
    desk(*ORDER)
    (records / "orders").chmod(0o700)
    (desk.folder / "in.csv").write_text("号,时间,内容\n1,2026-11-02 08:40,问路\n", encoding="utf-8")
    columns = "{source_ref: 号, at: 时间, content: 内容}"
    (desk.folder / "map.yaml").write_text(
        f"register: orders\ncolumns: {columns}\nconstants: {{kind: inquiry}}\n", encoding="utf-8"
    )
    told = desk("records", "import", "in.csv", "--map", "map.yaml")
    assert "warning: records/orders was shut to all but you" in told.err
    assert mode_of(records / "orders") == 0o2770
