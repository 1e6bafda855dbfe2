"""What newer checks find: a fault of the draft and at publish, a warning of what is published; titles of several."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk, copy_desk
from transcripts import Result

Run = Callable[..., Result]
TWICE = (r"(electrical: \{title: )电路维修", r"\g<1>给排水维修")  # two services of one title
DOUBLED = "services.electrical: 给排水维修 is the title of plumbing, too"
MAP = "register: orders\ncolumns: {source_ref: n, at: t, service: s}\nconstants: {kind: request, content: 漏水}\n"


def open_published(run: Run, folder: Path) -> Desk:
    """A folder whose published rules have a double title, as an older release let them; the draft is the same."""
    desk = copy_desk(run, folder)
    desk.do("mgr", "policy", "publish")
    for path in ("records/policies/2026-11-02.yaml", "policies.yaml"):
        text = (folder / path).read_text(encoding="utf-8")
        (folder / path).write_text(re.sub(*TWICE, text, count=1), encoding="utf-8")
    return desk


@pytest.fixture
def published(run: Run, isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_published)


def test_a_double_title_is_a_fault_of_the_draft_and_at_publish(desk: Desk) -> None:
    desk.edit_rules(TWICE)
    done = desk.act("mgr", "policy", "check", "--json")
    assert done.code == 1
    (fault,) = json.loads(done.out)
    assert (fault["code"], fault["message"]) == ("one-title", DOUBLED)
    assert DOUBLED in desk.refuse(5, "mgr", "policy", "publish")
    # while nothing is published the draft judges, and work goes on
    desk.take(service="drain")
    assert desk.act("lin", "list", "orders").code == 0
    doctor = {item["what"]: item for item in json.loads(desk.act("mgr", "doctor", "--json").out)}
    assert DOUBLED in doctor["doubts in rules"]["value"]
    assert doctor["doubts in rules"]["state"] == "warning"


def test_a_published_version_goes_on_with_a_warning(published: Desk) -> None:
    desk = published
    desk.take(service="drain")
    assert desk.act("mgr", "report", "monthly").code == 0
    doctor = {item["what"]: item for item in json.loads(desk.act("mgr", "doctor", "--json").out)}
    assert doctor["doubts in rules"]["state"] == "warning"
    assert DOUBLED in doctor["doubts in rules"]["value"]
    desk.edit_rules(("(electrical: {title: )给排水维修".replace("{", r"\{"), r"\g<1>电路维修"))
    done = desk.act("mgr", "policy", "check")
    assert done.code == 0
    assert re.search(rf"warning: records/policies/2026-11-02.yaml:[0-9]+: {DOUBLED}", done.err)


ZONE = "timezone: Asia/Shanghai"


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory", "posix/Asia/Shanghai", "right/UTC"])
def test_a_timezone_that_is_no_place(desk: Desk, name: str) -> None:
    """A fault of the draft and at publish; the draft judges while nothing is published, and so does a version."""
    if not Path("/usr/share/zoneinfo", name).exists():
        pytest.skip("this machine's database has no such name")
    desk.edit_rules((ZONE, f"timezone: {name}"))
    done = desk.act("mgr", "policy", "check", "--json")
    assert (done.code, [fault["code"] for fault in json.loads(done.out)]) == (1, ["no-place"])
    assert f"policy.timezone: {name} is no place of the IANA list" in desk.refuse(5, "mgr", "policy", "publish")
    desk.take()
    desk.edit_rules((f"timezone: {name}", ZONE))
    desk.do("mgr", "policy", "publish")
    version = desk.folder / "records/policies/2026-11-02.yaml"
    version.write_text(version.read_text(encoding="utf-8").replace(ZONE, f"timezone: {name}"), encoding="utf-8")
    desk.take(phone="138-0000-0002")
    assert len(desk.do("lin", "list", "orders")) == 2
    assert desk.act("mgr", "policy", "check").code == 0


@pytest.mark.parametrize("name", ["Asia/Urumqi", "UTC", "Etc/GMT-8", "America/Argentina/Buenos_Aires"])
def test_a_timezone_that_is_a_place(desk: Desk, name: str) -> None:
    desk.edit_rules((ZONE, f"timezone: {name}"))
    assert desk.act("mgr", "policy", "check").code == 0


@pytest.mark.parametrize("name", ["Asia/Peking1", "/usr/share/zoneinfo/UTC", "../UTC", "./UTC", "posix"])
def test_what_is_no_timezone_at_all(desk: Desk, name: str) -> None:
    desk.edit_rules((ZONE, f'timezone: "{name}"'))
    assert desk.act("mgr", "policy", "check").code == 1


def test_a_title_of_several_is_never_taken_for_one_of_them(published: Desk) -> None:
    desk = published
    told = desk.refuse(4, "lin", "new-order", "--service", "给排水维修", "--content", "漏水", "--caller", "张示例",
                       "--phone", "138-0000-0001", "--address", "3号楼")  # fmt: skip
    assert "--service: '给排水维修' is the title of several" in told
    assert "plumbing, electrical" in told
    assert desk.act("lin", "overdue", "--service", "给排水维修").code == 4
    assert desk.act("lin", "list", "orders", "--where", "service=给排水维修").code == 4
    (desk.folder / "map.yaml").write_text(MAP, encoding="utf-8")
    (desk.folder / "a.csv").write_text("n,t,s\nA,2026-11-01 09:00,给排水维修\n", encoding="utf-8")
    done = desk.act("lin", "records", "import", "a.csv", "--map", "map.yaml")
    assert done.code == 5
    assert "is the title of several (plumbing, electrical)" in done.out + done.err
    assert desk.rows("orders") == []
    desk.take(service="electrical")  # by its key as before


def test_a_measure_by_a_title_of_several(desk: Desk) -> None:
    desk.edit_rules(("title: 答复数", "title: 取消数"))
    told = desk.refuse(4, "mgr", "report", "monthly", "--drill", "取消数")
    assert "is the title of several" in told
    assert "answered, cancelled" in told
    assert desk.act("mgr", "why", "取消数").code == 4


def test_what_nobody_here_can_do_is_a_warning(desk: Desk) -> None:
    """Of the desk's people none can do hvac; nobody asks for cooking; the general manager has left."""
    desk.do("mgr", "staff", "change", "dian", "--skill", "electrical", "--skill", "cooking")
    done = desk.act("mgr", "policy", "check")
    assert (done.code, done.out) == (0, "")
    assert "services: nobody who works here has the skill hvac (air-conditioning), masonry (walls)" in done.err
    assert "plumbing (" not in done.err
    assert "staff: no service asks for the skill cooking (dian)" in done.err
    assert "may approve" not in done.err
    desk.do("gm", "staff", "leave", "gm", "--kind", "resignation", "--reason", "个人原因")
    done = desk.act("mgr", "policy", "check")
    assert done.code == 0
    assert "nobody who works here may approve rewards.merit, rewards.excellent: that is for general-manager" in done.err
    desk.edit_rules(("kind: proposal, propose: \\[pay-cut", "approver: contractor, kind: proposal, propose: [pay-cut"))


def test_two_people_of_one_name_are_a_warning(desk: Desk) -> None:
    assert "is the name of" not in desk.act("mgr", "policy", "check").err
    desk.do("mgr", "staff", "join", "pan2", "--name", "潘示例", "--role", "field", "--regular")
    done = desk.act("mgr", "policy", "check")
    assert done.code == 0
    assert "warning: policies.yaml: staff: 潘示例 is the name of pan and pan2: name them by id" in done.err
    assert desk.act("mgr", "doctor").code == 0
    assert json.loads(desk.act("mgr", "policy", "check", "--json").out) == []


def test_of_people_who_cannot_be_read_it_is_said_that_nothing_was_asked(desk: Desk, isolated: Path) -> None:
    """Of half the people it would tell what is not so, and of none it would keep silent."""
    file = next((isolated / "records/staff").glob("*.csv"))
    whole = file.read_bytes()
    file.write_bytes(b"x" + whole[1:])
    done = desk.act("mgr", "policy", "check")
    assert done.code == 0
    said = f"policies.yaml: what it asks of people was not checked: records/staff/{file.name}:1:"
    assert f"warning: {said}" in done.err
    assert "nobody who works here" not in done.err
    file.write_bytes(whole)
    assert "was not checked" not in desk.act("mgr", "policy", "check").err


def test_other_rules_beside_a_draft_with_faults_are_checked_and_people_are_not(desk: Desk, isolated: Path) -> None:
    (isolated / "other.yaml").write_bytes((isolated / "policies.yaml").read_bytes())
    (isolated / "policies.yaml").write_text("x: [\n", encoding="utf-8")
    done = desk.act("mgr", "policy", "check", "other.yaml")
    assert done.code == 0
    assert "other.yaml: what it asks of people was not checked: policies.yaml:" in done.err
    assert "was not checked" not in desk.act("mgr", "policy", "check").err  # its faults are told already


def test_weights_that_are_scaled_are_a_warning_of_the_check(desk: Desk) -> None:
    assert "weights" not in desk.act("mgr", "policy", "check").err
    desk.edit_rules((r"exam_score: \{weight: 5,", "exam_score: {weight: 4,"))
    done = desk.act("mgr", "policy", "check")
    assert done.code == 0
    assert "the weights add up for desk to 64, for field to 89" in done.err
    done = desk.act("mgr", "policy", "publish")
    assert (done.code, "weights" in done.err) == (0, False)


def test_a_right_that_nobody_here_has_is_a_warning(desk: Desk) -> None:
    """Of roles only: an assignee is somebody anyhow; a higher rank of the chain of command counts."""
    assert "nobody who works here may record" not in desk.act("mgr", "policy", "check").err
    desk.edit_rules((r"orders\.paid: \[desk, personnel\]", "orders.paid: [personnel, assistant]"))
    done = desk.act("mgr", "policy", "check")
    assert done.code == 0
    told = "rights: nobody who works here may record orders.paid: that is for personnel, assistant"
    assert told in done.err
    desk.do("mgr", "staff", "join", "ren", "--name", "任示例", "--role", "personnel")
    assert told not in desk.act("mgr", "policy", "check").err
