"""The studio of authors: a file of a draft with everything that is looked at beside its text.

Typing and forms change the same text: a form makes an edit of :mod:`engine.definitions.editing`,
which touches only the lines it is about. Rights are those of drafts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from engine.authoring.problem import Problem
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import texts
from engine.definitions.bpmn import Pool, read_files, to_choose
from engine.definitions.codes import CodeList
from engine.definitions.editing import (
    Answer,
    Completion,
    FormOutline,
    ProcessOutline,
    Question,
    RenameStep,
    RuleOutline,
    complete,
    edit_codes,
    edit_form,
    edit_process,
    edit_rule,
    form_outline,
    process_outline,
    rule_outline,
)
from engine.definitions.flow import Flow
from engine.definitions.release import Release
from engine.definitions.rules import Decided, Rule, typed
from engine.definitions.rules.dmn import read_dmn
from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.forms import EffectiveForm, FieldError
from engine.forms.form import Form
from engine.forms.surroundings import Surroundings
from engine.runtime.moments import now_and_today
from engine.services.content_rights import ContentRights
from engine.services.drafts import LONGEST_FILE, DraftFile, Drafts, DraftView, OpenFile
from engine.services.history import History
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.services.versions import Version
from engine.services.world import with_files
from engine.store.database import Store

PROCESSES = "definitions/processes/"
FORMS = "forms/"
CODES = "definitions/codes/"
RULES = "definitions/rules/"
SAMPLE_DATA = "examples/data/"
#: the files of a folder: paths and texts
Folder = tuple[tuple[str, str], ...]
State = Literal["published", "added", "changed", "deleted", "retired"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A problem at its place in a file, in the words of the reader."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: Literal["error", "warning"]
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Editor:
    """A file in the editor.

    Attributes:
        draft: the draft it belongs to.
        file: its text.
        problems: what is wrong with it, in the order of lines.
        elsewhere: what is wrong with other files, errors first.
        outline: its steps, if it is a process that can be read.
        flow: its picture, if it is such a process.
        form: the form, if it is one that can be read.
    """

    draft: DraftView
    file: OpenFile
    problems: Sequence[Mark]
    elsewhere: Sequence[Mark]
    outline: ProcessOutline | None = None
    flow: Flow | None = None
    form: Form | None = None
    #: the fields of a form that can be read
    fields: FormOutline | None = None
    #: sample data that fit a form, by name
    samples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: the code list, if it is one
    codes: CodeList | None = None
    #: the rows of a rule table that can be read
    rows: RuleOutline | None = None
    #: the rule table, if nothing is wrong with it
    rule: Rule | None = None
    #: the content of the draft, if all of it is without errors
    release: Release | None = None
    #: places that name what an edit changed and that it could not decide
    look_at: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule table tried with some values: what it says, or the inputs that could not be read."""

    decided: Decided | None = None
    wrong: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file of another tool: new files, and what was rewritten or refused."""

    #: the new files of the draft; none if anything is refused
    paths: Sequence[str]
    marks: Sequence[Mark]
    #: the processes of a file of which one has to be chosen first
    pools: Sequence[Pool] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the content in the overview (CON-02).

    ``version`` is the one that changed it last; a retired file is in no version any more.
    """

    path: str
    title: str
    state: State
    version: Version | None
    may_edit: bool


class Studio:
    """What authors see and do beside the text of a file."""

    def __init__(
        self,
        store: Store,
        drafts: Drafts,
        history: History,
        rights: ContentRights,
        records: Records,
        sentences: Sentences,
    ) -> None:
        self._store = store
        self._drafts = drafts
        self._history = history
        self._rights = rights
        self._records = records
        self._sentences = sentences

    # ------------------------------------------------------------ overview

    def items(self, actor: Actor, release: Release, draft: int | None = None) -> list[Item]:
        """The files of the content, as a draft has them if there is one; retired ones last."""
        origins, retired = self._history.origins(actor), self._history.retired(actor)
        own: Mapping[str, DraftFile] = {}
        if draft is not None:
            own = {file.path: file for file in self._drafts.files(actor, draft)}
        titles = _titles(release)
        found = [
            Item(
                path,
                titles.get(path, ""),
                _state(own.get(path)),
                origins.get(path),
                self._rights.why_not(actor, path) is None,
            )
            for path in sorted({*origins, *own})
        ]
        gone = sorted(set(retired) - set(own))
        return found + [Item(path, "", "retired", retired[path], False) for path in gone]

    # ------------------------------------------------------------ one file

    def open(self, actor: Actor, draft: int, path: str) -> Editor:
        """A file of a draft.

        Raises:
            NotFound: there is no such draft or file, for this actor.
        """
        view = self._drafts.open(actor, draft)
        file = self._drafts.file(actor, draft, path)
        checked = self._drafts.problems(actor, draft)
        loaded = checked.loaded
        process = _name(path, PROCESSES)
        bound = loaded.processes.get(process) if process else None
        marks = [self._mark(found) for found in checked.problems]
        return Editor(
            draft=view,
            file=file,
            problems=[mark for mark in marks if mark.file == path],
            elsewhere=sorted(
                (mark for mark in marks if mark.file != path),
                key=lambda mark: mark.severity != "error",
            ),
            outline=_outline(process, _folder(loaded.sources, PROCESSES)),
            flow=bound.flow if bound is not None else None,
            form=loaded.forms.get(_name(path, FORMS)),
            fields=_fields(_name(path, FORMS), _folder(loaded.sources, FORMS)),
            samples=self._samples(actor, draft, loaded.forms.get(_name(path, FORMS))),
            codes=loaded.content.codes.get(_name(path, CODES)),
            rows=_rows(_name(path, RULES), loaded.sources, loaded.content.codes),
            rule=loaded.rules.get(f"rules/{_name(path, RULES)}"),
            release=loaded.release,
        )

    def save(self, actor: Actor, draft: int, path: str, text: str, *, version: int) -> Editor:
        """Keep what was typed.

        Raises:
            Stale: the file was saved in another window meanwhile.
            Refused: the actor may not change it.
        """
        self._drafts.save(actor, draft, path, text, version=version)
        return self.open(actor, draft, path)

    def apply(
        self,
        actor: Actor,
        draft: int,
        path: str,
        operations: Sequence[Any],
        *,
        version: int,
        alias: Literal["here", "everywhere"] | None = None,
    ) -> Editor | Question:
        """Make edits, all or none; or ask what is meant by an edit of text used in many places.

        Raises:
            Stale: the file was saved in another window meanwhile.
            Refused: an edit cannot be made, or the actor may not change a file it touches.
        """
        with self._sentences.saying():
            files = dict(self._texts(actor, draft))
            changed: dict[str, str] = {}
            look_at: list[str] = []
            for operation in operations:
                if isinstance(operation, RenameStep):
                    operation = replace(operation, published=self._has_step(path, operation.step))
                answer = _edited(files, path, operation, alias)
                if isinstance(answer, Question):
                    return answer
                changed |= answer.files
                files |= answer.files
                look_at += [f"{at.file}:{at.line}" for at in answer.look_at]
            if changed:
                self._drafts.save_all(actor, draft, changed, path=path, version=version)
        return replace(self.open(actor, draft, path), look_at=look_at)

    def _has_step(self, path: str, step: str) -> bool:
        """Whether cases may be at a step: the version in force has it."""
        known = self._records.release.processes.get(_name(path, PROCESSES))
        return known is not None and step in known.process.steps

    def complete(
        self, actor: Actor, draft: int, path: str, text: str, line: int, column: int
    ) -> Completion:
        """What can be written at a place of a text that need not be saved yet."""
        return complete(self._drafts.bench(actor, draft), path, text, line, column)

    def preview(
        self, actor: Actor, editor: Editor, data: Mapping[str, Any] | None = None
    ) -> EffectiveForm | None:
        """A form as the one who fills it in will see it; to be asked inside a reading."""
        if editor.form is None:
            return None
        with self._store.read() as unit:
            names = self._records.names(unit, actor)
            names |= {"initiator": names["actor"], "jurisdiction": {"id": actor.jurisdiction}}
            now = self._records.now(actor.jurisdiction)
            names |= now_and_today(now)
            surroundings = Surroundings(
                names=names,
                lookup=self._records.lookup(unit, actor.jurisdiction, release=editor.release),
                data=data,
                calendar=self._records.calendar(actor.jurisdiction),
            )
            return editor.form.effective(data or editor.form.initial(), surroundings)

    def errors(self, actor: Actor, editor: Editor, data: Mapping[str, Any]) -> list[FieldError]:
        """What would be refused if these data were submitted; to be asked inside a reading."""
        form = self.preview(actor, editor, data)
        if form is None:
            return []
        return form.form.validate(data, form.surroundings, form.rights)

    def decide(self, actor: Actor, editor: Editor, entered: Mapping[str, str]) -> Tried | None:
        """Which rows of a rule table hold for what was typed, and what comes out."""
        if editor.rule is None:
            return None
        values: dict[str, Any] = {}
        wrong = []
        for column in editor.rule.inputs.values():
            text = entered.get(column.name, "").strip()
            values[column.name] = typed(column, text) if text else None
            if text and values[column.name] is None:
                wrong.append(column.title)
        if wrong:
            return Tried(wrong=tuple(wrong))
        calendar = self._records.calendar(actor.jurisdiction)
        return Tried(decided=editor.rule.decide(values, calendar=calendar))

    def import_bpmn(
        self, actor: Actor, draft: int, content: bytes, *, file: str, process: str, pool: str = ""
    ) -> Imported:
        """Add a BPMN file to a draft as a process file, with what goes with it, or nothing.

        Of a file with several processes, ``pool`` says which is meant; without it they are to be
        chosen from.

        Raises:
            Refused: the actor may not edit the draft, the file is too long, or there is such a
                process.
        """
        self._demand_short(actor, draft, content, file)
        problems = Problems()
        if not process:
            with self._sentences.saying():
                raise Refused("wrong_path", path=PROCESSES)
        pools = () if pool else to_choose(content)
        if pools:
            return Imported((), (), pools)
        taken = self._texts(actor, draft)
        files = read_files(content, file, problems, process, pool, taken)
        return self._imported(actor, draft, files, problems)

    def import_dmn(self, actor: Actor, draft: int, content: bytes, *, file: str) -> Imported:
        """Add the decisions of a DMN file to a draft as rule tables, all of them or none.

        Raises:
            Refused: the actor may not edit the draft, the file is too long, or there is such a
                table.
        """
        self._demand_short(actor, draft, content, file)
        problems = Problems()
        tables = read_dmn(content, file, problems)
        files = {f"definitions/{name}.yaml": text for name, text in tables.items()}
        return self._imported(actor, draft, {} if problems.errors else files, problems)

    def _demand_short(self, actor: Actor, draft: int, content: bytes, file: str) -> None:
        with self._sentences.saying(), self._store.read() as unit:
            self._drafts.row(unit, actor, draft)
            if len(content) > LONGEST_FILE:
                raise Refused("file_too_long", path=file, most=LONGEST_FILE)

    def _imported(
        self, actor: Actor, draft: int, files: Mapping[str, str], problems: Problems
    ) -> Imported:
        self._drafts.add_all(actor, draft, files)
        return Imported(tuple(files), [self._mark(one) for one in problems.sorted()])

    # ------------------------------------------------------------ inside

    def _texts(self, actor: Actor, draft: int) -> Mapping[str, str]:
        with self._store.read() as unit:
            row = self._drafts.row(unit, actor, draft)
            return texts(self._drafts.content(unit, row))

    def _mark(self, found: Problem) -> Mark:
        language = self._sentences.language()
        return Mark(
            file=found.at.file,
            line=found.at.line,
            column=found.at.column,
            end_line=found.at.line,
            end_column=found.at.column + found.length,
            severity="warning" if found.is_warning else "error",
            code=found.code,
            sentence=found.whole(language),
        )

    def _samples(self, actor: Actor, draft: int, form: Form | None) -> dict[str, Mapping[str, Any]]:
        """The sample data of a draft that fill in some field of a form."""
        if form is None:
            return {}
        names = {element.name for element in form.elements}
        found = {
            _name(path, SAMPLE_DATA): _data(text)
            for path, text in self._texts(actor, draft).items()
            if path.startswith(SAMPLE_DATA)
        }
        return {name: data for name, data in found.items() if names & set(data)}


def _rows(
    rule: str, sources: Mapping[str, str], codes: Mapping[str, CodeList]
) -> RuleOutline | None:
    try:
        return rule_outline(sources, rule, codes) if rule else None
    except Refused:
        # It cannot be read; the problems say why.
        return None


@lru_cache(maxsize=32)
def _fields(form: str, forms: Folder) -> FormOutline | None:
    try:
        return form_outline(dict(forms), form) if form else None
    except Refused:
        # It cannot be read; the problems say why.
        return None


@lru_cache(maxsize=32)
def _outline(process: str, processes: Folder) -> ProcessOutline | None:
    try:
        return process_outline(dict(processes), process) if process else None
    except Refused:
        # It cannot be read; the problems say why.
        return None


def _folder(sources: Mapping[str, str], folder: str) -> Folder:
    return tuple((path, sources[path]) for path in sorted(sources) if path.startswith(folder))


@lru_cache(maxsize=256)
def _data(text: str) -> Mapping[str, Any]:
    """Read sample data; nothing if they cannot be read."""
    node = read_yaml(text, "", Problems())
    value = with_files(node.value) if node is not None else None
    return value if isinstance(value, Mapping) else {}


def _edited(
    files: Mapping[str, str],
    path: str,
    operation: Any,
    alias: Literal["here", "everywhere"] | None,
) -> Answer:
    """Make one edit of a file, whatever kind it is."""
    if path.startswith(PROCESSES):
        return edit_process(files, _name(path, PROCESSES), operation, alias=alias)
    if path.startswith(FORMS):
        return edit_form(files, _name(path, FORMS), operation, alias=alias)
    if path.startswith(RULES):
        return edit_rule(files, _name(path, RULES), operation, alias=alias)
    return edit_codes(files, _name(path, CODES), operation, alias=alias)


def _name(path: str, folder: str) -> str:
    if path.startswith(folder) and path.endswith(".yaml"):
        return path.removeprefix(folder).removesuffix(".yaml")
    return ""


def _state(file: DraftFile | None) -> State:
    return "published" if file is None or file.state == "same" else file.state


def _titles(release: Release) -> dict[str, str]:
    """Return what files are called, where they have a title."""
    found = {f"{PROCESSES}{name}.yaml": b.process.title for name, b in release.processes.items()}
    found |= {f"{FORMS}{name}.yaml": form.title for name, form in release.forms.items()}
    kinds: Mapping[str, Mapping[str, object]] = {
        "registers": release.registers,
        "routes": release.routes,
        "rules": release.content.rules,
        "lists": release.lists,
        "codes": release.codes,
        "documents": release.documents,
        "jurisdictions": release.jurisdictions,
        "connectors": release.connectors,
        "calendars": release.calendars,
    }
    for folder, known in kinds.items():
        for name, one in known.items():
            found[f"definitions/{folder}/{name}.yaml"] = str(getattr(one, "title", ""))
    return found
