"""The root of the command line. A command is imported when it is called: help is quick."""

from importlib import import_module

import click

from kamflow import KamflowError, __version__

# name -> (module, object, what `kamflow --help` says)
_COMMANDS = {
    "init": ("setup", "init", "Create a database with the shipped policy, ready to use."),
    "demo": ("demo", "demo", "Play a whole program on sample data, in a minute."),
    "policy": ("policy", "policy", "Write, check, read and publish policy packs."),
    "program": ("program", "program", "Start programs and move them through the roll-out."),
    "account": ("account", "account", "Enter accounts, move them, see what blocks them."),
    "record": ("record", "record", "Record facts of a program or an account."),
    "report-event": ("report_event", "report_event", "Report what happened to a subject."),
    "import": ("importing", "import_", "Bring accounts, facts and events in from files."),
    "inbox": ("inbox", "inbox", "Show what waits for whom, and what happens if nobody decides."),
    "vote": ("vote", "vote", "Approve, reject or abstain, on one request or many."),
    "escalations": ("escalations", "escalations", "List what is escalated, and who joins next."),
    "escalation": ("escalations", "escalation", "Show the whole life of an escalation."),
    "acknowledge": ("escalations", "acknowledge", "Take care of an escalation."),
    "resolve": ("escalations", "resolve", "Say that an escalation is resolved."),
    "reassign": ("escalations", "reassign", "Give an escalation or a task to somebody."),
    "comment": ("escalations", "comment", "Say something about an escalation."),
    "tasks": ("tasks", "tasks", "List what rules and timers ask people to do."),
    "done": ("tasks", "done", "Say that a task is done, and show it."),
    "observed": ("observed", "observed", "Tell what rules that are only observed would do."),
    "approvals": ("approvals", "approvals", "Follow requests: list, show, comment, send back."),
    "delegate": ("delegate", "delegate", "Lend a vote to somebody else for a time."),
    "absence": ("absence", "absence", "Say who is away, who votes meanwhile, who has left."),
    "waive": ("waive", "waive", "Ask that a criterion is waived for a time."),
    "break-glass": ("exceptions", "break_glass", "Ask for a transition past gate and approval."),
    "call-in": ("exceptions", "call_in", "Turn an automatic yes into a decision of people."),
    "appeal": ("exceptions", "appeal", "Ask others to look at a decision again."),
    "review": ("exceptions", "review", "Look at decisions afterwards."),
    "due": ("due", "due", "Do what has fallen due, or list what will; for a timer."),
    "worker": ("worker", "worker", "Do what falls due and deliver messages, until stopped."),
    "endpoint": ("endpoint", "endpoint", "Send what is decided to other programs, signed."),
    "deliver": ("deliveries", "deliver", "Send what is due to endpoints and people, once."),
    "deliveries": ("deliveries", "deliveries", "See what has not arrived; replay or drop it."),
    "calendar": ("calendar", "calendar", "Print all days that are due, for calendar programs."),
    "audit": ("audit", "audit", "Prove the history: checkpoints, verify, log, export."),
    "people": ("people", "people", "Keep names beside the history, and erase them."),
    "status": ("status", "status", "Show the portfolio by stage."),
    "db": ("db", "db", "Look after the database: upgrade, check, back up, measure."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in the order of use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"kamflow_cli.commands.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn an error into a message and an exit code."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (KamflowError, OSError) as error:
            from kamflow_cli.failures import report
            from kamflow_cli.session import was_asked

            ctx.exit(report(error, asked=was_asked(ctx)))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", envvar="KAMFLOW_DB", metavar="URL", help="Database: a file or a URL.")
@click.option("--now", envvar="KAMFLOW_NOW", metavar="INSTANT", help="Judge as of another instant.")
@click.version_option(__version__, prog_name="kamflow")
@click.pass_context
def root(ctx: click.Context, db: str | None, now: str | None) -> None:
    """Run the governance of key account management as policy.

    The database is taken from --db, KAMFLOW_DB, or the kamflow.toml of this folder or one above.
    """
    ctx.obj = (db, now)


def main() -> None:
    """Run the command line."""
    root(prog_name="kamflow")
