"""The page of `training`: courses and examinations, who attended, who was late or missing, and the scores.

A course is one case with the rows of those who came; an examination of one person is a case of its own, so that each
score is an item that a measure can average.
"""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

PAGE = complete_page(
    Register(
        name="training",
        letter="G",
        en="training",
        zh="培训",
        one="course",
        subject=("staff",),
        listed=("id", "topic", "planned_for", "staff", "score", "about"),
        rowwise=("staff",),
        once=("id", "staff"),
        fields=(
            Field("topic", "topic", "主题"),
            Field("planned_for", "planned for", "计划时间", type="time", option="on"),
            Field("staff", "staff", "员工", type="staff"),
            Field("score", "score", "成绩", type="integer", of="0..100"),
            Field("about", "course", "所属培训", type="case", of="training"),
        ),
        events=(
            Event("planned", "planned", "计划", (FIRST,), "open", required=("topic", "planned_for")),
            Event("attended", "attended", "参加", ("open",), required=("staff",)),
            Event("late", "late", "迟到", ("open",), required=("staff",)),
            Event("missed", "missed", "缺席", ("open",), required=("staff",)),
            Event("examined", "examined", "考核", (FIRST,), "open", ("topic", "staff", "score"), ("about",)),
        ),
        states=(State("open", "on record", "已记录", open=False),),
    )
)
