"""The invoice lines that benches read: the public ones beside the checkout, or generated ones."""

import csv
import gzip
import random
from datetime import datetime, timedelta
from pathlib import Path

from bench.measuring import ROOT, WORK

PUBLIC = ROOT.parent / "shared" / "data" / "online_retail_ii" / "data" / "invoice_lines.csv.gz"
AS_OF = "2011-12-01"
LINES, ACCOUNTS = 1_044_847, 5_848

_HEADER = ("invoice", "invoice_date", "customer_id", "country", "stock_code", "quantity", "price")
_BEGIN = datetime(2009, 12, 1, 7, 45)  # noqa: DTZ001 - of the sample, as the file says it
_MINUTES = 729 * 24 * 60
_FIRST, _NOBODY, _CANCELLED = 12_346, 0.25, 0.17


def invoice_lines() -> Path:
    """Return the file of invoice lines; it is generated once when the public one is not there."""
    if PUBLIC.exists():
        return PUBLIC
    path = WORK / "invoice_lines.csv.gz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        _generate(unfinished)
        unfinished.rename(path)
    return path


def _generate(path: Path) -> None:
    """Write lines of the same shape as the public ones: as many lines and accounts, 24 months."""
    chance = random.Random(20111201)  # noqa: S311 - a sample, the same each time
    codes = [f"{number}{chance.choice(['', '', 'A', 'B'])}" for number in range(20_000, 24_800)]
    codes += ["POST", "DOT", "M"]
    with gzip.open(path, "wt", compresslevel=6, encoding="utf-8", newline="") as zipped:
        writer = csv.writer(zipped, lineterminator="\n")
        writer.writerow(_HEADER)
        written, invoice = 0, 489_434
        while written < LINES:
            invoice += 1
            size = min(1 + int(chance.expovariate(1 / 24)), LINES - written)
            at = _BEGIN + timedelta(minutes=int(_MINUTES * written / LINES))
            account = _account(chance, invoice)
            back = chance.random() < _CANCELLED
            head = (f"{'C' if back else ''}{invoice}", f"{at:%Y-%m-%d %H:%M}", account)
            for _ in range(size):
                count = 1 + int(chance.expovariate(1 / 9))
                price = f"{0.12 + chance.expovariate(1 / 4):.2f}"
                code = chance.choice(codes)
                writer.writerow((*head, "United Kingdom", code, -count if back else count, price))
            written += size


def _account(chance: random.Random, invoice: int) -> str:
    """Return a customer, some much more often than others; none for a part of the invoices."""
    if invoice % 7 == 0:  # every account turns up
        return str(_FIRST + invoice // 7 % ACCOUNTS)
    if chance.random() < _NOBODY:
        return ""
    return str(_FIRST + int(ACCOUNTS * chance.random() ** 3))
