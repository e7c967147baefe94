"""Forms of documents that several sources share.

Sources may not know each other; what two of them must read the same way (pages,
buckets, which pull or row is newer, logs, files that a person fills in, use that
credits paid for) stands here once.
"""
