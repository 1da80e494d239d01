"""Matchers of event rules: the reference, and durable_rules that confirms it.

Rules that durable_rules gets wrong never reach it, and it runs in a process of its own, so that
neither its errors nor its end decide anything.
"""

from kamflow.runtime.matching.choosing import MATCHERS, matcher_for
from kamflow.runtime.matching.confirming import ConfirmedMatcher, Matcher, MatcherState

__all__ = ["MATCHERS", "ConfirmedMatcher", "Matcher", "MatcherState", "matcher_for"]
