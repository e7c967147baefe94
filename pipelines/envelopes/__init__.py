"""Document envelopes that a vendor's bill and its usage report share.

A provider and a telemetry source may not know each other; what both must read the
same way (pages, buckets, which pull is newer) stands here once.
"""
