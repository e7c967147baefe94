"""The FOCUS specification as data: columns, types and rules, compiled to SQL.

What belongs here: facts of FOCUS 1.4 (Cost and Usage, 65 columns) and what can be
derived from them. What does not: vendors, files, databases of ours.
"""
