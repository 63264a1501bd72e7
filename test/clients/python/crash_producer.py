"""An idempotent producer that goes on whatever becomes of the broker, until its standard input ends. Each record is "KEY NUMBER" under
its key, numbers ascend within a key. Every acknowledgement becomes a line "PARTITION OFFSET KEY NUMBER" of the output file; "acked N" is
printed every now and then.

Usage: crash_producer.py HOST:PORT TOPIC NAME OUTPUT
"""

import sys
import threading

from confluent_kafka import Producer

servers, topic, name, output = sys.argv[1:]
KEYS = 20
TOLD_EVERY = 100
# A thousand a second per producer at most: the time of a test goes into kills, not into reading back.
BATCH, PAUSE_S = 20, 0.02

producer = Producer(
    {
        "bootstrap.servers": servers,
        "log_level": 2,
        "enable.idempotence": True,
        "linger.ms": 2,
        "batch.num.messages": 50,
        "message.timeout.ms": 300_000,
        "retry.backoff.ms": 50,
        "reconnect.backoff.ms": 20,
        "reconnect.backoff.max.ms": 200,
        "socket.timeout.ms": 5000,
    }
)
ending = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
acked = 0
failed = []

with open(output, "w") as lines:

    def report(error, message):
        global acked
        if error is not None:
            failed.append(str(error))
            return
        lines.write(f"{message.partition()} {message.offset()} {message.value().decode()}\n")
        acked += 1
        if acked % TOLD_EVERY == 0:
            print("acked", acked)

    number = 0
    while not ending.is_set() and not failed:
        for _ in range(BATCH):
            key = f"{name}-{number % KEYS}"
            try:
                producer.produce(topic, f"{key} {number}".encode(), key.encode(), on_delivery=report)
            except BufferError:
                # The broker is away for long: what was sent so far waits.
                break
            number += 1
        producer.poll(0)
        ending.wait(PAUSE_S)
    left = producer.flush(60)
if left or failed:
    sys.exit(f"{left} not sent, {len(failed)} failed: {failed[:3]}")
print("sent", number)
