"""The page of `followups`: what the customer says after the work, the complaint or the survey was dealt with."""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

METHODS = ("phone", "visit", "message")
ASKED = ("about", "method", "with_staff")
ANSWER = ("satisfaction", "remark")
#: what `followups.orders.when` may ask of an order beside its fields: whether it ended with an answer on the spot
END = Field("end", "ended by", "如何办结", type="choice", choices=("closed", "answered"))

PAGE = complete_page(
    Register(
        name="followups",
        letter="F",
        en="follow-ups",
        zh="回访",
        one="follow-up",
        parent="about",
        fields=(
            Field("about", "about", "关联事项", type="case"),
            Field("method", "method", "方式", type="choice", choices=METHODS),
            Field("with_staff", "together with", "陪同人员", type="staff", many=True, option="with"),
            Field("satisfaction", "satisfaction", "满意度", type="integer", of="1..5"),
            Field("remark", "remark", "意见"),
            Field("signed_by", "signed by", "签字人", type="contact"),
        ),
        events=(
            Event("asked", "asked", "发起", (FIRST,), "asked", required=("about", "method"), optional=ASKED),
            Event("answered", "answered", "已答复", (FIRST, "asked"), "answered", optional=(*ASKED, *ANSWER)),
            Event(
                "not-reached", "not reached", "未联系上", (FIRST, "asked"), "not-reached", optional=(*ASKED, "remark")
            ),
            Event("signed", "signed", "已签字", ("answered",), "signed", optional=("signed_by",)),
        ),
        states=(
            State("asked", "asked", "待答复"),
            State("answered", "answered", "已答复", open=False),
            State("not-reached", "not reached", "未联系上", final=True, open=False),
            State("signed", "signed", "已签字", final=True, open=False),
        ),
    )
)
