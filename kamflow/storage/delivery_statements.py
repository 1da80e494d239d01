"""The statements about endpoints, what is to be delivered to them, and how people are reached."""

ENDPOINTS = (
    "SELECT endpoints.id, endpoints.settings, endpoints.cursor, endpoints.disabled, "
    "endpoints.rest_until FROM endpoints ORDER BY endpoints.id"
)
ENDPOINT = (
    "SELECT endpoints.id, endpoints.settings, endpoints.cursor, endpoints.disabled, "
    "endpoints.rest_until FROM endpoints WHERE endpoints.id = ?"
)
ADD_ENDPOINT = "INSERT INTO endpoints (id, settings, cursor) VALUES (?, ?, ?)"
CHANGE_ENDPOINT = "UPDATE endpoints SET settings=?, disabled=?, rest_until=? WHERE endpoints.id = ?"
REST = "UPDATE endpoints SET rest_until=? WHERE endpoints.id = ?"
DISABLE = "UPDATE endpoints SET disabled=? WHERE endpoints.id = ?"
MOVE_CURSOR = "UPDATE endpoints SET cursor=? WHERE endpoints.id = ? AND endpoints.cursor = ?"
REMOVE_ENDPOINT = "DELETE FROM endpoints WHERE endpoints.id = ?"
REMOVE_DELIVERIES = "DELETE FROM deliveries WHERE deliveries.endpoint = ?"

LEASE = "SELECT endpoints.leased_by, endpoints.leased_until FROM endpoints WHERE endpoints.id = ?"
TAKE_LEASE = "UPDATE endpoints SET leased_by=?, leased_until=? WHERE endpoints.id = ?"
RENEW_LEASE = "UPDATE endpoints SET leased_until=? WHERE endpoints.id = ? AND leased_by = ?"
END_LEASE = (
    "UPDATE endpoints SET leased_by=NULL, leased_until=NULL "
    "WHERE endpoints.id = ? AND leased_by = ?"
)

LAST_MESSAGE = "SELECT max(outbox.number) AS max_1 FROM outbox"
POSTGRES_MARK = "SELECT txid_snapshot_xmax(txid_current_snapshot())"
POSTGRES_OLDEST = "SELECT txid_snapshot_xmin(txid_current_snapshot())"
NEW_MESSAGES = (
    "SELECT outbox.number, outbox.instance, outbox.type, outbox.at FROM outbox "
    "WHERE outbox.number > ? ORDER BY outbox.number LIMIT ?"
)
MESSAGE = (
    "SELECT outbox.number, outbox.instance, outbox.sequence, outbox.type, outbox.at, "
    "events.actor, events.pack, events.body FROM outbox JOIN events "
    "ON events.instance = outbox.instance AND events.sequence = outbox.sequence "
    "WHERE outbox.number IN (%s) ORDER BY outbox.number"
)

ADD_DELIVERY = (
    "INSERT INTO deliveries (endpoint, number, subject, state, attempts, next_at, detail) "
    "VALUES (?, ?, ?, 'waiting', 0, ?, ?) ON CONFLICT DO NOTHING"
)
_COLUMNS = (
    "SELECT deliveries.endpoint, deliveries.number, deliveries.subject, deliveries.state, "
    "deliveries.attempts, deliveries.next_at, deliveries.tried_at, deliveries.error, "
    "deliveries.detail FROM deliveries "
)
# What can be sent now, in order: without what waits for a later instant, and what stands behind
# that of the same subject.
DUE_DELIVERIES = _COLUMNS + (
    "LEFT JOIN (SELECT later.subject AS subject, min(later.number) AS number "
    "FROM deliveries AS later WHERE later.endpoint = ? AND later.state = 'waiting' "
    "AND later.next_at > ? GROUP BY later.subject) AS held "
    "ON held.subject = deliveries.subject AND held.number <= deliveries.number "
    "WHERE deliveries.endpoint = ? AND deliveries.state = 'waiting' AND held.subject IS NULL "
    "ORDER BY deliveries.number LIMIT ?"
)
NEXT_DELIVERY = (
    "SELECT min(deliveries.next_at) AS min_1 FROM deliveries WHERE deliveries.endpoint = ? "
    "AND deliveries.state = 'waiting' AND deliveries.next_at > ?"
)
# Whatever is due, in whichever order; the name may be a pattern of LIKE.
DUE_OF_ANY = _COLUMNS + (
    "WHERE deliveries.endpoint LIKE ? AND deliveries.state = 'waiting' "
    "AND deliveries.next_at <= ? ORDER BY deliveries.endpoint, deliveries.number LIMIT ?"
)
NEXT_OF_ANY = (
    "SELECT min(deliveries.next_at) AS min_1 FROM deliveries "
    "WHERE deliveries.endpoint LIKE ? AND deliveries.state = 'waiting'"
)
DELIVERIES = f"{_COLUMNS}ORDER BY deliveries.endpoint, deliveries.number LIMIT ?"
DELIVERIES_OF = f"{_COLUMNS}WHERE deliveries.endpoint = ? ORDER BY deliveries.number LIMIT ?"
DELIVERIES_IN = (
    f"{_COLUMNS}WHERE deliveries.state = ? ORDER BY deliveries.endpoint, deliveries.number LIMIT ?"
)
DELIVERIES_OF_IN = (
    f"{_COLUMNS}WHERE deliveries.endpoint = ? AND deliveries.state = ? "
    "ORDER BY deliveries.number LIMIT ?"
)
DELIVERY = f"{_COLUMNS}WHERE deliveries.endpoint = ? AND deliveries.number = ?"
COUNTS = (
    "SELECT deliveries.endpoint, deliveries.state, count(*) AS count_1 FROM deliveries "
    "GROUP BY deliveries.endpoint, deliveries.state"
)
END_DELIVERY = "DELETE FROM deliveries WHERE deliveries.endpoint = ? AND deliveries.number = ?"
CHANGE_DELIVERY = (
    "UPDATE deliveries SET state=?, attempts=?, next_at=?, tried_at=?, error=? "
    "WHERE deliveries.endpoint = ? AND deliveries.number = ?"
)

CONTACTS = (
    "SELECT contacts.person, contacts.number, contacts.url FROM contacts "
    "ORDER BY contacts.person, contacts.number"
)
CONTACTS_OF = "SELECT contacts.url FROM contacts WHERE contacts.person = ? ORDER BY contacts.number"
ADD_CONTACT = "INSERT INTO contacts (person, number, url) VALUES (?, ?, ?)"
END_CONTACTS = "DELETE FROM contacts WHERE contacts.person = ?"
