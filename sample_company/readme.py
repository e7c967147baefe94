"""The text of ``sample_exports/README.md``.

Belongs here: words only.
"""

README = """\
# Sample exports

Three billing months, 2026-08 to 2026-10, of Lumenloop, a company that does not exist.
Made by `python -m sample_company`; do not edit, the next run overwrites it.

| folder | what it holds |
|---|---|
| `aws/legacy` | 2026-08 as legacy CUR: an early assembly, then the final one |
| `aws/cur2` | 2026-09 and 2026-10 as CUR 2.0 Parquet; October came twice |
| `azure` | cost details of three months, October twice; a FOCUS export of October |
| `gcp` | detailed billing export rows in JSON, two appended files per month |
| `oci` | cost reports of Oracle Cloud, two files per month; one row came twice |
| `onprem` | machines of the office and the shops, their power and running costs |
| `openai` | Usage and Costs API pages of six overlapping pulls |
| `openrouter` | activity CSV of three months that overlap; a page of its API |
| `prepaid` | credits bought at OpenRouter, which its use draws down |
| `ownership` | who owns what, and how shared costs are split |
| `contracts` | what contracts say that tokens cost |
| `databricks` | billable usage beside list prices, one export per month |
| `ferrum` | monthly invoice CSV of a GPU cloud |
| `slurm` | one `sacct` dump per month |
| `mlflow` | tracking store of the Slurm runs, `search_runs()` CSV of SageMaker's |
| `run_plans` | what training runs and experiments were planned to take |
| `bedrock_logs` | Bedrock's invocation logs of October, a file per account and day |
| `litellm` | a gateway's spend log of October, before Azure OpenAI |
| `otel_genai`, `claude_code` | five days of an agent on Claude, and of a developer |
| `github`, `cursor` | reports, events and API pages of coding tools; some are twice |
| `claude_code_logs`, `codex_logs` | three days of coding agents' own logs |
| `coding_seats`, `pull_requests` | who holds which seat, and what was merged |
| `langfuse`, `call_log` | what kiosks were asked: a trial, then their own log |
| `sagemaker` | a training job that no tracker knows |
| `ray`, `kubeflow` | the platform team's own training, on Azure's reserved machine |
| `prometheus` | hourly counters of vLLM and gauges of DCGM, by month |
| `deployments` | which machine serves which model |
| `model_variants` | how good and how fast variants of models are |
| `opencost` | daily allocations of the cluster `inference`, by month |
| `openshift` | hourly usage of the office's cluster in October |
| `budgets` | what projects, teams and the whole company may cost |
| `optimizations` | what is changed to save money, and what it promises |
| `migration_scenarios` | the same work on other machines, as somebody proposes it |
| `business_values` | what AI sold, saved and resolved, by its owners' count |
| `storage_access` | what lies in which bucket, and who read it last |
| `pipeline_runs` | how the nightly corpus job went |
| `native_totals` | what the clouds' own consoles said that October cost |
| `invoices` | what finance was asked to pay |
| `PLANTED.csv` | every difference that was put in on purpose, to the last decimal |

## The story

- **training** trains on AWS (a p4d node under a savings plan, a second one on demand,
  two Spot nodes) and on Ferrum (two nodes of eight H100). Spot nodes are taken away and
  runs resume from their last checkpoint; some runs fail; nodes idle between runs.
- **search** rents models from OpenAI, Bedrock and Vertex AI, and serves its ranker on
  SageMaker, on an EKS cluster and on a spot GPU machine of Google's. Databricks
  prepares its corpus every night and embeds its queries.
  Since 12 August it serves `llama-3.1-8b-instruct` itself, with vLLM on two of the four
  GPUs of an EKS machine; the other two stay idle until a second replica comes on
  5 October. The server restarted on 27 August, and metrics of the night of
  20 September are lost.
- **marketing** runs a chatbot on OpenAI (`proj_marketing_chatbot`), planned at $2,000 a
  month. In October it costs five times that. It tries other models at OpenRouter,
  with credits that it buys in advance.
- **platform** owns the cluster, and rents gpt-4o and a reserved A100 machine from
  Azure. Oracle keeps copies of the checkpoints; on Saturdays one is restored there.
  Some things carry no tag at all.
- **stores** runs a small model in its shops: two kiosks on trial from August, twelve
  for good from September. A GPU server in the office, a cluster of one machine, labels
  what they hear with `qwen2.5-7b-instruct`.

## What does not add up, on purpose

- `unmetered_caller`: `proj_growth_experiment` is billed since September and is in no
  usage pull.
- `price_drift`: since 2026-10-15 gpt-4o-mini is billed 20 % above the price list.
- `late_usage`: a part of 30 September's usage is billed on 1 October.
- `batch`: on 8 October OpenAI's meter does not say that a nightly job is a batch.
- `cache_class`: on 6 and 7 October the gateway before Azure meters cached tokens as
  uncached ones.
- `price_drift`, too: global calls of Claude on Bedrock are billed below list.
- `tax`: OpenAI's invoices carry tax that the Costs API does not.
- `credit`: Oracle took 20 dollars off October's invoice for an outage; no row says so.
- `fx`: Driftbase's October invoice is in euros, at a rate of three decimals.
- `rounding`: an invoice has whole cents, its rows have more decimals.

Amounts are billed minus metered, or invoice minus rows.
Of Bedrock and of Azure OpenAI there is telemetry of October only.
Calls are of the size that models take: tens of thousands of tokens where search and
agents send documents along.
"""
