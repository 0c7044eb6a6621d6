"""Actions and levels are added and taken out."""

import pytest

from engine.definitions.editing import (
    AddAction,
    AddLevel,
    At,
    Changed,
    Question,
    RemoveAction,
    RemoveLevel,
    edit_process,
)
from engine.domain.errors import NotFound, Refused
from tests.editing.support import (
    REVIEW,
    edited,
    in_review,
    in_south,
    problems_of,
    review,
    shipped,
    small,
)


@pytest.mark.req("VER-02")
class TestActions:
    @pytest.mark.parametrize(
        ("at", "name", "line"),
        [
            (At("effective"), "return", "+      return: {to: fill}"),
            (At("effective"), "pass", "+      pass: {to: certified}"),
            (At("publicity"), "pass", "+      pass: {to: next}"),
            (At("effective"), "fail", "+      fail: {to: not_passed}"),
            (At("effective"), "discard", "+      discard: {to: discarded}"),
            (At("effective"), "note", "+      note: {}"),
        ],
    )
    def test_it_leads_where_its_verb_does(self, at, name, line):
        assert in_review(AddAction(at, name)) == [line]

    def test_its_keys_are_given(self):
        values = {"title": "备注", "verb": "record", "ask": ["opinion"]}

        answer = edit_process(shipped(), REVIEW, AddAction(At("reception"), "note", values))

        assert isinstance(answer, Changed)
        assert problems_of(shipped(), answer) == []

    def test_it_stands_behind_the_one_named(self):
        found = edited(AddAction(At("unit"), "note", {"title": "备注"}, after="pass"))

        ((path, added),) = found.items()
        text = edit_process(
            review(), REVIEW, AddAction(At("unit"), "note", {"title": "备注"}, after="pass")
        ).files[path]
        assert added == ["+      note: {title: 备注}"]
        assert "bulk: true\n      note: {title: 备注}\n      return: &return" in text

    def test_the_whole_process_may_have_it(self):
        values = {"verb": "cancel", "title": "撤销"}

        assert in_review(AddAction(At(), "revoke", values)) == [
            "+",
            "+actions: {revoke: {verb: cancel, title: 撤销, to: discarded}}",
        ]

    def test_on_top_of_another_file_it_is_written_in_this_file(self):
        assert in_south(AddAction(At("superiors"), "note", {"title": "备注"})) == [
            "+  superiors: {actions: {note: {title: 备注}}}"
        ]
        assert in_south(RemoveAction(At("superiors", "return"))) == [
            "+  superiors: {actions: {return: null}}"
        ]

    def test_the_last_one_goes_with_its_key(self):
        found = in_review(RemoveAction(At("publicity", "object")))

        assert all(line.startswith("-") for line in found)
        assert found[0] == "-    actions:"

    def test_one_that_a_deadline_takes_stays(self):
        with pytest.raises(Refused, match="edit_still_used") as refused:
            edited(RemoveAction(At("fill", "discard")), "north/permit", small())

        (place,) = refused.value.params["places"]
        assert place.path == ("steps", "fill", "due", "otherwise")

    def test_what_names_one_that_is_no_more_is_shown(self):
        lists = "definitions/lists/tianjin/reception.yaml"
        files = {**review(), lists: b"processes: [tianjin/socialised-review]\nactions: [receive]\n"}

        answer = edit_process(files, REVIEW, RemoveAction(At("reception", "receive")))

        assert isinstance(answer, Changed)
        assert [spot.text for spot in answer.look_at] == ["receive"]

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            (AddAction(At("unit"), "pass"), "edit_name_taken"),
            (AddAction(At("unit"), "pass on"), "edit_bad_name"),
            (AddAction(At("nope"), "pass"), "no_such_step"),
            (AddAction(At("unit"), "note", after="nope"), "edit_nothing_there"),
            (RemoveAction(At("unit", "nope")), "edit_nothing_there"),
            (RemoveAction(At("unit")), "edit_nothing_there"),
        ],
    )
    def test_what_cannot_be_is_refused(self, operation, code):
        with pytest.raises(Refused, match=code):
            in_review(operation)


@pytest.mark.req("VER-02")
class TestLevels:
    def test_levels_that_steps_share_are_asked_about(self):
        add = AddLevel("superiors", "third", "终审")

        assert isinstance(edit_process(review(), REVIEW, add), Question)
        assert in_review(add, alias="everywhere") == ["+      third: {title: 终审}"]
        assert in_review(add, alias="here") == [
            "-    stages: *stages",
            "+    stages:",
            "+      first: {title: 初审, when: policy.internal_review_steps == 'two'}",
            "+      second: {title: 复审, permission: second_review}",
            "+      third: {title: 终审}",
        ]

    def test_a_level_stands_where_it_should(self):
        found = in_review(AddLevel("unit", "middle", "核对", before="second"), alias="everywhere")

        assert found == ["+      middle: {title: 核对}"]

    def test_a_step_without_levels_gets_two(self):
        assert in_review(AddLevel("department", "second", "复核")) == [
            "+    stages: {first: {title: 待呈报人员审核}, second: {title: 复核}}"
        ]

    def test_a_level_that_something_is_asked_at_needs_another(self):
        with pytest.raises(Refused, match="edit_still_used") as refused:
            in_review(RemoveLevel("unit", "second"), alias="everywhere")

        (place,) = refused.value.params["places"]
        assert place.path == ("steps", "unit", "actions", "pass", "ask", "stage")
        found = in_review(RemoveLevel("unit", "second", instead="first"), alias="everywhere")
        assert [line for line in found if line[0] == "+"] == [
            "+        ask: {form: unit-recommendation, mode: policy.recommendation_form, "
            "stage: first}"
        ]
        assert next(line for line in found if line[0] == "-") == (
            "-      second: {title: 复审, permission: second_review}"
        )

    def test_expressions_that_read_it_are_shown(self):
        answer = edit_process(review(), REVIEW, RemoveLevel("superiors", "first"), alias="here")

        assert isinstance(answer, Changed)
        assert [spot.text for spot in answer.look_at] == ["case.stage == 'first'"]

    def test_the_last_level_goes_with_its_key(self):
        assert edited(RemoveLevel("unit", "first"), "south/permit", small()) != {}
        files = {**small()}
        path = "definitions/processes/north/permit.yaml"
        files[path] = files[path].replace(b"      second: {title: \xe5\xa4\x8d\xe5\xae\xa1}\n", b"")

        found = edited(RemoveLevel("unit", "first"), "north/permit", files)

        assert found == {
            path: ["-    stages:", "-      first: {title: 初审, when: policy.steps == 'two'}"]
        }

    def test_only_people_have_levels(self):
        with pytest.raises(Refused, match="edit_no_levels_here"):
            in_review(AddLevel("evaluation", "second", "复核"))

    def test_what_does_not_exist_is_refused(self):
        with pytest.raises(NotFound):
            in_review(RemoveLevel("unit", "third"))
