"""Waits until a group has committed an offset. Usage: committed.py HOST:PORT GROUP TOPIC PARTITION OFFSET"""

import sys
import time

from confluent_kafka import Consumer, TopicPartition

servers, group, topic, partition, wanted = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": servers, "group.id": group})
deadline = time.monotonic() + 20
while True:
    offset = consumer.committed([TopicPartition(topic, int(partition))], timeout=10)[0].offset
    if offset == int(wanted):
        break
    if time.monotonic() > deadline:
        sys.exit(f"committed {offset}, wanted {wanted}")
    time.sleep(0.05)
consumer.close()
