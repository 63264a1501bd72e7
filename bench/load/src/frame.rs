//! Requests as frames whose correlation id alone is written when they are sent, and the parts of answers that a load looks at.
//!
//! ```text
//!  0  size           i32  bytes after this field
//!  4  api key        i16
//!  6  api version    i16
//!  8  correlation id i32
//! 12  client id, tagged fields, body
//! ```

use anyhow::{Context, Result, ensure};
use logstore::base::bytes::{Reader, Writer};

use crate::Target;

/// Everything up to the correlation id, which differs from request to request.
pub(crate) const HEAD_BYTES: usize = 12;
const CLIENT_ID: &str = "load";
const TIMEOUT_MS: i32 = 30_000;

/// One request, ready to be sent as often as wanted.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) head: [u8; HEAD_BYTES],
    pub(crate) body: Vec<u8>,
}

impl Frame {
    fn new(key: i16, version: i16, body: &[u8]) -> Self {
        let mut rest = Writer::new();
        rest.nullable_string(Some(CLIENT_ID)).no_tagged_fields().bytes(body);
        let rest = rest.into_vec();
        let mut head = Writer::new();
        head.i32((HEAD_BYTES - 4 + rest.len()) as i32).i16(key).i16(version).i32(0);
        let mut bytes = [0; HEAD_BYTES];
        bytes.copy_from_slice(head.as_slice());
        Self { head: bytes, body: rest }
    }
}

/// Produce v9 of one batch for each of some partitions.
pub(crate) fn produce(topic: &str, acks: i16, batches: &[(i32, &[u8])]) -> Frame {
    let mut body = Writer::new();
    body.compact_nullable_string(None).i16(acks).i32(TIMEOUT_MS);
    body.compact_array_len(Some(1)).compact_string(topic).compact_array_len(Some(batches.len()));
    for (partition, batch) in batches {
        body.i32(*partition).compact_nullable_bytes(Some(batch)).no_tagged_fields();
    }
    body.no_tagged_fields().no_tagged_fields();
    Frame::new(0, 9, body.as_slice())
}

/// How a Produce v9 was answered: the first error of a partition, and the number of partitions without one.
pub(crate) fn produced(answer: &[u8]) -> Result<(i16, usize)> {
    let mut reader = answer_body(answer)?;
    let (mut error, mut partitions) = (0, 0);
    for _ in 0..reader.compact_array_len(1)?.unwrap_or(0) {
        reader.compact_string()?;
        for _ in 0..reader.compact_array_len(1)?.unwrap_or(0) {
            reader.i32()?;
            let code = reader.i16()?;
            reader.bytes(24)?; // base offset, time of append, log start
            for _ in 0..reader.compact_array_len(1)?.unwrap_or(0) {
                reader.i32()?;
                reader.compact_nullable_string()?;
                reader.skip_tagged_fields()?;
            }
            reader.compact_nullable_string()?;
            reader.skip_tagged_fields()?;
            if code == 0 {
                partitions += 1;
            } else if error == 0 {
                error = code;
            }
        }
        reader.skip_tagged_fields()?;
    }
    Ok((error, partitions))
}

/// How much a fetch asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchLimits {
    pub(crate) max_wait_ms: i32,
    pub(crate) min_bytes: i32,
    pub(crate) max_bytes: i32,
}

/// Fetch v12 of one partition, without a session.
pub(crate) fn fetch(topic: &str, partition: i32, offset: i64, limits: FetchLimits) -> Frame {
    let mut body = Writer::new();
    body.i32(-1).i32(limits.max_wait_ms).i32(limits.min_bytes).i32(limits.max_bytes).i8(0).i32(0).i32(-1);
    body.compact_array_len(Some(1)).compact_string(topic).compact_array_len(Some(1));
    body.i32(partition).i32(-1).i64(offset).i32(-1).i64(-1).i32(limits.max_bytes).no_tagged_fields();
    body.no_tagged_fields().compact_array_len(Some(0)).compact_string("").no_tagged_fields();
    Frame::new(1, 12, body.as_slice())
}

/// The answer to a fetch of one partition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fetched<'a> {
    pub(crate) error: i16,
    pub(crate) high_watermark: i64,
    pub(crate) log_start: i64,
    /// Bytes of batches that the answer has.
    pub(crate) bytes: usize,
    /// As many of them as were given to be looked at.
    pub(crate) records: &'a [u8],
}

/// Reads the start of a Fetch v12 answer; the records may be cut.
pub(crate) fn fetched(answer: &[u8]) -> Result<Fetched<'_>> {
    let mut reader = answer_body(answer)?;
    reader.i32()?;
    let error = reader.i16()?;
    ensure!(error == 0, "the broker refused the fetch as a whole with error {error}");
    reader.i32()?;
    ensure!(reader.uvarint()? == 2, "the answer is about one topic");
    reader.compact_string()?;
    ensure!(reader.uvarint()? == 2, "the answer is about one partition");
    reader.i32()?;
    let error = reader.i16()?;
    let high_watermark = reader.i64()?;
    reader.i64()?;
    let log_start = reader.i64()?;
    for _ in 0..reader.compact_array_len(1)?.unwrap_or(0) {
        reader.bytes(16)?; // producer id and first offset
        reader.skip_tagged_fields()?;
    }
    reader.i32()?;
    let bytes = reader.uvarint()?.saturating_sub(1) as usize;
    let rest = reader.rest();
    Ok(Fetched { error, high_watermark, log_start, bytes, records: rest.get(..bytes).unwrap_or(rest) })
}

/// `InitProducerId` v4 without a transactional id.
pub(crate) fn init_producer_id() -> Frame {
    let mut body = Writer::new();
    body.compact_nullable_string(None).i32(-1).i64(-1).i16(-1).no_tagged_fields();
    Frame::new(22, 4, body.as_slice())
}

/// Producer id and epoch.
pub(crate) fn producer_id(answer: &[u8]) -> Result<(i64, i16)> {
    let mut reader = answer_body(answer)?;
    reader.i32()?;
    let error = reader.i16()?;
    ensure!(error == 0, "no producer id: error {error}");
    Ok((reader.i64()?, reader.i16()?))
}

/// Behind size, correlation id and tagged fields.
fn answer_body(answer: &[u8]) -> Result<Reader<'_>> {
    let mut reader = Reader::new(answer);
    reader.bytes(8)?;
    reader.skip_tagged_fields()?;
    Ok(reader)
}

/// The address that `--bootstrap` names.
pub(crate) fn address(target: &Target) -> Result<std::net::SocketAddr> {
    use std::net::ToSocketAddrs;
    let mut found =
        target.bootstrap.to_socket_addrs().with_context(|| format!("--bootstrap {}", target.bootstrap))?;
    found.next().context("--bootstrap names no address")
}
