"""Whether durable-rules is there, and folders that look as if another one were."""

from pathlib import Path

from kamflow.runtime.matching.worker import KNOWN_VERSION, installed_version

INSTALLED = installed_version() == KNOWN_VERSION


def a_distribution(folder: Path, version: str) -> str:
    """Make a folder look as if durable-rules were installed there; return it for a search path."""
    metadata = folder / f"durable_rules-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: durable-rules\nVersion: {version}\n")
    return str(folder)
