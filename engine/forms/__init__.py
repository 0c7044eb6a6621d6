"""The form language: files read and checked, the form for the data at hand, validation, merging.

The only door to jsonschema. It knows nothing of pages, cases or storage: codes, records and
attachments are asked through `Lookup`; time and people come in as names.
"""

from engine.forms.binding import bind, scope_at
from engine.forms.effective import EffectiveField, EffectiveForm, EffectiveRow, Option
from engine.forms.form import Form, loaded
from engine.forms.library import bind_forms, read_forms
from engine.forms.merging import merged
from engine.forms.model import Element, Files, Place
from engine.forms.names import CONTEXT, Names
from engine.forms.surroundings import (
    Attachment,
    Found,
    Lookup,
    Nothing,
    Query,
    Rights,
    Surroundings,
)
from engine.forms.validation import FieldError, check, warnings

__all__ = [
    "CONTEXT",
    "Attachment",
    "EffectiveField",
    "EffectiveForm",
    "EffectiveRow",
    "Element",
    "FieldError",
    "Files",
    "Form",
    "Found",
    "Lookup",
    "Names",
    "Nothing",
    "Option",
    "Place",
    "Query",
    "Rights",
    "Surroundings",
    "bind",
    "bind_forms",
    "check",
    "loaded",
    "merged",
    "read_forms",
    "scope_at",
    "warnings",
]
