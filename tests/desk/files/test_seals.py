"""Seals: what a month was, to the byte; made once, in order, and every later change of it found."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from desks import Desk, copy_desk
from transcripts import Result

from dispatchctl.store import seals
from dispatchctl.store.seals import Seal, SealedFile

Run = Callable[..., Result]
DECEMBER, JANUARY = "2026-12-02T09:00:00+08:00", "2027-01-04T09:00:00+08:00"
needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen")


@pytest.fixture
def desk(run: Run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_months)


def open_months(run: Run, folder: Path) -> Desk:
    """Published rules, an order in November and one in December; it is 4 January."""
    desk = copy_desk(run, folder)
    desk.do("mgr", "policy", "publish")
    desk.take()
    desk.now = DECEMBER
    desk.take()
    desk.now = JANUARY
    return desk


def seal(desk: Desk, month: str = "2026-11", *options: str, who: str = "mgr") -> Any:
    return desk.do(who, "records", "seal", "--month", month, *options)


def refuse(desk: Desk, code: int, *options: str, who: str = "mgr") -> str:
    before = sorted(path.name for path in desk.folder.glob("records/seals/*"))
    message = desk.refuse(code, who, "records", "seal", *options)
    assert sorted(path.name for path in desk.folder.glob("records/seals/*")) == before
    return message


def verify(desk: Desk, *options: str) -> tuple[int, list[tuple[str, str]]]:
    done = desk.run("records", "verify", "--json", *options)
    return done.code, [(fault["file"], fault["code"]) for fault in json.loads(done.out)]


# --- sealing ----------------------------------------------------------------------------------------------------------


def test_a_seal_names_every_file_of_the_month(desk: Desk) -> None:
    item = seal(desk)
    path = desk.folder / "records/seals/2026-11.main.yaml"
    found = seals.parse_seal(path.read_bytes(), "place")
    files = sorted(desk.folder.glob("records/*/2026-11.main*.csv"))
    assert [(file.file, file.size) for file in found.files] == [
        (f"{file.parent.name}/{file.name}", file.stat().st_size) for file in files if file.parent.name != "private"
    ]
    assert {file.file.partition("/")[0] for file in found.files} == {"audit", "orders", "staff"}
    assert (item["month"], item["writer"], item["by"], item["signed"]) == ("2026-11", "main", "mgr", False)
    assert found.sealed_at % 1_000_000 or item["sealed_at"].startswith("2027-01-04T09:00:00")
    row = desk.rows("audit")[-1]
    assert (row["event"], row["subject"], row["period"]) == ("sealed", "2026-11.main.yaml", "2026-11")
    assert row["sha256"] == seals.digest_bytes(path.read_bytes())
    assert row["recorded_at"] == item["sealed_at"]
    assert verify(desk) == (0, [])


def test_seals_hang_together(desk: Desk) -> None:
    seal(desk)
    seal(desk, "2026-12")
    folder = desk.folder / "records/seals"
    second = seals.parse_seal((folder / "2026-12.main.yaml").read_bytes(), "place")
    first = (folder / "2026-11.main.yaml").read_bytes()
    assert second.previous == ("2026-11.main.yaml", seals.digest_bytes(first))
    assert verify(desk) == (0, [])


def test_doctor_names_the_last_seal(desk: Desk) -> None:
    def find() -> str:
        found = json.loads(desk.act("mgr", "doctor", "--json").out)
        return str(next(each["value"] for each in found if each["what"] == "last seal"))

    assert find() == "none"
    seal(desk)
    assert find() == "2026-11 main"


def test_system_may_seal(desk: Desk) -> None:
    assert seal(desk, "2026-11", who="system")["by"] == "system"


def test_a_month_is_sealed_once(desk: Desk) -> None:
    before = seal(desk)
    path = desk.folder / "records/seals/2026-11.main.yaml"
    text = path.read_bytes()
    message = refuse(desk, 4, "--month", "2026-11")
    assert "2026-11 was sealed at 2027-01-04T09:00:00" in message
    assert "by mgr" in message
    assert path.read_bytes() == text
    assert before["file"] == path.name


def test_a_repeated_request_gives_the_same_seal(desk: Desk) -> None:
    first = seal(desk, "2026-11", "--request-id", "k1")
    again = seal(desk, "2026-11", "--request-id", "k1")
    assert again == {**first, "replayed": True}


def test_a_dry_run_seals_nothing(desk: Desk) -> None:
    count = desk.count()
    assert seal(desk, "2026-11", "--dry-run")["dry_run"] is True
    assert desk.count() == count
    assert not (desk.folder / "records/seals").exists()


def test_a_month_must_be_over(desk: Desk) -> None:
    assert "2027-01 is not over" in refuse(desk, 4, "--month", "2027-01")
    desk.now = "2027-01-31T23:59:59+08:00"
    assert "2027-01 is not over" in refuse(desk, 4, "--month", "this")


def test_months_are_sealed_in_order(desk: Desk) -> None:
    assert "2026-11 is not sealed yet" in refuse(desk, 4, "--month", "2026-12")
    seal(desk)
    seal(desk, "2026-12")


def test_a_month_without_rows_is_not_sealed(desk: Desk) -> None:
    assert "nothing to seal" in refuse(desk, 4, "--month", "2026-10")


def test_sealing_needs_a_published_version(run: Run, isolated: Path) -> None:
    desk = copy_desk(run, isolated)
    desk.now = DECEMBER
    assert "sealing needs a published version" in refuse(desk, 4, "--month", "2026-11")


def test_a_broken_chain_is_not_sealed(desk: Desk) -> None:
    path = desk.folder / "records/orders/2026-11.main.csv"
    path.write_bytes(path.read_bytes().replace("厨房".encode(), "浴室".encode()))
    assert "records/orders/2026-11.main.csv:2: does not go on from the file before" in refuse(
        desk, 5, "--month", "2026-11"
    )


def test_a_torn_tail_is_named_and_ended_only_when_asked(desk: Desk) -> None:
    path = desk.folder / "records/orders/2026-11.main.csv"
    with path.open("ab") as file:
        file.write(b"2026-11-30T23:59:59+08:00,2026-11-30T2")
    assert "records/orders/2026-11.main.csv: ends in a torn line" in refuse(desk, 5, "--month", "2026-11")
    seal(desk, "2026-11", "--end-torn")
    assert path.read_bytes().endswith(b",torn\n")
    assert verify(desk) == (0, [])
    assert desk.run("records", "check").code == 0
    assert desk.do("mgr", "list", "orders")


def test_nothing_is_written_into_a_sealed_month(desk: Desk) -> None:
    """A clone that lost its later rows, and whose clock has gone back with them."""
    shutil.copytree(desk.folder / "records", desk.folder / "backup")
    seal(desk)
    sealed = desk.folder / "records/seals"
    shutil.copytree(sealed, desk.folder / "backup/seals")
    shutil.rmtree(desk.folder / "records")
    (desk.folder / "backup").rename(desk.folder / "records")
    for path in desk.folder.glob("records/*/2026-12.main.csv"):
        path.unlink()
    desk.now = "2026-11-30T23:00:00+08:00"
    message = desk.refuse(4, "lin", "new-order", "--kind", "inquiry", "--content", "几点下班")
    assert "2026-11 is sealed" in message


# --- two writers ------------------------------------------------------------------------------------------------------


def test_each_writer_seals_its_own_files(desk: Desk) -> None:
    desk.act("mgr", "records", "writer", "SZ")
    desk.now = "2027-01-05T09:00:00+08:00"
    desk.take()
    assert "SZ recorded nothing in 2026-11" in refuse(desk, 4, "--month", "2026-11")
    desk.now = "2027-02-01T09:00:00+08:00"
    item = seal(desk, "2027-01")
    assert (item["file"], item["files"]) == ("2027-01.SZ.yaml", 1)


# --- verifying --------------------------------------------------------------------------------------------------------


def restamp(path: Path, old: bytes, new: bytes, before: int = 0) -> None:
    """Change a file as a careful forger would: its whole chain goes with it."""
    crc, lines = before, []
    for number, line in enumerate(path.read_bytes().replace(old, new).split(b"\n")[:-1]):
        crc = crc32(line if number == 0 else line[:-8], crc)
        lines.append(line if number == 0 else line[:-8] + b"%08x" % crc)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


@pytest.mark.clause("FW-4.4")
def test_what_the_chain_does_not_show_the_seal_does(desk: Desk) -> None:
    """FW-4.4: nothing altered unseen: a forger who mends the chain too is found by the seal."""
    seal(desk)
    path = desk.folder / "records/orders/2026-11.main.csv"
    (desk.folder / "records/orders/2026-12.main.csv").unlink()
    desk.forget_index()  # else the month that is gone is missed
    restamp(path, "厨房".encode(), "浴室".encode())
    assert desk.run("records", "check").code == 0, "the chain holds"
    assert verify(desk) == (1, [("records/orders/2026-11.main.csv", "changed")])


@pytest.mark.clause("FW-4.4")
def test_who_recorded_what_and_when_is_shown_of_every_row(desk: Desk) -> None:
    """FW-4.4: each event of a case says who recorded it, when it happened and when it was recorded."""
    event = desk.show("O-20261102-0001")["events"][0]
    assert (event["by"], event["by_name"], event["event"]) == ("lin", "林示例", "taken")
    assert event["at"] == "2026-11-02T09:00:00+08:00"
    assert event["recorded_at"].startswith("2026-11-02T09:00:00")


@pytest.mark.clause("FW-3.6")
def test_an_audit_finds_what_was_sealed_published_and_handed_out(desk: Desk) -> None:
    """FW-3.6: the register of audit tells who published, sealed and reported; the files can be compared with it."""
    seal(desk)
    desk.act("mgr", "report", "monthly", "--month", "2026-11", "-o", "report.csv")
    events = [(item["state"], row["event"], row["by"]) for item, row in zip(
        desk.do("mgr", "list", "audit"), desk.rows("audit"), strict=True)]  # fmt: skip
    assert {event for _, event, _ in events} >= {"published", "sealed", "reported"}
    assert {by for _, _, by in events} == {"mgr"}
    row = desk.rows("audit")[-1]
    assert row["sha256"] == seals.digest_bytes((desk.folder / "report.csv").read_bytes())
    done = desk.run("records", "verify")
    assert (done.code, done.out) == (0, "")
    assert "verified 3 files of 1 seals: no faults" in done.err


def append(path: Path, data: bytes) -> None:
    path.write_bytes(path.read_bytes() + data)


@pytest.mark.parametrize(
    ("damage", "faults"),
    [
        (lambda folder: (folder / "orders/2026-11.main.csv").unlink(), [("orders/2026-11.main.csv", "missing")]),
        (
            lambda folder: append(folder / "orders/2026-11.main.csv", b"x"),
            [("orders/2026-11.main.csv", "changed-size")],
        ),
        (
            lambda folder: (folder / "orders/2026-11.main.2.csv").write_bytes(b""),
            [("orders/2026-11.main.2.csv", "not-sealed")],
        ),
        (
            lambda folder: (folder / "seals/2026-12.main.yaml").unlink(),
            [("seals/2026-12.main.yaml", "missing-seal")],
        ),
        (
            lambda folder: (folder / "seals/2026-11.main.yaml").unlink(),
            [("seals/2026-11.main.yaml", "missing-seal"), ("seals/2026-12.main.yaml", "broken-seals"),
             ("seals/2026-12.main.yaml", "unsealed-month")],
        ),
        (
            lambda folder: (folder / "seals/2026-12.main.yaml").write_bytes(b"month: 2026-12\n"),
            [("seals/2026-12.main.yaml", "bad-seal")],
        ),
        (lambda folder: (folder / "seals/notes.txt").write_bytes(b"x"), [("seals/notes.txt", "stray")]),
    ],
)  # fmt: skip
def test_verify_finds(desk: Desk, damage: Callable[[Path], Any], faults: list[tuple[str, str]]) -> None:
    seal(desk)
    seal(desk, "2026-12")
    damage(desk.folder / "records")
    assert verify(desk) == (1, [(f"records/{name}", code) for name, code in faults])


def test_a_forged_seal_does_not_fit_its_row_nor_the_next_one(desk: Desk) -> None:
    seal(desk)
    seal(desk, "2026-12")
    folder = desk.folder / "records"
    path = folder / "orders/2026-11.main.csv"
    path.write_bytes(path.read_bytes() + b"x")
    old = seals.parse_seal((folder / "seals/2026-11.main.yaml").read_bytes(), "place")
    files = [SealedFile(each.file, *seals.measure_file(str(folder / each.file), each.file)) for each in old.files]
    text = json.loads((folder / "seals/2026-11.main.yaml").read_text("utf-8").split("\n")[2].partition(": ")[2])
    (folder / "seals/2026-11.main.yaml").write_bytes(seals.render_seal(old._replace(files=tuple(files)), text))
    assert verify(desk) == (
        1,
        [("records/seals/2026-11.main.yaml", "changed-seal"), ("records/seals/2026-12.main.yaml", "broken-seals")],
    )


def test_a_seal_that_no_row_tells_of_is_found_and_recorded_by_sealing_again(desk: Desk) -> None:
    """As after a process that was killed between the seal and its row."""
    folder = desk.folder / "records"
    shutil.copytree(folder / "audit", desk.folder / "audit")
    seal(desk)
    text = (folder / "seals/2026-11.main.yaml").read_bytes()
    shutil.rmtree(folder / "audit")
    (desk.folder / "audit").rename(folder / "audit")
    desk.forget_index()
    assert verify(desk) == (1, [("records/seals/2026-11.main.yaml", "unrecorded-seal")])
    seal(desk)
    assert (folder / "seals/2026-11.main.yaml").read_bytes() == text
    assert verify(desk) == (0, [])


def test_nothing_sealed_is_nothing_wrong(desk: Desk) -> None:
    done = desk.run("records", "verify")
    assert (done.code, done.out) == (0, "")
    assert "verified 0 files of 0 seals: no faults" in done.err


# --- the text ---------------------------------------------------------------------------------------------------------


def test_a_seal_is_yaml_and_reads_back() -> None:
    import yaml

    seal = Seal("2026-10", "SZ", 1_793_500_000_000_001, "s0'1: \"x\"", ("2026-09.SZ.yaml", "a" * 64),
                (SealedFile("orders/2026-10.SZ.csv", 12, "b" * 64),))  # fmt: skip
    text = seals.render_seal(seal, "2026-11-01T10:26:40.000001+08:00")
    found = seals.parse_seal(text, "place")
    assert found == seal
    loaded = yaml.safe_load(text)
    assert loaded["by"] == seal.by
    assert loaded["files"][0] == {"file": "orders/2026-10.SZ.csv", "size": 12, "sha256": "b" * 64}
    assert loaded["previous"] == {"file": "2026-09.SZ.yaml", "sha256": "a" * 64}


# --- signing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def keys(desk: Desk) -> tuple[str, str]:
    """(a key without a passphrase, a list of signers that names it)."""
    for name in ("key", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", desk.folder / name], check=True)
    public = (desk.folder / "key.pub").read_text("utf-8")
    (desk.folder / "signers").write_text(f"fang@example.invalid {public}", encoding="utf-8")
    return str(desk.folder / "key"), str(desk.folder / "signers")


@needs_ssh
def test_a_seal_can_be_signed_and_the_signature_is_checked(desk: Desk, keys: tuple[str, str]) -> None:
    key, signers = keys
    assert seal(desk, "2026-11", "--sign", key)["signed"] is True
    assert verify(desk) == (0, [])
    assert verify(desk, "--allowed-signers", signers) == (0, [])
    assert "1 signed by fang@example.invalid" in desk.run("records", "verify", "--allowed-signers", signers).err
    seal(desk, "2026-12")
    unsigned = [("records/seals/2026-12.main.yaml", "unsigned")]
    assert verify(desk, "--allowed-signers", signers) == (1, unsigned)


@needs_ssh
def test_a_signature_of_another_or_of_something_else_does_not_hold(desk: Desk, keys: tuple[str, str]) -> None:
    key, signers = keys
    seal(desk, "2026-11", "--sign", str(desk.folder / "other"))
    bad = [("records/seals/2026-11.main.yaml.sig", "bad-signature")]
    assert verify(desk) == (0, [])
    assert verify(desk, "--allowed-signers", signers) == (1, bad)
    path = desk.folder / "records/seals/2026-11.main.yaml.sig"
    path.unlink()
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "file", desk.folder / "policies.yaml"],
                   check=True, capture_output=True)  # fmt: skip
    shutil.copy(desk.folder / "policies.yaml.sig", path)
    assert verify(desk) == (1, bad)


@needs_ssh
def test_a_seal_can_be_signed_afterwards_once(desk: Desk, keys: tuple[str, str]) -> None:
    key, signers = keys
    seal(desk)
    count = desk.count()
    assert seal(desk, "2026-11", "--sign", key)["signed"] is True
    assert desk.count() == count
    assert verify(desk, "--allowed-signers", signers) == (0, [])
    assert "was sealed at" in refuse(desk, 4, "--month", "2026-11", "--sign", key)


def test_a_key_that_is_not_there_is_named_and_nothing_is_sealed(desk: Desk) -> None:
    assert "there is no such key" in refuse(desk, 3, "--month", "2026-11", "--sign", "nokey")
