"""The appraisal: what people are measured by, the score and grade it makes, the bonus and the lines of their pay."""

from decimal import Decimal
from typing import Any

import pytest
from desks import Desk, option_pairs

MONTH = "2026-11"
SECTION = r"(?ms)^appraisal:.*?(?=^[a-z])"
CALL = {"caller": "张示例", "phone": "138-0000-0001", "address": "3号楼2单元501"}


def finish(desk: Desk, staff: str, day: int, clock: str, **fields: Any) -> str:
    """An order of `day` 09:00, sent to a person at once, completed and confirmed at `clock`; the order's id."""
    desk.clock(day, "09:00")
    order = desk.take(**fields)
    job = desk.send(order, staff)
    desk.do(staff, "ack", job)
    desk.clock(day, clock)
    desk.do(staff, "start", job)
    desk.do(staff, "complete", job)
    desk.do("lin", "confirm", job)
    return order


def complain(desk: Desk, staff: str, **more: Any) -> str:
    """A complaint about a person, ruled valid; its id."""
    given = {"content": "态度不好", **CALL, "department": "engineering", "staff": staff, **more}
    case = str(desk.do("lin", "complaint", "new", *option_pairs(given))["id"])
    desk.do("sup-d", "complaint", "rule", case, "--valid", "attitude", "--reason", "属实", "--staff", staff)
    return case


def mark(desk: Desk, staff: str, measure: str, score: int, who: str = "mgr", month: str = MONTH) -> None:
    desk.do(
        who, "staff", "score", staff, "--measure", measure, "--month", month, "--score", str(score), "--reason", "月评"
    )


def scores(desk: Desk, *options: str, who: str = "mgr") -> dict[str, dict[str, Any]]:
    """What `appraise` says of November, by staff id."""
    return {each["staff"]: each for each in desk.do(who, "appraise", "--month", MONTH, *options)}


def person(desk: Desk, staff: str, *options: str, who: str = "mgr") -> dict[str, Any]:
    return scores(desk, "--staff", staff, *options, who=who)[staff]


def write_pay(desk: Desk, text: str, mode: int = 0o600) -> None:
    path = desk.folder / "records" / "private" / "pay.csv"
    path.parent.mkdir(mode=0o770, exist_ok=True)
    path.write_text("staff,from,line,amount\n" + text, encoding="utf-8")
    path.chmod(mode)


# --- one month, worked out by hand ----------------------------------------------------------------------------------


def work_month(desk: Desk) -> dict[str, str]:
    """November of pan: eight orders, one of them late, two follow-ups, a complaint, two late arrivals, an examination.

    `complete` of plumbing at normal priority takes 8 business hours (sample rules): what was sent at 09:00 and is done
    at 11:00 of the same day is on time, what is done two days later is late.
    """
    first = finish(desk, "pan", 3, "11:00")
    second = finish(desk, "pan", 4, "11:00")
    desk.clock(5, "09:00")
    third = desk.take()
    job = desk.send(third, "pan")
    desk.do("pan", "ack", job)
    desk.do("pan", "start", job)
    desk.clock(9, "10:00")
    desk.do("pan", "complete", job)
    desk.do("lin", "confirm", job)
    desk.do("lin", "follow-up", "new", first, "--method", "phone", "--satisfaction", "5")
    desk.do("lin", "follow-up", "new", second, "--method", "phone", "--satisfaction", "4")
    for day in (10, 11, 12, 13, 16):
        finish(desk, "pan", day, "11:00")
    complaint = complain(desk, "pan", order=second)
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-05", "--reason", "堵车")
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-06")
    desk.clock(27, "10:00")
    desk.do("sup-e", "training", "examined", "--topic", "规章制度", "--staff", "pan", "--score", "84")
    mark(desk, "pan", "attitude", 88)
    mark(desk, "pan", "attitude", 91, who="mgr")
    desk.clock(30, "18:00")
    return {"late": job, "complaint": complaint, "order": first}


@pytest.mark.clause("WP-8")
@pytest.mark.clause("JD-7.2")
@pytest.mark.clause("JD-7.4")
@pytest.mark.clause("KB1-5.1")
def test_a_score_is_the_weighted_sum_of_its_parts(desk: Desk) -> None:
    # completed 8 of 30: 80/3; on time 7 of 8, from 0.8 to 0.98: 125/3; satisfaction 4.5, from 3 to 4.8: 250/3; one
    # complaint of 3: 200/3; two late arrivals of 4: 50; 84 from 60 to 90: 80; attitude (88 + 91) / 2: 89.5. The weights
    # of a field worker make 90, so each counts 100/90 of itself.
    # (10 x 80/3 + 25 x 125/3 + 20 x 250/3 + 15 x 200/3 + 5 x 50 + 5 x 80 + 10 x 89.5) / 90 = 5520 / 90 = 61.33...
    work_month(desk)
    found = person(desk, "pan")
    assert {name: (part["value"], part["score"], part["weight"]) for name, part in found["measures"].items()} == {
        "orders": (None, None, None),
        "completed": ("8", "26.666666", "11.111111"),
        "on_time": ("0.875", "41.666666", "27.777777"),
        "satisfaction": ("4.5", "83.333333", "22.222222"),
        "justified_complaints": ("1", "66.666666", "16.666666"),
        "late_arrivals": ("2", "50", "5.555555"),
        "exam_score": ("84", "80", "5.555555"),
        "attitude": ("89.5", "89.5", "11.111111"),
    }
    assert found["measures"]["on_time"]["numerator"] == 7
    assert found["measures"]["on_time"]["denominator"] == 8
    assert (found["score"], found["grade"], found["bonus"]) == ("61.333333", "C", "300.00")
    shown = desk.act("mgr", "appraise", "--month", MONTH)
    assert "61.33" in shown.out


@pytest.mark.clause("KB1-5.1")
@pytest.mark.clause("JD-7.2")
def test_every_figure_opens_into_its_cases(desk: Desk) -> None:
    cases = work_month(desk)
    finish(desk, "shui", 30, "11:00")  # somebody else's: in none of pan's

    def opened(measure: str) -> dict[str, Any]:
        drilled = desk.do("mgr", "appraise", "--month", MONTH, "--staff", "pan", "--drill", measure)
        assert isinstance(drilled, dict)
        return drilled

    on_time = opened("on_time")
    assert (len(on_time["numerator"]), len(on_time["denominator"])) == (7, 8)
    assert cases["late"] not in [each["id"] for each in on_time["numerator"]]
    assert cases["late"] in [each["id"] for each in on_time["denominator"]]
    assert [each["id"] for each in opened("justified_complaints")["numerator"]] == [cases["complaint"]]
    assert [each["id"][0] for each in opened("satisfaction")["denominator"]] == ["F", "F"]
    assert len(opened("late_arrivals")["numerator"]) == 2
    marks = desk.do("mgr", "appraise", "--month", MONTH, "--staff", "pan", "--drill", "attitude")
    assert [each["score"] for each in marks] == [88, 91]
    assert all(each["id"].startswith("staff/2026-11.main#") for each in marks)
    assert "there are: orders" in desk.refuse(3, "mgr", "appraise", "--staff", "pan", "--drill", "none")


@pytest.mark.clause("PR-5")
def test_a_weight_is_changed_by_an_edit_of_the_rules_alone(desk: Desk) -> None:
    work_month(desk)
    before = person(desk, "pan")
    # on_time is worth 30 instead of 25, and completed 5: 5520 less 5 x 80/3, more 5 x 125/3, is 5595 of 90
    desk.edit_rules(
        ("completed: {weight: 10", "completed: {weight: 5"), ("on_time: {weight: 25", "on_time: {weight: 30")
    )
    after = person(desk, "pan")
    assert (before["score"], after["score"]) == ("61.333333", "62.166666")
    desk.edit_rules(("on_time: {weight: 30", "on_time: {weight: 41"))
    assert "the weights add up for field to 101" in desk.refuse(5, "mgr", "appraise")


# --- what is measured -----------------------------------------------------------------------------------------------


@pytest.mark.clause("JD-7.1")
def test_orders_taken_count_for_whoever_took_them(desk: Desk) -> None:
    desk.send(desk.take(who="lin"), "pan", who="sup-d")  # who sends somebody has not taken it
    desk.take(who="lin", phone="138-0000-0002")
    for phone in ("138-0000-0003", "138-0000-0004", "138-0000-0005"):
        desk.send(desk.take(who="mgr", phone=phone), "pan", who="lin")
    part = person(desk, "lin")["measures"]["orders"]
    # 2 of 60; beside it stand the complaints (15) and the late arrivals (5) that there were none of: 10 of 30
    assert (part["value"], part["score"], part["weight"]) == ("2", "3.333333", "33.333333")
    drilled = desk.do("mgr", "appraise", "--staff", "lin", "--month", MONTH, "--drill", "orders")
    assert len(drilled["numerator"]) == 2
    assert person(desk, "mgr")["measures"]["orders"]["left_out"] == "role"


@pytest.mark.clause("JD-7.3")
def test_targets_and_discipline_count(desk: Desk) -> None:
    finish(desk, "pan", 3, "11:00")
    clean = person(desk, "pan")
    assert (clean["measures"]["on_time"]["score"], clean["measures"]["late_arrivals"]["score"]) == ("100", "100")
    desk.do("sup-e", "attendance", "late", "pan", "--on", "2026-11-03")
    once = person(desk, "pan")
    assert once["measures"]["late_arrivals"]["score"] == "75"
    # completed 1 of 30, on time, no complaint: (10 x 10/3 + 25 x 100 + 15 x 100 + 5 x 100, then 5 x 75) / 55
    assert (clean["score"], once["score"]) == ("82.424242", "80.151515")
    assert "is on record as late" in desk.refuse(4, "sup-e", "attendance", "late", "pan", "--on", "2026-11-03")
    entry = desk.rows("attendance")[-1]["id"]
    desk.do("sup-e", "retract", entry, "--reason", "记错人")
    assert person(desk, "pan")["score"] == clean["score"]


@pytest.mark.clause("SOP-3.7.8")
def test_a_justified_complaint_counts_for_the_employee_it_is_about(desk: Desk) -> None:
    finish(desk, "pan", 3, "11:00")
    finish(desk, "shui", 4, "11:00")
    case = complain(desk, "pan")
    assert person(desk, "pan")["measures"]["justified_complaints"]["value"] == "1"
    assert person(desk, "shui")["measures"]["justified_complaints"]["value"] == "0"
    drilled = desk.do("mgr", "appraise", "--staff", "pan", "--month", MONTH, "--drill", "justified_complaints")
    assert drilled["numerator"] == [{"id": case, "instance": 1, "ref": None, "amount": None}]
    desk.clock(5, "09:00")
    desk.do("sup-d", "complaint", "rule", case, "--invalid", "ground", "--reason", "录音证明服务规范")
    assert person(desk, "pan")["measures"]["justified_complaints"]["value"] == "0"


@pytest.mark.clause("KZ-6.1")
def test_projects_are_assessed_on_safety_quality_progress_and_cost(desk: Desk) -> None:
    measures = "".join(
        f"    {name}: {{weight: {weight}, scored: true}}\n"
        for name, weight in (("safety", 40), ("quality", 30), ("progress", 20), ("cost", 10))
    )
    grades = "  grades:\n    - {grade: B, from: 80, bonus: 500}\n    - {grade: D, from: 0, bonus: 0}\n\n"
    desk.edit_rules((SECTION, f"appraisal:\n  roles: [field]\n  measures:\n{measures}{grades}"))
    desk.clock(30, "10:00")
    for name, given in (("safety", (100, 90)), ("quality", (80,)), ("progress", (85,)), ("cost", (70,))):
        for score in given:
            mark(desk, "pan", name, score)
    # 40 x 95 + 30 x 80 + 20 x 85 + 10 x 70 = 8600
    found = person(desk, "pan")
    assert (found["score"], found["grade"]) == ("86", "B")
    part = found["measures"]["safety"]
    assert (part["value"], part["numerator"], part["denominator"]) == ("95", "190", 2)


@pytest.mark.clause("WP-8")
def test_marks_are_given_by_superiors_for_what_the_rules_leave_to_marks(desk: Desk) -> None:
    def refuse(code: int, who: str, staff: str, measure: str, score: str, month: str = MONTH) -> str:
        return desk.refuse(
            code,
            who,
            "staff",
            "score",
            staff,
            "--measure",
            measure,
            "--month",
            month,
            "--score",
            score,
            "--reason",
            "月评",
        )

    for who in ("lin", "shui", "sup-e"):
        assert "manager, personnel (staff.*, JX-2a)" in refuse(4, who, "pan", "attitude", "80")
    assert "it is about mgr (never_self: staff.scored)" in refuse(4, "mgr", "mgr", "attitude", "80")
    assert "worked out of the records" in refuse(4, "mgr", "pan", "on_time", "80")
    assert "no such measure" in refuse(3, "mgr", "pan", "礼貌", "80")
    assert "has not begun" in refuse(4, "mgr", "pan", "attitude", "80", "2026-12")
    assert "was not here" in refuse(4, "mgr", "pan", "attitude", "80", "2026-10")
    assert "0 to 100" in refuse(2, "mgr", "pan", "attitude", "101")
    assert "no such person" in refuse(3, "mgr", "nobody", "attitude", "80")
    mark(desk, "pan", "attitude", 80)
    assert person(desk, "pan")["score"] is not None
    row = desk.rows("staff")[-1]
    desk.do("mgr", "retract", "pan", f"staff/2026-11.main#{row['seq']}", "--reason", "打错")
    assert person(desk, "pan")["measures"]["attitude"]["left_out"] == "empty"


# --- score, grade, bonus ----------------------------------------------------------------------------------------------


@pytest.mark.clause("JD-7.4")
def test_who_did_nothing_has_no_score_and_that_is_said(desk: Desk) -> None:
    found = person(desk, "dian")
    assert (found["score"], found["grade"], found["bonus"], found["reason"]) == (None, None, None, "no data")
    assert "无数据" in desk.act("mgr", "appraise", "--month", MONTH).out
    complain(desk, "dian")
    assert person(desk, "dian")["score"] is None, "a complaint alone is no month of work"
    assert "the rules" in desk.refuse(4, "mgr", "appraise", "--staff", "wai")
    assert "was not here" in desk.refuse(4, "mgr", "appraise", "--staff", "dian", "--month", "2026-10")


@pytest.mark.clause("JD-7.4")
@pytest.mark.parametrize(
    ("complaints", "marks", "grade", "bonus"),
    [
        (0, 70, "A", "800.00"),  # (10 x 70 + 15 x 100 + 5 x 100) / 30 = 90
        (0, 69, "B", "500.00"),
        (0, 40, "B", "500.00"),  # 80
        (0, 39, "C", "300.00"),
        (1, 30, "C", "300.00"),  # (10 x 30 + 15 x 200/3 + 5 x 100) / 30 = 60
        (1, 29, "D", "300.00"),  # what an assistant has at least
    ],
)
def test_the_score_gives_the_grade_and_the_grade_the_bonus(
    desk: Desk, complaints: int, marks: int, grade: str, bonus: str
) -> None:
    desk.do("mgr", "staff", "join", "qian", "--name", "钱示例", "--role", "assistant", "--regular")
    for _ in range(complaints):
        complain(desk, "qian")
    mark(desk, "qian", "attitude", marks)
    found = person(desk, "qian")
    assert (found["grade"], found["bonus"]) == (grade, bonus)


@pytest.mark.clause("JD-7.4")
def test_the_best_come_first_and_equal_ones_by_their_id(desk: Desk) -> None:
    finish(desk, "shui", 3, "11:00")
    finish(desk, "pan", 4, "11:00")
    finish(desk, "dian", 5, "11:00")
    mark(desk, "dian", "attitude", 100)
    listed = [(each["staff"], each["score"]) for each in desk.do("mgr", "appraise", "--month", MONTH)]
    assert [staff for staff, _ in listed] == ["dian", "pan", "shui", "lin", "mgr"]
    assert listed[1][1] == listed[2][1]
    assert [staff for staff, score in listed if score is None] == ["mgr"]
    assert desk.act("mgr", "appraise", "--month", MONTH, "-q").out.split() == [staff for staff, _ in listed]


@pytest.mark.clause("JD-7.4")
def test_who_left_is_appraised_for_what_was_done(desk: Desk) -> None:
    finish(desk, "pan", 3, "11:00")
    desk.clock(10, "09:00")
    desk.do("mgr", "staff", "leave", "pan", "--kind", "resignation")
    desk.do("mgr", "staff", "leave", "dian", "--kind", "resignation")
    desk.do("mgr", "staff", "transfer", "shui", "--role", "desk", "--reason", "工作需要")
    found = scores(desk)
    assert found["pan"]["score"] is not None
    assert "dian" not in found, "left, and did nothing"
    assert found["shui"]["role"] == "desk", "the role at the end of the month"


@pytest.mark.clause("JX-3")
def test_manager_and_assistants_get_at_least_300_each(desk: Desk) -> None:
    desk.do("mgr", "staff", "join", "zhu", "--name", "朱示例", "--role", "assistant", "--regular")
    desk.do("mgr", "staff", "join", "yu", "--name", "于示例", "--role", "assistant", "--regular")
    mark(desk, "zhu", "attitude", 10, who="mgr")
    mark(desk, "yu", "attitude", 95, who="mgr")
    for _ in range(3):
        complain(desk, "zhu")
    found = scores(desk)
    assert (found["mgr"]["score"], found["mgr"]["bonus"]) == (None, "300.00"), "whatever the score"
    # attitude 10 of weight 10, three complaints (15), never late (5): (10 x 10 + 15 x 0 + 5 x 100) / 30 = 20
    assert (found["zhu"]["grade"], found["zhu"]["bonus"]) == ("D", "300.00")
    assert (found["yu"]["grade"], found["yu"]["bonus"]) == ("A", "800.00"), "by performance above that"
    assert {found[staff]["approver"] for staff in ("mgr", "zhu", "yu")} == {"general-manager"}
    assert found["pan"]["approver"] is None


@pytest.mark.clause("PR-11")
@pytest.mark.clause("KB1-5.2")
def test_the_result_decides_reward_raise_promotion_and_penalty(desk: Desk) -> None:
    write_pay(desk, "pan,2026-01,base,5000\nshui,2026-01,base,5000\nshui,2026-12,base,5600\n")
    for day in (3, 4, 5, 6):
        order = finish(desk, "shui", day, "11:00")
    desk.do("lin", "follow-up", "new", order, "--method", "phone", "--satisfaction", "5")
    desk.do("sup-e", "training", "examined", "--topic", "规章制度", "--staff", "shui", "--score", "90")
    mark(desk, "shui", "attitude", 100)
    mark(desk, "pan", "attitude", 0)
    found = scores(desk, "--pay")
    assert (found["shui"]["grade"], found["shui"]["bonus"], found["shui"]["pay"]["total"]) == ("A", "800.00", "5800.00")
    # attitude 0 of 10, completed 0 of 10, no complaint (15), never late (5): 2000 / 40
    assert (found["pan"]["grade"], found["pan"]["bonus"], found["pan"]["pay"]["total"]) == ("D", "0.00", "5000.00")
    reward = desk.do(
        "mgr",
        "ledger",
        "propose",
        "--rule",
        "excellent",
        "--staff",
        "shui",
        "--reason",
        "11月考核 A",
        "--amount",
        "200",
    )["id"]
    desk.do("gm", "ledger", "approve", reward, "--reason", "同意")
    desk.do("mgr", "staff", "promote", "shui", "--class", "A", "--reason", "11月考核 A")
    pay = person(desk, "shui", "--pay")["pay"]
    assert [(entry["id"], entry["amount"]) for entry in pay["entries"]] == [(reward, "200.00")]
    assert pay["total"] == "6000.00"
    raised = desk.do("mgr", "appraise", "--month", "2026-12", "--staff", "shui", "--pay")[0]["pay"]
    assert raised["base"] == "5600.00"


# --- pay --------------------------------------------------------------------------------------------------------------


def fine(desk: Desk, staff: str, amount: str) -> str:
    """A fine that the manager approved now; the entry's id."""
    entry = str(
        desk.do("sup-e", "ledger", "propose", "--rule", "unreachable", "--staff", staff, "--reason", "多次失联")["id"]
    )
    desk.do("mgr", "ledger", "approve", entry, "--amount", amount, "--reason", "属实")
    return entry


@pytest.mark.clause("JD-8")
def test_the_lines_of_a_months_pay_add_up_to_the_fen(desk: Desk) -> None:
    work_month(desk)
    write_pay(
        desk,
        "pan,2026-01,base,5000\npan,2026-11,base,5200.50\npan,2026-12,base,9999\n"
        "pan,2026-01,insurance,-380.25\npan,2026-01,year-end,10000\n",
    )
    entry = fine(desk, "pan", "50")
    pay = person(desk, "pan", "--pay")["pay"]
    # year-end 10000 / 12: due by the end of November 9166.66, of October 8333.33, so 833.33 for November
    assert (pay["base"], pay["performance"], pay["insurance"], pay["year_end"]) == (
        "5200.50", "300.00", "-380.25", "833.33",
    )  # fmt: skip
    assert [(each["id"], each["event"], each["amount"]) for each in pay["entries"]] == [(entry, "approved", "-50.00")]
    assert pay["total"] == "5903.58"  # 5200.50 + 300.00 - 380.25 + 833.33 - 50.00
    slip = desk.act("mgr", "appraise", "--month", MONTH, "--staff", "pan", "--pay").out.split("\n\n")[2]
    lines = [line.split()[-2:] for line in slip.splitlines()[2:]]
    assert lines == [
        ["基本工资", "5200.50"], ["绩效奖金", "300.00"], ["保险", "-380.25"], ["年终奖（当月份额）", "833.33"],
        ["unreachable", "-50.00"], ["应发合计", "5903.58"],
    ]  # fmt: skip
    assert entry in slip


@pytest.mark.clause("JD-8")
def test_a_reversal_gives_back_in_the_month_it_was_made(desk: Desk) -> None:
    finish(desk, "pan", 3, "11:00")
    write_pay(desk, "pan,2026-01,base,5000\n")
    entry = fine(desk, "pan", "50")
    before = person(desk, "pan", "--pay")["pay"]
    desk.now = "2026-12-02T09:00:00+08:00"
    desk.do("mgr", "ledger", "reverse", entry, "--reason", "查明信号故障")
    assert person(desk, "pan", "--pay")["pay"] == before, "November stays what it was"
    december = desk.do("mgr", "appraise", "--month", "2026-12", "--staff", "pan", "--pay")[0]["pay"]
    assert [(each["id"], each["event"], each["amount"]) for each in december["entries"]] == [
        (entry, "reversed", "50.00")
    ]
    assert december["total"] == "5050.00"


@pytest.mark.clause("JD-8")
def test_whatever_was_decided_is_paid_in_one_month(desk: Desk) -> None:
    """Of its own time; what a closed month had not known when it was closed, in the month that recorded it."""
    desk.do("mgr", "policy", "publish")
    finish(desk, "pan", 3, "11:00")
    write_pay(desk, "pan,2026-01,base,5000\n")
    entries: list[str] = []

    def decide(now: str, amount: str, at: str) -> None:
        desk.now = now
        when = () if at == "" else ("--at", at)
        words = ("--rule", "unreachable", "--staff", "pan", "--reason", "多次失联")
        entries.append(str(desk.do("sup-e", "ledger", "propose", *words, *when)["id"]))
        desk.do("mgr", "ledger", "approve", entries[-1], "--amount", amount, "--reason", "属实", *when)

    def reverse(now: str, entry: str, at: str) -> None:
        desk.now = now
        desk.do("mgr", "ledger", "reverse", entry, "--reason", "查明", "--at", at)

    def seal(now: str, month: str) -> None:
        desk.now = now
        desk.do("mgr", "records", "seal", "--month", month)

    decide("2026-11-20T09:00:00+08:00", "20", "")
    decide("2026-11-21T09:00:00+08:00", "21", "")
    decide("2026-12-01T10:00:00+08:00", "22", "2026-11-30T10:00:00+08:00")  # told late, but not too late
    seal("2026-12-02T09:00:00+08:00", MONTH)
    decide("2026-12-05T09:00:00+08:00", "23", "2026-11-28T09:00:00+08:00")
    reverse("2026-12-06T09:00:00+08:00", entries[0], "2026-11-29T09:00:00+08:00")
    decide("2027-01-04T09:00:00+08:00", "24", "2026-12-30T09:00:00+08:00")
    seal("2027-01-05T09:00:00+08:00", "2026-12")
    decide("2027-01-06T09:00:00+08:00", "25", "2026-12-31T09:00:00+08:00")
    reverse("2027-01-07T09:00:00+08:00", entries[3], "2026-12-20T09:00:00+08:00")
    reverse("2027-01-08T09:00:00+08:00", entries[1], "2026-11-30T09:00:00+08:00")
    desk.now = "2027-02-20T09:00:00+08:00"
    paid: dict[str, list[tuple[str, str]]] = {}
    for month in (MONTH, "2026-12", "2027-01", "2027-02"):
        pay = desk.do("mgr", "appraise", "--month", month, "--staff", "pan", "--pay")[0]["pay"]
        paid[month] = [(each["id"], each["amount"]) for each in pay["entries"]]
    assert paid == {
        MONTH: [(entries[0], "-20.00"), (entries[1], "-21.00"), (entries[2], "-22.00")],
        "2026-12": [(entries[3], "-23.00"), (entries[0], "20.00"), (entries[4], "-24.00")],
        "2027-01": [(entries[5], "-25.00"), (entries[3], "23.00"), (entries[1], "21.00")],
        "2027-02": [],
    }
    standing = [each for each in desk.do("mgr", "ledger", "list") if each["state"] == "approved"]
    owed = sum(Decimal(each["amount"]) for each in standing)
    assert owed == 22 + 24 + 25
    assert sum(Decimal(amount) for month in paid.values() for _, amount in month) == -owed


@pytest.mark.clause("JD-8")
def test_a_warning_instead_of_money_is_no_line(desk: Desk) -> None:
    finish(desk, "pan", 3, "11:00")
    entry = desk.do("sup-e", "ledger", "propose", "--rule", "unreachable", "--staff", "pan", "--reason", "多次失联")[
        "id"
    ]
    assert person(desk, "pan", "--pay")["pay"]["entries"] == [], "nothing is deducted before it is approved"
    desk.do("mgr", "ledger", "approve", entry, "--instead", "oral-warning", "--reason", "初犯")
    assert person(desk, "pan", "--pay")["pay"]["entries"] == []


@pytest.mark.clause("JD-8")
def test_pay_is_seen_by_managers_and_personnel_only(desk: Desk) -> None:
    write_pay(desk, "pan,2026-01,base,5000\n")
    for who in ("lin", "pan", "wai"):
        assert "records.scores" in desk.refuse(4, who, "appraise", "--pay")
        assert "records.scores" in desk.refuse(4, who, "appraise")
        assert "records.scores" in desk.refuse(4, who, "appraise", "--staff", "shui")
        assert "records.scores" in desk.refuse(4, who, "report", "staff")
    assert "records.pay" in desk.refuse(4, "sup-e", "appraise", "--pay")
    assert "records.pay" in desk.refuse(4, "sup-e", "appraise", "--staff", "pan", "--pay")
    own = desk.do("pan", "appraise", "--staff", "pan", "--pay")[0]
    assert (own["staff"], own["pay"]["base"]) == ("pan", "5000.00")
    desk.do("mgr", "staff", "join", "ren", "--name", "任示例", "--role", "personnel", "--regular")
    for who in ("mgr", "gm", "ren"):
        assert scores(desk, "--pay", who=who)["pan"]["pay"]["base"] == "5000.00"
    assert scores(desk)["pan"]["pay"] is None


@pytest.mark.clause("JD-8")
def test_without_the_file_the_lines_are_empty_and_a_faulty_one_is_named_by_line(desk: Desk) -> None:
    done = desk.act("mgr", "appraise", "--month", MONTH, "--pay", "--json")
    assert done.code == 0
    assert done.err == "warning: records/private/pay.csv is not there: pay lines are left empty\n"
    assert scores(desk, "--pay")["mgr"]["pay"] == {
        "base": None, "performance": "300.00", "insurance": None, "year_end": None, "entries": [], "total": None,
        "warnings": [],
    }  # fmt: skip
    write_pay(desk, "pan,2026-01,base,5000\n", 0o644)
    assert "is open to others" in desk.act("mgr", "appraise", "--month", MONTH, "--pay").err
    write_pay(desk, "pan,2026-01,base,5000\npan,2026-01,bonus,1\nnobody,2026-01,base,1\n")
    told = desk.refuse(5, "mgr", "appraise", "--pay")
    assert "records/private/pay.csv:3: line: 'bonus' is not known (base, insurance, year-end)" in told
    write_pay(desk, "nobody,2026-01,base,1\n")
    assert "records/private/pay.csv:2: no such person: 'nobody'" in desk.refuse(5, "mgr", "appraise", "--pay")


@pytest.mark.clause("PR-5")
def test_rules_without_an_appraisal_say_so(desk: Desk) -> None:
    desk.edit_rules((SECTION, ""))
    assert "have no appraisal" in desk.refuse(3, "mgr", "appraise")


@pytest.mark.clause("JD-7.4")
@pytest.mark.clause("JD-8")
def test_a_closed_month_is_appraised_as_of_its_closing(desk: Desk) -> None:
    work_month(desk)
    write_pay(desk, "pan,2026-01,base,5000\n")
    fine(desk, "pan", "50")
    desk.now = "2026-12-01T09:00:00+08:00"
    mark(desk, "pan", "attitude", 90)
    desk.do("mgr", "policy", "publish", "--yes")
    before = [desk.act("mgr", "appraise", "--month", MONTH, *form).out for form in ((), ("--pay", "--json"))]
    desk.do("mgr", "records", "seal", "--month", MONTH)
    desk.now = "2026-12-08T09:00:00+08:00"
    mark(desk, "pan", "attitude", 10)
    desk.do("mgr", "staff", "join", "xin", "--name", "新示例", "--role", "manager", "--regular")
    write_pay(desk, "pan,2026-01,base,5000\nxin,2026-12,base,8000\n")
    after = [desk.act("mgr", "appraise", "--month", MONTH, *form).out for form in ((), ("--pay", "--json"))]
    assert after == before
    assert desk.act("xin", "appraise", "--month", MONTH, "--pay", "--json").out == before[1]
    late = desk.do("mgr", "--as-of", "now", "appraise", "--month", MONTH, "--staff", "pan")[0]
    assert late["measures"]["attitude"]["denominator"] == 4
