"""What a killed writer leaves beside a file: passed over by readers, no fault, in nobody's way, and removed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk, copy_desk
from transcripts import Result

from dispatchctl.store.leftovers import is_temporary, name_temporary

DIGEST = "ab" * 32
OLD = (
    "policies/2026-11-02.yaml.{pid}.tmp",
    "seals/2026-10.main.yaml.{pid}.tmp",
    "seals/2026-10.main.yaml.sig.{pid}.tmp",
)
REPLACED = (
    ".writer.new",
    "orders/2026-11.main.csv.new",
    "orders/.2026-11.main.csv.old.2.new",
    "private/contacts.csv.new",
    f"private/files/{DIGEST}.pdf.new",
)
REAL = ("2026-11-02.yaml", "2026-11-02.2.yaml", "2026-10.main.yaml.sig", "2026-11.main.csv", ".2026-11.main.csv.old",
        f"{DIGEST}.new", f"{DIGEST}.tmp", "pay.csv.new", "notes.tmp", "a.12.tmp", ".hidden.tmp")  # fmt: skip


def test_the_names_of_temporary_files_and_no_others() -> None:
    for name in (*OLD, *REPLACED):
        assert is_temporary(os.path.basename(name.format(pid=1))), name
    for name in ("2026-11-02.yaml", ".writer", "contacts.csv", f"{DIGEST}.new"):
        one, two = (os.path.basename(name_temporary(f"/records/{name}")) for _ in "12")
        assert is_temporary(one), one
        assert one != two
        assert one[0] == "."
    assert [name for name in REAL if is_temporary(name)] == []


@pytest.fixture
def desk(run: Callable[..., Result], isolated: Path) -> Desk:
    """A desk whose November is over and not sealed, with a draft to publish."""
    desk = copy_desk(run, isolated)
    desk.do("mgr", "policy", "publish")
    desk.take()
    desk.now = "2026-12-02T09:00:00+08:00"
    desk.edit_rules((r"effective_from: [\d-]+", "effective_from: 2026-12-10"))
    return desk


def plant(desk: Desk, names: tuple[str, ...]) -> list[Path]:
    """Leave temporary files of older releases and of this one, of every process that may come again."""
    found = []
    for name in names:
        for pid in (1, os.getpid()):
            found.append(desk.folder / "records" / name.format(pid=pid))
    found += [desk.folder / "records" / name for name in REPLACED]
    for name in ("policies/2026-12-10.yaml", "seals/2026-11.main.yaml", "private/contacts.csv"):
        found.append(Path(name_temporary(str(desk.folder / "records" / name))))
    for path in found:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(b"half")
    return found


NEXT = ("policies/2026-12-10.yaml.{pid}.tmp", "seals/2026-11.main.yaml.{pid}.tmp", *OLD)


def test_leftovers_are_no_fault_and_in_nobodys_way(desk: Desk) -> None:
    planted = plant(desk, NEXT)
    assert desk.act("mgr", "records", "check").code == 0
    assert desk.act("mgr", "records", "verify").code == 0
    assert len(desk.do("mgr", "policy", "versions")) == 1
    assert all(path.exists() for path in planted), "a reader removes nothing"
    desk.do("mgr", "policy", "publish")
    desk.do("mgr", "records", "seal", "--month", "2026-11")
    left = [path for path in planted if path.exists()]
    assert {path.parent.name for path in left} == {"records", "orders", "private", "files"}
    assert desk.act("mgr", "records", "check").code == 0
    assert len(desk.do("mgr", "policy", "versions")) == 2


def test_whoever_writes_next_removes_them(desk: Desk) -> None:
    """Any writer where rules and seals are; who writes such a file anew, where that one is."""
    planted = plant(desk, OLD)
    desk.take(phone="138-0000-0002", attach=__file__)
    assert {path.parent.name for path in planted if path.exists()} == {"records", "orders", "private"}
    file = desk.folder / "records/orders/2026-11.main.csv"
    file.write_bytes(file.read_bytes().replace(b"plumbing", b"electrical"))
    desk.do("mgr", "records", "adopt", "orders/2026-11.main.csv", "--reason", "改")
    assert {path.parent.name for path in planted if path.exists()} == {"records", "private"}
    kept = sorted(path.name for path in (desk.folder / "records/orders").iterdir())
    names = ["2026-11.main.csv", "2026-12.main.csv"]
    assert kept == [*(f".{name}.old" for name in names), *names]
    desk.do("mgr", "records", "writer", "SZ")
    assert {path.parent.name for path in planted if path.exists()} == {"private"}
