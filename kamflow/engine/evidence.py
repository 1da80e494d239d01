"""Whether what people show with a vote, a comment or an answer can be kept for good."""

import re
from collections.abc import Iterable

from kamflow.language.letters import shown
from kamflow.model.remark import Evidence

_LINK = re.compile(r"(https?://[^\s/]\S*|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE)
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_SHOWN = 60  # characters of a link in a reason


def fault_in(evidence: Iterable[Evidence]) -> str:
    """Return what is wrong with the first thing that cannot be kept, and the way out."""
    return next(filter(None, map(_fault, evidence)), "")


def _fault(item: Evidence) -> str:
    if not item.title.strip() and not item.link.strip():
        return "evidence needs a title or a link, or nobody knows what it is"
    name = _quoted(item.title.strip() or item.link)
    if item.link and not (item.link.isprintable() and _LINK.fullmatch(item.link)):
        return (
            f"the link {_quoted(item.link)} of evidence is not taken; write one that begins with "
            "https://, http:// or mailto:, or keep a file by its digest"
        )
    if item.digest and not _DIGEST.fullmatch(item.digest):
        return (
            f"the digest of evidence {name} is no SHA-256; it is 64 hexadecimal digits, as "
            "`sha256sum` prints them"
        )
    if item.size < 0:
        return f"the size of evidence {name} is {item.size}; it is the bytes of the file, 0 or more"
    return ""


def _quoted(text: str) -> str:
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return f"`{shown(cut)}`"
