"""The commands of the rules through the command line: check, show, publish, versions, schema, and --as-of."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import forget_index, publish_as_before
from transcripts import Result

from dispatchctl.desk.policy import publication
from dispatchctl.policy.publishing import render_version

Run = Callable[..., Result]

FIRST = "2026-11-02T09:00:00+08:00"
LATER = "2026-11-10T09:00:00+08:00"


def edit(folder: Path, *changes: tuple[str, str]) -> None:
    """Change the draft; each pattern must stand in it."""
    path = folder / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, count=1)
        assert count, pattern
    path.write_text(text, encoding="utf-8")


def take_effect(folder: Path, day: str, *changes: tuple[str, str]) -> None:
    """A draft that takes effect on a day, with further changes."""
    edit(folder, (r"effective_from: \S+", f"effective_from: {day}"), *changes)


def read(result: Result) -> Any:
    """The JSON that a command printed; it must have worked."""
    assert result.code == 0, result.err
    return json.loads(result.out)


def publish(run: Run, now: str, *options: str) -> dict[str, Any]:
    item = read(run("policy", "publish", "--now", now, "--json", *options))
    assert isinstance(item, dict)
    return item


def list_versions(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "records/policies").glob("*"))


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_finds_nothing_in_sound_rules(run: Run, demo: Path) -> None:
    done = run("policy", "check")
    assert (done.code, done.out) == (0, "")
    assert read(run("policy", "check", "--json")) == []


def test_check_lists_every_fault_with_its_line(run: Run, demo: Path) -> None:
    edit(demo, ("limit: 30bm", "limit: 30x"), ("counting: civil-code", "counting: lunar"))
    done = run("policy", "check")
    lines = done.out.splitlines()
    assert done.code == 1
    assert len(lines) == 2
    assert re.match(r"policies\.yaml:\d+: calendar\.counting: .*\(civil-code, elapsed\)", lines[0])
    assert re.match(r"policies\.yaml:\d+: clocks\..*limit: ", lines[1])
    found = run("policy", "check", "--json")
    faults = json.loads(found.out)
    assert found.code == 1
    assert [set(fault) for fault in faults] == [{"file", "line", "column", "code", "message", "allowed", "hint"}] * 2
    text = (demo / "policies.yaml").read_text(encoding="utf-8").splitlines()
    assert "lunar" in text[faults[0]["line"] - 1]
    assert "30x" in text[faults[1]["line"] - 1]


BAD_MONEY = (
    (r"range: \[20, 100\]", "range: [100, 20]", "charges.justified-complaint.range: upside down"),
    (
        r"of: attendance\.late",
        "of: attendance.lat",
        "charges.late-a.of: unknown event of attendance lat, did you mean late?",
    ),
    (r"staff\.class: B", "staff.clas: B", "charges.late-b.when.staff.clas: unknown field of staff clas"),
    (
        r"weight: 10, scored",
        "weight: 50, scored",
        "appraisal.measures: the weights add up for desk to 105, for field to 130 (100)",
    ),
    (r"grade: D, from: 0", "grade: D, from: 10", "appraisal.grades[4].from: a gap: a score below 10 has no grade"),
    (r"share: 1", "share: 2", "followups.orders.share: 2 is more than the whole (0 to 1)"),
)


def test_check_tells_what_is_wrong_with_money_and_scores_by_line(run: Run, demo: Path) -> None:
    edit(demo, *((pattern, new) for pattern, new, _ in BAD_MONEY))
    done = run("policy", "check", "--json")
    faults = json.loads(done.out)
    assert done.code == 1
    lines = (demo / "policies.yaml").read_text(encoding="utf-8").splitlines()
    told = {f"{fault['message']} ({fault['allowed']})": lines[fault["line"] - 1] for fault in faults}
    assert len(told) == len(BAD_MONEY), told
    for _, new, expected in BAD_MONEY:
        (line,) = [line for message, line in told.items() if message.startswith(expected)]
        assert new in line or expected.startswith("appraisal.measures:"), (expected, line)


def test_check_needs_neither_records_nor_anybody(run: Run, demo: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (demo / "policies.yaml").rename(alone / "rules.yaml")
    assert run("policy", "check", "--policies", "rules.yaml", cwd=alone).code == 0
    assert run("policy", "check", "rules.yaml", cwd=alone).code == 0
    (alone / "rules.yaml").rename(alone / "policies.yaml")
    assert run("policy", "check", cwd=alone).code == 0
    assert run("policy", "check", "-", input="policy: {}\n", cwd=alone).code == 1


def test_check_of_no_file(run: Run, demo: Path) -> None:
    done = run("policy", "check", "nowhere.yaml")
    assert done.code == 3
    assert "nowhere.yaml" in done.err


def test_check_finds_a_text_that_could_not_be_published(run: Run, demo: Path) -> None:
    text = (
        "{policy: {effective_from: 2026-01-01}, calendar: {hours: {mon: '09:00-17:00'}}, services: {x: {}}, "
        "clocks: [{id: c, of: orders, start: taken, stop: answered, limit: 1d}]}\n"
    )
    (demo / "policies.yaml").write_text(text, encoding="utf-8")
    done = run("policy", "check", "--json")
    assert done.code == 1
    assert [fault["code"] for fault in json.loads(done.out)] == ["not-in-blocks"]
    assert run("policy", "publish", "--now", FIRST).code == 5


# --- show -------------------------------------------------------------------------------------------------------------


def test_show_fills_in_the_defaults_and_takes_a_path(run: Run, demo: Path) -> None:
    whole = read(run("policy", "show", "--json", "--now", FIRST))
    assert whole["calendar"]["counting"] == "civil-code"
    assert whole["calendar"]["hours"]["sun"] == []
    assert read(run("policy", "show", "clocks.confirm", "--json", "--now", FIRST))["limit"] == "2wd"
    assert run("policy", "show", "clocks.confirm.limit", "--now", FIRST).out == "2wd\n"
    assert "every: 4bh\n" in run("policy", "show", "escalation", "--now", FIRST).out
    csv = run("policy", "show", "escalation", "--format", "csv", "--now", FIRST).out
    assert csv == "path,value\nescalation.roles,supervisor;manager;general-manager\nescalation.every,4bh\n"


def test_show_of_what_is_not_there_names_the_nearest(run: Run, demo: Path) -> None:
    done = run("policy", "show", "escalatoin", "--now", FIRST)
    assert done.code == 3
    assert "escalation" in done.err


def test_show_is_of_the_rules_in_force_not_of_the_draft(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(demo, "2026-12-01", ("limit: 2wd", "limit: 3wd"))
    assert run("policy", "show", "clocks.confirm.limit", "--now", LATER).out == "2wd\n"
    publish(run, LATER)
    assert run("policy", "show", "clocks.confirm.limit", "--now", LATER).out == "2wd\n"
    assert run("policy", "show", "clocks.confirm.limit", "--now", "2026-12-01T00:00:00+08:00").out == "3wd\n"


def test_a_faulty_draft_stops_nothing_once_a_version_is_published(run: Run, demo: Path) -> None:
    edit(demo, ("limit: 30bm", "limit: 30x"))
    assert run("policy", "show", "--now", FIRST).code == 5
    edit(demo, ("limit: 30x", "limit: 30bm"))
    publish(run, FIRST)
    edit(demo, ("limit: 30bm", "limit: 30x"))
    assert run("policy", "show", "--now", FIRST).code == 0
    done = run("policy", "publish", "--now", LATER)
    assert done.code == 5
    assert "policies.yaml:" in done.err


# --- publish ----------------------------------------------------------------------------------------------------------


def test_publish_writes_a_version_with_its_days_and_a_row_of_audit(run: Run, demo: Path) -> None:
    draft = (demo / "policies.yaml").read_bytes()
    item = publish(run, FIRST, "--note", "首次发布")
    text = (demo / "records/policies/2026-11-02.yaml").read_bytes()
    assert text.startswith(draft)
    assert "国庆节" in text.decode()
    assert item["file"] == "2026-11-02.yaml"
    assert item["sha256"] == hashlib.sha256(text).hexdigest()
    row = read(run("show", item["id"], "--json", "--now", FIRST))
    assert row["subject"] == "2026-11-02.yaml"
    assert row["period"] == "2026-11-02"
    assert row["sha256"] == item["sha256"]
    assert (demo / "records/policies/2026-11-02.yaml").stat().st_mode & 0o777 == 0o660


def test_the_first_version_may_take_effect_on_a_past_day(run: Run, demo: Path) -> None:
    take_effect(demo, "2026-01-01")
    publish(run, FIRST)
    assert list_versions(demo) == ["2026-01-01.yaml"]


@pytest.mark.parametrize(
    ("day", "why"), [("2026-11-09", "is past"), ("2026-11-02", "is past"), ("2026-10-01", "is past")]
)
def test_a_later_version_may_not_take_effect_in_the_past(run: Run, demo: Path, day: str, why: str) -> None:
    publish(run, FIRST)
    take_effect(demo, day, ("limit: 2wd", "limit: 3wd"))
    done = run("policy", "publish", "--now", LATER)
    assert done.code == 4
    assert why in done.err
    assert list_versions(demo) == ["2026-11-02.yaml"]


def test_a_version_in_force_is_never_replaced(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    edit(demo, ("limit: 2wd", "limit: 3wd"))
    done = run("policy", "publish", "--now", FIRST)
    assert done.code == 4
    assert "in force" in done.err
    take_effect(demo, "2026-11-10")
    publish(run, LATER)
    edit(demo, ("limit: 3wd", "limit: 4wd"))
    assert run("policy", "publish", "--now", LATER).code == 4


def test_a_version_not_yet_in_force_may_be_replaced(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(demo, "2026-12-01", ("limit: 2wd", "limit: 3wd"))
    publish(run, LATER)
    edit(demo, ("limit: 3wd, warn: 4bh, owner: dispatcher, source", "limit: 4wd, owner: dispatcher, source"))
    item = publish(run, LATER)
    assert item["file"] == "2026-12-01.2.yaml"
    assert item["replaces"] == "2026-12-01"
    assert [change["path"] for change in item["changes"]] == ["clocks.confirm.limit", "clocks.confirm.warn"]
    assert run("policy", "show", "clocks.confirm.limit", "--now", "2026-12-02T09:00:00+08:00").out == "4wd\n"
    assert list_versions(demo) == ["2026-11-02.yaml", "2026-12-01.2.yaml", "2026-12-01.yaml"]
    again = run("policy", "publish", "--now", LATER)
    assert again.code == 0
    assert "nothing would change" in again.err
    assert len(list_versions(demo)) == 3


def test_publish_prints_what_it_changes(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(
        demo,
        "2026-12-01",
        (r'mon-fri: \["08:30-12:00"', 'mon-fri: ["09:00-12:00"'),
        (r"closed: \[\]", 'closed: ["2026-12-24", "2026-12-25"]'),
        (r"  lift: .*\n", ""),
        (r"(?s)  - \{id: complete, title: 完工, of: assignments, start: \[assigned, rework\], stop: completed,\s+"
         r"when: \{order.service: lift\}.*?KZ-8.9\]\}\n", ""),
        (r"limit: 30bm", "limit: 20bm"),
    )  # fmt: skip
    item = publish(run, LATER)
    changes = {change["path"]: (change["change"], change["before"], change["after"]) for change in item["changes"]}
    assert changes["policy.effective_from"] == ("changed", "2026-11-02", "2026-12-01")
    assert changes["calendar.hours.mon"] == ("changed", ["08:30-12:00", "13:30-17:30"], ["09:00-12:00", "13:30-17:30"])
    assert changes["services.lift"][0] == "removed"
    assert changes["clocks.acknowledge.2.limit"] == ("changed", "30bm", "20bm")
    assert changes["clocks.complete.2"][0] == "removed"
    assert changes["days.2026-12-24..2026-12-25"] == ("added", None, "off")
    # nothing but what was changed: the other variants of `complete` are recognised by their conditions
    assert not [path for path in changes if path.startswith("clocks.complete.") and path != "clocks.complete.2"]


def test_publish_in_words(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(demo, "2026-12-01", ("limit: 30bm", "limit: 20bm"), (r"closed: \[\]", 'closed: ["2026-12-24"]'))
    done = run("policy", "publish", "--now", LATER)
    assert "2026-12-01.yaml" in done.err
    assert re.search(r"clocks\.acknowledge\.2\.limit +修改 +30bm +20bm", done.out)
    assert re.search(r"days\.2026-12-24 +新增 +放假", done.out)


def test_the_order_of_variants_is_a_change(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    text = (demo / "policies.yaml").read_text(encoding="utf-8")
    found = re.findall(r"  - \{id: complete,[^\n]*\n[^\n]*\n[^\n]*\n", text)
    first, second = found[0], found[1]
    text = text.replace(first + second, second + first)
    (demo / "policies.yaml").write_text(text, encoding="utf-8")
    take_effect(demo, "2026-12-01")
    changes = publish(run, LATER)["changes"]
    assert ("clocks.complete", "reordered") in [(change["path"], change["change"]) for change in changes]


def test_dry_run_publishes_nothing(run: Run, demo: Path) -> None:
    item = publish(run, FIRST, "--dry-run")
    assert item["dry_run"] is True
    assert item["file"] == "2026-11-02.yaml"
    assert not (demo / "records/policies").exists()
    assert not (demo / "records/audit").exists()


def test_the_same_key_publishes_once(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(demo, "2026-12-01", ("limit: 2wd", "limit: 3wd"))
    first = publish(run, LATER, "--request-id", "k1")
    again = publish(run, LATER, "--request-id", "k1")
    assert again.pop("replayed") is True
    assert again == first
    assert len(list_versions(demo)) == 2


def test_only_the_publisher_publishes(run: Run, demo: Path) -> None:
    edit(demo, ("publisher: main", "publisher: SZ"))
    done = run("policy", "publish", "--now", FIRST)
    assert done.code == 4
    assert "policy.publisher" in done.err
    edit(demo, ("publisher: SZ", "publisher: main"))
    publish(run, FIRST)
    # a draft may hand the right over, but nobody can take it by editing a draft
    (demo / "records/.writer").write_text("SZ\n", encoding="utf-8")
    take_effect(demo, "2026-12-01", ("publisher: main", "publisher: SZ"))
    assert run("policy", "publish", "--now", LATER).code == 4
    assert run("policy", "publish", "--days", "--now", LATER).code == 4
    (demo / "records/.writer").write_text("main\n", encoding="utf-8")
    publish(run, LATER)
    assert run("policy", "publish", "--now", LATER, "--dry-run").code == 4
    (demo / "records/.writer").write_text("SZ\n", encoding="utf-8")
    take_effect(demo, "2026-12-02")
    publish(run, LATER)


def test_an_interrupted_publication_is_finished_by_publishing_again(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    text = (demo / "records/policies/2026-11-02.yaml").read_bytes()
    (demo / "records/audit/2026-11.main.csv").unlink()  # as if the program had died before the row
    forget_index(demo)
    assert run("records", "check").code == 1
    item = publish(run, LATER)
    assert item["file"] == "2026-11-02.yaml"
    assert list_versions(demo) == ["2026-11-02.yaml"]
    assert (demo / "records/policies/2026-11-02.yaml").read_bytes() == text
    assert run("records", "check").code == 0


def test_a_publication_gone_on_with_tells_what_it_changes(
    run: Run, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it would have been told had the program not died between the file and its row."""
    from dispatchctl.desk.policy import publication

    publish(run, FIRST)
    take_effect(demo, "2026-12-10")
    edit(demo, (r"late-b, title: [^,]+,", "late-b, title: 迟到乙,"))
    whole = publish(run, LATER, "--dry-run")
    assert len(whole["changes"]) > 1

    class Died(BaseException):
        pass

    def write(*given: object) -> None:
        real(*given)  # type: ignore[arg-type]
        raise Died

    real = publication.write_version
    with monkeypatch.context() as patch:
        patch.setattr(publication, "write_version", write)
        assert run("policy", "publish", "--now", LATER).code == 7
    assert list_versions(demo) == ["2026-11-02.yaml", "2026-12-10.yaml"]
    item = publish(run, LATER)
    assert (item["changes"], item["replaces"]) == (whole["changes"], whole["replaces"])


def test_a_publication_that_cannot_be_recorded_leaves_no_version(
    run: Run, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatchctl.desk import recording
    from dispatchctl.errors import SystemFailed

    def fail(*given: object, **options: object) -> None:
        raise SystemFailed("cannot be written: no space")

    monkeypatch.setattr(recording, "append_groups", fail)
    assert run("policy", "publish", "--now", FIRST).code == 7
    assert list_versions(demo) == []


# --- defaults ---------------------------------------------------------------------------------------------------------


def test_own_reports_of_the_shipped_measures_are_published_and_told(run: Run, isolated: Path) -> None:
    assert run("init", "--rules", "minimal", "--demo", "--now", FIRST).code == 0
    with (isolated / "policies.yaml").open("a", encoding="utf-8") as draft:
        draft.write("reports: {daily: [{id: mine, title: 当天, measures: [orders, closed]}]}\n")
    done = run("policy", "check")
    assert (done.code, done.out) == (0, "")
    publish(run, FIRST)
    assert (isolated / "records/policies/2026-11-02.yaml").read_text(encoding="utf-8").count("\nreports:") == 1
    told = run("report", "daily", "--now", FIRST)
    assert (told.code, "受理总数" in told.out, "办结率" in told.out) == (0, True, True)
    assert "派单概况" not in run("report", "monthly", "--now", FIRST).out  # who writes reports has those alone


# --- editions ---------------------------------------------------------------------------------------------------------


def test_a_version_says_by_which_edition_it_is_read(run: Run, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        publish_as_before(patch)
        publish(run, FIRST)
    first = demo / "records/policies/2026-11-02.yaml"
    assert "\nedition:" not in first.read_text(encoding="utf-8")
    edit(demo, (r"closed: \[\]", 'closed: ["2026-11-20"]'))
    publish(run, LATER, "--days")
    assert "\nedition:" not in (demo / "records/policies/2026-11-02.2.yaml").read_text(encoding="utf-8")
    take_effect(demo, "2026-12-01")
    item = publish(run, LATER)
    change = {"path": "edition", "change": "changed", "before": 1, "after": 2}
    assert [each for each in item["changes"] if each["path"] == "edition"] == [change]
    assert "\nedition: 2\n" in (demo / "records/policies/2026-12-01.yaml").read_text(encoding="utf-8")


def test_a_version_of_a_newer_release_is_not_guessed_at(run: Run, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dispatchctl.policy.compiling.EDITION", 3)
        patch.setattr(
            publication, "render_version", lambda draft, days, defaults: render_version(draft, days, edition=3)
        )
        publish(run, FIRST)
    forget_index(demo)
    done = run("list", "--now", LATER)
    assert done.code == 5
    assert "edition: 3 is of a newer release: this one reads versions up to edition 2" in done.err


# --- days -------------------------------------------------------------------------------------------------------------


def test_days_are_changed_at_once_and_the_rules_stay(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    edit(demo, (r"closed: \[\]", 'closed: ["2026-11-20"]'), ("limit: 2wd", "limit: 3wd"))
    item = publish(run, LATER, "--days")
    assert item["file"] == "2026-11-02.2.yaml"
    assert item["replaces"] == "2026-11-02"
    assert [change["path"] for change in item["changes"]] == ["days.2026-11-20"]
    assert run("policy", "show", "clocks.confirm.limit", "--now", LATER).out == "2wd\n"
    again = run("policy", "publish", "--days", "--now", LATER)
    assert (again.code, len(list_versions(demo))) == (0, 2)
    assert "nothing would change" in again.err


def test_a_past_day_is_changed_only_with_a_reason(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    edit(demo, (r"closed: \[\]", 'closed: ["2026-11-05"]'))
    done = run("policy", "publish", "--days", "--now", LATER)
    assert done.code == 2
    assert "2026-11-05" in done.err
    assert list_versions(demo) == ["2026-11-02.yaml"]
    item = publish(run, LATER, "--days", "--reason", "停水停业一天")
    assert read(run("show", item["id"], "--json", "--now", LATER))["reason"] == "停水停业一天"


def test_the_days_of_no_version_cannot_be_published(run: Run, demo: Path) -> None:
    done = run("policy", "publish", "--days", "--now", FIRST)
    assert done.code == 4
    assert "no version" in done.err


def test_a_new_version_takes_past_days_over(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(demo, "2026-12-01", (r"closed: \[\]", 'closed: ["2026-11-05", "2026-12-24"]'))
    done = run("policy", "publish", "--now", LATER, "--json")
    assert done.code == 0
    assert "2026-11-05" in done.err
    assert [change["path"] for change in json.loads(done.out)["changes"] if change["path"].startswith("days")] == [
        "days.2026-12-24"
    ]


def test_a_year_not_yet_announced_is_told(run: Run, demo: Path) -> None:
    edit(demo, ("published_through: 2026", "published_through: 2098"))
    done = run("policy", "publish", "--now", FIRST, "--json")
    assert done.code == 0
    assert "2098" in done.err
    assert "provisional" in done.err


# --- diff -------------------------------------------------------------------------------------------------------------


def test_diff_compares_what_is_in_force_with_the_draft(run: Run, demo: Path) -> None:
    assert read(run("policy", "diff", "--json", "--now", FIRST)) == []  # nothing is published: the draft with itself
    publish(run, FIRST)
    done = run("policy", "diff", "--now", LATER)
    assert (done.code, done.out) == (0, "")
    assert "nothing differs" in done.err
    take_effect(demo, "2026-12-01", ("limit: 30bm", "limit: 20bm"), ("ceiling: 8 ", "ceiling: 10 "))
    changes = read(run("policy", "diff", "--json", "--now", LATER))
    assert [change["path"] for change in changes] == [
        "policy.effective_from",
        "assignment.ceiling",
        "clocks.acknowledge.2.limit",
    ]
    assert changes == read(run("policy", "diff", "2026-11-02", "draft", "--json", "--now", LATER))
    turned = read(run("policy", "diff", "draft", "2026-11-02", "--json", "--now", LATER))
    assert [(change["before"], change["after"]) for change in turned] == [
        (change["after"], change["before"]) for change in changes
    ]
    assert re.search(r"assignment\.ceiling +修改 +8 +10", run("policy", "diff", "--now", LATER).out)
    assert run("policy", "diff", "-q", "--now", LATER).out.split() == [change["path"] for change in changes]
    assert list_versions(demo) == ["2026-11-02.yaml"]


def test_diff_tells_the_days_of_published_versions(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    edit(demo, (r"closed: \[\]", 'closed: ["2026-11-20"]'))
    publish(run, LATER, "--days")
    changes = read(run("policy", "diff", "2026-11-02", "2026-11-02.2", "--json", "--now", LATER))
    assert changes == [{"path": "days.2026-11-20", "change": "added", "before": None, "after": "off"}]


def test_diff_of_a_version_that_is_none_or_of_a_faulty_draft(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    done = run("policy", "diff", "2026-11-2", "--now", LATER)
    assert done.code == 3
    assert "no such version: 2026-11-2 (2026-11-02, draft)" in done.err
    assert "did you mean 2026-11-02?" in done.err
    assert run("policy", "diff", "../../etc/passwd", "--now", LATER).code == 3
    edit(demo, ("limit: 30bm", "limit: 30x"))
    done = run("policy", "diff", "--now", LATER)
    assert (done.code, done.out) == (5, "")
    assert "30x is not a length of time" in done.err
    assert run("policy", "diff", "2026-11-02", "2026-11-02", "--now", LATER).code == 0


# --- acknowledge, review ----------------------------------------------------------------------------------------------


def test_other_holidays_need_no_new_acknowledgement(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    assert read(run("policy", "acknowledge", "--json", "--now", FIRST))["policy_version"] == "2026-11-02"
    edit(demo, (r"closed: \[\]", 'closed: ["2026-11-20"]'))
    publish(run, LATER, "--days")
    old, new = read(run("policy", "versions", "--json", "--now", LATER))
    assert (old["replaced"], old["acknowledged"]) == (True, [])
    assert (new["label"], len(new["acknowledged"]), new["waiting"]) == ("2026-11-02.2", 1, [])
    assert run("policy", "acknowledge", "--now", LATER).code == 4


def test_acknowledging_at_an_earlier_time_is_of_the_rules_of_that_time(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(demo, "2026-11-10", ("limit: 30bm", "limit: 20bm"))
    publish(run, LATER)
    assert read(run("policy", "acknowledge", "--json", "--now", LATER))["policy_version"] == "2026-11-10"
    earlier = read(run("policy", "acknowledge", "--at", "2026-11-03T10:00", "--json", "--now", LATER))
    assert earlier["policy_version"] == "2026-11-02"
    listed = read(run("policy", "versions", "--json", "--now", LATER))
    assert [len(each["acknowledged"]) for each in listed] == [1, 1]
    back = read(run("policy", "versions", "--json", "--as-of", "2026-11-05", "--now", LATER))
    assert [(each["label"], each["acknowledged"]) for each in back] == [("2026-11-02", [])]


def test_acknowledging_is_recorded_once_by_key_and_not_at_all_when_dry(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    dry = read(run("policy", "acknowledge", "--dry-run", "--json", "--now", FIRST))
    assert (dry["event"], dry["dry_run"]) == ("acknowledged", True)
    first = read(run("policy", "acknowledge", "--request-id", "k", "--json", "--now", FIRST))
    again = read(run("policy", "acknowledge", "--request-id", "k", "--json", "--now", LATER))
    assert again == {**first, "replayed": True}
    assert run("policy", "review", "--note", "x", "--request-id", "k", "--now", LATER).code == 4


def test_a_retracted_acknowledgement_counts_no_more(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    me = read(run("policy", "acknowledge", "--json", "--now", FIRST))["id"]
    assert run("retract", me, "--reason", "点错了", "--now", FIRST).code == 0
    (version,) = read(run("policy", "versions", "--json", "--now", FIRST))
    assert version["acknowledged"] == []
    assert run("policy", "acknowledge", "--now", FIRST).code == 0


def test_a_review_of_rules_that_are_not_published_names_the_draft(run: Run, demo: Path) -> None:
    item = read(run("policy", "review", "--note", "先试行一个月", "--json", "--now", FIRST))
    assert (item["subject"], item["reason"]) == ("policies.yaml", "先试行一个月")
    for note in ((), ("--note", ""), ("--note", "  "), ("--note", "长" * 20_000)):
        done = run("policy", "review", *note, "--now", FIRST)
        assert (done.code, done.out) == (2, "")
        assert "--note" in done.err
    assert "--objection" in run("policy", "acknowledge", "--objection", "长" * 20_000, "--now", FIRST).err


# --- versions, schema, --as-of ----------------------------------------------------------------------------------------


def test_versions_lists_every_publication(run: Run, demo: Path) -> None:
    empty = run("policy", "versions", "--json")
    assert (empty.code, empty.out) == (0, "[]\n")
    assert "policies.yaml" in empty.err
    first = publish(run, FIRST)
    take_effect(demo, "2026-12-01")
    publish(run, LATER)
    edit(demo, ("limit: 2wd", "limit: 3wd"))
    publish(run, LATER)
    items = read(run("policy", "versions", "--json", "--now", "2026-12-05T09:00:00+08:00"))
    assert items[0] == {
        "label": "2026-11-02",
        "effective_from": "2026-11-02",
        "file": "2026-11-02.yaml",
        "published_at": FIRST,
        "by": "lin",
        "sha256": first["sha256"],
        "in_force": False,
        "replaced": False,
        "acknowledged": [],
        "objected": [],
        "waiting": [],
    }
    assert [(item["label"], item["in_force"], item["replaced"]) for item in items[1:]] == [
        ("2026-12-01", False, True),
        ("2026-12-01.2", True, False),
    ]
    assert run("policy", "versions", "-q", "--now", LATER).out.split() == [item["label"] for item in items]


def test_as_of_judges_by_what_had_been_published_by_then(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    take_effect(demo, "2026-11-11", ("limit: 2wd", "limit: 3wd"), (r"closed: \[\]", 'closed: ["2026-11-20"]'))
    publish(run, LATER)
    after = "2026-11-12T09:00:00+08:00"
    edit(demo, (r'closed: \["2026-11-20"\]', 'closed: ["2026-11-20", "2026-11-09"]'))
    publish(run, after, "--days", "--reason", "台风停业")

    def labels(as_of: str) -> list[str]:
        return [item["label"] for item in read(run("policy", "versions", "--json", "--as-of", as_of))]

    assert labels("2026-11-10T08:59:59+08:00") == ["2026-11-02"]
    assert labels(LATER) == ["2026-11-02", "2026-11-11"]
    assert labels(after) == ["2026-11-02", "2026-11-11", "2026-11-11.2"]
    assert labels("2026-11-01T09:00:00+08:00") == ["2026-11-02"]  # before anything: the first stands for the draft
    # the same moment, judged by what was known at two times
    assert run("policy", "show", "clocks.confirm.limit", "--now", after).out == "3wd\n"
    assert run("policy", "show", "clocks.confirm.limit", "--as-of", "2026-11-10T08:59:59+08:00").out == "2wd\n"


def test_as_of_counts_by_the_days_known_then(run: Run, demo: Path) -> None:
    publish(run, FIRST)
    order = ["new-order", "-q", "--service", "plumbing", "--content", "厨房漏水", "--caller", "张示例"]
    order += ["--phone", "138-0000-0001", "--address", "3栋2单元501", "--now", LATER]
    case = run(*order).out.strip()  # a Tuesday; three working days end on Friday 13th
    edit(demo, (r"closed: \[\]", 'closed: ["2026-11-12"]'))
    publish(run, "2026-11-10T12:00:00+08:00", "--days")

    def due(*when: str) -> str:
        items = read(run("due", case, "--json", *when))
        return str(next(item["due_at"] for item in items if item["clock"] == "fulfil"))

    assert due("--now", "2026-11-10T13:00:00+08:00") == "2026-11-16T17:30:00+08:00"
    assert due("--as-of", "2026-11-10T13:00:00+08:00") == "2026-11-16T17:30:00+08:00"
    assert due("--as-of", "2026-11-10T11:00:00+08:00") == "2026-11-13T17:30:00+08:00"


def test_schema_is_a_json_schema(run: Run, isolated: Path) -> None:
    document = read(run("policy", "schema"))
    assert document["$schema"].startswith("https://json-schema.org/")
    assert {"policy", "calendar", "services", "clocks"} <= set(document["properties"])
