"""Event rules: what came true by what happened, or by time alone."""
