"""The demo: a sample company goes through its program, and the engine answers."""
