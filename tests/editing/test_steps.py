"""Steps are added, moved and taken out with what points to them."""

import pytest

from engine.definitions.editing import (
    AddStep,
    Changed,
    MoveStep,
    RemoveStep,
    edit_process,
    process_outline,
)
from engine.domain.errors import NotFound, Refused
from tests.editing.support import (
    REVIEW,
    edited,
    in_review,
    in_south,
    lines,
    problems_of,
    review,
    shipped,
    small,
)

PATH = f"definitions/processes/{REVIEW}.yaml"


def names(files, process=REVIEW):
    return [step.name for step in process_outline(files, process).steps]


def after(operation, process=REVIEW, files=None):
    files = files or review()
    answer = edit_process(files, process, operation)
    assert isinstance(answer, Changed)
    return {**files, **answer.files}, answer


@pytest.mark.req("VER-02")
class TestAdding:
    def test_what_led_on_leads_through_the_new_step(self):
        assert in_review(AddStep("recheck", "复核", "task", "reception")) == [
            "-        to: in_scheme",
            "+        to: recheck",
            "+",
            "+  recheck:",
            "+    title: 复核",
            "+    who: {permission: receive, organisation: committee}",
            "+    actions:",
            "+      pass: {to: in_scheme}",
            "+      return:",
            "+        title: 不通过",
            "+        to: fill",
            "+        ask: [reason]",
            "+        resubmit_to: policy.resubmit_to",
            "+        bulk: true",
            "+        do: [{message: returned}]",
        ]

    @pytest.mark.parametrize("kind", ["task", "chain", "panel", "wait", "automatic"])
    @pytest.mark.parametrize("step", ["fill", "superiors", "reception", "in_scheme", "publicity"])
    def test_no_problem_comes_of_it(self, kind, step):
        try:
            files, answer = after(AddStep("extra", "新", kind, step), files=shipped())
        except Refused as several:
            before = several.params["choices"][0]
            files, answer = after(AddStep("extra", "新", kind, step, before), files=shipped())

        order = names(files)
        assert order.index("extra") == order.index(step) + 1
        assert problems_of(shipped(), answer) == []

    def test_what_took_out_the_steps_beside_it_takes_it_out_too(self):
        _, answer = after(AddStep("check", "核对", "task", "publicity"), files=shipped())

        changed = lines(shipped(), answer.files)
        assert changed["definitions/processes/tianjin/self-appointment.yaml"] == ["+  check: null"]

    def test_where_there_are_several_ways_on_one_is_chosen(self):
        with pytest.raises(Refused, match="edit_several_ways_on") as refused:
            in_review(AddStep("recheck", "复核", "task", "unit"))

        assert refused.value.params["choices"] == ["superiors", "department"]
        assert [spot.text for spot in refused.value.params["places"]] == ["department", "superiors"]
        found = in_review(AddStep("recheck", "复核", "wait", "unit", before="superiors"))
        assert found[1].endswith("then: department}, {then: recheck}]")
        assert (
            found[-1]
            == '+  recheck: {title: 复核, wait: {until: "workdays(today, 5)"}, to: superiors}'
        )

    def test_a_file_on_top_that_says_where_to_go_leads_through_it_too(self):
        path = "definitions/processes/south/permit.yaml"
        files = {**small(), path: small()[path] + b"  fill: {actions: {submit: {to: unit}}}\n"}

        found = edited(AddStep("recheck", "复核", "automatic", "fill"), "north/permit", files)

        assert found[path] == [
            "-  fill: {actions: {submit: {to: unit}}}",
            "+  fill: {actions: {submit: {to: recheck}}}",
        ]

    def test_nothing_leads_to_a_new_end(self):
        found = in_review(
            AddStep("given_up", "已放弃", "end", "publicity", values={"end": "cancelled"})
        )

        assert found == ["+", "+  given_up: {title: 已放弃, end: cancelled}"]

    def test_behind_an_end_there_is_no_way_on(self):
        with pytest.raises(Refused, match="edit_no_way_on"):
            in_review(AddStep("extra", "新", "task", "certified"))

    def test_keys_that_are_given_count(self):
        found = in_review(
            AddStep("extra", "新", "task", "reception", values={"who": "initiator", "edit": "all"})
        )

        assert "+    who: initiator" in found
        assert "+    edit: all" in found

    def test_on_top_of_another_file_the_way_there_is_written_in_this_file(self):
        found = in_south(AddStep("recheck", "复核", "wait", "superiors"))

        assert found == [
            '+  recheck: {title: 复核, wait: {until: "workdays(today, 5)"}, to: reception}',
            "+  superiors: {to: recheck}",
        ]

    @pytest.mark.parametrize(
        ("name", "code"), [("unit", "edit_name_taken"), ("re-check", "edit_bad_name")]
    )
    def test_a_name_must_be_new_and_usable(self, name, code):
        with pytest.raises(Refused, match=code):
            in_review(AddStep(name, "新", "task", "reception"))

    @pytest.mark.parametrize("where", [{"after": "nope"}, {"after": "fill", "before": "nope"}])
    def test_it_stands_beside_steps_that_exist(self, where):
        with pytest.raises(NotFound, match="no_such_step"):
            in_review(AddStep("extra", "新", "task", **where))


@pytest.mark.req("VER-02")
class TestMoving:
    @pytest.mark.parametrize(
        ("operation", "order"),
        [
            (MoveStep("filing", before="publicity"), ["evaluation", "filing", "publicity"]),
            (MoveStep("filing", after="evaluation"), ["evaluation", "filing", "publicity"]),
            (MoveStep("unit", after="superiors"), ["fill", "superiors", "unit", "department"]),
            (MoveStep("superiors", before="unit"), ["fill", "superiors", "unit", "department"]),
            (MoveStep("fill", after="discarded"), ["not_passed", "discarded", "fill"]),
        ],
    )
    def test_the_order_changes_and_nothing_else(self, operation, order):
        files, _ = after(operation)

        found = names(files)
        place = found.index(order[0])
        assert found[place : place + len(order)] == order
        before, later = process_outline(review(), REVIEW), process_outline(files, REVIEW)
        assert {s.name: (s.status, s.who, s.due, s.to) for s in later.steps} == {
            s.name: (s.status, s.who, s.due, s.to) for s in before.steps
        }

    def test_a_step_moves_with_its_lines(self):
        found = in_review(MoveStep("filing", before="publicity"))

        assert sorted(line[1:] for line in found if line[0] == "+") == sorted(
            line[1:] for line in found if line[0] == "-"
        )
        assert len(found) == 12

    @pytest.mark.parametrize("where", [{"before": "superiors"}, {"after": "fill"}])
    def test_where_it_stands_already_nothing_changes(self, where):
        assert in_review(MoveStep("unit", **where)) == []

    def test_inherited_steps_have_the_order_of_their_file(self):
        with pytest.raises(Refused, match="edit_inherited_order"):
            in_south(MoveStep("unit", after="superiors"))


@pytest.mark.req("VER-02")
class TestRemoving:
    def test_what_leads_there_is_named(self):
        with pytest.raises(Refused, match="edit_still_used") as refused:
            in_review(RemoveStep("investigation"))

        assert [spot.path[1] for spot in refused.value.params["places"]] == [
            "publicity",
            "rest_of_publicity",
        ]

    def test_what_led_there_leads_elsewhere(self):
        found = edited(RemoveStep("superiors", instead="department"))

        assert set(found) == {PATH}
        assert [line for line in found[PATH] if line[0] == "+"] == [
            "+        to: [{when: input.archive_department != null, then: department}, "
            "{then: department}]",
        ]
        assert [line for line in found[PATH] if line[0] == "-"][2:4] == [
            "-  superiors:                                 # 每个上级单位一次，次数由单位树决定；"
            "主管部门本单位人员为零次",
            "-    title: 下级单位人员审核",
        ]

    def test_what_else_names_it_is_shown(self):
        _, answer = after(RemoveStep("reception", instead="in_scheme"), files=shipped())

        assert {spot.file.rsplit("/", 1)[-1] for spot in answer.look_at} >= {
            "reception.yaml",
            "scheme.yaml",
            "meeting.yaml",
            "happy-path.yaml",
        }

    def test_shared_text_of_the_step_stays_with_the_others(self):
        files, answer = after(RemoveStep("unit", instead="superiors"))

        assert "return: &return {title: 不通过" in answer.files[PATH]
        assert "unit" not in names(files)

    def test_the_files_on_top_follow(self):
        found = edited(RemoveStep("reception", instead="evaluation"), "north/permit", small())

        assert found["definitions/processes/south/permit.yaml"] == [
            "-  reception: {actions: {receive: {title: 接收, to: notice}}}"
        ]

    def test_an_inherited_step_is_taken_out_of_this_file_alone(self):
        assert in_south(RemoveStep("notice", instead="issue")) == [
            "-  reception: {actions: {receive: {title: 接收, to: notice}}}",
            "+  reception: {actions: {receive: {title: 接收, to: issue}}}",
            "+  notice: null",
        ]

    def test_a_list_of_names_loses_it(self):
        files = dict(small())
        session = "definitions/processes/north/session.yaml"
        files[session] = files[session].replace(
            b"waiting_at: evaluation,", b"waiting_at: evaluation, lock: [vote, minutes],"
        )

        answer = edit_process(files, "north/session", RemoveStep("minutes", instead="closed"))

        assert isinstance(answer, Changed)
        found = lines(files, answer.files)[session]
        assert any("lock: [vote]," in line for line in found)

    @pytest.mark.parametrize("operation", [RemoveStep("nope"), RemoveStep("unit", "nope")])
    def test_what_does_not_exist_is_refused(self, operation):
        with pytest.raises(NotFound):
            in_review(operation)

    def test_a_step_does_not_take_its_own_place(self):
        with pytest.raises(Refused):
            in_review(RemoveStep("unit", instead="unit"))
