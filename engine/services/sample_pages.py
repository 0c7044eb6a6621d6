"""What a sample case does beside cases: records of registers, messages, common opinions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.domain.actor import Actor
from engine.services.messages import SEND
from engine.services.sample_scene import Scene
from engine.services.world import with_files


def carry_out(scene: Scene, by: str, does: str, entered: Mapping[str, Any]) -> None:
    """Add or change a record, take one of its actions, write to people, keep opinions.

    Raises:
        Refused: as the services.
    """
    match does:
        case "write":
            _write(scene, by, entered)
        case "keep_opinions":
            scene.platform.opinions.save(scene.holder(by, None), _texts(entered, "opinions"))
        case _:
            _record(scene, by, does, entered)


def _write(scene: Scene, by: str, entered: Mapping[str, Any]) -> None:
    """Write to those whom rows of a list stand for; a case is told by its name."""
    rows = [scene.uids.get(row, row) for row in _texts(entered, "to")]
    scene.platform.messages.write(
        scene.holder(by, SEND),
        scene.listing(str(entered.get("list"))).id,
        rows,
        str(entered.get("title") or ""),
        str(entered.get("body") or ""),
    )


def _record(scene: Scene, by: str, does: str, entered: Mapping[str, Any]) -> None:
    registers = scene.platform.registers
    register, key = str(entered.get("register")), str(entered.get("record"))
    data = with_files(entered.get("data") or {})

    action = str(entered.get("action"))

    def may(actor: Actor) -> bool:
        if does == "create_record":
            return registers.why_not(actor, register, "create") is None
        if does == "delete_record":
            return registers.why_not(actor, register, "delete") is None
        changes, actions = registers.offers(actor, register, [key])[key]
        return changes if does == "change_record" else action in [one.name for one in actions]

    actor = _where(scene, by, may)
    match does:
        case "create_record":
            registers.create(actor, register, data)
        case "change_record":
            registers.change(actor, register, key, data)
        case "delete_record":
            registers.delete(actor, register, key)
        case _:
            registers.act(actor, register, key, action, data)


def _where(scene: Scene, by: str, may: Callable[[Actor], bool]) -> Actor:
    """The person where they may do it; anywhere if they may nowhere."""
    directory = scene.platform.directory
    actors = [directory.actor_for(by, post.organisation) for post in directory.posts(by)]
    return next(filter(may, actors), actors[0] if actors else directory.actor_for(by))


def _texts(entered: Mapping[str, Any], name: str) -> list[str]:
    return [str(one) for one in entered.get(name) or ()]
