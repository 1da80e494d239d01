"""The functions for PostgreSQL, whose own NUMERIC adds exactly but divides to fewer digits.

A number at or beyond 10^1900, or as near to zero as 10^-1900, is NULL: PostgreSQL rounds no
further out, and unknown is the safe answer.
"""

IS_THERE = "SELECT to_regprocedure('kamflow_moved(date, numeric, text)')"

_HEAD = "LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS"

# Digits before the point; for what is smaller than 1, zeros after the point as a negative number.
_DIGITS = f"""
CREATE OR REPLACE FUNCTION kamflow_digits(x numeric) RETURNS integer {_HEAD} $$
DECLARE
  size numeric := abs(x);
  part text;
BEGIN
  IF size >= 1 THEN
    RETURN length(trunc(size)::text);
  END IF;
  part := split_part(size::text, '.', 2);
  RETURN length(ltrim(part, '0')) - length(part);
END $$
"""

# 28 digits, ties to even. What is short and near zero, which is almost all, has fewer.
_ROUNDED = f"""
CREATE OR REPLACE FUNCTION kamflow_rounded(x numeric) RETURNS numeric {_HEAD} $$
DECLARE
  places integer;
  low numeric;
  unit numeric;
  rest numeric;
BEGIN
  IF x = 0 OR (scale(x) <= 12 AND abs(x) < 1e16) THEN
    RETURN x;
  END IF;
  places := kamflow_digits(x);
  IF abs(places) > 1900 THEN
    RETURN NULL;
  END IF;
  places := 28 - places;
  IF places >= scale(x) THEN
    RETURN x;
  END IF;
  low := trunc(x, places);
  unit := ('1e' || -places)::numeric;
  rest := 2 * abs(x - low);
  IF rest > unit OR (rest = unit AND mod(low * ('1e' || places)::numeric, 2) <> 0) THEN
    RETURN trim_scale(low + sign(x) * unit);
  END IF;
  RETURN trim_scale(low);
END $$
"""

_OF_TWO = """
CREATE OR REPLACE FUNCTION kamflow_{name}(a numeric, b numeric) RETURNS numeric {head} $$
BEGIN
  RETURN {result};
END $$
"""

# The quotient to 30 digits or more, cut off; a 1 behind it says that something was cut off.
_DIVIDED = f"""
CREATE OR REPLACE FUNCTION kamflow_divided(a numeric, b numeric) RETURNS numeric {_HEAD} $$
DECLARE
  places integer;
  quotient numeric;
  raised numeric;
BEGIN
  IF b = 0 THEN
    RETURN NULL;
  END IF;
  IF a = 0 THEN
    RETURN 0;
  END IF;
  places := 31 - kamflow_digits(a) + kamflow_digits(b);
  raised := a * ('1e' || places)::numeric;
  quotient := div(raised, b) * 10;
  IF mod(raised, b) <> 0 THEN
    quotient := quotient + sign(a) * sign(b);
  END IF;
  RETURN kamflow_rounded(quotient * ('1e' || -(places + 1))::numeric);
END $$
"""

_TOTAL = """
CREATE OR REPLACE AGGREGATE kamflow_total(numeric) (
  sfunc = kamflow_plus, stype = numeric, initcond = '0'
)
"""

# Ordinals as Python counts them: 1 is the first day of year 1, a Monday. No day is further away
# than four million, whatever the unit.
_MOVED = f"""
CREATE OR REPLACE FUNCTION kamflow_moved(since date, amount numeric, unit text) RETURNS date
{_HEAD} $$
DECLARE
  epoch CONSTANT date := DATE '0001-01-01';
  step integer := CASE WHEN trunc(amount) < 0 THEN -1 ELSE 1 END;
  whole integer;
  place integer := since - epoch;
  behind integer;
  first date;
BEGIN
  IF abs(amount) > 4000000 THEN
    RETURN NULL;
  END IF;
  whole := trunc(amount);
  IF unit = 'months' THEN
    whole := whole + extract(year FROM since)::integer * 12;
    whole := whole + extract(month FROM since)::integer - 1;
    IF whole < 12 OR whole >= 120000 THEN
      RETURN NULL;
    END IF;
    first := make_date(whole / 12, mod(whole, 12) + 1, 1);
    RETURN least(
      first + extract(day FROM since)::integer - 1, (first + interval '1 month')::date - 1
    );
  ELSIF unit = 'business days' THEN
    IF whole <> 0 THEN
      behind := CASE WHEN step > 0 THEN mod(place, 7) ELSE mod(11 - mod(place, 7), 7) END;
      whole := abs(whole) + least(behind, 4);
      place := place + step * (7 * (whole / 5) + mod(whole, 5) - behind);
    END IF;
  ELSE
    place := place + whole;
  END IF;
  RETURN CASE WHEN place BETWEEN 0 AND 3652058 THEN epoch + place END;
END $$
"""


def _of_two(name: str, result: str) -> str:
    return _OF_TWO.format(name=name, head=_HEAD, result=result)


FUNCTIONS = (
    _DIGITS,
    _ROUNDED,
    _of_two("plus", "kamflow_rounded(a + b)"),
    _of_two("minus", "kamflow_rounded(a - b)"),
    _of_two("times", "kamflow_rounded(a * b)"),
    _DIVIDED,
    _TOTAL,
    _of_two("least", "least(a, b)"),
    _of_two("greatest", "greatest(a, b)"),
    _MOVED,  # the last one: where it is, all are
)
