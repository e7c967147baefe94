"""What model servers say of prompts and answers: seconds, roles, names of others."""

from decimal import Decimal

import pytest
from scraped import LATER, VLLM, answer, series

from pipelines.sources.usage.prometheus import SOURCES

USAGE, _ = SOURCES
POD = VLLM | {"pod": "llama-0", "namespace": "serving"}
PHASES = (
    "prefill_seconds, decode_seconds, phases_overlap, serving_seconds, observed_seconds"
)
TOKENS = "input_uncached_tokens, input_cache_read_tokens, output_tokens"


@pytest.fixture
def usage(put, convert):
    """Give columns of the rows that series make."""

    def ask(columns, *found):
        put("servers.json", answer(*found), LATER)
        return convert(USAGE, "2026-08", columns)

    return ask


def rising(metric, by, scrapes=13, **labels):
    """Give a counter that rises by as much in each of twelve steps of five minutes."""
    return series(metric, *[by * n for n in range(scrapes)], **labels)


def vllm(prefill, decode, **labels):
    return [
        rising("vllm:request_prefill_time_seconds_sum", prefill, **labels),
        rising("vllm:request_decode_time_seconds_sum", decode, **labels),
    ]


def test_requests_of_vllm_overlap_and_its_gauge_says_how_long_it_served(usage):
    gauge = series("vllm:num_requests_running", 0, *[3] * 6, *[0] * 6, **POD)

    rows = usage(PHASES, *vllm(45, 3705, **POD), gauge)

    # Twelve times 45 and 3,705 seconds; requests ran in six of twelve steps.
    assert rows == [(540, 44460, True, 1800, 3600)]


def test_without_a_gauge_nobody_says_how_long_it_served(usage):
    assert usage(PHASES, *vllm(50, 50, **POD)) == [(600, 600, True, None, 3600)]


def test_a_gauge_of_another_step_stands_for_the_seconds_that_were_seen(usage):
    gauge = series("vllm:num_requests_running", 0, 1, 0, step=1800, **POD)

    rows = usage("serving_seconds, observed_seconds", *vllm(1, 1, **POD), gauge)

    assert rows == [(1800, 3600)]


def test_two_engines_of_a_pod_are_observed_side_by_side(usage):
    other = POD | {"engine": "1"}
    gauges = [
        series("vllm:num_requests_running", 0, *[1] * 12, **POD),
        series("vllm:num_requests_running", *[0] * 13, **other),
    ]

    rows = usage(PHASES, *vllm(10, 90, **POD), *vllm(20, 30, **other), *gauges)

    assert rows == [(360, 1440, True, 3600, 7200)]


def test_a_server_that_restarts_in_the_hour_counts_on(usage):
    values = [0, 100, 200, 40, 80]
    rows = usage(
        PHASES,
        series("vllm:request_prefill_time_seconds_sum", *values, **POD),
        series("vllm:request_decode_time_seconds_sum", *values, **POD),
    )

    # 200 until it stopped, and the 80 that it counts since.
    assert rows == [(280, 280, True, None, 1200)]


def test_seconds_of_one_phase_alone_are_none(usage):
    rows = usage(
        f"{PHASES}, output_tokens",
        rising("vllm:request_prefill_time_seconds_sum", 45, **POD),
        rising("vllm:generation_tokens_total", 10, **POD),
    )

    assert rows == [(None, None, None, None, 3600, 120)]


def test_a_queue_alone_is_no_row_and_counted(usage, reasons):
    gauge = series("vllm:num_requests_running", *[1] * 13, **POD)

    assert usage(PHASES, gauge) == []
    assert reasons() == {
        "the first of its series": 1,
        "a queue of a server that counts nothing": 12,
    }


@pytest.mark.parametrize("name", ["gpu", "forward"])
def test_sglang_tells_the_seconds_of_its_gpu(name, usage):
    metric = f"sglang:{name}_execution_seconds_total"
    said = {"gpu": "forward_", "forward": ""}[name]
    labels = {"model_name": "qwen", "instance": "10.0.0.8:30000"}
    seconds = {"extend": 60, "mixed": 15, "decode": 170, "draft_extend": 5, "idle": 9}
    counted = [
        rising(metric, by, category=f"{said}{category}", **labels)
        for category, by in seconds.items()
    ]

    rows = usage(
        f"{TOKENS}, request_count, {PHASES}",
        *counted,
        rising("sglang:prompt_tokens_total", 1000, **labels),
        rising("sglang:cached_tokens_total", 250, cache_source="device", **labels),
        rising("sglang:generation_tokens_total", 100, **labels),
        rising("sglang:num_requests_total", 2, **labels),
        series("sglang:num_running_reqs", *[1] * 13, **labels),
    )

    # 12 x (60 + 15) and 12 x (170 + 5) seconds.
    assert rows == [(9000, 3000, 1200, 24, 900, 2100, False, 3600, 3600)]


def test_tgi_tells_the_seconds_of_its_gpu_by_method(usage):
    labels = {"instance": "tgi-1:80", "service": "answers"}
    rows = usage(
        PHASES,
        rising("tgi_batch_inference_duration_sum", 75, method="prefill", **labels),
        rising("tgi_batch_inference_duration_sum", 175, method="decode", **labels),
    )

    assert rows == [(900, 2100, False, None, None)]


def test_llama_cpp_counts_the_prompts_that_it_computed(usage):
    labels = {"instance": "edge-1:8080", "model": "small"}
    rows = usage(
        f"{TOKENS}, {PHASES}",
        rising("llamacpp:prompt_tokens_total", 100, **labels),
        rising("llamacpp:prompt_tokens_cached_total", 25, **labels),
        rising("llamacpp:tokens_predicted_total", 10, **labels),
        rising("llamacpp:prompt_seconds_total", 3, **labels),
        rising("llamacpp:tokens_predicted_seconds_total", 7, **labels),
        series("llamacpp:requests_processing", *[2] * 13, **labels),
    )

    assert rows == [(1200, 300, 120, 36, 84, True, 3600, 3600)]


@pytest.mark.parametrize(
    "prefix",
    ["vllm:", "vllm_", "ray_vllm_", "ray_vllm:", "kserve_vllm:", "trtllm_", "trtllm:"],
)
def test_a_name_of_others_before_the_server_s_is_the_same_metric(prefix, usage):
    rows = usage(
        "input_uncached_tokens, output_tokens, prefill_seconds, decode_seconds, "
        "request_count, latency_ms",
        rising(f"{prefix}prompt_tokens_total", 100, **VLLM),
        rising(f"{prefix}generation_tokens_total", 10, **VLLM),
        rising(f"{prefix}request_prefill_time_seconds_sum", 2, **VLLM),
        rising(f"{prefix}request_decode_time_seconds_sum", 8, **VLLM),
        rising(f"{prefix}request_success_total", 1, finished_reason="stop", **VLLM),
        rising(f"{prefix}e2e_request_latency_seconds_sum", 5, **VLLM),
    )

    assert rows == [(1200, 120, 24, 96, 12, 60000)]


def pair(prefill, decode):
    """Give what both servers of a pair say of the same prompt and answer."""
    found = []
    for labels, answered in ((prefill, 1), (decode, 10)):
        found += [
            rising("vllm:prompt_tokens_total", 100, **labels),
            rising("vllm:generation_tokens_total", answered, **labels),
            rising("vllm:request_success_total", 1, finished_reason="stop", **labels),
        ]
    transferred = {
        (0, "local_compute"): 100,
        (1, "local_compute"): 0,
        (0, "external_kv_transfer"): 0,
        (1, "external_kv_transfer"): 100,
    }
    return found + [
        rising(
            "vllm:prompt_tokens_by_source_total",
            by,
            source=source,
            **(prefill, decode)[place],
        )
        for (place, source), by in transferred.items()
    ]


PREFILL = POD | {"pod": "p-0", "llm_d_ai_role": "prefill"}
DECODE = POD | {"pod": "d-0", "llm_d_ai_role": "decode"}
OF_A_PAIR = "server_role, input_uncached_tokens, output_tokens, request_count"


def test_a_prompt_of_a_pair_counts_once_and_its_answer_where_it_ends(usage):
    assert usage(f"{OF_A_PAIR}", *pair(PREFILL, DECODE)) == [
        ("decode", 0, 120, 12),
        ("prefill", 1200, None, None),
    ]


def test_a_decode_server_that_names_no_sources_counts_no_prompt(usage):
    found = [one for one in pair(PREFILL, DECODE) if "source" not in one["metric"]]

    assert usage(OF_A_PAIR, *found) == [
        ("decode", None, 120, 12),
        ("prefill", 1200, None, None),
    ]


def test_a_prompt_that_came_from_another_server_counts_there_without_a_role(usage):
    unnamed = [POD | {"pod": pod, "service": pod} for pod in ("p-0", "d-0")]

    rows = usage(f"workload_name, {OF_A_PAIR}", *pair(*unnamed))

    assert [(row[0], row[2]) for row in rows] == [("d-0", 0), ("p-0", 1200)]


def test_the_role_of_a_server_holds_for_its_series_without_one(usage):
    labels = {"instance": "10.0.0.9:30000", "model_name": "qwen"}
    rows = usage(
        f"server_role, {TOKENS}",
        rising("sglang:prompt_tokens_total", 100, **labels),
        series("sglang:num_running_reqs", *[1] * 13, engine_type="prefill", **labels),
    )

    assert rows == [("prefill", 1200, None, None)]


def test_two_servers_of_a_node_have_the_roles_that_their_labels_say(usage):
    servers = [
        VLLM | {"instance": f"10.0.0.7:{port}", "role": role}
        for port, role in ((8000, "prefill"), (8001, "decode"))
    ]

    assert usage(OF_A_PAIR, *pair(*servers)) == [
        ("decode", 0, 120, 12),
        ("prefill", 1200, None, None),
    ]


@pytest.mark.parametrize("role", ["both", "prefill-decode", "trtllm", "unified"])
def test_a_server_that_does_both_has_no_role(role, usage):
    found = rising("vllm:prompt_tokens_total", 1, engine_type=role, **POD)

    assert usage("server_role, input_uncached_tokens", found) == [(None, 12)]


@pytest.mark.parametrize(
    ("metric", "near"),
    [
        ("vllm:prompt_tokens", "vllm:prompt_tokens_total"),
        ("ray_vllm_prompt_tokens", "vllm:prompt_tokens_total"),
        ("vllm:promt_tokens_total", "vllm:prompt_tokens_total"),
        ("other:generation_tokens_total", "sglang:generation_tokens_total"),
        ("acme_tgi_request_success", "tgi_request_success"),
    ],
)
def test_a_metric_that_is_nearly_one_that_is_read_is_named(
    metric, near, usage, reasons
):
    usage(
        "output_tokens",
        rising("vllm:generation_tokens_total", 1, **POD),
        rising(metric, 1, scrapes=2, **POD),
    )

    name = metric.removeprefix("ray_").replace("vllm_", "vllm:")
    assert reasons()[f"a metric that is not read; {name} is near {near}"] == 2


@pytest.mark.parametrize(
    "metric",
    [
        "vllm:request_prefill_time_seconds_count",
        "vllm:request_decode_time_seconds_bucket",
        "vllm:prefix_cache_queries_total",
        "vllm:time_to_first_token_seconds_sum",
        "DCGM_FI_DEV_GPU_TEMP",
        "nv_inference_exec_count",
    ],
)
def test_a_metric_that_says_something_else_is_near_to_none(metric, usage, reasons):
    usage(
        "output_tokens",
        rising("vllm:generation_tokens_total", 1, **POD),
        rising(metric, 1, scrapes=2, **POD),
    )

    assert reasons()["a metric that is not read"] == 2


def test_seconds_are_decimal(usage):
    rows = usage("prefill_seconds, decode_seconds", *vllm(0.1, 0.7, **POD))

    assert rows == [(Decimal("1.2"), Decimal("8.4"))]
