"""The commands for authors: check, explain, schema, bpmn."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from engine.cli import COMMANDS, zhicheng
from tests.definitions.support import CONTENT
from tests.rules.support import YEARS

WRONG = """\
process: north/wrong
title: 错误
policy: {fast: {type: boolean, default: false}}
steps:
  fill: {who: initiator, actions: {submit: {to: dnoe}}}
  done: {title: 结束, end: success}
"""
SAMPLE = """\
sample: 一份申请
covers: [north/wrong]
world: small
clock: 2026-09-01 09:00
steps: []
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(zhicheng, [str(argument) for argument in arguments])


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a copy of the small content."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


@pytest.fixture
def wrong(content: Path) -> Path:
    """Return the small content with a wrong process."""
    (content / "definitions/processes/north/wrong.yaml").write_text(WRONG, "utf-8")
    return content


def test_every_command_is_listed_without_being_imported():
    result = run("--help")

    assert result.exit_code == 0
    assert all(f"  {name} " in result.output for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_common_options(name):
    command = zhicheng.get_command(None, name)
    commands = list(getattr(command, "commands", {name: command}).values())

    for one in commands:
        options = {option for parameter in one.params for option in parameter.opts}
        assert options >= {"--content", "--database-url", "--data-dir"}


class TestCheck:
    def test_content_without_problems_exits_with_0(self, content):
        result = run("check", "--content", content)

        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "28 个文件：0 个错误，0 个提醒。\n"

    @pytest.mark.req("CON-04", "TST-08")
    def test_problems_are_shown_with_their_line_and_exit_with_1(self, wrong):
        result = run("check", wrong)

        assert result.exit_code == 1
        assert result.stdout == (
            "definitions/processes/north/wrong.yaml:5:49: DEF201 "
            '动作 "submit" 的 "to" 指向 "dnoe"，流程中没有这个步骤。\n'
            "  5 |   fill: {who: initiator, actions: {submit: {to: dnoe}}}\n"
            "    |                                                 ^^^^\n"
            '  是否想写 "done"？可用：done、fill。\n'
        )

    def test_the_language_is_chosen(self, wrong):
        result = run("check", wrong, "--language", "en")

        assert 'leads to "dnoe", which is not a step of this process.' in result.stdout
        assert result.stderr == "29 files: 1 errors, 0 warnings.\n"

    def test_json_has_every_problem_in_both_languages(self, wrong):
        result = run("check", wrong, "--format", "json")

        (problem,) = json.loads(result.stdout)
        assert problem["code"] == "DEF201"
        assert (problem["line"], problem["column"]) == (5, 49)

    def test_sarif_is_for_other_tools(self, wrong):
        result = run("check", wrong, "--format", "sarif")

        (only,) = json.loads(result.stdout)["runs"][0]["results"]
        assert (only["ruleId"], only["level"]) == ("DEF201", "error")

    def test_a_path_limits_what_is_shown(self, wrong):
        shown = run("check", "--content", wrong, wrong / "definitions/processes")
        hidden = run("check", "--content", wrong, wrong / "forms")

        assert (shown.exit_code, hidden.exit_code) == (1, 0)

    def test_a_path_outside_the_content_is_wrong_usage(self, content, tmp_path):
        assert run("check", "--content", content, tmp_path).exit_code == 2

    def test_a_folder_without_content_is_wrong_usage(self, tmp_path):
        assert run("check", "--content", tmp_path).exit_code == 2

    def test_policy_values_that_no_sample_covers_are_a_reminder_and_no_error(self, content):
        sound = WRONG.replace("dnoe", "done")
        (content / "definitions/processes/north/wrong.yaml").write_text(sound, "utf-8")
        (content / "examples/cases").mkdir(parents=True)
        (content / "examples/worlds").mkdir()
        (content / "examples/worlds/small.yaml").write_text("world: small\n", "utf-8")
        (content / "examples/cases/one.yaml").write_text(SAMPLE, "utf-8")

        result = run("check", content)

        assert result.exit_code == 0
        assert 'DEF320 没有样例走过政策 "fast" 取 true 的情形。' in result.stdout
        assert 'DEF320 没有样例走过政策 "fast" 取 false 的情形。' not in result.stdout

    def test_names_in_a_sample_that_do_not_exist_are_reported(self, content):
        (content / "examples/cases").mkdir(parents=True)
        text = SAMPLE.replace(
            "steps: []",
            "steps: [{by: 甲, does: start, process: north/permitt, case: z, with: $forms/none}]",
        )
        (content / "examples/cases/one.yaml").write_text(text, "utf-8")

        result = run("check", content)

        codes = [line.split()[1] for line in result.stdout.splitlines() if " SMP" in line]
        assert codes == ["SMP105", "SMP107", "SMP106"]
        assert '是否想写 "north/permit"？' in result.stdout

    def test_what_a_sample_changes_and_does_not_exist_is_reported(self, content):
        (content / "examples/cases").mkdir(parents=True)
        text = SAMPLE.replace(
            "steps: []",
            "given: {policy: {north/permit: {fsat: true}, north/permitt: {}}, polcy: {}}\n"
            "steps: [{change: {registers: {}, route: {}}}, {expect: {status: done}}]",
        )
        (content / "examples/cases/one.yaml").write_text(text, "utf-8")

        result = run("check", content)

        codes = [line.split()[1] for line in result.stdout.splitlines() if "one.yaml:" in line]
        assert sorted(codes) == ["DEF101", "DEF101", "REG102", "SMP102", "SMP105", "SMP107"]
        assert '"policy"' in result.stdout

    @pytest.mark.req("TST-08")
    def test_expectations_of_what_there_is_not_are_reported_with_the_nearest_name(self, content):
        (content / "examples/cases").mkdir(parents=True)
        text = SAMPLE.replace(
            "steps: []",
            "steps:\n"
            "  - {by: 甲, does: start, process: north/permit, case: z, expect: {at: fil}}\n"
            "  - {by: 甲, does: submit, case: z, expect: {status: drafft, actions: [subbmit]}}\n"
            "  - {expect: {z: {at: [fill@甲]}, records: {barss: {a: null}}}}\n",
        )
        (content / "examples/cases/one.yaml").write_text(text, "utf-8")

        result = run("check", content)

        for line, name in ((6, "fill"), (7, "draft"), (7, "submit"), (8, "bars")):
            assert f"one.yaml:{line}:" in result.stdout
            assert f'是否想写 "{name}"？' in result.stdout
        assert result.stdout.count("SMP109") == 4

    def test_a_broken_sample_is_reported_at_its_place(self, content):
        (content / "examples/cases").mkdir(parents=True)
        (content / "examples/cases/one.yaml").write_text("sampel: x\n", "utf-8")

        result = run("check", content)

        assert result.exit_code == 1
        assert 'examples/cases/one.yaml:1:1: DEF101 样例没有 "sampel" 这个键。' in result.stdout


class TestExplain:
    def test_a_line_shows_its_expression_and_every_name_with_type_caption_and_origin(self, content):
        file = content / "definitions/processes/north/permit.yaml"

        result = run("explain", f"{file}:{line_of(file, 'send_to')}")

        assert result.exit_code == 0
        assert 'input.elsewhere  → 登记表 "organisations" 的一行' in result.stdout
        words = [line.split() for line in result.stdout.splitlines()]
        assert ["data.settings.amount", "数字", "金额", "forms/request"] in words
        assert ["case.returned", "是/否", "被退回", "language"] in words

    def test_a_line_without_expression_shows_the_names_of_its_action(self, content):
        file = content / "definitions/processes/north/permit.yaml"

        inside = run("explain", f"{file}:{line_of(file, 'bulk: true')}")
        outside = run("explain", f"{file}:1")

        assert "input.opinion " in inside.stdout
        assert "input.opinion " not in outside.stdout

    def test_functions_are_listed_on_demand(self, content):
        file = content / "definitions/processes/north/permit.yaml"

        assert "workdays(day, number)" in run("explain", f"{file}:1", "--functions").stdout

    def test_without_a_line_the_flattened_process_is_shown_with_the_origin_of_its_parts(
        self, content
    ):
        result = run("explain", content / "definitions/processes/south/permit.yaml")

        assert result.exit_code == 0
        assert result.stdout.startswith("process: south/permit\ntitle: 南区许可\n")
        assert "noun: 申请  # definitions/processes/north/permit.yaml:3:1\n" in result.stdout
        assert "    title: 单位审核\n" in result.stdout
        assert "evaluation" not in result.stdout.split("steps:")[1].replace("evaluation:", "")

    def test_a_file_that_is_no_process_is_wrong_usage(self, content):
        assert run("explain", content / "forms/request.yaml").exit_code == 2

    def test_a_row_of_a_rule_table_is_explained_as_its_condition(self, content):
        rules = content / "definitions/rules"
        rules.mkdir()
        (rules / "years.yaml").write_text(
            YEARS.replace("codes: degrees", "values: [doctor, master, bachelor]"), "utf-8"
        )

        result = run("explain", f"{rules / 'years.yaml'}:{line_of(rules / 'years.yaml', '>= 5')}")

        assert "degree == 'master' && years >= 5" in result.stdout
        assert "年限" in result.stdout


class TestSchema:
    def test_one_schema_is_printed(self):
        result = run("schema", "process")

        assert json.loads(result.stdout)["$id"].endswith("/process.json")

    def test_all_are_written_to_a_folder(self, tmp_path):
        result = run("schema", "--out", tmp_path)

        assert result.exit_code == 0
        assert {path.stem for path in tmp_path.glob("*.json")} >= {"process", "form", "register"}

    def test_an_unknown_name_is_wrong_usage(self):
        assert run("schema", "proces").exit_code == 2


class TestBpmn:
    def test_a_process_is_printed(self, content):
        result = run("bpmn", "export", "north/permit", "--content", content)

        assert result.exit_code == 0
        assert ET.fromstring(result.stdout).tag.endswith("}definitions")

    def test_all_are_written_to_a_folder(self, content, tmp_path):
        result = run("bpmn", "export", "--content", content, "--out", tmp_path / "bpmn")

        assert result.exit_code == 0
        assert (tmp_path / "bpmn/south/permit.bpmn").is_file()

    def test_content_with_problems_is_not_exported(self, wrong):
        assert run("bpmn", "export", "north/permit", "--content", wrong).exit_code == 1


def line_of(file: Path, text: str) -> int:
    """Return the number of the first line with a text."""
    lines = file.read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
