"""Reads trades as a member of a group until all were seen by the group, and proves what it can of order.

Usage: trades_consumer.py HOST:PORT GROUP PRODUCERS COUNT_PER_PRODUCER OUTPUT

Prints "assigned P,..." and then "seen N" from time to time; ends at the end of its standard input. OUTPUT then holds one byte for each
trade of each producer: how often this member saw it. Redelivery after a rebalance is told by the offset and not counted.
"""

import sys
import threading

from confluent_kafka import Consumer

servers, group, producers, count, output = sys.argv[1:]
producers, count = int(producers), int(count)
FIRST_NUMBER = 1_000_000_000
# {"producer":P,"number":1NNNNNNNNN
PRODUCER_AT = 12
NUMBER = slice(23, 33)
TAKEN_MAX = 10_000

consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 100,
        "queued.min.messages": 200_000,
    }
)
consumer.subscribe(
    ["trades"], on_assign=lambda _, partitions: print("assigned", ",".join(str(p.partition) for p in partitions))
)
ending = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()

times_seen = [bytearray(count) for _ in range(producers)]
next_offset = {}
last_of_key = {}
partition_of_key = {}
problems = []
seen = 0
while not ending.is_set():
    taken = consumer.consume(TAKEN_MAX, 0.2)
    for message in taken:
        if message.error() is not None:
            problems.append(str(message.error()))
            continue
        partition, offset = message.partition(), message.offset()
        expected = next_offset.get(partition)
        if expected is not None and offset < expected:
            continue
        next_offset[partition] = offset + 1
        value, key = message.value(), message.key()
        producer, number = value[PRODUCER_AT] - 48, int(value[NUMBER]) - FIRST_NUMBER
        times_seen[producer][number] += 1
        if last_of_key.get(key, -1) >= number:
            problems.append(f"key {key} went back to {number} after {last_of_key[key]}")
        last_of_key[key] = number
        if partition_of_key.setdefault(key, partition) != partition:
            problems.append(f"key {key} is in two partitions")
        seen += 1
    if taken:
        print("seen", seen)
consumer.close()
with open(output, "wb") as file:
    for counts in times_seen:
        file.write(counts)
if problems:
    sys.exit(f"{len(problems)} problems: {problems[:5]}")
