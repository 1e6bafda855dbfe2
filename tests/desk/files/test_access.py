"""Who can get at a records folder: no link leads out of it, git has nothing private, nobody is shut out by a kill."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import CALL, Desk, option_pairs

ORDER = ("new-order", *option_pairs(CALL))
LINKED = ("private", "orders", "staff", "policies", "seals", ".lock", ".writer", ".demo", "private/files")
WORDS = "is a link: nothing is read or written through one"


@pytest.fixture
def records(desk: Desk) -> Path:
    return desk.folder / "records"


def lead_away(path: Path) -> Path:
    """Put a link in the place of a file or folder of the records, which stands outside of them from now on."""
    records = next(each for each in (path, *path.parents) if each.name == "records")
    outside = records.parent / "public"
    if path.exists():
        shutil.move(path, outside)
    else:
        path.parent.mkdir(exist_ok=True)
        outside.mkdir()
    path.symlink_to(os.path.relpath(outside, path.parent))
    return outside


def read_all(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (place, *place.rglob("*")) if path.is_file()}


# --- links --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LINKED)
def test_no_part_of_the_folder_may_be_a_link(desk: Desk, records: Path, name: str) -> None:
    attached = desk.folder / "photo.txt"
    attached.write_text("漏水的照片", encoding="utf-8")
    outside = lead_away(records / name)
    before = read_all(outside), read_all(records)
    for argv in (
        ("list", "orders"),
        (*ORDER, "--attach", str(attached)),
        ("staff", "join", "new", "--name", "新示例", "--role", "field"),
        ("policy", "publish"),
        ("records", "seal", "--month", "2026-10"),
        ("records", "verify"),
        ("init", "--demo"),
    ):
        told = desk(*argv, code=5)
        assert f"records/{name}: {WORDS}" in told.err, argv
        assert told.out == ""
    assert (read_all(outside), read_all(records)) == before


def test_a_link_that_leads_nowhere_is_one_too(desk: Desk, records: Path) -> None:
    (records / "training").symlink_to("../nowhere")
    assert f"records/training: {WORDS}" in desk(*ORDER, code=5).err
    (records / "surveys").symlink_to("..")
    told = desk("overdue", code=5).err
    assert all(f"records/{name}: {WORDS}" in told for name in ("surveys", "training"))


def test_a_link_that_comes_before_the_lock_is_seen(desk: Desk, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a command was working out what to do, and between the appends of an import, a pull may bring one."""
    from dispatchctl.store.lock import Lock

    take = Lock._lock_file

    def pull(lock: Lock, end: float, **named: Any) -> bool:
        lead_away(records / "private")
        return take(lock, end, **named)

    monkeypatch.setattr(Lock, "_lock_file", pull)
    assert f"records/private: {WORDS}" in desk(*ORDER, code=5).err
    assert not any(CALL["caller"].encode() in data for data in read_all(desk.folder).values())


def test_the_records_folder_itself_may_be_a_link(desk: Desk, records: Path) -> None:
    lead_away(records)
    assert desk.out(*ORDER, "-q") == "O-20261102-0001\n"
    assert (desk.folder / "public/private/contacts.csv").is_file()
    desk("records", "check")
    (desk.folder / "way").symlink_to(desk.folder, target_is_directory=True)
    assert desk.out(*ORDER, "--records", str(desk.folder / "way/records"), "-q") == "O-20261102-0002\n"


def test_links_of_ones_own_stop_nothing(desk: Desk, records: Path) -> None:
    (records / "backup").symlink_to(desk.folder)
    desk(*ORDER)
    faults = desk.read("records", "check", code=1)
    assert [(each["file"], each["code"]) for each in faults] == [("records/backup", "link")]


def test_check_and_doctor_find_every_link(desk: Desk, records: Path) -> None:
    desk(*ORDER)
    (records / "private/files").mkdir()
    (records / "private/files/a.txt").symlink_to("../contacts.csv")
    (records / "private/pay.csv").symlink_to("../../pay.csv")
    (records / "seals").mkdir()
    (records / "seals/2026-10.main.yaml").symlink_to("../../public")
    found = {(each["file"], each["code"]) for each in desk.read("records", "check", code=1)}
    names = ("private/files/a.txt", "private/pay.csv", "seals/2026-10.main.yaml")
    assert found == {(f"records/{name}", "link") for name in names}
    lead_away(records / "orders")
    found |= {(each["file"], each["code"]) for each in desk.read("records", "check", code=1)}
    assert found == {(f"records/{name}", "link") for name in (*names, "orders")}
    wrong = [each["value"] for each in desk.read("doctor", code=1) if each["what"] == "records"]
    assert any(f"records/orders: {WORDS}" in value for value in wrong)


def test_files_that_are_links_are_named(desk: Desk, records: Path) -> None:
    desk("policy", "publish")
    desk(*ORDER)
    for name, argv in (("policies/*.yaml", ("overdue",)), ("private/contacts.csv", ORDER)):
        path = next(records.glob(name))
        outside = lead_away(path)
        before = outside.read_bytes()
        told = desk(*argv, code=5).err
        assert f"records/{path.relative_to(records)}: " in told
        assert "is a link" in told
        assert outside.read_bytes() == before
        path.unlink()
        shutil.move(outside, path)


def test_an_attachment_is_not_kept_where_a_link_leads(desk: Desk, records: Path) -> None:
    from hashlib import sha256

    attached = desk.folder / "photo.txt"
    attached.write_bytes(b"a leak")
    kept = records / "private/files" / f"{sha256(b'a leak').hexdigest()}.txt"
    kept.parent.mkdir()
    (desk.folder / "elsewhere.txt").write_text("another")
    kept.symlink_to("../../../elsewhere.txt")
    desk(*ORDER, "--attach", str(attached))
    assert not kept.is_symlink()
    assert kept.read_bytes() == b"a leak"
    assert (desk.folder / "elsewhere.txt").read_text() == "another"


# --- git ----------------------------------------------------------------------------------------------------------


def git(folder: Path, *argv: str) -> str:
    names = ("-c", "user.name=lin", "-c", "user.email=lin@example.com")
    done = subprocess.run(["git", *names, *argv], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def repository(desk: Desk) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git(desk.folder, "init", "-q")
    desk(*ORDER)
    return desk.folder


def find_private(desk: Desk, code: int = 0) -> tuple[str, str]:
    """What doctor says of the private files in git, and how it judges."""
    return next(
        (each["value"], each["state"]) for each in desk.read("doctor", code=code) if each["what"] == "private in git"
    )


def test_git_passes_over_what_is_private_be_it_a_link(desk: Desk, repository: Path) -> None:
    git(repository, "add", ".")
    assert "private" not in git(repository, "ls-files")
    lead_away(repository / "records/private")
    git(repository, "add", "records")
    assert "private" not in git(repository, "ls-files")


def test_private_files_that_git_tracks_are_found(desk: Desk, repository: Path) -> None:
    git(repository, "add", ".")
    assert find_private(desk) == ("nothing", "ok")
    desk("records", "check")
    git(repository, "add", "-f", "records/private")
    value, state = find_private(desk, code=1)
    assert "git tracks 1 file of it, as 'private/contacts.csv'" in value
    assert "git rm -r --cached records/private" in state
    faults = desk.read("records", "check", code=1)
    assert [(each["file"], each["code"]) for each in faults] == [("records/private", "tracked")]


def test_nothing_that_a_repository_names_is_run(desk: Desk, repository: Path) -> None:
    ran = repository / "ran"
    script = repository / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {ran}\n")
    script.chmod(0o755)
    hooks = repository / ".git/hooks"
    for name in ("post-index-change", "pre-commit"):
        shutil.copy(script, hooks / name)
    for key in ("core.fsmonitor", "core.pager", "pager.ls-files", "core.sshCommand", "alias.ls-files"):
        git(repository, "config", key, f"!{script}" if key.startswith("alias") else str(script))
    shutil.copy(script, repository / "git")
    git(repository, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "add", "-f", "records/private")
    git(repository, "ls-files")
    assert ran.exists(), "asked carelessly, git runs it"
    ran.unlink()
    path = os.pathsep.join(("", ".", os.environ["PATH"]))
    assert desk("records", "check", code=1, env={"PATH": path}).out.startswith("records/private: git tracks 1 file")
    assert not ran.exists()


@pytest.mark.parametrize("trouble", ["missing", "slow", "not asked"])
def test_git_that_cannot_answer_is_told(
    desk: Desk, repository: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    from dispatchctl.store import tracking

    empty = repository / "bin"
    empty.mkdir()
    if trouble == "slow":
        (empty / "git").write_text("#!/bin/sh\nexec /bin/sleep 10\n")
        (empty / "git").chmod(0o755)
        monkeypatch.setattr(tracking, "PATIENCE", 0.05)
    if trouble == "not asked":
        shutil.rmtree(repository / ".git")
    monkeypatch.setenv("PATH", str(empty))
    wanted = ("nothing", "ok") if trouble == "not asked" else ("not known: git does not answer", "warning")
    assert find_private(desk) == wanted
    desk("records", "check")


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


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_a_lock_that_is_no_file_is_found(desk: Desk, make: Callable[[str], None]) -> None:
    """Nothing can be recorded, and whoever looks is told why."""
    desk.take()
    lock = desk.folder / "records/.lock"
    lock.unlink()
    make(str(lock))
    for argv in (("records", "check"), ("doctor",)):
        done = desk.act("mgr", *argv)
        assert done.code == 1
        assert "records/.lock: is not a regular file" in done.out + done.err
