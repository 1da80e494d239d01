"""Snapshots to report values. A report is one value; faces render it as table, JSON and so on."""
