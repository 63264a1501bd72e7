"""Sends trades as fast as librdkafka takes them. Usage: trades_producer.py HOST:PORT PRODUCER COUNT

A trade is JSON with its number at a fixed place, so that the consumer need not parse ten million objects:
{"producer":P,"number":1NNNNNNNNN,"symbol":...}. The key is the symbol, and each producer has symbols of its own.
"""

import sys

from confluent_kafka import Producer

servers, me, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SYMBOLS = 100
FIRST_NUMBER = 1_000_000_000
SERVED_EVERY = 10_000

producer = Producer(
    {
        "bootstrap.servers": servers,
        "enable.idempotence": True,
        "compression.type": "lz4",
        "linger.ms": 20,
        "batch.size": 1_000_000,
        "queue.buffering.max.messages": 500_000,
        "queue.buffering.max.kbytes": 262_144,
    }
)
failed = []


def failures_only(error, _message):
    if error is not None:
        failed.append(str(error))


keys = [f"P{me}-{symbol:03}".encode() for symbol in range(SYMBOLS)]
endings = [
    f',"symbol":"{key.decode()}","price":{100 + at}.25,"quantity":{at * 10},"side":"buy"}}'.encode()
    for at, key in enumerate(keys)
]
beginning = f'{{"producer":{me},"number":'.encode()
for number in range(count):
    at = number * 7 % SYMBOLS
    value = b"%b%d%b" % (beginning, FIRST_NUMBER + number, endings[at])
    while True:
        try:
            producer.produce("trades", value, keys[at], on_delivery=failures_only)
            break
        except BufferError:
            producer.poll(0.05)
    if number % SERVED_EVERY == 0:
        producer.poll(0)
left = producer.flush(300)
if left or failed:
    sys.exit(f"{left} not sent, {len(failed)} failed: {failed[:3]}")
