//! Topics, their configuration, and groups.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::executor::block_on;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::groups::GroupMemberInfo;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode;
use serde_json::{Value, json};

use crate::fields::{Failure, integer, text};

const TIMEOUT: Duration = Duration::from_secs(20);

pub struct Admin {
    servers: String,
    client: AdminClient<DefaultClientContext>,
    options: AdminOptions,
}

impl Admin {
    pub fn new(servers: &str) -> Result<Self, Failure> {
        let client = ClientConfig::new().set("bootstrap.servers", servers).create()?;
        let options = AdminOptions::new().request_timeout(Some(TIMEOUT)).operation_timeout(Some(TIMEOUT));
        Ok(Self { servers: servers.to_owned(), client, options })
    }

    pub fn call(&self, operation: &str, request: &Value) -> Result<Value, Failure> {
        match operation {
            "createTopic" => self.create_topic(request),
            "describeTopic" => self.describe_topic(text(request, "topic")?),
            "describeConfigs" => self.describe_configs(text(request, "topic")?),
            "alterConfigs" => self.alter_configs(request),
            "createPartitions" => self.create_partitions(request),
            "deleteRecords" => self.delete_records(request),
            "deleteTopic" => {
                let topics = [text(request, "topic")?];
                done(block_on(self.client.delete_topics(&topics, &self.options))?)
            }
            "listGroups" => {
                let listed = self.client.inner().fetch_group_list(None, TIMEOUT)?;
                let groups: Vec<_> = listed.groups().iter().map(|group| group.name()).collect();
                Ok(json!({ "groups": groups }))
            }
            "describeGroup" => self.describe_group(text(request, "group")?),
            "deleteGroup" => {
                let groups = [text(request, "group")?];
                done(block_on(self.client.delete_groups(&groups, &self.options))?)
            }
            "committed" => {
                let (topic, partition) = (text(request, "topic")?, integer(request, "partition")?);
                let committed = self.committed(text(request, "group")?, topic, &[partition])?;
                Ok(json!({ "offset": committed.get(&partition).copied().unwrap_or(-1) }))
            }
            "lag" => self.lag(text(request, "group")?, text(request, "topic")?),
            _ => Err(Failure::Unsupported("not an operation of the matrix")),
        }
    }

    fn create_topic(&self, request: &Value) -> Result<Value, Failure> {
        let name = text(request, "topic")?;
        let topic = NewTopic::new(name, integer(request, "partitions")?, TopicReplication::Fixed(1));
        let topic = configs(request).fold(topic, |topic, (name, value)| topic.set(name, value));
        done(block_on(self.client.create_topics([&topic], &self.options))?)
    }

    fn describe_topic(&self, topic: &str) -> Result<Value, Failure> {
        let metadata = self.client.inner().fetch_metadata(Some(topic), TIMEOUT)?;
        let partitions = metadata.topics().iter().flat_map(|topic| topic.partitions());
        let partitions: Vec<_> = partitions
            .map(|each| {
                json!({ "partition": each.id(), "leader": each.leader(), "replicas": each.replicas(), "isr": each.isr() })
            })
            .collect();
        Ok(json!({ "partitions": partitions }))
    }

    fn describe_configs(&self, topic: &str) -> Result<Value, Failure> {
        let asked = [ResourceSpecifier::Topic(topic)];
        let mut configs = BTreeMap::new();
        for described in block_on(self.client.describe_configs(&asked, &self.options))? {
            let described = described.map_err(failure)?;
            configs.extend(described.entries.into_iter().map(|entry| (entry.name, entry.value)));
        }
        Ok(json!({ "configs": configs }))
    }

    /// The library knows AlterConfigs alone, which replaces all of them.
    fn alter_configs(&self, request: &Value) -> Result<Value, Failure> {
        let change = AlterConfig::new(ResourceSpecifier::Topic(text(request, "topic")?));
        let change = configs(request).fold(change, |change, (name, value)| change.set(name, value));
        for altered in block_on(self.client.alter_configs([&change], &self.options))? {
            altered.map_err(|(_, code)| failure(code))?;
        }
        Ok(json!({}))
    }

    fn create_partitions(&self, request: &Value) -> Result<Value, Failure> {
        let partitions = NewPartitions::new(text(request, "topic")?, integer(request, "total")?);
        done(block_on(self.client.create_partitions([&partitions], &self.options))?)
    }

    fn delete_records(&self, request: &Value) -> Result<Value, Failure> {
        let (topic, partition) = (text(request, "topic")?, integer(request, "partition")?);
        let mut before = TopicPartitionList::new();
        before.add_partition_offset(topic, partition, Offset::Offset(integer(request, "before")?))?;
        let deleted = block_on(self.client.delete_records(&before, &self.options))?;
        let deleted = deleted.elements();
        let [deleted] = deleted.as_slice() else {
            return Err(Failure::new("NO_ANSWER", topic));
        };
        deleted.error()?;
        Ok(json!({ "lowWatermark": deleted.offset().to_raw() }))
    }

    fn describe_group(&self, group: &str) -> Result<Value, Failure> {
        let listed = self.client.inner().fetch_group_list(Some(group), TIMEOUT)?;
        let described = listed.groups().first().ok_or_else(|| Failure::new("NO_GROUP", group))?;
        let member = |member: &GroupMemberInfo| {
            // Which instance it is the library does not tell.
            let assignment = assignment(member.assignment().unwrap_or_default());
            json!({ "clientId": member.client_id(), "instanceId": null, "assignment": assignment })
        };
        let members: Vec<_> = described.members().iter().map(member).collect();
        Ok(json!({ "state": described.state(), "members": members }))
    }

    /// By a consumer of the group, which does not join it.
    fn member(&self, group: &str) -> Result<BaseConsumer, Failure> {
        Ok(ClientConfig::new().set("bootstrap.servers", &self.servers).set("group.id", group).create()?)
    }

    fn committed(&self, group: &str, topic: &str, partitions: &[i32]) -> Result<BTreeMap<i32, i64>, Failure> {
        let mut asked = TopicPartitionList::new();
        for partition in partitions {
            asked.add_partition(topic, *partition);
        }
        let committed = self.member(group)?.committed_offsets(asked, TIMEOUT)?;
        let offset = |offset| if let Offset::Offset(offset) = offset { Some(offset) } else { None };
        let elements = committed.elements();
        Ok(elements.iter().filter_map(|each| Some((each.partition(), offset(each.offset())?))).collect())
    }

    fn lag(&self, group: &str, topic: &str) -> Result<Value, Failure> {
        let client = self.client.inner();
        let metadata = client.fetch_metadata(Some(topic), TIMEOUT)?;
        let partitions: Vec<_> =
            metadata.topics().iter().flat_map(|topic| topic.partitions()).map(|each| each.id()).collect();
        let mut lags = BTreeMap::new();
        for (partition, offset) in self.committed(group, topic, &partitions)? {
            let (_, end) = client.fetch_watermarks(topic, partition, TIMEOUT)?;
            lags.insert(partition.to_string(), end - offset);
        }
        Ok(json!({ "partitions": lags }))
    }
}

fn configs(request: &Value) -> impl Iterator<Item = (&str, &str)> {
    let configs = request["configs"].as_object().into_iter().flatten();
    configs.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
}

fn done(results: Vec<Result<String, (String, RDKafkaErrorCode)>>) -> Result<Value, Failure> {
    for result in results {
        result.map_err(|(_, code)| failure(code))?;
    }
    Ok(json!({}))
}

fn failure(code: RDKafkaErrorCode) -> Failure {
    KafkaError::AdminOp(code).into()
}

/// The assignment of the consumer protocol: version, topics each with partitions, user data.
fn assignment(bytes: &[u8]) -> Vec<(String, i32)> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    let mut take = |len: usize| {
        let taken = rest.split_at_checked(len).unwrap_or((&[], &[]));
        rest = taken.1;
        taken.0.to_vec()
    };
    let number = |bytes: Vec<u8>| bytes.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
    let mut partitions = Vec::new();
    for _ in 0..number(take(4)) {
        let len = number(take(2));
        let topic = String::from_utf8_lossy(&take(len)).into_owned();
        for _ in 0..number(take(4)) {
            partitions.push((topic.clone(), number(take(4)) as i32));
        }
    }
    partitions.sort();
    partitions
}
