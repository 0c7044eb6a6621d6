"""Moving running cases to another version: what is predicted, what comes, and back (CON-09)."""

from __future__ import annotations

from textwrap import dedent, indent

import orjson
import pytest

from engine.content import bundled
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.migration_decisions import Decisions
from engine.services.migration_views import Plan
from engine.services.platform import Platform
from engine.services.recording import Recorder
from tests.support.office import a_request, open_office, person
from tests.support.versions import publish, with_text

PROCESS, FORM = "definitions/processes/town/request.yaml", "forms/request.yaml"
MONITOR = person("马监", "市局")
REVIEWER, CHECKER = person("王审", "一所"), person("赵复", "一所")


REFUSALS = "definitions/messages/refusals.yaml"
LISTS = "definitions/lists/town/"


def opened(url: str = "sqlite://") -> Platform:
    return open_office(url, more={REFUSALS: (bundled() / REFUSALS).read_text("utf-8")})


@pytest.fixture
def office() -> Platform:
    return opened()


def changed(office: Platform, *changes: tuple[str, str], path: str = PROCESS) -> str:
    return str(publish(office, with_text(office, path, *changes)))


def renamed(office: Platform) -> str:
    """A version in which the review is called otherwise."""
    files = with_text(office, PROCESS, *RENAMED)
    files |= with_text(office, f"{LISTS}to-review.yaml", ("steps: [review]", "steps: [examine]"))
    return str(publish(office, files))


def stored(office: Platform, uid: str):
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return row, unit.work.of(row.id), unit.blobs.get(row.data_hash)


def the_plan(office: Platform, version: str, **decided) -> Plan:
    decisions = Decisions(**decided)
    return office.migrations.plan(MONITOR, "town/request", version, decisions)


def kinds(plan: Plan) -> list[str]:
    return [one.kind for one in plan.cases]


RENAMED = (("\n  review:\n    title: 审核", "\n  examine:\n    title: 审查"),
           ("to: review}", "to: examine}"))  # fmt: skip


@pytest.mark.req("CON-09", "ENG-13")
def test_each_case_is_one_of_four_kinds_with_a_sentence(office: Platform) -> None:
    filling = a_request(office, submit=False)
    reviewed = a_request(office)
    checked = a_request(office)
    for who in (REVIEWER, CHECKER):
        office.cases.act(who, checked, "pass")
    own = a_request(office, by="马监")

    plan = the_plan(office, renamed(office))

    assert {one.uid: one.kind for one in plan.cases} == {
        filling: "unaffected", reviewed: "decision", checked: "by_itself", own: "cannot",
    }  # fmt: skip
    assert [(group.kind, group.sentences) for group in plan.groups] == [
        ("cannot", ("不能干预本人的申请",)),
        ("decision", ("目标版本没有环节“审核”，请决定在哪个环节继续",)),
        ("by_itself", ("不能再退回到“审核”",)),
        ("unaffected", ()),
    ]
    ((choice, count),) = plan.choices
    assert (choice.key, choice.name, choice.proposed[0], count) == ("steps", "review", "examine", 1)


@pytest.mark.req("CON-09", "ENG-13")
def test_a_renamed_step_goes_on_where_it_is_and_can_be_finished(office: Platform) -> None:
    uid = a_request(office)
    office.cases.act(REVIEWER, uid, "return", input={"reason": "缺图纸"})
    office.cases.act(person("张三"), uid, "submit", data={"unit": "一所", "subject": "会议室"})
    office.cases.act(REVIEWER, uid, "pass")
    version = renamed(office)
    plan = the_plan(office, version, steps={"review": "examine"})

    done = office.migrations.run(MONITOR, plan.id, "统一名称")

    assert [(one.state, one.at) for one in done.cases] == [("moved", ("examine.second@一所",))]
    row, work, _ = stored(office, uid)
    assert (row.step, row.pin) == ("examine", office.release.closure("town/request"))
    assert [(item.step, item.stage, item.permission) for item in work] == [
        ("examine", "second", "check")
    ]
    assert office.lists.keys(CHECKER, "town/to-check") == []
    assert office.rebuilding.rebuild(uid).same
    assert office.rebuilding.verify() == []
    course = office.views.course(person("张三"), uid)
    # What was done under the old version is told in its words.
    assert (course[1].leads_to, course[2].place) == ("审核 初审（一所）", "审核 初审（一所）")
    assert course[2].texts == (("原因", "缺图纸"),)
    last = course[-1]
    assert (last.kind, last.texts) == ("migrate", (("", "统一名称"),))
    assert office.cases.act(CHECKER, uid, "pass").place == "check@一分局"
    assert office.cases.act(person("周局", "一分局"), uid, "pass").place == "done"
    assert office.rebuilding.rebuild(uid).same


@pytest.mark.req("CON-09", "ENG-13", "REV-22")
def test_what_a_step_was_called_is_known_to_lists_and_needs_no_decision(office: Platform) -> None:
    uid, passed = a_request(office), a_request(office, by="李四")
    office.cases.act(REVIEWER, passed, "pass")
    files = with_text(
        office, PROCESS, *RENAMED, ("title: 审查", "title: 审查\n    was: [review]"),
        ("second: {", "last: {was: [second], "),
    )  # fmt: skip
    files |= with_text(
        office, f"{LISTS}to-review.yaml",
        ("steps: [review]", "steps: [examine]\nstages: [last]"),
        ("status]\nsearch", "step, stage]\nsearch"), ("status, arr", "step, stage, arr"),
        ("home: [{title: 待初审, stages: [first]}, {title: 待复审, stages: [second]}]", ""),
    )  # fmt: skip
    other = files[PROCESS].replace("process: town/request", "process: town/other")
    other = other.replace("examine", "review").replace("\n    was: [review]", "")
    files["definitions/processes/town/other.yaml"] = other.replace("was: [second], ", "")
    version = str(publish(office, files))
    elsewhere = office.cases.start(
        person("张三"), "town/other", {"unit": "一所", "subject": "车库"}
    )
    office.cases.act(person("张三"), elsewhere.uid, "submit")
    office.cases.act(REVIEWER, elsewhere.uid, "pass")

    # Left at the old names they are where the list looks for the new ones, and are called so; a
    # step of such a name in another process is another step.
    page = office.lists.page(CHECKER, "town/to-review")
    assert [row.key for row in page.rows] == [passed]
    assert page.rows[0].cells[5:7] == ["审查", "复审"]
    step, stage = page.filters[-2:]
    assert (step.options, stage.options) == ([("examine", "审查")], [("last", "复审")])
    for narrowed in ({"step": "examine"}, {"stage": "last"}):
        assert office.lists.page(CHECKER, "town/to-review", filters=narrowed).total == 1

    plan = the_plan(office, version)
    assert kinds(plan) == ["by_itself", "by_itself"]
    done = office.migrations.run(MONITOR, plan.id, "统一名称")
    assert [one.at for one in done.cases] == [("examine.first@一所",), ("examine.last@一所",)]
    assert office.lists.keys(CHECKER, "town/to-review") == [passed]
    assert all(office.rebuilding.rebuild(one).same for one in (uid, passed))
    undone = office.migrations.undo(MONITOR, plan.id, "弄错了")
    assert [one.state for one in undone.cases] == ["undone", "undone"]
    assert office.lists.keys(CHECKER, "town/to-review") == [passed]


def test_what_is_moved_again_or_has_gone_on_is_not_forced(office: Platform) -> None:
    uid, other = a_request(office), a_request(office, by="李四")
    plan = the_plan(office, renamed(office), steps={"review": "examine"})
    office.cases.act(REVIEWER, uid, "return", input={"reason": "缺材料"})

    first = office.migrations.run(MONITOR, plan.id, "统一名称")
    again = {one.uid: (one.kind, one.state) for one in first.cases}
    assert again == {uid: ("unaffected", "replanned"), other: ("by_itself", "moved")}
    assert stored(office, uid)[0].step == "fill"

    before = stored(office, other)[0]
    second = office.migrations.run(MONITOR, plan.id, "统一名称")
    assert [one.state for one in second.cases] == ["moved", "moved"]
    assert stored(office, other)[0] == before


@pytest.mark.req("CON-09")
def test_it_is_undone_until_somebody_goes_on(office: Platform) -> None:
    uid, other = a_request(office), a_request(office, by="李四")
    before, work, data = stored(office, uid)
    plan = the_plan(office, renamed(office), steps={"review": "examine"})
    office.migrations.run(MONITOR, plan.id, "统一名称")
    office.cases.act(REVIEWER, other, "pass")

    undone = office.migrations.undo(MONITOR, plan.id, "弄错了")

    assert {one.uid: one.state for one in undone.cases} == {uid: "undone", other: "moved"}
    (gone_on,) = undone.having("moved")
    assert gone_on.sentences == ("迁移后已继续办理，不能撤销",)
    after, again, kept = stored(office, uid)
    assert (after.state, after.pin, kept) == (before.state, before.pin, data)
    assert [item[3:10] for item in again] == [item[3:10] for item in work]
    assert office.rebuilding.rebuild(uid).same
    assert office.cases.act(REVIEWER, uid, "pass").place == "review.second@一所"


class TestForms:
    MOVED = (("subject: {title: 事由,", "topic: {title: 主题,"),
             ("required: [subject]", "required: [topic, floor]"),
             ("kind: {title", "floor: {title: 楼层, type: string}\n  kind: {title"))  # fmt: skip

    def test_fields_go_where_it_is_decided(self, office: Platform) -> None:
        uid = a_request(office)
        files = with_text(office, FORM, *self.MOVED)
        for name in ("handled", "my-requests", "to-review"):
            files |= with_text(office, f"{LISTS}{name}.yaml", ("data.subject", "data.topic"))
        version = str(publish(office, files))

        asked = the_plan(office, version)
        assert [(one.key, one.name, one.proposed) for one, _ in asked.choices] == [
            ("fields", "subject", ("topic", "floor")), ("values", "floor", ()),
        ]  # fmt: skip
        plan = the_plan(office, version, fields={"subject": "topic"}, values={"floor": "三层"})
        office.migrations.run(MONITOR, plan.id, "新表单")

        assert stored(office, uid)[2] == {"unit": "一所", "topic": "会议室", "floor": "三层"}
        assert office.rebuilding.rebuild(uid).same
        office.migrations.undo(MONITOR, plan.id, "弄错了")
        assert stored(office, uid)[2] == {"unit": "一所", "subject": "会议室"}
        assert office.rebuilding.rebuild(uid).same

    def test_what_is_still_filled_in_needs_no_value(self, office: Platform) -> None:
        a_request(office, submit=False)
        version = changed(office, ("required: [subject]", "required: [subject, amount]"), path=FORM)

        assert kinds(the_plan(office, version)) == ["unaffected"]

    @pytest.mark.parametrize(
        ("change", "asks"),
        [
            (("amount: {title: 金额, type: number", "amount: {title: 金额, type: string"),
             "“金额”的类型已改变，已填的内容放不进去，请决定移到哪一项，或不保留"),
            (("amount: {title: 金额, type: number, index: true}", "sum: {title: 额, type: string}"),
             "表单没有“金额”了，请决定已填的内容移到哪一项，或不保留"),
        ],
    )  # fmt: skip
    def test_a_value_without_a_place_needs_a_decision(self, change, asks) -> None:
        office = opened()
        everything = f"{LISTS}everything.yaml"
        uid = a_request(office, amount=12)
        files = (
            with_text(office, FORM, change)
            | with_text(
                office, everything, ("where: it.data.amount > 10\n", ""), ("data.amount, ", "")
            )
            | with_text(office, f"{LISTS}to-review.yaml", ("data.amount, ", ""))
        )
        version = str(publish(office, files))

        assert [choice.sentence for choice, _ in the_plan(office, version).choices] == [asks]

        plan = the_plan(office, version, fields={"amount": None})
        office.migrations.run(MONITOR, plan.id, "不再填金额")
        assert "amount" not in stored(office, uid)[2]

    def test_a_code_that_is_gone_becomes_another(self, office: Platform) -> None:
        uid = a_request(office, kind="office")
        codes = "definitions/codes/kinds.yaml"
        for key in ("市局", "一分局", "二分局"):
            with office.store.write() as unit:
                row = office.records.load(unit, "organisations", key)
                office.records.change(
                    unit, office.release.registers["organisations"], row,
                    {**row.data, "kind": "hall"}, at=office.clock.now(),
                )  # fmt: skip
        version = changed(
            office, ("office: {title: 处室}, ", "bureau: {title: 机关}, "), path=codes
        )

        ((choice, _),) = the_plan(office, version).choices
        assert (choice.key, choice.name) == ("codes", "kind.office")
        plan = the_plan(office, version, codes={"kind": {"office": "bureau"}})
        office.migrations.run(MONITOR, plan.id, "机构改名")
        assert stored(office, uid)[2]["kind"] == "bureau"


class TestRows:
    """Fields of repeated rows: each row keeps what is its own."""

    PAST = """
          past:
            title: 用过
            type: array
            items:
              type: object
              required: [room]
              properties: {
                room: {title: 房间, type: string, index: true},
                kind: {title: 类别, codes: kinds},
                from: {title: 自, type: string}, to: {title: 至, type: string},
                repairs: {
                  title: 报修, type: array,
                  items: {type: object, properties: {what: {title: 事项, type: string}}}}}
          """
    NOW = (("past:", "used:"), ("room: {title: 房间", "hall: {title: 房间"),
           ("[room]", "[hall, by]"), ("from:", "by: {title: 经办, type: string}, from:"),
           ("repairs:", "mended:"), ("what: {title: 事项", "which: {title: 何事"))  # fmt: skip
    ROWS = (
        {"room": "101", "kind": "office", "from": "a", "to": "b", "repairs": [{"what": "灯"}, {}]},
        {"room": "202", "from": "c"},
    )

    @staticmethod
    def form(office: Platform, rows: str) -> str:
        text = office.definitions.files()[FORM].decode().partition("  past:")[0].rstrip() + "\n"
        return text + indent(dedent(rows).strip("\n"), "  ") + "\n"

    @pytest.mark.req("CON-09", "ENG-13")
    def test_a_list_and_the_fields_of_its_rows_are_renamed(self, office: Platform) -> None:
        publish(office, {FORM: self.form(office, self.PAST)})
        uid = a_request(office, past=[dict(row) for row in self.ROWS])
        before = stored(office, uid)[2]
        now = self.PAST
        for old, new in self.NOW:
            assert old in now
            now = now.replace(old, new)
        version = str(publish(office, {FORM: self.form(office, now)}))

        (asked,) = the_plan(office, version).choices
        assert (asked[0].name, asked[0].proposed) == ("past", ("used",))
        fields: dict[str, str | None] = {"past": "used"}
        asked_then = [(one.key, one.name, one.proposed[:1])
                      for one, _ in the_plan(office, version, fields=fields).choices]  # fmt: skip
        assert asked_then == [
            ("fields", "past.room", ("used.hall",)), ("fields", "past.repairs", ("used.mended",)),
            ("values", "used.by", ()),
        ]  # fmt: skip
        fields |= {"past.room": "used.hall", "past.repairs": "used.mended", "past.kind": None,
                   "past.repairs.what": "used.mended.which",
                   "past.from": "used.to", "past.to": "used.from"}  # fmt: skip
        for wrong in ("subject", "used.mended.which", "nowhere"):
            again = {**fields, "past.room": wrong}
            choices = the_plan(office, version, fields=again, values={"used.by": "王"}).choices
            assert "past.room" in [one.name for one, _ in choices]
        plan = the_plan(office, version, fields=fields, values={"used.by": "王"})
        (case,) = plan.cases
        assert case.kind == "by_itself"

        office.migrations.run(MONITOR, plan.id, "新表单")

        assert stored(office, uid)[2]["used"] == [
            {"hall": "101", "to": "a", "from": "b", "by": "王", "mended": [{"which": "灯"}, {}]},
            {"hall": "202", "to": "c", "by": "王"},
        ]  # fmt: skip
        assert "past" not in stored(office, uid)[2]
        with office.store.read() as unit:
            known = unit.cases.fields(stored(office, uid)[0].id)
        assert known["used.*.hall"] == ["101", "202"]
        assert "past.*.room" not in known
        assert office.rebuilding.rebuild(uid).same

        office.migrations.undo(MONITOR, plan.id, "弄错了")
        assert stored(office, uid)[2] == before
        assert office.rebuilding.rebuild(uid).same


class TestRights:
    @pytest.mark.parametrize("who", [REVIEWER, person("牛监", "一分局"), person("马监")])
    def test_it_is_for_those_who_may_step_in(self, office: Platform, who) -> None:
        uid = a_request(office)
        version = renamed(office)
        plan = the_plan(office, version, steps={"review": "examine"})
        before = stored(office, uid)

        for refused in (
            lambda: office.migrations.plan(who, "town/request", version),
            lambda: office.migrations.run(who, plan.id, "why"),
            lambda: office.migrations.undo(who, plan.id, "why"),
            lambda: office.migrations.show(who, plan.id),
        ):
            with pytest.raises(NotAllowed):
                refused()
        assert stored(office, uid) == before

    def test_without_a_reason_nothing_is_moved(self, office: Platform) -> None:
        uid = a_request(office)
        plan = the_plan(office, renamed(office), steps={"review": "examine"})
        with pytest.raises(Refused, match="reason_needed"):
            office.migrations.run(MONITOR, plan.id, " ")
        assert stored(office, uid)[0].step == "review"

    def test_a_step_or_version_that_is_not_there_is_named(self, office: Platform) -> None:
        version = renamed(office)
        with pytest.raises(Refused) as refused:
            the_plan(office, version, steps={"review": "examin"})
        assert refused.value.sentence == "目标版本没有环节“examin”（最接近的是“examine”）"
        with pytest.raises(NotFound):
            the_plan(office, "99")


def test_a_case_that_was_moved_is_not_recorded_as_a_sample(office: Platform) -> None:
    uid = a_request(office)
    plan = the_plan(office, renamed(office), steps={"review": "examine"})
    office.migrations.run(MONITOR, plan.id, "统一名称")

    with pytest.raises(Refused, match="recorded_moved"):
        Recorder(office.casework).record(uid)


def test_the_reason_and_the_one_who_did_it_stand_in_the_journal(office: Platform) -> None:
    uid = a_request(office)
    old = stored(office, uid)[0].pin
    plan = the_plan(office, renamed(office), steps={"review": "examine"})

    office.migrations.run(MONITOR, plan.id, "统一名称")

    with office.store.read() as unit:
        row = unit.cases.load(uid)
        event = unit.journal.of(row.id)[-1]
        entered = unit.blobs.get(event.data_hash)["input"]
    (told,) = orjson.loads(event.body)["events"]
    assert (event.kind, event.person, event.organisation) == ("migrate", "马监", "市局")
    assert (told["event"], told["from"], told["to"]) == ("migrated", old, row.pin)
    assert (entered["reason"], entered["steps"]) == ("统一名称", {"review": "examine"})


BRANCHES = """
    process: town/both
    title: 会办
    form: request
    start: {who: person}
    steps:
      fill:
        title: 填写
        who: initiator
        edit: all
        actions: {submit: {title: 提交, to: both}}
      both:
        title: 会办
        parallel:
          join: all
          branches:
            left: {one: {title: 左, who: initiator, actions: {pass: {title: 通过, to: join}}}}
            right: {two: {title: 右, who: initiator, actions: {pass: {title: 通过, to: join}}}}
        to: done
      done: {title: 办结, end: success}
"""


@pytest.mark.req("CON-09")
def test_it_is_not_undone_where_somebody_has_gone_on_in_one_branch() -> None:
    """Looking for the move in the last event, undoing broke off where a branch had gone on."""
    path, applicant = "definitions/processes/town/both.yaml", person("张三")
    office = open_office(more={path: BRANCHES, REFUSALS: (bundled() / REFUSALS).read_text("utf-8")})
    uid = office.cases.start(applicant, "town/both", {}).uid
    office.cases.act(applicant, uid, "submit", data={"subject": "会办"})
    version = changed(office, ("title: 右", "title: 右边"), path=path)
    plan = office.migrations.plan(MONITOR, "town/both", version, Decisions())
    office.migrations.run(MONITOR, plan.id, "改名称")
    office.cases.act(applicant, uid, "pass", at="one")
    before = stored(office, uid)

    undone = office.migrations.undo(MONITOR, plan.id, "弄错了")

    assert [one.sentences for one in undone.cases] == [("迁移后已继续办理，不能撤销",)]
    assert [one.state for one in undone.cases] == ["moved"]
    assert stored(office, uid) == before
