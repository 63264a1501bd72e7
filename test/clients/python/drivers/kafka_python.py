"""kafka-python, any version: producers and consumers. What differs between 2.x and 3.x is administration: kafka_python_2.py and
kafka_python_3.py."""

import time

import kafka
import kafka.errors
from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from protocol import Unsupported, fields, octets, pairs
from readers import Readers, Worker

TIMEOUT_SECONDS = 20
POLL_MS = 50
LINGER_MS = 200
# 2.x keeps a request that has no answer until it sends another one: with acks 0 the next refresh of its metadata is that.
METADATA_MAX_AGE_MS = 500
ASSIGNORS = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}


class Reader(ConsumerRebalanceListener):
    """A member of a group is polled all the time, between operations with every partition paused."""

    def __init__(self, settings):
        self._consumer = KafkaConsumer(enable_auto_commit=False, **settings)
        self._worker = Worker()
        self._paused = set()

    def assign(self, topic, partition, start):
        self._worker.run(lambda: self._assign(TopicPartition(topic, partition), start))

    def _assign(self, partition, start):
        self._consumer.assign([partition])
        if "offset" in start:
            self._consumer.seek(partition, start["offset"])
        elif "timestamp" in start:
            found = self._consumer.offsets_for_times({partition: start["timestamp"]})[partition]
            if found is None:
                self._consumer.seek_to_end(partition)
            else:
                self._consumer.seek(partition, found.offset)
        elif start["at"] == "earliest":
            self._consumer.seek_to_beginning(partition)
        else:
            self._consumer.seek_to_end(partition)
        self._consumer.position(partition)

    def subscribe(self, topics):
        self._worker.run(lambda: self._subscribe(topics))
        self._worker.idle_by(self._idle)

    def _subscribe(self, topics):
        self._consumer.subscribe(topics, listener=self)
        # A member that joins before it knows of the partitions joins twice, and 3.x loses what it is given then if a poll ends
        # in the middle. This waits for them.
        for topic in topics:
            self._consumer.partitions_for_topic(topic)

    def on_partitions_revoked(self, revoked):
        """What was not committed by then is the scenario's affair."""

    def on_partitions_assigned(self, assigned):
        self._consumer.pause(*assigned)

    def _idle(self):
        self._consumer.pause(*self._consumer.assignment())
        self._consumer.poll(timeout_ms=POLL_MS)

    def assignment(self):
        return {"partitions": self._worker.run(lambda: pairs(self._consumer.assignment()))}

    def poll(self, count, timeout_ms):
        return {"records": self._worker.run(lambda: self._poll(count, time.monotonic() + timeout_ms / 1000))}

    def _poll(self, count, deadline):
        records = []
        while len(records) < count and time.monotonic() < deadline:
            self._consumer.resume(*(self._consumer.assignment() - self._paused))
            polled = self._consumer.poll(timeout_ms=POLL_MS, max_records=count - len(records))
            records.extend(fields(record) for batch in polled.values() for record in batch)
        return records

    def commit(self):
        self._worker.run(self._consumer.commit)

    def seek(self, topic, partition, offset):
        self._worker.run(lambda: self._consumer.seek(TopicPartition(topic, partition), offset))

    def pause(self, topic, partition):
        self._paused.add(TopicPartition(topic, partition))
        self._worker.run(lambda: self._consumer.pause(TopicPartition(topic, partition)))

    def resume(self, topic, partition):
        self._paused.discard(TopicPartition(topic, partition))
        self._worker.run(lambda: self._consumer.resume(TopicPartition(topic, partition)))

    def close(self):
        self._worker.idle_by(None)
        self._worker.run(self._consumer.close)


class Clients(Readers):
    def __init__(self, servers, assignors=None):
        super().__init__()
        self._servers = {"bootstrap_servers": servers}
        self._assignors = {**ASSIGNORS, **(assignors or {})}
        self._producers = {}
        self._admin = KafkaAdminClient(bootstrap_servers=servers)

    def hello(self):
        return {"client": "kafka-python", "version": kafka.__version__}

    def produce(self, topic, partition, codec, acks, idempotent, records):
        producer = self._producer(codec, acks, idempotent)
        sent = [
            producer.send(
                topic,
                value=octets(record["value"]),
                key=octets(record["key"]),
                headers=[(key, octets(value)) for key, value in record["headers"]],
                partition=partition,
                timestamp_ms=record["timestamp"],
            )
            for record in records
        ]
        producer.flush()
        offsets = [answer.get(TIMEOUT_SECONDS).offset for answer in sent]
        # Without an answer from the broker 3.x counts from zero.
        return {"offsets": [-1] * len(offsets) if acks == 0 else offsets}

    def _producer(self, *settings):
        if settings not in self._producers:
            codec, acks, idempotent = settings
            self._producers[settings] = KafkaProducer(
                **self._servers,
                compression_type=None if codec == "none" else codec,
                acks=acks,
                enable_idempotence=idempotent,
                linger_ms=LINGER_MS,
                metadata_max_age_ms=METADATA_MAX_AGE_MS,
            )
        return self._producers[settings]

    def open(self, consumer, topic, partition, start):
        reader = self.readers[consumer] = Reader(self._servers)
        reader.assign(topic, partition, start)

    def join(self, consumer, group, topics, assignor, instance_id, reset, session_ms):
        settings = {
            **self._servers,
            "group_id": group,
            "group_instance_id": instance_id,
            "auto_offset_reset": reset,
            "session_timeout_ms": session_ms,
            "heartbeat_interval_ms": session_ms // 10,
        }
        if assignor is not None:
            if assignor not in self._assignors:
                raise Unsupported(f"no {assignor} assignor")
            settings["partition_assignment_strategy"] = [self._assignors[assignor]]
        reader = self.readers[consumer] = Reader(settings)
        reader.subscribe(topics)

    def delete_records(self, topic, partition, before):
        partition = TopicPartition(topic, partition)
        return {"lowWatermark": self._admin.delete_records({partition: before})[partition]["low_watermark"]}

    def delete_topic(self, topic):
        self._admin.delete_topics([topic])

    def close_all(self):
        super().close_all()
        for producer in self._producers.values():
            producer.close(TIMEOUT_SECONDS)

    def end_offsets(self, partitions):
        consumer = KafkaConsumer(**self._servers)
        try:
            return consumer.end_offsets(partitions)
        finally:
            consumer.close()


def lag(committed, ends):
    return {"partitions": {partition.partition: ends[partition] - committed[partition].offset for partition in ends}}


def raise_for(code):
    if code != 0:
        raise kafka.errors.for_code(code)()


def code_of(error):
    """Kafka's name of the error where it is one: the classes carry it as `message`."""
    return getattr(error, "message", None) or type(error).__name__
