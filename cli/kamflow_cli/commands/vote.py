"""`kamflow vote`: one request, several, or all that a filter or a file names."""

import click

from kamflow import Kamflow, Promise
from kamflow_cli import exit_codes
from kamflow_cli.ballots import ANSWERS, Paper, Result, once_each, result_data, results
from kamflow_cli.days import day
from kamflow_cli.evidence import evidence_of, evidence_options
from kamflow_cli.output import counted, print_decision, print_json, print_table
from kamflow_cli.session import by_option, json_option, open_kamflow


@click.command()
@click.argument("words", nargs=-1, metavar="ID... ANSWER")
@by_option
@click.option("--for", "principal", default="", metavar="PERSON", help="In whose place.")
@click.option("--remark", default="", help="Why; kept with each vote.")
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="'TEXT; OWNER; DAY'",
    help="Approve on this condition; repeatable.",
)
@evidence_options
@click.option(
    "--all-of",
    "filters",
    multiple=True,
    metavar="KEY=VALUE",
    help="All that waits for --by and is of this program, subject, approval ...; repeatable.",
)
@click.option("--from", "source", metavar="FILE", help="CSV or JSON lines with a column `id`.")
@click.option("--yes", is_flag=True, help="Do not ask before voting on several.")
@json_option
@click.pass_context
def vote(
    ctx: click.Context,
    words: tuple[str, ...],
    by: str,
    principal: str,
    remark: str,
    conditions: tuple[str, ...],
    links: tuple[str, ...],
    files: tuple[str, ...],
    filters: tuple[str, ...],
    source: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Answer requests, as `kamflow inbox` shows them: approve, reject or abstain.

    Several are shown first and asked about, then each is decided on its own. When some are refused,
    the reasons are told and the exit code is 3.
    """
    ids, answer = _split(words, needs_answer=source is None)
    if not ids and not filters and source is None:
        raise click.UsageError("say on what: ids like `north/acme#17`, --all-of or --from")
    frame = Paper(
        id="",
        answer=answer,
        remark=remark,
        principal=principal,
        conditions=_promises(conditions, answer),
        evidence=evidence_of(links, files),
    )
    kam = open_kamflow(ctx)
    if len(ids) == 1 and not filters and source is None:
        _vote_one(ctx, kam, frame.about(ids[0]), by, as_json=as_json)
        return
    papers = _papers(kam, frame, by, ids, filters, source)
    if papers and not yes:
        if not as_json:
            _preview(kam, papers, by)
        _agree(ctx, f"vote on these {len(papers)} as {by}?", can=source != "-" and not as_json)
    _print_results(ctx, results(kam, papers, by), by, as_json=as_json)


def _split(words: tuple[str, ...], *, needs_answer: bool) -> tuple[list[str], str]:
    """Return the ids and the answer, which stands before or behind them."""
    answers = [word for word in words if word in ANSWERS]
    ids = [word for word in words if word not in ANSWERS]
    if len(answers) > 1 or (needs_answer and not answers):
        raise click.UsageError(f"say once what to vote: {', '.join(ANSWERS)}")
    wrong = [word for word in ids if "#" not in word]
    if wrong:
        raise click.UsageError(
            f"`{wrong[0]}` is neither an id like `north/acme#17` nor one of {', '.join(ANSWERS)}"
        )
    return ids, answers[0] if answers else ""


def _papers(
    kam: Kamflow,
    frame: Paper,
    by: str,
    ids: list[str],
    filters: tuple[str, ...],
    source: str | None,
) -> list[Paper]:
    """Return the votes that ids, filters and a file ask for, one for each request."""
    from kamflow_cli.ballot_files import from_file
    from kamflow_cli.ballot_filters import of_inbox

    papers = [frame.about(item) for item in ids]
    papers += of_inbox(kam, filters, by, frame) if filters else []
    papers += from_file(source, frame) if source is not None else []
    return once_each(papers)


def _promises(texts: tuple[str, ...], answer: str) -> tuple[Promise, ...]:
    if texts and answer != "approve":
        raise click.UsageError("a condition goes with `approve`")
    return tuple(map(_promise, texts))


def _promise(text: str) -> Promise:
    parts = [part.strip() for part in text.split(";")]
    if len(parts) < 3 or not all(parts[-2:]):  # noqa: PLR2004 - text, owner, day
        raise click.UsageError(f"`{text}` is no condition; write 'what to do; who; 2026-03-31'")
    return Promise(text="; ".join(parts[:-2]), owner=parts[-2], due_on=day(parts[-1]))


def _vote_one(ctx: click.Context, kam: Kamflow, paper: Paper, by: str, *, as_json: bool) -> None:
    decision = paper.cast(kam, by)
    stage = decision.snapshot.stage if decision.snapshot else ""
    done = f"{by} votes {paper.answer} on {paper.id}; the stage is `{stage}`"
    print_decision(ctx, decision, as_json=as_json, done=done)


def _preview(kam: Kamflow, papers: list[Paper], by: str) -> None:
    waiting = {item.id: item for item in kam.inbox(by)}
    rows = []
    for paper in papers:
        item = waiting.get(paper.id)
        what = f"{item.what} ({item.title})" if item else f"does not wait for {by}"
        rows.append((paper.id, item.name if item else "", what, paper.answer, paper.remark))
    print_table(("id", "subject", "what", "vote", "remark"), rows)


def _agree(ctx: click.Context, question: str, *, can: bool) -> None:
    """Ask whether to go on, where somebody can answer; else say how to go on unasked."""
    if not can:
        raise click.UsageError("nothing was voted; say --yes to vote without being asked")
    try:
        agreed = click.confirm(question)
    except click.Abort:
        agreed = False
    if not agreed:
        click.echo("nothing was voted")
        ctx.exit(exit_codes.FAILED)


def _print_results(ctx: click.Context, said: list[Result], by: str, *, as_json: bool) -> None:
    """Tell what became of each vote; end with the code of a refusal when one was refused."""
    refused = sum(item.result == "refused" for item in said)
    if as_json:
        print_json([result_data(item) for item in said])
    elif not said:
        click.echo(f"nothing of it waits for {by}")
    else:
        columns = ("id", "vote", "result", "what follows")
        print_table(columns, [(i.id, i.vote, i.result, "; ".join(i.reasons)) for i in said])
        if refused:
            click.echo(f"{refused} of {counted(len(said), 'vote')} refused; the others count")
    if refused:
        ctx.exit(exit_codes.REFUSED)
