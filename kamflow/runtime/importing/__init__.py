"""Files of accounts and facts: read as a mapping says, judged row by row, all kept or none."""
