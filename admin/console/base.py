"""What every page of the console is: a view of Flask-Admin over a service, closed by default.

Nothing can be created, edited or deleted unless a page says so, and then through a service, never
through an object mapper. The pages use the layout of the portal, so that language, accessibility
and content policy are the same everywhere; Flask-Admin's own templates are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import flask_admin
from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, BaseView
from flask_admin.model import BaseModelView
from wtforms import Form

from admin import security
from admin.captions import _
from admin.context import SignedIn
from admin.navigation import opens, title_of

Method = TypeVar("Method", bound=Callable[..., Any])


def expose(url: str, methods: Iterable[str] = ("GET",)) -> Callable[[Method], Method]:
    """Put a method of a page at an address below the page's own."""
    return cast("Callable[[Method], Method]", flask_admin.expose(url, methods))


class Closed:
    """Only for those whose menu leads here."""

    def opened_by(self, me: SignedIn) -> bool:
        """Whether this person may use the page."""
        return opens(me, "page", "console")

    def is_accessible(self) -> bool:
        """Whether the person signed in may use the page; nobody is not."""
        me = security.who()
        return me is not None and self.opened_by(me)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> ResponseReturnValue:
        """Refuse with the page for missing rights."""
        abort(403)


class Page(Closed, BaseView):  # type: ignore[misc]  # Flask-Admin ships no types
    """A page of the console that is no table."""


class Index(Closed, AdminIndexView):  # type: ignore[misc]  # Flask-Admin ships no types
    """The first page of the console."""


class Rows:
    """Stands where Flask-Admin expects the class of a model."""


class TablePage(Closed, BaseModelView):  # type: ignore[misc]  # Flask-Admin ships no types
    """A table over a service: read-only unless the page opens more."""

    can_create = False
    can_edit = False
    can_delete = False
    can_export = False
    can_view_details = False
    column_display_actions = False
    page_size = 50
    list_template = "console/list.html"
    #: what its name in the menu is; the text of the catalogue
    heading = ""

    def __init__(self, name: str, endpoint: str, url: str | None = None) -> None:
        """Put the page at ``/console/<endpoint>``, or at another address."""
        super().__init__(Rows, name=name, endpoint=endpoint, url=url or f"/console/{endpoint}")

    def scaffold_list_columns(self) -> list[str]:
        """Columns are named by each page."""
        return []

    def scaffold_sortable_columns(self) -> dict[str, str]:
        """Services say how their rows are ordered."""
        return {}

    def scaffold_form(self) -> type[Form]:
        """There is no form: what may be changed has pages of its own."""
        return Form

    def scaffold_list_form(self, widget: Any = None, validators: Any = None) -> type[Form]:
        """Nothing is edited inside the table."""
        return Form

    def scaffold_filters(self, name: Any) -> None:
        """Services filter by their search."""

    def init_search(self) -> bool:
        """Tables can be searched."""
        return True

    def get_pk_value(self, model: Any) -> str:
        """The key of a row."""
        return str(model.key)

    def title(self) -> str:
        """The heading."""
        raise NotImplementedError

    def nothing(self) -> str:
        """What a table without rows says."""
        return _("暂无数据。")

    def trail(self, *below: tuple[str, str | None]) -> list[tuple[str, str | None]]:
        """Where a page stands: the console, this table, and what is below it."""
        console = title_of(security.signed_in(), "console", _("管理控制台"))
        here = self.get_url(".index_view") if below else None
        return [(console, url_for("console.index")), (self.title(), here), *below]

    def called(self, model: Any) -> str:
        """What a row is called where its links are read aloud: its first cell."""
        return str(self._get_field_value(model, self.column_list[0]) or model.key)

    def _get_field_value(self, model: Any, name: str) -> Any:
        return getattr(model, name, "")
