"""Documents: a Typst template and what it gets to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import FIELD, Known, expect, said
from engine.definitions.placeholders import check_placeholders
from engine.definitions.process import Formula
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import Expression, Key, MapOf, Text, Vocabulary, Yes


@dataclass(frozen=True, eq=False)
class DocumentTemplate:
    """A document that processes issue."""

    id: str
    title: str
    node: Node
    #: file name of the Typst template beside this file
    template: str
    file_name: str
    data: Mapping[str, Formula] = field(default_factory=dict)
    #: whether the template gets the list of the case's files as ``attachments``
    attachments: bool = False
    #: names of ``data`` shown on the public verification page, with their captions; empty =
    #: cannot be verified
    verify: Mapping[str, str] = field(default_factory=dict)


DOCUMENT = Vocabulary(
    "document",
    Phrase("文书", "document"),
    (
        Key("document", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key("template", Text(), "Typst 模板文件", "file of the Typst template", "<标识>.typ"),
        Key(
            "file_name",
            Text(),
            "下载文件名，可含占位符",
            "name of the file, with placeholders",
            "title",
        ),
        Key(
            "data",
            MapOf(Expression(Phrase("值", "a value")), Phrase("名称", "name")),
            "模板所用的值，在流程的上下文中计算",
            "what the template gets, worked out in the process",
        ),
        Key(
            "attachments",
            Yes(),
            "模板另得 `attachments`：全部附件的材料名称 `title` 和文件名 `name`",
            "the template also gets `attachments`: `title` and `name` of every file of the case",
            "false",
        ),
        Key(
            "verify",
            MapOf(Text(), Phrase("名称", "name")),
            "公开验证页显示的值及其标题；缺省为不可验证",
            "values the public verification page shows, with their captions",
        ),
    ),
    called=Phrase("文书", "the document"),
)


def parse_document(node: Node, path: str, problems: Problems) -> DocumentTemplate | None:
    """Read a document file."""
    values = read_file(DOCUMENT, node, problems)
    if values is None:
        return None
    title = values.get("title", path)
    return DocumentTemplate(
        id=file_id(values, "document", path),
        title=title,
        node=node,
        template=values.get("template", f"{path}.typ"),
        file_name=values.get("file_name", title),
        data=values.get("data", {}),
        attachments=values.get("attachments", False),
        verify=values.get("verify", {}),
    )


def check_document(document: DocumentTemplate, known: Known, problems: Problems) -> None:
    """Report a missing template, and names on the verification page that are not in the data."""
    where = said("文书", "document", document.id)
    node = document.node.at_path(["template"])
    if node is document.node:
        node = document.node.at_path(["document"])
    expect(problems, node, Phrase("模板文件", "template file"), document.template,
           known.templates, where)  # fmt: skip
    for name in document.verify:
        at = document.node.at_path(["verify"]).key(name)
        expect(problems, at, FIELD, name, document.data, where)
    check_placeholders(document.file_name, document.node.at_path(["file_name"]), problems)
