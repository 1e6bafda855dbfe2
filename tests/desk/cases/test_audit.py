"""Audit stands: nothing of it is amended, retracted or undone; what an older release undid counts for nothing."""

import pytest
from desks import Desk

from dispatchctl.desk.cases import amendments


def reveal(desk: Desk) -> tuple[str, str]:
    """An order, and the audit entry of somebody's look at its contact."""
    order = desk.take()
    desk.do("lin", "show", order, "--reveal", "--reason", "上门前联系业主")
    return order, desk.rows("audit")[-1]["id"]


@pytest.mark.parametrize("words", [("amend", "reason=别的"), ("retract",)])
def test_nobody_rewrites_audit(desk: Desk, words: tuple[str, ...]) -> None:
    _, entry = reveal(desk)
    told = desk.refuse(4, "mgr", words[0], entry, *words[1:], "--reason", "误")
    assert "it stands, and is never amended or taken back" in told


def test_undo_takes_back_the_last_event_of_a_case_and_not_the_look_at_it(desk: Desk) -> None:
    order, _ = reveal(desk)
    desk.wait(minutes=1)
    desk.do("lin", "undo")
    assert desk.state(order) == "void"
    assert [item["state"] for item in desk.do("mgr", "list", "audit")] == ["revealed"]
    assert "recorded nothing" in desk.refuse(4, "lin", "undo")


def test_the_list_says_who_when_what_and_why(desk: Desk) -> None:
    order, entry = reveal(desk)
    (item,) = desk.do("mgr", "list", "audit")
    wanted = {"id": entry, "by": "lin", "by_name": "林示例", "state": "revealed", "subject": order}
    assert {name: item[name] for name in wanted} == wanted
    assert (item["at"], item["reason"]) == (desk.now, "上门前联系业主")
    shown = desk.act("mgr", "--lang", "zh", "list", "audit").out
    assert all(text in shown for text in ("林示例", "查看隐私", order, "上门前联系业主", "11-02 09:00"))


@pytest.mark.parametrize("event", ["retracted", "amended"])
def test_what_an_older_release_undid_stays_in_sight(desk: Desk, event: str, monkeypatch: pytest.MonkeyPatch) -> None:
    order, entry = reveal(desk)
    desk.wait(minutes=1)
    with monkeypatch.context() as older:
        older.setattr(amendments, "refuse_decided", lambda case: None)
        words = ("retract", entry) if event == "retracted" else ("amend", entry, "subject=别的")
        desk.do("mgr", *words, "--reason", "误")
    assert desk.rows("audit")[-1]["event"] == event
    for _ in range(2):
        (item,) = desk.do("mgr", "list", "audit")
        assert (item["state"], item["subject"], item["reason"]) == ("revealed", order, "上门前联系业主")
        assert [row["event"] for row in desk.show(entry)["events"]] == ["revealed", event]
        assert desk.act("mgr", "records", "check").code == 0
        desk("records", "rebuild")


def test_the_last_who_may_manage_the_staff_stays(desk: Desk) -> None:
    """With a second manager either may go; the general manager may manage too."""
    joined = next(row for row in desk.rows("staff") if row["id"] == "mgr")
    desk.do("mgr", "retract", "gm", "--reason", "误登记")
    told = desk.refuse(4, "mgr", "retract", "mgr", f"#{joined['seq'].rstrip('+')}", "--reason", "误登记")
    assert "mgr is the last who may manage the staff" in told
    desk.do("mgr", "staff", "join", "gm2", "--name", "甘示例", "--role", "manager")
    desk.do("gm2", "retract", "mgr", f"#{joined['seq'].rstrip('+')}", "--reason", "误登记")
