"""Prometheus samples: what counters rose by, and what a bad sample becomes."""

from decimal import Decimal

import pytest
from scraped import DCGM, LATER, MIDNIGHT, VLLM, answer, series

from pipelines.landing.deliveries import scan
from pipelines.sources.usage.prometheus import SOURCES

USAGE, GPU = SOURCES


@pytest.fixture
def scrape(put):
    """Put an answer into the exports folder."""

    def write(name, *found, hour=LATER):
        return put(name, answer(*found), hour)

    return write


def usage(convert, columns, period="2026-08"):
    return convert(USAGE, period, columns)


def test_a_counter_is_what_it_rose_by_in_the_hour(scrape, convert):
    scrape(
        "vllm.json",
        series("vllm:prompt_tokens_total", 1000, 1600, 1900, **VLLM),
        series("vllm:prefix_cache_hits_total", 100, 300, 350, **VLLM),
        series("vllm:generation_tokens_total", 10, 40, 95, **VLLM),
        series("vllm:e2e_request_latency_seconds_sum", 2.5, 4, 5.75, **VLLM),
        series("vllm:e2e_request_latency_seconds_count", 5, 8, 9, **VLLM),
        series("vllm:request_success_total", 5, 8, 9, finished_reason="stop", **VLLM),
        series("vllm:request_success_total", 0, 1, 2, finished_reason="abort", **VLLM),
    )

    rows = usage(
        convert,
        "window_start::text, window_end::text, provider_name, resource_id, model_id, "
        "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
        "output_tokens, request_count, failed_request_count, latency_ms, "
        "latency_request_count, inputs_include_cached",
    )

    assert rows == [
        (
            "2026-08-15 00:00:00",
            "2026-08-15 01:00:00",
            "self-hosted",
            "10.0.0.7",
            "llama",
            900 - 250,
            250,
            0,
            85,
            4 + 2,
            2,
            3250,
            4,
            True,
        )
    ]


def test_a_server_that_did_not_say_what_it_cached_is_not_said_to_have_cached_nothing(
    scrape, convert
):
    scrape("vllm.json", series("vllm:prompt_tokens_total", 0, 600, **VLLM))

    columns = "input_uncached_tokens, input_cache_read_tokens, output_tokens"
    assert usage(convert, columns) == [(600, None, None)]


def test_more_read_from_the_cache_than_was_sent_is_a_prompt_computed_twice(
    scrape, convert
):
    scrape(
        "vllm.json",
        series("vllm:prompt_tokens_total", 0, 600, **VLLM),
        series("vllm:prefix_cache_hits_total", 0, 700, **VLLM),
    )

    columns = "input_uncached_tokens, input_cache_read_tokens"
    assert usage(convert, columns) == [(0, 600)]


def test_a_sample_on_the_hour_closes_the_hour_before(scrape, convert):
    values = range(0, 130 * 11, 11)
    scrape(
        "vllm.json", series("vllm:generation_tokens_total", *values, step=60, **VLLM)
    )

    rows = usage(convert, "hour(window_start), output_tokens")

    assert rows == [(0, 660), (1, 660), (2, 9 * 11)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((500, 900, 40, 100), (400 + 40 + 60, {})),
        ((0, 10, None, None, 40), (40, {})),
        ((0, 10, 20, None, None, None, 90, 95), (20 + 5, {"the first after a gap": 1})),
        ((0, "NaN", 70), (70, {"not a number": 1})),
        ((0, "+Inf", 70), (70, {"not a number": 1})),
        ((0, -5, 70), (70, {"a value that its metric cannot have": 1})),
        ((0, 9.3e18, 70), (70, {"a number that stands for no value": 1})),
    ],
    ids=["reset", "missed scrapes", "gap", "NaN", "Inf", "negative", "sentinel"],
)
def test_a_counter_of_trouble_rises_by_a_stated_rule(
    values, expected, scrape, convert, reasons
):
    rose, left_out = expected
    scrape("vllm.json", series("vllm:generation_tokens_total", *values, **VLLM))

    assert usage(convert, "output_tokens") == [(rose,)]
    summed = sum(v is not None for v in values) - 2 - sum(left_out.values())
    counted = left_out | {
        "the first of its series": 1,
        "summed into the row of its hour": summed,
    }
    assert reasons() == {reason: count for reason, count in counted.items() if count}


def test_samples_out_of_order_are_sorted_by_their_time(scrape, convert):
    found = series("vllm:generation_tokens_total", 0, 30, 50, 5, **VLLM)
    found["values"].reverse()
    scrape("vllm.json", found)

    assert usage(convert, "output_tokens") == [(50 + 5,)]


def test_scrapes_of_two_files_that_overlap_are_counted_once(scrape, convert, reasons):
    first = series("vllm:generation_tokens_total", 0, 10, 20, 30, **VLLM)
    second = series(
        "vllm:generation_tokens_total",
        *(20, 30, 40, 50),
        start=MIDNIGHT + 600,
        prometheus_replica="b",
        **VLLM,
    )
    scrape("a.json", first)
    scrape("b.json", second, hour=LATER + 1)

    assert usage(convert, "output_tokens") == [(50,)]
    assert reasons() == {
        "its series has the moment again": 2,
        "the first of its series": 1,
        "summed into the row of its hour": 4,
    }


def test_each_engine_of_a_server_counts_for_itself(scrape, convert):
    other = VLLM | {"engine": "1"}
    scrape(
        "vllm.json",
        series("vllm:generation_tokens_total", 100, 110, **VLLM),
        series("vllm:generation_tokens_total", 7, 9, **other),
    )

    assert usage(convert, "output_tokens") == [(12,)]


def test_samples_of_the_future_are_a_clock_that_is_wrong(scrape, convert, reasons):
    hour = MIDNIGHT // 3600 - 24
    scrape(
        "vllm.json",
        series("vllm:generation_tokens_total", 0, 10, 30, **VLLM),
        hour=hour,
    )

    assert usage(convert, "output_tokens") == []
    assert reasons() == {
        "the first of its series": 1,
        "later than its file was written": 2,
    }


def test_months_that_share_their_midnight_lose_nothing_and_count_nothing_twice(
    scrape, convert
):
    september = 1_788_220_800
    before = series(
        "vllm:generation_tokens_total", 0, 10, 30, start=september - 600, **VLLM
    )
    after = series("vllm:generation_tokens_total", 30, 70, start=september, **VLLM)
    scrape("08.json", before)
    scrape("09.json", after)

    columns = "window_start::text, output_tokens"
    assert usage(convert, columns) == [("2026-08-31 23:00:00", 30)]
    assert usage(convert, columns, "2026-09") == [("2026-09-01 00:00:00", 40)]


def test_what_nobody_reads_is_counted(scrape, convert, reasons):
    scrape(
        "all.json",
        series("vllm:generation_tokens_total", 0, 10, **VLLM),
        series("vllm:iteration_tokens_total_bucket", 0, 10, 11, le="8"),
    )

    usage(convert, "output_tokens")

    assert reasons() == {
        "the first of its series": 1,
        "a metric that is not read": 3,
    }


def test_tgi_says_tokens_in_its_histograms(scrape, convert):
    labels = {"instance": "tgi-1:80", "service": "answers", "model_id": "mistral"}
    scrape(
        "tgi.json",
        series("tgi_request_input_length_sum", 100, 450, **labels),
        series("tgi_request_generated_tokens_sum", 10, 60, **labels),
        series("tgi_request_success", 4, 9, **labels),
        series("tgi_request_failure", 1, 3, **labels),
    )

    columns = (
        "workload_name, input_uncached_tokens, output_tokens, request_count, "
        "failed_request_count"
    )
    assert usage(convert, columns) == [("answers", 350, 50, 7, 2)]


def test_triton_counts_inferences_and_no_tokens(scrape, convert):
    labels = {"instance": "tri-1:8002", "model": "resnet", "version": "1"}
    scrape(
        "triton.json",
        series("nv_inference_request_success", 0, 20, **labels),
        series("nv_inference_request_failure", 0, 1, reason="OTHER", **labels),
        series("nv_inference_count", 0, 80, **labels),
        series("nv_inference_request_duration_us", 0, 40_000, **labels),
    )

    columns = (
        "model_id, request_count, failed_request_count, other_quantity, other_unit, "
        "latency_ms, output_tokens, inputs_include_cached"
    )
    assert usage(convert, columns) == [
        ("resnet", 21, 1, Decimal(80), "Inferences", 40, None, False)
    ]


@pytest.mark.parametrize(
    ("labels", "resource"),
    [
        ({"provider_id": "aws:///us-east-1d/i-0abc", "node": "ip-10-0-0-1"}, "i-0abc"),
        ({"instance_id": "i-0def", "pod": "llama-0"}, "i-0def"),
        ({"node": "ip-10-0-0-1"}, "ip-10-0-0-1"),
        ({}, "10.0.0.7"),
    ],
)
def test_the_machine_is_named_as_the_bill_names_it_where_a_label_does(
    labels, resource, scrape, convert
):
    scrape("vllm.json", series("vllm:generation_tokens_total", 0, 1, **VLLM, **labels))

    assert usage(convert, "resource_id") == [(resource,)]


def test_a_csv_of_samples_is_read_as_well(put, convert):
    labels = '"{""model_name"": ""llama"", ""instance"": ""a:1""}"'
    lines = [
        "time,metric,labels,value",
        f"2026-08-15T00:05:00Z,vllm:generation_tokens_total,{labels},25",
        f"{MIDNIGHT},vllm:generation_tokens_total,{labels},5",
    ]
    put("samples.csv", "\n".join(lines) + "\n", LATER)

    assert usage(convert, "model_id, output_tokens") == [("llama", 20)]


GPU_COLUMNS = "gpu_id, observed_hours, busy_hours, busy_signal"


def test_a_gpu_without_a_sample_is_not_idle_but_unseen(scrape, convert):
    found = [50, 100] + [None] * 5 + [100, 0] + [None] * 4
    scrape("dcgm.json", series("DCGM_FI_DEV_GPU_UTIL", *found, **DCGM))

    hours = Decimal(5) / 60
    assert convert(GPU, "2026-08", "observed_hours, busy_hours") == [
        (round(2 * hours, 9), round(hours, 9))
    ]


def test_the_engine_says_more_than_the_utilization(scrape, convert):
    scrape(
        "dcgm.json",
        series("DCGM_FI_DEV_GPU_UTIL", *[100] * 13, **DCGM),
        series("DCGM_FI_PROF_GR_ENGINE_ACTIVE", *[0.25] * 13, **DCGM),
        series("DCGM_FI_DEV_FB_USED", *[12 * 1024] * 13, **DCGM),
        series("DCGM_FI_DEV_FB_FREE", *[10 * 1024] * 13, **DCGM),
        series("DCGM_FI_DEV_POWER_USAGE", *[150] * 13, **DCGM),
        series(
            "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
            *range(0, 13 * 36_000_000, 36_000_000),
            **DCGM,
        ),
    )

    columns = (
        f"node_name, gpu_model, {GPU_COLUMNS}, allocated_hours, "
        "memory_used_gib_hours, memory_total_gib, energy_kwh, gpu_fraction"
    )
    # 12 times 36 kJ are 432 kJ, which are 0.12 kWh; nobody says who held it.
    assert convert(GPU, "2026-08", columns) == [
        (
            "gpu-1",
            "A10G",
            "GPU-1",
            1,
            Decimal("0.25"),
            "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            None,
            12,
            22,
            Decimal("0.12"),
            1,
        )
    ]


def test_power_is_energy_where_no_counter_is(scrape, convert):
    scrape("dcgm.json", series("DCGM_FI_DEV_POWER_USAGE", *[150] * 13, **DCGM))

    assert convert(GPU, "2026-08", "busy_hours, busy_signal, energy_kwh") == [
        (None, None, Decimal("0.15"))
    ]


def test_the_queue_of_the_pods_server_says_when_its_gpu_is_busy(
    scrape, convert, reasons
):
    pod = {"exported_pod": "llama-0", "exported_namespace": "serving"}
    own = {"pod": "nvidia-dcgm-exporter-x", "namespace": "gpu-operator"}
    server = VLLM | {"pod": "llama-0", "namespace": "serving", "service": "llama"}
    scrape(
        "gpu.json",
        series("DCGM_FI_DEV_GPU_UTIL", *[90] * 13, **DCGM, **own, **pod),
        series("DCGM_FI_DEV_GPU_UTIL", *[0] * 13, **(DCGM | {"UUID": "GPU-2"}), **own),
        series("vllm:num_requests_running", *[0, 2, 1] + [0] * 10, **server),
        series("vllm:num_requests_waiting", *[0, 0, 0, 1] + [0] * 9, **server),
        series("vllm:num_requests_running", 1, 1, pod="elsewhere-0"),
    )

    rows = convert(
        GPU, "2026-08", f"{GPU_COLUMNS}, pod_name, workload_name, allocated_hours"
    )

    queue, util = "vllm:num_requests_running", "DCGM_FI_DEV_GPU_UTIL"
    assert rows == [
        ("GPU-1", 1, Decimal("0.25"), queue, "llama-0", "llama", 1),
        ("GPU-2", 1, 0, util, None, None, 0),
    ]
    # Each series loses its first sample, each GPU's row has one that stands for it.
    assert reasons() == {
        "the first of its series": 5,
        "summed into the row of its hour": 22,
        "what its GPU was busy with": 24,
        "a queue whose pod has no GPU samples": 1,
    }


def test_how_full_the_kv_cache_is_stands_beside_what_its_gpu_did(scrape, convert):
    pod = {"exported_pod": "llama-0", "exported_namespace": "serving"}
    server = VLLM | {"pod": "llama-0", "namespace": "serving"}
    scrape(
        "gpu.json",
        series("DCGM_FI_DEV_GPU_UTIL", *[90] * 13, **DCGM, **pod),
        series("vllm:kv_cache_usage_perc", 0, *[0.25] * 6, *[0.75] * 6, **server),
    )

    rows = convert(GPU, "2026-08", "gpu_id, kv_cache_used_ratio")

    assert rows == [("GPU-1", Decimal("0.5"))]


def test_a_gpu_that_moves_to_another_pod_is_counted_once(scrape, convert):
    gpu = series("DCGM_FI_DEV_GPU_UTIL", *[100] * 7, **DCGM, pod="a", namespace="n")
    then = series(
        "DCGM_FI_DEV_GPU_UTIL",
        *[50] * 7,
        start=MIDNIGHT + 1800,
        **DCGM,
        pod="b",
        namespace="n",
    )
    scrape("dcgm.json", gpu, then)

    rows = convert(GPU, "2026-08", "pod_name, allocated_hours, busy_hours")

    assert sum(row[1] for row in rows) == 1
    assert [row[0] for row in rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("profile", "model", "part"),
    [
        ("1g.10gb", "NVIDIA H100", "0.142857142857"),
        ("3g.20gb", "NVIDIA A100", "0.428571428571"),
        ("2g.12gb", "NVIDIA A30", "0.5"),
    ],
)
def test_a_slice_is_a_part_of_a_gpu(profile, model, part, scrape, convert):
    labels = DCGM | {"modelName": model, "GPU_I_PROFILE": profile, "GPU_I_ID": "3"}
    scrape("dcgm.json", series("DCGM_FI_PROF_GR_ENGINE_ACTIVE", 1, 1, **labels))

    assert convert(GPU, "2026-08", "gpu_id, mig_profile, gpu_fraction") == [
        ("GPU-1/3", profile, Decimal(part))
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (9223372036854775794, "a number that stands for no value"),
        (101, "a value that its metric cannot have"),
        (-1, "a value that its metric cannot have"),
        ("NaN", "not a number"),
    ],
)
def test_a_gauge_that_cannot_be_true_is_left_out_by_name(
    value, reason, scrape, convert, reasons
):
    scrape("dcgm.json", series("DCGM_FI_DEV_GPU_UTIL", 50, 50, value, 50, **DCGM))

    convert(GPU, "2026-08", "busy_hours")

    assert reasons()[reason] == 1


def test_a_gpu_without_a_name_is_left_out_by_name(scrape, convert, reasons):
    scrape("dcgm.json", series("DCGM_FI_DEV_GPU_UTIL", 50, 50, Hostname="gpu-1"))

    assert convert(GPU, "2026-08", "busy_hours") == []
    assert reasons() == {"a GPU without UUID or node and index": 2}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (series("vllm:prompt_tokens_total", "a", "b"), "sample 1: its value is no"),
        (series("", 1) | {"metric": {"pod": "a"}}, "sample 1: its series has no __na"),
        (
            {"metric": {"__name__": "nv_inference_count"}, "values": [["soon", "1"]]},
            "sample 1: its time cannot be read; expected seconds since 1970",
        ),
        (
            series("vllm:prompt_tokens_total", 1, 2, 3, step=7200),
            "vllm:prompt_tokens_total has a sample in more than an hour",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_file_and_sample(
    found, said, scrape, settings
):
    scrape("gpu/samples.json", found)

    refusal, *_ = scan(settings, SOURCES).refusals

    assert refusal.reason.startswith("prometheus: gpu/samples.json: ")
    assert said in refusal.reason


def test_an_instant_query_is_refused(put, settings):
    put("gpu/now.json", answer(kind="vector"))

    refusal, *_ = scan(settings, SOURCES).refusals

    assert "gpu/now.json: resultType is vector, expected matrix" in refusal.reason


def test_a_file_is_landed_for_each_table_that_it_has_samples_of(scrape, settings):
    scrape("dcgm.json", series("DCGM_FI_DEV_GPU_UTIL", 1, 1, **DCGM))

    landing = scan(settings, SOURCES)

    assert [landing.periods(source) for source in SOURCES] == [[], ["2026-08"]]


def test_an_answer_that_the_server_cut_off_is_answered_and_counted(scrape, convert):
    scrape(
        "vllm.json",
        series("vllm:prompt_tokens_total", 0, 900, **VLLM),
        series("vllm:request_success_total", 5, 8, finished_reason="stop", **VLLM),
        series("vllm:request_success_total", 1, 3, finished_reason="length", **VLLM),
    )

    columns = "request_count, failed_request_count, truncated_request_count"
    assert usage(convert, columns) == [(3 + 2, 0, 2)]


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (["1786752600", "many"], "not a number"),
        (["1786752600", ""], "not a number"),
        (["1786752600", "+Inf"], "not a number"),
        (["1786752600", "-5"], "a value that its metric cannot have"),
        (["soon", "3"], "a time that is none"),
        (["1e300", "3"], "a time that is none"),
        (["-1", "3"], "a time that is none"),
        (["0", "3"], "a time that is none"),
        (["1970-01-01T00:00:00Z", "3"], "a time that is none"),
    ],
)
def test_an_odd_sample_is_left_out_by_name_and_stops_no_other(
    odd, reason, scrape, convert, reasons
):
    found = series("vllm:prompt_tokens_total", 1, 2, **VLLM)
    found["values"].append(odd)
    scrape("a.json", found)

    assert usage(convert, "input_uncached_tokens") == [(1,)]
    assert reasons() == {"the first of its series": 1, reason: 1}


@pytest.mark.parametrize(
    "labels",
    ["{", "[]", '"a"', "pod=llm", "{'pod': 'llm'}", "null", "1", '{"a": 1, "a": 2}'],
)
def test_odd_labels_leave_their_sample_out_by_name(labels, put, convert, reasons):
    cell = labels.replace('"', '""')
    rows = "".join(
        f'{MIDNIGHT + step * 300},vllm:prompt_tokens_total,"{cells}",{step}\n'
        for step in range(2)
        for cells in ('{""instance"": ""a""}', cell)
    )
    put("a.csv", f"time,metric,labels,value\n{rows}", LATER)

    assert usage(convert, "resource_id, input_uncached_tokens") == [("a", 1)]
    assert reasons()["labels that are no JSON object"] == 2


@pytest.mark.parametrize("profile", ["all", "0g.5gb", "mixed", "9g.80gb", "g."])
def test_a_slice_of_no_size_is_left_out_by_name(profile, scrape, convert, reasons):
    labels = DCGM | {"GPU_I_PROFILE": profile, "GPU_I_ID": "3"}
    scrape("dcgm.json", series("DCGM_FI_DEV_GPU_UTIL", 50, 50, **labels))

    assert convert(GPU, "2026-08", "gpu_id") == []
    assert reasons() == {"a MIG profile that names no slices": 2}
