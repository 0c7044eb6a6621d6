"""The roles of the content with their permissions: to read, they are changed in the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from admin import security
from admin.captions import _, listed
from admin.console.base import TablePage
from admin.context import platform
from admin.navigation import caption
from admin.tables import Link


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role."""

    key: str
    title: str
    permissions: str


class RolesPage(TablePage):
    """All roles."""

    column_list = ("title", "key", "permissions")

    def title(self) -> str:
        """The heading."""
        return _("角色")

    def heading_of(self, name: str) -> str:
        """The caption of a column."""
        return {"title": _("名称"), "key": _("标识"), "permissions": _("权限")}[name]

    def links(self, row: RoleRow) -> Sequence[Link]:
        """Nothing can be done with a role here."""
        return ()

    def get_list(
        self,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        page_size: int | None = None,
    ) -> tuple[int, list[RoleRow]]:
        """One page of roles."""
        permissions = platform().release.permissions
        rows = []
        actor = security.signed_in().actor
        for key, role in platform().directory.roles_of(actor.jurisdiction).items():
            titles = [
                caption(permissions[name].title) if name in permissions else name
                for name in role.permissions
            ]
            row = RoleRow(key, caption(role.title), listed(titles))
            if not search or search in row.title or search in row.permissions:
                rows.append(row)
        size = page_size or self.page_size
        start = (page or 0) * size
        return len(rows), rows[start : start + size]
