"""A member of a group that reads what paced_producer.py sends. At the end of its standard input it commits, leaves, and prints for each
record "TIME LATENCY": the wall time of sending in milliseconds and the time until it was here in microseconds. "assigned P,..." is
printed at each assignment.

Usage: paced_consumer.py HOST:PORT TOPIC GROUP
"""

import sys
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException

servers, topic, group = sys.argv[1:]
consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 10000,
        "heartbeat.interval.ms": 1000,
    }
)
ending = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
consumer.subscribe([topic], on_assign=lambda _, found: print("assigned", ",".join(str(p.partition) for p in found)))
samples = []
while not ending.is_set():
    message = consumer.poll(0.2)
    if message is None:
        continue
    if message.error() is not None:
        sys.exit(str(message.error()))
    sent = int(message.value())
    samples.append((sent, time.time_ns() - sent))
try:
    consumer.commit(asynchronous=False)
except KafkaException as error:
    # All that was read had just been committed by the client's own timer.
    if error.args[0].code() != KafkaError._NO_OFFSET:
        raise
consumer.close()
for sent, latency in samples:
    print(sent // 1_000_000, latency // 1000)
