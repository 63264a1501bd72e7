"""A member of a group that commits what it has read, again and again, and asks what is committed: never less than the last commit that was
acknowledged. What the broker's death makes of a call is not an answer. "committed N" is printed with the number of commits so far.

Usage: crash_consumer.py HOST:PORT TOPIC GROUP, until its standard input ends
"""

import sys
import threading

from confluent_kafka import Consumer, KafkaException, TopicPartition

servers, topic, group = sys.argv[1:]
ASKED_EVERY = 5

consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "log_level": 2,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
        "reconnect.backoff.ms": 20,
        "reconnect.backoff.max.ms": 200,
        "socket.timeout.ms": 5000,
    }
)
ending = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
consumer.subscribe([topic])
acknowledged = {}
commits = 0


def commit(positions):
    global commits
    try:
        done = consumer.commit(offsets=[TopicPartition(topic, p, o) for p, o in positions.items()], asynchronous=False)
    except KafkaException:
        return
    for one in done:
        if one.error is None:
            acknowledged[one.partition] = max(one.offset, acknowledged.get(one.partition, 0))
    commits += 1
    print("committed", commits)


def check():
    try:
        found = consumer.committed([TopicPartition(topic, p) for p in acknowledged], timeout=2)
    except KafkaException:
        return False
    for one in found:
        if one.error is None and one.offset < acknowledged[one.partition]:
            sys.exit(f"partition {one.partition}: {acknowledged[one.partition]} was committed, now {one.offset}")
    return True


while not ending.is_set():
    positions = {}
    for message in consumer.consume(200, 0.1):
        if message.error() is None:
            positions[message.partition()] = message.offset() + 1
    if positions:
        commit(positions)
        if commits % ASKED_EVERY == 0:
            check()
for _ in range(20):
    if check():
        break
else:
    sys.exit("what is committed cannot be asked")
consumer.close()
print("ended", commits)
