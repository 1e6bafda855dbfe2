"""The page of `attendance`: who was late, absent or left early, for desks that note the exceptions.

An entry's state says which it is, so that a list shows it and can be asked for it.
"""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

NEEDED = ("staff", "date")

PAGE = complete_page(
    Register(
        name="attendance",
        letter="N",
        en="attendance",
        zh="考勤",
        one="attendance entry",
        subject=("staff",),
        fixed=("date",),
        once=("date", "staff"),
        listed=("id", "state", "staff", "date", "minutes", "reason"),
        fields=(
            Field("staff", "staff", "员工", type="staff"),
            Field("date", "date", "日期", type="date", option="on"),
            Field("reason", "reason", "原因"),
            Field("minutes", "minutes", "分钟", type="integer", of="1..1440"),
        ),
        events=(
            Event("late", "late", "迟到", (FIRST,), "late", NEEDED, ("reason", "minutes")),
            Event("left-early", "left early", "早退", (FIRST,), "left-early", NEEDED, ("reason",)),
            Event("absent", "absent", "旷工", (FIRST,), "absent", NEEDED, ("reason",)),
        ),
        states=(
            State("late", "late", "迟到", open=False),
            State("left-early", "left early", "早退", open=False),
            State("absent", "absent", "旷工", open=False),
        ),
    )
)
