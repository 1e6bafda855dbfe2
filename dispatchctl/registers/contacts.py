"""The columns of the private contacts: the only place where a customer's name, phone and address stand."""

from dispatchctl.registers.page import Field

FIELDS = (
    Field("contact_id", "contact", "联系人编号", type="contact"),
    Field("name", "name", "姓名"),
    Field("phone", "phone", "电话"),
    Field("address", "address", "地址"),
    Field("area", "area", "区域", type="key", of="areas"),
    Field("consent", "consent", "授权"),
    Field("source", "source", "来源"),
    Field("created_at", "created", "登记时间", type="time"),
    Field("replaces", "replaces", "替代", type="contact"),
)
