//! The files of a segment as they lie there, for the command line; a broker may have them open.

use std::path::Path;

use napi::Error;
use napi::bindgen_prelude::{AsyncTask, BigInt, Buffer};
use napi_derive::napi;

use super::errors::{invalid, thrown};
use super::job::{Job, spawn};
use super::records::append_plain;
use crate::base::types::{Offset, Position};
use crate::batch::{BatchView, TimestampType};
use crate::io::SystemDisk;
use crate::log::{retries, snapshot};
use crate::segment::{Kind, dump, names};

/// A batch of a data file.
#[allow(clippy::struct_excessive_bools, reason = "the bits of its attributes")]
#[napi(object)]
pub struct DumpedBatch {
    /// Where it begins.
    pub position: f64,
    /// All of it.
    pub bytes: f64,
    /// First offset.
    pub base_offset: f64,
    /// Last offset.
    pub last_offset: f64,
    /// How many records.
    pub count: i32,
    /// The leader's reign at append.
    pub leader_epoch: i32,
    /// Whose it is; -1 for nobody's.
    pub producer_id: BigInt,
    /// Its incarnation.
    pub producer_epoch: i32,
    /// Sequence of the first record.
    pub base_sequence: i32,
    /// Sequence of the last record.
    pub last_sequence: i32,
    /// How the records are compressed.
    pub codec: String,
    /// What the first record's timestamp counts from.
    pub base_timestamp: BigInt,
    /// The largest.
    pub max_timestamp: BigInt,
    /// Timestamps are the broker's.
    pub append_time: bool,
    /// Part of a transaction.
    pub transactional: bool,
    /// A marker and not data.
    pub control: bool,
    /// When its tombstones may go is known, and stands in the base timestamp.
    pub delete_horizon: bool,
    /// The CRC as it stands there, which is right.
    pub crc: u32,
    /// The batch as if it had never been compressed, where records were asked for and can be read.
    pub plain: Option<Buffer>,
}

/// Bytes of a data file that are no good batch.
#[napi(object)]
pub struct DumpedHole {
    /// First bad byte.
    pub from_byte: f64,
    /// The byte behind the last bad one.
    pub to_byte: f64,
    /// The offset that was expected there.
    pub from_offset: f64,
    /// The one at which good batches go on; the same where none do.
    pub to_offset: f64,
    /// Which check failed.
    pub why: String,
}

/// A part of a data file.
#[napi(object)]
pub struct DumpedStretch {
    /// Its good batches.
    pub batches: Vec<DumpedBatch>,
    /// What follows them and is not good.
    pub hole: Option<DumpedHole>,
    /// Where the next part begins.
    pub next_byte: f64,
    /// Which offset may follow.
    pub next_offset: f64,
    /// Nothing follows.
    pub last: bool,
}

/// The entries of an index or a snapshot, each as its fields in the order of the file.
#[napi(object)]
pub struct DumpedEntries {
    /// Those that can be read.
    pub entries: Vec<Vec<BigInt>>,
    /// The first byte of what is no entry.
    pub bad_from: Option<f64>,
}

/// About a MiB of batches of a data file from a byte on, where `nextOffset` or a later one is expected; of a bad place only that.
#[napi(catch_unwind, ts_return_type = "Promise<DumpedStretch>")]
pub fn dump_batches(
    path: String,
    from_byte: f64,
    next_offset: f64,
    with_records: bool,
) -> AsyncTask<Job<DumpedStretch>> {
    spawn(move || {
        let path = Path::new(&path);
        let (base, _) = segment_file(path)?;
        let from = (Position(from_byte as u64), Offset(next_offset as i64).max(base));
        let show = |position: Position, view: &BatchView<'_>| shown(position, view, with_records);
        let stretch = dump::stretch(&SystemDisk, path, base, from, show).map_err(thrown)?;
        Ok(DumpedStretch {
            batches: stretch.batches,
            hole: stretch.hole.map(|hole| DumpedHole {
                from_byte: hole.bytes.start as f64,
                to_byte: hole.bytes.end as f64,
                from_offset: hole.offsets.start.0 as f64,
                to_offset: hole.offsets.end.0 as f64,
                why: hole.why,
            }),
            next_byte: stretch.end.0 as f64,
            next_offset: stretch.next_offset.0 as f64,
            last: stretch.is_last,
        })
    })
}

/// The entries of an `.index`, a `.timeindex`, a `.txnindex`, a `.snapshot` or its `.retries`; the last two are good as a whole or not
/// at all.
#[napi(catch_unwind, ts_return_type = "Promise<DumpedEntries>")]
pub fn dump_entries(path: String) -> AsyncTask<Job<DumpedEntries>> {
    spawn(move || {
        let path = Path::new(&path);
        let (base, kind) = segment_file(path)?;
        let (entries, bad_from) = match kind {
            Kind::Snapshot => (snapshot::list(&SystemDisk, path).map_err(thrown)?, None),
            Kind::Retries => (retries::list(&SystemDisk, path).map_err(thrown)?, None),
            Kind::OffsetIndex | Kind::TimeIndex | Kind::TxnIndex => {
                let listed = dump::index(&SystemDisk, path, kind, base).map_err(thrown)?;
                (listed.entries, listed.rest.map(|rest| rest.start as f64))
            }
            Kind::Data => return Err(invalid("path", "no file of entries")),
        };
        let exact = |entry: Vec<i64>| entry.into_iter().map(BigInt::from).collect();
        Ok(DumpedEntries { entries: entries.into_iter().map(exact).collect(), bad_from })
    })
}

fn segment_file(path: &Path) -> Result<(Offset, Kind), Error> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let file = names::parse(name).ok_or_else(|| invalid("path", "no file of a segment"))?;
    Ok((file.offset, file.kind))
}

fn shown(position: Position, view: &BatchView<'_>, with_records: bool) -> DumpedBatch {
    let header = view.header();
    let attributes = header.attributes;
    let plain = || {
        let mut plain = Vec::new();
        append_plain(&mut plain, view).map(|()| plain.into())
    };
    DumpedBatch {
        position: position.0 as f64,
        bytes: view.bytes().len() as f64,
        base_offset: header.base_offset.0 as f64,
        last_offset: header.last_offset().0 as f64,
        count: header.records_count,
        leader_epoch: header.leader_epoch.0,
        producer_id: header.producer_id.0.into(),
        producer_epoch: i32::from(header.producer_epoch.0),
        base_sequence: header.base_sequence.0,
        last_sequence: header.last_sequence().0,
        codec: attributes
            .codec()
            .map_or_else(|| "unknown".into(), |codec| format!("{codec:?}").to_lowercase()),
        base_timestamp: header.base_timestamp.0.into(),
        max_timestamp: header.max_timestamp.0.into(),
        append_time: attributes.timestamp_type() == TimestampType::LogAppendTime,
        transactional: attributes.is_transactional(),
        control: attributes.is_control(),
        delete_horizon: attributes.has_delete_horizon(),
        crc: header.crc,
        plain: with_records.then(plain).flatten(),
    }
}
