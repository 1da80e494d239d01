"""What people write instead of an import: read the lines with pandas and work out the figures."""

import sys
from importlib import import_module
from typing import Any

from bench.invoice_lines import AS_OF


def main(file: str) -> None:
    """Work out the facts of each customer as of one day."""
    pd: Any = import_module("pandas")
    as_of = pd.Timestamp(AS_OF)
    seen = _purchases(pd, file)
    seen = seen[seen.invoice_date < as_of]
    year_ago, two_years_ago = as_of - pd.DateOffset(months=12), as_of - pd.DateOffset(months=24)
    now = seen[seen.invoice_date >= year_ago]
    before = seen[(seen.invoice_date >= two_years_ago) & (seen.invoice_date < year_ago)]
    facts = pd.DataFrame(index=pd.Index(sorted(seen.customer_id.unique()), name="customer_id"))
    newest = seen.sort_values(["invoice_date", "invoice"], kind="stable")
    facts["country"] = newest.groupby("customer_id").country.last()
    bought_at = seen[seen.bought].groupby("customer_id").invoice_date
    facts["first"], facts["last"] = bought_at.min(), bought_at.max()
    facts["recency"] = (as_of - facts["last"].dt.normalize()).dt.days
    _add_sums(facts, now, before)
    _add_ratios(facts)
    print(len(facts))


def _purchases(pd: Any, file: str) -> Any:  # noqa: ANN401 - frames have no types here
    text = {"invoice": str, "stock_code": str, "customer_id": "Int64"}
    lines = pd.read_csv(file, dtype=text, parse_dates=["invoice_date"])
    lines["mills"] = (lines.price * 1000).round().astype("int64") * lines.quantity
    lines["is_product"] = lines.stock_code.str.match(r"^\d{5}")
    known = lines[lines.customer_id.notna() & lines.is_product].copy()
    known["back"] = known.invoice.str.startswith("C")
    known["bought"] = ~known.back & (known.quantity > 0)
    known["month"] = known.invoice_date.dt.strftime("%Y-%m")
    return known


def _add_sums(facts: Any, now: Any, before: Any) -> None:  # noqa: ANN401
    facts["ttm"] = now.groupby("customer_id").mills.sum()
    facts["prior"] = before.groupby("customer_id").mills.sum()
    facts["gross"] = now[now.bought].groupby("customer_id").mills.sum()
    facts["returned"] = -now[now.back].groupby("customer_id").mills.sum()
    buying = now[now.bought].groupby("customer_id")
    facts["orders"], facts["months"] = buying.invoice.nunique(), buying.month.nunique()
    facts["breadth"] = buying.stock_code.nunique()
    for name in ("ttm", "prior", "gross", "returned", "orders", "months", "breadth"):
        facts[name] = facts[name].fillna(0).astype("int64")


def _add_ratios(facts: Any) -> None:  # noqa: ANN401
    facts["growth"] = (facts.ttm / facts.prior - 1).where(facts.prior > 0)
    facts["return_rate"] = (facts.returned / facts.gross).where(facts.gross > 0)
    facts["order_value"] = (facts.gross / facts.orders / 1000).where(facts.orders > 0)
    facts["share"] = facts.ttm / facts.ttm.sum()


if __name__ == "__main__":
    main(sys.argv[1])
