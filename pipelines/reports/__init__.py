"""Pages, files and figures that people ask for, read from a published version.

Belongs here: what is read from the marts and laid out for somebody who decides. Does
not belong here: what a number means (dbt), setting a tag, moving a workload.
"""
