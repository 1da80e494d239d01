"""Who plays in the demo: people with first names, each with a right from the policy."""

PROGRAM = "meridian"
COMPANY = "Meridian Components"

CLARA = "clara"  # sponsors the program
TOM = "tom"  # manages it
PETRA, OLAF = "petra", "olaf"  # the program office
FELIX = "felix"  # controls the money
HELEN = "helen"  # looks after the people
SVEN = "sven"  # leads sales
MARIA, RAJ = "maria", "raj"  # lead operations and development, and lend people
NADIA = "nadia"  # works in account teams
YARA = "yara"  # works for one of the customers

CRM, ERP, HR, PLANNER = "service:crm", "service:erp", "service:hr", "service:planner"

# Roles that are assigned; who is KAM or sponsor of an account is a fact of that account.
ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("program_sponsor", (CLARA,)),
    ("program_manager", (TOM,)),
    ("program_office", (PETRA, OLAF)),
    ("steering_committee", (CLARA, FELIX, HELEN, MARIA, SVEN)),
    ("sales_leader", (SVEN,)),
    ("finance_controller", (FELIX,)),
    ("hr_talent_lead", (HELEN,)),
    ("function_head", (MARIA, RAJ)),
    ("team_member", (NADIA,)),
)

SPONSORS = ("ingrid", "henrik", "amara", "luis")
KAMS = ("anna", "bruno", "chloe", "david")

Statements = dict[str, dict[str, str]]  # who -> fact -> what they state; `TODAY` is the day of it
TODAY = "today"
