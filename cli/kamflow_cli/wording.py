"""Parts of lines that people read: instants, reasons, what was shown."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kamflow import Evidence


def minute(at: datetime) -> str:
    """Return an instant to the minute, as tables show it; midnight as the day."""
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute) == (0, 0) else f"{at:%Y-%m-%d %H:%M}"


def last_moment(at: datetime) -> str:
    """Return the end of a period: the last day where it ends at midnight, else the instant."""
    return minute(at - timedelta(days=1)) if (at.hour, at.minute) == (0, 0) else minute(at)


def brief(text: str, most: int = 60) -> str:
    """Return a text that was told by somebody on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def about(key: str) -> str:
    """Return in brackets what the events of a rule have in common; nothing for nothing."""
    return f" ({brief(key)})" if key else ""


def because(remark: str) -> str:
    """Return a remark behind a colon; nothing for none."""
    return f": {remark}" if remark else ""


def evidence_text(evidence: Iterable[Evidence]) -> str:
    """Return what was shown: links, and files with the beginning of their digest."""
    return ", ".join(
        item.link or f"{item.title} ({item.size} bytes, {item.digest[:12]})" for item in evidence
    )


def shown(evidence: tuple[Evidence, ...]) -> str:
    """Return what was shown in brackets; nothing for none."""
    return f" [{evidence_text(evidence)}]" if evidence else ""
