//! Kafka's error codes, as far as the engine answers them itself.

/// No error.
pub const NONE: i16 = 0;
/// What no other code describes.
pub const UNKNOWN_SERVER_ERROR: i16 = -1;
/// The offset is below the log start or above the log end.
pub const OFFSET_OUT_OF_RANGE: i16 = 1;
/// A batch fails its CRC or is too short for its header.
pub const CORRUPT_MESSAGE: i16 = 2;
/// No such topic or partition here.
pub const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
/// The partition has no leader at the moment.
pub const LEADER_NOT_AVAILABLE: i16 = 5;
/// Another broker leads the partition.
pub const NOT_LEADER_OR_FOLLOWER: i16 = 6;
/// Not replicated in time.
pub const REQUEST_TIMED_OUT: i16 = 7;
/// A batch above `max.message.bytes`.
pub const MESSAGE_TOO_LARGE: i16 = 10;
/// A name that no topic can have.
pub const INVALID_TOPIC_EXCEPTION: i16 = 17;
/// A batch above `segment.bytes`.
pub const RECORD_LIST_TOO_LARGE: i16 = 18;
/// Fewer replicas in sync than `min.insync.replicas`.
pub const NOT_ENOUGH_REPLICAS: i16 = 19;
/// Fewer replicas in sync than `min.insync.replicas`, found after the append.
pub const NOT_ENOUGH_REPLICAS_AFTER_APPEND: i16 = 20;
/// `acks` is not -1, 0 or 1.
pub const INVALID_REQUIRED_ACKS: i16 = 21;
/// Only brokers may do that.
pub const CLUSTER_AUTHORIZATION_FAILED: i16 = 31;
/// A timestamp outside the topic's bounds.
pub const INVALID_TIMESTAMP: i16 = 32;
/// The API is not served in that version.
pub const UNSUPPORTED_VERSION: i16 = 35;
/// The request contradicts itself.
pub const INVALID_REQUEST: i16 = 42;
/// A record format that is not served.
pub const UNSUPPORTED_FOR_MESSAGE_FORMAT: i16 = 43;
/// A sequence number that does not follow the last one.
pub const OUT_OF_ORDER_SEQUENCE_NUMBER: i16 = 45;
/// A producer epoch older than the last one seen.
pub const INVALID_PRODUCER_EPOCH: i16 = 47;
/// The producer is in no transaction that allows this.
pub const INVALID_TXN_STATE: i16 = 48;
/// No right to that transactional id.
pub const TRANSACTIONAL_ID_AUTHORIZATION_FAILED: i16 = 53;
/// The disk or the log refused.
pub const KAFKA_STORAGE_ERROR: i16 = 56;
/// No such fetch session.
pub const FETCH_SESSION_ID_NOT_FOUND: i16 = 70;
/// The session's epoch is another.
pub const INVALID_FETCH_SESSION_EPOCH: i16 = 71;
/// No endpoint of the leader on the listener asked through.
pub const LISTENER_NOT_FOUND: i16 = 72;
/// The client's leader epoch is older than the broker's.
pub const FENCED_LEADER_EPOCH: i16 = 74;
/// The client's leader epoch is newer than the broker's.
pub const UNKNOWN_LEADER_EPOCH: i16 = 75;
/// A codec that this version of the API does not carry.
pub const UNSUPPORTED_COMPRESSION_TYPE: i16 = 76;
/// The offset is not known yet after an election.
pub const OFFSET_NOT_AVAILABLE: i16 = 78;
/// A batch that breaks a rule of its format or of its topic.
pub const INVALID_RECORD: i16 = 87;
/// No topic has that id.
pub const UNKNOWN_TOPIC_ID: i16 = 100;
/// The id is another topic's than the name.
pub const INCONSISTENT_TOPIC_ID: i16 = 103;
/// A session was asked by name and by id in turn.
pub const FETCH_SESSION_TOPIC_ID_ERROR: i16 = 106;
