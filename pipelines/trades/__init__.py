"""Trades: other machines for the same work, and the page that argues for one.

``options.py`` reads the list that a person keeps beside the exports, ``one_pager.py``
writes a trade of a published version as Markdown. What a trade saves is dbt's business
(``fct_migration_scenarios``).
"""

from pipelines.trades import options

SOURCE = options.SOURCE

__all__ = ["SOURCE"]
