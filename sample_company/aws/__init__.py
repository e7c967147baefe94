"""AWS: a month of line items, and the two formats that they are delivered in.

Belongs here: what the bill of AWS says of the story. Does not belong here: the story.
"""
