"""A vote whose outcome writes what cannot be written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.cases.test_failing_records import FILES as LOANS
from tests.support.office import open_office, person

PROCESS = """
    process: town/voting
    title: 表决
    form: motion
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions: {submit: {title: 提交, to: both}}
      both:
        title: 办理
        parallel:
          join: all
          branches:
            council:
              vote:
                title: 投票
                panel: {voters: data.voters, decide: all}
                outcomes: {passed: written, failed: join}
              written:
                title: 登记
                do: [{record: {register: loans, set: {thing: data.thing, person: initiator}}}]
                to: join
            other:
              look:
                title: 查看
                who: initiator
                edit: all
                actions:
                  pass: {title: 看过, to: join}
                  mend: {title: 更正, verb: save}
        to: done
      done: {title: 结束, end: success}
"""
FORM = """
    form: motion
    title: 动议
    properties:
      thing: {title: 物品, type: string}
      voters: {title: 投票人, items: {reference: people}}
"""
FILES = LOANS | {
    "forms/motion.yaml": FORM,
    "definitions/processes/town/voting.yaml": PROCESS,
}
ANN, LI, WANG = person("张三"), person("李四"), person("钱管")


@pytest.fixture(scope="module")
def office() -> Iterator[Platform]:
    platform = open_office(more=FILES)
    yield platform
    platform.close()


@pytest.mark.req("ENG-12", "ENG-14")
def test_a_last_ballot_whose_outcome_cannot_be_written_is_refused_and_cast_again(
    office: Platform,
) -> None:
    uid = office.cases.start(ANN, "town/voting", {}).uid
    office.cases.act(ANN, uid, "submit", data={"thing": "一二三四五", "voters": ["李四", "钱管"]})
    office.cases.vote(LI, uid, {"": {"choice": "agree"}}, at="vote")
    before = office.store.content()

    # Nothing of the ballot is kept, and the voter is told why.
    with pytest.raises(Refused, match="record_refused") as refused:
        office.cases.vote(WANG, uid, {"": {"choice": "agree"}}, at="vote")
    assert office.store.content() == before
    told = office.incidents._sentences.told(refused.value.params["why"])
    assert told == "物品最多 4 个字，现在是 5 个"

    # The other branch is not held up; once the cause is gone the same voter votes again.
    office.cases.act(ANN, uid, "mend", data={"thing": "梯子"}, at="look")
    office.cases.vote(WANG, uid, {"": {"choice": "agree"}}, at="vote")
    office.cases.act(ANN, uid, "pass", at="look")
    with office.store.read() as unit:
        assert [dict(row.data) for row in unit.records.every("loans")] == [
            {"thing": "梯子", "person": "张三"}
        ]
        row = unit.cases.load(uid)
        assert row is not None
        assert row.closed_at is not None
    assert all(found.same for found in office.rebuilding.all())
