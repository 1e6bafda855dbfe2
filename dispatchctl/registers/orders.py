"""The page of `orders`: service requests, inquiries, suggestions and reports, from the call to the closing.

dispatched, in-progress and done are never written: they follow from the order's assignments.
"""

from dispatchctl.registers.page import ANY, FIRST, SIGNED, Event, Field, Register, State, complete_page

KINDS = ("request", "inquiry", "suggestion", "report", "prospect", "internal")

FOLLOW_UP = ("owed", "made", "unreachable", "none")  # of an order, by the rules in force when it was taken

INTAKE = (
    "kind",
    "channel",
    "contact_id",
    "service",
    "priority",
    "department",
    "area",
    "content",
    "requirements",
    "appointment_at",
    "price",
    "read_back",
    "about",
)

PAGE = complete_page(
    Register(
        name="orders",
        letter="O",
        en="orders",
        zh="工单",
        one="order",
        told=("service", "content"),
        listed=("id", "state", "kind", "service", "priority", "area", "content", "department"),
        fields=(
            Field("kind", "kind", "类别", type="choice", choices=KINDS),
            Field("channel", "channel", "渠道", type="key", of="channels"),
            Field("contact_id", "contact", "联系人编号", type="contact"),
            Field("service", "service", "服务项目", type="key", of="services"),
            Field("priority", "priority", "紧急程度", type="key", of="priorities"),
            Field("department", "department", "部门", type="key", of="departments"),
            Field("area", "area", "区域", type="key", of="areas"),
            Field("content", "content", "内容"),
            Field("requirements", "requirements", "要求"),
            Field("appointment_at", "appointment", "预约时间", type="time", option="appointment"),
            Field("price", "price", "报价", type="money"),
            Field("amount", "amount", "金额", type="money", of=SIGNED),
            Field("method", "paid by", "支付方式", type="key", of="payment_methods"),
            Field("read_back", "read back", "复述内容"),
            Field("answer", "answer", "答复", option="answered"),
            Field("about", "about", "关联事项"),
            Field("reason", "reason", "原因"),
        ),
        events=(
            Event("taken", "taken", "受理", (FIRST,), "open", required=("kind",), optional=INTAKE),
            Event("answered", "answered", "当场答复", ("open", "pool", "referred"), "closed", required=("answer",)),
            Event("referred", "referred", "转交部门", ("open", "pool"), "referred", required=("department",)),
            Event("needs-dispatch", "needs dispatch", "待派单", ("open", "referred"), "pool"),
            Event(
                "cancelled",
                "cancelled",
                "取消",
                ("open", "pool", "referred", "dispatched", "in-progress"),
                "cancelled",
                required=("reason",),
                optional=("about",),
            ),
            Event(
                "reopened",
                "reopened",
                "重新受理",
                ("closed", "cancelled", "awaiting-payment"),
                "pool",
                required=("reason",),
            ),
            Event(
                "closed",
                "closed",
                "办结",
                ("open", "pool", "referred", "done", "awaiting-payment"),
                "closed",
                optional=("answer",),
            ),
            Event("repriced", "repriced", "改价", (ANY,), required=("price", "reason")),
            Event("billed", "billed", "送达缴费通知", (ANY,), optional=("amount",)),
            Event("paid", "paid", "已付款", (ANY,), required=("amount",), optional=("method", "reason")),
        ),
        states=(
            State("open", "open", "待判断"),
            State("pool", "to be dispatched", "待派单"),
            State("referred", "referred", "已转部门"),
            State("dispatched", "dispatched", "已派单"),
            State("in-progress", "in progress", "处理中"),
            State("done", "done", "已完工待确认"),
            State("awaiting-payment", "awaiting payment", "待付款"),
            State("closed", "closed", "已办结", final=True, open=False),
            State("cancelled", "cancelled", "已取消", final=True, open=False),
        ),
        derived=(
            Field("dispatcher", "dispatcher", "派单人", type="staff"),
            Field("worker", "done by", "完工人", type="staff"),
            Field("follow_up", "follow-up", "回访", type="choice", choices=FOLLOW_UP),
            Field("source_ref", "source reference", "来源编号"),
            Field("billed", "billed", "已通知缴费", type="money"),
            Field("paid_total", "paid in all", "已收合计", type="money"),
            Field("unpaid", "unpaid", "尚欠", type="money"),
        ),
    )
)
