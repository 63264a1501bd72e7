"""Sends one small record every few milliseconds until its standard input ends, then prints one line for each: "TIME LATENCY", the wall
time of sending in milliseconds and the time to its acknowledgement in microseconds.

Usage: paced_producer.py HOST:PORT TOPIC INTERVAL_MS
"""

import sys
import threading
import time

from confluent_kafka import Producer

servers, topic, interval = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000
producer = Producer({"bootstrap.servers": servers, "linger.ms": 0, "acks": "all"})
ending = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
samples = []
failed = []


def acknowledged(sent):
    def report(error, _message):
        if error is not None:
            failed.append(str(error))
        samples.append((sent, time.time_ns() - sent))

    return report


due = time.monotonic()
while not ending.is_set():
    now = time.time_ns()
    producer.produce(topic, str(now).encode(), on_delivery=acknowledged(now))
    due += interval
    while (left := due - time.monotonic()) > 0:
        producer.poll(left)
producer.flush(30)
if failed:
    sys.exit(f"{len(failed)} failed: {failed[:3]}")
for sent, latency in samples:
    print(sent // 1_000_000, latency // 1000)
