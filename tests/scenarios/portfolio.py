"""Facts of the shipped pack that bring an account or a program through each gate.

People are called like the role that they hold; the KAM is `kam`, the sponsor `exec_sponsor`.
"""

from tests.builders import Plain

Facts = dict[str, Plain]

# ---------------------------------------------------------------------------- account

PEOPLE: Facts = {"account.kam": "kam", "account.sponsor": "exec_sponsor"}

ADMISSION: Facts = {
    "account.nomination_reason": "sets standards in its market",
    "account.segment": "strategic",
    "account.relationship": "existing",
    "account.compliance_block": False,
    "account.credit_block": False,
}

SCORES: Facts = {  # Nordwind AG: 82.5 points
    "account.growth_potential_3y_pct": 28,
    "account.revenue_share_pct": "3.1",
    "account.net_margin_vs_avg_pp": 4,
    "account.strategic_importance_score": 5,
    "account.strategic_fit_score": 4,
    "account.partnership_orientation_score": 5,
    "account.innovation_potential_score": 4,
    "account.complexity_score": 4,
}

PLAN: Facts = {
    "account.sponsor_accepted_on": "2026-03-31",
    "account.sponsor_level": "vp",
    "account.customer_informed_on": "2026-03-31",
    "discovery.completeness_pct": 80,
    "discovery.voc_interviews_count": 3,
    "stakeholder.mapped_count": 5,
    "stakeholder.customer_exec_count": 1,
    "stakeholder.decision_maker_count": 1,
    "stakeholder.champion_count": 1,
    "plan.completeness_pct": 90,
    "plan.horizon_months": 36,
    "plan.objectives_count": 3,
    "plan.objectives_measurable_pct": 100,
    "plan.mutual_objectives_count": 1,
    "plan.initiatives_count": 2,
    "plan.value_hypothesis_amount": 400_000,
    "plan.quality_score": "3.5",
    "plan.budget_requested_amount": 40_000,
}

TEAM: Facts = {
    "team.size": 4,
    "team.functions_count": 3,
    "team.vacancies_count": 0,
    "team.commit_pct": 80,
    "team.charter_signed_on": "2026-03-31",
    "team.kickoff_on": "2026-03-31",
    "plan.budget_approved_amount": 32_000,
}

VALUE: Facts = {
    "initiative.tested_count": 1,
    "initiative.baseline_agreed_count": 1,
    "outcome.customer_validated_count": 1,
    "outcome.value_customer_amount": 250_000,
    "stakeholder.active_contacts_90d": 4,
}

DEAL: Facts = {
    "capture.agreement_status": "signed",
    "capture.contract_term_months": 24,
    "capture.discount_pct": 15,
    "capture.comeasure_agreed_on": "2026-03-31",
}


def review(today: str) -> Facts:
    """Return what opens the next cycle, with everything done on one day."""
    return {
        "measure.kpi_coverage_pct": 90,
        "review.quarterly_last_on": today,
        "review.joint_last_on": today,
        "review.shared_internal_on": today,
        "review.shared_customer_on": today,
        "review.lessons_logged_count": 1,
        "measure.plan_attainment_pct": 79,
        "account.requalification_score": 50,
        "account.last_requalified_on": today,
    }


# ---------------------------------------------------------------------------- program

START: Facts = {
    "program.sponsor_accepted_on": "2026-03-31",
    "program.sponsor_level": "c_level",
    "program.objectives_count": 1,
    "program.revenue_concentration_pct": 40,
    "program.customer_count": 1_000,
}

MATURITY: Facts = dict.fromkeys(
    (
        "maturity.strategy_leadership",
        "maturity.portfolio_selection",
        "maturity.culture",
        "maturity.talent",
        "maturity.organisation",
        "maturity.process",
        "maturity.systems_data",
        "maturity.metrics_governance",
    ),
    3,
)

KNOWLEDGE: Facts = {
    **MATURITY,
    "program.current_state_done_on": "2026-03-31",
    "program.gap_plan_approved_on": "2026-03-31",
    "program.choice_cascade_answered": 5,
    "program.case_for_change_on": "2026-03-31",
    "program.vision_approved_on": "2026-03-31",
    "program.roadmap_approved_on": "2026-03-31",
    "program.buyin_pct": 70,
    "program.core_team_functions": 4,
    "program.owner_scope": "enterprise",
    "program.budget_committed_amount": 1,
    "program.steering_members_count": 5,
}

DESIGN: Facts = {
    "program.raci_approved_on": "2026-03-31",
    "program.operating_model_version": 1,
    "program.structure_type": "matrix",
    "program.home_unit_defined": True,
    "program.roles_filled_pct": 90,
    "program.artifacts_published_pct": 100,
    "program.selection_criteria_on": "2026-03-31",
    "program.segmentation_done_pct": 95,
    "program.kpi_leading_count": 4,
    "program.kpi_lagging_count": 4,
    "program.kpi_baselined_pct": 80,
    "program.tool_ready": True,
    "program.incentive_longterm_pct": 40,
    "program.kams_assessed_360_pct": 100,
    "program.kams_trained_pct": 80,
    "program.sponsors_briefed_pct": 100,
    "program.dry_run_count": 1,
    "program.dry_run_findings_closed_pct": 80,
    "program.pilot_eval_approved_on": "2026-03-31",
}

STEERING = ("steer-1", "steer-2", "steer-3", "steer-4", "steering_committee")
COMMITTEE = (
    "program_sponsor",
    "sales_leader",
    "finance_controller",
    "program_manager",
    "function_head",
)
