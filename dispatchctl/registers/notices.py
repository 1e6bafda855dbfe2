"""The page of `notices`: what was urged, and what was sent to whom."""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

ABOUT = ("kind", "case", "clock", "clock_started_at", "item", "level", "to", "channel", "error")

PAGE = complete_page(
    Register(
        name="notices",
        undone=False,
        letter="U",
        en="notices",
        zh="催办与通知",
        one="notice",
        listed=("id", "kind", "case", "clock", "level", "to"),
        parent="case",
        fields=(
            Field("kind", "kind", "类别", type="choice", choices=("assignment", "warning", "urging", "escalation")),
            Field("case", "case", "事项", type="case"),
            Field("clock", "clock", "时限"),
            Field("clock_started_at", "clock started", "时限起算", type="time"),
            Field("item", "item", "分项"),
            Field("level", "level", "级别", type="integer", of="0..9"),
            Field("to", "to", "对象", type="staff", many=True),
            Field("channel", "channel", "渠道"),
            Field("error", "error", "失败原因"),
        ),
        events=(
            Event(
                "urged",
                "urged",
                "催办",
                (FIRST,),
                "open",
                required=("kind", "case", "clock", "clock_started_at", "level"),
                optional=ABOUT,
            ),
            Event(
                "sent", "sent", "已发送", (FIRST,), "open", required=("kind", "case", "to", "channel"), optional=ABOUT
            ),
            Event(
                "failed",
                "failed",
                "发送失败",
                (FIRST,),
                "open",
                required=("kind", "case", "to", "channel", "error"),
                optional=ABOUT,
            ),
        ),
        states=(State("open", "on record", "已记录", open=False),),
    )
)
