//! Looking at data directories while no broker runs, for the command line.

use std::path::Path;
use std::sync::Arc;

use napi::Status;
use napi::bindgen_prelude::AsyncTask;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use super::errors::thrown;
use super::job::{Job, spawn};
use crate::base::clock::SystemClock;
use crate::io::{Disk, SystemDisk};
use crate::log::damage::UNKNOWN_END;
use crate::store::inspect::{self, Finding, Selected, Severity};

/// Something in a data directory that is not what was written.
#[napi(object)]
pub struct LogFinding {
    /// Records are lost; else the next start builds it anew, or cuts what was never acknowledged.
    pub damage: bool,
    /// The file or directory.
    pub file: String,
    /// First bad byte, where that is known.
    pub from_byte: Option<f64>,
    /// The byte behind the last bad one.
    pub to_byte: Option<f64>,
    /// First lost offset, where any is.
    pub from_offset: Option<f64>,
    /// The offset behind the last lost one; none where that is not known.
    pub to_offset: Option<f64>,
    /// What is wrong.
    pub why: String,
}

/// One partition that was read.
#[napi(object)]
pub struct VerifiedPartition {
    /// The topic.
    pub topic: String,
    /// Which partition of it.
    pub partition: i32,
    /// First offset.
    pub log_start: f64,
    /// The offset behind the last good batch.
    pub log_end: f64,
    /// Good batches.
    pub batches: f64,
    /// Bytes of the segments.
    pub bytes: f64,
    /// What is wrong.
    pub findings: Vec<LogFinding>,
}

/// One data directory that was read.
#[napi(object)]
pub struct VerifiedDirectory {
    /// It was closed in order.
    pub clean: bool,
    /// Records are lost.
    pub damaged: bool,
    /// Partitions by name.
    pub partitions: Vec<VerifiedPartition>,
    /// What is wrong beside them.
    pub findings: Vec<LogFinding>,
}

/// What a repair did.
#[napi(object)]
pub struct RepairedDirectory {
    /// Partitions, as `topic-partition`, that are whole again.
    pub partitions: Vec<String>,
    /// Files that keep the damaged bytes.
    pub kept: Vec<String>,
}

type Progress = ThreadsafeFunction<Vec<f64>, (), Vec<f64>, Status, false>;

/// Reads a data directory, or some topics and partitions of it. `progress` is told bytes read and bytes in all.
#[napi(catch_unwind, ts_return_type = "Promise<VerifiedDirectory>")]
pub fn verify_logs(
    directory: String,
    selected: Vec<String>,
    threads: u32,
    #[napi(ts_arg_type = "(bytes: [number, number]) => void")] progress: Progress,
) -> AsyncTask<Job<VerifiedDirectory>> {
    spawn(move || {
        let tell = |so_far: inspect::VerifyProgress| {
            let numbers = vec![so_far.bytes as f64, so_far.total as f64];
            progress.call(numbers, ThreadsafeFunctionCallMode::NonBlocking);
        };
        let selected = select(selected);
        let verified = inspect::verify(&disk(), Path::new(&directory), &selected, threads as usize, &tell);
        let verified = verified.map_err(thrown)?;
        Ok(VerifiedDirectory {
            clean: verified.clean,
            damaged: verified.is_damaged(),
            findings: findings(verified.findings),
            partitions: verified.partitions.into_iter().map(VerifiedPartition::from).collect(),
        })
    })
}

/// Gives up what chosen topics or partitions of a data directory have lost.
#[napi(catch_unwind, ts_return_type = "Promise<RepairedDirectory>")]
pub fn repair_logs(directory: String, selected: Vec<String>) -> AsyncTask<Job<RepairedDirectory>> {
    spawn(move || {
        let clock = Arc::new(SystemClock::default());
        let repaired = inspect::repair(&disk(), Path::new(&directory), &select(selected), clock);
        let repaired = repaired.map_err(thrown)?;
        let partitions = repaired.partitions.iter().map(|(topic, index)| format!("{topic}-{index}"));
        let kept = repaired.kept.iter().map(|path| path.display().to_string());
        Ok(RepairedDirectory { partitions: partitions.collect(), kept: kept.collect() })
    })
}

fn disk() -> Arc<dyn Disk> {
    Arc::new(SystemDisk)
}

fn select(names: Vec<String>) -> Vec<Selected> {
    names.into_iter().map(|name| Selected { name }).collect()
}

fn findings(findings: Vec<Finding>) -> Vec<LogFinding> {
    findings.into_iter().map(LogFinding::from).collect()
}

impl From<Finding> for LogFinding {
    fn from(finding: Finding) -> Self {
        let Finding { severity, file, bytes, offsets, why } = finding;
        Self {
            damage: severity == Severity::Damage,
            file: file.display().to_string(),
            from_byte: bytes.as_ref().map(|bytes| bytes.start as f64),
            to_byte: bytes.as_ref().map(|bytes| bytes.end as f64),
            from_offset: offsets.as_ref().map(|offsets| offsets.start.0 as f64),
            to_offset: offsets
                .filter(|offsets| offsets.end != UNKNOWN_END)
                .map(|offsets| offsets.end.0 as f64),
            why,
        }
    }
}

impl From<inspect::VerifiedPartition> for VerifiedPartition {
    fn from(partition: inspect::VerifiedPartition) -> Self {
        Self {
            topic: partition.topic,
            partition: partition.index.0,
            log_start: partition.log_start.0 as f64,
            log_end: partition.log_end.0 as f64,
            batches: partition.batches as f64,
            bytes: partition.bytes as f64,
            findings: findings(partition.findings),
        }
    }
}
