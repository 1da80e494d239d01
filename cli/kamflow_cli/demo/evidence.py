"""What the people of the sample company can state about their program, phase by phase.

Every value is said by somebody whom the policy lets say it; the engine checks that.
"""

from kamflow_cli.demo.cast import (
    CLARA,
    ERP,
    FELIX,
    HELEN,
    MARIA,
    OLAF,
    PETRA,
    TODAY,
    TOM,
    Statements,
)

_DIMENSIONS = (
    "strategy_leadership",
    "portfolio_selection",
    "culture",
    "talent",
    "organisation",
    "process",
    "systems_data",
    "metrics_governance",
)


def _maturity(*scores: str) -> dict[str, str]:
    """Return an assessment of the eight dimensions, in their order."""
    named = zip(_DIMENSIONS, scores, strict=True)
    return {f"maturity.{dimension}": score for dimension, score in named}


COMMITMENT: Statements = {
    CLARA: {"program.sponsor_accepted_on": TODAY, "program.sponsor_level": "board"},
    TOM: {
        "program.objectives_count": "3",
        "program.revenue_concentration_pct": "58",
        "program.allies_count": "4",
        "program.pilot_volunteers_count": "2",
    },
}

KNOWLEDGE: Statements = {
    TOM: {
        "program.current_state_done_on": TODAY,
        "program.choice_cascade_answered": "5",
        "program.differentiator_statement": "We engineer the part into the customer's own line",
        "program.core_team_functions": "4",
        "program.steering_members_count": "5",
    },
    PETRA: _maturity("3", "2", "3", "3", "2", "3", "2", "3"),
    MARIA: {
        "program.gap_plan_approved_on": TODAY,
        "program.case_for_change_on": TODAY,
        "program.vision_approved_on": TODAY,
        "program.roadmap_approved_on": TODAY,
    },
    HELEN: {"program.buyin_pct": "78"},
    CLARA: {"program.owner_scope": "enterprise"},
    FELIX: {"program.budget_committed_amount": "400000"},
}

DESIGN: Statements = {
    TOM: {
        "program.operating_model_version": "1",
        "program.structure_type": "matrix",
        "program.steering_members_count": "5",
        "program.roles_filled_pct": "95",
        "program.artifacts_published_pct": "100",
        "program.segmentation_done_pct": "97",
        "program.kpi_leading_count": "6",
        "program.kpi_lagging_count": "5",
        "program.kpi_baselined_pct": "85",
        "program.kams_assessed_360_pct": "100",
        "program.kams_trained_pct": "90",
        "program.sponsors_briefed_pct": "100",
        "program.dry_run_count": "1",
        "program.dry_run_findings_closed_pct": "90",
    },
    MARIA: {
        "program.raci_approved_on": TODAY,
        "program.selection_criteria_on": TODAY,
        "program.pilot_eval_approved_on": TODAY,
    },
    CLARA: {"program.home_unit_defined": "true"},
    OLAF: {"program.tool_ready": "true"},
    HELEN: {"program.hr_process_ready_count": "3", "program.incentive_longterm_pct": "45"},
    PETRA: _maturity("3", "3", "3", "3", "3", "3", "2", "3"),
}

MONTH_6: Statements = {
    TOM: {"program.quick_wins_count": "2", "program.pilot_lessons_closed_pct": "60"},
}

MONTH_12: Statements = {
    TOM: {"program.pilot_lessons_closed_pct": "88"},
    PETRA: _maturity("4", "3", "3", "3", "3", "4", "3", "3"),
    FELIX: {"program.scale_case_approved_on": TODAY},
}


def pilot_result(sponsor: str, *, leading: bool, lagging: bool, engaged: bool) -> Statements:
    """Return what has become of a pilot account; its sponsor was active today."""
    told = {
        "measure.leading_improved": leading,
        "measure.lagging_improved": lagging,
        "measure.engaged_differently": engaged,
    }
    return {
        OLAF: {name: "true" if better else "false" for name, better in told.items()},
        sponsor: {"account.sponsor_last_activity_on": TODAY},
    }


FIRST_WAVE: Statements = {
    TOM: {
        "program.next_wave_size": "4",
        "program.sponsor_slots_free": "8",
        "program.kam_slots_free": "16",
        "program.designations_communicated_pct": "100",
        "program.portfolio_balance_ok": "true",
    },
}

CUSTOMER_BASE: Statements = {ERP: {"program.customer_count": "640"}}
