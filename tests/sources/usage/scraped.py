"""Answers of a range query, as Prometheus writes them."""

MIDNIGHT = 1_786_752_000  # 2026-08-15 00:00 UTC
LATER = 498_500  # hours since 1970, 2026-11-13: after every sample
VLLM = {"instance": "10.0.0.7:8000", "model_name": "llama", "engine": "0"}
DCGM = {"Hostname": "gpu-1", "UUID": "GPU-1", "gpu": "0", "modelName": "A10G"}


def series(metric, *values, step=300, start=MIDNIGHT, **labels):
    """Give a series of a sample every step; None where a scrape is missing."""
    samples = [
        [start + number * step, str(value)]
        for number, value in enumerate(values)
        if value is not None
    ]
    return {"metric": {"__name__": metric} | labels, "values": samples}


def answer(*found, kind="matrix"):
    """Give what a range query answers."""
    return {"status": "success", "data": {"resultType": kind, "result": list(found)}}
