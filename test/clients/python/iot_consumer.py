"""A consumer of iot-data that polls until it is stopped. Usage: iot_consumer.py HOST:PORT"""

import json
import sys

from confluent_kafka import Consumer

consumer = Consumer(
    {
        "bootstrap.servers": sys.argv[1],
        "group.id": "mygroup",
        "auto.offset.reset": "latest",
        "auto.commit.interval.ms": 500,
        "session.timeout.ms": 6000,
    }
)


def assigned(_consumer, partitions):
    print("assigned", *(partition.partition for partition in partitions))


consumer.subscribe(["iot-data"], on_assign=assigned)
while True:
    message = consumer.poll(0.1)
    if message is None:
        continue
    if message.error():
        print("error", message.error())
    else:
        reading = json.loads(message.value())
        print("received", message.partition(), message.offset(), message.key().decode(), reading["value"])
