"""What a command's exit code says; `docs/reference/cli.md` explains each."""

DONE = 0
FAILED = 1  # something outside stands in the way: a file, the database, a missing optional part
BAD_INPUT = 2  # the command line, a policy, a mapping or a file has errors; nothing was changed
REFUSED = 3  # the policy says no; the reasons are printed, and kept in the history of the subject
CONFLICT = 4  # somebody else wrote at the same moment; run it again
SCHEMA = 5  # database and kamflow are of different versions; the message says which to upgrade
UNSOUND = 6  # a check found something that does not agree; it is printed
