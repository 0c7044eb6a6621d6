"""Connectors: systems outside that a process asks or tells something, or that one signs in with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.identity import IDENTITY, SETTING, Identity, check_identity, identity_of
from engine.definitions.known import FORM, Known, expect
from engine.definitions.process import Formula
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import Closed, Expression, Key, One, Text, Vocabulary, Whole
from engine.definitions.vocabulary import terms

Method = Literal["post", "put"]
SECONDS = 10
ATTEMPTS = 3
PAUSE = 60


@dataclass(frozen=True, eq=False)
class Connector:
    """What is sent to a system outside and what comes back, or how one signs in with it.

    ``address`` and ``token`` are names of settings of the installation: neither is ever content.
    """

    id: str
    title: str
    node: Node
    #: the form of what is sent, and of what comes back; "" with ``identity``
    form: str
    result: str | None
    address: str
    token: str | None = None
    path: str = ""
    method: Method = "post"
    seconds: int = SECONDS
    #: how often a record is tried to be told before that has failed
    attempts: int = ATTEMPTS
    #: how one signs in with it: nothing is sent there by processes and registers then
    identity: Identity | None = None
    #: whether an ``answer`` is none yet: it is asked again later
    pending: Formula | None = None
    #: how many minutes lie between two questions at most
    pause: int = PAUSE

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings without which it cannot be used."""
        own = (self.address,) if self.token is None else (self.address, self.token)
        return own if self.identity is None else (*own, *self.identity.settings)


CONNECTOR = Vocabulary(
    "connector",
    Phrase("外部接口", "connector"),
    (
        Key("connector", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key("form", terms.FORM, "发送的内容是这张表单", "the form of what is sent"),
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
        Key(
            "identity",
            One(IDENTITY, identity_of),
            "这是统一身份认证平台（OpenID Connect），`address` 是它的 issuer；不再写 `form`",
            "it is an identity platform (OpenID Connect) whose issuer is `address`, without `form`",
        ),
        Key(
            "pending",
            Expression(Phrase("真假", "true or false")),
            "返回的内容 `answer` 满足此条件时还没有结果，过后再问；"
            "网址是文件夹时等 `answers/` 里的文件",
            "while this holds of the `answer` there is no result yet: asked again later; in a "
            "folder a file in `answers/` is waited for",
        ),
        Key(
            "pause",
            Whole(),
            "还没有结果时两次询问最多隔几分钟；从一分钟起，随等待的时间加长",
            "how many minutes lie between two questions at most; one at first, more the longer "
            "it takes",
            str(PAUSE),
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
        identity=values.get("identity"),
        pending=values.get("pending"),
        pause=values.get("pause", PAUSE),
    )


def check_connector(connector: Connector, known: Known, problems: Problems) -> None:
    """Report forms and fields that do not exist, and what is neither sent to nor signed in with."""
    where = Phrase("外部接口", "the connector")
    if ("form" in connector.node.entries) == ("identity" in connector.node.entries):
        problems.add("REG127", connector.node)
    if connector.identity is not None:
        check_identity(connector.identity, connector.node.at_path(["identity"]), known, problems)
        return
    for key, name in (("form", connector.form or None), ("result", connector.result)):
        at = connector.node.at_path([key])
        expect(problems, at, FORM, name, known.forms, where)
