"""What is reported, and when: dispatches and work, satisfaction, complaints, the weekly total, care by each person.

All days are of November 2026 unless a test says otherwise (desk.py); every figure is counted by hand from the story.
"""

import csv
import hashlib
from typing import Any

import pytest
from desks import Desk

DECEMBER = "2026-12-01T09:00:00+08:00"  # a Tuesday
NOVEMBER = ("--month", "2026-11")


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
    document = report(desk, "satisfaction", *NOVEMBER)
    assert count(document["measures"]["followups"]) == (3, None)
    assert document["measures"]["satisfaction"]["value"] == "3.666667"
    rows = find_section(document, "satisfaction")
    assert count(rows[None, None]["measures"]["satisfied"]) == (2, 3)
    assert count(rows["service", "plumbing"]["measures"]["satisfied"]) == (1, 2)
    assert rows["service", "electrical"]["measures"]["satisfaction"]["value"] == "4"
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
    november = report(desk, "complaints", *NOVEMBER)
    assert count(november["measures"]["complaints"]) == (3, None)
    # several departments make it serious
    assert count(november["measures"]["complaints_serious"]) == (1, 3)
    assert group(november, "kinds", "kind", "complaints") == {"attitude": 1, "standard": 1, None: 1}
    assert group(november, "kinds", "severity", "complaints") == {"ordinary": 2, "serious": 1}
    assert group(november, "kinds", "validity", "complaints") == {"valid": 1, "invalid": 1, None: 1}
    # the one about two departments counts for each of them, and once in the month
    assert group(november, "kinds", "departments", "complaints") == {"engineering": 2, "desk": 2}
    titles = {(by, key): row["title"] for (by, key), row in find_section(november, "kinds").items()}
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
