"""Compile the project for all homes of this installation: `python dbt_project/compile.py`.

An installation runs it once, so that no first build waits for dbt. A home of a workspace
with models of its own is compiled by itself.
"""

from pipelines.transform.project import compile_shipped

if __name__ == "__main__":
    compile_shipped()
