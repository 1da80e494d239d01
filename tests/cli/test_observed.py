"""`kamflow observed`: what would have happened."""

from pathlib import Path

from tests.cli.governed import done
from tests.cli.watched import escalated, incident
from tests.command_line import Run


def test_what_is_observed_is_told_before_anything_happens(watch: Run) -> None:
    assert watch("observed").out == (
        "from 2025-12-31 to 2026-03-31\nrule E-03 Any incident\n  would never have escalated\n"
    )


def test_what_would_have_been_escalated_is_counted(watch: Run) -> None:
    escalated(watch)

    assert watch("observed").out == (
        "from 2025-12-31 to 2026-03-31\n"
        "rule E-03 Any incident\n"
        "  would have escalated once (high); 1 would be open\n"
        "  on 1 subject, the last time on 2026-03-31\n"
    )
    (entry,) = watch("observed", "--json").json["entries"]
    assert (entry["id"], entry["escalated"], entry["subjects"]) == ("E-03", 1, ["north/acme"])


def test_a_newer_policy_says_from_when_on_it_looks_at_an_account(
    watch: Run, tmp_path: Path
) -> None:
    rules = tmp_path / "policy" / "rules" / "rules.yaml"
    rules.write_text(rules.read_text("utf-8").replace("Any incident", "Some incident"), "utf-8")
    done(watch("policy", "publish", "policy", "--by", "mia"))

    assert watch("observed").out.endswith(
        "what is new in the policy of 2026-03-31 looks at an account from its next stage on\n"
    )


def test_only_what_was_recorded_since_a_day_is_counted(watch: Run) -> None:
    incident(watch, "2026-03-30")

    later = watch("observed", "--since", "2026-04-01", "--json", now="2026-04-02T12:00").json

    assert [item["escalated"] for item in later["entries"]] == [0]


def test_what_is_only_observed_has_no_effect_and_is_listed_on_demand(watch: Run) -> None:
    incident(watch, "2026-03-30")

    assert watch("escalations").out == "nothing is escalated\n"
    assert watch("inbox").out == "nothing waits\n"
    listed = watch("escalations", "--observed").out
    assert "Acme: E-03 Any incident\n" in listed
    assert "only observed, nobody was told" in listed


def test_a_policy_that_observes_nothing_says_how_to(office: Run) -> None:
    said = office("observed", "--program", "north").out

    assert said == "nothing is observed; write `observe: true` at a rule, a timer or a gate\n"
