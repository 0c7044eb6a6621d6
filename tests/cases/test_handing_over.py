"""Handing over everything somebody holds when they leave (离职转办), on every database."""

import pytest

from engine.domain.errors import NotAllowed, Refused
from engine.services import handing_over
from engine.services.handing_over import Held
from engine.services.platform import Platform
from tests.support.office import FILES, a_request, open_office, person

REQUEST = "definitions/processes/town/request.yaml"
SIGNED = FILES[REQUEST].replace(
    "stages: {first", "allow: [claim, transfer, add_signer, delegate]\n            stages: {first"
)
LEAVING, HEAD = person("王审", "一所"), person("钱管", "一所")


def opened(request: str = SIGNED, url: str = "sqlite://") -> Platform:
    platform = open_office(url, more={REQUEST: request})
    grant = platform.directory.grant
    with platform.store.write() as unit:
        grant(unit, "钱管", "administrator", "一所", jurisdiction="town")
        for one in ("李四", "周局"):
            grant(unit, one, "reviewer", "一所", jurisdiction="town")
    return platform


def where(found: list[Held] | tuple[Held, ...]) -> dict[str, tuple[str, str]]:
    return {one.uid: (one.to, one.sentence) for one in found}


def refused(action) -> str:
    with pytest.raises(Refused) as found:
        action()
    return found.value.code


@pytest.fixture
def town():
    platform = opened()
    yield platform
    platform.close()


@pytest.mark.req("ORG-25")
def test_all_of_it_goes_where_the_preview_says(town):
    handed, claimed, signs, delegated, pool = (a_request(town) for _ in range(5))
    town.cases.transfer(person("李四", "一所"), handed, "王审")
    town.cases.claim(LEAVING, claimed)
    town.operations.do(
        person("李四", "一所"), signs, "add_signer", {"person": "王审", "mode": "before"}
    )
    town.operations.do(person("李四", "一所"), delegated, "delegate", {"person": "王审"})
    service = town.handing_over

    assert {one.what for one in service.plan(HEAD, "王审")} == {("task",), ("claim",), ("signer",)}
    planned = service.plan(HEAD, "王审", ["李四", "周局"])
    result = service.run(HEAD, "王审", ["李四", "周局"], "王审离职")

    assert where(result.done) == where(planned)
    assert not result.left
    to = {uid: to for uid, (to, _) in where(planned).items()}
    assert pool not in to
    # The delegator does not become their own delegate.
    assert to[delegated] == "周局"
    assert set(to.values()) == {"李四", "周局"}
    assert service.plan(HEAD, "王审") == []
    assert town.lists.keys(LEAVING, "town/to-review") == [pool]
    assert handed in town.lists.keys(person(to[handed], "一所"), "town/to-review")
    told = town.views.course(person("张三"), handed)[-1]
    assert (told.kind, told.person, told.leads_to) == ("hand_over", "钱管", to[handed])
    assert ("", "王审离职") in told.texts
    assert all(found.same for found in town.rebuilding.all())
    town.cases.act(person(to[claimed], "一所"), claimed, "pass")


def test_who_cannot_have_it_is_passed_over_and_what_nobody_can_have_stays(town):
    own, other = a_request(town, by="李四"), a_request(town)
    for uid in (own, other):
        town.cases.claim(LEAVING, uid)
    service = town.handing_over

    found = where(service.plan(HEAD, "王审", ["李四"]))
    assert found[other] == ("李四", "")
    assert found[own] == ("", "transfer_to_excluded")
    result = service.run(HEAD, "王审", ["李四"], "离职")
    assert [one.uid for one in result.done] == [other]
    assert [one.uid for one in result.left] == [own]
    assert town.lists.keys(LEAVING, "town/to-review") == [own]
    # Only a colleague with the right to it, and only at the administrator's own organisation.
    assert where(service.plan(HEAD, "王审", ["赵复"]))[own] == ("", "transfer_to_stranger")
    assert refused(lambda: service.plan(HEAD, "王审", ["马监"])) == "substitute_stranger"
    assert refused(lambda: service.plan(person("李四", "一所"), "王审")) == "no_permission"
    assert refused(lambda: service.plan(HEAD, "钱管")) == "not_your_own_account"
    assert refused(lambda: service.run(HEAD, "王审", ["李四"], " ")) == "reason_needed"


def test_a_run_that_was_cut_off_is_taken_up(town, monkeypatch):
    uids = [a_request(town) for _ in range(3)]
    for uid in uids:
        town.cases.claim(LEAVING, uid)
    carry_out, done = town.cases.carry_out, []

    def cut_off(actor, uid, make, **more):
        if len(done) == 1:
            raise SystemExit
        done.append(uid)
        return carry_out(actor, uid, make, **more)

    monkeypatch.setattr(town.cases, "carry_out", cut_off)
    with pytest.raises(SystemExit):
        town.handing_over.run(HEAD, "王审", ["李四"], "离职")
    monkeypatch.undo()
    assert len(town.handing_over.plan(HEAD, "王审")) == 2

    monkeypatch.setattr(handing_over, "BATCH", 1)
    assert town.handing_over.run(HEAD, "王审", ["李四"], "离职").more == 1
    assert town.handing_over.run(HEAD, "王审", ["李四"], "离职").more == 0
    assert town.handing_over.plan(HEAD, "王审") == []
    assert all(found.same for found in town.rebuilding.all())


def test_those_they_stand_in_for_get_another_substitute(town):
    town.substitutes.name(person("赵复", "一所"), "王审", until="2026-09-30")
    (line,) = town.handing_over.plan(HEAD, "王审", ["李四"])
    assert (line.what, line.title, line.to) == (("substitute",), "赵复", "李四")

    town.handing_over.run(HEAD, "王审", ["李四"], "离职")

    (now,) = town.substitutes.given(person("赵复", "一所"))
    assert (now.substitute, str(now.until)) == ("李四", "2026-09-30")


def test_a_case_moved_meanwhile_is_left_as_it_is(town):
    uid = a_request(town, amount=20.0)
    town.cases.claim(LEAVING, uid)
    service = town.handing_over
    plan = service.plan
    service.plan = lambda *args, **more: [*plan(*args, **more), *_gone_on(town, uid)]
    result = service.run(HEAD, "王审", ["李四"], "离职")
    assert [one.sentence for one in result.left] == ["already_handled"]
    assert town.lists.keys(person("赵复", "一所"), "town/to-review") == [uid]


def _gone_on(town, uid):
    town.cases.act(LEAVING, uid, "pass")
    return []


VOTE = SIGNED.replace("pass: {title: 通过, to: check, bulk: true}", "pass: {title: 通过, to: vote}")
VOTE = VOTE.replace(
    "          done: {title: 办结",
    """          vote:
            title: 表决
            panel: {voters: case.actors('review'), may_decline: true, decide: all}
            actions:
              minute:
                title: 记录
                verb: record
                who: {permission: manage_accounts, organisation: data.unit}
            outcomes: {passed: check, failed: discarded}
          done: {title: 办结""",
)


@pytest.mark.parametrize("leads", [True, False])
def test_a_seat_goes_over_where_the_administrator_leads_the_vote(leads):
    text = (
        VOTE
        if leads
        else VOTE.replace(
            "permission: manage_accounts, organisation: data.unit",
            "permission: see_all, organisation: data.unit.superior",
        )
    )
    town = opened(text)
    uid = a_request(town)
    town.cases.act(LEAVING, uid, "pass")
    town.cases.act(person("赵复", "一所"), uid, "pass")

    planned = town.handing_over.plan(HEAD, "王审", ["赵复", "李四"])
    assert [(one.what, one.to) for one in planned] == ([(("seat",), "李四")] if leads else [])
    if leads:
        town.handing_over.run(HEAD, "王审", ["赵复", "李四"], "离职")
    else:
        # Who votes elsewhere is not even told.
        run = town.handing_over.run
        assert refused(lambda: run(HEAD, "王审", ["李四"], "离职")) == "nothing_to_hand_over"
    with town.store.read() as unit:
        waiting = {one.person for one in unit.work.of(1)}
    assert waiting == ({"李四", "赵复"} if leads else {"王审", "赵复"})
    assert all(found.same for found in town.rebuilding.all())
    town.close()


@pytest.mark.req("SEC-01")
def test_a_seat_of_a_secret_vote_is_not_in_the_plan():
    """That a seat was in the plan told that its holder had not voted yet."""
    town = opened(VOTE.replace("may_decline: true", "may_decline: true, secret: true"))
    uid = a_request(town)
    town.cases.act(LEAVING, uid, "pass")
    town.cases.act(person("赵复", "一所"), uid, "pass")

    assert town.handing_over.plan(HEAD, "王审", ["赵复", "李四"]) == []
    town.cases.replace(HEAD, uid, "王审", "李四", "离职")
    with town.store.read() as unit:
        assert {one.person for one in unit.work.of(1)} == {"李四", "赵复"}
    town.close()


@pytest.mark.req("ORG-25", "SEC-01")
def test_only_who_gives_roles_there_sees_and_hands_over_what_somebody_holds(town):
    uid = a_request(town)
    town.cases.claim(LEAVING, uid)

    for other in (person("李四", "一所"), person("周局", "一分局"), person("李四")):
        assert refused(lambda who=other: town.handing_over.plan(who, "王审")) in (
            "no_permission",
            "not_for_people",
        )
        with pytest.raises(NotAllowed):
            town.handing_over.run(other, "王审", ["李四"], "离职", at="一所")

    assert where(town.handing_over.plan(HEAD, "王审"))[uid]


def test_a_case_of_ones_own_is_left_where_it_is(town):
    uid = a_request(town, by="钱管")
    town.cases.claim(LEAVING, uid)

    run = town.handing_over.run(HEAD, "王审", ["李四"], "离职")

    assert uid not in [one.uid for one in run.done]
    (line,) = town.handing_over.plan(HEAD, "王审", ["李四"])
    assert line.sentence == "own_case_untouched"
