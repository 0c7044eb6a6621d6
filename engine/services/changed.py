"""The fields that differ between two states of a form, in words, with private values masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.forms.effective import EffectiveField, EffectiveForm
from engine.services.courses import text_of


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after, private values masked; empty where there was or is nothing."""

    title: str
    before: str
    after: str


def changes_of(before: EffectiveForm | None, after: EffectiveForm) -> Iterator[Change]:
    """The fields that differ, in the order of the form."""
    old = dict(_leaves(before.fields)) if before is not None else {}
    for name, field in _leaves(after.fields):
        was = old.pop(name, None)
        earlier, later = _said(was), _said(field)
        if earlier != later:
            yield Change(field.title, earlier, later)
        elif was is not None and was.value != field.value:
            # Masked alike, or rows of the same names: it has changed all the same.
            yield Change(field.title, earlier, later)
    for field in old.values():
        if not field.empty:
            yield Change(field.title, _said(field), "")


def _leaves(fields: Sequence[EffectiveField]) -> Iterator[tuple[str, EffectiveField]]:
    """The fields that hold values; repeated rows count as one."""
    for field in fields:
        if field.children:
            yield from _leaves(field.children)
        else:
            yield field.name, field


def _said(field: EffectiveField | None) -> str:
    return text_of(field, mask=True) if field is not None and not field.empty else ""
