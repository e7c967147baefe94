"""Alerts of the published version: each is sent once to its channel.

Belongs here: which alerts are new, sending them, and the record of what was sent. Does
not belong here: what an alert is; that is the mart ``fct_alerts``.
"""
