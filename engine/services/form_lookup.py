"""Answers what forms ask: codes, records that may be picked, captions, attachments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.definitions.codes import Code
from engine.definitions.register import Register
from engine.definitions.release import Release
from engine.domain.paths import at_path
from engine.expressions import ExpressionError
from engine.forms.surroundings import Attachment, Found, Query
from engine.services.record_index import LABEL, RecordIndex, tree_parent
from engine.services.record_views import RecordView, Views, plain
from engine.store.record_pages import Order, Selection
from engine.store.unit import UnitOfWork
from engine.store.where import Catalogue, Where

#: how many records a picker that asks for all of them is given at most
MOST = 500


class Columns:
    """Options read from registers, kept until some record changes.

    Before a deadline many people choose from the same few columns.
    """

    def __init__(self) -> None:
        self._revision = -1
        self._known: dict[tuple[Any, ...], Sequence[str]] = {}

    def of(
        self, unit: UnitOfWork, key: tuple[Any, ...], read: Callable[[], Sequence[str]]
    ) -> Sequence[str]:
        """The values known under a key, or read now."""
        if unit.is_writing:
            return read()
        revision = unit.records.revision()
        if revision != self._revision or len(self._known) >= MOST:
            self._revision, self._known = revision, {}
        if key not in self._known:
            self._known[key] = read()
        return self._known[key]


class FormLookup:
    """See :class:`engine.forms.surroundings.Lookup`; of one unit of work.

    Every record is shown by its caption; those of the jurisdiction, if one is named, are offered.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        release: Release,
        views: Views,
        index: RecordIndex,
        catalogue: Catalogue,
        columns: Columns | None = None,
        jurisdiction: str | None = None,
    ) -> None:
        self._unit = unit
        self._release = release
        self._views = views
        self._index = index
        self._catalogue = catalogue
        self._columns = columns or Columns()
        self._jurisdiction = jurisdiction
        self._labels: dict[tuple[str, str], str | None] = {}

    def codes(self, name: str) -> Sequence[Code]:
        """The values of a code list in order."""
        found = self._release.codes.get(name)
        return tuple(found.values.values()) if found is not None else ()

    def record(self, register: str, key: str) -> Mapping[str, object] | None:
        """The fields of a record, computed ones included; references are followed."""
        return self._views.view(register, key)

    def view(self, register: str, key: str) -> RecordView:
        """A record that is known to exist.

        Raises:
            KeyError: it does not.
        """
        found = self._views.view(register, key)
        if found is None:
            raise KeyError(key)
        return found

    def label(self, register: str, key: str, field: str = "") -> str | None:
        """The caption of a record; None when there is none."""
        known = self._release.registers.get(register)
        if known is None:
            return None
        if field and field != known.label:
            record = self._views.view(register, key)
            return self.caption(known, record, field) if record is not None else None
        place = (register, key)
        if place not in self._labels:
            self._labels[place] = self._unit.record_pages.text(register, key, LABEL)
        return self._labels[place]

    def caption(
        self,
        register: Register,
        record: RecordView,
        path: str,
        captions: Callable[[str], str] = str,
    ) -> str:
        """The value at a path in words: the title of a code, the caption of a reference.

        ``captions`` gives what the content calls things in the reader's language.
        """
        value = at_path(record, path)
        if value is None:
            return ""
        if isinstance(value, RecordView):
            return self.label(value.row.register, value.row.key) or value.row.key
        if path == "state":
            state = register.states.get(str(value))
            return captions(state.title) if state is not None else str(value)
        if isinstance(value, bool):
            return captions("是" if value else "否")
        if isinstance(value, list):
            return captions("、").join(self._item(register, path, item, captions) for item in value)
        return self._item(register, path, value, captions)

    def owner_of_masked(self, register: Register, path: str) -> Register | None:
        """The register whose masked value (``private: mask``) a column shows; None for others.

        A column may lead through references, or be computed as a plain path.
        """
        computed = register.computed.get(path)
        if computed is not None:
            plain_ = computed.value.text
            return self.owner_of_masked(register, plain_[3:]) if plain_.startswith("it.") else None
        form = self._release.forms.get(register.form)
        names = path.split(".")
        for last in range(len(names), 0, -1):
            element = form.element(".".join(names[:last])) if form is not None else None
            if element is not None and element.private == "mask":
                return register
            if element is not None and element.reference and last < len(names):
                further = self._release.registers.get(element.reference)
                rest = ".".join(names[last:])
                return self.owner_of_masked(further, rest) if further is not None else None
        return None

    def _item(
        self, register: Register, path: str, value: Any, captions: Callable[[str], str]
    ) -> str:
        if isinstance(value, RecordView):
            return self.label(value.row.register, value.row.key) or value.row.key
        form = self._release.forms.get(register.form)
        element = form.element(path) if form is not None else None
        codes = self._release.codes.get(element.codes) if element is not None else None
        if codes is not None:
            return captions(codes.title_of(plain(value)))
        return str(plain(value))

    def column(self, query: Query, field: str) -> Sequence[str]:
        """The distinct values of a column among the records that fit."""

        def read() -> Sequence[str]:
            selection = self.selection(query)
            if selection is None:
                return ()
            return [str(value) for value in self._unit.record_pages.distinct(selection, field)]

        try:
            condition = self._condition(query)
        except ExpressionError:
            return ()
        match = tuple(sorted((name, str(value)) for name, value in query.match.items()))
        place = (self._jurisdiction, query.register, field)
        return self._columns.of(self._unit, (*place, condition, match), read)

    @staticmethod
    def _condition(query: Query) -> Any:
        """What the rows must fulfil, everything computed that does not read them."""
        return query.condition.bind(query.values) if query.condition is not None else None

    def search(self, query: Query, text: str, limit: int) -> Sequence[Found]:
        """The records that fit a query and a typed text, in the order of their captions."""
        selection = self.selection(query, words=text)
        if selection is None:
            return ()
        rows = self._unit.record_pages.page(
            selection, Order(LABEL), limit=min(limit, MOST) if limit else MOST
        )
        register = self._release.registers[query.register]
        found = []
        for row in rows:
            label = str(row.order)
            record = self._views.view(query.register, row.key)
            if record is None:
                continue
            if query.label and query.label != register.label:
                label = self.caption(register, record, query.label)
            columns = tuple(self.caption(register, record, path) for path in query.columns)
            parent = tree_parent(register, record.row.data)
            found.append(Found(row.key, label, columns, parent))
        return found

    def fitting(self, query: Query, keys: Sequence[str]) -> Sequence[str]:
        """Those of some keys whose records exist and fit a query."""
        selection = self.selection(query, keys=keys)
        if selection is None or not keys:
            return ()
        found = set(self._unit.record_pages.keys(selection))
        return [key for key in keys if key in found]

    def found(self, query: Query, limit: int | None) -> Sequence[str]:
        """The keys of all records that fit a query, those out of use included."""
        selection = self.selection(query, closed=True)
        if selection is None:
            return ()
        return self._unit.record_pages.keys(selection, limit=limit)

    def attachment(self, uid: str) -> Attachment | None:
        """What is known of an uploaded file."""
        row = self._unit.attachments.load(uid)
        return Attachment(row.uid, row.name, row.size) if row is not None else None

    def selection(
        self,
        query: Query,
        *,
        words: str = "",
        keys: Sequence[str] | None = None,
        closed: bool = False,
    ) -> Selection | None:
        """The records a query means, those out of use if wished; None: no such register."""
        register = self._release.registers.get(query.register)
        if register is None:
            return None
        try:
            condition = self._condition(query)
        except ExpressionError:
            return None
        where = None
        if condition is not None:
            where = Where.over(condition, query.register, self._catalogue)
        equal = {path: [str(value)] for path, value in query.match.items()}
        return Selection(
            query.register,
            where=where,
            words=words,
            exact=self._index.exact(register, register.search, words) if words else (),
            equal=equal,
            not_states=() if closed else register.closed_states,
            jurisdiction=self._jurisdiction,
            keys=keys,
        )
