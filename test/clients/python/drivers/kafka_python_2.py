"""kafka-python 2.x as a driver of the client matrix: its admin client answers with what came over the wire.

Usage: kafka_python_2.py HOST:PORT
"""

import sys

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic

from kafka_python import Clients, code_of, lag, raise_for
from protocol import serve

# Where a config comes from, in DescribeConfigs: the topic itself.
TOPIC_CONFIG = 1


class Driver(Clients):
    def create_topic(self, topic, partitions, configs):
        self._admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])

    def describe_topic(self, topic):
        [described] = self._admin.describe_topics([topic])
        raise_for(described["error_code"])
        names = ("partition", "leader", "replicas", "isr")
        return {"partitions": [{name: partition[name] for name in names} for partition in described["partitions"]]}

    def describe_configs(self, topic):
        return {"configs": {name: value for name, (value, _) in self._configs(topic).items()}}

    def _configs(self, topic):
        [answer] = self._admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        [(code, _, _, _, entries)] = answer.resources
        raise_for(code)
        return {name: (value, source) for name, value, _, source, *_ in entries}

    def alter_configs(self, topic, configs):
        # The call replaces all that is set.
        kept = {name: value for name, (value, source) in self._configs(topic).items() if source == TOPIC_CONFIG}
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, {**kept, **configs})
        [(code, *_)] = self._admin.alter_configs([resource]).resources
        raise_for(code)

    def create_partitions(self, topic, total):
        self._admin.create_partitions({topic: NewPartitions(total)})

    def list_groups(self):
        return {"groups": sorted(group for group, *_ in self._admin.list_consumer_groups())}

    def describe_group(self, group):
        [described] = self._admin.describe_consumer_groups([group])
        return {"state": described.state, "members": [describe(member) for member in described.members]}

    def delete_group(self, group):
        [(_, error)] = self._admin.delete_consumer_groups([group])
        raise_for(error.errno)

    def committed(self, group, topic, partition):
        partition = TopicPartition(topic, partition)
        return {"offset": self._admin.list_consumer_group_offsets(group, partitions=[partition])[partition].offset}

    def lag(self, group, topic):
        committed = self._admin.list_consumer_group_offsets(group)
        return lag(committed, self.end_offsets([partition for partition in committed if partition.topic == topic]))


def describe(member):
    assignment = member.member_assignment
    topics = assignment.assignment if assignment else []
    return {
        "clientId": member.client_id,
        # The version of the request that it speaks does not tell.
        "instanceId": None,
        "assignment": sorted([topic, partition] for topic, partitions in topics for partition in partitions),
    }


serve(Driver(sys.argv[1]), code_of)
