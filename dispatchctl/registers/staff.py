"""The page of `staff`: who works here, in which post, with which skills, and what was decided about them.

The id of a row is the person's own staff id.
"""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

HERE = ("probation", "regular")
POST = ("name", "login", "role", "department", "manager", "heads", "skills", "areas", "class", "contact_id")
LEAVING = ("resignation", "dismissal", "persuaded", "abandonment", "expulsion")

PAGE = complete_page(
    Register(
        name="staff",
        letter="T",
        en="staff",
        zh="员工",
        one="person",
        subject=("id",),
        listed=("id", "name", "state", "role", "department", "skills", "areas", "manager"),
        fixed=("regular",),
        rowwise=("measure", "score", "month", "policy_version"),
        fields=(
            Field("name", "name", "姓名"),
            Field("login", "login", "登录名"),
            Field("role", "role", "岗位", type="key", of="roles"),
            Field("department", "department", "部门", type="key", of="departments"),
            Field("manager", "manager", "直接上级", type="staff"),
            Field("heads", "heads", "主管部门", type="key", of="departments", many=True),
            Field("skills", "skills", "技能", many=True, option="skill"),
            Field("areas", "areas", "负责区域", type="key", of="areas", many=True, option="area"),
            Field("class", "class", "人员类别"),
            Field("contact_id", "contact", "联系人编号", type="contact"),
            Field("kind", "kind", "离职方式", type="choice", choices=LEAVING),
            Field("until", "until", "截止", type="date"),
            Field("comment", "comment", "意见"),
            Field("measure", "measure", "评分项"),
            Field("score", "score", "得分", type="integer", of="0..100"),
            Field("month", "month", "月份", type="month"),
            Field("policy_version", "policy version", "制度版本"),
            Field("regular", "regular", "正式", type="flag"),
            Field("reason", "reason", "原因"),
        ),
        events=(
            Event(
                "joined",
                "joined",
                "入职",
                (FIRST, "left"),
                "probation",
                required=("name", "role"),
                optional=(*POST, "regular"),
            ),
            Event("probation-extended", "probation extended", "延长试用", ("probation",), required=("until", "reason")),
            Event("regularisation-asked", "regularisation asked", "申请转正", ("probation",), optional=("comment",)),
            Event(
                "regularisation-commented",
                "regularisation commented",
                "转正意见",
                ("probation",),
                required=("comment",),
            ),
            Event("regularised", "regularised", "转正", ("probation",), "regular", optional=("reason",)),
            Event("promoted", "promoted", "晋升", HERE, required=("reason",), optional=POST),
            Event("transferred", "transferred", "调岗", HERE, required=("reason",), optional=POST),
            Event("demoted", "demoted", "降职", HERE, required=("reason",), optional=POST),
            Event("left", "left", "离职", HERE, "left", required=("kind",), optional=("reason",)),
            Event("changed", "changed", "变更", HERE, optional=POST),
            Event("scored", "scored", "评分", HERE, required=("measure", "score", "month", "reason")),
            Event("acknowledged", "acknowledged", "知悉制度", HERE, required=("policy_version",)),
            Event("objected", "objected", "提出异议", HERE, required=("policy_version", "comment")),
        ),
        states=(
            State("probation", "on probation", "试用"),
            State("regular", "regular", "正式"),
            State("left", "left", "已离职", open=False),
        ),
    )
)
