"""Answers a chat request with what it was asked, in OpenAI's shape. A place to put a model call."""

import json


def handler(event: dict, context: object) -> dict:  # noqa: ARG001  # Lambda passes both
    """Called by API Gateway with the whole request; what comes back is the whole response."""
    request = json.loads(event["body"])
    said = request["messages"][-1]["content"]
    completion = {
        "object": "chat.completion",
        "model": request["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
    }
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(completion),
    }
