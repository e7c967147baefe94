"""Alerts: what the published marts want somebody to know, told once per channel.

Belongs here: which alerts are new, sending them, and the record of what was sent. Does
not: what an alert is; that is the mart ``fct_alerts``.
"""
