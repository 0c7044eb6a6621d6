"""What an expression can read: the typed context table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.domain.types import TEXT, Field, Record, Reference, Type

Path = tuple[str, ...]

# An alias may name an alias; more steps than this are a circle.
_LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Scope:
    """The names an expression can use at one place of a definition.

    Attributes:
        names: every name with its type, caption and origin.
        registers: the record of each register that references lead to.
        aliases: names that stand for a path: reading ``employer.state`` with the alias
            ``employer: data.settings.employer`` reads ``data.settings.employer.state``.
    """

    names: Mapping[str, Field]
    registers: Mapping[str, Record] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def child(self, /, **names: Field) -> Scope:
        """Return this scope with more names, which hide equal names and aliases."""
        return replace(
            self,
            names={**self.names, **names},
            aliases={name: path for name, path in self.aliases.items() if name not in names},
        )

    def expanded(self, path: Path) -> Path:
        """Replace a leading alias by the path it stands for."""
        for _ in range(_LONGEST_CHAIN):
            alias = self.aliases.get(path[0])
            if alias is None:
                break
            path = (*alias.split("."), *path[1:])
        return path

    def fields_of(self, type_: Type) -> Mapping[str, Field] | None:
        """Return the fields a value of a type has, or None when it has none."""
        if isinstance(type_, Record):
            return type_.fields
        if isinstance(type_, Reference):
            record = self.registers.get(type_.register)
            fields = record.fields if record else {}
            return fields if "id" in fields else {"id": Field(TEXT), **fields}
        return None

    def comparable(self, one: Reference, other: Reference) -> bool:
        """Tell whether two references can mean the same row.

        They can when they lead to one register, or when the rows of one register are rows of the
        other: such a register declares its ``id`` as a reference to the other. The register ""
        stands for any.
        """
        return self.root_register(one.register) == self.root_register(other.register) or (
            "" in (one.register, other.register)
        )

    def root_register(self, name: str) -> str:
        """Return the register whose rows the rows of a register really are."""
        for _ in range(_LONGEST_CHAIN):
            record = self.registers.get(name)
            id_field = record.fields.get("id") if record else None
            if id_field is None or not isinstance(id_field.type, Reference):
                break
            if id_field.type.register == name:
                break
            name = id_field.type.register
        return name
