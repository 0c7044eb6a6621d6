"""The console of administrators: closed by default, changes through services only.

One file a page; the registers of the content share one.
"""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin

from admin.console.accounts import AccountsPage
from admin.console.cases import CasesPage
from admin.console.dashboard import DashboardPage
from admin.console.incidents import IncidentsPage
from admin.console.index import ConsoleIndex
from admin.console.migrations import MigrationsPage
from admin.console.publishing import PublishPage
from admin.console.registers import RegistersPage
from admin.console.roles import RolesPage
from admin.console.routes import RoutesPage
from admin.console.studio import StudioPage
from admin.console.upcoming import UpcomingPage
from admin.console.versions import VersionsPage


def install(app: Flask) -> None:
    """Register the console."""
    index = ConsoleIndex(name="console", endpoint="console", url="/console")
    console = Admin(app, name="console", index_view=index, url="/console", endpoint="console")
    console.add_view(AccountsPage("accounts", "accounts"))
    console.add_view(RolesPage("roles", "roles"))
    console.add_view(CasesPage())
    console.add_view(MigrationsPage())
    console.add_view(DashboardPage())
    console.add_view(UpcomingPage())
    console.add_view(IncidentsPage("incidents", "incidents"))
    for page in (StudioPage, PublishPage, VersionsPage):
        console.add_view(page())
    console.add_view(RoutesPage())
    console.add_view(RegistersPage())
