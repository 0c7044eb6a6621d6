"""Rights are checked in services, in every one of their public methods (design, invariant 9).

The methods are read from the platform, so that a new one fails here until it either refuses
somebody without rights or stands in one of the tables below with its reason.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import admin
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.platform import Platform
from tests.support.city import AT_UNIT, MEETING, STARTED, City, city
from tests.walks.rows import rows_of

#: parameters that only other services have: what was opened inside a transaction, or with rights
INSIDE = frozenset(
    {"unit", "run", "loaded", "make", "outcome", "group", "given", "worklist", "sight"}
)

#: services that only other services use, and why nobody acts through them
WITHIN = {
    "definitions": "gives the content in force and what it was compiled to; the same for everybody",
    "casework": "the transaction of a command; the commands of other services check before it",
    "records": "rows of registers for other services; people reach them through registers",
    "entries": "what is typed, held against its form, inside a command",
    "groups": "what follows for the members of a group, inside a command",
    "outgoing": "what leaves by the outbox: for workers",
    "rebuilding": "rebuild and verification: for the installation's operator",
    "installation": "releases by the command line: for the installation's operator",
    "sentences": "gives refusals their words",
    "profile": "what a new case takes over, inside its start",
}
#: methods without an actor, or for workers, that no page calls
UNREACHED = {
    "accounts": {"demand_strength", "hash", "offer_demo"},
    "cases": {"tick"},
    # Other services ask it who may what; it changes nothing but by grants, which check.
    "directory": {
        "actor_for",
        "covers",
        "grants_at",
        "holders",
        "holds",
        "in_force",
        "is_within",
        "jurisdiction_title",
        "names",
        "organisations_of",
        "path",
        "plays",
        "posts",
        "role_id",
        "stands_in",
        "superior",
    },
    "documents": {"print"},
    "drafts": {"bench", "check"},
    "incidents": {"look"},
    "jobs": {"begin", "begun", "begun_with", "last", "work"},
    "lists": {"caption", "sight"},
    "messages": {"send_template"},
    "migrations": {"plan_one", "run", "to_plan", "undo"},
    "operations": {"is_written"},
    "opinions": {"share"},
    "publishing": {"put", "take_over", "work_off"},
    "staff": {"expected"},
}
#: what everybody may call, signed in or not, and why
OPEN = {
    "accounts.act_for": "a session's own: its token is the right",
    "accounts.change_password": "needs the old password and the session",
    "accounts.demo": "the demo accounts printed by an installation for trying out",
    "accounts.session": "a session's own: its token is the right",
    "accounts.sign_in": "needs the password",
    "accounts.sign_out": "a session's own: its token is the right",
    "bulk.begin": "a job of the actor's own; each case in it refuses by itself",
    "bulk.demand": "only whether the cases chosen stand alike; each refuses by itself",
    "cases.may_start": "says why not",
    "cases.open": "notes only that somebody for whom the case waits has opened it",
    "directory.name": "the name of an organisation or a person, shown where they are named",
    "directory.roles_of": "the roles the content declares",
    "documents.blank": "the empty templates that forms offer",
    "documents.verify": "whoever holds a document may check it (CERT-08)",
    "forecasts.route": "the way of a case that nobody has started: names of organisations (ENG-22)",
    "lists.menu": "the menu for the actor's rights; for none what is everybody's",
    "migrations.progress": "of a plan, which is opened with rights",
    "opinions.save": "the actor's own phrases",
    "registers.action_form": "of a record the actor may look up; taking the action checks",
    "registers.offers": "says why not, record by record",
    "registration.by_platform": "how one registers in a jurisdiction, asked before signing in",
    "registration.form": "whoever has no account yet registers their unit",
    "registration.offered": "whoever has no account yet registers their unit",
    "registration.register": "whoever has no account yet registers their unit",
    "routes.columns": "captions of the content",
    "routes.data_of": "a row the caller holds, as its form has it",
    "routes.table": "the declaration of the content",
    "studio.decide": "of an editor, which is opened with rights; keeping asks again",
    "studio.errors": "of an editor, which is opened with rights",
    "studio.preview": "of an editor, which is opened with rights",
    "single_sign_on.arrive": "needs the answer of the platform to a journey that was begun",
    "single_sign_on.arriving": "needs the token of a journey that was begun",
    "single_sign_on.depart": "sends to a platform; whoever is there signs in",
    "single_sign_on.enter_registered": "needs the token of a journey, once",
    "single_sign_on.farewell": "where one signs out of a session that the caller holds",
    "single_sign_on.offered": "with which platforms one can sign in",
    "single_sign_on.title": "what a platform is called",
    "starting.startable": "the processes the content opens to everybody (person)",
    "starting.starting": "the processes the content opens to everybody (person)",
    "substitutes.colleagues": "the names of those at the organisation the actor acts for",
    "views.sheets.open": "one reading of the store, in which the others check",
    "views.sheets.start": "what is asked before a case exists; starting it checks",
}
#: what holds only the actor's own: nothing for somebody without rights
OWN = frozenset({
    "cases.colleagues", "cases.papers", "copies.received", "copies.unread", "directory.grants_of",
    "directory.has", "directory.is_limited", "directory.leads", "directory.lent",
    "directory.permissions", "directory.roles", "documents.mine", "interventions.terms", "jobs.of",
    "lists.counts", "lists.home", "messages.inbox", "messages.may_send",
    "messages.newest", "messages.recipients", "messages.unread", "operations.people",
    "oversight.jurisdictions", "oversight.oversees",
    "registers.may_view", "routes.tables", "starting.begun", "substitutes.given",
    "substitutes.held", "substitutes.manages", "list_jobs.progress", "views.colleagues",
    "views.sheets.shows_file", "opinions.of", "opinions.kept",
})  # fmt: skip
#: who may not is told so by the rule itself
BY_A_RULE = {
    "substitutes.name": "substitute_stranger",
}

LIST, ROUTE, REGISTER = "tianjin/unit-first-review", "tianjin/senior-committee", "people"
#: what is handed in, by parameter
GIVEN: Mapping[str, Any] = {
    "action": "pass",
    "change": None,
    "changes": [],
    "content": b"%PDF-1.4",
    "data": {},
    "day": "2026-09-01",
    "draft": 1,
    "entered": {},
    "changed": {"forms/x.yaml": "x"},
    "failed": [],
    "field": "photo",
    "file": "nothing",
    "files": {"forms/x.yaml": "x"},
    "filters": {},
    "grant": 1,
    "heads": [],
    "id_": 1,
    "incident": 1,
    "instead": "金明远",
    "job": 1,
    "key": "张三",
    "keys": ["张三"],
    "listing": LIST,
    "login": "张三",
    "members": [],
    "name": "pass",
    "new": "HEAD",
    "old": "HEAD",
    "operations": [],
    "organisation": "第一中学",
    "papers": {},
    "path": "forms/person.yaml",
    "permission": "manage_accounts",
    "permissions": ["review_own"],
    "person": "张三",
    "plan": 1,
    "process": "tianjin/socialised-review",
    "published": None,
    "reason": "理由",
    "register": REGISTER,
    "release": "HEAD",
    "role": "tianjin/unit-reviewer",
    "roles": [],
    "route": ROUTE,
    "rows": [],
    "staged": None,
    "start": "x",
    "subject": "",
    "substitute": "李复审",
    "text": "x",
    "title": "x",
    "to": "李四",
    "until": "2026-10-01",
    "version": 1,
    "limit": 5,
    "line": 1,
    "column": 1,
    "operation": "edit",
    "row": None,
    "search": "",
    "most": 5,
    "active": False,
    "body": "x",
    "captions": None,
    "jurisdiction": "tianjin",
    "message": 1,
    "paper": "",
}
#: where a method means something else by the same word
OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    "lists": {"name": LIST, "rows": ["x"]},
    "list_figures": {"name": LIST},
    "list_jobs": {"name": LIST},
    "history": {"version": "HEAD", "name": "HEAD"},
    "publishing": {"version": "HEAD"},
    "interventions": {"name": "cancel", "entered": {"reason": "理由"}},
    "foresight": {"name": "pass"},
    "registers.tree": {"register": "organisations"},
    "registers.act": {"register": "organisations", "key": "教委下属中心", "action": "approve"},
    "registers.bulk": {
        "register": "organisations",
        "keys": ["教委下属中心"],
        "action": "approve",
    },
    "attachments.put": {"name": "a.pdf"},
    "cases.start": {"process": "tianjin/meeting"},
    "foresight.starting": {"process": "tianjin/meeting"},
    "cases.transfer": {"uid": "z"},
    "operations.do": {"name": "cc"},
    "views.sheets.operation": {"name": "cc"},
    "interventions.replacements": {"uid": "m"},
    "interventions.extend": {"uid": "y"},
    "cases.extend": {"uid": "y"},
    "register_sheets": {"register": "organisations"},
    "substitutes": {"key": 1},
    "bulk.behind": {"job": SimpleNamespace(id=1)},
    "cases.vote": {"uid": "m", "papers": {"": {"choice": "agree"}}},
    "cases.decline": {"uid": "m"},
    "cases.replace": {"uid": "m"},
    "cases.add": {"uid": "o"},
    "cases.remove": {"uid": "o"},
    "panel_views": {"uid": "m"},
    "group_views": {"uid": "m"},
}

#: what other services and workers use, pages never
INNER = {f"{service}.{name}" for service, names in UNREACHED.items() for name in names}


@pytest.fixture(scope="module")
def towns() -> Mapping[str, City]:
    """Places in which a case waits for others, by the name a case has above."""
    return {
        "y": city(STARTED),
        "z": city(*AT_UNIT, "{fast_forward: {case: z, to: department}}"),
        "o": city(*MEETING[:-1]),
        "m": city(*MEETING),
    }


def methods(platform: Platform) -> Iterator[tuple[str, Any]]:
    """Every public method of every service, by the name of both."""
    services = {one.name: getattr(platform, one.name) for one in fields(platform)}
    services["views.sheets"] = platform.views.sheets
    for service, one in services.items():
        if not type(one).__module__.startswith("engine.services"):
            continue
        for name, _ in inspect.getmembers(type(one), inspect.isfunction):
            if not name.startswith("_"):
                yield f"{service}.{name}", getattr(one, name)


def town_of(name: str) -> str:
    """In which place a method is tried."""
    service = name.rpartition(".")[0]
    known = {**OTHERWISE.get(service, {}), **OTHERWISE.get(name, {})}
    return str(known.get("uid", "z"))


def arguments(town: City, name: str, method: Any) -> dict[str, Any]:
    """What is handed in for what a method needs."""
    service, place = name.rpartition(".")[0], town_of(name)
    uid = town["m" if place in "mo" else "z"]
    known = {**GIVEN, **OTHERWISE.get(service, {}), **OTHERWISE.get(name, {})}
    known |= {"uid": uid, "uids": [uid], "subject": uid}
    parameters = inspect.signature(method).parameters
    needed = [one.name for one in parameters.values() if one.default is inspect.Parameter.empty]
    return {one: known[one] for one in needed if one != "actor"}


def answer(town: City, name: str, method: Any, actor: Actor) -> str:
    """What somebody without rights is told: empty where all is well."""
    try:
        given = method(actor, **arguments(town, name, method))
        given = list(given) if inspect.isgenerator(given) else given
    except Exception as error:
        given = error
    results = given if isinstance(given, list) and given else [given]
    found = [getattr(one, "refused", None) or one for one in results]
    if all(isinstance(one, NotAllowed | NotFound) for one in found):
        return ""
    if isinstance(given, Refused) and given.code == BY_A_RULE.get(name):
        return ""
    if name in OWN and not isinstance(given, Exception):
        return f"gave {given!r}" if _something(given) else ""
    return f"did {given!r}"


def _something(given: Any) -> bool:
    if isinstance(given, tuple | list):
        return any(_something(one) for one in given)
    return bool(given)


@pytest.mark.req("SEC-01")
@pytest.mark.parametrize("organisation", ["第一中学", None], ids=["there", "alone"])
def test_whoever_holds_no_right_is_refused_everywhere(
    towns: Mapping[str, City], organisation: str | None
):
    nobody = Actor("路人", organisation, "tianjin")
    before = {place: rows_of(town.platform.store) for place, town in towns.items()}

    let_in = []
    for place, town in towns.items():
        for name, method in methods(town.platform):
            inner = INSIDE & set(inspect.signature(method).parameters)
            if name.partition(".")[0] in WITHIN or name in {*INNER, *OPEN} or inner:
                continue
            said = answer(town, name, method, nobody) if town_of(name) == place else ""
            let_in += [f"{name} {said}"] if said else []

    assert not let_in, "\n".join(let_in)
    assert {place: rows_of(town.platform.store) for place, town in towns.items()} == before


@pytest.mark.req("SEC-01")
def test_nobody_comes_to_the_inner_methods_from_a_page(towns: Mapping[str, City]):
    text = "\n".join(path.read_text() for path in Path(admin.__file__).parent.rglob("*.py"))
    called = set(re.findall(r"\bplatform(?:\(\))?\.(\w+\.\w+)\(", text))

    inner = {
        name
        for name, method in methods(towns["z"].platform)
        if name in INNER
        or name.partition(".")[0] in WITHIN
        or INSIDE & set(inspect.signature(method).parameters)
    }
    # Words for a refusal, and holding the content still for one request, are nobody's right.
    harmless = {"sentences.saying", "sentences.worded", "sentences.reader", "definitions.held"}
    assert called & inner <= harmless


def test_the_tables_name_nothing_that_is_gone(towns: Mapping[str, City]):
    known = {name for name, _ in methods(towns["z"].platform)}

    assert {*INNER, *OPEN, *OWN, *BY_A_RULE} - known == set()
    assert set(WITHIN) <= {name.partition(".")[0] for name in known}
