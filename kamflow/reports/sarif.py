"""Problems of a policy in the format that code hosts and editors show: SARIF 2.1.0.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, 27 March 2020.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from kamflow.language.diagnostics import CODES, SEVERITIES, Diagnostic

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}


def sarif_report(diagnostics: Iterable[Diagnostic], version: str) -> dict[str, Any]:
    """Return one run of kamflow `version` with a result for each problem."""
    results = list(diagnostics)
    codes = sorted({item.code for item in results})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kamflow",
                        "semanticVersion": version,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(item, codes.index(item.code)) for item in results],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    level = _LEVELS[SEVERITIES.get(code, "error")]
    return {
        "id": code,
        "shortDescription": {"text": CODES[code]},
        "defaultConfiguration": {"level": level},
    }


def _result(item: Diagnostic, rule: int) -> dict[str, Any]:
    region = {"startLine": item.place.line, "startColumn": item.place.column}
    return {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": _LEVELS[item.severity],
        "message": {"text": item.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(item.place.file)},
                    "region": region,
                }
            }
        ],
    }


def _uri(file: str) -> str:
    """Return the name of a file as a URI: relative, or absolute for an absolute path."""
    for path in (PurePosixPath(file), PureWindowsPath(file)):
        if path.is_absolute():
            return path.as_uri()
    return quote(file)
