"""Pages and files that people take away, written from a published version.

Belongs here: what is read from the marts and laid out for somebody who decides. What a
number means is dbt's business; nothing here sets a tag or moves a workload.
"""
