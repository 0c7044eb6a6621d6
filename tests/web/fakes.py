"""A platform of a few fixed answers, for tests of what every page must do whatever it shows."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace

from engine.domain.actor import Actor
from engine.domain.clock import VirtualClock
from engine.domain.errors import Refused
from engine.services.accounts import DemoAccount

PASSWORD = "Right-Password-1"


@dataclass
class Session:
    token: str
    person: str
    organisation: str | None = None
    must_change_password: bool = False
    organisations: tuple = ()

    @property
    def name(self):
        return self.person

    @property
    def organisation_name(self):
        return self.organisation

    @property
    def actor(self):
        return Actor(self.person, self.organisation, "here")


@dataclass
class Accounts:
    sessions: dict = field(default_factory=dict)

    def sign_in(self, login, password, *, address):
        if password != PASSWORD:
            raise Refused("wrong_password", say="用户名或密码不正确。")
        made = Session(f"token-{len(self.sessions)}-{login}", login)
        self.sessions[made.token] = made
        return made

    def session(self, token):
        return self.sessions.get(token)

    def sign_out(self, token):
        self.sessions.pop(token, None)

    def demo(self):
        return [DemoAccount("zhang", "张三", "示例市", "", PASSWORD)]


class Lists:
    def menu(self, actor):
        return []

    def counts(self, actor):
        return {}

    def home(self, actor):
        return []

    def waiting(self, actor):
        return []

    def own(self, actor):
        return "mine"

    def page(self, actor, name, **asked):
        return SimpleNamespace(rows=[], columns=[], listing=SimpleNamespace(title=name))


class Opinions:
    def __init__(self):
        self.saved = []

    def of(self, actor):
        return self.saved

    def kept(self, actor):
        return self.saved, []

    def save(self, actor, texts):
        self.saved = texts


def platform():
    jurisdiction = SimpleNamespace(
        id="here", title="示例", bureau="示例局", zone="Asia/Shanghai", sets=("here",)
    )
    return SimpleNamespace(
        accounts=Accounts(),
        lists=Lists(),
        opinions=Opinions(),
        messages=SimpleNamespace(inbox=lambda actor, limit=None: [], unread=lambda actor: 0),
        registers=SimpleNamespace(summary=lambda actor, register, key: []),
        release=SimpleNamespace(jurisdictions={"here": jurisdiction}, labels={}, registers={}),
        definitions=SimpleNamespace(held=nullcontext),
        directory=SimpleNamespace(name=lambda register, key: key),
        sentences=SimpleNamespace(),
        single_sign_on=SimpleNamespace(offered=list, farewell=lambda session, path: None),
        clock=VirtualClock(datetime(2026, 9, 1, tzinfo=UTC)),
    )
