"""The statements of the everyday paths, as text for the driver's cursor.

As text they run without SQLAlchemy, whose import alone costs more than all that a short command
does. A test has SQLite prepare each of them for the schema of the migrations.
"""

SCHEMA_VERSION = "SELECT version_num FROM alembic_version"

SQLITE_HAS_SCHEMA = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
POSTGRES_HAS_SCHEMA = "SELECT to_regclass('alembic_version') IS NOT NULL"

PACK_ENTRIES = (
    "SELECT packs.digest, packs.number, packs.pack, packs.version, packs.published_at, "
    "packs.published_by FROM packs ORDER BY packs.number"
)
PACK_CONTENT = "SELECT packs.content FROM packs WHERE packs.digest = ? LIMIT 1"

NEWEST_PACK = "SELECT packs.digest FROM packs ORDER BY packs.number DESC LIMIT 1"

SNAPSHOT = (
    "SELECT instances.snapshot, instances.head, instances.schedule FROM instances "
    "WHERE instances.id = ?"
)
# What a command begins with, in one go: the instance, what it belongs to, the newest policy, and
# the answer that the command had before.
FIRST = (
    "SELECT instances.snapshot, instances.head, instances.schedule, "
    "above.snapshot, above.head, above.schedule, "
    "(SELECT packs.digest FROM packs ORDER BY packs.number DESC LIMIT 1) AS newest, "
    "requests.command, requests.instance, requests.first, requests.last, requests.answer "
    "FROM instances LEFT OUTER JOIN instances AS above ON above.id = instances.parent "
    "LEFT OUTER JOIN requests ON requests.key = ? WHERE instances.id = ?"
)
SNAPSHOTS = (
    "SELECT instances.snapshot, instances.head, instances.schedule FROM instances "
    "WHERE instances.id IN (%s)"
)
MEMBERS = (
    "SELECT instances.snapshot, instances.head, instances.schedule FROM instances "
    "WHERE instances.parent = ? AND instances.kind = ? ORDER BY instances.id"
)
ENTRIES = (
    "SELECT instances.id, instances.kind, instances.parent, instances.name, instances.stage, "
    "instances.entered_at, instances.waiting, instances.tasks FROM instances ORDER BY instances.id"
)
UNCLAIMED = (
    "SELECT instances.id FROM instances LEFT JOIN claims ON claims.instance = instances.id "
    "WHERE instances.due_at <= ? AND (claims.instance IS NULL OR claims.until <= ?) "
    "ORDER BY instances.due_at, instances.id LIMIT ?"
)
DUE_AND_SOUND = (
    "SELECT instances.id FROM instances LEFT JOIN claims ON claims.instance = instances.id "
    "WHERE instances.due_at <= ? "
    "AND (claims.instance IS NULL OR claims.until <= ? OR claims.failures = 0) "
    "ORDER BY instances.due_at, instances.id LIMIT ?"
)
DUE_BY = (
    "SELECT instances.id FROM instances WHERE instances.due_at <= ? "
    "ORDER BY instances.due_at, instances.id"
)
NEXT_FREE = (
    "SELECT instances.due_at FROM instances LEFT JOIN claims ON claims.instance = instances.id "
    "WHERE instances.due_at IS NOT NULL AND claims.instance IS NULL "
    "ORDER BY instances.due_at LIMIT 1"
)
NEXT_CLAIMED = (
    "SELECT min(CASE WHEN claims.until > instances.due_at THEN claims.until "
    "ELSE instances.due_at END) FROM claims CROSS JOIN instances "  # SQLite begins with claims
    "WHERE instances.id = claims.instance AND instances.due_at IS NOT NULL"
)
CLAIM = (
    "INSERT INTO claims (instance, until, failures, error) VALUES (?, ?, 0, '') "
    "ON CONFLICT (instance) DO UPDATE SET until = excluded.until"
)
POSTPONE = (
    "INSERT INTO claims (instance, until, failures, error) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (instance) DO UPDATE SET until = excluded.until, failures = excluded.failures, "
    "error = excluded.error"
)
FAILURES = "SELECT claims.failures FROM claims WHERE claims.instance = ?"
END_CLAIM = "DELETE FROM claims WHERE claims.instance = ?"
WAITING_MEMBERS = (
    "SELECT instances.id FROM instances WHERE instances.parent = ? AND instances.waiting > 0 "
    "ORDER BY instances.id"
)
STAGE_COUNTS = (
    "SELECT instances.stage, count(*) AS count_1 FROM instances "
    "WHERE instances.parent = ? AND instances.kind = ? "
    "GROUP BY instances.stage ORDER BY instances.stage"
)
STAGE_OVERDUE = (
    "SELECT count(*) AS count_1 FROM instances WHERE instances.parent = ? "
    "AND instances.kind = ? AND instances.stage = ? AND instances.entered_at < ?"
)
NAMED = (
    "SELECT instances.id FROM instances "
    "WHERE instances.id = ? OR instances.id LIKE ? ESCAPE '\\' ORDER BY instances.id"
)
HISTORY = (
    "SELECT events.instance, events.sequence, events.at, events.actor, events.pack, events.cause, "
    "events.body FROM events WHERE events.instance = ? ORDER BY events.sequence"
)

LAST_PACK = "SELECT max(packs.number) AS max_1 FROM packs"
ADD_PACK = (
    "INSERT INTO packs (number, digest, pack, version, published_at, published_by, content) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
ADD_INSTANCE = (
    "INSERT INTO instances (id, kind, parent, name, workflow, stage, entered_at, sequence, "
    "waiting, tasks, due_at, schedule, head, snapshot) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
CHANGE_INSTANCE = (
    "UPDATE instances SET name=?, stage=?, entered_at=?, sequence=?, waiting=?, tasks=?, "
    "due_at=?, schedule=?, head=?, snapshot=? WHERE instances.id = ? AND instances.sequence = ?"
)
PLAN_INSTANCE = (
    "UPDATE instances SET due_at=?, schedule=? WHERE instances.id = ? AND instances.sequence = ?"
)
ADD_REPORT = "INSERT INTO reports (instance, name, happened_at, sequence) VALUES (?, ?, ?, ?)"
REPORTS = (
    "SELECT reports.sequence, events.body FROM reports JOIN events "
    "ON events.instance = reports.instance AND events.sequence = reports.sequence "
    "WHERE reports.instance = ? AND reports.name = ? "
    "ORDER BY reports.happened_at, reports.sequence"
)
ADD_EVENT = (
    "INSERT INTO events (instance, sequence, at, kind, actor, pack, cause, body, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_MESSAGE = "INSERT INTO outbox (instance, sequence, type, at) VALUES (?, ?, ?, ?)"
ADD_REQUEST = (
    "INSERT INTO requests (key, command, instance, first, last, answer, at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
REQUEST = (
    "SELECT requests.command, requests.instance, requests.first, requests.last, requests.answer "
    "FROM requests WHERE requests.key = ?"
)
SPAN = (
    "SELECT events.instance, events.sequence, events.at, events.actor, events.pack, events.cause, "
    "events.body FROM events WHERE events.instance = ? AND events.sequence <= ? "
    "ORDER BY events.sequence"
)

DATABASE_ID = "SELECT about.value FROM about WHERE about.name = 'id'"

LAST_CHECKPOINT = (
    "SELECT checkpoints.number, checkpoints.at, checkpoints.instances, checkpoints.events, "
    "checkpoints.root, checkpoints.policies, checkpoints.previous, checkpoints.signature, "
    "checkpoints.key "
    "FROM checkpoints ORDER BY checkpoints.number DESC LIMIT 1"
)
ADD_CHECKPOINT = (
    "INSERT INTO checkpoints (number, at, instances, events, root, policies, previous, signature, "
    "key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_HEADS = (
    "INSERT INTO checkpoint_heads (instance, sequence, checkpoint, head) "
    "SELECT instances.id, instances.sequence, ?, instances.head FROM instances "
    "WHERE NOT EXISTS (SELECT 1 FROM checkpoint_heads "
    "WHERE checkpoint_heads.instance = instances.id "
    "AND checkpoint_heads.sequence = instances.sequence)"
)

PEOPLE = (
    "SELECT people.id, people.name, people.mail, people.erased_at FROM people ORDER BY people.id"
)
PERSON = (
    "SELECT people.id, people.name, people.mail, people.erased_at FROM people WHERE people.id = ?"
)
ADD_PERSON = "INSERT INTO people (id, name, mail, erased_at) VALUES (?, ?, ?, ?)"
CHANGE_PERSON = "UPDATE people SET name=?, mail=?, erased_at=? WHERE people.id = ?"
HEADS = (
    "SELECT instances.id, instances.sequence, instances.head FROM instances ORDER BY instances.id"
)

IMPORT_STATE = "SELECT imports.state FROM imports WHERE imports.id = ?"
ADD_IMPORT = "INSERT INTO imports (id, at, rows, state) VALUES (?, ?, ?, ?)"
CHANGE_IMPORT = "UPDATE imports SET at=?, rows=?, state=? WHERE imports.id = ?"
END_IMPORT = "DELETE FROM imports WHERE imports.id = ?"
MESSAGES = (
    "SELECT outbox.number, outbox.instance, outbox.sequence, outbox.type, outbox.at, "
    "events.actor, events.pack, events.body FROM outbox JOIN events "
    "ON events.instance = outbox.instance AND events.sequence = outbox.sequence "
    "WHERE outbox.number > ? ORDER BY outbox.number LIMIT ?"
)
