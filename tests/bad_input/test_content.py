"""What an author may get wrong, seen through ``zhicheng check``: the place, the code, the way out.

One bad file is laid into a small sound content. The answer is a list of problems that ends with
exit code 1, never a traceback, whatever the file holds and however large it is.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

from engine.cli import zhicheng
from tests.definitions.support import CONTENT

PROCESS = "definitions/processes/north/wrong.yaml"
FORM = "forms/wrong.yaml"
#: far more than a check of a small content takes, far less than anybody would wait
PATIENCE = 20.0

BROKEN = {
    "a bracket that is never closed": (PROCESS, "2:8: SRC101", "title: [未完\nsteps: {}"),
    "a tab for spaces": (PROCESS, "4:1: SRC104", "title: 错误\nsteps:\n\tfill: {}"),
    "the same key twice": (PROCESS, "3:1: SRC", "title: 错误\ntitle: 又一个"),
    "a tag that would run code": (
        PROCESS,
        "2:8: SRC",
        "title: !!python/object/apply:os.system [true]",
    ),
    "a list where a name belongs": (PROCESS, "2:8: DEF102", "title: [a, b]"),
    "a number where parts belong": (
        PROCESS,
        "4:42: DEF102",
        """\
        title: 错误
        steps:
          fill: {title: 填, who: initiator, edit: 3, actions: {submit: {to: done}}}
          done: {title: 完, end: success}
        """,
    ),
    "all the data where one field belongs": (
        PROCESS,
        "5:57: DEF122",
        """\
        title: 错误
        form: request
        steps:
          fill: {who: initiator, actions: {go: {to: done, set: {data: case.id}}}}
          done: {title: 完, end: success}
        """,
    ),
    "a list where a type belongs": (
        FORM,
        "3:19: FRM102",
        "title: 错误\nproperties: {who: {title: 人, type: []}}",
    ),
    "a reference to nothing": (
        FORM,
        "3:41: DEF102",
        "title: 错误\nproperties: {who: {title: 人, reference: null}}",
    ),
    "words where yes or no belongs": (
        PROCESS,
        "4:71: DEF102",
        """\
        title: 错误
        steps:
          fill: {title: 填, who: initiator, actions: {submit: {to: done, bulk: often}}}
          done: {title: 完, end: success}
        """,
    ),
    "steps that are text": (PROCESS, "3:8: DEF102", "title: 错误\nsteps: 填报，然后结束"),
    "a form without fields": (FORM, "3:13: DEF102", "title: 错误\nproperties: 无"),
}

#: what is wrong, its code, what was meant, and the step that says it
MISSPELT = {
    "a key": ("whoo", "DEF101", "who", "fill: {whoo: initiator, actions: {submit: {to: done}}}"),
    "a step": ("dnoe", "DEF201", "done", "fill: {who: initiator, actions: {submit: {to: dnoe}}}"),
    "a permission": (
        "reviwe",
        "DEF204",
        "review",
        "fill: {who: {permission: reviwe, organisation: unit}, actions: {submit: {to: done}}}",
    ),
    "a route": (
        "superoir",
        "DEF204",
        "superior",
        "fill: {who: {permission: review}, chain: {route: superoir, from: unit}, "
        "actions: {pass: {to: next}}, to: done}",
    ),
    "a form that is asked for": (
        "reveiw-action",
        "DEF204",
        "review-action",
        "fill: {who: initiator, actions: {submit: {to: done, ask: {form: reveiw-action}}}}",
    ),
    "a fact": (
        "unti",
        "DEF402",
        "unit",
        "fill: {who: {permission: review, organisation: unti}, actions: {submit: {to: done}}}",
    ),
    "a field in a condition": (
        "amuont",
        "DEF403",
        "amount",
        "fill: {who: initiator, actions: {submit: {to: done, "
        'require: [{that: "data.settings.amuont > 3", say: 多}]}}}',
    ),
}

GRAPHS = {
    "a step that nothing leads to": (
        {"DEF301": "lonely"},
        """\
        fill: {title: 填, who: initiator, actions: {submit: {to: done}}}
        lonely: {title: 孤, who: initiator, actions: {go: {to: done}}}
        """,
    ),
    "a step that leads nowhere": (
        {"DEF302": "stuck"},
        """\
        fill: {title: 填, who: initiator, actions: {submit: {to: stuck}, go: {to: done}}}
        stuck: {title: 停, who: initiator, actions: {}}
        """,
    ),
    "steps that never reach an end": (
        {"DEF303": "one"},
        """\
        fill: {title: 填, who: initiator, actions: {submit: {to: one}, go: {to: done}}}
        one: {title: 一, who: initiator, actions: {go: {to: two}}}
        two: {title: 二, who: initiator, actions: {go: {to: one}}}
        """,
    ),
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def check(content: Path, file: str, text: str) -> str:
    """Lay a file into the content and check it; every answer is a list of problems."""
    (content / file).write_text(dedent(text), "utf-8")
    begun = time.monotonic()
    result = CliRunner().invoke(zhicheng, ["check", "--content", str(content)])

    assert time.monotonic() - begun < PATIENCE
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.stdout


def place(text: str, word: str) -> str:
    """Where a word stands: line and column, from 1."""
    before = text[: text.index(word)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def a_process(*steps: str, facts: str = "{unit: data.settings.unit}") -> str:
    return "\n".join(
        [
            f"process: north/wrong\ntitle: 错误\nform: request\nfacts: {facts}\nsteps:",
            *(f"  {step}" for step in steps),
            "  done: {title: 完, end: success}\n",
        ]
    )


@pytest.mark.req("TST-08")
@pytest.mark.parametrize(("file", "said", "text"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_answered_with_its_place(content, file, said, text):
    kind = "form: wrong" if file == FORM else "process: north/wrong"

    assert f"{file}:{said}" in check(content, file, f"{kind}\n{dedent(text)}\n")


@pytest.mark.req("TST-08")
@pytest.mark.parametrize(("word", "code", "meant", "step"), MISSPELT.values(), ids=MISSPELT)
def test_a_misspelt_name_is_answered_with_the_nearest(content, word, code, meant, step):
    text = a_process(step.replace("{who", "{title: 填, who", 1))

    output = check(content, PROCESS, text)

    assert f"{PROCESS}:{place(text, word)}: {code}" in output
    assert f'是否想写 "{meant}"？' in output


@pytest.mark.req("TST-08")
def test_an_unknown_form_is_answered_with_the_nearest(content):
    text = a_process("fill: {title: 填, who: initiator, actions: {submit: {to: done}}}")

    output = check(content, PROCESS, text.replace("form: request", "form: requst"))

    assert f"{PROCESS}:3:7: DEF204" in output
    assert '是否想写 "request"？' in output


@pytest.mark.req("TST-08")
@pytest.mark.parametrize(("expected", "steps"), GRAPHS.values(), ids=GRAPHS)
def test_a_flow_that_cannot_work_is_answered_at_the_step(content, expected, steps):
    output = check(content, PROCESS, a_process(*dedent(steps).splitlines(), facts="{}"))

    for code, step in expected.items():
        assert re.search(rf'{PROCESS}:\d+:3: {code} [^\n]*"{step}"', output), output


@pytest.mark.req("TST-08")
def test_facts_that_run_in_a_circle_are_refused(content):
    steps = "fill: {title: 填, who: initiator, actions: {submit: {to: done}}}"

    output = check(content, PROCESS, a_process(steps, facts="{a: b > 1, b: c, c: a}"))

    assert "DEF216" in output
    assert "a → b → c → a" in output


@pytest.mark.req("TST-08")
def test_an_expression_too_deep_to_run_is_refused(content):
    deep = " + ".join(f"({'(' * 300}1{')' * 300})" for _ in range(3))
    steps = "fill: {title: 填, who: initiator, actions: {submit: {to: done}}}"

    output = check(content, PROCESS, a_process(steps, facts=f'{{deep: "{deep}"}}'))

    assert re.search(rf"{PROCESS}:4:\d+: (DEF4|SRC)\d+", output), output


@pytest.mark.req("TST-08", "FORM-01")
def test_a_misspelt_keyword_of_a_form_is_answered_with_the_nearest(content):
    text = (
        "form: wrong\ntitle: 错误\nrequierd: [a]\n"
        "properties:\n  a: {title: 甲, type: string, maxLenght: 20}\n"
    )

    output = check(content, FORM, text)

    for wrong, meant in (("requierd", "required"), ("maxLenght", "maxLength")):
        assert f"{FORM}:{place(text, wrong)}: DEF101" in output
        assert f'是否想写 "{meant}"？' in output


@pytest.mark.req("TST-08")
@pytest.mark.parametrize("pattern", [r"(a+)+(?=b)$", r"^(\\w+)\\1+$", "(a+"])
def test_a_pattern_that_cannot_run_in_linear_time_is_refused(content, pattern):
    text = f"""\
        form: wrong
        title: 错误
        properties:
          a: {{title: 甲, type: string, pattern: "{pattern}"}}
        """

    assert f"{FORM}:4:4" in check(content, FORM, text)


def test_a_catastrophic_pattern_does_no_harm(content):
    """It is matched in linear time: tests/forms/test_reading.py shows how fast."""
    text = (
        'form: wrong\ntitle: 错误\nproperties: {a: {title: 甲, type: string, pattern: "^(a+)+$"}}\n'
    )
    (content / FORM).write_text(text, "utf-8")
    begun = time.monotonic()

    result = CliRunner().invoke(zhicheng, ["check", "--content", str(content)])

    assert result.exit_code == 0, result.output
    assert time.monotonic() - begun < PATIENCE


@pytest.mark.req("TST-08")
@pytest.mark.parametrize("filling", ["holes", "lines"])
def test_a_huge_file_is_refused_at_once(content, filling):
    file = content / "forms" / "huge.yaml"
    with file.open("wb") as out:
        if filling == "lines":
            out.write(b"a: 1\n" * 1_000_000)
        else:
            out.truncate(100 * 2**20)
    begun = time.monotonic()

    result = subprocess.run(
        [sys.executable, "-m", "engine", "check", "--content", content],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=PATIENCE * 3,
    )

    output = result.stdout.decode()
    assert time.monotonic() - begun < PATIENCE
    assert result.returncode == 1
    assert "forms/huge.yaml:1:1: SRC107" in output
    assert len(output) < 2_000
    assert b"Traceback" not in result.stderr
