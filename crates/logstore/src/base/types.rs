//! Newtypes of the field's terms, so that no public function takes two bare integers.
//!
//! Every one is a transparent wrapper of the integer that Kafka uses on disk and on the wire.

use std::fmt;

macro_rules! newtype {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

newtype! {
    /// Position of a record within its partition, counted in records from 0.
    Offset(i64)
}
newtype! {
    /// Number of a leader's reign over a partition; `-1` where none is known.
    LeaderEpoch(i32)
}
newtype! {
    /// Idempotent or transactional producer; `-1` where the batch has none.
    ProducerId(i64)
}
newtype! {
    /// Incarnation of a producer id; `-1` where the batch has none.
    ProducerEpoch(i16)
}
newtype! {
    /// Number of a producer's record within a partition; wraps from 2^31-1 to 0; `-1` for none.
    Sequence(i32)
}
newtype! {
    /// Milliseconds since the Unix epoch; `-1` for none.
    Timestamp(i64)
}
newtype! {
    /// Byte position in a file.
    Position(u64)
}
newtype! {
    /// Partition number within its topic, from 0.
    PartitionIndex(i32)
}
newtype! {
    /// Broker id (`node.id`).
    BrokerId(i32)
}

impl Offset {
    /// The offset `delta` records further on.
    #[must_use]
    pub fn plus(self, delta: i64) -> Self {
        Self(self.0 + delta)
    }
}

impl LeaderEpoch {
    /// "No epoch": requests that carry it skip the epoch check.
    pub const NONE: Self = Self(-1);
}

impl ProducerId {
    /// A batch without idempotence.
    pub const NONE: Self = Self(-1);
}

impl Timestamp {
    /// "No timestamp".
    pub const NONE: Self = Self(-1);
}

/// Topic id (KIP-516): 16 random bytes, never reused; all zero for "none".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TopicId(pub [u8; 16]);

impl TopicId {
    /// The id that stands for "no id".
    pub const ZERO: Self = Self([0; 16]);
}

impl fmt::Display for TopicId {
    /// Kafka's text form: URL-safe base64 without padding, 22 characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use base64::Engine as _;
        f.write_str(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for TopicId {
    type Err = InvalidTopicId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use base64::Engine as _;
        let bytes =
            base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidTopicId)?;
        bytes.try_into().map(Self).map_err(|_| InvalidTopicId)
    }
}

/// The text is not 22 characters of URL-safe base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a topic id is 22 characters of URL-safe base64")]
pub struct InvalidTopicId;

/// One partition of one topic incarnation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionId {
    /// The topic's id, not its name: a topic created again under the same name is another one.
    pub topic: TopicId,
    /// Which partition of it.
    pub index: PartitionIndex,
}
