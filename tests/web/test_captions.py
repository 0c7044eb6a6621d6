"""The words of the pages: all of them can be read in English."""

import ast
import re
from importlib.resources import files

from admin import captions

CALL = re.compile(r"""_\(\s*(['"])(.*?)\1""")


def in_templates():
    for path in (files("admin") / "templates").rglob("*.html"):
        for _quote, text in CALL.findall(path.read_text("utf-8")):
            yield text


def in_code():
    for path in files("admin").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                yield ast.literal_eval(node.args[0])


def test_every_text_has_an_english_one():
    used = set(in_templates()) | set(in_code())

    assert sorted(used - set(captions.catalogue("en"))) == []


def test_no_translation_is_left_over():
    used = set(in_templates()) | set(in_code())

    assert sorted(set(captions.catalogue("en")) - used) == []


def test_a_translation_has_the_names_of_its_text():
    names = re.compile(r"\{(\w+)\}")
    different = [
        text
        for text, translation in captions.catalogue("en").items()
        if sorted(names.findall(text)) != sorted(names.findall(translation))
    ]

    assert different == []


def test_no_chinese_text_of_a_template_stands_outside_the_catalogue():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    found = []
    for path in (files("admin") / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"""_\(\s*(['"]).*?\1""", "", text)
        found += [
            f"{path.name}: {line.strip()}" for line in text.splitlines() if chinese.search(line)
        ]

    assert found == []
