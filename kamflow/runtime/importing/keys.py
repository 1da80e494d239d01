"""The keys of mapping files and the codes of what can be wrong with an import.

`docs/reference/mapping.md` explains each of them; a test holds the two together.
"""

KEYS: dict[str, tuple[str, ...]] = {
    "file": ("mapping",),
    "mapping": (
        "subject", "id", "name", "source", "by", "as_of", "decimal", "thousands", "date_format",
        "sheet", "delimiter", "inputs", "query", "facts", "event",
    ),
    "as_of": ("column",),
    "input": ("file", "sheet", "delimiter"),
    "event": ("name", "key", "payload"),
    "payload": ("column", "values", "scale"),
    "fact": ("column", "unit", "source", "by", "as_of", "values", "scale"),
}  # fmt: skip

# I1: the mapping file. I2: the mapping and the policy. I3: the files with data. I4: the query.
CODES = {
    "I101": "the mapping file cannot be read",
    "I102": "unknown key",
    "I103": "key missing",
    "I104": "not the form that is expected here",
    "I105": "value not accepted",
    "I201": "the policy has no such kind of subject",
    "I202": "the policy has no such fact, or it cannot be recorded",
    "I203": "the mapping and the fact do not fit",
    "I204": "this author may not write the fact",
    "I205": "it is not clear to which program the rows belong",
    "I206": "the as-of day does not fit",
    "I207": "the policy has no such event, or it carries no such thing",
    "I301": "the file cannot be read",
    "I302": "the file is not of a kind that can be imported",
    "I303": "the file is not UTF-8",
    "I304": "column missing",
    "I305": "column given twice",
    "I306": "the file is damaged",
    "I307": "the workbook has no such sheet",
    "I401": "the query cannot be run",
    "I402": "the query may not do that",
    "I403": "the query stopped at a value",
}
