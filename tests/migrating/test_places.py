"""Moving cases that are at several places, in a vote, in a group, or wait for a date (CON-09)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from engine.content import bundled
from engine.domain.actor import SYSTEM
from engine.domain.case import State, places_of
from engine.domain.errors import Refused
from engine.services.migration_decisions import Decisions
from engine.services.migration_views import Plan
from engine.services.platform import Platform
from tests.support.linked import CHECKER, an_event, linked, open_linked
from tests.support.office import ZONE, a_request, open_office, person
from tests.support.versions import publish, with_text
from tests.support.votes import AGREE, FEW, OUTCOMES, PAPER, PROCESS, PROPOSAL, VOTES, Vote
from tests.support.works import FIRE, HEALTH, SECOND, WORKS, a_permit
from tests.walks.language import FILES, MEETING, WALK, loaded
from tests.walks.town import DATA, Town
from tests.walks.town import person as of_walks

REFUSALS = "definitions/messages/refusals.yaml"
WORDS = {REFUSALS: (bundled() / REFUSALS).read_text("utf-8")}
WORKS_FILE = "definitions/processes/town/works.yaml"
MONITOR = person("马监", "市局")


def planned(town: Platform, process: str, *changes: tuple[str, str], **decided: Any) -> Plan:
    """Publish changes of a process and plan to move its cases there."""
    path = f"definitions/processes/{process}.yaml"
    version = publish(town, with_text(town, path, *changes))
    return town.migrations.plan(MONITOR, process, str(version), Decisions(**decided))


def work(town: Platform, uid: str) -> list[tuple[str, str | None, str | None]]:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return [(item.step, item.organisation, item.claimed_by) for item in unit.work.of(row.id)]


def timers(town: Platform, uid: str) -> list[tuple[str, datetime]]:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return [(one.kind, one.at.astimezone(ZONE)) for one in unit.timers.of(row.id)]


def state(town: Platform, uid: str) -> State:
    with town.store.read() as unit:
        return town.casework.load(unit, uid).state


LESS = (("      branches:\n        fire:", "      join: health\n      branches:\n        fire:"),)


class TestBranches:
    @pytest.fixture
    def town(self) -> Platform:
        return open_office(more={**WORKS, **WORDS})

    def test_a_step_in_one_branch_is_renamed_and_the_other_waits_as_before(
        self, town: Platform
    ) -> None:
        uid = a_permit(town)
        town.cases.claim(HEALTH, uid)
        town.cases.act(FIRE, uid, "pass")
        town.cases.claim(SECOND, uid)
        renamed = (
            ("fire_second:\n", "fire_last:\n"), ("to: fire_second", "to: fire_last"),
        )  # fmt: skip

        plan = planned(town, "town/works", *renamed, steps={"fire_second": "fire_last"})
        assert [one.at for one in plan.cases] == [("fire_last@一所", "health_check@一分局")]
        due = timers(town, uid)[0][1]
        town.migrations.run(MONITOR, plan.id, "改名")

        assert sorted(work(town, uid)) == [
            ("fire_last", "一所", SECOND.person), ("health_check", "一分局", "周局"),
        ]  # fmt: skip
        assert timers(town, uid) == [("due@fire_last", due)]
        assert town.rebuilding.rebuild(uid).same
        town.cases.act(HEALTH, uid, "pass")
        assert town.cases.act(SECOND, uid, "pass", at="fire_last").place == "decide@一所"
        # The path remembers the branches under their new names.
        back = town.cases.act(FIRE, uid, "again", input={})
        assert [str(one.place) for at, one in places_of(state(town, uid)) if at] == [
            "fire_check@一所"
        ]
        assert back.place == "checks"
        assert town.rebuilding.rebuild(uid).same

    def test_a_branch_that_is_new_asks_where_to_begin_again(self, town: Platform) -> None:
        uid = a_permit(town)
        town.cases.act(FIRE, uid, "pass")
        noise = (
            "health:\n",
            "noise:\n"
            "          noise_check:\n"
            "            title: 噪声审查\n"
            "            who: {permission: check, organisation: data.unit}\n"
            "            actions: {pass: {title: 通过, to: join}}\n"
            "        health:\n",
        )

        asked = planned(town, "town/works", noise)
        ((choice, _),) = asked.choices
        assert choice.sentence == "环节“会审”的分支已改变，请决定在哪个环节重新开始"
        assert choice.proposed[0] == "checks"
        plan = town.migrations.plan(
            MONITOR, "town/works", str(asked.release), Decisions(steps={"checks": "checks"})
        )
        town.migrations.run(MONITOR, plan.id, "增加噪声审查")

        assert [one[0] for one in work(town, uid)] == ["fire_check", "noise_check", "health_check"]
        assert town.rebuilding.rebuild(uid).same
        assert town.migrations.undo(MONITOR, plan.id, "弄错了").cases[0].state == "undone"
        assert sorted(one[0] for one in work(town, uid)) == ["fire_second", "health_check"]
        assert [kind for kind, _ in timers(town, uid)] == ["due@fire_second"]
        assert town.rebuilding.rebuild(uid).same

    def test_a_join_that_asks_for_less_is_left_at_once(self, town: Platform) -> None:
        uid = a_permit(town)
        town.cases.act(HEALTH, uid, "pass")

        plan = planned(town, "town/works", *LESS)
        assert plan.groups[0].sentences == ("并行环节按新规定已经完成，直接进入下一环节",)
        assert plan.cases[0].at == ("decide@一所",)
        town.migrations.run(MONITOR, plan.id, "只看卫生审查")

        assert work(town, uid) == [("decide", "一所", None)]
        assert town.rebuilding.rebuild(uid).same
        assert town.cases.act(FIRE, uid, "pass").place == "issued"


class TestVotes:
    MAJORITY = "decide: {pass: {option: agree, more_than: 1/2, of: voters}}"

    @pytest.fixture
    def vote(self) -> Vote:
        return self.under(self.MAJORITY)

    def under(self, decide: str) -> Vote:
        files = {
            "forms/paper.yaml": PAPER,
            "forms/proposal.yaml": PROPOSAL,
            "definitions/codes/votes.yaml": VOTES,
            "definitions/rules/few-against.yaml": FEW,
            "definitions/processes/town/vote.yaml": PROCESS % ("data.voters", decide, OUTCOMES),
        }
        return Vote(open_office(more={**files, **WORDS}), 3)

    def test_the_rules_of_a_vote_do_not_change_once_a_ballot_is_cast(self, vote: Vote) -> None:
        vote.cast("v1")

        plan = planned(vote.town, "town/vote", ("more_than: 1/2", "at_least: 1/3"))

        (case,) = plan.cases
        assert (case.kind, case.sentences) == (
            "cannot",
            ("“表决”正在表决，已投 1 张票，表决规则不能中途改变，请在表决结束后迁移",),
        )
        assert vote.town.migrations.run(MONITOR, plan.id, "why").cases[0].state == "planned"
        vote.cast("v0")
        vote.cast("v2")
        assert vote.step == "done"

    def test_nor_does_the_rule_table_that_decides_it(self) -> None:
        vote = self.under("decide: rules/few-against")
        vote.cast("v1")
        table = "definitions/rules/few-against.yaml"
        files = with_text(vote.town, table, ("<= 1", "<= 0"), ("> 1", "> 0"))

        version = str(publish(vote.town, files))
        plan = vote.town.migrations.plan(MONITOR, "town/vote", version)

        assert [one.kind for one in plan.cases] == ["cannot"]

    def test_a_change_beside_the_vote_leaves_it_as_it_is(self, vote: Vote) -> None:
        vote.cast("v1")

        plan = planned(vote.town, "town/vote", ("title: 停止", "title: 中止"))
        assert plan.cases[0].kind == "unaffected"
        vote.town.migrations.run(MONITOR, plan.id, "改称")

        assert vote.waiting == ["v0", "v2"]
        for voter in ("v0", "v2"):
            vote.cast(voter, AGREE)
        assert vote.step == "done"
        assert vote.rebuilt()

    def test_before_a_ballot_is_cast_the_voters_are_found_anew(self, vote: Vote) -> None:
        plan = planned(
            vote.town, "town/vote",
            ("voters: data.voters", "voters: 'data.voters.filter(v, v.id != \"v0\")'"),
        )  # fmt: skip
        assert plan.groups[0].sentences == ("“表决”的投票人按新规定确定",)
        vote.town.migrations.run(MONITOR, plan.id, "回避")

        assert vote.waiting == ["v1", "v2"]
        assert vote.rebuilt()


class TestDates:
    DUE = ("status: pending\n", 'status: pending\n    due: {by: "days(case.arrived_at, 10)"}\n')
    REQUEST = "definitions/processes/town/request.yaml"

    @pytest.mark.parametrize(
        ("due", "says", "ends"),
        [
            ("anew", "期限按新规定重新计算", date(2026, 10, 1)),
            ("keep", "“审核”的期限保持不变", date(2026, 9, 11)),
        ],
    )
    def test_a_deadline_is_found_anew_or_kept(self, due: str, says: str, ends: date) -> None:
        town = open_office(more=WORDS)
        publish(town, with_text(town, self.REQUEST, self.DUE))
        uid = a_request(town)
        assert [at.date() for _, at in timers(town, uid)] == [date(2026, 9, 11)]
        town.cases.claim(FIRE, uid)

        plan = planned(town, "town/request", ("arrived_at, 10", "arrived_at, 30"), due=due)
        assert plan.groups[0].sentences == (says,)
        town.migrations.run(MONITOR, plan.id, "新期限")

        assert [(kind, at.date()) for kind, at in timers(town, uid)] == [("due", ends)]
        assert [claimed for _, _, claimed in work(town, uid)] == [FIRE.person]
        town.migrations.undo(MONITOR, plan.id, "弄错了")
        assert [claimed for _, _, claimed in work(town, uid)] == [FIRE.person]
        assert town.rebuilding.rebuild(uid).same


#: cases that wait for a meeting, which has content of its own
GATHERING = """
process: demo/walk
title: Walk
form: request
start: {who: person}
steps:
  fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: gather}}}
  gather:
    title: Gather
    wait: {group: demo/meeting}
    outcomes: {passed: check, failed: refused}
    to: check
  check:
    title: Check
    who: {permission: p, organisation: data.unit}
    actions: {pass: {title: P, to: done}}
  done: {title: Done, end: success}
  refused: {title: Refused, end: failure}
"""


def test_a_case_in_a_group_is_not_taken_from_where_the_outcome_comes() -> None:
    meeting = MEETING % ("gather", "decide: all")
    meeting = meeting.replace(", no_quorum: agenda", "")
    release = loaded({**FILES, WALK: GATHERING, "definitions/processes/demo/meeting.yaml": meeting})
    assert release is not None
    here = Town(release)
    town, chair = here.platform, of_walks("board-0")
    uid = town.cases.start(of_walks("ann"), "demo/walk", DATA).uid
    town.cases.act(of_walks("ann"), uid, "submit", data=DATA)
    group = town.cases.start(chair, "demo/meeting", DATA).uid
    town.cases.add(chair, group, [uid])
    town.cases.act(chair, group, "open", data=DATA)
    version = str(publish(town, with_text(town, WALK, ("title: Gather", "title: Gathering"))))

    plan = town.migrations.plan(SYSTEM, "demo/walk", version, Decisions(steps={"gather": "check"}))
    assert [(one.kind, one.sentences) for one in plan.cases] == [("cannot", ("migrate_in_group",))]
    # Left where it is, it is moved and still receives what the meeting decides.
    plan = town.migrations.plan(SYSTEM, "demo/walk", version)
    assert [one.kind for one in plan.cases] == ["unaffected"]
    town.migrations.run(SYSTEM, plan.id, "called otherwise")
    assert town.rebuilding.rebuild(uid).same
    for voter in DATA["voters"]:
        town.cases.vote(of_walks(voter), group, {uid: {"choice": "agree"}})
    town.cases.act(chair, group, "close")
    town.outgoing.work_off()
    assert state(town, uid).place.step == "check"


@pytest.mark.req("CON-09", "ENG-12")
def test_a_group_takes_in_cases_of_both_versions_and_tells_what_one_does_not_know() -> None:
    meeting = "definitions/processes/demo/meeting.yaml"
    first = MEETING % ("gather", "decide: all")
    release = loaded({**FILES, WALK: GATHERING, meeting: first.replace(", no_quorum: agenda", "")})
    assert release is not None
    here = Town(release)
    town, chair = here.platform, of_walks("board-0")

    def sent_in(name: str) -> str:
        uid = town.cases.start(of_walks(name), "demo/walk", DATA).uid
        town.cases.act(of_walks(name), uid, "submit", data=DATA)
        return uid

    early = town.cases.start(chair, "demo/meeting", DATA).uid
    left = sent_in("ann")
    later = {
        **with_text(town, WALK, ("to: gather", "to: await"), ("\n  gather:", "\n  await:"),
                    ("failed: refused", "deferred: refused")),
        **with_text(town, meeting, ("waiting_at: gather", "waiting_at: await"),
                    ("{release: {as: failed}}", "{release: {as: deferred}}")),
    }  # fmt: skip
    version = str(publish(town, later))
    new, other = sent_in("bob"), sent_in("ann")
    group = town.cases.start(chair, "demo/meeting", DATA).uid
    # One of the version before, too, takes in those that wait under the new name.
    town.cases.add(chair, early, [other])
    town.cases.add(chair, group, [left, new])
    town.cases.act(chair, group, "open", data=DATA)
    for voter in DATA["voters"]:
        town.cases.vote(of_walks(voter), group, {uid: {"choice": "against"} for uid in (left, new)})
    town.cases.act(chair, group, "close")
    town.outgoing.work_off()

    # The case of the version before waits, and somebody is told why.
    assert [state(town, uid).place.step for uid in (left, new)] == ["gather", "refused"]
    with town.store.read() as unit:
        (incident,) = unit.incidents.unresolved()
    assert (incident.uid, incident.code) == (group, "outcome_unknown")
    plan = town.migrations.plan(SYSTEM, "demo/walk", version, Decisions(steps={"gather": "await"}))
    assert [(one.uid, one.kind, one.sentences) for one in plan.cases] == [
        (left, "by_itself", ("migrate_step_renamed",))
    ]
    town.migrations.run(SYSTEM, plan.id, "one name")
    town.interventions.retry(of_walks("ada"), group, "moved")
    town.outgoing.work_off()
    assert state(town, left).place.step == "refused"
    assert all(found.same for found in town.rebuilding.all())


CHAIN = """
process: demo/walk
title: Walk
form: request
start: {who: person}
steps:
  fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: up}}}
  up:
    title: Up
    who: {permission: p}
    chain: {route: superior, from: data.unit}
    actions: {pass: {title: P, to: next}}
    to: done
  done: {title: Done, end: success}
"""


@pytest.mark.req("CON-09")
def test_a_chain_that_ends_elsewhere_must_lead_on_from_where_the_case_is() -> None:
    release = loaded({**FILES, WALK: CHAIN})
    assert release is not None
    here = Town(release)
    town = here.platform
    uid = town.cases.start(of_walks("ann"), "demo/walk", DATA).uid
    town.cases.act(of_walks("ann"), uid, "submit", data=DATA)
    assert state(town, uid).place.organisation == "office"

    plans = []
    until = "from: data.unit"
    for kind in ("middle", "top"):
        ends = f"from: data.unit, until: org.kind == '{kind}'"
        version = str(publish(town, with_text(town, WALK, (until, ends))))
        until = ends
        plans.append(town.migrations.plan(SYSTEM, "demo/walk", version))

    told = [(one.cases[0].kind, one.cases[0].sentences) for one in plans]
    assert told == [("cannot", ("chain_is_over",)), ("by_itself", ("migrate_chain",))]
    (moved,) = town.migrations.run(SYSTEM, plans[1].id, "shorter").cases
    assert moved.state == "moved"
    # The board is where the chain is over now.
    assert town.cases.act(of_walks("office-0"), uid, "pass").place == "done"
    assert town.rebuilding.rebuild(uid).same


WHO = "who: {permission: p, organisation: data.unit}"
WAITING = """
process: demo/walk
title: Walk
form: request
start: {who: person}
steps:
  fill: {title: Fill, who: initiator, edit: all, actions: {submit: {title: S, to: public}}}
  public:
    title: Public
    wait: {until: data.until}
    to: check
    actions:
      go: {title: Go, verb: pass, who: {permission: p, organisation: data.unit}, to: check}
  check:
    title: Check
    who: {permission: p, organisation: data.unit}
    actions: {pass: {title: P, to: done}}
  done: {title: Done, end: success}
"""


@pytest.mark.req("CON-09", "REV-13")
@pytest.mark.parametrize(
    ("edit", "back"),
    [(("title: Public", "title: Publicity"), "public"), (("wait: {until: data.until}", WHO), None)],
)
def test_a_wait_that_is_none_any_more_is_not_gone_back_to(
    edit: tuple[str, str], back: str | None
) -> None:
    release = loaded({**FILES, WALK: WAITING})
    assert release is not None
    here = Town(release)
    town = here.platform
    uid = town.cases.start(of_walks("ann"), "demo/walk", DATA).uid
    town.cases.act(of_walks("ann"), uid, "submit", data=DATA)
    town.cases.act(of_walks("unit-0"), uid, "go")
    version = str(publish(town, with_text(town, WALK, edit)))
    town.migrations.run(SYSTEM, town.migrations.plan(SYSTEM, "demo/walk", version).id, "edited")

    if back is None:
        with pytest.raises(Refused, match="withdraw_decided"):
            town.cases.withdraw(of_walks("unit-0"), uid)
        return
    town.cases.withdraw(of_walks("unit-0"), uid)
    assert (state(town, uid).place.step, state(town, uid).wait_until) == (back, DATA["until"])
    here.check(rebuilt=True)


SECOND_PERMIT = """\
  permit:
    title: 第二次许可
    status: pending
    call: {process: town/permit, with: {subject: data.subject, unit: data.unit}}
    outcomes: {granted: hold, refused: not_held}
    to: fill
"""


@pytest.mark.req("CON-09", "ENG-19")
def test_a_new_call_under_the_name_of_a_renamed_one_calls_a_case_of_its_own() -> None:
    town = open_linked()
    uid = an_event(town)
    before = linked(town, uid, "permit")
    permit = state(town, uid).place
    plan = planned(
        town, "town/event",
        ("submit: {title: 提交, to: permit}", "submit: {title: 提交, to: licence}"),
        ("  permit:\n    title: 办理许可", "  licence:\n    title: 办理许可"),
        ("outcomes: {granted: hold,", "outcomes: {granted: permit,"),
        ("  hold:\n", SECOND_PERMIT + "  hold:\n"),
        steps={"permit": "licence"},
    )  # fmt: skip
    town.migrations.run(MONITOR, plan.id, "两次许可")
    assert str(state(town, uid).place) == "licence"

    town.cases.act(CHECKER, before, "pass")
    after = linked(town, uid, "permit")
    assert (str(state(town, uid).place), after != before) == (str(permit), True)
    assert state(town, uid).visits["permit"] == 1
    town.cases.act(CHECKER, after, "pass")
    assert str(state(town, uid).place).startswith("hold")
    assert all(found.same for found in town.rebuilding.all())
