//! Removals of files on their way up.

use napi_derive::napi;

use crate::store::{self, RemovalState};

/// A removal: segments that one partition gave up at one time, or a deleted topic.
#[napi(object)]
pub struct Removal {
    /// Counts from 1 since the start.
    pub number: f64,
    /// The topic's name.
    pub topic: String,
    /// The partition whose segments they are; none where the topic was deleted.
    pub partition: Option<i32>,
    /// Milliseconds since 1970.
    pub started_at: f64,
    /// The same; none while there is something left.
    pub ended_at: Option<f64>,
    /// Bytes of files that it removes.
    pub bytes_total: f64,
    /// Bytes removed so far.
    pub bytes_removed: f64,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: String,
}

impl From<store::Removal> for Removal {
    fn from(removal: store::Removal) -> Self {
        let state = match removal.state {
            RemovalState::Waiting => "waiting",
            RemovalState::Running => "running",
            RemovalState::Done => "done",
            RemovalState::Failed => "failed",
        };
        Self {
            number: removal.number as f64,
            topic: removal.topic,
            partition: removal.partition.map(|index| index.0),
            started_at: removal.started.0 as f64,
            ended_at: removal.ended.map(|at| at.0 as f64),
            bytes_total: removal.bytes_total as f64,
            bytes_removed: removal.bytes_removed as f64,
            state: state.to_owned(),
        }
    }
}
