"""Proof of the history: checkpoints, exports, and the verifier of both."""
