"""Azure: cost details of one subscription, a FOCUS export of the other.

Belongs here: what Azure's exports say of the story. Does not belong here: the story.
"""
