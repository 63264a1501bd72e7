//! What of a broker's configuration the engine obeys while it runs.

use napi_derive::napi;

use super::engine::resolve;
use crate::server::ConnectionLimits;
use crate::store::CleanerOptions;
use crate::wal::SpaceLimits;

/// What of a broker's configuration the engine obeys while it runs.
#[napi(object)]
pub struct EngineSettings {
    /// `max.connections`.
    pub connections_max: u32,
    /// `max.connections.per.ip`.
    pub connections_max_per_ip: u32,
    /// `max.connections.per.ip.overrides`.
    pub connections_max_by_address: Vec<AddressLimit>,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: f64,
    /// `millrace.disk.soft.limit.bytes`; below zero for the default.
    pub disk_soft_limit_bytes: f64,
    /// `millrace.disk.hard.limit.bytes`, the same.
    pub disk_hard_limit_bytes: f64,
    /// How compaction runs.
    pub cleaner: CleanerConfig,
}

impl EngineSettings {
    pub(super) fn space(&self) -> SpaceLimits {
        let limit = |bytes: f64| (bytes >= 0.0).then_some(bytes as u64);
        SpaceLimits {
            soft_bytes: limit(self.disk_soft_limit_bytes),
            hard_bytes: limit(self.disk_hard_limit_bytes),
        }
    }
}

/// How compaction runs.
#[napi(object)]
pub struct CleanerConfig {
    /// `log.cleaner.threads`; 0 for no compaction.
    pub threads: u32,
    /// `log.cleaner.dedupe.buffer.size`.
    pub map_bytes: f64,
    /// `log.cleaner.io.max.bytes.per.second`.
    pub bytes_per_second: f64,
    /// `log.cleaner.backoff.ms`.
    pub backoff_ms: f64,
}

impl From<&CleanerConfig> for CleanerOptions {
    fn from(config: &CleanerConfig) -> Self {
        Self {
            threads: config.threads as usize,
            map_bytes: config.map_bytes as usize,
            bytes_per_second: config.bytes_per_second,
            backoff_ms: config.backoff_ms as i64,
        }
    }
}

/// A limit of one address.
#[napi(object)]
pub struct AddressLimit {
    /// An address, or a name that the system finds one for.
    pub address: String,
    /// Connections at one time.
    pub connections: u32,
}

/// The limits, at most what files there are for, and the names of which the system knows no address.
pub(super) fn connection_limits(settings: &EngineSettings, files: u32) -> (ConnectionLimits, Vec<String>) {
    let mut limits = ConnectionLimits {
        max: settings.connections_max.min(files) as usize,
        per_address_max: settings.connections_max_per_ip as usize,
        ..ConnectionLimits::default()
    };
    let mut unknown = Vec::new();
    for AddressLimit { address, connections } in &settings.connections_max_by_address {
        match resolve(address, 0) {
            Ok(found) => drop(limits.by_address.insert(found.ip().to_canonical(), *connections as usize)),
            Err(_) => unknown.push(address.clone()),
        }
    }
    (limits, unknown)
}
