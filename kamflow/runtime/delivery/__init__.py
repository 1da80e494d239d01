"""What leaves the database: messages to endpoints and to people, and a calendar.

Nothing here decides anything, and no decision waits for it. It reads what decisions have told the
outbox, and keeps in tables of its own how far each receiver is.
"""
