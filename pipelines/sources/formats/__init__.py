"""File formats that several sources share.

Belongs here: what two sources must read the same way, since sources may not know each
other: pages, buckets, which pull or row is newer, logs, lists that a person fills in,
usage that prepaid credits covered. Does not belong here: what a row means; that is each
source's business.
"""
