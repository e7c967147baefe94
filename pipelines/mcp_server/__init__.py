"""Tools by which an agent asks the published version, over the Model Context Protocol.

Belongs here: which tools and prompts there are, what each answer says beside its rows,
and how they are served. Does not belong here: a number that no mart has, a write, and
the SQL of people (``unitmill query``).
"""
