"""Connectors: systems outside that a process asks or tells something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import FORM, Known, expect
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import Closed, Key, Name, Text, Vocabulary, Whole
from engine.definitions.vocabulary import terms

Method = Literal["post", "put"]
SECONDS = 10
ATTEMPTS = 3
SETTING = Name(Phrase("设置名", "setting"))


@dataclass(frozen=True, eq=False)
class Connector:
    """What is sent to a system outside and what comes back.

    ``address`` and ``token`` are names of settings of the installation: neither is ever content.
    """

    id: str
    title: str
    node: Node
    #: the form of what is sent, and of what comes back
    form: str
    result: str | None
    address: str
    token: str | None = None
    path: str = ""
    method: Method = "post"
    seconds: int = SECONDS
    #: how often a record is tried to be told before that has failed
    attempts: int = ATTEMPTS

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings without which it cannot be used."""
        return (self.address,) if self.token is None else (self.address, self.token)


CONNECTOR = Vocabulary(
    "connector",
    Phrase("外部接口", "connector"),
    (
        Key("connector", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key("form", terms.FORM, "发送的内容是这张表单", "the form of what is sent", required=True),
        Key("result", terms.FORM, "返回的内容是这张表单", "the form of what comes back"),
        Key(
            "address",
            SETTING,
            "哪个设置（环境变量 `ZHICHENG_…`）是它的网址；对方没有接口时写文件夹"
            " `file:///文件夹?format=json`（或 `xml`、`csv`）",
            "the setting (variable `ZHICHENG_…`) that is its address; without an interface a "
            "folder, `file:///folder?format=json` (or `xml`, `csv`)",
            required=True,
        ),
        Key(
            "token",
            SETTING,
            "哪个设置是访问口令；口令从不写在文件里",
            "the setting that is its token, which is never written in a file",
        ),
        Key("path", Text(), "网址之后的路径", "path below the address"),
        Key("method", Closed(("post", "put")), "HTTP 方法", "HTTP method", "post"),
        Key("seconds", Whole(), "最多等几秒", "how long is waited", str(SECONDS)),
        Key(
            "attempts",
            Whole(),
            "登记册的操作（9.1）没有得到回应时自动试几次，之后算失败，可以再办",
            "how often an action of a register is tried without an answer before it has failed",
            str(ATTEMPTS),
        ),
    ),
    called=Phrase("外部接口", "the connector"),
)


def parse_connector(node: Node, path: str, problems: Problems) -> Connector | None:
    """Read a connector."""
    values = read_file(CONNECTOR, node, problems)
    if values is None:
        return None
    return Connector(
        id=file_id(values, "connector", path),
        title=values.get("title", path),
        node=node,
        form=values.get("form", ""),
        result=values.get("result"),
        address=values.get("address", ""),
        token=values.get("token"),
        path=values.get("path", ""),
        method=values.get("method", "post"),
        seconds=values.get("seconds", SECONDS),
        attempts=values.get("attempts", ATTEMPTS),
    )


def check_connector(connector: Connector, known: Known, problems: Problems) -> None:
    """Report forms that do not exist."""
    where = Phrase("外部接口", "the connector")
    for key, name in (("form", connector.form), ("result", connector.result)):
        at = connector.node.at_path([key])
        expect(problems, at, FORM, name, known.forms, where)
