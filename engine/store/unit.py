"""The unit of work: one transaction and the repositories that work in it."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.access import AccessLog
from engine.store.accounts import Accounts, Sessions
from engine.store.attachments import Attachments
from engine.store.ballots import Ballots
from engine.store.blobs import Blobs
from engine.store.cases import Cases
from engine.store.commands import Commands
from engine.store.copies import Copies
from engine.store.documents import Documents
from engine.store.drafts import Drafts
from engine.store.grants import Grants, OwnRoles
from engine.store.identities import Identities, Journeys
from engine.store.incidents import Incidents
from engine.store.jobs import Jobs
from engine.store.journal import Journal
from engine.store.links import Links
from engine.store.members import Members
from engine.store.messages import Messages, Opinions
from engine.store.monitoring import Monitoring
from engine.store.once import once
from engine.store.outbox import Outbox
from engine.store.plans import Plans
from engine.store.pools import Pools
from engine.store.record_pages import RecordPages
from engine.store.records import Records
from engine.store.releases import Releases
from engine.store.replays import Replays
from engine.store.routes import Routes
from engine.store.sealing import Sealer
from engine.store.session import Session
from engine.store.timers import Timers
from engine.store.work import Work
from engine.store.worklists import Worklists


class UnitOfWork(Session):
    """One transaction. Each repository is made when it is first asked for."""

    def __init__(
        self,
        engine: sa.Engine,
        pooled: sa.PoolProxiedConnection,
        sealer: Sealer,
        *,
        is_writing: bool,
    ) -> None:
        super().__init__(engine, pooled, is_writing=is_writing)
        self.sealer = sealer

    @once
    def cases(self) -> Cases:
        """Snapshots of cases and the values lists look for."""
        return Cases(self)

    @once
    def journal(self) -> Journal:
        """The events of each case."""
        return Journal(self)

    @once
    def work(self) -> Work:
        """What waits for whom, and who acted where."""
        return Work(self)

    @once
    def timers(self) -> Timers:
        """What is to happen at a time."""
        return Timers(self)

    @once
    def outbox(self) -> Outbox:
        """What is to reach the outside."""
        return Outbox(self)

    @once
    def incidents(self) -> Incidents:
        """Cases that need a person's decision to go on."""
        return Incidents(self)

    @once
    def ballots(self) -> Ballots:
        """Votes, sealed."""
        return Ballots(self, self.sealer)

    @once
    def copies(self) -> Copies:
        """Who may read a case because somebody named them."""
        return Copies(self)

    @once
    def members(self) -> Members:
        """Which cases are decided together."""
        return Members(self)

    @once
    def links(self) -> Links:
        """Which case created which."""
        return Links(self)

    @once
    def commands(self) -> Commands:
        """Answers to commands that carried a key."""
        return Commands(self)

    @once
    def blobs(self) -> Blobs:
        """Form data and other personal data, encrypted for each subject."""
        return Blobs(self, self.sealer)

    @once
    def pools(self) -> Pools:
        """Numbers without gaps."""
        return Pools(self)

    @once
    def jobs(self) -> Jobs:
        """Long jobs, and how far they have come."""
        return Jobs(self)

    @once
    def releases(self) -> Releases:
        """Commits of content, and what each pin refers to."""
        return Releases(self)

    @once
    def plans(self) -> Plans:
        """Cases that are to be moved to another version."""
        return Plans(self)

    @once
    def drafts(self) -> Drafts:
        """Content that authors have changed and not published."""
        return Drafts(self)

    @once
    def replays(self) -> Replays:
        """What came of trying changed content on its sample cases."""
        return Replays(self)

    @once
    def accounts(self) -> Accounts:
        """Ways to sign in, and the attempts."""
        return Accounts(self)

    @once
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self)

    @once
    def identities(self) -> Identities:
        """Who the holders of accounts are at identity platforms."""
        return Identities(self)

    @once
    def journeys(self) -> Journeys:
        """Browsers on the way to an identity platform and back."""
        return Journeys(self, self.sealer)

    @once
    def grants(self) -> Grants:
        """Who has which role where."""
        return Grants(self)

    @once
    def own_roles(self) -> OwnRoles:
        """The roles that organisations have put together themselves."""
        return OwnRoles(self)

    @once
    def attachments(self) -> Attachments:
        """Files that people attached."""
        return Attachments(self)

    @once
    def messages(self) -> Messages:
        """Messages to people and organisations."""
        return Messages(self)

    @once
    def opinions(self) -> Opinions:
        """Sentences reviewers use often."""
        return Opinions(self)

    @once
    def documents(self) -> Documents:
        """Documents that were issued."""
        return Documents(self)

    @once
    def access_log(self) -> AccessLog:
        """Who looked at whose data."""
        return AccessLog(self)

    @once
    def records(self) -> Records:
        """Records of registers."""
        return Records(self, self.blobs)

    @once
    def record_pages(self) -> RecordPages:
        """Questions to the records of a register."""
        return RecordPages(self)

    @once
    def routes(self) -> Routes:
        """Rows of route tables."""
        return Routes(self)

    @once
    def monitoring(self) -> Monitoring:
        """Every case of a jurisdiction."""
        return Monitoring(self)

    @once
    def worklists(self) -> Worklists:
        """Lists of cases."""
        return Worklists(self)
