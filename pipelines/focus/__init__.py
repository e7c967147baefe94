"""The FOCUS specification as data: columns, types and rules, compiled to SQL.

Belongs here: facts of FOCUS 1.4 (Cost and Usage, 65 columns) and what can be derived
from them. Does not belong here: vendors, files, and Unitmill's own databases.
"""
