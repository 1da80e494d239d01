"""The `kamflow` command line."""
