"""Compile the project for all homes of an installation.

An installation runs ``python dbt_project/compile.py`` once, so that no first build
waits for dbt. The home of a workspace with models of its own is compiled by itself.
"""

from pipelines.transform.project import compile_shipped

if __name__ == "__main__":
    compile_shipped()
