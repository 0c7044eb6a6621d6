"""The shipped content with its sample world, brought to any point by lines of a sample case.

What happened before a test begins is told in the language of sample cases, as an author would
write it; the test then goes on with the services, or as a visitor of the pages.
"""

import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from flask import Flask
from lxml import html

from admin.app import WebSettings, create_app, show
from admin.security import limiter
from engine.authoring import render
from engine.authoring.memory import Memory
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.bootstrap import Outside, assemble, samples_of
from engine.connectors.documents import Printer
from engine.connectors.http import Connections
from engine.connectors.identity import LocalAccounts
from engine.connectors.openid import IdentityPlatform
from engine.connectors.recorded import RecordedConnections
from engine.content import FOLDERS, below, bundled, read_files
from engine.definitions.release import load
from engine.definitions.sample import Sample, parse_sample
from engine.domain.actor import Actor
from engine.domain.clock import Clock, VirtualClock
from engine.services.accounts import Accounts
from engine.services.platform import Platform
from engine.services.replay import Replay
from engine.services.replayed import Replayed
from engine.services.samples import CASES, Samples
from engine.services.world import with_files

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 9, 1, 9, tzinfo=ZONE)
PASSWORD = "correct horse battery"
PROCESS = "tianjin/socialised-review"
#: hashing as carefully as in earnest would take most of the time of the tests
CHEAP = LocalAccounts(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

STARTED = (
    "{by: 张三, does: start, process: tianjin/socialised-review, case: z, "
    "with: {settings: {activity: a1, work_unit: 第一中学}}}"
)
SUBMITTED = "{by: 张三, does: submit, case: z, with: $forms/complete-application}"
FIRST = "{by: 王初审, does: pass, case: z}"
SECOND = "{by: 李复审, does: pass, case: z, with: $forms/unit-recommendation}"
AT_UNIT = (STARTED, SUBMITTED)
AT_SUPERIOR = (*AT_UNIT, FIRST, SECOND)
AT_RECEPTION = (*AT_UNIT, "{fast_forward: {case: z, to: reception}}")
MEETING = (
    *AT_RECEPTION,
    "{by: 孙秘书, does: receive, case: z}",
    "{clock: 2026-10-15 09:00}",
    "{by: 孙秘书, does: start, process: tianjin/meeting, case: m, with: $forms/meeting}",
    "{by: 孙秘书, does: add, case: m, with: {members: [z]}}",
    "{by: 孙秘书, does: open, case: m}",
)
VOTED = (
    *MEETING,
    *(
        f"{{by: {expert}, does: vote, case: m, with: {{z: {{choice: agree}}}}}}"
        for expert in ("金明远", "白文静", "龙思源", "汤月华", "尹世杰")
    ),
    "{by: 孙秘书, does: confirm, case: m}",
)
FILED = (
    *VOTED,
    "{clock: 2026-10-28 09:00}",
    "{by: 孙秘书, does: start, process: tianjin/filing, case: f, with: $forms/result-filing}",
    "{by: 孙秘书, does: submit, case: f}",
)
EFFECTIVE = (*FILED, "{by: 郑备案, does: pass, case: f, with: $forms/filing-decision}")
CERTIFIED = (*EFFECTIVE, "{by: 冯发证, does: issue, case: z}")


@dataclass
class City:
    """A platform of its own, with the ids of the cases of the lines that came before."""

    platform: Platform
    clock: VirtualClock
    uids: Mapping[str, str]
    known: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> str:
        """The id of a case by the name it has in the lines."""
        return self.uids[name]

    def at(self, text: str) -> None:
        """Move the clock to a local time and let happen what is due."""
        self.clock.set(datetime.fromisoformat(text).replace(tzinfo=ZONE))
        self.platform.cases.tick()

    def person(self, name: str, organisation: str | None = None) -> Actor:
        """Somebody, acting for an organisation or for themselves."""
        return self.platform.directory.actor_for(name, organisation)

    def data(self, name: str) -> dict[str, Any]:
        """Sample data of ``examples/data``."""
        return dict(with_files(_samples().library.data[name]))

    def content(self, case: str, reader: str = "张三", organisation: str | None = None) -> Any:
        """The stored data of a case as somebody reads them."""
        with self.platform.views.sheets.open():
            actor = self.person(reader, organisation)
            return self.platform.views.sheets.content(actor, self[case]).data

    def status(self, case: str) -> str | None:
        """The status code of a case."""
        with self.platform.store.read() as unit:
            row = unit.cases.load(self[case])
        return row.status if row is not None else None

    @cached_property
    def pages(self) -> Flask:
        """The pages of the platform, for whoever visits them."""
        app = copy(_pages())
        app.extensions = dict(app.extensions)
        show(app, self.platform)
        limiter.reset()
        return app

    def give_account(self, name: str) -> None:
        """Let somebody sign in with their name and the password of all tests."""
        if name not in self.known:
            with self.platform.store.write() as unit:
                self.platform.accounts.add_in(
                    unit, name, name, _hashed(), self.platform.clock.now()
                )
            self.known.add(name)

    def visit(self, name: str, organisation: str | None = None) -> "Visitor":
        """Sign somebody in at the pages, acting for an organisation or for themselves."""
        self.give_account(name)
        visitor = Visitor(self.pages)
        visitor.post("/sign-in", {"login": name, "password": PASSWORD}, follow=False)
        chosen = {"organisation": organisation or ""}
        answer = visitor.post("/account/organisation", chosen, follow=False).raw
        visitor.leads_to = answer.location if answer.status_code == 302 else None
        return visitor


WEB = WebSettings(secret=bytes(32), sign_in_rate="1000 per minute")


@cache
def _pages() -> Flask:
    """Routes, views and templates: the same for all platforms, made once."""
    return create_app(_samples().open(("tianjin",), VirtualClock(NINE)).platform, WEB)


class Visitor:
    """A browser without scripts: keeps cookies, follows redirects, posts what a page holds."""

    def __init__(self, app: Any) -> None:
        self.client = app.test_client()
        #: where the last answer leads, until somebody looks
        self.leads_to: str | None = None
        self._page: Page = Page("", 0, "")
        self._token = ""

    @property
    def page(self) -> "Page":
        """The page that was seen last."""
        if self.leads_to is not None:
            self.get(self.leads_to)
        return self._page

    @page.setter
    def page(self, seen: "Page") -> None:
        """Go back to a page, as it was seen."""
        self.leads_to, self._page = None, seen

    def get(self, address: str) -> "Page":
        """Open a page."""
        return self._seen(self.client.get(address, follow_redirects=True))

    def post(
        self, address: str, data: Mapping[str, Any] | None = None, *, follow: bool = True
    ) -> "Page":
        """Send fields with the token of the page that was seen, or of another."""
        token = self._token or field_of(
            self.client.get("/verify").get_data(as_text=True), "csrf_token"
        )
        answer = self.client.post(
            address,
            data={**(data or {}), "csrf_token": token},
            headers={"Sec-Fetch-Site": "same-origin"},
            content_type="multipart/form-data",
            follow_redirects=follow,
        )
        return self._seen(answer)

    def press(self, button: str, **typed: Any) -> "Page":
        """Press a button of the page: its form goes with what the page holds and what was typed.

        A name of ``typed`` stands for the only field of the form whose name ends with it.
        """
        found = self.page.button(button)
        form = next(found.iterancestors("form"))
        fields = fields_of(form)
        for name, value in typed.items():
            fields[_full(fields, form, name)] = value
        if found.get("name"):
            fields[found.get("name")] = found.get("value", "")
        fields.pop("csrf_token", None)
        address = found.get("formaction") or form.get("action") or self.page.address
        if (form.get("method") or "get").lower() == "get":
            # As browsers do: what the form holds takes the place of what the address asked for.
            address = address.partition("?")[0]
            return self._seen(self.client.get(address, query_string=fields, follow_redirects=True))
        return self.post(address, fields)

    def _seen(self, answer: Any) -> "Page":
        text = answer.get_data(as_text=True) if "text" in (answer.mimetype or "") else ""
        self.leads_to = None
        self._page = Page(text, answer.status_code, answer.request.full_path.rstrip("?"))
        self._page.raw = answer
        self._token = field_of(text, "csrf_token")
        return self._page


class Page:
    """What came back: its text as people read it, its fields and buttons."""

    def __init__(self, source: str, status: int, address: str) -> None:
        self.source, self.status, self.address = source, status, address
        self.raw: Any = None
        self.tree = html.fromstring(source) if source.strip() else html.fromstring("<html/>")

    @property
    def text(self) -> str:
        """The words of the main part, white space apart."""
        main = self.tree.find(".//main")
        words = (main if main is not None else self.tree).text_content()
        return re.sub(r"\s+", " ", words)

    def __contains__(self, text: str) -> bool:
        return text in self.text

    def button(self, caption: str) -> Any:
        """The first button with a caption."""
        for one in self.tree.iter("button"):
            if one.text_content().strip() == caption and one.get("disabled") is None:
                return one
        raise LookupError(f"no button {caption}: {self.buttons}")

    @property
    def buttons(self) -> list[str]:
        """The captions of all buttons of the main part that can be pressed."""
        return [
            one.text_content().strip()
            for one in self.tree.xpath("//main//button")
            if one.get("disabled") is None
        ]

    @property
    def links(self) -> dict[str, str]:
        """Where links lead, by their words."""
        return {
            re.sub(r"\s+", " ", one.text_content()).strip(): one.get("href")
            for one in self.tree.iter("a")
        }

    def rows(self) -> list[list[str]]:
        """The cells of every row of the tables."""
        return [
            [re.sub(r"\s+", " ", cell.text_content()).strip() for cell in row.iter("td")]
            for row in self.tree.xpath("//main//tbody/tr")
        ]

    def column(self, heading: str) -> list[str]:
        """The cells below a heading of the first table."""
        headings = self.tree.xpath("(//main//thead)[1]//th")
        place = [one.text_content().strip().split("\n")[0] for one in headings].index(heading)
        return [row[place] for row in self.rows()]

    def field(self, ending: str) -> Any:
        """The first input whose name ends so."""
        found = self.tree.xpath("//main//*[self::input or self::select or self::textarea]")
        for one in found:
            if (one.get("name") or "").endswith(ending):
                return one
        raise LookupError(f"no field {ending}: {sorted({one.get('name') or '' for one in found})}")


def fields_of(form: Any) -> dict[str, Any]:
    """What a browser would send of a form without a button."""
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        if name in fields:
            known = fields[name]
            fields[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            fields[name] = value
    return fields


def _full(fields: Mapping[str, Any], form: Any, ending: str) -> str:
    names = {one.get("name") or "" for one in form.iter("input", "select", "textarea")}
    if ending in names:
        return ending
    found = sorted(name for name in names if name.endswith(ending))
    assert len(found) == 1, f"{ending}: {found or sorted(names)}"
    return found[0]


def field_of(source: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', source)
    return found.group(1) if found else ""


#: a file of the content, a text in it (empty: all of it), and what stands there instead
Change = tuple[str, str, str]


def city(
    *lines: str,
    clock: str = "2026-09-01 09:00",
    given: str = "{}",
    changes: tuple[Change, ...] = (),
    printer: Printer | None = None,
    connections: Connections | None = None,
    identity: Callable[[Clock], IdentityPlatform] | None = None,
    worlds: str = "tianjin",
) -> City:
    """A city in which the lines of a sample case have happened, under changed content if any.

    Documents are printed only with a ``printer``, systems outside reached with ``connections``,
    and people sign in elsewhere only with what ``identity`` makes for a clock.
    """
    platform, moment, uids = _played(lines, clock, given, changes, worlds)
    own = VirtualClock(moment)
    asked = identity(own) if identity is not None else None
    reached = connections or RecordedConnections()
    outside = Outside(printer, "http://localhost", reached, asked)
    opened = assemble(platform.store.copy(), platform.definitions, own, outside)
    opened.accounts = Accounts(
        opened.store, opened.directory, opened.sentences, own, CHEAP,
        opened.single_sign_on.identities,
    )  # fmt: skip
    return City(opened, own, uids)


@cache
def _played(
    lines: tuple[str, ...], clock: str, given: str, changes: tuple[Change, ...], worlds: str
) -> tuple[Platform, datetime, dict[str, str]]:
    """The lines played once; what they left is copied for every test."""
    sample = _sample(lines, clock, given, worlds)
    kept: list[tuple[Platform, datetime]] = []

    def keep(platform: Platform, _result: Replayed) -> None:
        left = VirtualClock(platform.clock.now())
        kept.append((assemble(platform.store.copy(), platform.definitions, left), left.now()))

    samples = _samples(changes)
    result = Replay(samples.open, samples.library).run(sample, keep)
    assert result.ok, result.error or [str(one) for one in result.differences]
    (platform, moment) = kept[0]
    return platform, moment, dict(result.cases)


def _sample(lines: tuple[str, ...], clock: str, given: str, worlds: str) -> Sample:
    text = "\n".join(
        [
            "sample: 之前",
            f"world: {worlds}",
            f"clock: {clock}",
            f"given: {given}",
            "steps:" if lines else "steps: []",
            *(f"  - {line}" for line in lines),
        ]
    )
    problems = Problems()
    node = read_yaml(text.encode(), "before.yaml", problems)
    assert node is not None, problems
    sample = parse_sample(node, "before.yaml", problems)
    assert sample is not None, problems
    return sample


@cache
def _memory() -> Memory:
    """What was made of the files: content that differs in a line is made anew only around it."""
    return Memory()


@cache
def _samples(changes: tuple[Change, ...] = ()) -> Samples:
    """The shipped content, or changed, without its sample cases: each test tells its own."""
    found = read_files(bundled(), FOLDERS)
    files = {path: text for path, text in found.items() if not path.startswith(CASES)}
    for path, old, new in changes:
        before = files.get(path, b"").decode()
        assert old in before
        files[path] = (before.replace(old, new) if old else new).encode()
    loaded = load(below(files), _memory())
    assert loaded.release is not None, render(loaded.problems, loaded.sources)
    return samples_of(files, loaded.release)


@cache
def _hashed() -> str:
    return CHEAP.hash(PASSWORD)
