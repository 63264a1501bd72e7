"""What every driver of the client matrix speaks: a JSON request a line in, a JSON answer a line out, in order.

The operations are those of test/conformance/clients/driver.ts; here they are methods, with their fields as arguments, in Python's
spelling: `createTopic` is `create_topic`, `timeoutMs` is `timeout_ms`, and `from` is `start`.
"""

import json
import re
import sys


class Unsupported(Exception):
    """The library does not offer it."""


def serve(driver, code_of, finish=lambda result: result):
    """Answers until standard input ends. `code_of` names an error; `finish` waits for the result of a method."""
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request.pop("id")}
        operation = getattr(driver, snake_case(request.pop("op")))
        try:
            answer["ok"] = finish(operation(**arguments(request))) or {}
        except Unsupported as error:
            answer["unsupported"] = str(error)
        except Exception as error:
            answer["error"] = {"code": code_of(error), "message": str(error)}
        print(json.dumps(answer), flush=True)
    finish(driver.close_all())


def arguments(request):
    if "from" in request:
        request["start"] = request.pop("from")
    return {snake_case(name): value for name, value in request.items()}


def snake_case(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), name)


def octets(text):
    return None if text is None else text.encode()


def text(octets):
    return None if octets is None else octets.decode()


def fields(record):
    """A record as the protocol wants it; the libraries that are all Python name its parts alike."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": text(record.key),
        "value": text(record.value),
        "headers": [[key, text(value)] for key, value in record.headers],
        "timestamp": record.timestamp,
    }


def pairs(partitions):
    """An assignment as the protocol wants it."""
    return sorted([partition.topic, partition.partition] for partition in partitions)
