"""`python -m kamflow_cli`."""

from kamflow_cli.main import main

main()
