"""Nothing stays nothing where a condition reads a part of it too."""

import pytest

from tests.support.office import open_office, person

FORM = """
    form: seat
    title: 座位
    properties:
      seat:
        title: 座位
        properties:
          row: {title: 排, type: string}
    """
PROCESS = """
    process: town/seat
    title: 座位
    form: seat
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions: {submit: {title: 提交, to: [{when: "%s", then: none}, {then: some}]}}
      none: {title: 没有, end: success}
      some: {title: 有, end: success}
    """


@pytest.mark.parametrize(
    "condition",
    ["data.seat == null || data.seat.row == 'x'", "data.seat.row == 'x' || data.seat == null"],
)
@pytest.mark.parametrize(("data", "ends"), [({}, "none"), ({"seat": {"row": "a"}}, "some")])
def test_a_group_that_is_not_there_is_nothing_though_a_field_of_it_is_read(condition, data, ends):
    files = {
        "forms/seat.yaml": FORM,
        "definitions/processes/town/seat.yaml": PROCESS % condition,
    }
    office = open_office(more=files)
    uid = office.cases.start(person("张三"), "town/seat", data).uid

    assert office.cases.act(person("张三"), uid, "submit").place == ends
    office.close()
