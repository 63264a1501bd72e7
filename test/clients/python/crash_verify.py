"""Reads a topic from its start and compares it with what producers were told (files of crash_producer.py). Prints "records N acked N" when
every acknowledged record lies once where its acknowledgement said, no other record is there twice, and the numbers of each key ascend.

Usage: crash_verify.py HOST:PORT TOPIC ACKED...
"""

import sys

from confluent_kafka import Consumer, TopicPartition

servers, topic, *files = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": servers, "group.id": "verify", "enable.auto.commit": False})
partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10) for p in partitions}
left = {p for p, (low, high) in ends.items() if high > low}
consumer.assign([TopicPartition(topic, p, low) for p, (low, _) in ends.items()])
found = {p: {} for p in partitions}
last = {}
while left:
    messages = consumer.consume(1000, 10)
    if not messages:
        sys.exit(f"no more records; partitions {left} have not ended")
    for message in messages:
        if message.error() is not None:
            sys.exit(str(message.error()))
        value = message.value().decode()
        key, number = value.split()
        if int(number) <= last.get(key, -1):
            sys.exit(f"{value} follows {key} {last[key]}")
        last[key] = int(number)
        found[message.partition()][message.offset()] = value
        if message.offset() + 1 >= ends[message.partition()][1]:
            left.discard(message.partition())
consumer.close()

acked = 0
for file in files:
    for line in open(file):
        partition, offset, value = line.rstrip("\n").split(" ", 2)
        acked += 1
        there = found[int(partition)].get(int(offset))
        if there != value:
            sys.exit(f"{value} was acknowledged at {partition}:{offset}, there is {there}")
print(f"records {sum(map(len, found.values()))} acked {acked}")
