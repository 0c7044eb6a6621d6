"""An edit of one key changes the lines it is about, and no others."""

import pytest

from engine.definitions.editing import (
    At,
    ChangeCaption,
    ChangeCondition,
    ChangeDeadline,
    ChangeTarget,
    Question,
    Reassign,
    SetKey,
    edit_process,
)
from engine.domain.errors import NotFound, Refused
from tests.editing.support import REVIEW, edited, in_review, in_south, review

RETURN = "{title: 不通过, to: %s, ask: [reason], resubmit_to: policy.resubmit_to, bulk: true, do: [{message: returned}]}"  # noqa: E501


@pytest.mark.req("VER-02")
class TestInTheFile:
    def test_a_caption_is_one_line(self):
        assert in_review(ChangeCaption(At("fill"), "填写")) == [
            "-    title: 填报",
            "+    title: 填写",
        ]

    def test_the_caption_of_the_process_is_one_line(self):
        assert in_review(ChangeCaption(At(), "评审")) == ["-title: 社会化评审", "+title: 评审"]

    def test_the_caption_of_an_action_is_one_line(self):
        removed, added = in_review(ChangeCaption(At("fill", "discard"), "作废"))

        assert removed == added.replace("+", "-").replace("作废", "废弃", 1)

    def test_a_return_target_that_several_steps_share_is_asked_about(self):
        change = ChangeTarget(At("superiors", "return"), "unit")

        asked = edit_process(review(), REVIEW, change)

        assert isinstance(asked, Question)
        assert asked.anchor == "return"
        assert asked.defined.path == ("steps", "unit", "actions", "return")
        assert [spot.path[1] for spot in asked.used] == ["superiors", "department", "reception"]
        assert in_review(change, alias="here") == [
            "-      return: *return",
            f"+      return: {RETURN % 'unit'}",
        ]
        assert in_review(change, alias="everywhere") == [
            f"-      return: &return {RETURN % 'fill'}",
            f"+      return: &return {RETURN % 'unit'}",
        ]

    def test_one_of_several_targets_changes_alone(self):
        assert in_review(ChangeTarget(At("unit", "pass"), "reception", entry=1)) == [
            "-        to: [{when: input.archive_department != null, then: department}, "
            "{then: superiors}]",
            "+        to: [{when: input.archive_department != null, then: department}, "
            "{then: reception}]",
        ]

    def test_the_target_of_an_outcome_changes(self):
        assert in_review(ChangeTarget(At("filing"), "publicity", outcome="rejected")) == [
            "-    outcomes: {approved: effective, rejected: evaluation}",
            "+    outcomes: {approved: effective, rejected: publicity}",
        ]

    def test_a_deadline_is_added_in_its_place(self):
        assert in_review(ChangeDeadline(At("effective"), "workdays(today, 3)")) == [
            "+    due: workdays(today, 3)"
        ]

    def test_the_date_of_a_deadline_changes_and_its_rules_stay(self):
        assert in_review(ChangeDeadline(At("fill"), "activity.first_deadline")) == [
            "-      by: [{when: case.returned, then: activity.resubmission_deadline}, "
            "{then: activity.first_deadline}]",
            "+      by: activity.first_deadline",
        ]

    def test_a_deadline_goes_with_its_rules(self):
        removed = in_review(ChangeDeadline(At("fill"), None))

        assert [line.strip("- ").split(":")[0] for line in removed] == [
            "due", "by", "hard", "extend",
        ]  # fmt: skip
        assert all(line.startswith("-") for line in removed)

    def test_a_condition_keeps_the_comment_behind_it(self):
        assert in_review(ChangeCondition(At("in_scheme"), "!flags.off_default_path")) == [
            "-    when: policy.scheme_required             # 不要求呈报方案时越过此步",
            '+    when: "!flags.off_default_path"             # 不要求呈报方案时越过此步',
        ]

    def test_a_condition_of_a_level_changes(self):
        found = in_review(
            ChangeCondition(At("unit", stage="second"), "flags.off_default_path"),
            alias="everywhere",
        )

        assert found == [
            "-      second: {title: 复审, permission: second_review}",
            "+      second: {title: 复审, when: flags.off_default_path, permission: second_review}",
        ]

    def test_other_people_do_a_step(self):
        who = {"permission": "receive", "organisation": "unit"}

        assert in_review(Reassign(At("reception"), who)) == [
            "-    who: {permission: receive, organisation: committee}",
            "+    who: {permission: receive, organisation: unit}",
        ]

    def test_a_part_of_a_list_changes_alone(self):
        require = [
            {"that": "activity.state == 'ongoing'", "say": "该评审活动不在申报期内"},
            {"that": "unit.state == 'approved'", "say": "您的工作单位尚未开放"},
        ]

        found = in_review(SetKey(At("fill", "submit"), "require", require))

        assert [line for line in found if line[0] == "+"] == [
            "+          - {that: unit.state == 'approved', say: 您的工作单位尚未开放}"
        ]
        assert len(found) == 5

    @pytest.mark.parametrize(
        "operation",
        [
            ChangeCaption(At("fill"), "填报"),
            ChangeTarget(At("unit", "return"), "fill"),
            ChangeDeadline(At("fill"), "activity.first_deadline"),
            ChangeCondition(At("reception"), None),
            SetKey(At("unit", "pass"), "bulk", True),
        ],
    )
    def test_what_is_so_already_changes_nothing(self, operation):
        files = dict(review())
        path = f"definitions/processes/{REVIEW}.yaml"
        files[path] = files[path].replace(
            b"by: [{when: case.returned, then: activity.resubmission_deadline}, "
            b"{then: activity.first_deadline}]",
            b"by: activity.first_deadline",
        )

        assert edited(operation, files=files) == {}

    @pytest.mark.parametrize("at", [At("nope"), At("fill", "nope"), At("fill", stage="first")])
    def test_what_does_not_exist_is_refused(self, at):
        with pytest.raises(NotFound):
            in_review(ChangeCaption(at, "x"))

    def test_a_file_that_cannot_be_read_is_refused(self):
        files = {"definitions/processes/a/b.yaml": "process: [a\n"}

        with pytest.raises(Refused, match="edit_broken_file"):
            edit_process(files, "a/b", ChangeCaption(At(), "x"))

    def test_a_file_that_does_not_exist_is_refused(self):
        with pytest.raises(NotFound, match="edit_no_file"):
            edit_process({}, "a/b", ChangeCaption(At(), "x"))


@pytest.mark.req("VER-02")
class TestOnTopOfAnotherFile:
    def test_an_inherited_step_gets_the_changed_key_alone(self):
        assert in_south(ChangeCaption(At("fill"), "填写")) == ["+  fill: {title: 填写}"]

    def test_a_step_it_changes_already_gets_one_key_more(self):
        assert in_south(ChangeCondition(At("issue"), "large")) == [
            "-  issue: {do: null}",
            "+  issue: {when: large, do: null}",
        ]

    def test_what_it_says_itself_is_changed_where_it_stands(self):
        assert in_south(ChangeCaption(At("unit"), "审核")) == [
            "-    title: 单位审核",
            "+    title: 审核",
        ]

    def test_an_inherited_action_is_written_out_whole(self):
        assert in_south(ChangeTarget(At("unit", "pass"), "fill", entry=0)) == [
            "+      pass:",
            "+        ask: {form: review-action, mode: policy.form_mode, stage: second}",
            "+        into: unit_opinion",
            "+        to: [{when: has(input.elsewhere), then: fill}, {then: superiors}]",
            "+        send_to: input.elsewhere",
            "+        set: {flags.urgent: large, data.material.note: input.opinion}",
            "+        bulk: true",
        ]

    def test_the_rules_of_an_inherited_deadline_are_kept(self):
        assert in_south(ChangeDeadline(At("fill"), "today")) == [
            "+  fill:",
            "+    due:",
            "+      by: today",
            "+      hard: true",
            "+      otherwise: discard",
            "+      extend: {permission: review, when: after_expiry}",
        ]

    def test_an_inherited_key_is_taken_away_with_null(self):
        assert in_south(ChangeDeadline(At("fill"), None)) == ["+  fill: {due: null}"]

    def test_a_step_that_is_taken_out_cannot_be_changed(self):
        with pytest.raises(NotFound, match="no_such_step"):
            in_south(ChangeCaption(At("refused"), "x"))
