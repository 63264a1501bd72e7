//! File names and what they say: Kafka's names, so that its tools find their way (`protocol.md` 2.4).

use std::path::{Path, PathBuf};

use crate::base::types::{Offset, PartitionIndex};

/// Deleted; removed after `file.delete.delay.ms`.
pub const DELETED: &str = ".deleted";
/// Being built by compaction; thrown away at start.
pub const CLEANED: &str = ".cleaned";
/// Complete and to be renamed at start.
pub const SWAP: &str = ".swap";
/// A directory of a deleted partition, `<topic>-<partition>.<32 hex>-delete`.
pub const DELETE_DIRECTORY: &str = "-delete";
/// A directory of a partition that nobody asked for, `<topic>-<partition>.<32 hex>-stray`.
pub const STRAY_DIRECTORY: &str = "-stray";
/// Kafka's log of metadata: a directory of its form, and no partition of anybody's topic.
const METADATA_TOPIC: &str = "__cluster_metadata";
/// Kafka shortens the name of a renamed directory so that it stays a legal file name.
const DIRECTORY_NAME_BYTES_MAX: usize = 255;
const OFFSET_DIGITS: usize = 20;

/// What a file of a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Batches.
    Data,
    /// Offset to position.
    OffsetIndex,
    /// Timestamp to offset.
    TimeIndex,
    /// Aborted transactions.
    TxnIndex,
    /// Producers up to the offset in the name.
    Snapshot,
    /// Their older batches; not Kafka's, which passes over it.
    Retries,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Data, Self::OffsetIndex, Self::TimeIndex, Self::TxnIndex, Self::Snapshot, Self::Retries];

    fn extension(self) -> &'static str {
        match self {
            Self::Data => ".log",
            Self::OffsetIndex => ".index",
            Self::TimeIndex => ".timeindex",
            Self::TxnIndex => ".txnindex",
            Self::Snapshot => ".snapshot",
            Self::Retries => ".retries",
        }
    }
}

/// A file name taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentFile<'a> {
    /// The offset in it.
    pub offset: Offset,
    /// What it holds.
    pub kind: Kind,
    /// What follows: empty, or one of the suffixes above.
    pub suffix: &'a str,
}

/// The name of a segment's file.
pub fn file_name(offset: Offset, kind: Kind) -> String {
    format!("{:0width$}{}", offset.0, kind.extension(), width = OFFSET_DIGITS)
}

/// Where a segment's file lies.
pub fn file_path(directory: &Path, offset: Offset, kind: Kind) -> PathBuf {
    directory.join(file_name(offset, kind))
}

/// `path` with `suffix` behind its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Takes a file name apart; `None` for files that belong to no segment.
pub fn parse(name: &str) -> Option<SegmentFile<'_>> {
    let digits = name.get(..OFFSET_DIGITS)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let offset = Offset(digits.parse().ok()?);
    let rest = name.get(OFFSET_DIGITS..)?;
    // `.index` is no prefix of `.timeindex`, so that the first match is the only one.
    let kind = Kind::ALL.into_iter().find(|kind| rest.starts_with(kind.extension()))?;
    let suffix = rest.get(kind.extension().len()..)?;
    // The same name may be deleted again before the first one is gone: `N.log.1.deleted`.
    let suffix = if suffix.ends_with(DELETED) { DELETED } else { suffix };
    ["", DELETED, CLEANED, SWAP].contains(&suffix).then_some(SegmentFile { offset, kind, suffix })
}

/// The directory of a partition.
pub fn directory_name(topic: &str, index: PartitionIndex) -> String {
    format!("{topic}-{index}")
}

/// Topic and partition of a directory in use; `None` for renamed ones and for what is no partition.
pub fn parse_directory(name: &str) -> Option<(&str, PartitionIndex)> {
    if [DELETE_DIRECTORY, STRAY_DIRECTORY, "-future"].iter().any(|suffix| name.ends_with(suffix)) {
        return None;
    }
    let (topic, index) = name.rsplit_once('-')?;
    let digits = index.bytes().all(|byte| byte.is_ascii_digit());
    (!topic.is_empty() && topic != METADATA_TOPIC && digits)
        .then(|| index.parse().ok().map(|index| (topic, PartitionIndex(index))))?
}

/// What a directory of a deleted partition was called before; its end may be missing.
pub fn parse_deleted_directory(name: &str) -> Option<&str> {
    let before = name.strip_suffix(DELETE_DIRECTORY)?;
    Some(before.rsplit_once('.').map_or(before, |(partition, _)| partition))
}

/// The name that a directory gets when it goes: `unique` keeps two of the same topic apart.
pub fn renamed_directory(name: &str, unique: &[u8; 16], suffix: &str) -> String {
    use std::fmt::Write as _;
    let mut tail = String::from(".");
    for byte in unique {
        let _ = write!(tail, "{byte:02x}");
    }
    tail.push_str(suffix);
    let kept = name.floor_char_boundary(DIRECTORY_NAME_BYTES_MAX - tail.len());
    format!("{}{tail}", name.get(..kept).unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kafkas() {
        assert_eq!(file_name(Offset(42), Kind::Data), "00000000000000000042.log");
        assert_eq!(file_name(Offset(0), Kind::TimeIndex), "00000000000000000000.timeindex");
        for kind in Kind::ALL {
            let name = file_name(Offset(i64::MAX), kind);
            assert_eq!(parse(&name), Some(SegmentFile { offset: Offset(i64::MAX), kind, suffix: "" }));
            let swap = format!("{name}{SWAP}");
            assert_eq!(parse(&swap).map(|file| file.suffix), Some(SWAP));
            let again = format!("{name}.1{DELETED}");
            assert_eq!(parse(&again).map(|file| file.suffix), Some(DELETED));
        }
        for other in
            ["leader-epoch-checkpoint", "0000.log", "00000000000000000042.loge", "partition.metadata", ""]
        {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn directories_are_topic_and_partition() {
        assert_eq!(parse_directory("a-b-12"), Some(("a-b", PartitionIndex(12))));
        for other in
            ["a", "-1", "a-", "a-x", "__cluster_metadata-0", "a-1.0123-delete", "a-0-stray", "a-99999999999"]
        {
            assert_eq!(parse_directory(other), None, "{other}");
        }
        let renamed = renamed_directory(&"t".repeat(300), &[0xab; 16], DELETE_DIRECTORY);
        assert_eq!(renamed.len(), DIRECTORY_NAME_BYTES_MAX);
        assert!(renamed.ends_with(&format!(".{}-delete", "ab".repeat(16))));
        let renamed = renamed_directory("a.b-1", &[0xab; 16], DELETE_DIRECTORY);
        assert_eq!(parse_deleted_directory(&renamed), Some("a.b-1"));
        assert_eq!(parse_deleted_directory("a.b-1"), None);
    }
}
