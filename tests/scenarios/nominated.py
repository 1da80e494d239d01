"""An account of the shipped pack that somebody has nominated, without a database."""

from tests.builders import World, shipped_pack

ACME = "north/acme"


def a_nominated_account() -> World:
    """Return one with `kim` as its KAM, which `nic` has nominated; each role has a holder."""
    world = World(shipped_pack())
    world.open("program", "north")
    world.staff("north")
    world.open("account", "acme", "north")
    world.set_fact(ACME, "account.kam", "kim")
    world.set_fact(ACME, "account.nominated_by", "nic")
    return world
