"""Where instances, their events and the policies live. The only layer that knows SQLAlchemy."""
