"""Sections borrowed from other forms (``use``, ``snapshot_of``), written out in each form."""

from __future__ import annotations

from collections.abc import Mapping

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.forms.build import Spec, mapping, names, text
from engine.forms.model import Place
from engine.forms.reading import FIELD, Draft

SHARED = ("snapshot_of", "use")


def complete(drafts: Mapping[str, Draft], problems: Problems) -> dict[str, Spec]:
    """Return the source of every form with its borrowed sections written out.

    A section that borrows from nowhere, or in a circle, is reported and left as it is.
    """
    specs = {name: mapping(draft.node.value) for name, draft in drafts.items()}
    borrower = _Borrower(specs, drafts, problems)
    return {name: borrower.form(name) for name in specs}


class _Borrower:
    def __init__(
        self, specs: Mapping[str, Spec], drafts: Mapping[str, Draft], problems: Problems
    ) -> None:
        self.specs, self.drafts, self.problems = specs, drafts, problems

    def form(self, name: str) -> Spec:
        spec = self.specs[name]
        properties = {
            section: self.section(name, section, ()) for section in mapping(spec.get("properties"))
        }
        return {**spec, "properties": properties}

    def section(self, form: str, name: str, trail: tuple[str, ...]) -> Spec:
        """Return a section with what it borrows written out."""
        spec = mapping(mapping(self.specs[form].get("properties")).get(name))
        word = next((word for word in SHARED if word in spec), None)
        if word is None:
            return spec
        here = f"{form}.{name}"
        origin, _, other = text(spec[word]).partition(".")
        target = other or name
        node = self.drafts[form].node.at_path(["properties", name, word])
        where = Phrase(f'字段 "{name}"', f'field "{name}"')
        if here in trail:
            self.problems.add("FRM108", node, where=where, path=" → ".join((*trail, here)))
            return {}
        if target not in mapping(mapping(self.specs.get(origin)).get("properties")):
            self.problems.add(
                "FRM107", node, where=where, name=text(spec[word]), given=text(spec[word]),
                choices=self.sections(name),
            )  # fmt: skip
            return {}
        borrowed = self.section(origin, target, (*trail, here))
        own = {key: value for key, value in spec.items() if key != "use"}
        borrowed = {key: value for key, value in borrowed.items() if key not in SHARED}
        return self.over(borrowed, own, where, self.drafts[form].node, ("properties", name))

    def over(
        self, borrowed: Spec, own: Spec, where: Phrase, node: Node, at: Place
    ) -> dict[str, object]:
        """Return a field that is borrowed with the keys written beside it.

        A key replaces the borrowed one. Below ``items`` and ``properties`` each field named there
        is changed in the same way, or removed by ``null``; one that is not borrowed is reported.
        """
        merged = {**borrowed, **own}
        if "items" in borrowed and "items" in own:
            inner = (*at, "items")
            merged["items"] = self.over(
                mapping(borrowed["items"]), mapping(own["items"]), where, node, inner
            )
        if "properties" in borrowed and "properties" in own:
            theirs, changed = dict(mapping(borrowed["properties"])), {}
            for name, field in mapping(own["properties"]).items():
                inner = (*at, "properties", name)
                if name not in theirs:
                    self.problems.add(
                        "FRM205", node.at_path(inner[:-1]).key(name), where=where,
                        key="properties", kind=FIELD, name=name, given=name, choices=tuple(theirs),
                    )  # fmt: skip
                    continue
                if field is None:
                    del theirs[name]
                    continue
                changed[name] = self.over(mapping(theirs[name]), mapping(field), where, node, inner)
            merged["properties"] = {**theirs, **changed}
            if "required" in borrowed and "required" not in own:
                merged["required"] = [one for one in names(borrowed["required"]) if one in theirs]
        return merged

    def sections(self, name: str) -> list[str]:
        """Return what could be borrowed under this name."""
        return [
            form for form, spec in self.specs.items() if name in mapping(spec.get("properties"))
        ]
