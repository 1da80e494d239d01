"""A SARIF report keeps the rules of SARIF 2.1.0, whatever the problems and the names of files are.

Source: OASIS, SARIF Version 2.1.0; the sections are named where a rule is held.
"""

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamflow import Diagnostic, sarif_report
from kamflow.language.diagnostics import CODES, SEVERITIES, Place

# The keys that an object may have; the schema allows no others.
KEYS = {
    "": {"$schema", "version", "runs"},
    "runs": {"tool", "columnKind", "results"},
    "tool": {"driver"},
    "driver": {"name", "semanticVersion", "rules"},
    "rules": {"id", "shortDescription", "defaultConfiguration"},
    "shortDescription": {"text"},
    "defaultConfiguration": {"level"},
    "results": {"ruleId", "ruleIndex", "level", "message", "locations"},
    "message": {"text"},
    "locations": {"physicalLocation"},
    "physicalLocation": {"artifactLocation", "region"},
    "artifactLocation": {"uri"},
    "region": {"startLine", "startColumn"},
}
URI = re.compile(r"(?:[A-Za-z0-9._~/!$&'()*+,;=:@?#-]|%[0-9A-F]{2})+")  # RFC 3986

files = st.one_of(
    st.sampled_from(
        ["rules/a.yaml", "/srv/my policies/ä.yaml", "C:/policies/50%.yaml", "a:b.yaml"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
)
places = st.builds(Place, files, st.integers(1, 10**6), st.integers(1, 10**6))


@st.composite
def diagnostics(draw: st.DrawFn) -> Diagnostic:
    code = draw(st.sampled_from(sorted(CODES)))
    message = draw(st.text(min_size=1, max_size=30))
    return Diagnostic(draw(places), code, message, SEVERITIES.get(code, "error"))


def assert_keys(value: Any, name: str = "") -> None:  # noqa: ANN401 - any part of a document
    """Every object has the keys that its place allows, and no others."""
    if isinstance(value, list):
        for item in value:
            assert_keys(item, name)
    elif isinstance(value, dict):
        assert set(value) == KEYS[name]
        for key, item in value.items():
            assert_keys(item, key)


@given(st.lists(diagnostics(), max_size=6))
def test_a_report_keeps_the_rules(found: list[Diagnostic]) -> None:
    report = json.loads(json.dumps(sarif_report(found, "0.1.0")))

    assert_keys(report)
    assert report["version"] == "2.1.0"  # 3.13.2
    (run,) = report["runs"]
    assert run["columnKind"] in ("unicodeCodePoints", "utf16CodeUnits")  # 3.14.17
    driver = run["tool"]["driver"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])  # 3.19.12
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)  # 3.19.23
    assert len(run["results"]) == len(found)
    for item, result in zip(found, run["results"], strict=True):
        rule = driver["rules"][result["ruleIndex"]]  # 3.27.6
        assert rule["id"] == result["ruleId"] == item.code  # 3.27.5
        assert result["level"] in ("none", "note", "warning", "error")  # 3.27.10
        assert result["level"] == rule["defaultConfiguration"]["level"]
        assert result["message"]["text"] == item.message  # 3.11.8
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["region"]["startLine"] == item.place.line >= 1  # 3.30.5
        assert place["region"]["startColumn"] == item.place.column >= 1  # 3.30.6
        assert URI.fullmatch(place["artifactLocation"]["uri"])  # 3.4.3


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("rules/all.yaml", "rules/all.yaml"),
        ("my rules/ä#1.yaml", "my%20rules/%C3%A4%231.yaml"),
        ("/srv/my rules/a.yaml", "file:///srv/my%20rules/a.yaml"),
        ("C:/rules/a.yaml", "file:///C:/rules/a.yaml"),
        ("a:b/c.yaml", "a%3Ab/c.yaml"),
    ],
)
def test_a_file_is_named_by_a_uri_that_leads_back_to_it(file: str, uri: str) -> None:
    report = sarif_report([Diagnostic(Place(file, 1, 1), "K201", "x")], "0.1.0")

    (result,) = report["runs"][0]["results"]
    found = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert found == uri
    assert unquote(urlsplit(found).path).removeprefix("/").endswith(file.removeprefix("/"))


def test_nothing_found_is_a_report_too() -> None:
    (run,) = sarif_report([], "0.1.0")["runs"]

    assert run["results"] == run["tool"]["driver"]["rules"] == []
