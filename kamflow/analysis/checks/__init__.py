"""What can be known of a policy before it runs: gaps, contradictions, dead ends, loops."""
