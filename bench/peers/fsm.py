"""Peer: django-fsm-2 on Django's ORM."""

import sys
from typing import Any

import django
from django.conf import settings

from bench.peers import domain
from bench.workers import serve

FILE = sys.argv[1]
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FILE,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
    INSTALLED_APPS=[],
    USE_TZ=True,
)
django.setup()

from django.db import models, transaction  # noqa: E402 - after the settings
from django_fsm import FSMField, transition  # noqa: E402


class Account(models.Model):  # noqa: DJ008
    """An account whose stage only moves by its transitions."""

    name = models.TextField()
    stage = FSMField(default="selection")
    version = models.IntegerField()
    facts = models.JSONField()
    head = models.TextField()
    entered_at = models.TextField()
    findings: Any = None

    class Meta:
        """The table."""

        app_label, db_table = "peers", "account"

    def gate_met(self) -> bool:
        """Judge the gate, and keep the findings for the history."""
        met, self.findings = domain.judge(self.facts)
        return met

    def votes_in(self) -> bool:
        """Tell whether both roles have approved."""
        found = Vote.objects.filter(account_id=self.id, stage=self.stage, answer="approve")
        return set(found.values_list("role", flat=True)) >= domain.ROLES


class Vote(models.Model):  # noqa: DJ008
    """What one person said."""

    account_id = models.IntegerField()
    stage = models.TextField()
    role = models.TextField()
    person = models.TextField()
    answer = models.TextField()
    at = models.TextField()

    class Meta:
        """The table."""

        app_label, db_table = "peers", "vote"


class History(models.Model):  # noqa: DJ008
    """What happened."""

    account_id = models.IntegerField()
    sequence = models.IntegerField()
    at = models.TextField()
    actor = models.TextField()
    event = models.TextField()
    left_stage = models.TextField()
    stage = models.TextField()
    findings = models.JSONField()
    hash = models.TextField()

    class Meta:
        """The table."""

        app_label, db_table = "peers", "history"


class Outbox(models.Model):  # noqa: DJ008
    """What the outside is told."""

    account_id = models.IntegerField()
    type = models.TextField()
    at = models.TextField()
    payload = models.JSONField()

    class Meta:
        """The table."""

        app_label, db_table = "peers", "outbox"


class Request(models.Model):  # noqa: DJ008
    """The answer that was given under a key."""

    key = models.TextField(primary_key=True)
    account_id = models.IntegerField()
    answer = models.JSONField()
    at = models.TextField()

    class Meta:
        """The table."""

        app_label, db_table = "peers", "request"


def _moves(source: str, target: str) -> Any:  # noqa: ANN401 - a method
    field = Account._meta.get_field("stage")  # noqa: SLF001 - how Django names it

    def leave(account: Any) -> None:  # noqa: ANN401 - an account
        account.version += 1

    leave.__name__ = f"leave_{source}"
    conditions = [Account.gate_met, Account.votes_in]
    return transition(field=field, source=source, target=target, conditions=conditions)(leave)


for _source, _target in domain.NEXT.items():
    setattr(Account, f"leave_{_source}", _moves(_source, _target))


@transaction.atomic
def command(number: int) -> None:
    """Cast the last vote."""
    key, at = f"key-{number}", domain.AT
    if Request.objects.filter(pk=key).exists():
        raise SystemExit("used before")
    account = Account.objects.select_for_update().get(pk=number + 1)
    left, one = account.stage, account.id
    Vote.objects.create(
        account_id=one,
        stage=left,
        role="finance",
        person=domain.CONTROLLER,
        answer="approve",
        at=at,
    )
    getattr(account, f"leave_{left}")()
    findings = account.findings
    account.entered_at = at
    account.head = domain.chained(account.head, one, account.version, findings)
    account.save(update_fields=["stage", "version", "entered_at", "head"])
    History.objects.create(
        account_id=one,
        sequence=account.version,
        at=at,
        actor=domain.CONTROLLER,
        event="advance",
        left_stage=left,
        stage=account.stage,
        findings=findings,
        hash=account.head,
    )
    told = domain.message(one, left, account.stage, account.version)
    Outbox.objects.create(account_id=one, type="advanced", at=at, payload=told)
    kept = domain.answer(account.stage, findings)
    Request(key=key, account_id=one, answer=kept, at=at).save(force_insert=True)


if __name__ == "__main__":
    domain.fill(FILE, int(sys.argv[2]))
    serve(command, lambda done: domain.check(FILE, done))
