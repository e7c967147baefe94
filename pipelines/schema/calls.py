"""What was sent to models, call by call or summed up."""

from pipelines.focus.schema import MONEY
from pipelines.schema.table import ORIGIN, Column, Table

CALLER = (
    Column(
        "provider_name",
        "VARCHAR",
        "Who bills the call, spelled as ServiceProviderName in the ledger, or "
        "`self-hosted`; this is how usage meets the bill.",
    ),
    Column(
        "sub_account_id",
        "VARCHAR",
        "The provider's container below the billing account (OpenAI project, AWS "
        "account), as in the ledger; NULL where the export was not grouped by it.",
    ),
    Column("credential_id", "VARCHAR", "The API key or its hash; NULL where unknown."),
    Column(
        "user_id",
        "VARCHAR",
        "The vendor's or the gateway's user; an e-mail address is a hash. NULL "
        "where unknown.",
    ),
    Column("project_name", "VARCHAR", "The owner's project or team."),
    Column(
        "workload_name",
        "VARCHAR",
        "The application, service or deployment that called.",
    ),
    Column("feature_name", "VARCHAR", "The product feature that the call was for."),
    Column("tenant_id", "VARCHAR", "The customer on whose behalf it was."),
    Column("environment_name", "VARCHAR", "production, staging, ..."),
    Column(
        "resource_id",
        "VARCHAR",
        "What served the call (machine, endpoint, deployment), as the ledger's "
        "ResourceId spells it.",
    ),
    Column("model_id", "VARCHAR", "The model as the bill names it."),
    Column(
        "operation",
        "VARCHAR",
        "What was asked for, in the vendor's word (completions, embeddings, ...).",
    ),
    Column(
        "processing_tier",
        "VARCHAR",
        "standard, batch, flex, priority, ...; NULL where the export was not "
        "grouped by it.",
    ),
    Column(
        "prompt_name",
        "VARCHAR",
        "The prompt template that it was made of; NULL where the export names none.",
    ),
    Column("prompt_version", "VARCHAR", "The version of that template."),
)
TOKENS = (
    Column(
        "input_uncached_tokens",
        "BIGINT",
        "Input tokens that were neither read from nor written to a cache.",
    ),
    Column("input_cache_read_tokens", "BIGINT", "Input tokens read from a cache."),
    Column(
        "input_cache_write_tokens",
        "BIGINT",
        "Input tokens written to a cache, for however long.",
    ),
    Column("output_tokens", "BIGINT", "Output tokens, reasoning included."),
    Column(
        "input_cache_write_1h_tokens",
        "BIGINT",
        "The part of input_cache_write_tokens that was written for an hour; the rest "
        "is for five minutes, the vendors' default. NULL where the source does not "
        "tell them apart.",
    ),
    Column(
        "input_audio_tokens",
        "BIGINT",
        "The part of input_uncached_tokens that was audio; NULL where unknown.",
    ),
    Column(
        "input_image_tokens",
        "BIGINT",
        "The part of input_uncached_tokens that was images; NULL where unknown.",
    ),
    Column(
        "output_audio_tokens",
        "BIGINT",
        "The part of output_tokens that was audio; NULL where unknown.",
    ),
    Column(
        "output_image_tokens",
        "BIGINT",
        "The part of output_tokens that was images; NULL where unknown.",
    ),
    Column(
        "reasoning_tokens",
        "BIGINT",
        "The part of output_tokens that was reasoning.",
    ),
)
# What model servers say of their work; it splits their bill into input and output.
PHASES = (
    Column(
        "server_role",
        "VARCHAR",
        "`prefill` or `decode` where a server does one of both for a pair; NULL where "
        "it does both, or nobody says so.",
    ),
    Column(
        "prefill_seconds",
        MONEY,
        "Seconds spent on prompts until the first token; NULL unless decode_seconds is "
        "known, too.",
    ),
    Column("decode_seconds", MONEY, "Seconds spent on answers after the first token."),
    Column(
        "phases_overlap",
        "BOOLEAN",
        "Whether both seconds are summed over requests, which a server works on side "
        "by side; false where they are those of its GPU. NULL where they are unknown.",
    ),
    Column(
        "serving_seconds",
        MONEY,
        "Seconds in which at least one request ran, by the server's own gauge; several "
        "engines are added up. NULL where none reports it.",
    ),
    Column(
        "observed_seconds",
        MONEY,
        "Seconds of the window for which there are samples; several engines are added "
        "up.",
    ),
)
MODEL_USAGE = Table(
    "model_usage",
    "What was sent to models: tokens by class and requests.",
    "One row per window and caller (provider, account, credential, model, tier, ...).",
    (
        Column(
            "window_start",
            "TIMESTAMP",
            "First moment (UTC) of the window that the counters count.",
        ),
        Column("window_end", "TIMESTAMP", "End of the window, exclusive."),
        *CALLER,
        *TOKENS,
        Column(
            "request_count",
            "BIGINT",
            "Requests: failed, retried and cache-served ones included where the "
            "source counts them.",
        ),
        Column(
            "failed_request_count",
            "BIGINT",
            "The part of request_count that failed; NULL where unknown.",
        ),
        Column(
            "retried_request_count",
            "BIGINT",
            "The part of request_count that a later call with the same logical id "
            "stood in for.",
        ),
        Column(
            "cache_served_request_count",
            "BIGINT",
            "The part of request_count that a cache of the owner's answered, without "
            "a model.",
        ),
        Column(
            "truncated_request_count",
            "BIGINT",
            "The part of request_count that was answered and cut off at the limit of "
            "output tokens; NULL where the source never says why an answer ended.",
        ),
        Column(
            "truncated_output_tokens",
            "BIGINT",
            "The output tokens of such answers; NULL where a source counts calls only"
            " in sums.",
        ),
        Column(
            "failed_tokens",
            "BIGINT",
            "The tokens, input and output, of calls that failed; NULL where a source"
            " counts calls only in sums, or does not say which failed.",
        ),
        Column(
            "uncounted_request_count",
            "BIGINT",
            "The part of request_count that was answered and whose input or output "
            "tokens are unknown: the counters of the row are without them. NULL where "
            "a source counts calls only in sums.",
        ),
        Column(
            "latency_ms",
            "BIGINT",
            "Milliseconds until the answer was complete, summed over "
            "latency_request_count requests.",
        ),
        Column("latency_request_count", "BIGINT", "Requests whose latency is known."),
        Column(
            "gateway_cost",
            MONEY,
            "What a gateway's price list made of it: an estimate that is never added "
            "to the ledger.",
        ),
        Column(
            "gateway_cost_currency", "VARCHAR", "ISO 4217 currency of gateway_cost."
        ),
        Column(
            "other_quantity",
            MONEY,
            "What else was used (images, seconds, characters, a token counter that is "
            "not known), counted in other_unit.",
        ),
        Column("other_unit", "VARCHAR", "The unit of other_quantity."),
        *PHASES,
        Column(
            "inputs_include_cached",
            "BOOLEAN",
            "Whether the export's own input count included cached tokens, which were "
            "then taken out of input_uncached_tokens; of several calls, whether that "
            "of any did.",
        ),
        *ORIGIN,
    ),
    notes="request_count has every call: the failed, the retried (a later call stood in"
    " for it), the truncated (answered, and cut off at the limit of output "
    "tokens) and those that a cache of the owner's answered are among them. The "
    "four input and output counters are disjoint; tokens that were written to a cache "
    "for an hour, audio, images and reasoning are parts of them. gateway_cost is what "
    "a gateway's price list made of the calls: an estimate, no bill.",
)
MODEL_REQUESTS = Table(
    "model_requests",
    "Single calls, a few of each day and caller, for percentiles.",
    "One row per sampled call.",
    (
        Column("requested_at", "TIMESTAMP", "When the call began (UTC)."),
        Column("request_id", "VARCHAR", "The call's id in its log."),
        *CALLER,
        *TOKENS,
        Column("latency_ms", "BIGINT", "Milliseconds until the answer was complete."),
        Column(
            "time_to_first_token_ms", "BIGINT", "Milliseconds until its first token."
        ),
        Column("is_served", "BOOLEAN", "Whether it was answered."),
        Column(
            "sample_weight",
            MONEY,
            "How many calls of its day and caller it stands for.",
        ),
        *ORIGIN,
    ),
    notes="Of each day and caller at most a few hundred, the same ones every time "
    "(those whose ids hash lowest). Each stands for sample_weight calls.",
)
MODEL_SESSIONS = Table(
    "model_sessions",
    "Conversations and agent runs: tokens and calls by session.",
    "One row per day, caller and session.",
    (
        Column("usage_date", "DATE", "The day (UTC) of the calls."),
        Column("session_id", "VARCHAR", "The conversation or agent run."),
        Column(
            "session_name",
            "VARCHAR",
            "What the application calls it, such as the agent's name.",
        ),
        Column(
            "outcome",
            "VARCHAR",
            "How it ended, where the application says so; the last word of the day.",
        ),
        *CALLER,
        *TOKENS,
        Column("request_count", "BIGINT", "Calls of the session on the day."),
        Column("failed_request_count", "BIGINT", "The part of them that failed."),
        *ORIGIN,
    ),
    notes="A session is one conversation or agent run.",
)
