"""Published versions over HTTP: the pages, live.

Belongs here: addresses, and who may ask. Does not belong here: what a page is
(``pages``), and which versions there are (``publishing``).
"""
