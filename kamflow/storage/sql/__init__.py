"""Conditions as SQL over typed columns. `kamflow.storage.portfolio` is the way in."""
