"""The commands of `kamflow policy` for those who write policies; `policy.py` gathers them."""

import json
from pathlib import Path

import click

from kamflow_cli import exit_codes
from kamflow_cli.output import counted, print_json
from kamflow_cli.session import json_option, open_kamflow, question

_DIGEST = "digest:"

output_option = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file."
)


@click.command()
@click.argument("pack")
@click.option("--check", is_flag=True, help="Only tell which files would be rewritten.")
@click.pass_context
def fmt(ctx: click.Context, pack: str, check: bool) -> None:
    """Rewrite the files of a policy in canonical layout.

    What they say stays the same.
    """
    from kamflow import format_policy, unformatted_files

    found = unformatted_files(pack) if check else format_policy(pack)
    for name in found:
        click.echo(f"{name} {'is not in canonical layout' if check else 'is rewritten'}")
    if not found:
        click.echo("every file is in canonical layout")
    elif check:
        click.echo(f"{counted(len(found), 'file')} to rewrite: kamflow policy fmt {pack}", err=True)
        ctx.exit(exit_codes.BAD_INPUT)


@click.command()
@click.argument("pack", default="kam-core")
@click.option("--workflow", help="Only this workflow, with its gates and approvals.")
@click.option("--gate", help="Only this gate.")
@click.option("--approval", help="Only this approval.")
@click.option("--table", help="Only this decision table.")
@click.option("--scorecard", help="Only this scorecard.")
@click.option("--calendar", help="Only this calendar.")
@click.option("--rule", help="Only this event rule.")
@click.option("--timer", help="Only this timer.")
@click.option("--region", help="Only the states of this region, such as health.")
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@json_option
@question
def show(pack: str, markdown: bool, as_json: bool, **parts: str | None) -> None:
    """Tell in plain English what a policy says."""
    from kamflow import describe_pack, describe_part, read_policy
    from kamflow_cli.documents import render_markdown, render_text

    if as_json and markdown:
        raise click.UsageError("take one of `--json` and `--markdown`")
    chosen = [(sort, name) for sort, name in parts.items() if name is not None]
    found = read_policy(pack)
    document = describe_pack(found)
    if chosen:
        document = tuple(block for part in chosen for block in describe_part(found, *part))
    if as_json:
        print_json({"pack": found.id, "digest": found.digest, "document": document})
        return
    render = render_markdown if markdown else render_text
    click.echo(render(document), nl=False)


@click.command()
@click.argument("pack", default="kam-core")
@click.option("--workflow", required=True, help="Workflow to draw.")
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "svg"]), help="SVG for a file so named."
)
@output_option
@question
def graph(pack: str, workflow: str, form: str | None, output: Path | None) -> None:
    """Draw a workflow: Mermaid for pages, SVG to look at."""
    from kamflow import draw_workflow, read_policy

    suffix = output.suffix.lower().removeprefix(".") if output else ""
    chosen = form or (suffix if suffix == "svg" else "mermaid")
    _write(draw_workflow(read_policy(pack), workflow, chosen), output)


@click.command()
@output_option
def schema(output: Path | None) -> None:
    """Print the JSON Schema of policy files.

    Editors complete and validate with it.
    """
    from kamflow import policy_schema

    _write(json.dumps(policy_schema(), indent=2) + "\n", output)


@click.command()
@click.argument("old")
@click.argument("new")
@json_option
@click.pass_context
@question
def diff(ctx: click.Context, old: str, new: str, as_json: bool) -> None:
    """Tell what NEW says otherwise than OLD.

    Both are folders, names of shipped packs, or digest:PREFIX.
    """
    from kamflow import Pack, compare_packs, read_policy
    from kamflow_cli.differences import render_differences

    def pack_of(word: str) -> Pack:
        if word.startswith(_DIGEST):
            return open_kamflow(ctx).policy(word.removeprefix(_DIGEST))
        return read_policy(word)

    found = compare_packs(pack_of(old), pack_of(new))
    if as_json:
        print_json(found)
    else:
        click.echo(render_differences(found), nl=False)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--id", "name", default="", help="Id of the pack; made from FOLDER unless given.")
def new(folder: Path, name: str) -> None:
    """Write a small policy with comments into FOLDER."""
    from kamflow import new_policy

    chosen = new_policy(folder, name)
    click.echo(f"{folder} holds the policy {chosen}")
    click.echo(f"next: kamflow policy check {folder}")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, "utf-8")
    click.echo(f"{output} is written")
