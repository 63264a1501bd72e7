"""Records through librdkafka with every codec; see test/integration/codecs.test.ts for the two file formats.

Usage: codecs.py produce HOST:PORT TOPIC_PREFIX CODEC,... RECORDS
       codecs.py consume HOST:PORT COUNT TOPIC...
"""

import base64
import hashlib
import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition


def text(data):
    return None if data is None else base64.b64encode(data).decode()


def octets(data):
    return None if data is None else base64.b64decode(data)


def produce(servers, prefix, codecs, path):
    with open(path) as lines:
        records = [json.loads(line) for line in lines]
    for codec in codecs.split(","):
        producer = Producer({"bootstrap.servers": servers, "compression.type": codec, "linger.ms": 50})
        failures = []
        for record in records:
            producer.produce(
                f"{prefix}-{codec}",
                key=octets(record["key"]),
                value=octets(record["value"]),
                headers=[(name, octets(value)) for name, value in record["headers"]],
                timestamp=record["timestamp"],
                on_delivery=lambda error, _: failures.append(str(error)) if error else None,
            )
        assert producer.flush(30) == 0 and not failures, failures


def consume(servers, count, *topics):
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "codecs-librdkafka", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING) for topic in topics])
    for _ in range(int(count)):
        message = consumer.poll(20)
        assert message is not None and message.error() is None, message and message.error()
        value = message.value()
        print(
            json.dumps(
                {
                    "topic": message.topic(),
                    "offset": message.offset(),
                    "timestamp": message.timestamp()[1],
                    "key": text(message.key()),
                    "bytes": None if value is None else len(value),
                    "sha256": None if value is None else hashlib.sha256(value).hexdigest(),
                    "headers": [[name, text(header)] for name, header in message.headers() or []],
                }
            )
        )
    consumer.close()


{"produce": produce, "consume": consume}[sys.argv[1]](*sys.argv[2:])
