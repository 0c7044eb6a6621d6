"""What becomes of a foreign file, in the groups in which an author looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.authoring.problem import Phrase

#: the groups of what was rewritten, what wants most attention first, with their codes
GROUPS: Mapping[str, tuple[Phrase, frozenset[str]]] = {
    "who": (
        Phrase("由谁办", "who does it"),
        frozenset({"BPM156", "BPM157", "BPM164", "BPM172"}),
    ),
    "outside": (
        Phrase("外部系统、消息和其他流程", "systems outside, messages and other processes"),
        frozenset(
            {"BPM167", "BPM174", "BPM175", "BPM176", "BPM177", "BPM178", "BPM179", "BPM180",
             "BPM181", "BPM183", "BPM186", "BPM192", "BPM195"}
        ),
    ),
    "ways": (
        Phrase("走向", "ways"),
        frozenset(
            {"BPM152", "BPM153", "BPM154", "BPM155", "BPM159", "BPM163", "BPM166", "BPM168",
             "BPM170", "BPM171", "BPM173", "BPM182", "BPM187", "BPM188", "BPM189", "BPM190",
             "BPM194"}
        ),
    ),
    "conditions": (Phrase("条件", "conditions"), frozenset({"BPM158"})),
    "drafts": (Phrase("另写的草稿", "drafts"), frozenset({"BPM184", "BPM185"})),
    "left_out": (
        Phrase("略去的", "left out"),
        frozenset({"BPM151", "BPM162", "BPM165", "BPM191", "BPM193"}),
    ),
    "names": (Phrase("改名", "names"), frozenset({"BPM161"})),
}  # fmt: skip


def group_of(code: str) -> str:
    """Return the group of what was rewritten; nothing for what is refused."""
    return next((name for name, (_, codes) in GROUPS.items() if code in codes), "")


def grouped(codes: Iterable[str]) -> list[str]:
    """Return the groups that codes fall into, in their order."""
    found = set(map(group_of, codes))
    return [name for name in ("", *GROUPS) if name in found]
