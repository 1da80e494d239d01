"""Where the parts meet: the facade, the clock, files, settings and imports."""
