"""confluent-kafka (librdkafka) as a driver of the client matrix. Usage: confluent.py HOST:PORT"""

import sys
import time

import confluent_kafka
from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaException,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from protocol import octets, pairs, serve, text
from readers import Readers, Worker

TIMEOUT_SECONDS = 20
POLL_SECONDS = 0.05
LINGER_MS = 20
# A partition that comes anew is fetched behind the fetch that may still wait for the others.
FETCH_WAIT_MS = 20
STATES = {"PREPARING_REBALANCING": "PreparingRebalance", "COMPLETING_REBALANCING": "CompletingRebalance"}


class Reader:
    """What is polled between operations waits in an inbox: librdkafka takes its time to fetch again what was paused."""

    def __init__(self, settings):
        own = {"enable.auto.commit": False, "enable.auto.offset.store": False, "fetch.wait.max.ms": FETCH_WAIT_MS}
        self._consumer = Consumer({**own, **settings})
        self._worker = Worker()
        self._inbox = []
        self._paused = set()
        self._positions = {}

    def assign(self, topic, partition, start):
        self._worker.run(lambda: self._assign(TopicPartition(topic, partition), start))

    def _assign(self, partition, start):
        if "offset" in start:
            partition.offset = start["offset"]
        elif "timestamp" in start:
            partition.offset = start["timestamp"]
            [partition] = self._consumer.offsets_for_times([partition], TIMEOUT_SECONDS)
        else:
            # Asked for here: OFFSET_BEGINNING and OFFSET_END would be looked up some time later.
            low, high = self._consumer.get_watermark_offsets(partition, TIMEOUT_SECONDS)
            partition.offset = low if start["at"] == "earliest" else high
        self._consumer.assign([partition])

    def subscribe(self, topics):
        self._worker.run(lambda: self._consumer.subscribe(topics, on_revoke=self._revoked))
        self._worker.idle_by(self._receive)

    def _revoked(self, _, partitions):
        for partition in partitions:
            self._forget((partition.topic, partition.partition))

    def _forget(self, key):
        self._inbox = [message for message in self._inbox if key_of(message) != key]
        self._positions.pop(key, None)

    def _receive(self):
        message = self._consumer.poll(POLL_SECONDS)
        if message is None:
            return
        if message.error() is not None:
            raise KafkaException(message.error())
        self._inbox.append(message)

    def assignment(self):
        return {"partitions": self._worker.run(lambda: pairs(self._consumer.assignment()))}

    def poll(self, count, timeout_ms):
        return {"records": self._worker.run(lambda: self._poll(count, time.monotonic() + timeout_ms / 1000))}

    def _poll(self, count, deadline):
        taken = self._take(count)
        while len(taken) < count and time.monotonic() < deadline:
            self._receive()
            taken += self._take(count - len(taken))
        return [describe(message) for message in taken]

    def _take(self, count):
        taken = [message for message in self._inbox if key_of(message) not in self._paused][:count]
        for message in taken:
            self._inbox.remove(message)
            self._positions[key_of(message)] = message.offset() + 1
        return taken

    def commit(self):
        offsets = [TopicPartition(*key, offset) for key, offset in self._positions.items()]
        self._worker.run(lambda: self._consumer.commit(offsets=offsets, asynchronous=False))

    def seek(self, topic, partition, offset):
        def step():
            self._forget((topic, partition))
            self._consumer.seek(TopicPartition(topic, partition, offset))

        self._worker.run(step)

    def pause(self, topic, partition):
        self._paused.add((topic, partition))
        self._worker.run(lambda: self._consumer.pause([TopicPartition(topic, partition)]))

    def resume(self, topic, partition):
        self._paused.discard((topic, partition))
        self._worker.run(lambda: self._consumer.resume([TopicPartition(topic, partition)]))

    def close(self):
        self._worker.idle_by(None)
        self._worker.run(self._consumer.close)


def key_of(message):
    return message.topic(), message.partition()


def describe(message):
    _, timestamp = message.timestamp()
    return {
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "key": text(message.key()),
        "value": text(message.value()),
        "headers": [[key, text(value)] for key, value in message.headers() or []],
        "timestamp": timestamp,
    }


class Driver(Readers):
    def __init__(self, servers):
        super().__init__()
        self._servers = {"bootstrap.servers": servers}
        self._admin = AdminClient(self._servers)
        self._producers = {}

    def hello(self):
        return {"client": "confluent-kafka", "version": confluent_kafka.version()}

    def produce(self, topic, partition, codec, acks, idempotent, records):
        producer = self._producer(codec, acks, idempotent)
        delivered = [None] * len(records)
        for at, record in enumerate(records):

            def told(error, message, at=at):
                delivered[at] = (error, message)

            producer.produce(
                topic,
                octets(record["value"]),
                octets(record["key"]),
                -1 if partition is None else partition,
                on_delivery=told,
                timestamp=record["timestamp"] or 0,
                headers=[(key, octets(value)) for key, value in record["headers"]],
            )
        producer.flush()
        for error, _ in delivered:
            if error is not None:
                raise KafkaException(error)
        return {"offsets": [-1 if message.offset() is None else message.offset() for _, message in delivered]}

    def _producer(self, *settings):
        if settings not in self._producers:
            codec, acks, idempotent = settings
            self._producers[settings] = Producer(
                {
                    **self._servers,
                    "compression.type": codec,
                    "acks": acks,
                    "enable.idempotence": idempotent,
                    "linger.ms": LINGER_MS,
                    "message.timeout.ms": TIMEOUT_SECONDS * 1000,
                }
            )
        return self._producers[settings]

    def open(self, consumer, topic, partition, start):
        # The constructor wants a group; nothing is committed to it.
        reader = self.readers[consumer] = Reader({**self._servers, "group.id": consumer})
        reader.assign(topic, partition, start)

    def join(self, consumer, group, topics, assignor, instance_id, reset, session_ms):
        settings = {
            **self._servers,
            "group.id": group,
            "auto.offset.reset": reset,
            "session.timeout.ms": session_ms,
            "heartbeat.interval.ms": session_ms // 10,
        }
        if assignor is not None:
            settings["partition.assignment.strategy"] = assignor
        if instance_id is not None:
            settings["group.instance.id"] = instance_id
        reader = self.readers[consumer] = Reader(settings)
        reader.subscribe(topics)

    def create_topic(self, topic, partitions, configs):
        only(self._admin.create_topics([NewTopic(topic, partitions, config=configs)]))

    def describe_topic(self, topic):
        description = only(self._admin.describe_topics(TopicCollection([topic])))
        return {
            "partitions": [
                {
                    "partition": partition.id,
                    "leader": partition.leader.id,
                    "replicas": [node.id for node in partition.replicas],
                    "isr": [node.id for node in partition.isr],
                }
                for partition in description.partitions
            ]
        }

    def describe_configs(self, topic):
        entries = only(self._admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]))
        return {"configs": {name: entry.value for name, entry in entries.items()}}

    def alter_configs(self, topic, configs):
        changes = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in configs.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=changes)
        only(self._admin.incremental_alter_configs([resource]))

    def create_partitions(self, topic, total):
        only(self._admin.create_partitions([NewPartitions(topic, total)]))

    def delete_records(self, topic, partition, before):
        return {"lowWatermark": only(self._admin.delete_records([TopicPartition(topic, partition, before)])).low_watermark}

    def delete_topic(self, topic):
        only(self._admin.delete_topics([topic]))

    def list_groups(self):
        listed = self._admin.list_consumer_groups().result(TIMEOUT_SECONDS)
        return {"groups": sorted(group.group_id for group in listed.valid)}

    def describe_group(self, group):
        description = only(self._admin.describe_consumer_groups([group]))
        name = description.state.name
        return {
            "state": STATES.get(name, name.capitalize()),
            "members": [
                {
                    "clientId": member.client_id,
                    "instanceId": member.group_instance_id,
                    "assignment": pairs(member.assignment.topic_partitions),
                }
                for member in description.members
            ],
        }

    def delete_group(self, group):
        only(self._admin.delete_consumer_groups([group]))

    def committed(self, group, topic, partition):
        [committed] = self._committed(group, [TopicPartition(topic, partition)])
        return {"offset": max(committed.offset, -1)}

    def lag(self, group, topic):
        committed = {each.partition: each.offset for each in self._committed(group, None) if each.topic == topic}
        wanted = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in committed}
        ends = {partition.partition: end.result(TIMEOUT_SECONDS) for partition, end in self._admin.list_offsets(wanted).items()}
        return {"partitions": {partition: ends[partition].offset - offset for partition, offset in committed.items()}}

    def _committed(self, group, partitions):
        asked = ConsumerGroupTopicPartitions(group, partitions)
        return only(self._admin.list_consumer_group_offsets([asked])).topic_partitions


def only(futures):
    """The result of a call about one thing."""
    [future] = futures.values()
    return future.result(TIMEOUT_SECONDS)


def code_of(error):
    kafka_error = error.args[0] if isinstance(error, KafkaException) else None
    return type(error).__name__ if kafka_error is None else kafka_error.name()


serve(Driver(sys.argv[1]), code_of)
