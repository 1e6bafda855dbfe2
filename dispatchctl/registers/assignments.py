"""The page of `assignments`: who was sent to an order, and how the work went."""

from dispatchctl.registers.page import BACK, FIRST, Event, Field, Register, State, complete_page

OPEN = ("assigned", "acknowledged", "working", "paused")
STEPS = ("acknowledged", "started", "completed")  # events: who takes one has passed those before it

PAGE = complete_page(
    Register(
        name="assignments",
        letter="A",
        en="assignments",
        zh="派工单",
        one="assignment",
        told=("assignee", "service", "content"),
        subject=("assignee",),
        listed=("id", "order_id", "state", "assignee", "role", "content"),
        parent="order_id",
        fixed=("due_at", "assignee", "role"),
        under=True,
        fields=(
            Field("order_id", "order", "工单号", type="case", of="orders"),
            Field("dispatcher", "dispatcher", "派单人", type="staff"),
            Field("assignee", "assignee", "接单人", type="staff"),
            Field("role", "role", "分工", type="choice", choices=("lead", "helper")),
            Field("contact_id", "contact", "联系人编号", type="contact"),
            Field("content", "content", "内容"),
            Field("requirements", "requirements", "要求"),
            Field("due_at", "granted until", "批准延至", type="time", option="until", ends=True),
            Field("until", "asked until", "申请延至", type="time", ends=True),
            Field("reason", "reason", "原因"),
            Field("parts", "parts", "用料"),
            Field("cost", "cost", "费用", type="money"),
        ),
        events=(
            Event(
                "assigned",
                "assigned",
                "派单",
                (FIRST,),
                "assigned",
                required=("order_id", "dispatcher", "assignee", "role"),
                optional=("contact_id", "content", "requirements", "reason"),
            ),
            Event("acknowledged", "acknowledged", "接单", ("assigned",), "acknowledged"),
            Event("declined", "declined", "拒接", ("assigned", "acknowledged"), "declined", required=("reason",)),
            Event("started", "started", "开工", ("assigned", "acknowledged"), "working"),
            Event("progress", "progress", "进度", OPEN, optional=("parts", "cost")),
            Event("problem", "problem", "反映困难", OPEN, optional=("reason",)),
            Event("paused", "paused", "暂停", ("assigned", "acknowledged", "working"), "paused", required=("reason",)),
            Event("resumed", "resumed", "恢复", ("paused",), BACK),
            Event("extension-asked", "extension asked", "申请延期", OPEN, required=("until", "reason")),
            Event("extension-granted", "extension granted", "批准延期", OPEN, required=("due_at",)),
            Event("extension-refused", "extension refused", "不批准延期", OPEN, required=("reason",)),
            Event("reassigned", "reassigned", "改派", OPEN, "reassigned", required=("reason",)),
            Event("completed", "completed", "完工", OPEN, "completed", optional=("parts", "cost")),
            Event("confirmed", "confirmed", "确认完工", ("completed",), "confirmed"),
            Event("rework", "rework", "返工", ("completed",), "working", optional=("reason",)),
            Event("withdrawn", "withdrawn", "撤单", OPEN, "withdrawn", required=("reason",)),
        ),
        states=(
            State("assigned", "assigned", "待接单"),
            State("acknowledged", "acknowledged", "已接单"),
            State("working", "working", "施工中"),
            State("paused", "paused", "已暂停"),
            State("completed", "completed", "待确认"),
            State("confirmed", "confirmed", "已确认", final=True, open=False),
            State("declined", "declined", "已拒接", final=True, open=False),
            State("reassigned", "reassigned", "已改派", final=True, open=False),
            State("withdrawn", "withdrawn", "已撤单", final=True, open=False),
        ),
        derived=(Field("worker", "done by", "完工人", type="staff"),),
    )
)
