"""librdkafka at full speed, through confluent-kafka.

Usage: load.py produce HOST:PORT TOPIC SECONDS FILE
       load.py consume HOST:PORT TOPIC RECORDS
Prints {"acknowledged", "records", "bytes", "seconds"}: all that was acknowledged or read, and what of it in the measured time, which
begins a second after the first message of a producer and with the first one of a consumer.
"""

import json
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

WARM_UP_SECONDS = 1
TIMEOUT_SECONDS = 60
MESSAGES = 10_000


def produce(servers, topic, seconds, path):
    with open(path, "rb") as file:
        lines = file.read().splitlines()
    taken = {"acknowledged": 0, "records": 0, "bytes": 0, "seconds": float(seconds)}
    begin = time.monotonic() + WARM_UP_SECONDS
    end = begin + taken["seconds"]

    def delivered(error, message):
        if error is not None:
            raise SystemExit(f"a message was refused: {error}")
        taken["acknowledged"] += 1
        if begin <= time.monotonic() <= end:
            taken["records"] += 1
            taken["bytes"] += len(message)

    producer = Producer({"bootstrap.servers": servers, "acks": 1, "linger.ms": 5, "batch.size": 16384})
    at = 0
    while time.monotonic() < end:
        try:
            producer.produce(topic, lines[at % len(lines)], on_delivery=delivered)
            at += 1
            if at % 100 == 0:
                producer.poll(0)
        except BufferError:
            producer.poll(0.01)
    if producer.flush(TIMEOUT_SECONDS) > 0:
        raise SystemExit("messages are without an answer")
    return taken


def consume(servers, topic, records):
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "load", "enable.auto.commit": False})
    partitions = consumer.list_topics(topic).topics[topic].partitions
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
    count = size = first = 0
    begin = end = time.monotonic()
    while count < int(records) and end - begin < TIMEOUT_SECONDS:
        messages = consumer.consume(MESSAGES, timeout=0.1)
        for message in messages:
            if message.error() is not None:
                raise SystemExit(f"a message could not be read: {message.error()}")
            size += len(message)
        end = time.monotonic()
        if count == 0:
            begin, first, size = end, len(messages), 0
        count += len(messages)
    consumer.close()
    return {"acknowledged": count, "records": count - first, "bytes": size, "seconds": end - begin}


command, *arguments = sys.argv[1:]
print(json.dumps({"produce": produce, "consume": consume}[command](*arguments)))
