"""aiokafka as a driver of the client matrix. Usage: aio.py HOST:PORT"""

import asyncio
import sys
import threading
import time

import aiokafka
import aiokafka.errors
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from protocol import Unsupported, fields, octets, pairs, serve
from readers import Readers

LINGER_MS = 200
ASSIGNORS = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}
# Where a config comes from, in DescribeConfigs: the topic itself.
TOPIC_CONFIG = 1


class Reader:
    """Its members need no polling: they live in tasks of the event loop."""

    def __init__(self, settings):
        self._consumer = AIOKafkaConsumer(enable_auto_commit=False, **settings)

    async def assign(self, partition, start):
        await self._consumer.start()
        self._consumer.assign([partition])
        if "offset" in start:
            self._consumer.seek(partition, start["offset"])
        elif "timestamp" in start:
            found = (await self._consumer.offsets_for_times({partition: start["timestamp"]}))[partition]
            if found is None:
                await self._consumer.seek_to_end(partition)
            else:
                self._consumer.seek(partition, found.offset)
        elif start["at"] == "earliest":
            await self._consumer.seek_to_beginning(partition)
        else:
            await self._consumer.seek_to_end(partition)
        await self._consumer.position(partition)

    async def subscribe(self, topics):
        # After the start, which would wait for an assignment.
        await self._consumer.start()
        self._consumer.subscribe(topics)

    async def assignment(self):
        return {"partitions": pairs(self._consumer.assignment())}

    async def poll(self, count, timeout_ms):
        records = []
        deadline = time.monotonic() + timeout_ms / 1000
        while len(records) < count and (left := deadline - time.monotonic()) > 0:
            polled = await self._consumer.getmany(timeout_ms=int(left * 1000), max_records=count - len(records))
            records.extend(fields(record) for batch in polled.values() for record in batch)
        return {"records": records}

    async def commit(self):
        await self._consumer.commit()

    async def seek(self, topic, partition, offset):
        self._consumer.seek(TopicPartition(topic, partition), offset)

    async def pause(self, topic, partition):
        self._consumer.pause(TopicPartition(topic, partition))

    async def resume(self, topic, partition):
        self._consumer.resume(TopicPartition(topic, partition))

    async def close(self):
        await self._consumer.stop()


class Driver(Readers):
    def __init__(self, servers):
        super().__init__()
        self._servers = {"bootstrap_servers": servers}
        self._producers = {}
        self._admin = None

    async def start(self):
        self._admin = AIOKafkaAdminClient(**self._servers)
        await self._admin.start()

    async def hello(self):
        return {"client": "aiokafka", "version": aiokafka.__version__}

    async def produce(self, topic, partition, codec, acks, idempotent, records):
        producer = await self._producer(codec, acks, idempotent)
        sent = [
            await producer.send(
                topic,
                value=octets(record["value"]),
                key=octets(record["key"]),
                partition=partition,
                timestamp_ms=record["timestamp"],
                headers=[(key, octets(value)) for key, value in record["headers"]],
            )
            for record in records
        ]
        told = [await answer for answer in sent]
        return {"offsets": [-1 if metadata is None else metadata.offset for metadata in told]}

    async def _producer(self, *settings):
        if settings not in self._producers:
            codec, acks, idempotent = settings
            self._producers[settings] = AIOKafkaProducer(
                **self._servers,
                compression_type=None if codec == "none" else codec,
                acks="all" if acks == -1 else acks,
                enable_idempotence=idempotent,
                linger_ms=LINGER_MS,
            )
            await self._producers[settings].start()
        return self._producers[settings]

    async def open(self, consumer, topic, partition, start):
        reader = self.readers[consumer] = Reader(self._servers)
        await reader.assign(TopicPartition(topic, partition), start)

    async def join(self, consumer, group, topics, assignor, instance_id, reset, session_ms):
        settings = {
            **self._servers,
            "group_id": group,
            "group_instance_id": instance_id,
            "auto_offset_reset": reset,
            "session_timeout_ms": session_ms,
            "heartbeat_interval_ms": session_ms // 10,
        }
        if assignor is not None:
            if assignor not in ASSIGNORS:
                raise Unsupported(f"no {assignor} assignor")
            settings["partition_assignment_strategy"] = [ASSIGNORS[assignor]]
        reader = self.readers[consumer] = Reader(settings)
        await reader.subscribe(topics)

    async def close_all(self):
        for consumer in list(self.readers):
            await self.close(consumer)
        for producer in self._producers.values():
            await producer.stop()
        await self._admin.close()

    async def create_topic(self, topic, partitions, configs):
        answer = await self._admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])
        raise_for(answer.topic_errors)

    async def describe_topic(self, topic):
        [described] = await self._admin.describe_topics([topic])
        raise_for([(topic, described["error_code"])])
        names = ("partition", "leader", "replicas", "isr")
        return {"partitions": [{name: partition[name] for name in names} for partition in described["partitions"]]}

    async def describe_configs(self, topic):
        configs = await self._configs(topic)
        return {"configs": {name: value for name, (value, _) in configs.items()}}

    async def _configs(self, topic):
        [answer] = await self._admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        [(code, _, _, name, entries)] = answer.resources
        raise_for([(name, code)])
        return {name: (value, source) for name, value, _, source, *_ in entries}

    async def alter_configs(self, topic, configs):
        # The call replaces all that is set.
        current = await self._configs(topic)
        kept = {name: value for name, (value, source) in current.items() if source == TOPIC_CONFIG}
        [answer] = await self._admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {**kept, **configs})])
        [(code, _, _, name)] = answer.resources
        raise_for([(name, code)])

    async def create_partitions(self, topic, total):
        await self._admin.create_partitions({topic: NewPartitions(total)})

    async def delete_records(self, topic, partition, before):
        partition = TopicPartition(topic, partition)
        answer = await self._admin.delete_records({partition: RecordsToDelete(before)})
        return {"lowWatermark": answer[partition]}

    async def delete_topic(self, topic):
        answer = await self._admin.delete_topics([topic])
        raise_for(answer.topic_error_codes)

    async def list_groups(self):
        return {"groups": sorted(group for group, *_ in await self._admin.list_consumer_groups())}

    async def describe_group(self, group):
        [answer] = await self._admin.describe_consumer_groups([group])
        [(code, name, state, _, _, members, *_)] = answer.groups
        raise_for([(name, code)])
        return {"state": state, "members": [describe_member(*member) for member in members]}

    async def delete_group(self, group):
        raise Unsupported("no call to delete a group")

    async def committed(self, group, topic, partition):
        partition = TopicPartition(topic, partition)
        offsets = await self._admin.list_consumer_group_offsets(group, partitions=[partition])
        return {"offset": offsets[partition].offset}

    async def lag(self, group, topic):
        committed = await self._admin.list_consumer_group_offsets(group)
        consumer = AIOKafkaConsumer(**self._servers)
        await consumer.start()
        try:
            ends = await consumer.end_offsets([partition for partition in committed if partition.topic == topic])
        finally:
            await consumer.stop()
        return {"partitions": {each.partition: end - committed[each].offset for each, end in ends.items()}}


def describe_member(_, client_id, _host, _metadata, assignment):
    topics = ConsumerProtocolMemberAssignment.decode(assignment).assignment if assignment else []
    return {
        "clientId": client_id,
        # The version of the request that it speaks does not tell.
        "instanceId": None,
        "assignment": sorted([topic, partition] for topic, partitions in topics for partition in partitions),
    }


def raise_for(answers):
    for _, code, *_ in answers:
        if code != 0:
            raise aiokafka.errors.for_code(code)()


def code_of(error):
    """Kafka's name of the error where it is one: the classes carry it as `message`."""
    return getattr(error, "message", None) or type(error).__name__


loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


def finish(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result()


driver = Driver(sys.argv[1])
finish(driver.start())
serve(driver, code_of, finish)
