"""Content of the kinds this folder is about, written in tests as one text for each file."""

from collections.abc import Mapping
from textwrap import dedent

from engine.authoring import Node, Problems, read_yaml, render
from engine.definitions.kinds import Content, check_kinds, known_from, read_kinds
from engine.domain.types import BOOLEAN, DATE, NUMBER, TEXT, Field, ListOf, Record, Reference

ORGANISATION = Record(
    "organisation",
    {
        "name": Field(TEXT, "单位名称"),
        "credit_code": Field(TEXT, "统一社会信用代码"),
        "kind": Field(TEXT, "类型"),
        "superior": Field(Reference("organisations"), "上级单位"),
        "staff": Field(NUMBER, "职工人数"),
        "remark": Field(TEXT, "备注"),
    },
)
PROFILE = Record(
    "profile",
    {
        "basics": Field(
            Record("basics", {"name": Field(TEXT, "姓名"), "id_number": Field(TEXT, "证件号码")})
        ),
        "jobs": Field(
            ListOf(
                Record(
                    "job",
                    {
                        "unit": Field(Reference("organisations"), "单位"),
                        "current": Field(BOOLEAN, "在职"),
                    },
                )
            )
        ),
        "born": Field(DATE, "出生日期"),
    },
)
FORMS = {
    "organisation": ORGANISATION,
    "profile": PROFILE,
    "review-action": Record("review-action", {"reason": Field(TEXT, "原因")}),
    "answer": Record(
        "answer",
        {
            "name": Field(TEXT, "姓名"),
            "records": Field(
                ListOf(
                    Record(
                        "record",
                        {
                            "unit": Field(Reference("organisations"), "单位"),
                            "school": Field(TEXT, "学校"),
                        },
                    )
                )
            ),
        },
    ),
}


def files(**texts: str) -> dict[str, str]:
    """Name files by ``folder__name`` and remove the indentation of their texts."""
    return {
        f"definitions/{name.replace('__', '/').replace('_', '-')}.yaml": dedent(text).lstrip("\n")
        for name, text in texts.items()
    }


def read(texts: Mapping[str, str], problems: Problems) -> Content:
    nodes: dict[str, Node] = {}
    for path, text in texts.items():
        node = read_yaml(text, path, problems)
        if node is not None:
            nodes[path] = node
    return read_kinds(nodes, problems)


def complaints(texts: Mapping[str, str], language: str = "zh", **known: object) -> str:
    """Read and check; return what an author reads."""
    problems = Problems()
    content = read(texts, problems)
    known.setdefault("forms", FORMS)
    names = known_from(content, files=texts, **known)  # type: ignore[arg-type]
    check_kinds(content, names, problems)
    return render(problems, texts, language)  # type: ignore[arg-type]
