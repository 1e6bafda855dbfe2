"""What is reported, and when: dispatches and work, satisfaction, complaints, the weekly total, care by each person.

All days are of November 2026 unless a test says otherwise (desk.py); every figure is counted by hand from the story.
"""

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk, november, open_desk
from transcripts import Result

DECEMBER = "2026-12-01T09:00:00+08:00"  # a Tuesday
NOVEMBER = ("--month", "2026-11")
BECAUSE = ("--reason", "经核实")


def report(desk: Desk, kind: str, *options: str) -> dict[str, Any]:
    found = desk.do("sup-d", "report", kind, *options)
    assert isinstance(found, dict)
    return found


def count(figure: dict[str, Any] | None) -> tuple[Any, Any]:
    """(numerator, denominator) of a figure, (None, None) of none."""
    return (figure["numerator"], figure["denominator"]) if figure else (None, None)


def find_section(document: dict[str, Any], name: str) -> dict[tuple[str | None, str | None], dict[str, Any]]:
    """(field, value) -> row of a section."""
    (section,) = [each for each in document["sections"] if each["id"] == name]
    return {(row["by"], row["key"]): row for row in section["rows"]}


def group(document: dict[str, Any], section: str, by: str, measure: str) -> dict[str | None, Any]:
    """value of the field -> the numerator of a measure; rows in which it comes to nothing are left out."""
    rows = find_section(document, section)
    return {
        key: row["measures"][measure]["numerator"]
        for (field, key), row in rows.items()
        if field == by and row["measures"][measure] and row["measures"][measure]["numerator"]
    }


def work(desk: Desk, staff: str, *, who: str = "lin", **fields: Any) -> str:
    """An order taken by `who`, done by `staff` and confirmed, all at the time it is."""
    order = desk.take(who, **fields)
    job = desk.send(order, staff, who=who)
    desk.do(staff, "complete", job)
    desk.do(who, "confirm", job)
    return order


def complain(desk: Desk, *options: str, phone: str = "138-0000-0009") -> str:
    caller = ("--caller", "钱示例", "--phone", phone, "--address", f"9号楼{phone[-2:]}室")
    return str(desk.do("lin", "complaint", "new", "--content", "服务不到位", *caller, *options)["id"])


@pytest.mark.clause("PD-5.3")
def test_who_dispatched_and_did_how_much(desk: Desk) -> None:
    """Each measure by its own person: orders by who took them, jobs by who did them, rates by who owes the clock."""
    desk.clock(3, "09:00")
    work(desk, "pan")
    work(desk, "pan", phone="138-0000-0002", address="1号楼1单元")
    work(desk, "shui", who="sup-d", phone="138-0000-0003", address="2号楼1单元")
    late = desk.send(desk.take(phone="138-0000-0004", address="3号楼1单元"), "shui")
    desk.clock(9, "09:00")
    desk.do("shui", "complete", late)
    staff = report(desk, "staff", *NOVEMBER)
    assert group(staff, "work", "person", "orders") == {"lin": 3, "sup-d": 1}
    assert group(staff, "work", "person", "completed") == {"pan": 2, "shui": 2}
    rows = find_section(staff, "work")
    assert count(rows["person", "pan"]["measures"]["on_time"]) == (2, 2)
    assert count(rows["person", "shui"]["measures"]["on_time"]) == (1, 2)
    assert [rows["person", key]["title"] for key in ("pan", "shui")] == ["潘示例", "水示例"]
    # the rows of a measure add up to the month, and each opens into its cases
    assert count(rows[None, None]["measures"]["on_time"]) == (3, 4)
    opened = desk.do("lin", "report", "monthly", *NOVEMBER, "--drill", "on_time", "--person", "shui")
    assert (len(opened["numerator"]), len(opened["denominator"])) == (1, 2)
    assert late in {item["id"] for item in opened["denominator"]} - {item["id"] for item in opened["numerator"]}


def live_busy_days(run: Callable[..., Result], folder: Path) -> Desk:
    """The 3rd to the 12th of November, with something for every figure of the monthly report.

    Six orders: one done and paid, one declined, put off and sent back once, one cancelled and taken up again, an
    inquiry, a suggestion, a report that is referred. Five complaints: serious, valid and put right, invalid, one for
    others outside, and one of a customer who complained before.
    """
    desk = open_desk(run, folder)
    desk.clock(3, "09:00")
    first = desk.take()
    job = desk.send(first, "pan")
    for verb in ("ack", "complete"):
        desk.do("pan", verb, job)
    desk.do("lin", "confirm", job)
    desk.do("lin", "bill", first)
    desk.do("lin", "paid", first, "--amount", "30", "--method", "cash")
    desk.do("lin", "follow-up", "new", first, "--method", "visit", "--satisfaction", "5")
    second = desk.take(phone="138-0000-0002", address="1号楼1单元", service="electrical")
    desk.do("shui", "decline", desk.send(second, "shui"), *BECAUSE)
    job = desk.send(second, "dian")
    desk.do("dian", "ack", job)
    desk.do("dian", "problem", job, "--note", "缺件")
    until = ("--until", november(6, "12:00"))
    desk.do("dian", "ask-extension", job, *until, *BECAUSE)
    desk.do("sup-e", "grant-extension", job, *until)
    third = desk.take(phone="138-0000-0003", address="2号楼1单元")
    for verb in ("cancel", "reopen"):
        desk.do("lin", verb, third, *BECAUSE)
    desk.do("lin", "new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "五点半")
    desk.do("lin", "new-order", "--kind", "suggestion", "--content", "多设座椅", "--caller", "赵示例")
    noise = desk.do("lin", "new-order", "--kind", "report", "--content", "夜间施工", "--address", "北门")["id"]
    desk.do("lin", "triage", noise, "--refer", "security")
    complain(desk, "--department", "engineering", "--media")
    valid = complain(desk, "--department", "desk", "--staff", "pan", phone="138-0000-0008")
    invalid = complain(desk, "--department", "desk", phone="138-0000-0007")
    desk.do("mgr", "complaint", "rule", valid, "--valid", "attitude", *BECAUSE)
    desk.do("mgr", "complaint", "rule", invalid, "--invalid", "standard", *BECAUSE)
    outside = complain(desk, "--department", "desk", phone="138-0000-0006")
    desk.do("sup-d", "complaint", "refer", outside, "--note", "已转供电公司")
    complain(desk, "--department", "desk", phone="138-0000-0008")
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-03")
    desk.do("sup-e", "attendance", "absent", "shui", "--on", "2026-11-02")
    desk.do("sup-e", "training", "examined", "--topic", "规章制度", "--staff", "pan", "--score", "84")
    for rule, who, *amount in (("unreachable", "sup-e", "20"), ("violation", "sup-e"), ("excellent", "gm", "100")):
        entry = desk.do("mgr", "ledger", "propose", "--rule", rule, "--staff", "pan", *BECAUSE)["id"]
        desk.do(who, "ledger", "approve", entry, *BECAUSE, *(("--amount", *amount) if amount else ()))
    desk.clock(4, "10:00")
    desk.urge()
    desk.do("lin", "complaint", "explain", invalid, "--note", "已说明")
    words = ("--cause", "未戴工牌", "--responsible", "pan")
    desk.do("lin", "complaint", "analyse", valid, *words)
    words = ("--text", "复训", "--due", november(9, "12:00"), "--owner", "pan")
    measure = desk.do("lin", "complaint", "measure", valid, *words)["measure_id"]
    desk.clock(5, "10:00")
    desk.do("dian", "complete", job)
    desk.do("lin", "rework", job, *BECAUSE)
    desk.do("dian", "complete", job)
    desk.do("pan", "complaint", "finish", measure)
    desk.do("lin", "complaint", "check-measure", measure, "--result", "effective")
    desk.do("lin", "complaint", "resolve", valid, "--result", "已道歉", "--outcome", "redone")
    desk.clock(12, "10:00")
    desk.do("lin", "follow-up", "new", valid, "--method", "visit", "--satisfaction", "4", "--signed")
    desk.do("lin", "complaint", "close", valid)
    desk.clock(30, "17:30")
    return desk


@pytest.fixture
def busy(run: Callable[..., Result], isolated: Path) -> Desk:
    return copy_desk(run, isolated, live_busy_days)


def list_figures(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """{section: {measure: (numerator, denominator), "by": the fields that it is split by}}."""
    found = {}
    for name in (each["id"] for each in document["sections"]):
        rows = find_section(document, name)
        figures = {measure: count(figure) for measure, figure in rows[None, None]["measures"].items()}
        found[name] = {**figures, "by": sorted({by for by, _ in rows if by})}
    return found


@pytest.mark.clause("PD-5.4")
def test_the_monthly_report_tells_management_all_of_the_month(busy: Desk) -> None:
    assert list_figures(report(busy, "monthly", *NOVEMBER)) == {
        "overview": {
            "orders": (6, None), "dispatched": (3, None), "completed": (2, None), "closed": (2, 6),
            "cancelled": (1, None), "reopened": (1, None), "revenue": ("30.00", 1), "by": [],
        },
        "kinds": {
            "orders": (6, None), "requests": (3, None), "inquiries": (1, None), "suggestions": (1, None),
            "reports": (1, None), "referred": (1, None), "answered_at_once": (1, 4), "by": ["channel"],
        },
        "departments": {
            "orders": (6, None), "closed": (2, 6), "fulfil_on_time": (4, 7), "by": ["department", "service"],
        },
        # sent too late: the suggestion and what was taken up again; done too late: those two and the report; what was
        # done a second time is not confirmed
        "punctuality": {
            "dispatch_on_time": (5, 7), "acknowledge_on_time": (3, 3), "on_time": (3, 3), "confirm_on_time": (2, 3),
            "fulfil_on_time": (4, 7), "by": ["priority"],
        },
        "durations": {
            "acknowledge_mean": (None, 3), "acknowledge_median": (None, 3), "finish_mean": (None, 3),
            "finish_median": (None, 3), "resolve_mean": (None, 1), "resolve_median": (None, 1), "by": [],
        },
        "quality": {
            "rework_rate": (1, 2), "declined_rate": (1, 3), "problem_rate": (1, 3), "extensions": (1, None),
            "extensions_granted": (1, 1), "urgings": (2, None), "by": [],
        },
        "complaints": {
            "complaints": (5, None), "complaints_valid": (1, None), "complaints_invalid": (1, None),
            "complaints_serious": (2, 5), "put_right_on_time": (3, 5), "result_on_time": (0, 2), "by": [],
        },
        "followups": {
            "followups": (2, None), "follow_up_rate": (1, 1), "unreachable_rate": (0, 1), "satisfaction": ("5", 1),
            "satisfied": (1, 1), "by": [],
        },
        "money": {"fines": ("20.00", 1), "rewards": ("100.00", 1), "warnings": (1, None), "by": []},
    }  # fmt: skip


@pytest.mark.clause("SOP-3.7.7")
def test_the_complaints_of_a_month_with_their_time_limits(busy: Desk) -> None:
    assert list_figures(report(busy, "complaints", *NOVEMBER)) == {
        "overview": {
            "complaints": (5, None), "complaints_valid": (1, None), "complaints_invalid": (1, None),
            "complaints_outside": (1, None), "complaints_serious": (2, 5), "complaints_repeated": (1, 5),
            "complaints_closed": (1, 5), "by": [],
        },
        "kinds": {"complaints": (5, None), "by": ["departments", "kind", "severity", "validity"]},
        "punctuality": {
            "put_right_on_time": (3, 5), "result_on_time": (0, 2), "explain_on_time": (1, 2), "analyse_on_time": (1, 1),
            "measures_on_time": (1, 1), "complaint_follow_up_on_time": (1, 1), "by": [],
        },
        "durations": {"resolve_mean": (None, 1), "resolve_median": (None, 1), "by": []},
    }  # fmt: skip
    busy.now = DECEMBER
    sections = {each["id"]: each["rows"][0]["beside"] for each in report(busy, "complaints")["sections"]}
    assert {name: set(beside) for name, beside in sections.items()} == {
        "overview": {"month-before", "year-before"},
        "kinds": {"month-before", "year-before"},
        "punctuality": {"month-before"},
        "durations": {"month-before"},
    }


@pytest.mark.clause("WP-8", "JD-7.3")
def test_the_report_on_the_staff_has_work_service_and_discipline(busy: Desk) -> None:
    assert list_figures(report(busy, "staff", *NOVEMBER)) == {
        "work": {
            "orders": (6, None), "completed": (2, None), "on_time": (3, 3), "rework_rate": (1, 2), "by": ["person"],
        },
        "service": {"satisfaction": ("5", 1), "justified_complaints": (1, None), "by": ["person"]},
        "discipline": {
            "late_arrivals": (1, None), "absences": (1, None), "exam_score": ("84", 1), "fines": ("20.00", 1),
            "rewards": ("100.00", 1), "warnings": (1, None), "by": ["person"],
        },
    }  # fmt: skip


@pytest.mark.clause("GL-2.6", "GZ-1.3b")
def test_the_totals_of_the_week_and_of_the_day(busy: Desk) -> None:
    assert list_figures(report(busy, "weekly", "--date", "2026-11-08")) == {
        "totals": {
            "orders": (6, None), "urgings": (2, None), "answered": (1, None), "followups": (1, None),
            "dispatched": (3, None), "completed": (2, None), "closed": (2, 6), "by": [],
        },
        "punctuality": {
            "dispatch_on_time": (5, 7), "acknowledge_on_time": (3, 3), "on_time": (3, 3), "fulfil_on_time": (3, 6),
            "by": [],
        },
    }  # fmt: skip
    assert list_figures(report(busy, "daily", "--date", "2026-11-03")) == {
        "today": {
            "orders": (6, None), "answered": (1, None), "referred": (1, None), "dispatched": (3, None),
            "completed": (1, None), "closed": (2, 6), "cancelled": (1, None), "by": [],
        },
        "complaints": {"complaints": (5, None), "by": ["departments", "severity"]},
    }  # fmt: skip


@pytest.mark.clause("PD-5.4", "GL-2.2b")
def test_a_report_that_is_handed_in_leaves_when_what_and_its_hash(desk: Desk) -> None:
    desk.clock(3, "09:00")
    work(desk, "pan")
    desk.now = DECEMBER
    for kind in ("monthly", "satisfaction"):
        done = desk.act("lin", "report", kind, "--month", "last", "-o", f"{kind}.csv")
        assert done.code == 0, done.err
    rows = [row for row in desk.rows("audit") if row["event"] == "reported"]
    assert [(row["report"], row["period"], row["at"]) for row in rows] == [
        ("monthly", "2026-11", DECEMBER),
        ("satisfaction", "2026-11", DECEMBER),
    ]
    for row in rows:
        content = (desk.folder / f"{row['report']}.csv").read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(row["rows"]) == len(list(csv.reader(content.decode("utf-8-sig").splitlines()))) - 1
    with (desk.folder / "monthly.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {row["measure"]: row["value"] for row in csv.DictReader(file) if not row["by"]}
    assert (found["orders"], found["completed"]) == ("1", "1")


@pytest.mark.clause("SOP-3.5", "GZ-1.3b")
def test_the_log_of_the_day_has_its_requests_and_complaints_and_whom_they_went_to(desk: Desk) -> None:
    desk.clock(3, "17:00")
    complain(desk, "--department", "cleaning", phone="138-0000-0011")  # the day before
    desk.clock(4, "09:00")
    desk.take(who="lin", kind="inquiry", service=None, content="停车费怎么交")
    desk.do("lin", "triage", desk.rows("orders")[-1]["id"], "--answered", "按月交")
    open_order = desk.take()
    first = complain(desk, "--department", "engineering", phone="138-0000-0012")
    complain(desk, "--department", "engineering", "--department", "cleaning", phone="138-0000-0013")
    desk.clock(4, "17:30")
    document = report(desk, "daily", "--date", "2026-11-04")
    today = find_section(document, "today")[None, None]["measures"]
    assert (today["orders"]["numerator"], today["answered"]["numerator"]) == (2, 1)
    assert find_section(document, "complaints")[None, None]["measures"]["complaints"]["numerator"] == 2
    assert group(document, "complaints", "departments", "complaints") == {"engineering": 2, "cleaning": 1}
    assert group(document, "complaints", "severity", "complaints") == {"ordinary": 1, "serious": 1}
    drilled = report(desk, "daily", "--date", "2026-11-04", "--drill", "complaints")
    assert first in [each["id"] for each in drilled["numerator"]]
    owed = {(each["case"], each["clock"]) for each in desk.do("sup-e", "worklist", "sup-e")}
    assert (first, "put-right") in owed  # it lies with the head of the department
    assert (open_order, "dispatch") in desk.late()  # and what nobody has handled is told


@pytest.mark.clause("GL-2.2b")
def test_the_analysis_of_the_service_has_its_sections_with_figures(desk: Desk) -> None:
    """Two orders done; one customer said 5, the other was not reached. A survey was handed over too late."""
    desk.clock(3, "09:00")
    first = work(desk, "pan")
    second = work(desk, "shui", phone="138-0000-0002", address="1号楼1单元")
    desk.do("lin", "follow-up", "new", first, "--method", "visit", "--satisfaction", "5")
    desk.do("lin", "follow-up", "new", second, "--method", "phone", "--not-reached")
    survey = desk.do("lin", "survey", "open", "--department", "engineering")["id"]
    desk.do("lin", "survey", "opinion", survey, "--opinion", "等候太久")
    desk.do("lin", "survey", "sum-up", survey)
    desk.clock(9, "09:00")
    desk.do("lin", "survey", "hand-over", survey)
    document = report(desk, "satisfaction", *NOVEMBER)
    sections = {each["id"]: find_section(document, each["id"])[None, None]["measures"] for each in document["sections"]}
    told = {name: {measure: count(figure) for measure, figure in of.items()} for name, of in sections.items()}
    assert told == {
        "followups": {
            "followups": (1, None), "follow_up_rate": (1, 2), "unreachable_rate": (0, 2), "not_reached": (1, None),
        },
        "satisfaction": {"satisfaction": ("5", 1), "satisfied": (1, 1)},
        "care": {"followups": (1, None), "visits": (1, None)},
        "surveys": {"survey_on_time": (0, 1)},
    }  # fmt: skip
    desk.now = DECEMBER
    later = report(desk, "satisfaction")
    assert {each["id"]: set(each["rows"][0]["beside"]) for each in later["sections"]} == {
        "followups": {"month-before", "year-before"},
        "satisfaction": {"month-before", "year-before"},
        "care": set(),
        "surveys": set(),
    }
    beside = find_section(later, "satisfaction")[None, None]["beside"]["month-before"]
    assert count(beside["satisfaction"]) == ("5", 1)


@pytest.mark.clause("GL-2.6")
def test_the_weekly_total_adds_up(desk: Desk) -> None:
    """Taken 3, urged 1, answered 1, followed up 1 in the week of the 2nd; what lies outside it is not in it."""
    desk.clock(2, "09:00")
    first = work(desk, "pan")
    desk.clock(3, "09:00")
    waiting = desk.take(phone="138-0000-0002", address="1号楼1单元")
    desk.clock(3, "11:00")  # given out within the hour is the rule
    assert [each["case"] for each in desk.urge(waiting)] == [waiting]
    desk.clock(4, "10:00")
    desk.do("lin", "new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "五点半")
    desk.clock(5, "10:00")
    desk.do("lin", "follow-up", "new", first, "--method", "phone", "--satisfaction", "5")
    desk.clock(9, "09:00")
    second = work(desk, "shui", phone="138-0000-0003", address="2号楼1单元")
    desk.do("lin", "follow-up", "new", second, "--method", "phone", "--satisfaction", "4")
    week = report(desk, "weekly", "--date", "2026-11-05")["measures"]
    total = {name: week[name]["numerator"] for name in ("orders", "urgings", "answered", "followups")}
    assert total == {"orders": 3, "urgings": 1, "answered": 1, "followups": 1}
    handed_in = desk.act("lin", "report", "weekly", "--date", "last", "-o", "week.md")
    assert handed_in.code == 0, handed_in.err
    (row,) = [row for row in desk.rows("audit") if row["event"] == "reported"]
    assert (row["report"], row["period"], row["by"]) == ("weekly", "2026-W45", "lin")
    month = report(desk, "monthly", *NOVEMBER)["measures"]
    assert (month["orders"]["numerator"], month["followups"]["numerator"]) == (4, 2)


@pytest.mark.clause("FW-2.8")
def test_the_satisfaction_report(desk: Desk) -> None:
    """Three orders done; 5 and 2 points given for plumbing, 4 for electrical work."""
    desk.clock(3, "09:00")
    marks = (("pan", "plumbing", 5), ("shui", "plumbing", 2), ("dian", "electrical", 4))
    for number, (staff, service, points) in enumerate(marks, 1):
        order = work(desk, staff, service=service, phone=f"138-0000-001{number}", address=f"{number}号楼")
        desk.do("lin", "follow-up", "new", order, "--method", "phone", "--satisfaction", str(points))
    complaint = str(desk.do("lin", "complaint", "new", "--content", "漏水未修好", "--department", "engineering",
                            "--caller", "张示例", "--phone", "138-0000-0001")["id"])  # fmt: skip
    desk.do("lin", "follow-up", "new", complaint, "--method", "phone", "--satisfaction", "1")  # of no order
    document = report(desk, "satisfaction", *NOVEMBER)
    assert count(document["measures"]["followups"]) == (4, None)
    assert document["measures"]["satisfaction"]["value"] == "3.666667"
    assert document["measures"]["satisfaction"]["denominator"] == document["measures"]["satisfied"]["denominator"] == 3
    rows = find_section(document, "satisfaction")
    assert count(rows[None, None]["measures"]["satisfied"]) == (2, 3)
    assert count(rows["service", "plumbing"]["measures"]["satisfied"]) == (1, 2)
    assert rows["service", "electrical"]["measures"]["satisfaction"]["value"] == "4"
    assert rows["department", "engineering"]["measures"]["satisfaction"]["value"] == "3.666667"
    # whose it is: who did the work that the follow-up is about
    staff = find_section(report(desk, "staff", *NOVEMBER), "service")
    found = {key: row["measures"]["satisfaction"]["value"] for (by, key), row in staff.items() if by == "person"}
    assert found == {"pan": "5", "shui": "2", "dian": "4"}


@pytest.mark.clause("JX-6b")
def test_care_by_each_person(desk: Desk) -> None:
    """Who asked the customers: lin twice by telephone, the manager once in person, the supervisor once."""
    desk.clock(3, "09:00")
    orders = [work(desk, "pan", phone=f"138-0000-002{number}", address=f"{number}号楼") for number in range(4)]
    calls = (("lin", "phone"), ("lin", "phone"), ("mgr", "visit"), ("sup-d", "visit"))
    for order, (who, method) in zip(orders, calls, strict=True):
        desk.do(who, "follow-up", "new", order, "--method", method, "--satisfaction", "5")
    document = report(desk, "satisfaction", *NOVEMBER)
    assert group(document, "care", "person", "followups") == {"lin": 2, "mgr": 1, "sup-d": 1}
    assert group(document, "care", "person", "visits") == {"mgr": 1, "sup-d": 1}
    shown = desk.act("lin", "report", "satisfaction", *NOVEMBER, "--lang", "zh").out
    assert "方示例" in shown
    assert "苏示例" in shown


@pytest.mark.clause("SOP-3.7.7")
def test_complaints_by_kind_and_department_with_the_months_beside(desk: Desk) -> None:
    """November: three, of which one valid (attitude), one invalid, one not ruled. December: one. A year later: one."""
    desk.clock(3, "09:00")
    valid = complain(desk, "--department", "engineering", "--staff", "pan")
    desk.do("mgr", "complaint", "rule", valid, "--valid", "attitude", "--reason", "言语不当")
    invalid = complain(desk, "--department", "desk", phone="138-0000-0010")
    desk.do("mgr", "complaint", "rule", invalid, "--invalid", "standard", "--reason", "标准如此")
    complain(desk, "--department", "engineering", "--department", "desk", phone="138-0000-0011")
    first_month = report(desk, "complaints", *NOVEMBER)
    assert count(first_month["measures"]["complaints"]) == (3, None)
    # several departments make it serious
    assert count(first_month["measures"]["complaints_serious"]) == (1, 3)
    assert group(first_month, "kinds", "kind", "complaints") == {"attitude": 1, "standard": 1, None: 1}
    assert group(first_month, "kinds", "severity", "complaints") == {"ordinary": 2, "serious": 1}
    assert group(first_month, "kinds", "validity", "complaints") == {"valid": 1, "invalid": 1, None: 1}
    # the one about two departments counts for each of them, and once in the month
    assert group(first_month, "kinds", "departments", "complaints") == {"engineering": 2, "desk": 2}
    titles = {(by, key): row["title"] for (by, key), row in find_section(first_month, "kinds").items()}
    assert (titles["kind", "attitude"], titles["departments", "engineering"]) == ("服务态度", "工程部")
    desk.now = DECEMBER
    complain(desk, "--department", "engineering", phone="138-0000-0012")
    december = report(desk, "complaints")
    assert december["beside"]["month-before"]["period"] == "2026-11"
    assert december["beside"]["year-before"]["period"] == "2025-12"
    overview = find_section(december, "overview")[None, None]
    assert count(overview["measures"]["complaints"]) == (1, None)
    assert count(overview["beside"]["month-before"]["complaints"]) == (3, None)
    assert count(overview["beside"]["month-before"]["complaints_serious"]) == (1, 3)
    assert count(overview["beside"]["year-before"]["complaints"]) == (0, None)
    # what was there the month before only has its row too
    row = find_section(december, "kinds")["kind", "attitude"]
    assert (count(row["measures"]["complaints"]), count(row["beside"]["month-before"]["complaints"])) == (
        (0, None),
        (1, None),
    )
    desk.now = "2027-11-30T09:00:00+08:00"
    later = find_section(report(desk, "complaints"), "overview")[None, None]
    assert count(later["beside"]["year-before"]["complaints"]) == (3, None)
    shown = desk.act("lin", "report", "complaints", "--month", "2026-12", "--lang", "zh").out
    assert "投诉统计 2026-12" in shown
    assert "上年同月" in shown
