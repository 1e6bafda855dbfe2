"""The page of `audit`: what was revealed, exported, published, adopted or taken over, by whom and why.

An entry's state says which it is. What it says stands: whoever looked at something cannot make it unseen.
"""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

_EVENTS = (
    ("revealed", "revealed", "查看隐私"),
    ("exported", "exported", "导出"),
    ("reported", "reported", "出具报表"),
    ("erased", "erased", "删除隐私"),
    ("adopted", "adopted", "采纳手工修改"),
    ("published", "published", "发布制度"),
    ("reviewed", "reviewed", "制度评审"),
    ("sealed", "sealed", "封账"),
    ("taken-over", "taken over", "接管编号"),
    ("acted-alone", "done with nobody else there", "无他人可办而办理"),
)

PAGE = complete_page(
    Register(
        name="audit",
        letter="X",
        en="audit",
        zh="审计",
        one="audit entry",
        stands=True,
        undone=False,
        listed=("id", "at", "by_name", "state", "subject", "reason", "report", "period", "alone"),
        fields=(
            Field("subject", "subject", "对象"),
            Field("report", "report", "报表"),
            Field("period", "period", "期间"),
            Field("rows", "rows", "行数", type="integer", of="0..999999999"),
            Field("sha256", "SHA-256", "校验值"),
            Field("reason", "reason", "原因"),
        ),
        events=tuple(
            Event(
                name,
                en,
                zh,
                (FIRST,),
                name,
                required=("subject",),
                optional=("report", "period", "rows", "sha256", "reason"),
            )
            for name, en, zh in _EVENTS
        ),
        states=tuple(State(name, en, zh, open=False) for name, en, zh in _EVENTS),
    )
)
