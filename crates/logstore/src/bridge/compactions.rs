//! Rounds of compaction on their way up.

use napi_derive::napi;

use crate::store::{Round, RoundOutcome};

/// A round of compaction over one partition.
#[napi(object)]
pub struct CompactionRound {
    /// Counts from 1 since the start.
    pub number: f64,
    /// 22 characters.
    pub topic_id: String,
    /// The topic's name.
    pub topic: String,
    /// The partition's index.
    pub partition: i32,
    /// Milliseconds since 1970.
    pub started_at: f64,
    /// The same; none while it runs.
    pub ended_at: Option<f64>,
    /// Bytes that it reads at most.
    pub bytes_total: f64,
    /// Bytes read so far.
    pub bytes_read: f64,
    /// Bytes written so far.
    pub bytes_written: f64,
    /// Milliseconds for which `log.cleaner.io.max.bytes.per.second` held it back so far.
    pub held_back_ms: f64,
    /// `running`, `done`, `interrupted` or `failed`.
    pub state: String,
    /// Why it failed.
    pub why: Option<String>,
    /// Below it each key is there once.
    pub compacted_to: Option<f64>,
}

impl From<Round> for CompactionRound {
    fn from(round: Round) -> Self {
        let (state, why, compacted_to) = match round.outcome {
            RoundOutcome::Running => ("running", None, None),
            RoundOutcome::Done(to) => ("done", None, Some(to.0 as f64)),
            RoundOutcome::Interrupted => ("interrupted", None, None),
            RoundOutcome::Failed(why) => ("failed", Some(why), None),
        };
        Self {
            number: round.number as f64,
            topic_id: round.partition.topic.to_string(),
            topic: round.topic,
            partition: round.partition.index.0,
            started_at: round.started.0 as f64,
            ended_at: round.ended.map(|at| at.0 as f64),
            bytes_total: round.bytes_total as f64,
            bytes_read: round.bytes_read as f64,
            bytes_written: round.bytes_written as f64,
            held_back_ms: round.held_back.as_secs_f64() * 1000.0,
            state: state.to_owned(),
            why,
            compacted_to,
        }
    }
}
