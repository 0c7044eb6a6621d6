"""Puts a platform together: the only place that knows which service needs which."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine import content
from engine.connectors.documents import Printer, TypstPrinter
from engine.connectors.http import Connections
from engine.connectors.jobs import Job, Worker
from engine.connectors.openid import IdentityPlatform, OpenId
from engine.connectors.outside import OutsideConnections
from engine.connectors.recorded import RecordedConnections
from engine.content import Files
from engine.definitions import release as releases
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.clock import Clock, SystemClock
from engine.domain.errors import NotFound
from engine.services.accounts import Accounts
from engine.services.attachments import Attachments
from engine.services.bulk import Bulk
from engine.services.cases import Cases
from engine.services.casework import Casework
from engine.services.closing import Closing
from engine.services.connecting import Connecting
from engine.services.content_rights import ContentRights
from engine.services.copies import Copies
from engine.services.courses import Courses
from engine.services.definitions import Definitions
from engine.services.definitions import load as load_stored
from engine.services.directory import Directory
from engine.services.dossiers import Dossiers
from engine.services.drafts import Drafts
from engine.services.entries import Entries
from engine.services.folder import ContentRefused, look
from engine.services.forecasts import Forecasts
from engine.services.foresight import Foresight
from engine.services.group_views import GroupViews
from engine.services.groups import Groups
from engine.services.handing_over import HandingOver
from engine.services.history import History
from engine.services.identities import Identities
from engine.services.incidents import Incidents
from engine.services.installation import Installation
from engine.services.interventions import Interventions
from engine.services.jobs import Jobs
from engine.services.linking import Linking
from engine.services.list_figures import ListFigures
from engine.services.list_jobs import ListJobs
from engine.services.list_questions import ListQuestions
from engine.services.lists import Lists
from engine.services.marks import Marks
from engine.services.messages import Messages
from engine.services.migration_plan import Judging
from engine.services.migrations import Migrations
from engine.services.monitor import Monitor
from engine.services.offering import Offering
from engine.services.operations import Operations
from engine.services.opinions import Opinions
from engine.services.outgoing import Outgoing
from engine.services.oversight import Oversight
from engine.services.own_roles import OwnRoles
from engine.services.panel_views import PanelViews
from engine.services.panels import Panels
from engine.services.platform import Platform
from engine.services.printing import Documents
from engine.services.profile import Profile
from engine.services.publishing import MovedOn, Publishing
from engine.services.rebuild import Rebuilding
from engine.services.records import Records
from engine.services.register_sheets import RegisterSheets
from engine.services.registers import Registers
from engine.services.registration import Registration
from engine.services.rehearsal import Outcome, rehearse
from engine.services.routes import RouteTables
from engine.services.samples import Samples
from engine.services.seeing import Seeing
from engine.services.sentences import Sentences
from engine.services.single_sign_on import SingleSignOn
from engine.services.staff import Staff
from engine.services.starting import Starting
from engine.services.studio import Studio
from engine.services.substitutes import Substitutes
from engine.services.telling import Telling
from engine.services.trails import Trails
from engine.services.upcoming import UpcomingDates
from engine.services.views import Views
from engine.settings import Settings, given
from engine.store.database import Store
from engine.store.sealing import Sealer

#: how many cases or messages a worker takes in one go
BATCH = 100


def load_content(root: Path | None) -> Release:
    """Read and check the content.

    Raises:
        ContentRefused: it has errors.
    """
    loaded = releases.load(root or content.bundled())
    if loaded.release is None:
        raise ContentRefused(loaded)
    return loaded.release


@dataclass(frozen=True, slots=True)
class Outside:
    """What a platform reaches the outside with; replays reach nothing."""

    printer: Printer | None
    public_url: str
    connections: Connections = field(default_factory=RecordedConnections)
    identity: IdentityPlatform | None = None


def open_platform(
    settings: Settings, *, clock: Clock | None = None, follow: bool = True
) -> Platform:
    """A platform over its database, with the content of its settings.

    With ``follow`` it takes over what has changed in the content folder.

    Raises:
        ContentRefused: the content has errors.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url, sealer=Sealer.from_file(settings.secret_key_file))
    try:
        platform = open_over(
            store,
            content.read_files(settings.content or content.bundled(), content.FOLDERS),
            clock or SystemClock(),
            Outside(
                TypstPrinter(),
                settings.public_url,
                OutsideConnections(given(), clock or SystemClock()),
                OpenId(given(), clock or SystemClock()),
            ),
            deliberate=settings.content is not None,
            follow=follow,
        )
    except Exception:
        store.close()
        raise
    platform.settings = settings
    return platform


def open_over(
    store: Store,
    folder: Files,
    clock: Clock,
    outside: Outside | None = None,
    *,
    deliberate: bool = False,
    follow: bool = True,
) -> Platform:
    """A platform over a database, whose content follows the folder of the installation.

    Raises:
        ContentRefused: the content has errors.
        FolderDisagrees: the folder was named (``deliberate``), and disagrees with what was
            published.
    """
    while True:
        opening = look(store, folder, deliberate=deliberate, follow=follow)
        # What is to be put into force first belongs to no commit yet.
        commit = opening.head if opening.content is None else None
        definitions = Definitions(store, commit or "", opening.release)
        platform = assemble(store, definitions, clock, outside)
        try:
            platform.publishing.take_over(opening)
        except MovedOn:
            # Another node has just done it, or somebody published: look again.
            continue
        return platform


def samples_of(files: Files, release: Release, outside: Outside | None = None) -> Samples:
    """The sample cases of some content, each over a platform of its own."""
    return Samples(
        files, release, lambda store, content, clock: assemble(store, content, clock, outside)
    )


def read_samples(files: Files) -> Samples:
    """The sample cases of content that was checked: what another process begins with."""
    return samples_of(files, load_stored(files))


def _rehearse(files: Files, release: Callable[[], Release]) -> tuple[int, Iterator[Outcome]]:
    return rehearse(files, lambda: samples_of(files, release()), read_samples)


def assemble(
    store: Store,
    release: Release | Definitions,
    clock: Clock,
    outside: Outside | None = None,
) -> Platform:
    """Build the services over a store.

    ``release`` may be the definitions of another platform: a copy of a world shares what was
    compiled for it.
    """
    outside = outside or Outside(None, "http://localhost")
    definitions = (
        release.over(store)
        if isinstance(release, Definitions)
        else Definitions.of(store, release, clock.now())
    )
    records = Records(store, definitions, clock)
    directory = Directory(store, definitions, clock)
    casework = Casework(store, definitions, records, clock, directory)
    sentences = Sentences(definitions, directory)
    profile = Profile(definitions)
    entries = Entries(casework, profile, records.lookup, sentences)
    groups = Groups(casework)
    panels = Panels(casework, entries)
    identities = Identities(definitions, outside.identity)
    accounts = Accounts(store, directory, sentences, clock, identities=identities)
    staff = Staff(records, directory, accounts, sentences, identities)
    single_sign_on = SingleSignOn(
        identities, accounts, records, directory, sentences, clock, outside.public_url
    )
    telling = Telling(records, sentences, outside.connections)
    registers = Registers(records, directory, sentences, staff, telling)
    questions = ListQuestions(records, directory)
    lists = Lists(records, directory, registers, sentences, Marks(casework), questions)
    messages = Messages(casework, directory, sentences, records.lookup, lists)

    def may_see_case(actor: Actor, uid: str) -> bool:
        try:
            views.view(actor, uid)
        except NotFound:
            return False
        return True

    documents = Documents(
        casework, entries, outside.printer, records.lookup, may_see_case, outside.public_url
    )
    linking = Linking(casework, entries, groups)
    connecting = Connecting(casework, entries, outside.connections)
    oversight = Oversight(definitions, directory)
    jobs = Jobs(store, clock, directory, oversight, sentences)
    outgoing = Outgoing(
        casework, groups, linking, connecting, records, messages, documents, telling, jobs
    )
    seeing = Seeing(casework, directory, oversight, questions)
    cases = Cases(
        casework, directory, entries, groups, panels, linking, outgoing, sentences, seeing
    )
    interventions = Interventions(
        casework, oversight, groups, panels, outgoing, sentences, directory, seeing
    )
    offering = Offering(
        casework, cases, directory, groups, linking, interventions, seeing, sentences
    )
    courses = Courses(casework, entries, directory, records.lookup)
    group_views = GroupViews(casework, seeing, groups, courses, sentences, records.lookup)
    panel_views = PanelViews(
        casework, seeing, group_views, panels, courses, sentences, records.lookup
    )
    views = Views(
        casework, directory, cases, offering, entries, seeing, group_views, courses, sentences,
        records.lookup,
    )  # fmt: skip
    operations = Operations(casework, cases, directory, seeing)
    foresight = Foresight(
        casework, cases, operations, interventions, outgoing, views, panel_views, directory,
        sentences,
    )  # fmt: skip
    dossiers = Dossiers(casework, records, directory, oversight, views, entries, sentences)
    attachments = Attachments(casework, sentences, views, registers.may_view)
    rights = ContentRights(definitions, directory)
    drafts = Drafts(store, rights, directory, sentences, clock)
    history = History(store, definitions, rights, sentences)
    publishing = Publishing(
        store, definitions, drafts, rights, directory, sentences, records, _rehearse, clock, history
    )
    forecasts = Forecasts(casework, directory)
    substitutes = Substitutes(records, directory, sentences)
    handing_over = HandingOver(
        casework, cases, views, panels, interventions, substitutes, directory, oversight, sentences
    )
    return Platform(
        store=store,
        clock=clock,
        zone=_zone(definitions.current),
        definitions=definitions,
        casework=casework,
        directory=directory,
        records=records,
        registers=registers,
        entries=entries,
        groups=groups,
        outgoing=outgoing,
        cases=cases,
        operations=operations,
        offering=offering,
        foresight=foresight,
        bulk=Bulk(
            casework,
            cases,
            operations,
            interventions,
            offering,
            foresight,
            oversight,
            directory,
            sentences,
            seeing,
            may_see_case,
            jobs,
        ),
        views=views,
        group_views=group_views,
        panel_views=panel_views,
        starting=Starting(casework, sentences),
        copies=Copies(casework, views, sentences, records.lookup),
        forecasts=forecasts,
        register_sheets=RegisterSheets(registers, records, sentences),
        routes=RouteTables(store, records, directory, forecasts, sentences),
        incidents=Incidents(casework, interventions, oversight, sentences, directory),
        interventions=interventions,
        migrations=Migrations(
            casework, Judging(casework, directory), oversight, history, outgoing, sentences, jobs
        ),
        oversight=oversight,
        dossiers=dossiers,
        monitor=Monitor(definitions, records, oversight, sentences),
        upcoming=UpcomingDates(definitions, records, oversight, sentences),
        rebuilding=Rebuilding(casework),
        documents=documents,
        lists=lists,
        list_figures=ListFigures(lists, records, sentences),
        jobs=jobs,
        list_jobs=ListJobs(jobs, records, registers, lists, directory, sentences),
        accounts=accounts,
        trails=Trails(records, registers, accounts, sentences),
        staff=staff,
        own_roles=OwnRoles(store, definitions, directory, sentences, clock),
        substitutes=substitutes,
        handing_over=handing_over,
        closing=Closing(accounts, handing_over, directory, sentences),
        registration=Registration(records, staff, accounts, cases, sentences, identities),
        single_sign_on=single_sign_on,
        messages=messages,
        opinions=Opinions(store, definitions, sentences),
        attachments=attachments,
        profile=profile,
        drafts=drafts,
        history=history,
        publishing=publishing,
        installation=Installation(store, publishing, history, sentences),
        studio=Studio(store, drafts, history, rights, records, sentences),
        sentences=sentences,
        printer=outside.printer,
        connections=outside.connections,
    )


def settle() -> None:
    """Let the collector of garbage pass over what was loaded: content stays for good.

    Looking through it again and again costs a command a tenth of its time.
    """
    gc.collect()
    gc.freeze()


def workers(platform: Platform) -> list[Worker]:
    """The background work of one node: timers and the outbox; beside them long replays."""

    def seeing(job: Callable[[], int]) -> Job:
        def run(now: datetime) -> int:
            with platform.definitions.held():
                return job()

        return run

    return [
        Worker(
            {
                "timers": seeing(platform.cases.tick),
                "outbox": seeing(platform.outgoing.work_off_quick),
                "nobody": seeing(platform.incidents.look),
            },
            platform.clock,
        ),
        # Systems outside may be slow: nobody's messages wait for them.
        Worker({"slow": seeing(platform.outgoing.work_off_slow)}, platform.clock),
        Worker({"replays": seeing(platform.publishing.work_off)}, platform.clock),
    ]


def _zone(release: Release) -> ZoneInfo:
    first = next(iter(release.jurisdictions.values()), None)
    return ZoneInfo(first.zone if first is not None else "Asia/Shanghai")
