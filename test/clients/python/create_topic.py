"""Usage: create_topic.py HOST:PORT TOPIC PARTITIONS"""

import sys

from confluent_kafka.admin import AdminClient, NewTopic

servers, topic, partitions = sys.argv[1:]
admin = AdminClient({"bootstrap.servers": servers})
admin.create_topics([NewTopic(topic, int(partitions), 1)])[topic].result(30)
