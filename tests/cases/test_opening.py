"""``withdraw: until_next_opens``: what was passed on is gone once the next one has opened it."""

from __future__ import annotations

import pytest

from engine.domain.errors import Refused
from tests.support.office import FILES, a_request, open_office, person

APPLICANT, REVIEWER = person("张三"), person("王审", "一所")
REQUEST = "definitions/processes/town/request.yaml"
OPENS = {
    REQUEST: FILES[REQUEST].replace(
        "submit: {title: 提交, to: review}",
        "submit: {title: 提交, to: review, withdraw: until_next_opens}",
    )
}


@pytest.mark.req("REV-13", "ENG-08")
def test_it_is_taken_back_until_the_next_one_opens_it() -> None:
    town = open_office(more=OPENS)
    uid, other = a_request(town), a_request(town)
    assert not town.views.view(APPLICANT, uid).unseen
    # A monitor looks at the case: it does not wait for them.
    town.cases.open(person("钱管", "市局"), uid)
    town.cases.withdraw(APPLICANT, uid)

    assert town.views.view(REVIEWER, other).unseen
    town.cases.open(REVIEWER, other)

    assert not town.views.view(REVIEWER, other).unseen
    with pytest.raises(Refused) as opened:
        town.cases.withdraw(APPLICANT, other)
    assert opened.value.code == "withdraw_opened"
    town.cases.act(REVIEWER, other, "pass")
    assert all(found.same for found in town.rebuilding.all())
    town.close()


def test_where_it_does_not_matter_opening_changes_nothing() -> None:
    town = open_office()
    uid = a_request(town)
    before = town.views.view(REVIEWER, uid).version

    town.cases.open(REVIEWER, uid)

    assert town.views.view(REVIEWER, uid).version == before
    town.cases.withdraw(APPLICANT, uid)
    town.close()
