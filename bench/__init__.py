"""Ratios against a physical limit or a peer, one command each."""
