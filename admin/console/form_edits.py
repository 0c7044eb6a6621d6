"""What was posted by the forms beside the text of a form or a code list, as edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.definitions.codes import CodeList
from engine.definitions.editing import (
    AddCode,
    AddField,
    FieldOutline,
    FormOutline,
    MoveCode,
    MoveField,
    RemoveField,
    RenameField,
    RequireField,
    RetireCode,
    SetCode,
    SetField,
)
from engine.domain.errors import NotFound

Posted = Mapping[str, str]
#: keys of a field that are one line of text each, as the forms offer them
TEXTS = ("title", "help", "visible_when", "required_when")
#: kinds of new fields → what is written for them; the others are written in the text
KINDS: Mapping[str, Mapping[str, object]] = {
    "text": {"type": "string"},
    "long_text": {"type": "string", "widget": "textarea", "maxLength": 500},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "period": {"widget": "period"},
    "files": {"files": {"max": 5, "types": ["pdf", "jpg", "png"], "size": "10MB"}},
    "section": {"type": "object", "properties": {}},
}


def form_edits(outline: FormOutline, name: str, posted: Posted) -> list[Any]:
    """The edits of a form a press of the button ``name`` asks for; none if nothing differs.

    Raises:
        NotFound: there is no such button, or no such field to be edited.
    """
    known = {
        "form": _form,
        "field": _field,
        "add_field": _add,
        "move_up": _up,
        "move_down": _down,
        "rename_field": _rename,
        "remove_field": _remove,
    }.get(name)
    if known is None:
        raise NotFound("edit_nothing_there", place=name)
    return list(known(outline, posted))


def _form(outline: FormOutline, posted: Posted) -> Iterator[Any]:
    for key, written in (("title", outline.title), ("help", outline.help)):
        given = posted.get(key, written).strip()
        if given != written and (given or key != "title"):
            yield SetField("", key, given or None)


def _field(outline: FormOutline, posted: Posted) -> Iterator[Any]:
    found = _found(outline.fields, posted.get("field", ""))
    if found is None:
        raise NotFound("edit_nothing_there", place=posted.get("field", ""))
    for key in TEXTS:
        written = str(found.keys.get(key, ""))
        given = posted.get(key, written).strip()
        if given != written:
            yield SetField(found.path, key, given or None)
    codes = posted.get("codes", "").strip()
    if codes and codes != found.keys.get("codes"):
        yield SetField(found.path, "codes", codes)
    required = "required" in posted
    if required != found.required:
        yield RequireField(found.path, required)


def _add(outline: FormOutline, posted: Posted) -> Iterator[Any]:
    inside, _, after = posted.get("field", "").rpartition(".")
    kind, title = posted.get("kind", ""), posted.get("title", "").strip()
    values = {"title": title, **KINDS.get(kind, {})}
    if kind == "choice":
        values["codes"] = posted.get("codes", "").strip()
    if posted.get("into"):
        inside, after = posted["field"], ""
    yield AddField(
        inside,
        posted.get("name", "").strip(),
        values,
        required="required" in posted,
        after=after,
    )


def _move(outline: FormOutline, posted: Posted, by: int) -> Iterator[Any]:
    path = posted.get("field", "")
    inside, _, name = path.rpartition(".")
    owner = _found(outline.fields, inside) if inside else None
    beside = owner.fields if owner is not None else outline.fields
    names = [one.path.rpartition(".")[2] for one in beside]
    place = names.index(name) + by if name in names else -1
    if 0 <= place < len(names):
        if by < 0:
            yield MoveField(path, before=names[place])
        else:
            yield MoveField(path, after=names[place])


def _up(outline: FormOutline, posted: Posted) -> Iterator[Any]:
    return _move(outline, posted, -1)


def _down(outline: FormOutline, posted: Posted) -> Iterator[Any]:
    return _move(outline, posted, 1)


def _rename(outline: FormOutline, posted: Posted) -> Iterator[Any]:
    yield RenameField(posted.get("field", ""), posted.get("name", "").strip())


def _remove(outline: FormOutline, posted: Posted) -> Iterator[Any]:
    yield RemoveField(posted.get("field", ""))


def _found(fields: Sequence[FieldOutline], path: str) -> FieldOutline | None:
    for one in fields:
        if one.path == path:
            return one
        if path.startswith(f"{one.path}."):
            return _found(one.fields, path)
    return None


def code_edits(codes: CodeList, name: str, posted: Posted) -> list[Any]:
    """The edits of a code list a press of the button ``name`` asks for; none if nothing differs.

    Raises:
        NotFound: there is no such button, or no such value to be edited.
    """
    code = posted.get("code", "").strip()
    names = list(codes.values)
    place = names.index(code) if code in names else -1
    if name == "add_code":
        return [AddCode(code, posted.get("title", "").strip(), after=posted.get("after", ""))]
    if place < 0:
        raise NotFound("edit_nothing_there", place=code)
    match name:
        case "code":
            title = posted.get("title", "").strip()
            return [SetCode(code, "title", title)] if title != codes.values[code].title else []
        case "retire" | "revive":
            return [RetireCode(code, name == "retire")]
        case "move_up":
            return [MoveCode(code, before=names[place - 1])] if place else []
        case "move_down":
            return [MoveCode(code, after=names[place + 1])] if place < len(names) - 1 else []
    raise NotFound("edit_nothing_there", place=name)
