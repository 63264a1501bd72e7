//! The cluster image on its way down: typed deltas in, the view that the server answers from out (D1, D2).
//!
//! What a delta does not name is shared with the view before it. Partitions come and go by nothing but the image:
//! those that this broker leads get a log, those of removed topics lose it.

use std::collections::HashMap;
use std::sync::Arc;

use napi::Result;
use napi_derive::napi;

use super::errors::invalid;
use crate::base::types::{BrokerId, LeaderEpoch, PartitionId, PartitionIndex, TopicId};
use crate::batch::{Codec, Compressor, TimestampType};
use crate::log::{Log, LogConfig};
use crate::server::{
    ApiRange, BrokerView, ClusterView, Endpoint, FeatureView, Limits, PartitionView, TopicView,
};
use crate::store::Store;

/// An advertised address.
#[napi(object)]
pub struct ImageEndpoint {
    /// The listener's name.
    pub listener: String,
    /// Host as clients resolve it.
    pub host: String,
    /// Port as clients reach it.
    pub port: u16,
}

/// One live broker.
#[napi(object)]
pub struct ImageBroker {
    /// Its id.
    pub id: i32,
    /// Where it stands.
    pub rack: Option<String>,
    /// Where it is reached.
    pub endpoints: Vec<ImageEndpoint>,
}

/// Versions of one API.
#[napi(object)]
pub struct ImageApi {
    /// API key.
    pub key: i16,
    /// First version served.
    pub min: i16,
    /// Last version served.
    pub max: i16,
}

/// One feature as `ApiVersions` lists it.
#[napi(object)]
pub struct ImageFeature {
    /// Its name.
    pub name: String,
    /// Lowest level supported.
    pub supported_min: i16,
    /// Highest level supported.
    pub supported_max: i16,
    /// Level in force, when it is finalized.
    pub finalized: Option<i16>,
}

/// What is not about one topic. Each delta that carries it replaces all of it.
#[napi(object)]
pub struct ImageCluster {
    /// The cluster's id.
    pub cluster_id: String,
    /// Whom clients ask for what the controller decides.
    pub controller_id: i32,
    /// All live brokers.
    pub brokers: Vec<ImageBroker>,
    /// APIs answered by the control plane; the engine adds its own.
    pub apis: Vec<ImageApi>,
    /// Features.
    pub features: Vec<ImageFeature>,
    /// Version of the finalized features.
    pub features_epoch: f64,
    /// `auto.create.topics.enable`.
    pub auto_create_topics: bool,
    /// `fetch.max.bytes` of the broker.
    pub fetch_bytes_max: u32,
}

/// The topic configuration that the engine honours, every key resolved; names as in Kafka.
#[napi(object)]
pub struct ImageLogConfig {
    /// `segment.bytes`.
    pub segment_bytes: u32,
    /// `segment.ms`.
    pub segment_ms: f64,
    /// `segment.jitter.ms`.
    pub segment_jitter_ms: f64,
    /// `segment.index.bytes`.
    pub segment_index_bytes: u32,
    /// `index.interval.bytes`.
    pub index_interval_bytes: u32,
    /// `retention.ms`.
    pub retention_ms: f64,
    /// `retention.bytes`.
    pub retention_bytes: f64,
    /// `file.delete.delay.ms`.
    pub file_delete_delay_ms: f64,
    /// `max.message.bytes`.
    pub max_message_bytes: i32,
    /// `cleanup.policy` contains `delete`.
    pub cleanup_delete: bool,
    /// `cleanup.policy` contains `compact`.
    pub cleanup_compact: bool,
    /// `min.cleanable.dirty.ratio`.
    pub min_cleanable_dirty_ratio: f64,
    /// `min.compaction.lag.ms`.
    pub min_compaction_lag_ms: f64,
    /// `max.compaction.lag.ms`.
    pub max_compaction_lag_ms: f64,
    /// `delete.retention.ms`.
    pub delete_retention_ms: f64,
    /// `message.timestamp.type`: `CreateTime` or `LogAppendTime`.
    pub timestamp_type: String,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: f64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: f64,
    /// `flush.messages`.
    pub flush_messages: f64,
    /// `flush.ms`.
    pub flush_ms: f64,
    /// `min.insync.replicas`.
    pub min_insync_replicas: i32,
    /// `compression.type`: `producer`, `uncompressed` or a codec.
    pub compression: String,
    /// The level of that codec; its default where there is none.
    pub compression_level: Option<i32>,
    /// `message.validation` is `strict`.
    pub strict_validation: bool,
}

/// One partition; its index is its place in the list.
#[napi(object)]
pub struct ImagePartition {
    /// Who leads it; -1 for nobody.
    pub leader: i32,
    /// The leader's reign.
    pub leader_epoch: i32,
    /// All replicas.
    pub replicas: Vec<i32>,
    /// Replicas in sync.
    pub isr: Vec<i32>,
    /// Replicas that are down.
    pub offline: Vec<i32>,
}

/// One topic, new or changed; it replaces what was known of it.
#[napi(object)]
pub struct ImageTopic {
    /// 22 characters.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Written by coordinators alone.
    pub internal: bool,
    /// Its configuration.
    pub config: ImageLogConfig,
    /// All its partitions.
    pub partitions: Vec<ImagePartition>,
}

/// What changed since the last publication; the first one holds everything.
#[napi(object)]
pub struct ImageDelta {
    /// Grows with each publication.
    pub version: f64,
    /// Present in the first delta and whenever any of it changed.
    pub cluster: Option<ImageCluster>,
    /// New and changed topics.
    pub topics: Vec<ImageTopic>,
    /// Ids of topics that are gone.
    pub removed_topics: Vec<String>,
}

/// The view before the first publication: it names nobody and nothing.
pub(super) fn empty(this_broker: BrokerId, cluster_id: String) -> ClusterView {
    ClusterView {
        version: 0,
        cluster_id,
        controller: BrokerId(-1),
        this_broker,
        brokers: Vec::new(),
        apis: Vec::new(),
        features: Vec::new(),
        features_epoch: -1,
        topics_by_name: HashMap::new(),
        topics_by_id: HashMap::new(),
        auto_create: false,
        limits: Limits::default(),
    }
}

/// Applies a delta: logs are registered, configured and deleted, and the next view is returned. A delta that makes no
/// sense is refused before anything happened.
pub(super) fn apply(before: &ClusterView, delta: ImageDelta, store: &Store) -> Result<ClusterView> {
    let removed: Vec<TopicId> = delta.removed_topics.iter().map(|id| topic_id(id)).collect::<Result<_>>()?;
    let changed: Vec<Changed> = delta.topics.into_iter().map(Changed::checked).collect::<Result<_>>()?;
    let mut view = before.clone();
    view.version = delta.version as u64;
    if let Some(cluster) = delta.cluster {
        replace_cluster(&mut view, cluster);
    }
    let mut deleted = Vec::new();
    for id in removed {
        if let Some(gone) = view.topics_by_id.remove(&id) {
            // A topic created again under the name may have come in an earlier delta.
            if view.topics_by_name.get(&gone.name).is_some_and(|named| named.id == id) {
                view.topics_by_name.remove(&gone.name);
            }
            deleted.extend(logs_of(&gone));
        }
    }
    store.retire(deleted);
    for topic in changed {
        let id = topic.id;
        let known = view.topics_by_id.get(&id);
        let next = Arc::new(topic_view(topic, view.this_broker, known.map(Arc::as_ref), store));
        view.topics_by_name.insert(Arc::clone(&next.name), Arc::clone(&next));
        view.topics_by_id.insert(id, next);
    }
    if before.version == 0 {
        // The first delta names every topic.
        store.set_aside_unclaimed();
    }
    Ok(view)
}

/// Registers the logs of topics that an image will name: what the write-ahead logs have of them is read now, and the
/// image finds it taken in.
pub(super) fn take_in(topics: Vec<ImageTopic>, this_broker: BrokerId, store: &Store) -> Result<()> {
    let topics: Vec<Changed> = topics.into_iter().map(Changed::checked).collect::<Result<_>>()?;
    for changed in topics {
        for (index, partition) in changed.topic.partitions.iter().enumerate() {
            changed.log(index, partition, this_broker, store);
        }
    }
    Ok(())
}

/// A topic of a delta whose parts all make sense.
struct Changed {
    id: TopicId,
    config: Arc<LogConfig>,
    topic: ImageTopic,
}

impl Changed {
    fn checked(topic: ImageTopic) -> Result<Self> {
        Ok(Self { id: topic_id(&topic.id)?, config: Arc::new(log_config(&topic.config)?), topic })
    }

    /// Registers the log of a partition that this broker leads.
    fn log(
        &self,
        index: usize,
        partition: &ImagePartition,
        this_broker: BrokerId,
        store: &Store,
    ) -> Option<Arc<Log>> {
        let id = PartitionId { topic: self.id, index: PartitionIndex(index as i32) };
        let epoch = LeaderEpoch(partition.leader_epoch);
        (BrokerId(partition.leader) == this_broker)
            .then(|| store.ensure(id, &self.topic.name, Arc::clone(&self.config), epoch))
    }
}

fn replace_cluster(view: &mut ClusterView, cluster: ImageCluster) {
    let endpoint = |of: ImageEndpoint| Endpoint { listener: of.listener, host: of.host, port: of.port };
    view.cluster_id = cluster.cluster_id;
    view.controller = BrokerId(cluster.controller_id);
    view.brokers = cluster
        .brokers
        .into_iter()
        .map(|broker| BrokerView {
            id: BrokerId(broker.id),
            rack: broker.rack,
            endpoints: broker.endpoints.into_iter().map(endpoint).collect(),
        })
        .collect();
    view.apis =
        cluster.apis.iter().map(|api| ApiRange { key: api.key, min: api.min, max: api.max }).collect();
    view.features = cluster
        .features
        .into_iter()
        .map(|feature| FeatureView {
            name: feature.name,
            supported_min: feature.supported_min,
            supported_max: feature.supported_max,
            finalized: feature.finalized,
        })
        .collect();
    view.features_epoch = cluster.features_epoch as i64;
    view.auto_create = cluster.auto_create_topics;
    view.limits = Limits { fetch_bytes_max: cluster.fetch_bytes_max as usize };
}

fn topic_view(
    mut changed: Changed,
    this_broker: BrokerId,
    known: Option<&TopicView>,
    store: &Store,
) -> TopicView {
    if known.is_some_and(|known| known.config != changed.config) {
        store.configure(changed.id, &changed.config);
    }
    let partitions = std::mem::take(&mut changed.topic.partitions);
    let partitions = partitions.into_iter().enumerate().map(|(index, partition)| PartitionView {
        leader: BrokerId(partition.leader),
        leader_epoch: LeaderEpoch(partition.leader_epoch),
        log: changed.log(index, &partition, this_broker, store),
        replicas: brokers(partition.replicas),
        isr: brokers(partition.isr),
        offline: brokers(partition.offline),
    });
    let partitions = partitions.collect();
    let Changed { id, config, topic } = changed;
    TopicView { id, name: topic.name.into(), internal: topic.internal, config, partitions }
}

fn logs_of(topic: &TopicView) -> impl Iterator<Item = PartitionId> {
    let led = topic.partitions.iter().enumerate().filter(|(_, partition)| partition.log.is_some());
    led.map(|(index, _)| PartitionId { topic: topic.id, index: PartitionIndex(index as i32) })
}

fn brokers(ids: Vec<i32>) -> Vec<BrokerId> {
    ids.into_iter().map(BrokerId).collect()
}

fn topic_id(text: &str) -> Result<TopicId> {
    text.parse().map_err(|error| invalid("topic id", error))
}

/// Milliseconds and bytes come as floating point; Kafka's "for ever", 2^63-1, survives as such.
pub(super) fn log_config(from: &ImageLogConfig) -> Result<LogConfig> {
    Ok(LogConfig {
        segment_bytes: from.segment_bytes,
        segment_ms: from.segment_ms as i64,
        segment_jitter_ms: from.segment_jitter_ms as i64,
        segment_index_bytes: from.segment_index_bytes,
        index_interval_bytes: from.index_interval_bytes,
        retention_ms: from.retention_ms as i64,
        retention_bytes: from.retention_bytes as i64,
        file_delete_delay_ms: from.file_delete_delay_ms as i64,
        max_message_bytes: from.max_message_bytes,
        cleanup_delete: from.cleanup_delete,
        cleanup_compact: from.cleanup_compact,
        min_cleanable_dirty_ratio: from.min_cleanable_dirty_ratio,
        min_compaction_lag_ms: from.min_compaction_lag_ms as i64,
        max_compaction_lag_ms: from.max_compaction_lag_ms as i64,
        delete_retention_ms: from.delete_retention_ms as i64,
        timestamp_type: match from.timestamp_type.as_str() {
            "CreateTime" => TimestampType::CreateTime,
            "LogAppendTime" => TimestampType::LogAppendTime,
            other => return Err(invalid("timestampType", other)),
        },
        timestamp_before_max_ms: from.timestamp_before_max_ms as i64,
        timestamp_after_max_ms: from.timestamp_after_max_ms as i64,
        flush_messages: from.flush_messages as i64,
        flush_ms: from.flush_ms as i64,
        min_insync_replicas: from.min_insync_replicas,
        compression: compressor(from)?,
        strict_validation: from.strict_validation,
    })
}

/// `None` where stored batches keep the codec they came with.
fn compressor(from: &ImageLogConfig) -> Result<Option<Compressor>> {
    let codec = match from.compression.as_str() {
        "producer" => return Ok(None),
        "uncompressed" => Codec::None,
        "gzip" => Codec::Gzip,
        "snappy" => Codec::Snappy,
        "lz4" => Codec::Lz4,
        "zstd" => Codec::Zstd,
        other => return Err(invalid("compression", other)),
    };
    Ok(Some(Compressor { codec, level: from.compression_level }))
}
