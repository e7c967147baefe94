"""Vendors that can be asked, one file each.

Belongs here: addresses, paging, windows and keys of a vendor. Does not belong here:
HTTP, files, and which days are due (``fetching``).
"""
