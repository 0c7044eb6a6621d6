"""Random processes that use every word of the language, and the content they need around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from hypothesis import strategies as st

from engine.authoring.emitting import document
from engine.definitions import release as releases
from engine.definitions.release import Release
from tests.support import three_offices

WALK = "definitions/processes/demo/walk.yaml"
#: the form of everything, and what stands around a process of the language
FILES = {
    **three_offices.FILES,
    "forms/request.yaml": """
form: request
title: Request
properties:
  unit: {title: Unit, reference: organisations, index: true}
  until: {title: Until, format: date}
  note: {title: Note, type: string, index: true}
  amount: {title: Amount, type: number}
  voters: {title: Voters, items: {reference: people}}
  head: {title: Head, reference: people}
  number: {title: Number, type: string}
""",
    "forms/entry.yaml": """
form: entry
title: Entry
properties:
  number: {title: Number, type: string}
  unit: {title: Unit, reference: organisations}
""",
    "forms/review-action.yaml": """
form: review-action
title: Review
properties:
  reason: {title: Reason, type: string}
  until: {title: Until, format: date}
  next: {title: Next, items: {reference: organisations}}
""",
    "forms/paper.yaml": """
form: paper
title: Paper
required: [choice]
properties:
  choice: {title: Choice, codes: votes}
  score: {title: Score, type: number, minimum: 0, maximum: 100}
""",
    "forms/question.yaml": """
form: question
title: Question
properties: {subject: {title: Subject, type: string}}
""",
    "forms/answer.yaml": """
form: answer
title: Answer
required: [known]
properties: {known: {title: Known, type: boolean}}
""",
    "definitions/connectors/ledger.yaml": """
connector: ledger
title: Ledger
form: question
result: answer
address: ledger_url
path: /check
""",
    "definitions/codes/votes.yaml": """
codes: votes
title: Votes
values: {agree: {title: Agree}, against: {title: Against}, abstain: {title: Abstain}}
""",
    "definitions/codes/statuses.yaml": """
codes: statuses
title: Statuses
values: {draft: {title: Draft}, open: {title: Open, public: keep}, back: {title: Back}}
""",
    "definitions/rules/few-against.yaml": """
rule: rules/few-against
title: Few against
inputs: {against: {title: Against, type: integer}}
outputs: {passes: {title: Passes, type: boolean}}
rows:
  - {when: {against: "<= 1"}, then: true}
  - {when: {against: "> 1"}, then: false}
""",
    "definitions/registers/entries.yaml": """
register: entries
title: Entries
form: entry
label: number
indexes: [unit]
columns: [number, unit]
permissions: {view: p}
""",
    "definitions/lists/demo/everything.yaml": """
list: demo/everything
title: Everything
relation: all
permission: p
columns: [number, step, status]
""",
    "definitions/messages/told.yaml": """
message: told
title: Told
subject: {zh: "{case.number}", en: "{case.number}"}
body: {zh: "{case.number}", en: "{case.number}"}
""",
    "definitions/roles/permissions.yaml": """
permissions:
  p: {title: P}
  q: {title: Q}
  monitor_cases: {title: Monitor}
  intervene: {title: Intervene}
  resolve_incidents: {title: Resolve}
  cancel: {title: Cancel}
""",
    "definitions/roles/demo.yaml": """
roles:
  worker: {title: Worker, permissions: [p, q]}
  helper: {title: Helper, permissions: [q]}
  monitor: {title: Monitor, permissions: [monitor_cases, intervene, resolve_incidents, cancel]}
persons: [everything]
menus: [{list: demo/everything}]
""",
    "definitions/jurisdictions/demo.yaml": """
jurisdiction: demo
title: Demo
bureau: board
sets: [demo]
pools: {entries: {title: Entries, format: "{year}-{number:04}", per_year: true}}
""",
    "definitions/processes/demo/part.yaml": """
process: demo/part
title: Part
form: request
steps:
  explain:
    title: Explain
    who: initiator
    edit: all
    actions:
      submit: {title: Submit, to: check}
      discard: {title: Drop, to: dropped}
      begin: {title: Begin, verb: pass, who: system, to: check}
  check:
    title: Check
    who: {permission: p, organisation: data.unit}
    allow: [claim, transfer, delegate, add_signer, remove_signer, cc, urge]
    actions:
      pass: {title: Grant, to: granted}
      fail: {title: Refuse, to: refused}
      back: {title: Back, verb: return, to: explain}
  granted:
    title: Granted
    end: success
    actions:
      note: {title: Note, verb: record, who: system}
      reopen: {title: Reopen, who: {permission: p, organisation: data.unit}, to: check}
  refused:
    title: Refused
    end: failure
    actions: {reopen: {title: Reopen, who: {permission: p, organisation: data.unit}, to: resume}}
  dropped: {title: Dropped, end: cancelled}
""",
}
MEETING = """
process: demo/meeting
title: Meeting
form: request
members: {processes: [demo/walk], waiting_at: %s, lock: [vote, minutes]}
start: {who: {permission: p}}
steps:
  agenda:
    title: Agenda
    who: {permission: p, organisation: jurisdiction.bureau}
    edit: all
    actions:
      open: {title: Open, to: vote, require: [{that: size(members) > 0, say: Nobody}]}
      drop: {title: Drop, verb: discard, to: dropped}
  vote:
    title: Vote
    panel: {voters: data.voters, about: members, ballot: paper, %s}
    outcomes: {decided: minutes, no_quorum: agenda}
  minutes:
    title: Minutes
    who: {permission: p, organisation: jurisdiction.bureau}
    actions:
      some: {title: Some, verb: record, do: [{release: {which: member.row.passed, as: passed}}]}
      back: {title: Back, verb: return, to: agenda}
      close:
        title: Close
        to: closed
        do: [{release: {which: member.row.passed, as: passed}}, {release: {as: failed}}]
  closed: {title: Closed, end: success}
  dropped: {title: Dropped, end: cancelled, do: [{release: {as: removed}}]}
"""
#: who deals with a task; the last two are there only for some cases
PLACES = (
    "data.unit", "data.unit", "data.unit.superior", "jurisdiction.bureau",
    "data.unit.superior.superior", "case.sent_to",
)  # fmt: skip
ALL_ALLOWED = ("claim", "transfer", "cc", "urge", "add_signer", "remove_signer", "delegate")
OTHERS: dict[str, dict[str, Any]] = {
    "back": {"title": "B", "verb": "return", "to": "previous"},
    "up": {"title": "U", "verb": "return", "to": "previous", "relay": True},
    "far": {"title": "F", "verb": "return", "to": "fill", "resubmit_to": "returning_level"},
    "by": {"title": "D", "verb": "return", "to": "fill", "ask": ["until"], "due": "input.until"},
    "fail": {"title": "X", "verb": "fail", "to": "failed"},
    "drop": {"title": "R", "verb": "discard", "to": "discarded"},
    "note": {"title": "N", "verb": "record", "ask": ["reason"], "into": "opinion"},
    "keep": {
        "title": "K",
        "verb": "save",
        "edit": "all",
        "require": [{"that": "!flags.marked", "say": "It is marked"}],
    },
    "set": {"title": "S", "verb": "record", "set": {"flags.marked": "true", "data.note": "'set'"}},
}
#: those of them that are sometimes not offered
CONDITIONAL = frozenset({"back", "far", "fail", "drop", "note"})
#: who does not deal with a task beside the initiator; with ``none`` not even they are kept out
EXCEPT: tuple[Any, ...] = (
    "case.actors('fill')", "none",
    {"people": "data.voters", "say": "You vote"},
    [{"when": "it.id == 'unit-1'", "say": "Not you"}, {"people": "data.voters", "say": "You vote"}],
)  # fmt: skip
DECIDE: tuple[Any, ...] = (
    "all", "any", "rules/few-against",
    {"pass": {"option": "agree", "more_than": "1/2", "of": "voters"}},
    {"pass": {"option": "agree", "at_least": "2/3", "of": "due"}},
    {"pass": {"option": "agree", "at_least": "1/2", "of": "present"}, "run_off": "tie"},
    {"pass": {"option": "agree", "more_than": "1/2", "of": "valid"}, "run_off": "tie", "rounds": 3},
)  # fmt: skip
#: who of the voters has come
PRESENT = "data.voters.filter(v, v.id != 'v2')"
QUORUM = ({"at_least": "2/3", "of": "voters"}, {"more_than": "1/3", "of": "voters"})
#: what several cases are created for; sometimes nothing
EACH = ("['a', 'b', 'c']", "['a']", "data.voters", "data.voters.filter(v, has(data.note))")


@dataclass
class Author:
    """Writes processes from what hypothesis draws."""

    draw: st.DrawFn
    names: list[str] = field(default_factory=list)
    #: tasks a return may lead to
    tasks: list[str] = field(default_factory=list)
    #: the step at which cases wait for the meeting
    meets: str | None = None
    calls: int = 0
    #: one call or wait of so many is for several cases
    several: ClassVar[int] = 3
    #: dates that are not counted in days
    moments: ClassVar[tuple[str, ...]] = ("hours(now, 30)",)
    #: steps that a block brings beside its own
    pending: dict[str, Any] = field(default_factory=dict)

    def flip(self, of: int = 2) -> bool:
        """Once in so many times."""
        return self.draw(st.integers(1, of)) == of

    def pick(self, values: Any) -> Any:
        """One of some values."""
        return self.draw(st.sampled_from(list(values)))

    # ---------------------------------------------------------------- the whole

    def process(self) -> dict[str, Any]:
        """A process, as the values of its file."""
        first, steps = self.blocks("done", 1, self.draw(st.integers(1, 4)))
        fill = {
            "title": "Fill",
            "status": [{"when": "case.returned", "then": "back"}, {"then": "draft"}],
            "who": "initiator",
            "edit": "all",
            "actions": {
                "submit": {"title": "Submit", "to": first},
                "discard": {"title": "Discard", "to": "discarded"},
            },
        }
        if self.flip(3):
            fill["due"] = {"by": "data.until", "hard": self.flip(), "extend": {"permission": "p"}}
        if self.flip(3):
            fill["actions"]["submit"]["withdraw"] = self.pick(["until_next_opens", "never"])
        if self.flip(4):
            fill["actions"]["submit"]["do"] = self.effects()
        office = {"permission": "p", "organisation": "data.unit"}
        ends = {
            "done": {"title": "Done", "end": "success"},
            "discarded": {"title": "Discarded", "end": "cancelled"},
            "failed": {
                "title": "Failed",
                "end": "failure",
                "actions": {"reopen": {"title": "Reopen", "who": office, "to": "resume"}},
            },
        }
        if self.flip(3):
            ends["done"]["actions"] = {
                "again": {"title": "Again", "verb": "reopen", "who": office, "to": first},
                "print": {"title": "Print", "verb": "record", "who": office},
            }
        found: dict[str, Any] = {
            "process": "demo/walk",
            "title": "Walk",
            "form": "request",
            "start": {"who": "person"},
            "policy": {"lax": self.switch()},
            "flags": {"marked": "Marked", "noted": {"title": "Noted", "when": "has(data.note)"}},
            "facts": {"open_here": {"count": "cases", "where": "it.initiator == initiator"}},
            "steps": {"fill": fill, **steps, **ends},
        }
        if self.flip(3):
            found["actions"] = self.common(found)
        if self.flip(3):
            found["deadlines"] = {"entry": self.deadline(found)}
        return found

    def switch(self) -> dict[str, Any]:
        """A policy, sometimes another one from a day on."""
        lax = self.flip()
        if not self.flip(4):
            return {"type": "boolean", "default": lax}
        dated = [{"then": lax}, {"from": "2026-09-10", "then": not lax}]
        return {"type": "boolean", "default": dated, "as_of": self.pick(["today", "data.until"])}

    def common(self, found: dict[str, Any]) -> dict[str, Any]:
        """Actions of the process itself."""
        office = {"permission": "p", "organisation": "jurisdiction.bureau"}
        stop: dict[str, Any] = {"title": "Stop", "verb": "cancel", "who": office, "to": "discarded"}
        if self.tasks and self.flip(3):
            stop["during"] = ["fill", self.pick(self.tasks)]
        lapse = {"title": "Lapse", "verb": "fail", "who": "system", "to": "failed"}
        return {"stop": stop, "lapse": lapse}

    def deadline(self, found: dict[str, Any]) -> dict[str, Any]:
        reach = self.pick(["done", *(name for name in self.tasks if name in found["steps"])])
        one: dict[str, Any] = {"title": "Entry", "reach": reach, "by": "days(today, 9)"}
        if self.flip():
            one |= {"hard": True, "extend": {"permission": "p"}}
        if self.flip():
            one["remind"] = ["days(deadlines.entry, -2)"]
        if self.flip():
            one["extend"] = {"permission": "p", "when": "any_time"}
        if "actions" in found and self.flip():
            one["otherwise"] = "lapse"
        return one

    # ---------------------------------------------------------------- blocks

    def name(self) -> str:
        self.names.append(f"s{len(self.names)}")
        return self.names[-1]

    def blocks(self, then: str, depth: int, count: int) -> tuple[str, dict[str, Any]]:
        """Some blocks in a row; the name of the first, and their steps."""
        steps: dict[str, Any] = {}
        for _ in range(count):
            name, block = getattr(self, self.pick(self.kinds(depth)))(then, depth)
            then, steps = name, {name: block, **self.pending, **steps}
            self.pending = {}
        return then, steps

    def kinds(self, depth: int) -> list[str]:
        """What a block may be."""
        kinds = ["task"] * 4 + ["chain", "chain", "wait", "automatic", "panel", "panel"]
        kinds += ["call", "ask"]
        if depth <= 2:
            kinds += ["parallel"] * 3
        if depth == 1:
            kinds += ["meet", "case"]
        return kinds

    def to(self, then: str, depth: int) -> Any:
        """The target, or one that depends."""
        if depth == 1 and self.tasks and self.flip(4):
            later = [one for one in self.tasks if one != then]
            if later:
                return [{"when": "has(data.note)", "then": self.pick(later)}, {"then": then}]
        return then

    def effects(self) -> list[dict[str, Any]]:
        """What comes of an action or of reaching a step, sometimes on a condition."""
        found = [self.effect()]
        if "create" in found[0] and found[0]["create"]["link"] == "made" and self.flip():
            found.append({"send": {"to": "made", "action": "begin"}})
        if self.flip(5):
            found[-1]["when"] = "has(data.note)"
        return found

    def effect(self) -> dict[str, Any]:
        kind = self.pick(["number", "message", "record", "change", "create"])
        effects: dict[str, Any] = {
            "number": {"number": {"pool": "entries", "into": "number"}},
            "message": {"message": "told"},
            "record": {
                "record": {
                    "register": "entries",
                    "set": {"number": "case.number", "unit": "data.unit"},
                }
            },
            "change": {
                "record": {
                    "register": "entries",
                    "where": "it.unit == data.unit",
                    "set": {"number": "case.number"},
                }
            },
            "create": {
                "create": {
                    "process": "demo/part", "link": "made", "with": {"unit": "data.unit"},
                    "once": self.flip(),
                }
            },
        }  # fmt: skip
        return effects[kind]

    def actions(self, then: Any, name: str, depth: int) -> dict[str, Any]:
        forward: dict[str, Any] = {"title": "P", "verb": "pass", "to": then}
        if self.flip(4):
            forward["withdraw"] = self.pick(["until_next_opens", "never"])
        if self.flip(5):
            forward["set"] = {"flags.marked": "true", "data.note": "'passed'"}
        if self.flip(5):
            forward["do"] = self.effects()
        if self.flip(6):
            forward |= {"insert": "input.next", "ask": ["next"]}
        if self.flip(6):
            forward["send_to"] = "data.unit.superior"
        if self.flip(6):
            forward |= {"ask": ["until", "next"][: 1 + ("insert" in forward)], "due": "input.until"}
        found = {"pass": forward}
        for other in self.draw(
            st.lists(st.sampled_from([*OTHERS, "named", "resume"]), unique=True, max_size=4)
        ):
            if other == "named":
                target = self.pick(["fill", *self.tasks[:4]])
                found[other] = {"title": "M", "verb": "return", "to": target}
            elif other == "resume":
                if depth == 1:
                    found[other] = {"title": "G", "verb": "pass", "to": "resume"}
            else:
                found[other] = self.other(other)
        self.tasks.append(name)
        return found

    def other(self, name: str) -> dict[str, Any]:
        """An action beside the one that leads on."""
        found = dict(OTHERS[name])
        if name in CONDITIONAL and self.flip(4):
            found["when"] = self.pick(["!flags.marked", "has(data.note)"])
        if name == "far" and self.flip(3):
            found["resubmit_to"] = "first_level"
        return found

    def holder(self) -> dict[str, Any]:
        """Who deals with a task of an organisation."""
        who: dict[str, Any] = {"permission": "p", "organisation": self.pick(PLACES)}
        if self.flip(6):
            who["except"] = self.pick(EXCEPT)
        if who["organisation"] == "data.unit" and self.flip(5):
            who["person"] = "data.head"
        return who

    def task(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name = self.name()
        step: dict[str, Any] = {"title": name}
        step["who"] = "initiator" if self.flip(6) else self.holder()
        if self.flip(3) and step["who"] != "initiator":
            step["stages"] = {
                "one": {"title": "One", **({"when": "has(data.note)"} if self.flip() else {})},
                "two": {"title": "Two", **({"permission": "q"} if self.flip() else {})},
            }
        if self.flip():
            step["allow"] = list(ALL_ALLOWED)
        if self.flip(4):
            step["edit"] = "all"
        if self.flip(4):
            step["when"] = self.pick(["policy.lax", "has(data.note)", "!flags.marked"])
            step["to"] = then
        if self.flip(5):
            step["do"] = self.effects()
        if self.flip(4):
            step["status"] = "open"
        step["actions"] = self.actions(self.to(then, depth), name, depth)
        if "person" in step["who"]:
            # Other organisations do not have them.
            step["actions"]["pass"].pop("insert", None)
        if self.flip(3):
            step["due"] = self.due(step["actions"])
            if step["who"] == "initiator":
                # Nobody is above a place without an organisation, to put it off.
                step["due"].pop("hard", None)
        return name, step

    def due(self, actions: dict[str, Any]) -> dict[str, Any]:
        by = [{"when": "has(data.note)", "then": "days(today, 2)"}, {"then": "data.until"}]
        due: dict[str, Any] = {"by": self.pick(["data.until", "days(today, 5)", *self.moments, by])}
        if self.flip(3):
            # What nobody may move would stop the case for good.
            due |= {"hard": True, "extend": {"permission": "p"}}
        elif self.flip():
            due["extend"] = {"permission": "p", "when": self.pick(["any_time", "after_expiry"])}
        if self.flip(3):
            due["remind"] = ["days(today, 2)"]
        if self.flip(3):
            automatic = [one for one in actions if one in ("back", "fail", "drop", "pass")]
            due["otherwise"] = self.pick(automatic)
        return due

    def chain(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name = self.name()
        chain: dict[str, Any] = {"route": "superior", "from": "data.unit"}
        if self.flip(3):
            chain["until"] = self.pick(["org.kind == 'top'", "org.kind == 'middle'"])
        if self.flip(3):
            chain["resolve"] = "pinned_at_start"
        step: dict[str, Any] = {"title": name, "who": {"permission": "p"}, "chain": chain}
        if self.flip(3):
            step["stages"] = {"one": {"title": "One"}, "two": {"title": "Two"}}
        if self.flip():
            step["allow"] = list(ALL_ALLOWED)
        step["actions"] = self.actions("next", name, depth)
        if self.flip(4):
            step["due"] = self.due(step["actions"])
        step["to"] = then
        return name, step

    def wait(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name = self.name()
        until = self.pick(["data.until", "days(today, 3)", *self.moments])
        step: dict[str, Any] = {"title": name, "wait": {"until": until}, "to": then}
        if self.flip():
            step["actions"] = self.meanwhile(then)
        return name, step

    def ask(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        """Ask a system outside and wait for what it says."""
        name = self.name()
        into = f"{name}_said"
        question = {"name": "ledger", "with": {"subject": "data.note"}, "into": into}
        step: dict[str, Any] = {
            "title": name, "do": [{"connector": question}], "wait": {"answer": into}, "to": then,
        }  # fmt: skip
        if depth == 1 and self.flip():
            step["to"] = [{"when": f"data.{into}.known", "then": then}, {"then": "failed"}]
        if self.flip():
            step["actions"] = self.meanwhile(then)
        return name, step

    def meanwhile(self, then: str) -> dict[str, Any]:
        """Actions of somebody while the case waits for something else."""
        who = {"permission": "p", "organisation": "data.unit"}
        return {
            "go": {"title": "Go", "verb": "pass", "who": who, "to": then},
            "home": {"title": "Home", "verb": "return", "who": who, "to": "fill"},
        }

    def meet(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        """Wait for a group, which is the same one wherever the case waits."""
        if self.meets is not None:
            return self.wait(then, depth)
        self.meets = name = self.name()
        step: dict[str, Any] = {
            "title": name,
            "wait": {"group": "demo/meeting"},
            "outcomes": {"passed": then, "failed": "failed"},
            "to": then,
        }
        if self.flip():
            step["actions"] = self.meanwhile(then)
        return name, step

    def call(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name = self.name()
        self.calls += 1
        step: dict[str, Any] = {
            "title": name,
            "call": {"process": "demo/part", "with": {"unit": "data.unit"}, "link": name},
            "outcomes": {"granted": then},
            "to": then,
        }
        if self.flip(self.several):
            # Ends of several are no one outcome.
            step["call"] |= {"each": self.pick(EACH), "join": self.pick(["all", "any", 2])}
            step["outcomes"] = {"ended": self.by_ends(name, then, depth)}
        elif depth == 1 and self.flip():
            step["outcomes"]["refused"] = "failed"
        if self.flip():
            step["actions"] = self.meanwhile(then)
        return name, step

    def case(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        """Wait for a case that was created on the way here."""
        name, maker = self.name(), self.name()
        who = {"permission": "p", "organisation": "jurisdiction.bureau"}
        made = {"process": "demo/part", "link": "made", "with": {"unit": "data.unit"}}
        self.pending = {
            name: {
                "title": name,
                "wait": {"case": "made"},
                "outcomes": {"granted": then},
                "to": then,
                "actions": {"away": {"title": "Away", "verb": "pass", "who": who, "to": then}},
            }
        }
        if self.flip(self.several):
            wait = {"case": "made", "join": self.pick(["all", "any", 2])}
            outcomes = {"ended": self.by_ends("made", then, depth)}
            self.pending[name] |= {"wait": wait, "outcomes": outcomes}
            made["each"] = self.pick(EACH)
        elif self.flip(3):
            # With none of them there is none to wait for, which is an incident.
            made["each"] = self.pick(EACH)
        if self.flip(3):
            waiting, self.pending = self.pending[name], {}
            return name, {**waiting, "do": [{"create": made}]}
        return maker, {"title": maker, "do": [{"create": made}], "to": name}

    def by_ends(self, link: str, then: str, depth: int) -> Any:
        """Where several cases lead to that have ended, or enough of them."""
        if depth > 1 or self.flip():
            return then
        granted = "(c, c.outcome == 'granted')"
        said = self.pick([f".all{granted}", f".exists{granted}", ".exists(c, c.open)"])
        return [{"when": f"created.{link}{said}", "then": then}, {"then": "failed"}]

    def panel(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name = self.name()
        panel: dict[str, Any] = {
            "voters": self.pick(["data.voters", "data.voters", {"draw": 2, "from": "people"}]),
            "decide": self.pick(DECIDE),
        }
        for key in ("in_turn", "may_decline", "secret"):
            if self.flip(3):
                panel[key] = True
        outcomes = {"passed": then, "failed": then if depth > 1 and self.flip() else "failed"}
        if self.flip(4):
            panel["quorum"] = self.pick(QUORUM)
            outcomes["no_quorum"] = "fill"
        if self.flip(4):
            panel |= {"ballot": "paper", "invalid": "ballot.score < 5.0"}
        if self.flip(4) and not panel.get("secret"):
            panel["enough"] = "vote.counts.agree >= 2"
        if self.flip(4) and panel["voters"] == "data.voters":
            panel["present"] = PRESENT
        if self.flip(4):
            panel["observers"] = "case.actors('fill')"
        step: dict[str, Any] = {"title": name, "panel": panel, "outcomes": outcomes}
        if self.flip():
            step["due"] = {"by": "data.until"}
            outcomes["short"] = then
        if self.flip(3):
            step["actions"] = self.meanwhile(then)
        return name, step

    def automatic(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name = self.name()
        step: dict[str, Any] = {"title": name, "to": then}
        if self.flip():
            step["when"] = "has(data.note)"
        if self.flip():
            step["do"] = self.effects()
        return name, step

    def parallel(self, then: str, depth: int) -> tuple[str, dict[str, Any]]:
        name = self.name()
        count = self.draw(st.integers(1, 3))
        branches = {}
        for _ in range(count):
            branch = f"b{len(self.names)}"
            _first, branches[branch] = self.blocks("join", depth + 1, self.draw(st.integers(1, 2)))
        join = self.pick(["all", "all", "any", count, next(iter(branches))])
        step: dict[str, Any] = {
            "title": name,
            "to": then,
            "parallel": {"join": join, "branches": branches},
        }
        if self.flip(3):
            step["actions"] = self.meanwhile(then)
        if self.flip(5):
            step["due"] = {"by": "data.until"}
        return name, step


def content(author: Author, process: dict[str, Any]) -> dict[str, str]:
    """The files: the process, and the meeting where its cases wait for one."""
    # What nothing leads to is refused, and so are words that nothing uses.
    if "failed" not in _targets(process):
        del process["steps"]["failed"]
    files = {**FILES, WALK: document(process)}
    if author.meets is not None:
        keys = author.pick(
            [
                "decide: all",
                "decide: {pass: {option: agree, more_than: 1/2, of: voters}}",
                "secret: true, quorum: {at_least: 1/2, of: voters}, decide: any",
                "decide: {pass: {option: agree, at_least: 1/2, of: voters}, places: 1, "
                "run_off: [tie, unfilled], rounds: 2}",
            ]
        )
        meeting = MEETING % (author.meets, keys)
        if "quorum" not in keys:
            meeting = meeting.replace(", no_quorum: agenda", "")
        files["definitions/processes/demo/meeting.yaml"] = meeting
    return files


def _targets(value: Any) -> set[str]:
    """The steps that something leads to."""
    found: set[str] = set()
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("to", "outcomes", "then"):
                found |= {one} if isinstance(one, str) else set()
                found |= set(map(str, one.values())) if isinstance(one, dict) else set()
            found |= _targets(one)
    elif isinstance(value, list):
        for one in value:
            found |= _targets(one)
    return found


def waiting(actions: dict[str, Any]) -> str:
    """A process whose cases wait for the meeting, where these actions may be taken meanwhile."""
    steps: dict[str, Any] = {
        "fill": {
            "title": "Fill",
            "who": "initiator",
            "edit": "all",
            "actions": {"submit": {"title": "Submit", "to": "waiting"}},
        },
        "waiting": {
            "title": "Waiting",
            "wait": {"group": "demo/meeting"},
            "outcomes": {"passed": "done", "failed": "failed"},
            **({"actions": actions} if actions else {}),
        },
        "done": {"title": "Done", "end": "success"},
        "failed": {"title": "Failed", "end": "failure"},
    }
    head = {"process": "demo/walk", "title": "Walk", "form": "request"}
    return document({**head, "start": {"who": "person"}, "steps": steps})


def loaded(files: dict[str, str]) -> Release | None:
    """The content; None where an author would have to mend it first."""
    return releases.load(files).release
