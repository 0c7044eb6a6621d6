"""Jurisdictions: whose rules apply to a case, and what is set differently there."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import (
    CALENDAR,
    CONNECTOR,
    FORM,
    PROCESS,
    REGISTER,
    SET,
    STATE,
    Known,
    expect,
    expect_field,
    said,
)
from engine.definitions.reading import file_id, read_file
from engine.definitions.register import ORGANISATIONS
from engine.definitions.shapes import (
    KEBAB,
    Id,
    Key,
    Literally,
    MapOf,
    Name,
    Names,
    One,
    Text,
    Values,
    Vocabulary,
    Whole,
    Yes,
)
from engine.domain.types import Reference

COMMON = "common"
ANY_NAME = Phrase("名称", "name")


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of numbers.

    ``format`` has the placeholders ``{year}`` and ``{number}``, and of a pool with ``ranges`` the
    fields of whom the numbers belong to.
    """

    name: str
    title: str
    format: str = "{number}"
    first: int = 1
    last: int | None = None
    per_year: bool = False
    #: the register whose records are the ranges it takes its numbers from
    ranges: str | None = None
    #: the register whose records have these numbers for their keys: those are passed over
    used_in: str | None = None

    @property
    def placeholders(self) -> frozenset[str]:
        """The names in ``format``.

        Raises:
            ValueError: the format is none.
        """
        return frozenset(
            name for _, name, _, _ in Formatter().parse(self.format) if name is not None
        )

    def up_from(self, first: int) -> Iterable[int]:
        """The numbers of a pool that counts, from one of them on."""
        return itertools.count(first) if self.last is None else range(first, self.last + 1)

    def number(self, count: int, year: int, of: Mapping[str, str] | None = None) -> str:
        """Write the number; ``of`` are the fields of whom it belongs to."""
        return self.format.format(**(of or {}), number=count, year=year)


@dataclass(frozen=True, slots=True)
class Registration:
    """How organisations register themselves.

    Attributes:
        form: what is asked; its fields are those of an organisation, but for one section.
        person: that section: whoever registers it, as a row of its staff.
        state: in which the record begins.
        process: the case that is started for it.
        field: the field of the case that names the organisation.
    """

    form: str
    person: str
    state: str
    process: str
    field: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The connectors one signs in with, where the installation has their settings."""

    people: str | None = None
    organisations: str | None = None


@dataclass(frozen=True, eq=False)
class Jurisdiction:
    """A jurisdiction."""

    id: str
    title: str
    node: Node
    #: key of the organisation at its head
    bureau: str
    calendar: str | None = None
    zone: str = "Asia/Shanghai"
    #: sets of roles, menus and lists, the first comes first in the menu
    sets: tuple[str, ...] = ()
    #: None = those whose id begins with the jurisdiction's name
    processes: tuple[str, ...] | None = None
    policy: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    #: whether content that concerns it is published by somebody else than its author
    four_eyes: bool = False
    #: whether common opinions are shared by the people of an organisation
    shared_opinions: bool = False
    #: None: organisations are created by others
    registration: Registration | None = None
    sign_in: SignIn = SignIn()

    def runs(self, process: str) -> bool:
        """Tell whether cases of a process are run here."""
        if self.processes is not None:
            return process in self.processes
        return process.split("/", 1)[0] == self.id


def _pool(values: Values) -> Pool:
    pool = Pool(
        values.name,
        values.get("title", values.name),
        values.get("format", "{number}"),
        values.get("first", 1),
        values.get("last"),
        values.get("per_year", False),
        values.get("ranges"),
        values.get("used_in"),
    )
    try:
        names = pool.placeholders
        if not all(name.isidentifier() for name in names):
            raise ValueError(pool.format)
        own = names - {"year", "number"} if pool.ranges is not None else ()
        pool.number(pool.first, 2000, dict.fromkeys(own, "0"))
    except (KeyError, IndexError, ValueError):
        node = values.node.at_path(["format"])
        values.spot.problems.add("REG114", node, value=pool.format)
        return Pool(pool.name, pool.title)
    return pool


def _registration(values: Values) -> Registration:
    names = ("form", "person", "state", "process", "field")
    return Registration(**{name: values.get(name, "") for name in names})


def _sign_in(values: Values) -> SignIn:
    return SignIn(values.get("people"), values.get("organisations"))


_CONNECTOR_ID = Id(Phrase("外部接口标识", "connector id"))
SIGN_IN = Vocabulary(
    "sign_in",
    Phrase("统一身份认证登录", "signing in with an identity platform"),
    (
        Key(
            "people",
            _CONNECTOR_ID,
            "个人登录、注册所用的平台",
            "the platform people sign in and register with",
        ),
        Key(
            "organisations",
            _CONNECTOR_ID,
            "单位（法人）登录、注册所用的平台",
            "the platform one signs in with for an organisation",
        ),
    ),
    called=Phrase("sign_in", "sign_in"),
)
REGISTRATION = Vocabulary(
    "registration",
    Phrase("单位自行注册", "registration"),
    (
        Key(
            "form",
            Id(Phrase("表单标识", "form id")),
            "填写的表单：单位表单的字段，另有一个分区填写注册人",
            "what is asked: fields of an organisation, and a section about who registers it",
            required=True,
        ),
        Key("person", Name(ANY_NAME), "填写注册人的分区", "that section", required=True),
        Key("state", Name(ANY_NAME), "单位的初始状态", "state of the record", required=True),
        Key(
            "process",
            Id(Phrase("流程标识", "process id")),
            "随后发起的流程",
            "the process that is started",
            required=True,
        ),
        Key(
            "field",
            Name(ANY_NAME),
            "流程表单中指向本单位的字段",
            "the field of its form that names the organisation",
            required=True,
        ),
    ),
    called=Phrase("registration", "registration"),
)
POOL = Vocabulary(
    "pool",
    Phrase("编号库", "number pool"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "format",
            Text(),
            "编号格式，如 `{year}{number:06}`",
            "how a number is written",
            "{number}",
        ),
        Key("first", Whole(), "开始序号", "first number", "1"),
        Key("last", Whole(), "结束序号", "last number"),
        Key("per_year", Yes(), "每年重新开始", "begins again every year", "false"),
        Key(
            "ranges",
            Id(Phrase("登记表标识", "register id")),
            "编号取自这个登记表的编号段（9.1 `ranges`），不再用 `first`、`last`、`per_year`；"
            "格式里还可以写编号归属的字段，如 `{code}{year}{number:06}`",
            "the numbers are taken from the ranges of this register (`ranges`) instead of `first`, "
            "`last` and `per_year`; the format may have fields of whom they belong to",
        ),
        Key(
            "used_in",
            Id(Phrase("登记表标识", "register id")),
            "编号用在这个登记表里作标识：其中已有（如导入的）的编号跳过，并记入办理过程",
            "the numbers are the keys of this register: those it has already, such as imported "
            "ones, are passed over, and the course of the case says so",
        ),
    ),
    called=Phrase('编号库 "{name}" ', 'number pool "{name}"'),
)
JURISDICTION = Vocabulary(
    "jurisdiction",
    Phrase("地区", "jurisdiction"),
    (
        Key(
            "jurisdiction",
            Text(),
            "标识，与文件名相同",
            "id, equal to the file name",
            required=True,
        ),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "bureau", Text(), "主管机构的标识", "key of the organisation at its head", required=True
        ),
        Key(
            "calendar",
            Id(Phrase("日历标识", "calendar id")),
            "工作日历",
            "calendar of working days",
        ),
        Key("zone", Text(), "时区", "time zone", "Asia/Shanghai"),
        Key(
            "sets",
            Names(Id(Phrase("配置集", "set"))),
            "所用的角色、菜单和列表配置集",
            "sets of roles, menus and lists",
            "common, <标识>",
        ),
        Key(
            "processes",
            Names(Id(Phrase("流程标识", "process id"))),
            "所用的流程，缺省为以本标识开头的流程",
            "its processes, by default those that begin with its id",
        ),
        Key(
            "policy",
            MapOf(
                MapOf(Literally(), Phrase("开关", "policy")),
                Phrase("流程标识", "process id"),
                KEBAB,
            ),
            "流程开关的取值",
            "values of policies of processes",
        ),
        Key(
            "four_eyes",
            Yes(),
            "定义须由编写者以外的人发布",
            "definitions are published by somebody else than their author",
            "false",
        ),
        Key(
            "shared_opinions",
            Yes(),
            "常用意见由同一单位的人共用，否则各用各的",
            "common opinions are shared by the people of an organisation",
            "false",
        ),
        Key(
            "registration",
            One(REGISTRATION, _registration),
            "单位可以自行注册；还要由安装时的设置打开",
            "organisations register themselves, where a setting of the installation opens it too",
        ),
        Key(
            "sign_in",
            One(SIGN_IN, _sign_in),
            "用统一身份认证平台登录；安装时没有设置平台地址的，照旧用本系统的账户",
            "people sign in with identity platforms; where the installation has no settings for "
            "them, with accounts of its own as ever",
        ),
        Key("pools", MapOf(One(POOL, _pool), Phrase("名称", "name")), "编号库", "number pools"),
    ),
    called=Phrase("地区", "the jurisdiction"),
)


def parse_jurisdiction(node: Node, path: str, problems: Problems) -> Jurisdiction | None:
    """Read a jurisdiction."""
    values = read_file(JURISDICTION, node, problems)
    if values is None:
        return None
    return Jurisdiction(
        id=file_id(values, "jurisdiction", path),
        title=values.get("title", path),
        node=node,
        bureau=values.get("bureau", ""),
        calendar=values.get("calendar"),
        zone=values.get("zone", "Asia/Shanghai"),
        sets=values.get("sets", (COMMON, path)),
        processes=values.get("processes"),
        policy=values.get("policy", {}),
        pools=values.get("pools", {}),
        four_eyes=values.get("four_eyes", False),
        shared_opinions=values.get("shared_opinions", False),
        registration=values.get("registration"),
        sign_in=values.get("sign_in") or SignIn(),
    )


def check_jurisdiction(jurisdiction: Jurisdiction, known: Known, problems: Problems) -> None:
    """Report calendars, sets, processes, policies and time zones that do not exist."""
    node, where = jurisdiction.node, said("地区", "jurisdiction", jurisdiction.id)
    expect(problems, node.at_path(["calendar"]), CALENDAR, jurisdiction.calendar,
           known.calendars, where)  # fmt: skip
    for place, name in enumerate(jurisdiction.sets if "sets" in node.entries else ()):
        expect(problems, node.at_path(["sets", place]), SET, name, known.sets, where)
    for place, name in enumerate(jurisdiction.processes or ()):
        expect(problems, node.at_path(["processes", place]), PROCESS, name, known.processes, where)
    if jurisdiction.registration is not None:
        _check_registration(jurisdiction.registration, node.at_path(["registration"]), known,
                            problems)  # fmt: skip
    _check_sign_in(jurisdiction.sign_in, node.at_path(["sign_in"]), known, problems)
    for process, switches in jurisdiction.policy.items():
        key = node.at_path(["policy"]).key(process)
        if not expect(problems, key, PROCESS, process, known.processes, where):
            continue
        declared = known.processes[process].policy
        for name, value in switches.items():
            at = node.at_path(["policy", process])
            policy = Phrase("开关", "policy")
            if not expect(problems, at.key(name), policy, name, declared, where):
                continue
            words = declared[name]
            if words is not None:
                value_node = at.at_path([name])
                expect(problems, value_node, Phrase("取值", "value"), str(value), words, where)
    for pool in jurisdiction.pools.values():
        _check_ranges(pool, node.at_path(["pools", pool.name]), known, problems)
        _check_used_in(pool, node.at_path(["pools", pool.name, "used_in"]), known, problems)
    try:
        ZoneInfo(jurisdiction.zone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.add("REG115", node.at_path(["zone"]), value=jurisdiction.zone)


def _check_registration(
    registration: Registration, node: Node, known: Known, problems: Problems
) -> None:
    """Report forms, sections, states, processes and fields that do not exist."""
    where = Phrase("registration", "registration")
    expect(problems, node.at_path(["process"]), PROCESS, registration.process, known.processes,
           where)  # fmt: skip
    register = known.registers.get(ORGANISATIONS)
    states = register.states if register is not None else ()
    expect(problems, node.at_path(["state"]), STATE, registration.state, states, where)
    if expect(problems, node.at_path(["form"]), FORM, registration.form, known.forms, where):
        form = known.forms[registration.form]
        expect_field(problems, node.at_path(["person"]), known, form, registration.person, where)
    process = known.processes.get(registration.process)
    asked = known.forms.get(process.form or "") if process is not None else None
    if asked is not None:
        expect_field(problems, node.at_path(["field"]), known, asked, registration.field, where)


def _check_sign_in(sign_in: SignIn, node: Node, known: Known, problems: Problems) -> None:
    """Report connectors that do not exist, and those that nobody of the kind signs in with."""
    where = Phrase("sign_in", "sign_in")
    wanted = (
        ("people", sign_in.people, Phrase("个人登录", "as a person")),
        ("organisations", sign_in.organisations, Phrase("单位登录", "for an organisation")),
    )
    for key, name, kind in wanted:
        at = node.at_path([key])
        if name is None or not expect(problems, at, CONNECTOR, name, known.connectors, where):
            continue
        identity = known.connectors[name].identity
        fits = identity is not None and (identity.organisation is not None) == (key != "people")
        if not fits:
            problems.add("REG131", at, connector=name, wanted=kind)


def _check_ranges(pool: Pool, node: Node, known: Known, problems: Problems) -> None:
    """Report a register without ranges, and a format that gives two owners the same numbers."""
    if pool.ranges is None:
        return
    at, where = node.at_path(["ranges"]), Phrase("编号库", "the number pool")
    if not expect(problems, at, REGISTER, pool.ranges, known.registers, where):
        return
    ranges = known.registers[pool.ranges].ranges
    if ranges is None:
        problems.add("REG122", at, register=pool.ranges)
        return
    of = known.type_at(known.record_types[pool.ranges], ranges.of)
    owner = known.registers.get(of.register) if isinstance(of, Reference) else None
    if owner is None:
        return
    form = known.forms.get(owner.form)
    names = pool.placeholders - {"year", "number"}
    for name in sorted(names):
        if form is not None:
            expect_field(problems, node.at_path(["format"]), known, form, name, where)
    if not any((name,) in owner.unique for name in names):
        problems.add("REG123", node.at_path(["format"]), register=owner.id)


def _check_used_in(pool: Pool, at: Node, known: Known, problems: Problems) -> None:
    """Report a register in which nothing is found by its number."""
    if pool.used_in is None:
        return
    where = Phrase("编号库", "the number pool")
    if not expect(problems, at, REGISTER, pool.used_in, known.registers, where):
        return
    if known.registers[pool.used_in].key is None:
        problems.add("REG126", at, register=pool.used_in)
