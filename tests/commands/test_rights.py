"""Who may record what, through the command line and by the shipped rules; what happens where nobody else is there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk, copy_desk, open_demo
from transcripts import Result

BECAUSE = ("--reason", "核实")


@pytest.fixture
def desk(run: Callable[..., Result], isolated: Path) -> Desk:
    """The desk of the tests, whose rules are the shipped ones."""
    return copy_desk(run, isolated)


def complain(desk: Desk, about: str) -> str:
    """A complaint about somebody."""
    words = ("--content", "态度差", "--caller", "张示例", "--phone", "138-0000-0002", "--department", "engineering")
    return str(desk.do("lin", "complaint", "new", *words, "--staff", about)["id"])


def test_who_is_complained_about_neither_rules_nor_closes_it(desk: Desk) -> None:
    """A supervisor may, but not about himself; to explain it is for anybody (SOP-3.6.3, SOP-3.6.5)."""
    case = complain(desk, "sup-e")
    for verb in (("rule", case, "--invalid", "ground"), ("classify", case, "--severity", "ordinary")):
        told = desk.refuse(4, "sup-e", "complaint", *verb, *BECAUSE)
        assert "it is about sup-e (never_self: complaints." in told
    assert "complaints.ruled-*" in desk.refuse(4, "lin", "complaint", "rule", case, "--invalid", "ground", *BECAUSE)
    desk.do("sup-d", "complaint", "rule", case, "--invalid", "ground", *BECAUSE)
    desk.do("sup-e", "complaint", "explain", case)
    assert "never_self: complaints.closed" in desk.refuse(4, "sup-e", "complaint", "close", case)
    assert desk.do("lin", "complaint", "close", case)["state"] == "closed"


def test_a_fine_is_marked_paid_by_others_than_the_debtor(desk: Desk) -> None:
    """Personnel and managers mark it; who proposed it does not approve it (KZ-8.16b)."""
    entry = desk.do("sup-d", "ledger", "propose", "--rule", "unreachable", "--staff", "sup-e", *BECAUSE)["id"]
    own = desk.do("mgr", "ledger", "propose", "--rule", "unreachable", "--staff", "pan", *BECAUSE)["id"]
    assert "mgr proposed it (KZ-8.8)" in desk.refuse(4, "mgr", "ledger", "approve", own, "--amount", "30", *BECAUSE)
    desk.do("mgr", "ledger", "approve", entry, "--amount", "30", *BECAUSE)
    for who in ("sup-e", "pan", "lin", "sup-d"):
        assert "ledger.paid" in desk.refuse(4, who, "ledger", "paid", entry)
    assert desk.do("mgr", "ledger", "paid", entry)["state"] == "paid"


def test_the_rules_say_that_a_proposer_may_approve(desk: Desk) -> None:
    """Where the charge has `own_proposal: true` the rule says so."""
    desk.edit_rules((r"- \{id: unreachable,", "- {id: unreachable, own_proposal: true,"))
    own = desk.do("mgr", "ledger", "propose", "--rule", "unreachable", "--staff", "pan", *BECAUSE)["id"]
    desk.do("mgr", "ledger", "approve", own, "--amount", "30", *BECAUSE)


@pytest.mark.clause("PD-6.3")
def test_management_publishes_and_nobody_else(desk: Desk) -> None:
    """A refused publication leaves no version behind (PD-6.3)."""
    for who in ("pan", "lin", "sup-d"):
        assert "that is for manager (audit.published, PD-6.3)" in desk.refuse(4, who, "policy", "publish")
    assert not list((desk.folder / "records").glob("policies/*.yaml"))
    assert desk.act("mgr", "policy", "publish").code == 0


@pytest.mark.clause("JX-2a")
def test_the_centre_alone_assigns_and_moves_staff(desk: Desk) -> None:
    """Managers and personnel; a supervisor dismisses nobody, and nobody moves himself up (JX-2a)."""
    for who in ("pan", "lin", "sup-e"):
        told = desk.refuse(4, who, "staff", "leave", "shui", "--kind", "dismissal")
        assert "that is for manager, personnel (staff.*, JX-2a)" in told
        assert "JX-2a" in desk.refuse(4, who, "staff", "join", "x1", "--name", "新示例", "--role", "field")
    for verb in ("promote", "transfer", "demote"):
        told = desk.refuse(4, "mgr", "staff", verb, "mgr", "--role", "general-manager", *BECAUSE)
        assert (
            f"never_self: staff.{ {'promote': 'promoted', 'transfer': 'transferred', 'demote': 'demoted'}[verb] }"
            in told
        )
    assert "never_self: staff.changed" in desk.refuse(4, "mgr", "staff", "change", "mgr", "--role", "general-manager")
    assert "never_self: staff.amended" in desk.refuse(4, "mgr", "amend", "mgr", "role=general-manager", *BECAUSE)
    desk.do("gm", "staff", "promote", "mgr", "--role", "general-manager", *BECAUSE)


def test_nobody_notes_anybody_late_who_is_not_to(desk: Desk) -> None:
    """Presence is noted by desk, personnel and supervisors; the person does not take it back, even as a supervisor."""
    assert "attendance.late" in desk.refuse(4, "pan", "attendance", "late", "shui", "--on", "2026-11-02")
    entry = desk.do("lin", "attendance", "late", "sup-e", "--on", "2026-11-02")["id"]
    assert "never_self: attendance.retracted" in desk.refuse(4, "sup-e", "retract", entry, *BECAUSE)
    desk.do("sup-d", "retract", entry, *BECAUSE)


def test_work_is_recorded_by_whose_it_is_or_the_desk(desk: Desk) -> None:
    """The refusal of another's work names him and what it is about."""
    job = desk.send(desk.take(), "pan")
    told = desk.refuse(4, "shui", "start", job)
    assert "that is for assignee, desk, supervisor (assignments.started)" in told
    assert "it is pan 潘示例's: 厨房水管漏水" in told
    desk.do("pan", "ack", job)
    desk.do("lin", "start", job)
    helper = desk.send(desk.take(), "shui", "--helper", "pan")
    assert "shui" in desk.refuse(4, "pan", "ack", helper)
    own = helper[:-4] + f"{int(helper[-4:]) + 1:04d}"
    assert desk.do("pan", "ack", own)["state"] == "acknowledged", "a helper's own assignment has him as assignee"


def test_a_short_number_means_ones_own_work_first(desk: Desk) -> None:
    """By its own number, else by its order's; another's is never touched by a number that is one's own."""
    first, second, third = desk.take(), desk.take(content="灯不亮"), desk.take(content="门坏")
    desk.send(third, "pan")  # A-...-0001, of order 3
    desk.send(first, "shui")  # A-...-0002, of order 1
    desk.send(second, "pan")  # A-...-0003, of order 2
    assert desk.do("pan", "ack", "1")["id"].endswith("-0001"), "its own number"
    assert desk.do("pan", "ack", "2")["id"].endswith("-0003"), "0002 is shui's: the order's number"
    told = desk.act("pan", "start", "3").out
    assert "潘示例" in told
    assert "灯不亮" in told, "3 is the number of his own assignment first"
    assert desk.do("shui", "ack", "1")["id"].endswith("-0002")
    assert "it is shui" in desk.refuse(4, "dian", "start", "2")


def test_claiming_is_the_way_to_assign_oneself(desk: Desk) -> None:
    """A worker takes what waits in the pool, and sends nobody else."""
    order = desk.take()
    assert f"dispatchctl claim {order}" in desk.refuse(4, "pan", "assign", order, "pan")
    assert "assignments.assigned" in desk.refuse(4, "pan", "assign", order, "shui")
    desk.do("lin", "triage", order, "--dispatch")
    assert desk.do("pan", "claim", order)["assignee"] == "pan"


def test_a_correction_is_for_who_wrote_it_or_a_supervisor(desk: Desk) -> None:
    """A colleague asks a supervisor; each corrects what they said themselves."""
    order = desk.take()
    assert "author, supervisor (*.amended)" in desk.refuse(4, "pan", "amend", order, "content=改", *BECAUSE)
    desk.do("lin", "amend", order, "content=卫生间漏水", *BECAUSE)
    desk.do("sup-d", "amend", order, "content=阳台漏水", *BECAUSE)
    assert "*.amended" in desk.refuse(4, "lin", "amend", order, "content=又改", *BECAUSE), "now it is the supervisor's"
    desk.do("lin", "amend", order, "priority=high", *BECAUSE)


def test_an_import_is_for_some(desk: Desk) -> None:
    """Asked once, for the whole of it, before the map is read."""
    assert "records.import" in desk.refuse(4, "pan", "records", "import", "x.csv", "--map", "x.yaml")
    assert "no such file" in desk.refuse(3, "lin", "records", "import", "x.csv", "--map", "x.yaml")


def test_the_right_to_import_holds_for_all_its_rows(desk: Desk) -> None:
    """The desk brings in what it could not record one by one: who worked here, and since when."""
    columns = "{source_ref: 工号, name: 姓名, at: 入职}"
    (desk.folder / "map.yaml").write_text(
        f"register: staff\ncolumns: {columns}\nconstants: {{role: field, regular: 'yes'}}\n", encoding="utf-8"
    )
    (desk.folder / "staff.csv").write_text("工号,姓名,入职\nw1,吴样例,2026-01-05\n", encoding="utf-8")
    assert "staff.*" in desk.refuse(4, "lin", "staff", "join", "w2", "--name", "郑样例", "--role", "field")
    assert desk.do("lin", "records", "import", "staff.csv", "--map", "map.yaml")["imported"] == 1
    assert "staff.*" in desk.refuse(4, "lin", "staff", "leave", "w1", "--kind", "resignation")


def test_where_nobody_else_may_a_reason_is_given_and_marked(run: Callable[..., Result], isolated: Path) -> None:
    """A one-person shop goes on: the mark stands in show, in `list audit` and in the month's report, and the desk is
    told. With a second manager it is for that one.
    """
    desk = open_demo(run, isolated)
    told = desk.refuse(4, "lin", "staff", "change", "lin", "--login", "lin")
    assert "hint: nobody else may, either: with --reason TEXT it is recorded, and marked so" in told
    done = desk.act("lin", "staff", "change", "lin", "--login", "lin", "--reason", "换电脑")
    assert "nobody else of the desk may record this" in done.err
    (row,) = [row for row in desk.rows("staff") if row["event"] == "changed"]
    assert (row["alone"], row["reason"]) == ("换电脑", "")
    assert "无他人可办：换电脑" in desk.out("show", "lin")
    assert desk.read("show", "lin")["events"][-1]["fields"]["alone"] == "换电脑"
    (section,) = [each for each in desk.read("report", "monthly")["sections"] if each["id"] == "alone"]
    assert [(each["case"], each["event"], each["by"], each["reason"]) for each in section["rows"]] == [
        ("lin", "changed", "lin", "换电脑")
    ]
    assert "无他人可办而由本人办理" in desk.out("report", "monthly")
    assert "alone" not in {each["id"] for each in desk.read("report", "weekly")["sections"]}
    last = desk.read("report", "monthly", "--month", "2026-10")["sections"]
    assert "alone" not in {each["id"] for each in last}, "of the month in which it was done"
    (entry,) = desk.read("list", "audit")
    assert (entry["state"], entry["subject"], entry["reason"]) == ("acted-alone", "lin", "换电脑")
    assert desk("records", "check").code == 0
    desk.do("lin", "staff", "join", "er", "--name", "尔示例", "--role", "manager")
    told = desk.refuse(4, "lin", "staff", "change", "lin", "--login", "lin2", "--reason", "换电脑")
    assert "hint" not in told


def test_the_last_who_may_manage_the_staff_stays(run: Callable[..., Result], isolated: Path) -> None:
    """He neither leaves nor gives the post up, by whatever event; with personnel there he may."""
    desk = open_demo(run, isolated)
    for words in (
        ("leave", "lin", "--kind", "resignation"),
        ("change", "lin", "--role", "desk"),
        ("demote", "lin", "--role", "desk"),
    ):
        told = desk.refuse(4, "lin", "staff", *words, "--reason", "换岗")
        assert "lin is the last who may manage the staff (manager, personnel)" in told
    desk.do("lin", "staff", "join", "ren", "--name", "任示例", "--role", "personnel")
    desk.do("ren", "staff", "demote", "lin", "--role", "desk", "--reason", "换岗")


def test_rules_without_rights_ask_what_they_asked(desk: Desk) -> None:
    """A version of before has no rights: anyone employed may, but for what `confirm_by` and the like say."""
    path = desk.folder / "policies.yaml"
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("\nrights:")
    path.write_text(head + "\nprivacy:" + rest.partition("\nprivacy:")[2], encoding="utf-8")
    case = complain(desk, "sup-e")
    desk.do("sup-e", "complaint", "rule", case, "--invalid", "ground", *BECAUSE)
    desk.do("pan", "staff", "change", "pan", "--login", "pan")
    own = desk.do("mgr", "ledger", "propose", "--rule", "unreachable", "--staff", "pan", *BECAUSE)["id"]
    desk.do("mgr", "ledger", "approve", own, "--amount", "30", *BECAUSE)
    job = desk.send(desk.take(), "pan")
    desk.do("shui", "complete", job)
    told = desk.refuse(4, "shui", "confirm", job)
    assert "dispatcher, desk, supervisor, assignee (assignments.confirmed, PD-4.4)" in told
    assert "author, supervisor (*.retracted)" in desk.refuse(4, "pan", "retract", job, *BECAUSE)
    assert desk.act("pan", "appraise").code == 0
    assert desk.act("pan", "policy", "publish").code == 0


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("  order.taken: desk\n", "unknown event, did you mean"),
        ("  orders.take: desk\n", "unknown event, did you mean orders.taken?"),
        ("  orders.taken: [desc]\n", "unknown word desc, did you mean desk?"),
        ("  orders.taken: [assignee]\n", "unknown word assignee"),  # an order has none
        ("  orders.taken: []\n", "left blank"),
        ("  orders.taken: {may: [desk], source: [PD-9.9]}\n", "unknown clause PD-9.9"),
        ("  orders.taken: [desk, desk]\n", "desk stands twice"),
        ("  assignments.confirmed: [desk]\n", "is said in assignment.confirm_by already"),
        ("  assignments.extension-granted: [desk]\n", "is said in assignment.extend_by already"),
        ("  audit.revealed: [desk]\n", "is said in privacy.reveal already"),
        ("  ledger.approved: [manager]\n", "is decided by each charge's approver"),
        ("  records.import: [assignee]\n", "unknown word assignee"),
    ],
)
def test_faults_of_the_rights_are_told_with_their_line(desk: Desk, line: str, fault: str) -> None:
    """What a right may name is checked, with the nearest name; nothing is said in two places."""
    desk.edit_rules((r"\nrights: [^\n]*\n(?: +#[^\n]*\n)*", f"\nrights:\n{line}"))
    done = desk("policy", "check", code=1)
    assert fault in done.out, done.out
    assert "rights." in done.out


def test_nothing_is_chosen_for_who_may_assign_only_himself(desk: Desk) -> None:
    """Neither --auto nor --all: a worker claims what he wants of the pool; cron may, as before."""
    order = desk.take()
    assert "dispatchctl claim" in desk.refuse(4, "pan", "assign", order, "--auto")
    desk.do("lin", "triage", order, "--dispatch")
    done = desk.act("pan", "assign", "--all", "--auto")
    assert done.code == 4
    assert "dispatchctl claim" in done.err
    assert len(desk.do("system", "assign", "--all", "--auto")) == 1


def test_nobody_grants_himself_more_time(desk: Desk) -> None:
    """A supervisor who has the work himself asks the one above."""
    desk.do("mgr", "staff", "change", "sup-e", "--skill", "plumbing")
    job = desk.send(desk.take(), "sup-e")
    desk.do("sup-e", "ask-extension", job, "--until", "2026-11-05", "--reason", "等配件")
    assert "never_self: assignments.extension-granted" in desk.refuse(4, "sup-e", "grant-extension", job)
    desk.do("sup-d", "grant-extension", job)


def test_what_is_about_oneself_is_not_imported_either(desk: Desk) -> None:
    """The right to import is that of the whole; a post of one's own is for others all the same."""
    columns = "{source_ref: 工号, name: 姓名, at: 入职, role: 岗位}"
    (desk.folder / "map.yaml").write_text(f"register: staff\ncolumns: {columns}\n", encoding="utf-8")

    def bring(who: str, role: str) -> Result:
        (desk.folder / "s.csv").write_text(f"工号,姓名,入职,岗位\nw1,新示例,2026-11-01,{role}\n", encoding="utf-8")
        return desk.act(who, "records", "import", "s.csv", "--map", "map.yaml", "--update")

    assert bring("lin", "desk").code == 0
    done = bring("w1", "general-manager")
    assert done.code == 5
    assert "never_self: staff." in done.err
    assert desk.show("w1")["role"] == "desk"


def test_scores_are_not_read_by_another_way(desk: Desk) -> None:
    """`why` of a person and what other rules would make of everybody ask as `appraise` does."""
    desk.do("mgr", "staff", "score", "pan", "--measure", "attitude", "--month", "this", "--score", "20", *BECAUSE)
    assert "records.scores" in desk.refuse(4, "shui", "why", "pan")
    assert "records.scores" in desk.refuse(4, "shui", "why", "attitude", "--person", "pan")
    assert "records.scores" in desk.refuse(4, "shui", "policy", "what-if", "policies.yaml", "--month", "this")
    assert desk.act("pan", "why", "pan").code == 0
    assert desk.act("sup-e", "why", "pan").code == 0
