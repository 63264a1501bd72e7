//! The cluster as this broker serves it: published whole, read without locks, never changed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::limits::FETCH_BYTES_MAX;
use crate::base::types::{BrokerId, LeaderEpoch, TopicId};
use crate::log::{Log, LogConfig};

/// Everything that native requests need from the control plane (D2).
#[derive(Clone)]
pub struct ClusterView {
    /// Grows with each publication.
    pub version: u64,
    /// The cluster's id.
    pub cluster_id: String,
    /// Any live broker: clients send it what the controller decides.
    pub controller: BrokerId,
    /// This broker.
    pub this_broker: BrokerId,
    /// All live brokers.
    pub brokers: Vec<BrokerView>,
    /// What `ApiVersions` lists. The engine knows its own APIs better and puts their ranges over these.
    pub apis: Vec<ApiRange>,
    /// Features, as `ApiVersions` lists them.
    pub features: Vec<FeatureView>,
    /// Version of the finalized features; -1 when unknown.
    pub features_epoch: i64,
    /// Topics by name.
    pub topics_by_name: HashMap<Arc<str>, Arc<TopicView>>,
    /// The same topics by id.
    pub topics_by_id: HashMap<TopicId, Arc<TopicView>>,
    /// `auto.create.topics.enable`.
    pub auto_create: bool,
    /// Bounds that configuration sets.
    pub limits: Limits,
}

/// Bounds that configuration sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `fetch.max.bytes` of the broker.
    pub fetch_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { fetch_bytes_max: FETCH_BYTES_MAX }
    }
}

/// One live broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerView {
    /// Its id.
    pub id: BrokerId,
    /// Where it stands.
    pub rack: Option<String>,
    /// Where it is reached, by listener.
    pub endpoints: Vec<Endpoint>,
}

/// An advertised address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The listener's name.
    pub listener: String,
    /// Host as clients resolve it.
    pub host: String,
    /// Port as clients reach it.
    pub port: u16,
}

/// Versions of one API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiRange {
    /// API key.
    pub key: i16,
    /// First version served.
    pub min: i16,
    /// Last version served.
    pub max: i16,
}

/// One feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureView {
    /// Its name, such as `metadata.version`.
    pub name: String,
    /// Lowest level supported.
    pub supported_min: i16,
    /// Highest level supported.
    pub supported_max: i16,
    /// Level in force; `None` when it is not finalized.
    pub finalized: Option<i16>,
}

/// One topic.
pub struct TopicView {
    /// Its id.
    pub id: TopicId,
    /// Its name.
    pub name: Arc<str>,
    /// Written by coordinators alone.
    pub internal: bool,
    /// Its configuration.
    pub config: Arc<LogConfig>,
    /// Its partitions, the index is the position.
    pub partitions: Vec<PartitionView>,
}

/// One partition.
pub struct PartitionView {
    /// Who leads it; -1 for nobody.
    pub leader: BrokerId,
    /// The leader's reign.
    pub leader_epoch: LeaderEpoch,
    /// All replicas.
    pub replicas: Vec<BrokerId>,
    /// Replicas in sync.
    pub isr: Vec<BrokerId>,
    /// Replicas that are down.
    pub offline: Vec<BrokerId>,
    /// The log, where this broker leads.
    pub log: Option<Arc<Log>>,
}

/// How a request names a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TopicKey {
    Name(Arc<str>),
    Id(TopicId),
}

impl ClusterView {
    /// Before the first publication: nothing is known, nothing is served.
    pub(crate) fn empty() -> Self {
        Self {
            version: 0,
            cluster_id: String::new(),
            controller: BrokerId(-1),
            this_broker: BrokerId(-1),
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

    pub(crate) fn topic(&self, key: &TopicKey) -> Option<&Arc<TopicView>> {
        match key {
            TopicKey::Name(name) => self.topics_by_name.get(name),
            TopicKey::Id(id) => self.topics_by_id.get(id),
        }
    }

    /// Where a client of `listener` reaches a broker.
    pub(crate) fn endpoint(&self, broker: BrokerId, listener: &str) -> Option<(&BrokerView, &Endpoint)> {
        let broker = self.brokers.iter().find(|candidate| candidate.id == broker)?;
        broker.endpoint(listener).map(|endpoint| (broker, endpoint))
    }
}

impl BrokerView {
    pub(crate) fn endpoint(&self, listener: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.listener == listener)
    }
}

impl TopicView {
    pub(crate) fn partition(&self, index: i32) -> Option<&PartitionView> {
        self.partitions.get(usize::try_from(index).ok()?)
    }
}
