"""The page of `surveys`: satisfaction surveys, from the opinions to the department's measures and their effect."""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

METHODS = ("phone", "form", "visit")

PAGE = complete_page(
    Register(
        name="surveys",
        letter="S",
        en="surveys",
        zh="满意度调查",
        one="survey",
        item="opinion_id",
        fields=(
            Field("department", "department", "部门", type="key", of="departments"),
            Field("method", "method", "方式", type="choice", choices=METHODS),
            Field("content", "content", "内容"),
            Field("contact_id", "contact", "联系人编号", type="contact"),
            Field("opinion_id", "opinion", "意见编号"),
            Field("satisfaction", "satisfaction", "满意度", type="integer", of="1..5"),
            Field("opinion", "opinion's text", "意见"),
            Field("measures", "measures", "整改措施"),
        ),
        events=(
            Event(
                "opened", "opened", "开始", (FIRST,), "open", required=("department",), optional=("method", "content")
            ),
            Event(
                "opinion",
                "opinion",
                "收到意见",
                ("open",),
                required=("opinion_id", "opinion"),
                optional=("satisfaction", "contact_id", "method"),
            ),
            Event("summed-up", "summed up", "汇总", ("open",)),
            Event("handed-over", "handed over", "移交责任部门", ("open",)),
            Event("measures-returned", "measures returned", "反馈措施", ("open",), required=("measures",)),
            Event("put-right", "put right", "整改完成", ("open",), required=("opinion_id",)),
            Event("checked", "checked", "效果检查", ("open",)),
            Event("closed", "closed", "结束", ("open",), "closed"),
        ),
        states=(
            State("open", "open", "进行中"),
            State("closed", "closed", "已结束", final=True, open=False),
        ),
    )
)
