"""Backups: all of a home that cannot be rebuilt, in one file, and back again.

Belongs here: which files those are (``contents``), the archive (``writing``), and
restoring it whole or not at all (``restoring``). Does not belong here: what the files
say, and the lock of a home (``publishing.lock``).
"""
