"""One member of a group, until it is stopped. Usage: member.py HOST:PORT GROUP TOPIC"""

import sys

from confluent_kafka import Consumer

servers, group, topic = sys.argv[1:]
consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
        "auto.commit.interval.ms": 200,
        # New partitions are soon seen.
        "topic.metadata.refresh.interval.ms": 500,
    }
)


def assigned(_consumer, partitions):
    print("assigned", ",".join(str(partition.partition) for partition in partitions))


consumer.subscribe([topic], on_assign=assigned)
while True:
    message = consumer.poll(0.1)
    if message is not None and message.error() is None:
        print("record", message.partition(), message.offset())
