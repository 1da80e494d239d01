"""Reads facts that are set: by stages, transitions and rules."""

from kamflow.language.fields import Fields, Use, read_condition
from kamflow.language.source import Scalar
from kamflow.model.setting import Setting


def read_settings(fields: Fields, key: str, kind: str) -> tuple[Setting, ...]:
    """Read the facts under `key` of subjects of `kind`, with what each is set to."""
    settings = []
    for fact, value in fields.entries(key):
        actor = isinstance(value, Scalar) and value.text == "actor"
        what = "settable person fact" if actor else "settable fact"
        fields.reader.uses.append(Use(fact, what, kind))
        if not isinstance(value, Scalar):
            fields.report(value.place, "K205", f"what `{fact.text}` is set to is an expression")
        elif value.text == "actor":
            settings.append(Setting(fact=fact.text, actor=True))
        elif value.text == "absent":
            settings.append(Setting(fact=fact.text))
        else:
            read = read_condition(value, kind, f"fact {fact.text}", fields.reader, fields.each)
            if read is not None:
                settings.append(Setting(fact=fact.text, value=read))
    return tuple(settings)
