"""`kamflow policy check`."""

import textwrap
from collections import Counter
from collections.abc import Sequence

import click

from kamflow import Diagnostic, Pack
from kamflow_cli import exit_codes
from kamflow_cli.output import counted, print_json
from kamflow_cli.session import json_option

WIDTH = 100


@click.command()
@click.argument("pack", default="kam-core")
@json_option
@click.option("--sarif", is_flag=True, help="Print SARIF 2.1.0 for code hosts and editors.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.pass_context
def check(ctx: click.Context, pack: str, as_json: bool, sarif: bool, strict: bool) -> None:
    """Check a policy: PACK is a folder, or the name of a shipped one."""
    from kamflow import __version__, check_policy, sarif_report

    if as_json and sarif:
        raise click.UsageError("take one of `--json` and `--sarif`")
    loaded = check_policy(pack)
    found = loaded.diagnostics
    if sarif:
        print_json(sarif_report(found, __version__))
    elif as_json:
        digest = loaded.pack.digest if loaded.pack else None
        print_json({"pack": pack, "digest": digest, "diagnostics": found})
    else:
        _print(loaded.pack, found)
    if loaded.pack is None or (strict and any(item.severity == "warning" for item in found)):
        ctx.exit(exit_codes.BAD_INPUT)


def _print(pack: Pack | None, found: Sequence[Diagnostic]) -> None:
    for item in found:
        click.echo(_folded(item), err=True)
    if pack is None:
        click.echo(_summary(found), err=True)
        return
    criteria = sum(len(gate.criteria) for gate in pack.gates.values())
    transitions = sum(len(item.transitions) for item in pack.workflows.values())
    what = f"no errors, {_summary(found)}" if found else "no problems"
    click.echo(f"{pack.id} {pack.version} ({pack.digest[:12]}) has {what}")
    click.echo(
        f"  {counted(len(pack.workflows), 'workflow')}, {counted(transitions, 'transition')}, "
        f"{counted(len(pack.gates), 'gate')} with {criteria} "
        f"criteri{'on' if criteria == 1 else 'a'}, {counted(len(pack.facts), 'fact')}, "
        f"{counted(len(pack.parameters), 'parameter')}, "
        f"{counted(len(pack.approvals), 'approval')}"
    )
    if pack.rules or pack.timers:
        rules, timers = len(pack.rules), len(pack.timers)
        click.echo(f"  {counted(rules, 'event rule')}, {counted(timers, 'timer')}")


def _folded(item: Diagnostic) -> str:
    """Return a problem on one line, as editors expect it; a hint that lists names is folded."""
    if item.severity != "hint" or len(item.message) <= WIDTH:
        return str(item)
    return textwrap.fill(
        str(item), WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _summary(found: Sequence[Diagnostic]) -> str:
    """Return `1 problem, 2 warnings, 4 hints`: how many there are of each."""
    counts = Counter(item.severity for item in found)
    nouns = {"error": "problem", "warning": "warning", "hint": "hint"}
    return ", ".join(counted(counts[key], noun) for key, noun in nouns.items() if counts[key])
