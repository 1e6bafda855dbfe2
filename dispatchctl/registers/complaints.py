"""The page of `complaints`: from who heard it to what was put right; the groups of its rulings.

Severity is what a person decided, else what the rules propose: it is derived, like what the ruling was.
"""

from typing import NamedTuple

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

SEVERITIES = ("ordinary", "serious")
OUTCOMES = ("redone", "concession", "corrected", "explained")
TESTS = ("media", "reputation", "system_flaw", "doubts_system")  # what is noted when it is registered (SOP-3.6.2)
NEEDS = ("ruling", "investigation", "confirmation", "analysis", "measure")  # that a closing may ask for
#: how it was settled, as a condition of `close_needs`: by the command that registered it, or later
SETTLED = Field("settled", "settled", "如何处理", type="choice", choices=("on-the-spot", "later"))


class RulingGroup(NamedTuple):
    """Kinds of rulings that are ruled by one event. name: in policies.yaml, of the option, the state, the validity.

    clause: by which a ruling of it stands; blames: whether somebody may be found at fault by it; rejects: whether
    nothing is to be put right after it, so that it ends by being explained and closed (SOP-3.6.3, SOP-3.6.5).
    """

    event: str
    name: str
    zh: str
    clause: str
    blames: bool = False
    rejects: bool = False


GROUPS = (
    RulingGroup("ruled-valid", "valid", "有效", "SOP-3.6.4", blames=True),
    RulingGroup("ruled-invalid", "invalid", "无效", "SOP-3.6.3", rejects=True),
)
RULINGS = {**{group.event: group.name for group in GROUPS}, "referred-outside": "outside"}  # event -> validity
REJECTED = tuple(group.name for group in GROUPS if group.rejects)
UPHELD = tuple(group.name for group in GROUPS if not group.rejects)
UNSETTLED = ("open", *UPHELD, "outside")
LIVE = (*UNSETTLED, *REJECTED, "resolved")


def _rule(group: RulingGroup) -> Event:
    """The event of a group: from whatever else it may have been ruled, since a ruling may be revised."""
    others = (each.name for each in GROUPS if each is not group)
    return Event(
        group.event,
        group.event.replace("-", " "),
        f"判定{group.zh}",
        ("open", *others, "outside"),
        group.name,
        required=("kind", "reason"),
        optional=("about_staff",) if group.blames else (),
    )


PAGE = complete_page(
    Register(
        name="complaints",
        letter="C",
        en="complaints",
        zh="投诉",
        one="complaint",
        subject=("about_staff", "responsible"),
        listed=("id", "state", "severity", "validity", "kind", "departments", "receiver", "content"),
        parent="order_id",
        item="measure_id",
        fixed=("check",),
        fields=(
            Field("order_id", "order", "工单号", type="case", of="orders", option="order"),
            Field("contact_id", "contact", "联系人编号", type="contact"),
            Field("content", "content", "内容"),
            Field("received_by", "received by", "受理人", type="staff"),
            Field("passed_on_by", "passed on by", "转交人", type="staff"),
            Field(
                "departments", "departments", "涉及部门", type="key", of="departments", many=True, option="department"
            ),
            Field("about_staff", "about", "被投诉人", type="staff", many=True, option="staff"),
            Field("media", "in public media", "媒体曝光", type="flag"),
            Field("reputation", "harms reputation", "损害声誉或利益", type="flag"),
            Field("system_flaw", "flaw of the system", "体系缺陷", type="flag"),
            Field("doubts_system", "doubts the system", "质疑管理体系", type="flag"),
            Field("repeats", "repeats", "前次投诉", type="case"),
            Field("repeats_at", "earlier one registered", "前次登记时间", type="time"),
            Field("severity", "severity", "严重程度", type="choice", choices=SEVERITIES),
            Field("kind", "kind", "类别", type="key", of="complaint_kinds"),
            Field("reason", "reason", "原因"),
            Field("cause", "cause", "原因分析"),
            Field("responsible", "responsible", "责任人", type="staff", many=True),
            Field("confirmed_by", "confirmed by", "确认人", type="staff", option="staff"),
            Field("measure_id", "measure", "措施编号"),
            Field("measure", "measure's text", "纠正措施", option="text"),
            Field("measure_due", "measure due", "措施期限", type="time", option="due", ends=True),
            Field("owner", "measure's owner", "措施负责人", type="staff"),
            Field("check", "check", "验证结论", type="choice", choices=("effective", "failed"), option="result"),
            Field("on_site", "on site", "到现场", type="flag"),
            Field("manager", "manager on site", "到场经理", type="staff"),
            Field("result", "result", "处理结果"),
            Field("outcome", "outcome", "结案方式", type="choice", choices=OUTCOMES),
            Field("escalated_to", "escalated to", "上报至", type="key", of="roles", option="to"),
        ),
        events=(
            Event(
                "registered",
                "registered",
                "登记",
                (FIRST,),
                "open",
                required=("content", "received_by"),
                optional=(
                    "order_id",
                    "contact_id",
                    "passed_on_by",
                    "departments",
                    "about_staff",
                    *TESTS,
                    "repeats",
                    "repeats_at",
                ),
            ),
            Event("passed-on", "passed on", "转交", LIVE, required=("received_by", "passed_on_by")),
            Event("classified", "classified", "定级", LIVE, required=("severity", "reason")),
            *(_rule(group) for group in GROUPS),
            Event("explained", "explained", "已向投诉人解释", LIVE),
            Event("investigated", "investigated", "调查", LIVE, optional=("on_site", "manager")),
            Event("analysed", "analysed", "原因分析", LIVE, required=("cause", "responsible")),
            Event("responsibility-confirmed", "responsibility confirmed", "责任确认", LIVE, required=("confirmed_by",)),
            Event(
                "measure-planned",
                "measure planned",
                "制定措施",
                LIVE,
                required=("measure_id", "measure", "measure_due", "owner"),
            ),
            Event("measure-done", "measure done", "措施完成", LIVE, required=("measure_id",)),
            Event("measure-checked", "measure checked", "措施验证", LIVE, required=("measure_id", "check")),
            Event("referred-outside", "referred outside", "转外部单位", ("open", *UPHELD), "outside"),
            Event("informed", "informed of the outcome", "告知结果", LIVE),
            Event(
                "resolved",
                "resolved",
                "处理完毕",
                UNSETTLED,
                "resolved",
                required=("result", "outcome"),
            ),
            Event("escalated", "escalated", "上报", LIVE, required=("escalated_to",)),
            Event("management-review", "management review", "管理评审", LIVE),
            Event("closed", "closed", "结案", ("resolved", *REJECTED), "closed"),
            Event("reopened", "reopened", "重新处理", ("resolved", "closed"), "open"),
        ),
        states=(
            State("open", "open", "待判定"),
            *(State(group.name, group.name, group.zh) for group in GROUPS),
            State("outside", "with others", "待外部处理"),
            State("resolved", "resolved", "已处理"),
            State("closed", "closed", "已结案", final=True, open=False),
        ),
        derived=(
            Field("severity_reasons", "grounds", "定级依据", many=True),
            Field("classified_by_person", "classified", "已定级", type="flag"),
            Field("validity", "validity", "有效性", type="choice", choices=tuple(RULINGS.values())),
            Field("receiver", "receiver", "责任受理人", type="staff"),
        ),
    )
)
