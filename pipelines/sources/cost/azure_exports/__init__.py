"""What the exports of Azure Cost Management have in common, whatever they hold.

Cost details and FOCUS exports come with the same manifests, in the same files, with the
same meters and units, and may not know each other as sources.

- ``manifests``  which files are one run of an export, and how many rows they have
- ``files``      CSV and Parquet as text under known names, and refusals by row
- ``dates``      what the texts of dates mean, decided per delivery
- ``drops``      files and manifests to drops: month, scope, which run is newer
- ``tags``       tags as one JSON object
- ``meters``     which model and which tokens the name of a meter stands for
- ``units``      price blocks and units of measure
- ``facts``      services, regions and GPU sizes that a resource id only hints at

Belongs here: what two sources of Azure must read the same way. Does not belong here:
what a charge is; that is each source's ``convert.sql``.
"""
