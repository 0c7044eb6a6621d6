"""Identity platforms: who signs in elsewhere and comes back with claims about themselves.

Part of a connector. The protocol is OpenID Connect; what the claims of a platform are called and
mean is said here, since every platform calls them otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import Known, expect_field
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.definitions.shapes import (
    Key,
    MapOf,
    Name,
    Names,
    One,
    Path,
    Text,
    Values,
    Vocabulary,
)

SETTING = Name(Phrase("设置名", "setting"))
#: names of claims and of parameters of a request
ANY_CLAIM = r"[^\s.]+(\.[^\s.]+)*"
_CLAIM = Phrase("平台给出的字段", "claim")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a platform says about a person or an organisation.

    Attributes:
        by: the field of its register whose value nobody else has: it finds the record.
        fields: path in the form of the register → the claim that is kept there.
    """

    by: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """How one signs in with a platform.

    ``client`` and ``secret`` are names of settings of the installation, as the address is.

    Attributes:
        scopes: what is asked for.
        subject: the claim that tells who signed in, for good.
        parameters: what the request for signing in says beside what the protocol asks for.
        verified: claim → the values that say that who signed in has been verified; all must.
        person, organisation: what the claims tell; with an organisation one signs in for it.
    """

    client: str
    secret: str | None
    verified: Mapping[str, tuple[str, ...]]
    scopes: tuple[str, ...] = ("openid",)
    subject: str = "sub"
    parameters: Mapping[str, str] = field(default_factory=dict)
    person: Claims | None = None
    organisation: Claims | None = None

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings without which nobody can sign in."""
        return (self.client,) if self.secret is None else (self.client, self.secret)

    @property
    def claims(self) -> tuple[str, ...]:
        """Every claim that is read."""
        known = [self.subject, *self.verified]
        for told in (self.person, self.organisation):
            known += told.fields.values() if told is not None else ()
        return tuple(dict.fromkeys(known))


def _claims(values: Values) -> Claims:
    return Claims(values.get("by", ""), values.get("fields", {}))


def identity_of(values: Values) -> Identity:
    """Read the part ``identity`` of a connector."""
    return Identity(
        client=values.get("client", ""),
        secret=values.get("secret"),
        verified=values.get("verified", {}),
        scopes=values.get("scopes", ("openid",)),
        subject=values.get("subject", "sub"),
        parameters=values.get("parameters", {}),
        person=values.get("person"),
        organisation=values.get("organisation"),
    )


CLAIMS = Vocabulary(
    "identity-claims",
    Phrase("认证平台给出的信息", "what an identity platform tells"),
    (
        Key(
            "by",
            Path(),
            "按哪个字段找到本系统中的记录；须是登记表中单独不能重复的字段",
            "the field that finds the record here; unique by itself in its register",
            required=True,
        ),
        Key(
            "fields",
            MapOf(Text(), Phrase("字段路径", "path of a field"), pattern=ANY_CLAIM),
            "登记表的字段 → 平台给出的字段（claim），嵌套的用点写路径",
            "field of the register → the claim that is kept there, with dots into nested ones",
            required=True,
        ),
    ),
    called=Phrase("person、organisation", "person and organisation"),
)
IDENTITY = Vocabulary(
    "identity",
    Phrase("统一身份认证", "identity platform"),
    (
        Key(
            "client",
            SETTING,
            "哪个设置是在平台登记的应用标识（client id）",
            "the setting that is the client id",
            required=True,
        ),
        Key(
            "secret",
            SETTING,
            "哪个设置是应用密钥；不写时只用 PKCE",
            "the setting that is the client secret; without it only PKCE is used",
        ),
        Key("scopes", Names(Text()), "请求的范围", "scopes asked for", "[openid]"),
        Key(
            "subject",
            Text(),
            "平台用哪个字段标识登录人，一直不变",
            "the claim that tells who signed in, for good",
            "sub",
        ),
        Key(
            "parameters",
            MapOf(Text(), Phrase("参数名", "name"), pattern=r"[A-Za-z][A-Za-z0-9_-]*"),
            "登录请求另带的参数，如让平台打开法人登录",
            "what the request says besides, such as which sign-in the platform shows",
        ),
        Key(
            "verified",
            MapOf(Names(Text()), _CLAIM, pattern=ANY_CLAIM),
            "已完成实名认证的标志：平台给出的字段 → 算已认证的值；写了几个都要符合",
            "what says that somebody has been verified: claim → its values; all must hold",
            required=True,
        ),
        Key(
            "person",
            One(CLAIMS, _claims),
            "平台给出的个人信息；没有时按单位找到为其准备的账户",
            "what is told about the person; without it the account prepared for the organisation",
        ),
        Key(
            "organisation",
            One(CLAIMS, _claims),
            "平台给出的单位信息；写了就是单位（法人）登录",
            "what is told about the organisation; with it one signs in for an organisation",
        ),
    ),
    called=Phrase("identity", "identity"),
)


def check_identity(identity: Identity, node: Node, known: Known, problems: Problems) -> None:
    """Report fields that do not exist, and those that find no record."""
    where = Phrase("identity", "identity")
    if not identity.verified:
        problems.add("REG128", node, where=where)
    if identity.person is None and identity.organisation is None:
        problems.add("REG129", node)
    told = (("person", PEOPLE, identity.person),
            ("organisation", ORGANISATIONS, identity.organisation))  # fmt: skip
    for key, name, claims in told:
        register = known.registers.get(name)
        record = known.forms.get(register.form) if register is not None else None
        if claims is None or register is None or record is None:
            continue
        at = node.at_path([key])
        for path in claims.fields:
            expect_field(problems, at.at_path(["fields"]).key(path), known, record, path, where)
        if (claims.by,) not in register.unique or claims.by not in claims.fields:
            problems.add("REG130", at.at_path(["by"]), path=claims.by, register=name)
