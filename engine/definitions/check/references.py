"""Names that must exist: steps, forms, registers, permissions, codes, fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.check.subject import (
    CODE,
    CONNECTOR,
    DOCUMENT,
    FORM,
    MESSAGE,
    PERMISSION,
    POOL,
    REGISTER,
    ROUTE,
    ROUTE_KEY,
    STATE,
    STATUS,
    THE_PROCESS,
    Names,
    Subject,
)
from engine.definitions.flow import RELATIVE
from engine.definitions.process import (
    Action,
    Ask,
    Assignment,
    Chain,
    Choice,
    Draw,
    Effect,
    Process,
    Step,
    actions_of,
    effects_of,
)
from engine.domain.types import ANY, TEXT, ListOf, Record, Reference, Type, follow
from engine.expressions.mentions import constants
from engine.expressions.names import type_words

# What an engine without a file for it knows.
BUILT_IN_ROUTES = ("superior",)
Permitted = tuple[Node, str, Phrase]


def check_references(subject: Subject) -> None:
    """Report every name of a process that leads nowhere."""
    process, names = subject.process, subject.names
    _form(subject)
    for at, permission, where in permissions(process):
        if subject.exists(at, PERMISSION, permission, names.permissions, where):
            _held(subject, at, permission, where)
    for step in process.steps.values():
        _step(subject, step)
    for action in process.actions.values():
        _action(subject, action, None)
    if process.start is not None:
        _ask(subject, process.start.ask, None, Phrase("start ", "start"))
    for fact in process.facts.values():
        if fact.query is not None and fact.query.source != "cases":
            at = fact.node.get(fact.query.kind) or fact.node
            where = Phrase(f'事实 "{fact.name}" ', f'fact "{fact.name}"')
            subject.exists(at, REGISTER, fact.query.source, _tables(names), where)
    _members(subject)
    _views(subject)


def permissions(process: Process) -> Iterator[Permitted]:
    """Go through every permission a process names, with its place and who names it."""
    owners: list[tuple[Node, Assignment | None, Phrase]] = []
    if process.start is not None and isinstance(process.start.who, Assignment):
        owners.append((process.start.who.node, process.start.who, Phrase("start ", "start")))
    for step in process.steps.values():
        where = Phrase(f'步骤 "{step.name}" ', f'step "{step.name}"')
        owners.append((step.node, step.who, where))
        for stage in step.stages.values():
            if stage.permission is not None:
                at = step.node.at_path(["stages", stage.name, "permission"])
                yield at, stage.permission, where
        if step.due is not None and step.due.extend is not None:
            at = step.node.at_path(["due", "extend", "permission"])
            yield at, step.due.extend.permission, where
    for action in actions_of(process):
        where = Phrase(f'动作 "{action.name}" ', f'action "{action.name}"')
        owners.append((action.node, action.who, where))
    for _, who, where in owners:
        if who is not None and who.permission is not None:
            yield who.node.get("permission") or who.node, who.permission, where


def _held(subject: Subject, at: Node, permission: str, where: Phrase) -> None:
    held = subject.names.held
    if held is not None and permission not in held:
        subject.problems.add("DEF205", at, name=permission, where=where)


def _form(subject: Subject) -> None:
    process = subject.process
    at = process.node.at_path(["form"])
    at = at.get("base") or at
    subject.exists(at, FORM, process.form, subject.names.forms, THE_PROCESS)


def _step(subject: Subject, step: Step) -> None:
    where, names = subject.called(step), subject.names
    _targets(subject, step.to, step.node, "to", where, ("join",))
    for name, choice in step.outcomes.items():
        _targets(subject, choice, step.node.at_path(["outcomes"]), name, where, ("join",))
    for at, code in _written(step.status, step.node.get("status")):
        subject.exists(at, STATUS, code, names.statuses, where)
    _sections(subject, step.edit, step.node.get("edit"), where)
    if step.chain is not None:
        _route(subject, step.node.at_path(["chain"]), step.chain, where)
    if step.panel is not None:
        at = step.node.at_path(["panel"])
        subject.exists(at.at_path(["ballot"]), FORM, step.panel.ballot, names.forms, where)
        if isinstance(step.panel.voters, Draw):
            register = step.panel.voters.register
            subject.exists(
                at.at_path(["voters", "from"]), REGISTER, register, _tables(names), where
            )
    if step.wait is not None and step.wait.group is not None:
        _process(subject, step.node.at_path(["wait", "group"]), step.wait.group)
    for effect in step.do:
        _effect(subject, effect, where)
    if step.call is not None:
        _effect(subject, step.call, where)
    for action in step.actions.values():
        _action(subject, action, step)


def _route(subject: Subject, at: Node, chain: Chain, where: Phrase) -> None:
    routes = subject.names.routes
    known = None if routes is None else {**dict.fromkeys(BUILT_IN_ROUTES, ()), **routes}
    if subject.exists(at.at_path(["route"]), ROUTE, chain.route, known, where) and known:
        for name in chain.key:
            key = at.at_path(["key"]).key(name)
            subject.exists(key, ROUTE_KEY, name, known[chain.route], where)


def _action(subject: Subject, action: Action, step: Step | None) -> None:
    where = subject.called(action)
    _targets(subject, action.to, action.node, "to", where, RELATIVE)
    _ask(subject, action.ask, step, where)
    _sections(subject, action.edit, action.node.get("edit"), where)
    for effect in action.do:
        _effect(subject, effect, where)
    for place, name in enumerate(action.during or ()):
        at = action.node.at_path(["during", place])
        _step_exists(subject, at, "during", name, where)
    for path in action.set:
        _set(subject, action, path, where)
    if action.into is not None and action.ask is not None:
        form = _record(subject, action.ask.form)
        names = action.ask.fields
        if names is None and form is not None:
            names = tuple(form.fields)
        at = action.node.get("into") or action.node
        _written_to(subject, at, action.into, where, _ENTERED, set(names or ()))


def _set(subject: Subject, action: Action, path: str, where: Phrase) -> None:
    at = action.node.at_path(["set"]).key(path)
    root, *rest = path.split(".")
    if not rest:
        # All of the data is no field, which is reported where the file is read.
        return
    if root == "flags":
        if rest[0] not in subject.process.flags:
            subject.problems.add(
                "DEF210", at, name=rest[0], given=rest[0], choices=tuple(subject.process.flags)
            )
        elif subject.process.flags[rest[0]].when is not None:
            subject.problems.add("DEF221", at, name=rest[0])
        return
    form = _record(subject, subject.process.form)
    if form is not None and rest[0] not in _kept(subject.process):
        _field(subject, at, form, tuple(rest), where)
        _own_field(subject, at, form, ".".join(rest), where)


def _own_field(subject: Subject, at: Node, form: Record, path: str, where: Phrase) -> None:
    """Report a field of a record that the case only refers to."""
    tables, names = _tables(subject.names) or {}, path.split(".")
    for number in range(1, len(names)):
        found = follow(form, tuple(names[:number]), tables)
        if isinstance(found, Reference):
            belongs = Phrase(f'登记册 "{found.register}"', f'the register "{found.register}"')
            subject.problems.add("DEF309", at, key=path, where=where, belongs=belongs)
            return


def _kept(process: Process) -> frozenset[str]:
    """Names in ``data`` that actions and effects put there."""
    kept = {action.into for action in actions_of(process) if action.into}
    made = {
        effect.into.split(".")[0]
        for effect in effects_of(process)
        if effect.into and effect.kind != "release"
    }
    return frozenset(kept | made)


def _effect(subject: Subject, effect: Effect, where: Phrase) -> None:
    names, process = subject.names, subject.process
    at = effect.node
    _into(subject, effect, where)
    match effect.kind:
        case "message":
            if subject.exists(at, MESSAGE, effect.name, names.messages, where):
                _shown_data(subject, effect)
        case "document":
            subject.exists(at.at_path(["template"]), DOCUMENT, effect.name, names.documents, where)
        case "number":
            pools = names.pools
            known = None if pools is None else pools.get(process.jurisdiction, ())
            subject.exists(at.at_path(["pool"]), POOL, effect.name, known, where)
        case "record":
            _record_effect(subject, effect, where)
        case "connector":
            _connector_effect(subject, effect, where)
        case "create":
            _create_effect(subject, effect, where)
        case "release":
            if process.members is None:
                subject.problems.add("DEF215", at, length=1, key="release")
        case _:
            pass


# What comes into the data beside what is typed.
_ENTERED = Phrase("填写的内容", "what was entered")
_ANSWERED = Phrase("返回的内容", "what comes back")
_NUMBER, _DOCUMENT = Phrase("编号", "a number"), Phrase("文书", "a document")


def _into(subject: Subject, effect: Effect, where: Phrase) -> None:
    if effect.into is None:
        return
    at = effect.node.get("into") or effect.node
    match effect.kind:
        case "number":
            _written_to(subject, at, effect.into, where, _NUMBER, (TEXT,))
        case "document":
            _written_to(subject, at, effect.into, where, _DOCUMENT, (TEXT, ListOf(TEXT)))
        case "connector":
            _written_to(subject, at, effect.into, where, _ANSWERED, None)
        case _:
            pass


def _written_to(
    subject: Subject,
    at: Node,
    path: str,
    where: Phrase,
    given: Phrase,
    fits: Collection[object] | None,
) -> None:
    """Report a part of the form that what is written to it would break.

    Args:
        subject: the process.
        at: where the path stands.
        path: of the data.
        where: what writes.
        given: what is written.
        fits: the types of fields it fits, or for a record its fields: a section must have no
            others, they would be lost. None: the fields are not known.
    """
    form = _record(subject, subject.process.form)
    found = follow(form, tuple(path.split(".")), _tables(subject.names) or {}) if form else None
    if form is None or found is None or found == ANY or (fits and found in fits):
        return
    inside = set(found.fields) if isinstance(found, Record) else None
    if inside is not None and given == _ENTERED and inside <= set(fits or ()):
        return
    if inside is not None and given == _ANSWERED:
        return
    subject.problems.add(
        "DEF394", at, where=where, path=path, given_type=given, form=subject.process.form,
        found=type_words(found),
    )  # fmt: skip


def _shown_data(subject: Subject, effect: Effect) -> None:
    """Report what a message shows of the data and the data does not have."""
    where = Phrase(f'消息 "{effect.name}" ', f'message "{effect.name}"')
    for path in (subject.names.messages or {}).get(effect.name, ()):
        if isinstance(subject.data, Record):
            _field(subject, effect.node, subject.data, tuple(path.split(".")), where)


def _record_effect(subject: Subject, effect: Effect, where: Phrase) -> None:
    at = effect.node.at_path(["register"])
    tables = _tables(subject.names)
    if not subject.exists(at, REGISTER, effect.name, tables, where) or tables is None:
        return
    for name in effect.set:
        key = effect.node.at_path(["set"]).key(name)
        _field(subject, key, tables[effect.name], tuple(name.split(".")), where)
    states = tables[effect.name].fields["state"].choices
    if "state" in effect.set:
        for text in constants(effect.set["state"].text):
            key = effect.node.at_path(["set", "state"])
            subject.exists(key, STATE, text, states, where)
    _found_by(subject, effect)
    _fits(subject, effect, tables[effect.name], where)


def _fits(subject: Subject, effect: Effect, record: Record, where: Phrase) -> None:
    """Report constants that the form of a register refuses, and what it misses."""
    form = subject.names.register_forms.get(effect.name, "")
    limits = subject.names.limits.get(form, {})
    for name, formula in effect.set.items():
        at, longest = effect.node.at_path(["set", name]), None
        if name in limits:
            longest = limits[name].longest
        choices = _choices(record, tuple(name.split("."))) if name != "state" else ()
        for text in constants(formula.text):
            if choices:
                subject.exists(at, CODE, text, choices, where)
            if longest is not None and len(text) > longest:
                subject.problems.add(
                    "DEF397", at, field=name, form=form, longest=longest, count=len(text)
                )
    if effect.where is not None or effect.incomplete:
        return
    written = tuple(f"{name}." for name in effect.set)
    missing = [
        path for path, one in limits.items() if one.required and not f"{path}.".startswith(written)
    ]
    if missing:
        subject.problems.add(
            "DEF398", effect.node.key("set"), register=effect.name, form=form,
            fields=", ".join(missing),
        )  # fmt: skip


def _choices(record: Record, path: tuple[str, ...]) -> tuple[str, ...]:
    """The only texts that a field can hold, where that is known."""
    field = record.fields.get(path[0])
    for name in path[1:]:
        inner = field.type if field is not None else None
        field = inner.fields.get(name) if isinstance(inner, Record) else None
    return field.choices if field is not None else ()


def _found_by(subject: Subject, effect: Effect) -> None:
    """Report a ``by`` that finds no single record."""
    node = effect.node.get("by")
    if node is None:
        if "keep" in effect.node.entries:
            subject.problems.add("DEF369", effect.node.key("keep"))
        return
    unique = subject.names.unique.get(effect.name, ())
    if effect.by not in unique:
        subject.problems.add(
            "DEF368", node, register=effect.name, fields=", ".join(effect.by),
            unique="; ".join(", ".join(one) for one in unique) or Phrase("无", "none"),
        )  # fmt: skip
    elif effect.where is not None or not set(effect.by) <= set(effect.set):
        subject.problems.add("DEF369", node)


def _connector_effect(subject: Subject, effect: Effect, where: Phrase) -> None:
    known, at = subject.names.connectors, effect.node.at_path(["name"])
    if effect.name in subject.names.identities:
        subject.problems.add("REG132", at, connector=effect.name)
        return
    if not subject.exists(at, CONNECTOR, effect.name, known, where) or known is None:
        return
    form = _record(subject, known[effect.name])
    for name in effect.set:
        key = effect.node.at_path(["with"]).key(name)
        if form is not None:
            _field(subject, key, form, tuple(name.split(".")), where)


def _create_effect(subject: Subject, effect: Effect, where: Phrase) -> None:
    if effect.each is not None and "once" in effect.node.entries:
        belongs = Phrase("没有 each 的 create", "create without each")
        subject.problems.add(
            "DEF309", effect.node.key("once"), key="once", where=where, belongs=belongs
        )
    if not _process(subject, effect.node.at_path(["process"]), effect.name):
        return
    data = subject.data_of(subject.names.processes[effect.name])
    for name in effect.set:
        if isinstance(data, Record):
            key = effect.node.at_path(["with"]).key(name)
            _field(subject, key, data, tuple(name.split(".")), where)


def _ask(subject: Subject, ask: Ask | None, step: Step | None, where: Phrase) -> None:
    if ask is None or ask.node is None:
        return
    at = ask.node.get("form") or ask.node
    if ask.members and subject.process.members is None:
        subject.problems.add("DEF215", ask.node, key="members")
    if (
        ask.form
        and (ask.fields is None or ask.fields)
        and subject.exists(at, FORM, ask.form, subject.names.forms, where)
    ):
        form = _record(subject, ask.form)
        fields = ask.node.get("fields") or ask.node
        for item in fields.items:
            if form is not None and item.text != "members":
                _field(subject, item, form, (item.text,), where)
    stages = step.stages if step is not None else {}
    if ask.stage is not None and ask.stage not in stages:
        subject.problems.add(
            "DEF206", ask.node.at_path(["stage"]), where=where, name=ask.stage, given=ask.stage,
            choices=tuple(stages),
        )  # fmt: skip


def _members(subject: Subject) -> None:
    process = subject.process
    if process.members is None:
        return
    node = process.node.at_path(["members"])
    where = Phrase("members", "members")
    subject.exists(node.at_path(["row"]), FORM, process.members.row, subject.names.forms, where)
    for place, name in enumerate(process.members.lock or ()):
        _step_exists(subject, node.at_path(["lock", place]), "lock", name, where)
    for place, name in enumerate(process.members.processes):
        if not _process(subject, node.at_path(["processes", place]), name):
            continue
        waiting = subject.names.processes[name].steps.get(process.members.waiting_at)
        if waiting is None or waiting.group != process.id:
            subject.problems.add(
                "DEF214",
                node.at_path(["waiting_at"]),
                process=name,
                step=process.members.waiting_at,
                group=process.id,
            )


def _views(subject: Subject) -> None:
    process, names = subject.process, subject.names
    node = process.node.at_path(["views"])
    for view in process.views:
        audiences = {"initiator", *(names.permissions or ()), *(names.roles or ())}
        if names.permissions is not None and view.audience not in audiences:
            subject.problems.add(
                "DEF213", node.key(view.audience), name=view.audience, given=view.audience,
                choices=tuple(audiences),
            )  # fmt: skip
        form = _record(subject, process.form)
        for key in ("hide", "mask"):
            for place, path in enumerate(getattr(view, key)):
                at = node.at_path([view.audience, key, place])
                if form is not None and path not in _kept(process):
                    _field(subject, at, form, tuple(path.split(".")), Phrase("views ", "views"))
                    _own_field(subject, at, form, path, Phrase("views", "views"))


def _targets(
    subject: Subject,
    choice: Choice[str] | None,
    node: Node,
    key: str,
    where: Phrase,
    beside: tuple[str, ...] = (),
) -> None:
    for at, target in _written(choice, node.get(key)):
        if target not in beside:
            _step_exists(subject, at, key, target, where)


def _written(choice: Choice[str] | None, node: Node | None) -> Iterator[tuple[Node, str]]:
    """Go through the values of a choice with their places."""
    if choice is None or node is None:
        return
    if node.kind == "scalar":
        yield node, node.text
    if choice.use is not None:
        yield from ((node, value) for value in dict.fromkeys(choice.values))
    for item in node.items:
        then = item.get("then")
        if then is not None:
            yield then, then.text


def _step_exists(subject: Subject, at: Node, key: str, name: str, where: Phrase) -> None:
    steps = subject.process.steps
    if name not in steps:
        subject.problems.add(
            "DEF201", at, where=where, key=key, name=name, given=name, choices=tuple(steps)
        )


def _process(subject: Subject, at: Node, name: str) -> bool:
    processes = subject.names.processes
    if name in processes:
        return True
    subject.problems.add("DEF202", at, name=name, given=name, choices=tuple(processes))
    return False


def _sections(
    subject: Subject, names: tuple[str, ...] | str | None, node: Node | None, where: Phrase
) -> None:
    form = _record(subject, subject.process.form)
    if form is None or node is None or not isinstance(names, tuple):
        return
    for item in node.items:
        _field(subject, item, form, (item.text,), where)


def _field(
    subject: Subject, at: Node, record: Record, path: tuple[str, ...], where: Phrase
) -> None:
    """Report a path that leads nowhere, at its first wrong name."""
    here: Type = record
    registers = _tables(subject.names) or {}
    for name in path:
        found = follow(here, (name,), registers)
        if found is None:
            subject.problems.add(
                "DEF209", at, where=where, name=".".join(path), of=record.name, given=name,
                choices=_fields(here, registers),
            )  # fmt: skip
            return
        here = found


def _fields(type_: Type, registers: Mapping[str, Record]) -> tuple[str, ...]:
    if isinstance(type_, Reference):
        record = registers.get(type_.register)
        return tuple(record.fields) if record is not None else ()
    return tuple(type_.fields) if isinstance(type_, Record) else ()


def _record(subject: Subject, form: str | None) -> Record | None:
    forms = subject.names.forms
    return forms.get(form) if forms is not None and form is not None else None


def _tables(names: Names) -> Mapping[str, Record] | None:
    return names.registers
