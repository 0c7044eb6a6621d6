"""Sending a case to other organisations first: offered only where they can be visited."""

import pytest

from engine.domain.errors import Refused
from tests.support.office import open_office, person

#: to the chain or past it, by what the case says and by what is entered
PROCESS = """
    process: town/sent
    title: 加送
    form: request
    start: {who: person}
    steps:
      fill: {status: draft, who: initiator, edit: all, actions: {submit: {to: review}}}
      review:
        who: {permission: review, organisation: data.unit}
        status: pending
        to: [{when: data.amount > 5, then: up}, {then: last}]
        actions:
          pass: {title: 通过, to: next, insert: "[jurisdiction.bureau]"}
          asked:
            title: 另送
            verb: pass
            ask: [opinion]
            to: [{when: "input.opinion == '上报'", then: up}, {then: last}]
            insert: "[jurisdiction.bureau]"
      up:
        when: data.amount != 7
        who: {permission: review}
        status: pending
        chain: {route: superior, from: data.unit, until: true}
        actions: {pass: {title: 通过, to: next}}
        to: last
      last:
        who: {permission: review, organisation: data.unit}
        status: pending
        actions: {pass: {title: 通过, to: done}}
      done: {status: done, end: success}
    """
REVIEWER, NOWHERE = person("王审", "一所"), "nowhere_to_insert"


@pytest.mark.req("ENG-05")
def test_the_offer_tells_that_nobody_would_be_visited() -> None:
    office = open_office(more={"definitions/processes/town/sent.yaml": PROCESS})
    with office.store.write() as unit:
        office.directory.grant(unit, "周局", "reviewer", "市局", jurisdiction="town")
    found = {}
    for amount in (3, 6, 7):
        starter, entered = person("张三"), {"unit": "一所", "subject": "x", "amount": amount}
        uid = office.cases.start(starter, "town/sent", entered).uid
        office.cases.act(starter, uid, "submit")
        offers = {one.name: one.refusal for one in office.offering.offers(REVIEWER, uid)}
        assert offers["asked"] is None, "only what is entered tells"
        refusal = offers["pass"]
        found[amount] = refusal.code if refusal is not None else None
        if refusal is not None:
            with pytest.raises(Refused, match=NOWHERE):
                office.cases.act(REVIEWER, uid, "pass")
            # Nothing is left over that would keep the case where it is.
            with pytest.raises(Refused, match=NOWHERE):
                office.cases.act(REVIEWER, uid, "asked", input={"opinion": "不上报"})
        if amount != 7:
            office.cases.act(REVIEWER, uid, "asked", input={"opinion": "上报"})
            assert office.views.view(person("周局", "市局"), uid).step == "up"

    assert found == {3: NOWHERE, 6: None, 7: NOWHERE}
    assert all(one.same for one in office.rebuilding.all())
