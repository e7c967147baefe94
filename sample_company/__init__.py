"""Sample exports of an invented company, and benchmark data of any size.

Belongs here: making export files that look like the vendors' own. Does not belong here:
reading them; ``pipelines.sources`` does that and knows nothing of this package.

``story`` is what happened, one module per system writes it down:

story -> aws.rows (aws.line, aws.compute, aws.services, aws.charges)
      -> aws.legacy, aws.cur2
      -> openai, ferrum, slurm, mlflow
      -> invoices -> make
"""
