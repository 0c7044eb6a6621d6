"""What list pages of cases and records have in common: columns, rows, filters, cursors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from engine.definitions.listing import Listing
from engine.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its caption."""

    field: str
    title: str
    sortable: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key, what it is called, its cells as text in the order of the columns."""

    key: str
    name: str
    cells: Sequence[str]
    status: str = ""
    flags: Sequence[str] = ()
    #: past its deadline
    late: bool = False
    #: whose task it is that the reader has as a substitute
    on_behalf: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition a page offers; without options it is typed."""

    field: str
    title: str
    options: Sequence[tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Bulk:
    """An action offered for the rows that are ticked, or for all."""

    name: str
    title: str
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and how to get the next ones."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    filters: Sequence[Filter] = ()
    total: int | None = None
    next_cursor: str = ""
    searchable: bool = False
    empty: str = ""
    bulk: Sequence[Bulk] = ()
    #: for all rows at once
    on_all: Sequence[Bulk] = ()
    listing: Listing | None = None
    may_create: bool = False
    may_export: bool = False


class Cursor(NamedTuple):
    """The last row of a page."""

    order: Any
    id: int

    def text(self) -> str:
        """Write it for an address."""
        order = self.order
        if isinstance(order, datetime):
            order = {"at": order.astimezone(UTC).isoformat()}
        elif order == float("-inf"):
            order = {"none": True}
        return base64.urlsafe_b64encode(orjson.dumps([order, self.id])).decode().rstrip("=")


def cursor_from(text: str) -> Cursor | None:
    """Read a cursor.

    Raises:
        NotFound: it is none.
    """
    if not text:
        return None
    try:
        order, record_id = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(order, dict):
            order = datetime.fromisoformat(order["at"]) if "at" in order else float("-inf")
        return Cursor(order, int(record_id))
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise NotFound("no_such_page") from error


@dataclass(frozen=True, slots=True)
class Moments:
    """Writes dates and times as people read them (SEC-05)."""

    zone: ZoneInfo
    now: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))

    def moment(self, at: datetime | None) -> str:
        """``2026-09-30 09:00``."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M") if at is not None else ""

    def deadline(self, at: datetime | None) -> str:
        """As :meth:`moment`; the end of a day is 24:00 of it."""
        if at is None or at.astimezone(self.zone).time() != time(0):
            return self.moment(at)
        return f"{(at.astimezone(self.zone) - timedelta(days=1)).date().isoformat()} 24:00"

    def since(self, at: datetime) -> int:
        """Whole days from a moment until now."""
        return (self.now.astimezone(self.zone).date() - at.astimezone(self.zone).date()).days
