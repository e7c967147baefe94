"""Lines of sessions of coding agents, with a prompt that must get nowhere."""

MARKER = "MARKER-OF-A-PROMPT"
TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens, request_count"
)


def answer(message="msg_1", request="req_1", output=40, time="10:00:00", **usage):
    counts = {
        "input_tokens": 100,
        "cache_creation_input_tokens": 60,
        "cache_read_input_tokens": 900,
        "output_tokens": output,
        "cache_creation": {"ephemeral_1h_input_tokens": 20},
        "service_tier": "standard",
    }
    return {
        "parentUuid": None,
        "isSidechain": False,
        "cwd": "/code/somebody/web",
        "sessionId": "s-1",
        "gitBranch": "main",
        "type": "assistant",
        "timestamp": f"2026-09-03T{time}.000Z",
        "requestId": request,
        "message": {
            "id": message,
            "model": "claude-sonnet-4-5-20250929",
            "content": [{"type": "text", "text": MARKER}],
            "usage": counts | usage,
        },
    }


def prompt():
    return {
        "parentUuid": None,
        "sessionId": "s-1",
        "type": "user",
        "timestamp": "2026-09-03T09:59:59.000Z",
        "message": {"role": "user", "content": MARKER},
    }


def turn(model="gpt-5-codex"):
    return {
        "timestamp": "2026-09-03T10:00:00.000Z",
        "type": "turn_context",
        "payload": {"cwd": "/code/somebody/api", "model": model},
    }


def session():
    return {
        "timestamp": "2026-09-03T10:00:00.000Z",
        "type": "session_meta",
        "payload": {"id": "r-1", "cwd": "/code/somebody/api", "instructions": MARKER},
    }


def count(total, time="10:00:05", **last):
    used = {
        "input_tokens": 1000,
        "cached_input_tokens": 800,
        "output_tokens": 50,
        "reasoning_output_tokens": 20,
        "total_tokens": 1050,
    }
    return {
        "timestamp": f"2026-09-03T{time}.000Z",
        "type": "event_msg",
        "payload": {
            "type": "token_count",
            "info": {
                "total_token_usage": used | {"total_tokens": total},
                "last_token_usage": used | last,
            },
        },
    }
