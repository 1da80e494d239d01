"""The statements that read, as text for the driver's cursor.

They are what SQLAlchemy Core compiles to, which a test compares. As text they run without
SQLAlchemy, whose import alone costs more than all that a short command does.
"""

SCHEMA_VERSION = "SELECT version_num FROM alembic_version"

HAS_SCHEMA = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"

PACK_ENTRIES = (
    "SELECT packs.digest, packs.number, packs.pack, packs.version, packs.published_at, "
    "packs.published_by FROM packs ORDER BY packs.number"
)
PACK_CONTENT = "SELECT packs.content FROM packs WHERE packs.digest = ? LIMIT 1"

SNAPSHOT = "SELECT instances.snapshot FROM instances WHERE instances.id = ?"
MEMBERS = (
    "SELECT instances.snapshot FROM instances "
    "WHERE instances.parent = ? AND instances.kind = ? ORDER BY instances.id"
)
CHILDREN = "SELECT instances.id FROM instances WHERE instances.parent = ?"
ENTRIES = (
    "SELECT instances.id, instances.kind, instances.parent, instances.name, instances.stage, "
    "instances.entered_at, instances.waiting FROM instances ORDER BY instances.id"
)
NAMED = (
    "SELECT instances.id FROM instances "
    "WHERE instances.id = ? OR instances.id LIKE ? ESCAPE '\\' ORDER BY instances.id"
)
HISTORY = (
    "SELECT events.instance, events.sequence, events.at, events.actor, events.pack, events.cause, "
    "events.body FROM events WHERE events.instance = ? ORDER BY events.sequence"
)
