"""Whatever a program sends to the interface, it is answered as the description says.

The requests are built at random from the description: values that fit and values that do not,
addresses of cases that exist and of none, headers and bodies that no program should send.
"""

import json
import random
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.city import AT_UNIT, MEETING, City, city
from tests.web.test_interface import Caller, beginning

REQUESTS = 400
#: texts that have broken programs before
TEXTS = (
    "", " ", "x", "pass", "tianjin/socialised-review", "王初审", "a" * 5000, "0", "-1", "null",
    "\x00", "a\x00b", "\ud800", "../..", "'; drop table cases --", "%s", "{0}", "🙂", "2026-02-30",
    "9" * 400, "__proto__", "data.x.y",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**40, 1e308, [], {}, [[[]]], {"": None}, {"a": {"b": []}},
)  # fmt: skip
BODIES = (
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"{" * 3000, b"[" * 100_000,
    b'{"name": NaN}', b'{"name": "\\ud800"}', b'{"name": 1, "name": 2}',
    b'{"a": ' + b"9" * 9999 + b"}",
)  # fmt: skip
KINDS = (
    "application/json", "text/plain", "application/xml", "multipart/form-data", "", "x/y; z",
    "application/json; charset=utf-16", "application/x-www-form-urlencoded",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND")


class Fuzz:
    """Random requests that the description knows of, more or less."""

    def __init__(self, seed: int, about: dict[str, Any], ids: list[str]) -> None:
        self.random = random.Random(seed)
        self.about = about
        self.ids = ids

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def value(self, schema: dict[str, Any] | None, depth: int = 0) -> Any:
        """A value that fits a schema, mostly."""
        pick = self.random
        if schema is None or pick.random() < 0.15 or depth > 4:
            return pick.choice([*VALUES, self.text()])
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return self.value(self.about["components"]["schemas"][name], depth)
        if "enum" in schema:
            return pick.choice(schema["enum"])
        kind = schema.get("type")
        kind = pick.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            known = schema.get("properties", {})
            needed = schema.get("required", ())
            found = {
                name: self.value(one, depth + 1)
                for name, one in known.items()
                if name in needed or pick.random() < 0.5
            }
            return found | ({self.text(): 1} if pick.random() < 0.1 else {})
        if kind == "array":
            return [self.value(schema.get("items"), depth + 1) for _ in range(pick.randint(0, 3))]
        return {
            "string": lambda: pick.choice([self.text(), *self.ids, "pass", "z"]),
            "integer": lambda: pick.choice([0, 1, 2, 3, 50, -1, 2**63, 10**30]),
            "number": lambda: pick.choice([0, 1.5, -1e308]),
            "boolean": lambda: pick.random() < 0.5,
        }.get(str(kind), lambda: None)()

    def request(self) -> tuple[str, str, dict[str, Any]]:
        """The described path, the method, and what is sent."""
        pick = self.random
        path = pick.choice(list(self.about["paths"]))
        described = self.about["paths"][path]
        method = pick.choice([*(one.upper() for one in described), pick.choice(METHODS)])
        operation = described.get(method.lower(), {})
        address = re.sub(r"\{\w+\}", lambda _: pick.choice([*self.ids, self.text()]), path)
        headers = {}
        for name in ("Idempotency-Key", "If-Match", "Accept-Language", "Range", "If-None-Match"):
            if pick.random() < 0.2:
                sent = pick.choice(["1", '"1"', "*", "W/x", "a" * 3000, '"', "x,y;q=z", "\xff"])
                headers[name] = sent
        query = {
            one["name"]: self.text()
            for one in operation.get("parameters", ())
            if one["in"] == "query" and pick.random() < 0.5
        }
        if pick.random() < 0.1:
            query[self.text()] = self.text()
        more: dict[str, Any] = {"headers": headers, "query_string": encoded(query)}
        content = operation.get("requestBody", {}).get("content", {})
        if pick.random() < 0.25:
            more |= {"data": pick.choice(BODIES), "content_type": pick.choice(KINDS)}
        elif "application/json" in content:
            made = self.value(content["application/json"]["schema"])
            more |= {"data": json.dumps(made).encode(), "content_type": "application/json"}
        elif "multipart/form-data" in content:
            fields = {"field": self.text(), "case": pick.choice([*self.ids, self.text()])}
            more["data"] = encoded(fields)
        return path, method, {"path": quote(encoded(address)), **more}


def encoded(value: Any) -> Any:
    """The same without halves of characters, which no address can hold."""
    if isinstance(value, dict):
        return {encoded(name): encoded(one) for name, one in value.items()}
    return value.encode("utf-8", "replace").decode()


@pytest.fixture(scope="module")
def towns() -> tuple[City, City]:
    return city(*AT_UNIT), city(*MEETING)


@pytest.mark.parametrize(
    ("method", "address", "sent", "status"),
    [
        ("POST", "/cases", b"[" * 100_000, 422),
        (
            "POST",
            "/cases",
            b'{"process": "\\ud800"}',
            422,
        ),
        (
            "POST",
            "/cases",
            b'{"process": "\\u0000"}',
            422,
        ),
        ("POST", "/jobs", b"", 422),
        (
            "POST",
            "/cases",
            b" " * 300_000_000,
            413,
        ),
        ("PATCH", "/cases", b"", 405),
        ("GET", f"/jobs/{9**99}", b"", 404),
        ("GET", "/lists/x%00y", b"", 400),
        ("GET", "/incidents?page=2", b"", 422),
        ("GET", "/lists/tianjin/own-review?stag=first", b"", 422),
    ],
    ids=["deep", "half", "nul", "none", "huge", "method", "number", "address", "query", "filter"],
)
def test_what_cannot_be_is_told_as_a_problem(
    towns: tuple[City, City], method: str, address: str, sent: bytes, status: int
):
    """Some of them were answered with 500, a filter with a slip in its name with the whole list."""
    caller: Caller = beginning(towns[0])("王初审", "第一中学")
    headers = {"Authorization": f"Bearer {caller.token}"}

    answer = caller.client.open(
        f"/api/v1{address}", method=method, headers=headers, data=sent,
        content_type="application/json",
    )  # fmt: skip

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["title"]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("place", "login", "organisation"),
    [(0, "王初审", "第一中学"), (0, "张三", None), (1, "孙秘书", "教师高评委")],
    ids=["reviewer", "applicant", "committee"],
)
def test_every_request_is_answered_as_described(
    towns: tuple[City, City], place: int, login: str, organisation: str | None, seed: int
):
    town = towns[place]
    caller: Caller = beginning(town)(login, organisation)
    ids = [*(town[name] for name in town.uids), "XXXXXXXXXXXX", "1", "tianjin/own-review"]
    fuzz = Fuzz(seed, caller.about, ids)
    asked = {"Authorization": f"Bearer {caller.token}"}

    wrong = []
    for _ in range(REQUESTS // 6):
        path, method, sent = fuzz.request()
        if (path, method) in (("/sessions/current", "DELETE"), ("/sessions", "POST")):
            continue
        sent["headers"] |= asked if fuzz.random.random() < 0.95 else {}
        address = sent.pop("path")
        answer = caller.client.open(f"/api/v1{address}", method=method, **sent)
        kind, status = answer.mimetype, answer.status_code
        told = (method, address[:60], status, str(sent)[:200], answer.text[:200])
        if status >= 500 or (status >= 400 and kind != "application/problem+json"):
            wrong += [told] if method != "HEAD" or status >= 500 else []
        elif status >= 400 and method != "HEAD" and not answer.json["title"]:
            wrong.append(told)
        elif status < 300 and method.lower() in caller.about["paths"][path]:
            caller.held(method, path, answer)

    assert not wrong, "\n".join(map(str, wrong))
