"""Rows of route tables in words: on pages and sheets, and read back from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.definitions.register import ORGANISATIONS
from engine.definitions.route import Route, RouteKey
from engine.domain.errors import Refused
from engine.forms.binding import bind
from engine.forms.form import Form
from engine.forms.posting import day_of
from engine.services.named import Named
from engine.services.record_index import LABEL
from engine.services.records import Records
from engine.services.route_rows import Row
from engine.store.search import fold
from engine.store.unit import UnitOfWork

#: the field of organisations that says what kind they are
KIND = "kind"
_YES = ("是", "yes", "true", "1")
#: how the names of a row's keys begin among its parts
KEYS = "keys."
#: how the names of the fields of keys begin in the form of a row
_KEY_FIELD = "key_"


def columns(route: Route) -> dict[str, str]:
    """The captions of a table's columns, by what they hold."""
    keys = {f"{KEYS}{key.name}": key.title for key in route.keys.values()}
    return {
        "start": "机构",
        **keys,
        "to": "下一机构",
        "valid_from": "起始日期",
        "valid_until": "截止日期",
        "final": "终点",
    }


def form_of(route: Route, organisation: Form) -> Form:
    """The form to fill in a row; who has chosen a kind of organisation finds only those."""
    captions = columns(route)
    start: dict[str, Any] = {"title": captions["start"], "reference": ORGANISATIONS}
    kind = organisation.element(KIND)
    fields: dict[str, Any] = {}
    if kind is not None and kind.codes:
        start["where"] = f"data.{KIND} == null || it.{KIND} == data.{KIND}"
        fields[KIND] = {
            "title": "下级节点类型", "codes": kind.codes, "help": "选定后只查询这一类机构",
        }  # fmt: skip
    fields |= {
        "start": start,
        **{f"{_KEY_FIELD}{key.name}": _field(key) for key in route.keys.values()},
        "to": {
            "title": captions["to"],
            "reference": ORGANISATIONS,
            "help": "路径在这个机构结束的，不填下一机构，勾选“终点”",
        },
        "final": {"title": captions["final"], "type": "boolean", "widget": "check"},
        "valid_from": {
            "title": captions["valid_from"], "format": "date", "help": "不填表示一直有效",
        },
        "valid_until": {
            "title": captions["valid_until"], "format": "date", "help": "含当日；不填表示长期",
        },
    }  # fmt: skip
    spec = {"form": "route-row", "title": route.title, "required": ["start"], "properties": fields}
    return bind(Form(spec), organisation.names)


def way_form_of(route: Route) -> Form:
    """The form that asks for whom and when a table is to be followed."""
    fields: dict[str, Any] = {
        "start": {"title": columns(route)["start"], "reference": ORGANISATIONS},
        **{f"{_KEY_FIELD}{key.name}": _field(key) for key in route.keys.values()},
        "day": {"title": "日期", "format": "date"},
    }
    required = ["start", "day"]
    return Form(
        {"form": "route-way", "title": route.title, "required": required, "properties": fields}
    )


def data_of(row: Row) -> dict[str, Any]:
    """A row as the data of its form."""
    data: dict[str, Any] = {f"{_KEY_FIELD}{name}": value for name, value in row.keys.items()}
    data |= {"start": row.start, "to": row.to, "final": row.final}
    data |= {"valid_from": row.valid_from, "valid_until": row.valid_until}
    return {name: value for name, value in data.items() if value is not None}


def row_of(data: Mapping[str, Any]) -> Row:
    """The row that a form's data mean."""
    keys = {
        name.removeprefix(_KEY_FIELD): str(value)
        for name, value in data.items()
        if name.startswith(_KEY_FIELD) and value not in (None, "")
    }
    final = bool(data.get("final"))
    return Row(
        data.get("start") or "",
        (data.get("to") or None) if not final else None,
        keys,
        data.get("valid_from") or None,
        data.get("valid_until") or None,
        final,
    )


def _field(key: RouteKey) -> dict[str, Any]:
    field: dict[str, Any] = {"title": key.title, "help": "不填表示不限"}
    if key.codes:
        return {**field, "codes": key.codes}
    return {**field, "reference": key.register} if key.register else {**field, "type": "string"}


class RouteWords:
    """Writes rows of one table in words and reads them back, inside one reading of the store."""

    def __init__(
        self, unit: UnitOfWork, records: Records, route: Route, jurisdiction: str | None
    ) -> None:
        self._unit = unit
        self._records = records
        self._route = route
        self._organisations = Named(unit, records, ORGANISATIONS, jurisdiction)

    def written(self, rows: Iterable[Row]) -> list[dict[str, str]]:
        """The cells of rows, by what the columns hold; what is left open is empty."""
        listed = list(rows)
        found = [key for row in listed for key in (row.start, row.to) if key is not None]
        names = self._unit.record_pages.texts(ORGANISATIONS, list(dict.fromkeys(found)), LABEL)
        return [
            {
                "start": names.get(row.start, row.start),
                **{
                    f"{KEYS}{key.name}": self.value(key, row.keys.get(key.name))
                    for key in self._route.keys.values()
                },
                "to": names.get(row.to, row.to) if row.to is not None else "",
                "valid_from": row.valid_from or "",
                "valid_until": row.valid_until or "",
                "final": _YES[0] if row.final else "",
            }
            for row in listed
        ]

    def value(self, key: RouteKey, value: str | None) -> str:
        """A value of a key in words."""
        if value is None:
            return ""
        if key.register:
            return self._unit.record_pages.text(key.register, value, LABEL) or value
        codes = self._records.release.codes.get(key.codes) if key.codes else None
        return codes.title_of(value) if codes is not None else value

    def read(self, line: Mapping[str, str], given: Mapping[str, str]) -> Row:
        """The row that a line of a sheet means; cells by the captions of ``columns``.

        Raises:
            Refused: there is no organisation of a name, or there are several; or a key has another
                value than the one given for all lines.
        """
        cells = {
            part: line.get(caption, "").strip() for part, caption in columns(self._route).items()
        }
        keys = {
            key.name: self._coded(key, cells[f"{KEYS}{key.name}"])
            for key in self._route.keys.values()
            if cells[f"{KEYS}{key.name}"]
        }
        for name, value in given.items():
            if keys.setdefault(name, value) != value:
                raise Refused("sheet_other_value", column=self._route.keys[name].title)
        final = cells["final"].lower() in _YES
        return Row(
            self._organisation(cells["start"]),
            self._organisation(cells["to"]) if cells["to"] else None,
            keys,
            day_of(cells["valid_from"]) or None,
            day_of(cells["valid_until"]) or None,
            final,
        )

    def _organisation(self, written: str) -> str:
        """Return the key of an organisation written by its name or its key."""
        if not written:
            raise Refused("route_no_organisation")
        found = self._organisations.keys(written)
        if len(found) == 1:
            return found[0]
        near = self._organisations.nearest(written)
        if near is not None:
            raise Refused("route_near_organisation", written=written, near=near)
        raise Refused("route_unknown_organisation", organisation=written)

    def _coded(self, key: RouteKey, written: str) -> str:
        """Return a value written by itself or in words."""
        known = self._records.release.codes.get(key.codes) if key.codes else None
        if known is None or written in known.values:
            return written
        meant = fold(written)
        titles = [code.code for code in known.values.values() if fold(code.title) == meant]
        return titles[0] if len(titles) == 1 else written
