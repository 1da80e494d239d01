"""What is stated about a pilot account on its way through planning and mobilization."""

from kamflow_cli.demo.cast import (
    CRM,
    HELEN,
    MARIA,
    OLAF,
    PLANNER,
    TODAY,
    TOM,
    Statements,
)


def plan(kam: str, *, budget: str) -> Statements:
    """Return everything that the gate of the account plan asks for."""
    return {
        kam: {
            "account.customer_informed_on": TODAY,
            "discovery.voc_interviews_count": "4",
            "plan.horizon_months": "36",
            "plan.value_hypothesis_amount": "900000",
            "plan.budget_requested_amount": budget,
            "plan.customer_validated_on": TODAY,
        },
        CRM: {
            "account.sponsor_level": "c_level",
            "stakeholder.mapped_count": "12",
            "stakeholder.customer_exec_count": "2",
            "stakeholder.decision_maker_count": "2",
            "stakeholder.champion_count": "1",
            "stakeholder.levels_connected": "3",
            "stakeholder.functions_connected": "3",
        },
        PLANNER: {
            "discovery.completeness_pct": "90",
            "plan.completeness_pct": "96",
            "plan.objectives_count": "4",
            "plan.objectives_measurable_pct": "100",
            "plan.objectives_linked_pct": "100",
            "plan.longterm_objectives_pct": "50",
            "plan.mutual_objectives_count": "2",
            "plan.initiatives_count": "3",
        },
        OLAF: {"plan.quality_score": "4.0"},
        TOM: {"account.value_mode": "economic"},
    }


def half_a_plan(kam: str) -> Statements:
    """Return a plan that is still thin, and that no peer has reviewed."""
    whole = plan(kam, budget="30000")
    del whole[OLAF]
    whole[kam]["discovery.voc_interviews_count"] = "1"
    whole[PLANNER]["plan.completeness_pct"] = "70"
    return whole


def rest_of_the_plan(kam: str, team_facts: Statements) -> Statements:
    """Return what makes the thin plan whole, and the facts about its team with it."""
    rest: Statements = {
        kam: {"discovery.voc_interviews_count": "3"},
        PLANNER: {"plan.completeness_pct": "92"},
        OLAF: {"plan.quality_score": "3.8"},
    }
    return {
        who: rest.get(who, {}) | team_facts.get(who, {})
        for who in dict.fromkeys((*rest, *team_facts))
    }


def team(kam: str, sponsor: str, *, size: str, fte: str, budget: str) -> Statements:
    """Return everything that the gate of the team asks for, with a team of that size."""
    return {
        PLANNER: {
            "team.size": size,
            "team.functions_count": "4",
            "team.vacancies_count": "0",
            "team.has_operations": "true",
            "team.has_finance": "true",
            "team.commit_pct": "90",
            "team.over_allocated_count": "0",
            "initiative.customer_owner_pct": "67",
        },
        kam: {"team.requested_fte": fte, "team.kickoff_on": TODAY},
        MARIA: {"team.charter_signed_on": TODAY},
        sponsor: {
            "plan.budget_approved_amount": budget,
            "account.sponsor_last_activity_on": TODAY,
        },
        HELEN: {"account.kam_360_on": TODAY, "account.kam_competency_score": "4"},
    }


def team_at_last(size: str) -> Statements:
    """Return a team that has grown."""
    return {PLANNER: {"team.size": size}}


def proof(contact: str) -> Statements:
    """Return what shows that joint work has brought value; the customer says how much."""
    return {
        PLANNER: {
            "initiative.tested_count": "2",
            "initiative.baseline_agreed_count": "2",
            "initiative.milestones_on_time_pct": "85",
            "outcome.customer_validated_count": "1",
        },
        CRM: {"stakeholder.active_contacts_90d": "6"},
        contact: {"outcome.value_customer_amount": "180000"},
    }
