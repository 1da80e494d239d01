"""Reads what follows when a rule fires or a timer comes to a mark: who joins, tasks, settings."""

from collections.abc import Iterable

from kamflow.language.approvals import read_roles
from kamflow.language.fields import Fields, Use
from kamflow.language.settings import read_settings
from kamflow.language.source import Node, Scalar
from kamflow.language.spans import read_span
from kamflow.model.rules import Effects, Rung, TaskRule
from kamflow.model.setting import Setting


def read_rungs(fields: Fields) -> tuple[Rung, ...]:
    """Read who joins an escalation: levels at once, or mappings that say who and after what."""
    read = (_read_rung(item, fields) for item in fields.items("to"))
    return tuple(item for item in read if item is not None)


def _read_rung(node: Node, outer: Fields) -> Rung | None:
    if isinstance(node, Scalar):
        outer.reader.uses.append(Use(node, "level"))
        return Rung(level=node.text)
    fields = Fields(node, "rung", f"an entry of `to` of {outer.what}", outer.reader)
    if ("level" in fields) == ("roles" in fields):
        fields.report(node.place, "K202", f"{fields.what} needs either `level` or `roles`")
        return None
    return Rung(
        level=fields.name("level", "level") or "",
        roles=read_roles(fields, "roles"),
        after=read_span(fields, "after"),
    )


def read_effects(fields: Fields, kind: str) -> Effects | None:
    """Read what follows for a subject of `kind`; nothing where nothing does."""
    effects = Effects(
        tell=fields.names("tell", "role"),
        tasks=_read_tasks(fields, kind),
        propose=fields.names("propose", "transition", kind),
        request=fields.name("request", "transition", kind) or "",
        shut=fields.names("shut", "gate to shut", kind),
        set=_read_settings(fields, kind),
    )
    return None if effects == Effects() else effects


def _read_tasks(fields: Fields, kind: str) -> tuple[TaskRule, ...]:
    read = [_read_task(item, fields, kind) for item in fields.items("tasks")]
    tasks = tuple(item for item in read if item is not None)
    refuse_twice(fields, "tasks", (item.id for item in tasks))
    return tasks


def _read_task(node: Node, outer: Fields, kind: str) -> TaskRule | None:
    fields = Fields(node, "task", f"a task of {outer.what}", outer.reader, each=outer.each)
    if not fields.require("id", "title", "roles"):
        return None
    return TaskRule(
        id=fields.text("id"),
        title=fields.text("title"),
        roles=read_roles(fields, "roles"),
        within=read_span(fields, "within"),
        done_when=fields.condition("done_when", kind),
    )


def _read_settings(fields: Fields, kind: str) -> tuple[Setting, ...]:
    """Read the facts that are set; nobody asks here who could be set as `actor`."""
    settings, node = read_settings(fields, "set", kind), fields.node("set")
    for item in settings:
        if item.actor and node is not None:
            message = f"nobody asks here, so `{item.fact}` cannot be set to `actor`; name a fact"
            fields.report(node.place, "K206", message)
    return settings


def refuse_twice(fields: Fields, key: str, ids: Iterable[str]) -> None:
    """Report members of the list under `key` that have the id of another one."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            message = f"`{key}` of {fields.what} has `{name}` twice; give each an id of its own"
            node = fields.node(key)
            fields.report(node.place if node else fields.place, "K204", message)
        seen.add(name)
