"""`overdue --service` finds what is late of a service that the rules no longer have, as `list` does."""

import json

from desks import Desk


def test_a_service_that_was_removed_is_found_while_its_orders_stand(desk: Desk) -> None:
    order = desk.take(service="electrical")
    desk.edit_rules((r"\n  electrical: [^\n]*", ""))
    desk.clock(9, "09:00")
    late = json.loads(desk.act("lin", "overdue", "--service", "electrical", "--json").out)
    assert {each["case"] for each in late} == {order}
    assert desk.act("lin", "overdue", "--service", "给排水维修").code == 0
    assert "no such service" in desk.refuse(3, "lin", "overdue", "--service", "electrics")
