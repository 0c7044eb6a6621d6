"""Lists: a worklist or a query as a file.

A list says which rows (cases or records of a register), in which relation to the viewer, and what
is shown of them. ``relation`` is about organisations and people, never about steps:

* ``waiting``: waits for the viewer, or for the viewer's organisation and a permission held there.
* ``acted``: the viewer's organisation did something there.
* ``below``: belongs to an organisation below the viewer's.
* ``mine``: started by the viewer.
* ``all``: everything of the viewer's jurisdiction, which needs a permission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.context import MEMBERS
from engine.definitions.known import (
    CODE,
    COLUMN,
    PERMISSION,
    PROCESS,
    REGISTER,
    STEP,
    Known,
    expect,
    expect_field,
    said,
)
from engine.definitions.known import LIST as LIST_NAME
from engine.definitions.neighbour import Neighbour
from engine.definitions.process import FOR_MANY, VERBS, Formula
from engine.definitions.reading import file_id, read_file
from engine.definitions.register import (
    ORGANISATIONS,
    PEOPLE,
    Column,
    Register,
)
from engine.definitions.register_parts import COLUMNS, FIELD_PATH, PERMISSION_NAME
from engine.definitions.shapes import (
    Closed,
    Expression,
    Id,
    Key,
    ListOf,
    Made,
    MapOf,
    Name,
    Names,
    One,
    Shape,
    Spot,
    Text,
    Values,
    Vocabulary,
    Yes,
)
from engine.domain.types import BOOLEAN, DATETIME, NUMBER, TEXT, Field, Record, Reference, follow

CASES = "cases"
STATUSES = "statuses"
Relation = Literal["waiting", "acted", "here", "below", "mine", "all"]
RELATIONS: tuple[Relation, ...] = ("waiting", "acted", "here", "below", "mine", "all")
Closing = Literal["no", "yes", "any"]

#: what every case shows, beside ``data.<path>`` of its form
CASE_FIELDS: dict[str, Field] = {
    "number": Field(TEXT, "编号"),
    "process": Field(TEXT, "业务"),
    "initiator": Field(Reference("people"), "发起人"),
    "initiator_organisation": Field(Reference("organisations"), "发起单位"),
    "organisation": Field(Reference("organisations"), "当前所在机构"),
    "year": Field(NUMBER, "年度"),
    "step": Field(TEXT, "当前环节"),
    "stage": Field(TEXT, "阶段"),
    "status": Field(TEXT, "状态"),
    "public_status": Field(TEXT, "状态"),
    "started_at": Field(DATETIME, "发起时间"),
    "arrived_at": Field(DATETIME, "到达时间"),
    "updated_at": Field(DATETIME, "更新时间"),
    "closed_at": Field(DATETIME, "办结时间"),
    "due": Field(DATETIME, "截止时间"),
    "overdue": Field(BOOLEAN, "是否逾期"),
    "days": Field(NUMBER, "天数"),
    "outcome": Field(TEXT, "结果"),
    "closed": Field(BOOLEAN, "是否办结"),
    "handled": Field(TEXT, "处理结果"),
    "handled_at": Field(DATETIME, "处理时间"),
    "id": Field(TEXT, "标识"),
}
#: columns that sorting and filters may use; the others are worked out when shown
SORTABLE = (
    "number", "process", "initiator", "organisation", "year", "step", "stage", "status",
    "started_at", "arrived_at", "updated_at", "closed_at", "due", "outcome", "handled_at",
)  # fmt: skip


#: the filter by whether a deadline has passed
OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Sort:
    """What rows are ordered by."""

    field: str
    descending: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class HomeCount:
    """A figure on the home page: the rows of the list, narrowed."""

    title: str
    stages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class RowLink:
    """Where each row leads: another list, narrowed to the row by one of its filters."""

    title: str
    list: str
    filter: str


@dataclass(frozen=True, eq=False)
class Listing:
    """A list."""

    id: str
    title: str
    node: Node
    of: str
    relation: Relation
    permissions: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    handled: tuple[str, ...] = ()
    closed: Closing = "any"
    where: Formula | None = None
    columns: tuple[Column, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    sort: Sort = field(default_factory=lambda: Sort("arrived_at", True))
    actions: tuple[str, ...] = ()
    #: those of them that are offered for all rows at once
    on_all: tuple[str, ...] = ()
    #: who of each ticked row is written to
    write_to: Literal["initiator", "organisation", "id"] | None = None
    leads_to: RowLink | None = None
    #: the parts of a case that each row leads to as well: fields of its form, or its members
    parts: Mapping[str, str] = field(default_factory=dict)
    #: whether its rows lead to the cases, and who may open the list may open them
    opens: bool = True
    #: what the links of each row are called
    captions: Mapping[str, str] = field(default_factory=dict)
    export: bool = False
    #: what its statistics count the rows by
    counts: tuple[str, ...] = ()
    #: they say beside each figure how many there are in the jurisdiction
    whole: bool = False
    home: tuple[HomeCount, ...] = ()
    empty: str = ""

    @property
    def set(self) -> str:
        """The folder it stands in: a jurisdiction, or ``common``."""
        return self.id.split("/", 1)[0]


class Sorting(Shape):
    """A column, with ``-`` before it for descending order."""

    def read(self, node: Node, spot: Spot) -> Sort | None:
        """Read a column and its direction."""
        text = Text().read(node, spot)
        return None if text is None else Sort(text.removeprefix("-"), text.startswith("-"))

    def schema(self) -> dict[str, object]:
        """Return the JSON Schema."""
        return {"type": "string"}

    def words(self) -> Phrase:
        """Name the shape."""
        return Phrase("列名，前加 `-` 为降序", "column, with `-` for descending")


def _home(values: Values) -> HomeCount:
    return HomeCount(
        values.get("title", ""),
        values.get("stages", ()),
        values.get("statuses", ()),
        values.get("steps", ()),
    )


def _leads_to(values: Values) -> RowLink:
    return RowLink(values.get("title", ""), values.get("list", ""), values.get("filter", ""))


_NAME = Name(Phrase("名称", "name"))
HOME = Vocabulary(
    "list-count",
    Phrase("首页数字", "figure on the home page"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key("stages", Names(_NAME), "只计这些阶段", "only these stages"),
        Key("statuses", Names(_NAME), "只计这些状态", "only these statuses"),
        Key("steps", Names(_NAME), "只计这些环节", "only these steps"),
    ),
    called=Phrase("首页数字", "a figure on the home page"),
)
LEADS_TO = Vocabulary(
    "list-row-link",
    Phrase("每行通往的列表", "where each row leads"),
    (
        Key("title", Text(), "链接文字", "caption", required=True),
        Key("list", Id(Phrase("列表标识", "list id")), "列表", "a list", required=True),
        Key(
            "filter",
            FIELD_PATH,
            "该列表的查询条件，取值为本行的记录",
            "a filter of that list, which gets the record of the row",
            required=True,
        ),
    ),
    called=Phrase("每行通往的列表", "where each row leads"),
)
CAPTIONS = Vocabulary(
    "list-captions",
    Phrase("链接的文字", "captions of links"),
    (
        Key("open", Text(), "打开业务", "opens the case", "审核，或 查看"),
        Key("course", Text(), "打开办理流程", "opens its course", "过程跟踪"),
    ),
    called=Phrase("链接的文字", "the captions of links"),
)
LIST = Vocabulary(
    "list",
    Phrase("列表", "list"),
    (
        Key("list", Text(), "标识，与文件路径相同", "id, equal to the file path", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "of",
            Id(Phrase("`cases` 或登记表", "`cases` or a register")),
            "列的是什么",
            "what is listed",
            CASES,
        ),
        Key(
            "relation",
            Closed(RELATIONS),
            "与查看者的关系",
            "relation to the viewer",
            required=True,
        ),
        Key("permission", PERMISSION_NAME, "打开所需的权限", "permission to open it"),
        Key("permissions", Names(PERMISSION_NAME), "任一权限即可打开", "any of these opens it"),
        Key(
            "processes",
            Names(Id(Phrase("流程标识", "process id"))),
            "哪些流程，缺省为查看者地区的全部",
            "of these processes, by default all of the viewer's jurisdiction",
        ),
        Key(
            "steps",
            Names(_NAME),
            "所在环节；acted 时为办理过的环节",
            "present step; for `acted` the one acted at",
        ),
        Key("stages", Names(_NAME), "所在阶段", "present stage"),
        Key("statuses", Names(_NAME), "状态代码", "status codes"),
        Key(
            "handled",
            Names(Closed(VERBS)),
            "本机构最后一次办理的动作（仅 acted）",
            "what the organisation did last (only `acted`)",
        ),
        Key(
            "closed",
            Made(Text(), lambda value, node, spot: value),
            "是否办结：`no`、`yes`、`any`",
            "closed cases: `no`, `yes`, `any`",
        ),
        Key(
            "where",
            Expression(Phrase("真假", "true or false")),
            "对每行 `it` 的条件；不成立的不列出，凭此列表也打不开",
            "condition over the row `it`; what does not fulfil it is neither listed nor opened by "
            "the list",
        ),
        Key("columns", COLUMNS, "列", "columns", required=True),
        Key("filters", Names(FIELD_PATH), "查询条件", "filters"),
        Key("search", Names(FIELD_PATH), "模糊查询的列", "columns searched fuzzily"),
        Key("sort", Sorting(), "缺省排序", "order", "-arrived_at"),
        Key(
            "actions",
            Names(_NAME),
            "可批量办理的动作，或平台的操作（认领 `claim`、转办 `transfer`、催办 `urge` 等）",
            "actions offered for ticked rows, or operations of the engine (`claim`, `transfer`, …)",
        ),
        Key(
            "on_all",
            Names(_NAME),
            "可对列表全部记录办理的操作，在后台逐条办，页面显示进度（仅登记册的列表）",
            "actions offered for all records of the list, done in the background with their "
            "progress shown (only of a register)",
        ),
        Key(
            "write_to",
            Closed(("initiator", "organisation", "id")),
            "可勾选各行发消息：给发起人、当前所在机构，或（人员、单位的列表）所列的本身",
            "ticked rows can be written to: who started them, where they are, or (of a list of "
            "people or organisations) what is listed",
        ),
        Key(
            "leads_to",
            One(LEADS_TO, _leads_to),
            "每行通往另一个列表（仅登记册的列表）",
            "each row leads to another list (only of a register)",
        ),
        Key(
            "parts",
            MapOf(Text(), Phrase("表单的字段或 `members`", "a field of the form or `members`")),
            "每行另有通往内容各部分的链接，写链接文字；`members` 是名单（仅业务的列表）",
            "each row also leads to parts of the case, by these words; `members` are those of a "
            "group (only of cases)",
        ),
        Key(
            "opens",
            Yes(),
            "可以从列表打开业务；写 false 则只列出，供选择接收人（仅业务的列表）",
            "the cases may be opened from the list; with `false` they are only listed, to choose "
            "who is written to (only of cases)",
            "true",
        ),
        Key(
            "captions",
            One(CAPTIONS, lambda values: values.read),
            "每行链接的文字（仅业务的列表）",
            "captions of the links of each row (only of cases)",
        ),
        Key("export", Yes(), "可导出", "may be exported", "false"),
        Key(
            "counts",
            Names(FIELD_PATH),
            "统计：按这些列计数，都要在 `filters` 中（仅业务的列表）",
            "statistics: count by these columns, each one of `filters` (only of cases)",
        ),
        Key(
            "whole",
            Yes(),
            "统计同时给出本地区的总数；看不到的单位和人员只合计",
            "statistics give the totals of the jurisdiction beside; organisations and people the "
            "viewer does not see are only summed up",
            "false",
        ),
        Key("home", ListOf(One(HOME, _home)), "首页上的数字", "figures on the home page"),
        Key("empty", Text(), "没有内容时的文字", "shown when there is nothing", "暂无数据"),
    ),
    called=Phrase("列表", "the list"),
)


def parse_listing(node: Node, path: str, problems: Problems) -> Listing | None:
    """Read a list file."""
    values = read_file(LIST, node, problems)
    if values is None:
        return None
    relation: Relation = values.get("relation", "waiting")
    of = values.get("of", CASES)
    permission = values.get("permission")
    return Listing(
        id=file_id(values, "list", path),
        title=values.get("title", path),
        node=node,
        of=of,
        relation=relation,
        permissions=(permission,) if permission else values.get("permissions", ()),
        processes=values.get("processes", ()),
        steps=values.get("steps", ()),
        stages=values.get("stages", ()),
        statuses=values.get("statuses", ()),
        handled=values.get("handled", ()),
        closed=values.get("closed", "no" if relation == "waiting" else "any"),
        where=values.get("where"),
        columns=values.get("columns", ()),
        filters=values.get("filters", ()),
        search=values.get("search", ()),
        sort=values.get("sort", _default_sort(of, relation)),
        actions=values.get("actions", ()),
        on_all=values.get("on_all", ()),
        write_to=values.get("write_to"),
        leads_to=values.get("leads_to"),
        parts=values.get("parts", {}),
        opens=values.get("opens", True),
        captions=values.get("captions", {}),
        export=values.get("export", False),
        counts=values.get("counts", ()),
        whole=values.get("whole", False),
        home=values.get("home", ()),
        empty=values.get("empty", ""),
    )


def check_listing(listing: Listing, known: Known, problems: Problems) -> None:
    """Report names in a list that do not exist, and keys that mean nothing together."""
    _Check(listing, known, problems).all()


def case_record(listing: Listing, known: Known) -> Record:
    """Return what ``it`` is in a list of cases: the case's own fields and ``data`` of its forms."""
    fields = dict(CASE_FIELDS)
    data: dict[str, Field] = {}
    for process in _processes(listing, known):
        form = known.forms.get(process.form or "")
        if form is not None:
            data.update({name: found for name, found in form.fields.items() if name not in data})
    fields["data"] = Field(Record("data", data))
    return Record("case", fields)


def _processes(listing: Listing, known: Known) -> list[Neighbour]:
    if listing.processes:
        return [known.processes[id_] for id_ in listing.processes if id_ in known.processes]
    return [
        process
        for id_, process in known.processes.items()
        if listing.set in (id_.split("/", 1)[0], "common")
    ]


def _default_sort(of: str, relation: Relation) -> Sort:
    if of != CASES:
        return Sort("id")
    if relation == "waiting":
        return Sort("arrived_at")
    return Sort("handled_at" if relation == "acted" else "started_at", True)


@dataclass
class _Check:
    listing: Listing
    known: Known
    problems: Problems

    def all(self) -> None:
        listing, node = self.listing, self.listing.node
        where = said("列表", "list", listing.id)
        at = node.at_path(["permission" if "permission" in node.entries else "permissions"])
        for place, name in enumerate(listing.permissions):
            place_node = at.at_path([place]) if at.kind == "sequence" else at
            expect(self.problems, place_node, PERMISSION, name, self.known.permissions, where)
        if listing.closed not in ("no", "yes", "any"):
            self.problems.add(
                "DEF104", node.at_path(["closed"]), where=where, key="closed",
                value=listing.closed, given=listing.closed, choices=("no", "yes", "any"),
            )  # fmt: skip
        if listing.relation in ("all", "below") and not listing.permissions:
            self.problems.add("REG116", node.at_path(["relation"]), relation=listing.relation)
        if listing.handled and listing.relation != "acted":
            at = node.key("handled")
            self.problems.add("REG117", at, key="handled", needs="relation: acted")
        self._counts(where)
        self._write_to(where)
        self._leads_to(where)
        if listing.of == CASES:
            self._cases(where)
        else:
            self._records(where)

    def _counts(self, where: Phrase) -> None:
        listing, node = self.listing, self.listing.node
        if listing.counts and listing.of != CASES:
            self.problems.add("REG117", node.key("counts"), key="counts", needs="of: cases")
        for place, path in enumerate(listing.counts):
            at = node.at_path(["counts", place])
            expect(self.problems, at, COLUMN, path, listing.filters, where)
        if listing.whole and not listing.counts:
            self.problems.add("REG117", node.key("whole"), key="whole", needs="counts")

    def _write_to(self, where: Phrase) -> None:
        listing, node = self.listing, self.listing.node
        of_cases = listing.of == CASES
        choices = ("initiator", "organisation") if of_cases else ("id",)
        if listing.write_to is None:
            return
        if not of_cases and listing.of not in (PEOPLE, ORGANISATIONS):
            needs = f"of: {PEOPLE} / {ORGANISATIONS}"
            self.problems.add("REG117", node.key("write_to"), key="write_to", needs=needs)
        elif listing.write_to not in choices:
            self.problems.add(
                "DEF104", node.at_path(["write_to"]), where=where, key="write_to",
                value=listing.write_to, given=listing.write_to, choices=choices,
            )  # fmt: skip

    def _leads_to(self, where: Phrase) -> None:
        link, node = self.listing.leads_to, self.listing.node.at_path(["leads_to"])
        if link is None:
            return
        if self.listing.of == CASES:
            key = self.listing.node.key("leads_to")
            self.problems.add("REG117", key, key="leads_to", needs="of: organisations / …")
        elif expect(self.problems, node.at_path(["list"]), LIST_NAME, link.list,
                    tuple(self.known.lists), where):  # fmt: skip
            filters = self.known.lists[link.list].filters
            expect(self.problems, node.at_path(["filter"]), COLUMN, link.filter, filters, where)

    def _cases(self, where: Phrase) -> None:
        listing, node, known = self.listing, self.listing.node, self.known
        if listing.on_all:
            self.problems.add("REG117", node.key("on_all"), key="on_all", needs="of: …")
        for place, name in enumerate(listing.processes):
            at = node.at_path(["processes", place])
            expect(self.problems, at, PROCESS, name, tuple(known.processes), where)
        processes = _processes(listing, known)
        if processes:
            steps = {name for process in processes for name in process.steps}
            stages = {name for p in processes for step in p.steps.values() for name in step.stages}
            actions = {name for process in processes for name in process.actions}
            self._each("steps", listing.steps, STEP, steps, where)
            self._each("stages", listing.stages, Phrase("阶段", "stage"), stages, where)
            offered = {*actions, *FOR_MANY}
            self._each("actions", listing.actions, Phrase("动作", "action"), offered, where)
        self._parts(processes, where)
        if STATUSES in known.codes:
            self._each("statuses", listing.statuses, CODE, known.codes[STATUSES], where)
        record = case_record(listing, known)
        for at, path in self._paths():
            if path.startswith("data.") and not processes:
                continue
            if expect_field(self.problems, at, known, record, path, where) is None:
                continue
            if path.startswith("data."):
                self._index(at, path, processes, where)
        sort = listing.sort.field
        if not sort.startswith("data."):
            expect(self.problems, node.at_path(["sort"]), COLUMN, sort, SORTABLE, where)

    def _parts(self, processes: list[Neighbour], where: Phrase) -> None:
        """Each process has what a row leads to: a field at the top of its form, or members."""
        for name in self.listing.parts:
            for process in processes:
                form = self.known.forms.get(process.form or "")
                there = [*(form.fields if form is not None else ())]
                if process.taken is not None:
                    there.append(MEMBERS)
                at = self.listing.node.at_path(["parts"]).key(name)
                expect(self.problems, at, Phrase("内容", "part"), name, there, where)

    def _index(self, at: Node, path: str, processes: list[Neighbour], where: Phrase) -> None:
        """A form that does not have the field leaves its cell empty; one that has it indexes it."""
        inner = path.removeprefix("data.")
        for process in processes:
            form = self.known.forms.get(process.form or "")
            names = tuple(inner.split("."))
            if form is not None and follow(form, names, self.known.record_types) is None:
                continue
            indexes = self.known.form_indexes.get(process.form or "")
            if indexes is not None and not any(
                inner == index or inner.startswith(f"{index}.") for index in indexes
            ):
                self.problems.add("REG118", at, where=where, path=path, form=process.form)
                return

    def _records(self, where: Phrase) -> None:
        listing, node, known = self.listing, self.listing.node, self.known
        at = node.at_path(["of"])
        if not expect(self.problems, at, REGISTER, listing.of, (CASES, *known.registers), where):
            return
        for key in (
            "processes",
            "steps",
            "stages",
            "statuses",
            "handled",
            "closed",
            "parts",
            "opens",
            "captions",
        ):
            if key in node.entries:
                self.problems.add("REG117", node.key(key), key=key, needs="of: cases")
        register = known.registers[listing.of]
        self._bulk("actions", listing.actions, register, where)
        self._bulk("on_all", listing.on_all, register, where)
        form = known.forms.get(register.form)
        if form is None:
            return
        record = register.record(form)
        for at, path in self._paths():
            expect_field(self.problems, at, known, record, path, where)
        usable = (*register.index_paths, "id", "state")
        for key in ("filters", "search"):
            for place, path in enumerate(getattr(listing, key)):
                if path not in usable:
                    at = node.at_path([key, place])
                    self.problems.add("REG119", at, where=where, path=path, register=register.id)
        if listing.sort.field not in usable:
            at = node.at_path(["sort"])
            self.problems.add(
                "REG119", at, where=where, path=listing.sort.field, register=register.id
            )

    def _bulk(self, key: str, names: tuple[str, ...], register: Register, where: Phrase) -> None:
        """Report actions that the register does not have, or does not offer for many."""
        self._each(key, names, Phrase("操作", "action"), register.actions, where)
        for place, name in enumerate(names):
            if name in register.actions and not register.actions[name].bulk:
                at = self.listing.node.at_path([key, place])
                self.problems.add("REG117", at, key=name, needs="bulk: true")

    def _paths(self) -> list[tuple[Node, str]]:
        listing, node = self.listing, self.listing.node
        found: list[tuple[Node, str]] = []
        for place, column in enumerate(listing.columns):
            at = node.at_path(["columns", place])
            found.append((at.at_path(["field"]) if at.kind == "mapping" else at, column.field))
        for key in ("filters", "search"):
            for place, path in enumerate(getattr(listing, key)):
                found.append((node.at_path([key, place]), path))
        return found

    def _each(
        self, key: str, names: tuple[str, ...], kind: Phrase, choices: Iterable[str], where: Phrase
    ) -> None:
        for place, name in enumerate(names):
            at = self.listing.node.at_path([key, place])
            expect(self.problems, at, kind, name, tuple(choices), where)
