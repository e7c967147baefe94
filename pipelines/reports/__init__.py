"""Pages and files that people take away, written from a published version.

Belongs here: what is read from the marts and laid out for somebody who decides. Does
not belong here: what a number means (dbt), setting a tag, moving a workload.
"""
