"""Which version judges a moment, and how versions are read, written and cached."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dispatchctl.errors import OutcomeUnknown, SystemFailed
from dispatchctl.policy.publishing import render_version
from dispatchctl.policy.rulebook import Rulebook, assemble_rules
from dispatchctl.store import rules_cache, versions
from dispatchctl.store.versions import list_version_files, list_versions, load_form, write_version

DRAFT = """\
policy: {effective_from: 2026-01-01, version: "1"}
calendar: {hours: {mon-fri: "08:30-17:30"}, counting: civil-code}
services: {plumbing: {}}
clocks: [{id: c, of: orders, start: taken, stop: closed, limit: 1d}]
clauses: {A-1: 甲}
"""
DAYS = {"off": {739617: "元旦"}, "working": {}, "through": 2026}
DAY = 86400
NEW_YEAR = 1767196800  # 2026-01-01T00:00:00+08:00


class PolicyFolder:
    """A records folder with its draft and cache."""

    def __init__(self, root: Path) -> None:
        self.records, self.draft, self.cache = root / "records", root / "policies.yaml", root / "cache"
        self.records.mkdir()
        self.cache.mkdir()
        self.draft.write_text(DRAFT, encoding="utf-8")
        self.assemble = assemble_rules

    def load(self, only: frozenset[str] | None = None) -> tuple[Rulebook, list[str]]:
        form, faults = load_form(str(self.records), str(self.draft), str(self.cache), self.assemble, only)
        return Rulebook.of(form), [str(fault) for fault in faults]

    def publish(self, date: str, text: str = DRAFT, days: dict[str, object] = DAYS) -> str:
        text = text.replace("2026-01-01", date)
        return write_version(str(self.records), date, render_version(text.encode(), days)).name


@pytest.fixture
def rules(tmp_path: Path) -> PolicyFolder:
    return PolicyFolder(tmp_path)


def test_the_draft_judges_while_nothing_is_published(rules: PolicyFolder) -> None:
    book, faults = rules.load()
    assert faults == []
    assert (book.draft_only, book.draft_differs) == (True, False)
    assert [(version.label, version.starts_at) for version in book.versions] == [("2026-01-01", NEW_YEAR)]
    assert book.days[2] == 2026
    assert book.days[0][739617] == "元旦"


def test_the_version_of_a_moment(rules: PolicyFolder) -> None:
    for date in ("2026-03-01", "2026-01-01", "2026-02-01"):
        rules.publish(date)
    book, faults = rules.load()
    assert faults == []
    assert [version.label for version in book.versions] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    february = NEW_YEAR + 31 * DAY
    for epoch, label, before in (
        (NEW_YEAR - 1, "2026-01-01", True),
        (NEW_YEAR, "2026-01-01", False),
        (february - 1, "2026-01-01", False),
        (february, "2026-02-01", False),
        (february + 400 * DAY, "2026-03-01", False),
    ):
        version, before_rules = book.at(epoch)
        assert (version.label, before_rules) == (label, before)
    assert book.newest.label == "2026-03-01"
    assert book.find("2026-02-01") is book.versions[1]
    with pytest.raises(KeyError):
        book.find("2026-04-01")


def test_a_version_starts_at_midnight_of_its_own_timezone(rules: PolicyFolder) -> None:
    rules.publish("2026-07-01", DRAFT.replace("policy: {", "policy: {timezone: America/New_York, "))
    assert rules.load()[0].newest.starts_at == 1782878400  # 2026-07-01T00:00:00-04:00


def test_the_last_part_of_a_day_counts_and_strange_names_do_not(rules: PolicyFolder) -> None:
    assert rules.publish("2026-01-01") == "2026-01-01.yaml"
    assert rules.publish("2026-01-01", DRAFT.replace("1d", "2d")) == "2026-01-01.2.yaml"
    for name in (
        "2026-1-1.yaml",
        "2026-01-01.1.yaml",
        "2026-01-01.02.yaml",
        "2026-01-01.yaml~",
        "x.yaml",
        "2026-01-01.2.3.yaml",
    ):
        (rules.records / "policies" / name).write_text("not rules", encoding="utf-8")
    for part in range(3, 11):
        assert rules.publish("2026-01-01", DRAFT.replace("1d", f"{part}d")) == f"2026-01-01.{part}.yaml"
    assert len(list_version_files(str(rules.records))) == 10
    assert [file.label for file in list_versions(str(rules.records))] == ["2026-01-01.10"]
    book, faults = rules.load()
    assert faults == []
    assert [(version.label, version.policy["clocks"][0]["limit"]) for version in book.versions] == [
        ("2026-01-01.10", [10, "d"])
    ]


def test_every_version_counts_by_the_newest_days_and_its_own_hours(rules: PolicyFolder) -> None:
    rules.publish("2026-01-01")
    newer = DRAFT.replace("08:30-17:30", "09:00-18:00").replace(
        "counting: civil-code", 'counting: elapsed, cut_off: "17:00"'
    )
    rules.publish("2026-02-01", newer, {"off": {739620: ""}, "working": {739621: "调休"}, "through": 2027})
    book = rules.load()[0]
    old, new = (book.calendar_arguments(version) for version in book.versions)
    assert old["days_off"] == new["days_off"] == {739620: ""}
    assert old["days_on"] == new["days_on"] == {739621: "调休"}
    assert old["published_through"] == new["published_through"] == 2027
    assert (old["counting"], old["cut_off"], old["week"][0]) == ("civil-code", None, [[30600, 63000]])
    assert (new["counting"], new["cut_off"], new["make_up"]) == ("elapsed", 61200, [[32400, 64800]])
    assert new["tz"] == "Asia/Shanghai"
    assert book.calendar_arguments(book.versions[0], "elapsed")["counting"] == "elapsed"


def test_only_what_was_published_by_then(rules: PolicyFolder) -> None:
    first = rules.publish("2026-01-01")
    rules.publish("2026-01-01", DRAFT.replace("1d", "2d"))
    rules.publish("2026-02-01")
    assert [version.label for version in rules.load(only=frozenset([first]))[0].versions] == ["2026-01-01"]
    assert rules.load(only=frozenset())[0].draft_only
    assert [version.label for version in rules.load()[0].versions] == ["2026-01-01.2", "2026-02-01"]


def test_a_faulty_draft_stops_nothing_while_a_version_is_published(rules: PolicyFolder) -> None:
    rules.draft.write_text("clocks: [\n", encoding="utf-8")
    assert rules.load()[1] == ["policies.yaml:2: not YAML: did not find expected node content"]
    rules.publish("2026-01-01")
    book, faults = rules.load()
    assert faults == []
    assert book.draft_differs
    rules.draft.unlink()
    book, faults = rules.load()
    assert faults == []
    assert not book.draft_differs
    rules.draft.write_text(DRAFT, encoding="utf-8")
    assert not rules.load()[0].draft_differs


def test_faults_of_files(rules: PolicyFolder) -> None:
    rules.draft.unlink()
    assert rules.load()[1] == ["policies.yaml: there are no rules: the file is missing"]
    rules.draft.mkdir()
    assert rules.load()[1] == ["policies.yaml: cannot be read: not a regular file"]
    name = rules.publish("2026-01-01")
    path = rules.records / "policies" / name
    path.rename(path.with_name("2026-02-01.yaml"))
    message = "takes effect on 2026-01-01, which is not the day in its name (2026-02-01)"
    assert rules.load()[1] == [f"records/policies/2026-02-01.yaml: {message}"]
    path.with_name("2026-02-01.yaml").write_text(DRAFT.replace("2026-01-01", "2026-02-01"), encoding="utf-8")
    assert rules.load()[1] == ["records/policies/2026-02-01.yaml: has no days: it was not written by policy publish"]
    path.with_name("2026-02-01.yaml").unlink()
    path.symlink_to(rules.draft)
    assert "cannot be read" in rules.load()[1][0]


def test_a_country_without_its_library_is_a_fault(rules: PolicyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    rules.draft.write_text(DRAFT.replace("hours:", "country: US, hours:"), encoding="utf-8")
    assert rules.load()[1] == ["policies.yaml: the public holidays of US need the package holidays"]


def test_a_version_is_never_overwritten_and_open_to_the_group_only(rules: PolicyFolder) -> None:
    before = os.umask(0o077)
    try:
        first = rules.publish("2026-01-01")
    finally:
        os.umask(before)
    folder = rules.records / "policies"
    assert stat.S_IMODE((folder / first).stat().st_mode) == 0o660
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770
    text = (folder / first).read_bytes()
    rules.publish("2026-01-01", DRAFT.replace("1d", "2d"))
    assert (folder / first).read_bytes() == text
    assert sorted(entry.name for entry in folder.iterdir()) == ["2026-01-01.2.yaml", "2026-01-01.yaml"]


@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
def test_a_failing_disk_publishes_nothing(rules: PolicyFolder, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    rules.publish("2026-01-01")
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> int:
            raise OSError(28, "No space left on device")

        patch.setattr(f"dispatchctl.store.versions.os.{call}", fail)
        with pytest.raises(SystemFailed, match="No space left on device"):
            rules.publish("2026-02-01")
    assert [entry.name for entry in (rules.records / "policies").iterdir()] == ["2026-01-01.yaml"]


def test_an_unconfirmed_folder_is_an_unknown_outcome(rules: PolicyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    rules.publish("2026-01-01")

    def fail(_: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(versions, "_sync_folder", fail)
    with pytest.raises(OutcomeUnknown, match="records/policies/2026-02-01.yaml"):
        rules.publish("2026-02-01")


def test_the_fingerprint_follows_what_judges(rules: PolicyFolder) -> None:
    seen = [rules.load()[0].fingerprint]
    rules.draft.write_text(DRAFT.replace("甲", "乙") + "# 说明\n", encoding="utf-8")
    assert rules.load()[0].fingerprint == seen[0]
    for text in (
        DRAFT.replace("1d", "2d"),
        DRAFT.replace("08:30", "08:31"),
        DRAFT.replace("{hours", "{closed: 2026-03-09, hours"),
    ):
        rules.draft.write_text(text, encoding="utf-8")
        seen.append(rules.load()[0].fingerprint)
    for days in (DAYS, {**DAYS, "through": 2027}, {**DAYS, "off": {}}):
        rules.publish("2026-01-01", days=days)
        seen.append(rules.load()[0].fingerprint)
    assert len(set(seen)) == len(seen)


def test_the_cache_spares_reading_and_is_never_believed_when_stale(rules: PolicyFolder) -> None:
    compiled: list[str] = []
    rules.assemble = lambda *given: compiled.append("") or assemble_rules(*given)
    first = rules.load()[0]
    second = rules.load()[0]
    assert len(compiled) == 1
    assert (first.versions, first.days, first.fingerprint) == (second.versions, second.days, second.fingerprint)
    path = rules.cache / rules_cache.CACHE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rules.draft.write_text(DRAFT.replace("1d", "2d"), encoding="utf-8")  # the same length, perhaps the same mtime
    assert rules.load()[0].newest.policy["clocks"][0]["limit"] == [2, "d"]
    whole = path.read_bytes()
    for damaged in (b"", whole[:50], whole[:-1], whole[:99] + b"?" + whole[100:], b"junk" * 99):
        path.write_bytes(damaged)
        book, faults = rules.load()
        assert faults == []
        assert book.newest.policy["clocks"][0]["limit"] == [2, "d"]
    path.unlink()
    path.mkdir()
    assert rules.load()[1] == []


def test_faults_are_not_cached(rules: PolicyFolder) -> None:
    rules.draft.write_text(DRAFT.replace("1d", "1y"), encoding="utf-8")
    assert rules.load()[1]
    assert rules.load()[1]
    assert list(rules.cache.iterdir()) == []


def test_without_a_cache_folder(rules: PolicyFolder) -> None:
    for cache in ("", str(rules.cache / "gone")):
        assert load_form(str(rules.records), str(rules.draft), cache, assemble_rules)[1] == []


def test_a_warm_cache_imports_nothing_heavy(rules: PolicyFolder) -> None:
    rules.publish("2026-01-01")
    rules.load()
    script = (
        "import sys\n"
        "from dispatchctl.policy.rulebook import Rulebook, assemble_rules\n"
        "from dispatchctl.store.versions import load_form\n"
        f"files = {str(rules.records)!r}, {str(rules.draft)!r}, {str(rules.cache)!r}\n"
        "form, faults = load_form(*files, assemble_rules)\n"
        "assert Rulebook.of(form).versions and not faults\n"
        "heavy = {'yaml', 'hashlib', 'json', 'difflib', 'zoneinfo', 'unicodedata', 'chinese_calendar', 'dataclasses',\n"
        "         'logging', 'pathlib', 'dispatchctl.policy.compiling', 'dispatchctl.registers.orders'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
