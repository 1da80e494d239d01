"""`kamflow policy check`: what it prints for people, programs and code hosts."""

from pathlib import Path

import pytest

from kamflow import PolicyError, read_policy
from kamflow.language.diagnostics import CODES
from tests.command_line import Run

PACK = """
pack: {id: small, version: 1.0.0, currency: EUR}
subjects: {account: {title: Account, workflow: lifecycle}}
facts:
  account:
    account.size: {type: integer, range: 0 to 100, writers: [kam]}
roles: {kam: {who: key account manager}}
tables:
  route:
    subject: account
    rows:
%s
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: end}}
  transitions: [{id: T-1, trigger: plan, from: candidate, to: planning}]
"""
FIRST = "      - {id: R1, when: account.size > 9, then: {to: large}}"
IDLE = "      - {id: R2, when: account.size > 50, then: {to: huge}}"
REST = "      - {id: R3, otherwise: true, then: {to: small}}"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return the folder of a pack in which a row is never reached."""
    return written(tmp_path, FIRST, IDLE, REST)


def written(folder: Path, *rows: str) -> Path:
    (folder / "small" / "rules").mkdir(parents=True, exist_ok=True)
    text = PACK % "\n".join(rows)
    (folder / "small" / "rules" / "all.yaml").write_text(text, "utf-8")
    return folder / "small"


def test_warnings_and_hints_are_listed_and_let_the_policy_pass(run: Run, pack: Path) -> None:
    result = run("policy", "check", str(pack))

    assert result.code == 0
    assert "has no errors, 1 warning, 1 hint" in result.out
    assert "K512 warning: row `R2` is never reached" in result.err
    assert "K553 hint: table `route` is used nowhere" in result.err


def test_a_hint_that_lists_many_names_is_folded(run: Run, pack: Path) -> None:
    names = [f"threshold_{number}" for number in range(40)]
    unused = "".join(f"  {name}: {{type: number, value: 1}}\n" for name in names)
    (pack / "rules" / "more.yaml").write_text(f"parameters:\n{unused}", "utf-8")

    lines = run("policy", "check", str(pack)).err.splitlines()

    start = next(n for n, line in enumerate(lines) if "40 parameters" in line)
    assert all(line.startswith("    ") for line in lines[start + 1 :])
    assert max(len(line) for line in lines[start + 1 :]) <= 100
    assert all(name in " ".join(lines).replace(",", " ").split() for name in names)


def test_strict_takes_a_warning_for_an_error(run: Run, pack: Path) -> None:
    assert run("policy", "check", str(pack), "--strict").code == 2
    assert run("policy", "check", "kam-core", "--strict").code == 0


def test_an_error_ends_with_exit_code_2(run: Run, tmp_path: Path) -> None:
    folder = written(tmp_path, FIRST)

    result = run("policy", "check", str(folder))

    assert result.code == 2
    assert "K511 table `route` has a gap" in result.err
    assert result.err.endswith("1 problem, 1 hint\n")


def test_programs_get_the_severity(run: Run, pack: Path) -> None:
    result = run("policy", "check", str(pack), "--json")

    found = {item["code"]: item["severity"] for item in result.json["diagnostics"]}
    assert found == {"K512": "warning", "K553": "hint"}
    assert result.json["digest"]


def test_code_hosts_get_sarif(run: Run, pack: Path) -> None:
    document = run("policy", "check", str(pack), "--sarif").json

    (found,) = document["runs"]
    driver = found["tool"]["driver"]
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    assert driver["name"] == "kamflow"
    assert [rule["id"] for rule in driver["rules"]] == ["K512", "K553"]
    for result in found["results"]:
        rule = driver["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["shortDescription"]["text"] == CODES[rule["id"]]
        assert rule["defaultConfiguration"]["level"] == result["level"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"].endswith("small/rules/all.yaml")
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1


def test_one_format_is_printed_at_a_time(run: Run, pack: Path) -> None:
    result = run("policy", "check", str(pack), "--json", "--sarif")

    assert result.code == 2
    assert "take one of `--json` and `--sarif`" in result.err


def test_a_policy_with_an_error_is_not_published(ready: Run, tmp_path: Path) -> None:
    folder = written(tmp_path, FIRST)

    result = ready("policy", "publish", str(folder), "--by", "ana")

    assert result.code == 2
    assert "K511 table `route` has a gap" in result.err
    assert "K553" not in result.err
    assert "small" not in ready("policy", "list").out


def test_a_policy_with_warnings_can_be_read(pack: Path, tmp_path: Path) -> None:
    assert read_policy(pack).id == "small"

    with pytest.raises(PolicyError, match="K511"):
        read_policy(written(tmp_path, FIRST))
