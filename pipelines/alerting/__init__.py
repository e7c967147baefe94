"""Alerts of the published version, and weekly summaries: each is sent once.

Belongs here: which alerts are new, what a team's week is told in, pictures of both,
sending them to their channels, and the record of what was sent. Does not belong here:
what an alert is; that is the mart ``fct_alerts``.
"""
