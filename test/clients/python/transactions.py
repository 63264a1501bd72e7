"""Writes one transaction of two records for each word. Usage: transactions.py HOST:PORT TOPIC commit|abort|leave-open...

What is left open stays so: the program ends without a word to the broker.
"""

import os
import sys

from confluent_kafka import Producer

servers, topic, *endings = sys.argv[1:]
producer = Producer({"bootstrap.servers": servers, "transactional.id": f"writer of {topic}", "linger.ms": 0})
producer.init_transactions(30)
for number, ending in enumerate(endings):
    producer.begin_transaction()
    for value in (f"{ending} {number} a", f"{ending} {number} b"):
        producer.produce(topic, partition=0, key=str(number), value=value, timestamp=1_700_000_000_000)
    assert producer.flush(30) == 0
    if ending == "commit":
        producer.commit_transaction(30)
    elif ending == "abort":
        producer.abort_transaction(30)
    else:
        print("open", flush=True)
        os._exit(0)
