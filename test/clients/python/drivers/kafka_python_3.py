"""kafka-python 3.x as a driver of the client matrix. Usage: kafka_python_3.py HOST:PORT"""

import sys

import kafka.errors
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

from kafka_python import Clients, code_of, lag, raise_for
from protocol import serve


class Driver(Clients):
    def __init__(self, servers):
        super().__init__(servers, {"cooperative-sticky": CooperativeStickyAssignor})

    def create_topic(self, topic, partitions, configs):
        self._admin.create_topics({topic: {"num_partitions": partitions, "configs": configs}})

    def describe_topic(self, topic):
        [described] = self._admin.describe_topics([topic])
        raise_for(described["error_code"])
        return {
            "partitions": [
                {
                    "partition": partition["partition_index"],
                    "leader": partition["leader_id"],
                    "replicas": partition["replica_nodes"],
                    "isr": partition["isr_nodes"],
                }
                for partition in described["partitions"]
            ]
        }

    def describe_configs(self, topic):
        described = self._admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
        return {"configs": {name: config["value"] for name, config in described["topic"][topic].items()}}

    def alter_configs(self, topic, configs):
        self._admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)])

    def create_partitions(self, topic, total):
        self._admin.create_partitions({topic: total})

    def list_groups(self):
        return {"groups": sorted(group["group_id"] for group in self._admin.list_groups())}

    def describe_group(self, group):
        described = self._admin.describe_groups([group])[group]
        return {"state": described["group_state"], "members": [describe(member) for member in described["members"]]}

    def delete_group(self, group):
        outcome = self._admin.delete_groups([group])[group]
        if outcome != "OK":
            raise getattr(kafka.errors, outcome)()

    def committed(self, group, topic, partition):
        partition = TopicPartition(topic, partition)
        return {"offset": self._admin.list_group_offsets({group: [partition]})[group][partition].offset}

    def lag(self, group, topic):
        committed = self._admin.list_group_offsets(group)[group]
        latest = {partition: OffsetSpec.LATEST for partition in committed if partition.topic == topic}
        ends = self._admin.list_partition_offsets(latest)
        return lag(committed, {partition: end.offset for partition, end in ends.items()})


def describe(member):
    assignment = member["member_assignment"]
    topics = assignment["assigned_partitions"] if assignment else []
    return {
        "clientId": member["client_id"],
        "instanceId": member["group_instance_id"],
        "assignment": sorted([each["topic"], partition] for each in topics for partition in each["partitions"]),
    }


serve(Driver(sys.argv[1]), code_of)
