//! Kafka's small text files, all of one form:
//!
//! ```text
//! 0                            version
//! 2                            number of lines that follow
//! topic-a 0 1042               leader-epoch-checkpoint: epoch startOffset
//! topic-a 1 7                  the others:              topic partition offset
//! ```
//!
//! and `partition.metadata`, which names the topic of a directory:
//!
//! ```text
//! version: 0
//! topic_id: 22 characters of URL-safe base64, and no newline
//! ```

use std::collections::HashMap;
use std::fmt::{Display, Write as _};
use std::path::Path;
use std::str::{FromStr, SplitAsciiWhitespace};

use crate::base::error::StorageError;
use crate::base::limits::SMALL_FILE_BYTES_MAX;
use crate::base::types::{LeaderEpoch, Offset, PartitionIndex, TopicId};
use crate::io::{self, Disk};

/// Epochs of one log.
pub const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";
/// The topic of a directory.
pub const PARTITION_METADATA: &str = "partition.metadata";
/// Up to where each log of a data directory is synced.
pub const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
/// First offset of each log where that is not its first segment's.
pub const LOG_STARTS: &str = "log-start-offset-checkpoint";
/// High watermark of each log.
pub const HIGH_WATERMARKS: &str = "replication-offset-checkpoint";

/// Up to where each log is compacted.
pub const CLEANED: &str = "cleaner-offset-checkpoint";

/// Offsets by topic and partition.
pub type OffsetsByPartition = HashMap<(String, PartitionIndex), Offset>;

/// Reads a file whole; `None` when there is none.
pub(super) fn read_file(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<u8>>, StorageError> {
    io::read_small(disk, path, SMALL_FILE_BYTES_MAX).map_err(|error| StorageError::io("read", path, error))
}

pub(super) fn read_lines<T>(
    disk: &dyn Disk,
    path: &Path,
    parse: impl Fn(&mut SplitAsciiWhitespace<'_>) -> Option<T>,
) -> Result<Vec<T>, StorageError> {
    let Some(bytes) = read_file(disk, path)? else {
        return Ok(Vec::new());
    };
    let corrupt = |why: &str| StorageError::corrupt(path, 0, why);
    let text = String::from_utf8(bytes).map_err(|_| corrupt("not a text"))?;
    let mut lines = text.lines();
    if lines.next() != Some("0") {
        return Err(corrupt("unknown version of a checkpoint"));
    }
    let count: usize =
        lines.next().and_then(|count| count.parse().ok()).ok_or_else(|| corrupt("no count"))?;
    let entries: Vec<T> = lines.map_while(|line| parse(&mut line.split_ascii_whitespace())).collect();
    if entries.len() != count {
        return Err(corrupt("fewer or more lines than its count says"));
    }
    Ok(entries)
}

pub(super) fn lines<T>(entries: impl ExactSizeIterator<Item = T>, write: impl Fn(&mut String, T)) -> String {
    let mut text = format!("0\n{}\n", entries.len());
    for entry in entries {
        write(&mut text, entry);
    }
    text
}

pub(super) fn next<T: FromStr>(words: &mut SplitAsciiWhitespace<'_>) -> Option<T> {
    words.next()?.parse().ok()
}

/// Reads a file of offsets by partition; an absent one is empty.
pub fn read_offsets(disk: &dyn Disk, path: &Path) -> Result<OffsetsByPartition, StorageError> {
    let entries = read_lines(disk, path, |words| {
        let key = (words.next()?.to_owned(), PartitionIndex(next(words)?));
        Some((key, Offset(next(words)?)))
    })?;
    Ok(entries.into_iter().collect())
}

/// Replaces a file of offsets by partition, durably.
pub fn write_offsets<'e>(
    disk: &dyn Disk,
    path: &Path,
    entries: impl ExactSizeIterator<Item = (&'e str, PartitionIndex, Offset)>,
) -> Result<(), StorageError> {
    let text = lines(entries, |text, (topic, partition, offset)| {
        line(text, &[&topic, &partition, &offset]);
    });
    io::replace_small(disk, path, text.as_bytes())
}

pub(super) fn line(text: &mut String, words: &[&dyn Display]) {
    for (index, word) in words.iter().enumerate() {
        let separator = if index == 0 { "" } else { " " };
        let _ = write!(text, "{separator}{word}");
    }
    text.push('\n');
}

/// Reads `leader-epoch-checkpoint` of a partition; an absent one is empty.
pub(super) fn read_epochs(
    disk: &dyn Disk,
    directory: &Path,
) -> Result<Vec<(LeaderEpoch, Offset)>, StorageError> {
    let path = directory.join(LEADER_EPOCHS);
    read_lines(disk, &path, |words| Some((LeaderEpoch(next(words)?), Offset(next(words)?))))
}

/// Why `leader-epoch-checkpoint` of a partition cannot be read.
pub fn epochs_fault(disk: &dyn Disk, directory: &Path) -> Option<StorageError> {
    read_epochs(disk, directory).err()
}

/// Replaces `leader-epoch-checkpoint`; recovery can rebuild what a crash takes of it.
pub(super) fn write_epochs(
    disk: &dyn Disk,
    directory: &Path,
    epochs: &[(LeaderEpoch, Offset)],
) -> Result<(), StorageError> {
    let path = directory.join(LEADER_EPOCHS);
    let text = lines(epochs.iter(), |text, (epoch, start)| line(text, &[epoch, start]));
    io::replace_small_relaxed(disk, &path, text.as_bytes())
}

/// Reads the topic id of a partition's directory; `None` when it has none, as after a crash while it was made: a file
/// that was not synced may be there without its bytes.
pub fn read_topic_id(disk: &dyn Disk, directory: &Path) -> Result<Option<TopicId>, StorageError> {
    let path = directory.join(PARTITION_METADATA);
    let Some(bytes) = read_file(disk, &path)?.filter(|bytes| bytes.iter().any(|byte| *byte != 0)) else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    let id = text.lines().find_map(|line| line.strip_prefix("topic_id:"));
    let id = id.and_then(|id| id.trim().parse().ok());
    id.map(Some).ok_or_else(|| StorageError::corrupt(path, 0, "no topic id"))
}

/// Writes the topic id of a partition's directory.
pub(super) fn write_topic_id(disk: &dyn Disk, directory: &Path, id: TopicId) -> Result<(), StorageError> {
    let path = directory.join(PARTITION_METADATA);
    let text = format!("version: 0\ntopic_id: {id}");
    io::replace_small_relaxed(disk, &path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::SystemDisk;

    #[test]
    fn files_read_as_kafka_writes_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(RECOVERY_POINTS);
        assert!(read_offsets(&SystemDisk, &path).unwrap().is_empty());
        let entries = [("a", PartitionIndex(0), Offset(5)), ("b.c", PartitionIndex(12), Offset(1 << 40))];
        write_offsets(&SystemDisk, &path, entries.into_iter()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "0\n2\na 0 5\nb.c 12 1099511627776\n");
        let read = read_offsets(&SystemDisk, &path).unwrap();
        assert_eq!(read.get(&("b.c".into(), PartitionIndex(12))), Some(&Offset(1 << 40)));

        let epochs = [(LeaderEpoch(0), Offset(0)), (LeaderEpoch(3), Offset(9))];
        write_epochs(&SystemDisk, directory.path(), &epochs).unwrap();
        let text = std::fs::read_to_string(directory.path().join(LEADER_EPOCHS)).unwrap();
        assert_eq!(text, "0\n2\n0 0\n3 9\n");
        assert_eq!(read_epochs(&SystemDisk, directory.path()).unwrap(), epochs);
    }

    #[test]
    fn damaged_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(LOG_STARTS);
        for text in ["", "1\n0\n", "0\nx\n", "0\n2\na 0 5\n", "0\n1\na 0\n", "0\n0\na 0 5\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(read_offsets(&SystemDisk, &path).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_directory_knows_its_topic() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(read_topic_id(&SystemDisk, directory.path()).unwrap(), None);
        for torn in [&[][..], &[0; 43]] {
            std::fs::write(directory.path().join(PARTITION_METADATA), torn).unwrap();
            assert_eq!(read_topic_id(&SystemDisk, directory.path()).unwrap(), None);
        }
        let id = TopicId([0xfb; 16]);
        write_topic_id(&SystemDisk, directory.path(), id).unwrap();
        let text = std::fs::read_to_string(directory.path().join(PARTITION_METADATA)).unwrap();
        assert_eq!(text, "version: 0\ntopic_id: -_v7-_v7-_v7-_v7-_v7-w");
        assert_eq!(read_topic_id(&SystemDisk, directory.path()).unwrap(), Some(id));
    }
}
