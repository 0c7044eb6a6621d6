"""The platform: all services of one installation, put together in one place.

Nothing here decides anything; :mod:`engine.bootstrap` builds it, pages and commands use it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from engine.connectors.documents import Printer
    from engine.connectors.http import Connections
    from engine.definitions.release import Release
    from engine.domain.clock import Clock
    from engine.services.accounts import Accounts
    from engine.services.attachments import Attachments
    from engine.services.bulk import Bulk
    from engine.services.cases import Cases
    from engine.services.casework import Casework
    from engine.services.closing import Closing
    from engine.services.copies import Copies
    from engine.services.definitions import Definitions
    from engine.services.directory import Directory
    from engine.services.dossiers import Dossiers
    from engine.services.drafts import Drafts
    from engine.services.entries import Entries
    from engine.services.forecasts import Forecasts
    from engine.services.foresight import Foresight
    from engine.services.group_views import GroupViews
    from engine.services.groups import Groups
    from engine.services.handing_over import HandingOver
    from engine.services.history import History
    from engine.services.incidents import Incidents
    from engine.services.installation import Installation
    from engine.services.interventions import Interventions
    from engine.services.jobs import Jobs
    from engine.services.list_figures import ListFigures
    from engine.services.list_jobs import ListJobs
    from engine.services.lists import Lists
    from engine.services.messages import Messages
    from engine.services.migrations import Migrations
    from engine.services.monitor import Monitor
    from engine.services.offering import Offering
    from engine.services.operations import Operations
    from engine.services.opinions import Opinions
    from engine.services.outgoing import Outgoing
    from engine.services.oversight import Oversight
    from engine.services.own_roles import OwnRoles
    from engine.services.panel_views import PanelViews
    from engine.services.printing import Documents
    from engine.services.profile import Profile
    from engine.services.publishing import Publishing
    from engine.services.rebuild import Rebuilding
    from engine.services.records import Records
    from engine.services.register_sheets import RegisterSheets
    from engine.services.registers import Registers
    from engine.services.registration import Registration
    from engine.services.routes import RouteTables
    from engine.services.sentences import Sentences
    from engine.services.single_sign_on import SingleSignOn
    from engine.services.staff import Staff
    from engine.services.starting import Starting
    from engine.services.studio import Studio
    from engine.services.substitutes import Substitutes
    from engine.services.trails import Trails
    from engine.services.upcoming import UpcomingDates
    from engine.services.views import Views
    from engine.store.database import Store


@dataclass(slots=True)
class Platform:
    """The services by name."""

    store: Store
    clock: Clock
    zone: ZoneInfo
    definitions: Definitions
    casework: Casework
    directory: Directory
    records: Records
    registers: Registers
    entries: Entries
    groups: Groups
    outgoing: Outgoing
    cases: Cases
    operations: Operations
    offering: Offering
    foresight: Foresight
    bulk: Bulk
    views: Views
    group_views: GroupViews
    panel_views: PanelViews
    starting: Starting
    copies: Copies
    forecasts: Forecasts
    register_sheets: RegisterSheets
    routes: RouteTables
    incidents: Incidents
    interventions: Interventions
    migrations: Migrations
    oversight: Oversight
    dossiers: Dossiers
    monitor: Monitor
    upcoming: UpcomingDates
    rebuilding: Rebuilding
    documents: Documents
    lists: Lists
    list_figures: ListFigures
    jobs: Jobs
    list_jobs: ListJobs
    accounts: Accounts
    trails: Trails
    staff: Staff
    own_roles: OwnRoles
    substitutes: Substitutes
    handing_over: HandingOver
    closing: Closing
    registration: Registration
    single_sign_on: SingleSignOn
    messages: Messages
    opinions: Opinions
    attachments: Attachments
    profile: Profile
    drafts: Drafts
    history: History
    publishing: Publishing
    installation: Installation
    studio: Studio
    sentences: Sentences
    printer: Printer | None
    connections: Connections
    settings: Any = None
    workers: list[Any] = field(default_factory=list)

    @property
    def release(self) -> Release:
        """The content in force."""
        return self.definitions.current

    def close(self) -> None:
        """Stop workers, give back connections."""
        for worker in self.workers:
            worker.stop()
        closing = getattr(self.printer, "close", None)
        if closing is not None:
            closing()
        self.store.close()
