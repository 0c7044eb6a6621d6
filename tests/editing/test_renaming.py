"""A step is renamed with everything that names it, in all files."""

import pytest

from engine.definitions.editing import Changed, RenameStep, edit_process
from engine.domain.errors import NotFound, Refused
from tests.editing.support import REVIEW, edited, problems_of, shipped, small

NORTH = "definitions/processes/north/permit.yaml"
SOUTH = "definitions/processes/south/permit.yaml"


def in_small(step, name, files=None, process="north/permit"):
    return edited(RenameStep(step, name), process, files or small())


@pytest.mark.req("VER-02")
class TestRenaming:
    def test_targets_and_the_files_on_top_follow(self):
        assert in_small("reception", "intake") == {
            NORTH: [
                "-        to: [{when: has(input.elsewhere), then: reception}, {then: superiors}]",
                "+        to: [{when: has(input.elsewhere), then: intake}, {then: superiors}]",
                "-    to: reception",
                "-  reception:",
                "+    to: intake",
                "+  intake:",
            ],
            SOUTH: [
                "-  reception: {actions: {receive: {title: 接收, to: notice}}}",
                "+  intake: {actions: {receive: {title: 接收, to: notice}}}",
            ],
        }

    def test_expressions_and_shared_text_follow(self):
        assert in_small("fill", "write") == {
            NORTH: [
                "-  fill:",
                "+  write:",
                "-      return: &return {to: fill, ask: [reason, until], due: input.until, "
                "do: [{message: returned}]}",
                "+      return: &return {to: write, ask: [reason, until], due: input.until, "
                "do: [{message: returned}]}",
                "-    actions: {reopen: {who: {permission: review, organisation: unit}, "
                "to: resume, when: case.visits('fill') < 3}}",
                "+    actions: {reopen: {who: {permission: review, organisation: unit}, "
                "to: resume, when: case.visits('write') < 3}}",
            ]
        }

    def test_a_fact_or_field_of_the_same_name_stays(self):
        found = in_small("unit", "own")

        assert found[NORTH] == [
            "-      submit: {to: unit}",
            "+      submit: {to: own}",
            "-  unit:",
            "+  own:",
            "-    who: {permission: receive, organisation: case.sent_to, "
            "except: case.actors('unit')}",
            "+    who: {permission: receive, organisation: case.sent_to, "
            "except: case.actors('own')}",
        ]
        assert found[SOUTH] == ["-  unit:", "+  own:"]

    def test_a_group_that_waits_for_it_follows(self):
        found = in_small("evaluation", "assessment")

        assert found["definitions/processes/north/session.yaml"] == [
            "-members: {processes: [north/permit], waiting_at: evaluation, "
            "where: it.data.settings.unit == data.unit}",
            "+members: {processes: [north/permit], waiting_at: assessment, "
            "where: it.data.settings.unit == data.unit}",
        ]
        assert found[SOUTH] == ["-  evaluation: null", "+  assessment: null"]

    def test_lists_groups_and_sample_cases_of_the_shipped_content_follow(self):
        answer = edit_process(shipped(), REVIEW, RenameStep("reception", "intake"))

        assert isinstance(answer, Changed)
        assert answer.look_at == ()
        assert {
            "definitions/lists/tianjin/reception.yaml",
            "definitions/processes/tianjin/scheme.yaml",
            "definitions/processes/tianjin/meeting.yaml",
            "examples/cases/tianjin/happy-path.yaml",
        } <= set(answer.files)
        samples = {path: t for path, t in answer.files.items() if path.startswith("examples/")}
        assert all("to: reception" not in text for text in samples.values())
        assert "at: intake@教师高评委" in samples["examples/cases/tianjin/happy-path.yaml"]
        assert problems_of(shipped(), answer) == []

    @pytest.mark.parametrize("step", ["fill", "unit", "evaluation", "investigation", "discarded"])
    def test_no_problem_comes_of_it(self, step):
        answer = edit_process(shipped(), REVIEW, RenameStep(step, "renamed"))

        assert isinstance(answer, Changed)
        assert problems_of(shipped(), answer) == []

    def test_what_may_mean_another_process_is_shown_and_not_changed(self):
        files = dict(small())
        files["definitions/processes/north/other.yaml"] = files[NORTH].replace(
            b"process: north/permit", b"process: north/other"
        )
        files["definitions/lists/north/both.yaml"] = (
            b"list: north/both\ntitle: x\nof: cases\nprocesses: [north/permit, north/other]\n"
            b"relation: waiting\npermission: review\nsteps: [reception, unit]\n"
            b"where: it.step == 'reception'\n"
        )

        answer = edit_process(files, "north/permit", RenameStep("reception", "intake"))

        assert isinstance(answer, Changed)
        text = answer.files["definitions/lists/north/both.yaml"]
        assert "steps: [reception, intake, unit]\n" in text
        assert [spot.text for spot in answer.look_at] == ["it.step == 'reception'"]

    def test_a_document_that_is_issued_follows(self):
        files = dict(small())
        path = "definitions/documents/permit.yaml"
        files[path] = files[path].replace(b"data: {", b"data: {again: case.visits('fill') > 1, ")

        assert in_small("fill", "write", files)[path] == [
            "-data: {again: case.visits('fill') > 1, number: data.permit.number}",
            "+data: {again: case.visits('write') > 1, number: data.permit.number}",
        ]

    def test_a_step_in_force_keeps_its_name_as_one_it_had_until_it_is_called_so_again(self):
        renamed = edit_process(small(), "north/permit", RenameStep("unit", "own", published=True))
        assert isinstance(renamed, Changed)
        assert "    was: [unit]\n" in renamed.files[NORTH]

        files = dict(small()) | {path: text.encode() for path, text in renamed.files.items()}
        back = edit_process(files, "north/permit", RenameStep("own", "unit"))
        assert isinstance(back, Changed)
        assert "was:" not in back.files[NORTH]

    def test_the_same_name_changes_nothing(self):
        assert in_small("fill", "fill") == {}

    def test_a_name_that_exists_below_or_on_top_is_refused(self):
        files = {**small(), SOUTH: small()[SOUTH] + b"  extra: {end: success}\n"}

        for name in ("fill", "extra"):
            with pytest.raises(Refused, match="edit_name_taken"):
                in_small("unit", name, files)

    def test_a_name_that_no_expression_could_use_is_refused(self):
        with pytest.raises(Refused, match="edit_bad_name"):
            in_small("unit", "own-unit")

    def test_an_inherited_step_is_renamed_where_it_is_written(self):
        with pytest.raises(Refused, match="edit_inherited_name"):
            in_small("unit", "own", process="south/permit")

    def test_what_does_not_exist_is_refused(self):
        with pytest.raises(NotFound, match="no_such_step"):
            in_small("nope", "own")
