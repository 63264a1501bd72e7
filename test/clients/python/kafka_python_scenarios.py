"""kafka-python as its users write it. Usage: kafka_python_scenarios.py HOST:PORT SCENARIO"""

import json
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

servers = sys.argv[1]


def defaults():
    """No settings but the address; the consumer starts at the end, so it must be assigned first."""
    consumer = KafkaConsumer("my-topic", group_id="my-group", bootstrap_servers=servers, consumer_timeout_ms=20000)
    while not consumer.assignment():
        consumer.poll(timeout_ms=100)
    for partition in consumer.assignment():
        consumer.position(partition)
    producer = KafkaProducer(bootstrap_servers=servers)
    metadata = producer.send("my-topic", b"message").get(timeout=20)
    producer.flush()
    message = next(consumer)
    assert message.value == b"message", message
    assert message.key is None, message
    assert (message.topic, message.partition, message.offset) == ("my-topic", metadata.partition, metadata.offset)
    producer.close()
    consumer.close()


def ten_json_records():
    """Ten records with keys, a flush after each, read back in order."""
    producer = KafkaProducer(
        bootstrap_servers=servers,
        key_serializer=lambda key: str(key).encode(),
        value_serializer=lambda value: json.dumps(value).encode(),
    )
    people = [{"id": number, "name": f"name-{number}", "age": 20 + number} for number in range(10)]
    for person in people:
        producer.send("topic1", key=person["id"], value=person)
        producer.flush()
    producer.close()
    consumer = KafkaConsumer(
        "topic1",
        bootstrap_servers=[servers],
        auto_offset_reset="earliest",
        group_id="readers",
        value_deserializer=lambda value: json.loads(value.decode()),
        consumer_timeout_ms=20000,
    )
    read = [next(consumer) for _ in people]
    assert [message.value for message in read] == people, read
    assert [message.key for message in read] == [str(person["id"]).encode() for person in people]
    assert [message.offset for message in read] == list(range(10))
    consumer.close()


def consume_process_produce():
    """Reads numbers, writes their squares, commits by hand; a second consumer of the group finds nothing left to do."""
    producer = KafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=5)
    for number in range(100):
        producer.send("numbers", value=str(number).encode())
    producer.flush()
    settings = dict(
        bootstrap_servers=servers,
        group_id="squarers",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    consumer = KafkaConsumer("numbers", consumer_timeout_ms=20000, **settings)
    for _ in range(100):
        message = next(consumer)
        producer.send("squares", value=str(int(message.value) ** 2).encode())
    producer.flush()
    consumer.commit()
    consumer.close()
    results = KafkaConsumer(
        "squares", bootstrap_servers=servers, auto_offset_reset="earliest", consumer_timeout_ms=20000
    )
    assert [int(next(results).value) for _ in range(100)] == [number**2 for number in range(100)]
    results.close()
    again = KafkaConsumer("numbers", consumer_timeout_ms=2000, **settings)
    assert list(again) == []
    assert again.committed(TopicPartition("numbers", 0)) == 100
    again.close()
    producer.close()


def seek():
    """Positions by hand: to an offset, the beginning, the end, and a time."""
    producer = KafkaProducer(bootstrap_servers=servers)
    for number in range(50):
        producer.send("positions", value=str(number).encode(), timestamp_ms=1_700_000_000_000 + number * 1000)
    producer.flush()
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, consumer_timeout_ms=20000)
    partition = TopicPartition("positions", 0)
    consumer.assign([partition])
    consumer.seek(partition, 42)
    assert next(consumer).value == b"42"
    consumer.seek_to_beginning(partition)
    assert next(consumer).value == b"0"
    consumer.seek_to_end(partition)
    assert consumer.position(partition) == 50
    found = consumer.offsets_for_times({partition: 1_700_000_017_500})[partition]
    assert (found.offset, found.timestamp) == (18, 1_700_000_018_000), found
    consumer.seek(partition, found.offset)
    assert next(consumer).value == b"18"
    assert consumer.beginning_offsets([partition]) == {partition: 0}
    assert consumer.end_offsets([partition]) == {partition: 50}
    consumer.close()


scenarios = {
    "defaults": defaults,
    "ten-json-records": ten_json_records,
    "consume-process-produce": consume_process_produce,
    "seek": seek,
}
scenarios[sys.argv[2]]()
