"""An id means one person: no word by which the rules mean a role, and nobody's id is one of those."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk
from transcripts import Result

JOIN = ("--name", "孙示例", "--role", "field")
ROLES = r"(?m)^  contractor: .*$"


@pytest.mark.parametrize("word", ["manager", "contractor", "前台", "外协", "system", "self", "receiver"])
def test_nobody_joins_by_a_word_that_means_others(desk: Desk, word: str) -> None:
    told = desk.refuse(2, "mgr", "staff", "join", word, *JOIN)
    assert f"ID: {word!r} cannot be a staff id" in told
    desk.do("mgr", "staff", "join", f"{word}-1", *JOIN)


def test_roles_of_other_versions_count(desk: Desk) -> None:
    desk.do("mgr", "policy", "publish")
    desk.edit_rules(
        ("effective_from: [0-9-]+", "effective_from: 2026-12-01"), (ROLES, "  contractor: 外协\n  guard: 保安")
    )
    desk.do("mgr", "staff", "join", "guard2", *JOIN)
    desk.do("mgr", "policy", "publish")
    desk.refuse(2, "mgr", "staff", "join", "guard", *JOIN)
    desk.refuse(2, "mgr", "staff", "join", "保安", *JOIN)


def test_no_founder_is_called_so(run: Callable[..., Result], isolated: Path) -> None:
    refused = run("init", "--me", "manager")
    assert (refused.code, refused.out) == (2, "")
    assert "ID: 'manager' cannot be a staff id" in refused.err
    assert run("init", "--me", "lin").code == 0


def test_nobody_is_imported_so(desk: Desk) -> None:
    (desk.folder / "s.csv").write_text("n,t,name,role\nfield,2026-11-01 09:00,孙示例,field\n")
    (desk.folder / "map.yaml").write_text("register: staff\ncolumns: {source_ref: n, at: t, name: name, role: role}\n")
    done = desk.act("mgr", "records", "import", "s.csv", "--map", "map.yaml")
    assert done.code == 5
    assert "'field' cannot be a staff id" in done.out + done.err


@pytest.mark.parametrize("role", ["lin: 轮岗", "rotating: lin"])
def test_no_new_role_is_called_as_somebody_is(desk: Desk, role: str) -> None:
    key, title = role.split(": ")
    desk.edit_rules((ROLES, f"  contractor: 外协\n  {key}: {title}"))
    told = f"policies.yaml: roles.{key}: lin is the id of 林示例"
    checked = desk("policy", "check", "--as", "mgr", code=1)
    assert told in checked.out
    assert "1 fault" in checked.err
    assert told in desk.refuse(5, "mgr", "policy", "publish")
    desk.edit_rules((rf"(?m)^  {key}: {title}$", "  rotating: 轮岗"))
    desk("policy", "check", "--as", "mgr")
    desk.do("mgr", "policy", "publish")


def test_what_is_published_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of an older release may have both; its rules are still checked and published, and rows recorded."""
    from dispatchctl.desk.staff import posts

    with monkeypatch.context() as patch:
        patch.setattr(posts, "list_role_words", lambda policies: {})
        desk.do("mgr", "policy", "publish")
        desk.do("mgr", "staff", "join", "assistant", *JOIN)
    text = (desk.folder / "policies.yaml").read_text()
    (desk.folder / "policies.yaml").write_text(re.sub("effective_from: [0-9-]+", "effective_from: 2026-12-01", text))
    desk("policy", "check", "--as", "mgr")
    desk.do("mgr", "policy", "publish")
    desk.do("mgr", "staff", "change", "assistant", "--class", "A")
    desk.do("mgr", "staff", "leave", "assistant", "--kind", "resignation")
    desk.refuse(2, "mgr", "staff", "join", "assistant", *JOIN)
