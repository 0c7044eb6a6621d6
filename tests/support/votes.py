"""A town that votes: on a case, and on several cases at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.services.platform import Platform
from engine.store.unit import UnitOfWork
from tests.support.office import NINE, open_office, person

PAPER = """
    form: paper
    title: 选票
    required: [choice]
    properties:
      choice: {title: 意见, codes: votes}
      score: {title: 得分, type: number, minimum: 0, maximum: 100}
    """
VOTES = """
    codes: votes
    title: 表决意见
    values: {agree: {title: 同意}, against: {title: 反对}, abstain: {title: 弃权}}
    """
PROPOSAL = """
    form: proposal
    title: 提案
    properties:
      subject: {title: 事由, type: string, index: true}
      voters: {title: 投票人, items: {reference: people}}
      guests: {title: 列席, items: {reference: people}}
      until: {title: 截止, format: date}
    """
PROCESS = """
    process: town/vote
    title: 表决
    noun: 提案
    form: proposal
    start: {who: person}
    steps:
      fill:
        title: 填写
        status: draft
        who: initiator
        edit: all
        actions: {open: {title: 提交表决, to: vote}}
      vote:
        title: 表决
        status: pending
        due: {by: data.until}
        panel: {voters: %s, %s}
        actions:
          note:
            {title: 记录, verb: record, ask: [opinion],
             who: {permission: check, organisation: jurisdiction.bureau}}
          stop: {title: 停止, verb: pass, to: late,
                 who: {permission: check, organisation: jurisdiction.bureau}}
          attendance:
            {title: 登记到会, verb: record,
             set: {data.guests: "data.voters.filter(v, v.id != 'v1')"},
             who: {permission: check, organisation: jurisdiction.bureau}}
        outcomes: {%s}
      done: {title: 通过, status: done, end: success}
      lost: {title: 未通过, status: done, end: failure}
      late: {title: 未完成, status: done, end: failure}
    """
FEW = """
    rule: rules/few-against
    title: 反对不超过一票
    inputs:
      against: {title: 反对, type: integer}
    outputs:
      passes: {title: 通过, type: boolean}
    rows:
      - {when: {against: "<= 1"}, then: true}
      - {when: {against: "> 1"}, then: false}
    """
#: the same vote in a branch, beside another check
BRANCHED = """
    process: town/vote
    title: 表决
    noun: 提案
    form: proposal
    start: {who: person}
    steps:
      fill:
        title: 填写
        status: draft
        who: initiator
        edit: all
        actions: {open: {title: 提交表决, to: both}}
      both:
        title: 同时办理
        status: pending
        to: done
        parallel:
          branches:
            people:
              %s
              vote:
                title: 表决
                panel: {voters: %s, %s}
                actions:
                  note:
                    {title: 记录, verb: record, ask: [opinion],
                     who: {permission: check, organisation: jurisdiction.bureau}}
                outcomes: {passed: join, failed: lost}
            guests:
              hear:
                title: 听取意见
                when: size(data.guests) > 0
                panel: {voters: data.guests, decide: any}
                outcomes: {passed: join, failed: join}
                to: join
            office:
              check:
                title: 核对
                who: {permission: check, organisation: jurisdiction.bureau}
                actions: {pass: {title: 通过, to: join}}
      done: {title: 通过, status: done, end: success}
      lost: {title: 未通过, status: done, end: failure}
    """
OUTCOMES = "passed: done, failed: lost, short: late"
AGREE, AGAINST = {"": {"choice": "agree"}}, {"": {"choice": "against"}}


def known(town: Platform, unit: UnitOfWork, people: Iterable[str], *, employed: bool) -> None:
    """Put people into their register; only those with a job can be drawn."""
    for name in people:
        jobs = [{"unit": "一所", "current": True}] if employed else []
        town.records.add(
            unit, town.release.registers["people"], {"basics": {"name": name}, "jobs": jobs},
            jurisdiction="town", at=NINE, key=name,
        )  # fmt: skip


class Vote:
    """A case that people vote on."""

    def __init__(self, town: Platform, voters: int, **data: Any) -> None:
        self.town = town
        self.people = [f"v{number}" for number in range(voters)]
        with town.store.write() as unit:
            town.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
            known(town, unit, self.people, employed=True)
            known(town, unit, ("guest", "spare"), employed=False)
        starter, entered = person("张三"), {"voters": self.people, **data}
        self.uid = town.cases.start(starter, "town/vote", entered).uid
        town.cases.act(starter, self.uid, "open", data=entered)

    def cast(self, voter: str, paper: Mapping[str, Any] = AGREE) -> None:
        self.town.cases.vote(person(voter), self.uid, paper)

    @property
    def waiting(self) -> list[str | None]:
        with self.town.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            return [item.person for item in unit.work.of(row.id)]

    @property
    def step(self) -> str:
        with self.town.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            return row.step

    def rebuilt(self) -> bool:
        return self.town.rebuilding.rebuild(self.uid).same


def a_vote(
    keys: str,
    voters: int = 3,
    outcomes: str = OUTCOMES,
    who: str = "data.voters",
    *,
    branched: bool = False,
    first: str = "",
    **data: Any,
) -> Vote:
    """A vote under the keys of a panel; in a branch a step may come ``first``."""
    process = BRANCHED % (first, who, keys) if branched else PROCESS % (who, keys, outcomes)
    more = {
        "forms/paper.yaml": PAPER,
        "forms/proposal.yaml": PROPOSAL,
        "definitions/codes/votes.yaml": VOTES,
        "definitions/rules/few-against.yaml": FEW,
        "definitions/processes/town/vote.yaml": process,
    }
    return Vote(open_office(more=more), voters, **data)


ENTRY = """
    process: town/entry
    title: 参评
    form: proposal
    start: {who: person}
    steps:
      fill: {title: 填写, status: draft, who: initiator, actions: {submit: {title: 提交, to: pool}}}
      pool: {title: 待评, status: pending, wait: {group: town/board}, outcomes: {passed: done}}
      done: {title: 通过, status: done, end: success}
    """
BOARD = """
    process: town/board
    title: 评议
    form: proposal
    members: {processes: [town/entry], waiting_at: pool, lock: [vote, closing]}
    start: {who: {permission: check}}
    steps:
      agenda:
        title: 议程
        status: draft
        who: {permission: check, organisation: jurisdiction.bureau}
        edit: all
        actions: {open: {title: 开会, to: vote}}
      vote:
        title: 表决
        status: pending
        panel: {voters: data.voters, about: members, ballot: paper, %s}
        outcomes: {decided: closing}
      closing:
        title: 纪要
        status: pending
        who: {permission: check, organisation: jurisdiction.bureau}
        actions:
          close:
            title: 确认
            to: done
            do: [{release: {which: member.row.passed, as: passed}}, {release: {as: removed}}]
      done: {title: 结束, status: done, end: success}
    """
FEWEST = """
    rule: rules/fewest-against
    title: 反对不超过一票的通过
    hit: first
    inputs:
      against: {title: 反对, type: integer}
      tied: {title: 并列人数, type: integer}
    outputs:
      passes: {title: 通过, type: boolean}
    rows:
      - {when: {against: "<= 1", tied: ">= 2"}, then: true}
      - {then: false}
    """


class Board:
    """A panel about several cases."""

    def __init__(self, decide: str, voters: int, entries: int) -> None:
        more = {
            "forms/paper.yaml": PAPER,
            "forms/proposal.yaml": PROPOSAL,
            "definitions/codes/votes.yaml": VOTES,
            "definitions/rules/fewest-against.yaml": FEWEST,
            "definitions/processes/town/entry.yaml": ENTRY,
            "definitions/processes/town/board.yaml": BOARD % decide,
        }
        self.town = town = open_office(more=more)
        self.people = [f"v{number}" for number in range(voters)]
        with town.store.write() as unit:
            town.directory.grant(unit, "周局", "checker", "市局", jurisdiction="town")
            known(town, unit, self.people, employed=True)
        self.chair = person("周局", "市局")
        self.entries = []
        for _ in range(entries):
            uid = town.cases.start(person("李四"), "town/entry", {}).uid
            town.cases.act(person("李四"), uid, "submit")
            self.entries.append(uid)
        entered = {"voters": self.people}
        self.uid = town.cases.start(self.chair, "town/board", entered).uid
        if self.entries:
            town.cases.add(self.chair, self.uid, self.entries)
        town.cases.act(self.chair, self.uid, "open", data=entered)

    def vote(self, *papers: str, scores: list[list[float]] | None = None) -> None:
        """One letter for each paper of each voter: y for, n against, - abstained."""
        words = {"y": "agree", "n": "against", "-": "abstain"}
        open_ = [uid for uid, _ in self.town.panel_views.paper(person("v0"), self.uid).about]
        for number, (voter, letters) in enumerate(zip(self.people, papers, strict=True)):
            filled: dict[str, Any] = {
                uid: {"choice": words[letter]} for uid, letter in zip(open_, letters, strict=True)
            }
            for uid, score in zip(open_, scores[number] if scores else (), strict=False):
                filled[uid]["score"] = score
            self.town.cases.vote(person(voter), self.uid, filled)

    @property
    def rows(self) -> list[dict[str, Any]]:
        with self.town.store.read() as unit:
            row = unit.cases.load(self.uid)
            assert row is not None
            rows = {member.uid: member.row for member in unit.members.of(row.id)}
        return [rows[uid] for uid in self.entries]

    @property
    def passed(self) -> list[bool]:
        return [row["passed"] for row in self.rows]

    @property
    def step(self) -> str:
        return self.town.views.view(self.chair, self.uid).step

    def rebuilt(self) -> bool:
        return self.town.rebuilding.rebuild(self.uid).same
