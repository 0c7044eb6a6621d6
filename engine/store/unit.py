"""The unit of work: one transaction and the repositories that work in it."""

from __future__ import annotations

from functools import cached_property

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
from engine.store.grants import Grants
from engine.store.incidents import Incidents
from engine.store.journal import Journal
from engine.store.links import Links
from engine.store.members import Members
from engine.store.messages import Messages, Opinions
from engine.store.monitoring import Monitoring
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

    @cached_property
    def cases(self) -> Cases:
        """Snapshots of cases and the values lists look for."""
        return Cases(self)

    @cached_property
    def journal(self) -> Journal:
        """The events of each case."""
        return Journal(self)

    @cached_property
    def work(self) -> Work:
        """What waits for whom, and who acted where."""
        return Work(self)

    @cached_property
    def timers(self) -> Timers:
        """What is to happen at a time."""
        return Timers(self)

    @cached_property
    def outbox(self) -> Outbox:
        """What is to reach the outside."""
        return Outbox(self)

    @cached_property
    def incidents(self) -> Incidents:
        """Cases that need a person's decision to go on."""
        return Incidents(self)

    @cached_property
    def ballots(self) -> Ballots:
        """Votes, sealed."""
        return Ballots(self, self.sealer)

    @cached_property
    def copies(self) -> Copies:
        """Who may read a case because somebody named them."""
        return Copies(self)

    @cached_property
    def members(self) -> Members:
        """Which cases are decided together."""
        return Members(self)

    @cached_property
    def links(self) -> Links:
        """Which case created which."""
        return Links(self)

    @cached_property
    def commands(self) -> Commands:
        """Answers to commands that carried a key."""
        return Commands(self)

    @cached_property
    def blobs(self) -> Blobs:
        """Form data and other personal data, encrypted for each subject."""
        return Blobs(self, self.sealer)

    @cached_property
    def pools(self) -> Pools:
        """Numbers without gaps."""
        return Pools(self)

    @cached_property
    def releases(self) -> Releases:
        """Commits of content, and what each pin refers to."""
        return Releases(self)

    @cached_property
    def plans(self) -> Plans:
        """Cases that are to be moved to another version."""
        return Plans(self)

    @cached_property
    def drafts(self) -> Drafts:
        """Content that authors have changed and not published."""
        return Drafts(self)

    @cached_property
    def replays(self) -> Replays:
        """What came of trying changed content on its sample cases."""
        return Replays(self)

    @cached_property
    def accounts(self) -> Accounts:
        """Ways to sign in, and the attempts."""
        return Accounts(self)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self)

    @cached_property
    def grants(self) -> Grants:
        """Who has which role where."""
        return Grants(self)

    @cached_property
    def attachments(self) -> Attachments:
        """Files that people attached."""
        return Attachments(self)

    @cached_property
    def messages(self) -> Messages:
        """Messages to people and organisations."""
        return Messages(self)

    @cached_property
    def opinions(self) -> Opinions:
        """Sentences reviewers use often."""
        return Opinions(self)

    @cached_property
    def documents(self) -> Documents:
        """Documents that were issued."""
        return Documents(self)

    @cached_property
    def access_log(self) -> AccessLog:
        """Who looked at whose data."""
        return AccessLog(self)

    @cached_property
    def records(self) -> Records:
        """Records of registers."""
        return Records(self, self.blobs)

    @cached_property
    def record_pages(self) -> RecordPages:
        """Questions to the records of a register."""
        return RecordPages(self)

    @cached_property
    def routes(self) -> Routes:
        """Rows of route tables."""
        return Routes(self)

    @cached_property
    def monitoring(self) -> Monitoring:
        """Every case of a jurisdiction."""
        return Monitoring(self)

    @cached_property
    def worklists(self) -> Worklists:
        """Lists of cases."""
        return Worklists(self)
