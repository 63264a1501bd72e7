//! Requests and answers as the tests need them, in every version that is served.

use logstore::base::bytes::{Reader, Writer};
use logstore::base::types::TopicId;

use crate::harness::{Client, topic_id};

pub(crate) const PRODUCE: i16 = 0;
pub(crate) const FETCH: i16 = 1;
pub(crate) const METADATA: i16 = 3;
pub(crate) const API_VERSIONS: i16 = 18;

/// A request header; those of flexible versions end with tagged fields.
pub(crate) fn header(key: i16, version: i16, correlation: i32, flexible: bool) -> Writer {
    let mut out = Writer::new();
    out.i16(key).i16(version).i32(correlation).nullable_string(Some("test"));
    if flexible {
        out.no_tagged_fields();
    }
    out
}

pub(crate) fn api_versions(version: i16, correlation: i32) -> Vec<u8> {
    if version >= 3 {
        return api_versions_of(version, correlation, "test-client", "1.0");
    }
    header(API_VERSIONS, version, correlation, false).into_vec()
}

/// Of a client that says which software it is.
pub(crate) fn api_versions_of(version: i16, correlation: i32, name: &str, of: &str) -> Vec<u8> {
    let mut out = header(API_VERSIONS, version, correlation, true);
    out.compact_string(name).compact_string(of).no_tagged_fields();
    out.into_vec()
}

/// Writes arrays, strings and tags in the way of a version.
struct Fields {
    out: Writer,
    flexible: bool,
}

impl Fields {
    fn count(&mut self, count: usize) -> &mut Self {
        if self.flexible {
            self.out.compact_array_len(Some(count))
        } else {
            self.out.array_len(Some(count))
        };
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        if self.flexible {
            self.out.compact_nullable_bytes(Some(bytes))
        } else {
            self.out.nullable_bytes(Some(bytes))
        };
        self
    }

    fn topic(&mut self, by_id: bool, name: &str) -> &mut Self {
        match (by_id, self.flexible) {
            (true, _) => self.out.uuid(topic_id(name)),
            (false, true) => self.out.compact_string(name),
            (false, false) => self.out.string(name),
        };
        self
    }

    fn tags(&mut self) -> &mut Self {
        if self.flexible {
            self.out.no_tagged_fields();
        }
        self
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Produce<'a> {
    pub(crate) version: i16,
    pub(crate) correlation: i32,
    pub(crate) acks: i16,
    pub(crate) topic: &'a str,
    pub(crate) partition: i32,
    pub(crate) records: &'a [u8],
}

impl<'a> Produce<'a> {
    pub(crate) fn of(records: &'a [u8]) -> Self {
        Self { version: 9, correlation: 7, acks: 1, topic: "events", partition: 0, records }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let flexible = self.version >= 9;
        let mut fields = Fields { out: header(PRODUCE, self.version, self.correlation, flexible), flexible };
        if flexible {
            fields.out.compact_nullable_string(None)
        } else {
            fields.out.nullable_string(None)
        };
        fields.out.i16(self.acks).i32(10_000);
        fields.count(1).topic(self.version >= 13, self.topic).count(1);
        fields.out.i32(self.partition);
        fields.bytes(self.records).tags().tags().tags();
        fields.out.into_vec()
    }

    pub(crate) fn send(&self, client: &mut Client) -> Produced {
        let answer = client.ask(&self.encode());
        self.decode(&answer)
    }

    pub(crate) fn decode(&self, answer: &[u8]) -> Produced {
        let mut reader = Answer::open(answer, self.correlation, self.version >= 9);
        assert_eq!(reader.count(), 1);
        assert_eq!(reader.topic(self.version >= 13), self.topic);
        assert_eq!(reader.count(), 1);
        assert_eq!(reader.fixed.i32().unwrap(), self.partition);
        let error = reader.fixed.i16().unwrap();
        let base_offset = reader.fixed.i64().unwrap();
        let log_append_time = reader.fixed.i64().unwrap();
        let log_start = if self.version >= 5 { reader.fixed.i64().unwrap() } else { -1 };
        let mut record_errors = Vec::new();
        let mut message = None;
        if self.version >= 8 {
            for _ in 0..reader.count() {
                record_errors.push(reader.fixed.i32().unwrap());
                reader.string();
                reader.tags();
            }
            message = reader.string();
        }
        let leader = reader.tags();
        reader.tags();
        assert_eq!(reader.fixed.i32().unwrap(), 0);
        let nodes = reader.tags();
        assert_eq!(reader.fixed.remaining(), 0);
        Produced { error, base_offset, log_append_time, log_start, record_errors, message, leader, nodes }
    }
}

/// The answer for the only partition of a [`Produce`]; tagged fields as (tag, bytes).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Produced {
    pub(crate) error: i16,
    pub(crate) base_offset: i64,
    pub(crate) log_append_time: i64,
    pub(crate) log_start: i64,
    pub(crate) record_errors: Vec<i32>,
    pub(crate) message: Option<String>,
    pub(crate) leader: Vec<(u32, Vec<u8>)>,
    pub(crate) nodes: Vec<(u32, Vec<u8>)>,
}

#[derive(Clone)]
pub(crate) struct Fetch {
    pub(crate) version: i16,
    pub(crate) replica: i32,
    pub(crate) wait_ms: i32,
    pub(crate) bytes_min: i32,
    pub(crate) bytes_max: i32,
    pub(crate) isolation: i8,
    pub(crate) session: (i32, i32),
    pub(crate) topic: &'static str,
    pub(crate) partitions: Vec<Wanted>,
    pub(crate) forgotten: Vec<i32>,
}

#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) leader_epoch: i32,
    pub(crate) last_fetched_epoch: i32,
    pub(crate) bytes_max: i32,
}

impl Wanted {
    pub(crate) fn at(partition: i32, offset: i64) -> Self {
        Self { partition, offset, leader_epoch: -1, last_fetched_epoch: -1, bytes_max: 1 << 20 }
    }
}

impl Fetch {
    /// Without a session, answered at once.
    pub(crate) fn of(partitions: &[Wanted]) -> Self {
        Self {
            version: 12,
            replica: -1,
            wait_ms: 0,
            bytes_min: 1,
            bytes_max: 50 << 20,
            isolation: 0,
            session: (0, -1),
            topic: "events",
            partitions: partitions.to_vec(),
            forgotten: Vec::new(),
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let version = self.version;
        let flexible = version >= 12;
        let mut fields = Fields { out: header(FETCH, version, 5, flexible), flexible };
        if version <= 14 {
            fields.out.i32(self.replica);
        }
        fields.out.i32(self.wait_ms).i32(self.bytes_min).i32(self.bytes_max).i8(self.isolation);
        if version >= 7 {
            fields.out.i32(self.session.0).i32(self.session.1);
        }
        self.encode_topics(&mut fields);
        if version >= 11 {
            if flexible {
                fields.out.compact_string("")
            } else {
                fields.out.string("")
            };
        }
        if version >= 15 && self.replica >= 0 {
            let mut state = Writer::new();
            state.i32(self.replica).i64(-1).no_tagged_fields();
            fields.out.uvarint(1).uvarint(1).uvarint(state.len() as u32).bytes(state.as_slice());
        } else {
            fields.tags();
        }
        fields.out.into_vec()
    }

    fn encode_topics(&self, fields: &mut Fields) {
        let version = self.version;
        fields.count(usize::from(!self.partitions.is_empty()));
        if !self.partitions.is_empty() {
            fields.topic(version >= 13, self.topic).count(self.partitions.len());
            for wanted in &self.partitions {
                fields.out.i32(wanted.partition);
                if version >= 9 {
                    fields.out.i32(wanted.leader_epoch);
                }
                fields.out.i64(wanted.offset);
                if version >= 12 {
                    fields.out.i32(wanted.last_fetched_epoch);
                }
                if version >= 5 {
                    fields.out.i64(-1);
                }
                fields.out.i32(wanted.bytes_max);
                fields.tags();
            }
            fields.tags();
        }
        if version >= 7 {
            fields.count(usize::from(!self.forgotten.is_empty()));
            if !self.forgotten.is_empty() {
                fields.topic(version >= 13, self.topic).count(self.forgotten.len());
                for partition in &self.forgotten {
                    fields.out.i32(*partition);
                }
                fields.tags();
            }
        }
    }

    pub(crate) fn send(&self, client: &mut Client) -> Fetched {
        let answer = client.ask(&self.encode());
        self.decode(&answer)
    }

    pub(crate) fn decode(&self, answer: &[u8]) -> Fetched {
        let version = self.version;
        let mut reader = Answer::open(answer, 5, version >= 12);
        assert_eq!(reader.fixed.i32().unwrap(), 0);
        let (error, session) =
            if version >= 7 { (reader.fixed.i16().unwrap(), reader.fixed.i32().unwrap()) } else { (0, 0) };
        let mut partitions = Vec::new();
        for _ in 0..reader.count() {
            assert_eq!(reader.topic(version >= 13), self.topic);
            for _ in 0..reader.count() {
                partitions.push(reader.fetched_partition(version));
            }
            reader.tags();
        }
        let nodes = reader.tags();
        assert_eq!(reader.fixed.remaining(), 0);
        Fetched { error, session, partitions, nodes }
    }
}

#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) error: i16,
    pub(crate) session: i32,
    pub(crate) partitions: Vec<FetchedPartition>,
    pub(crate) nodes: Vec<(u32, Vec<u8>)>,
}

#[derive(Debug)]
pub(crate) struct FetchedPartition {
    pub(crate) partition: i32,
    pub(crate) error: i16,
    pub(crate) high_watermark: i64,
    pub(crate) last_stable: i64,
    pub(crate) log_start: i64,
    pub(crate) aborted: Option<usize>,
    pub(crate) records: Vec<u8>,
    pub(crate) tags: Vec<(u32, Vec<u8>)>,
}

/// Reads an answer in the way of its version.
pub(crate) struct Answer<'a> {
    pub(crate) fixed: Reader<'a>,
    flexible: bool,
}

impl<'a> Answer<'a> {
    pub(crate) fn open(bytes: &'a [u8], correlation: i32, flexible: bool) -> Self {
        let mut answer = Self { fixed: Reader::new(bytes), flexible };
        assert_eq!(answer.fixed.i32().unwrap(), correlation);
        answer.tags();
        answer
    }

    pub(crate) fn count(&mut self) -> usize {
        let count = if self.flexible { self.fixed.compact_array_len(0) } else { self.fixed.array_len(0) };
        count.unwrap().unwrap()
    }

    pub(crate) fn string(&mut self) -> Option<String> {
        let text =
            if self.flexible { self.fixed.compact_nullable_string() } else { self.fixed.nullable_string() };
        text.unwrap().map(Into::into)
    }

    fn topic(&mut self, by_id: bool) -> String {
        if !by_id {
            return self.string().unwrap();
        }
        let TopicId(bytes) = self.fixed.uuid().unwrap();
        String::from_utf8(bytes.iter().copied().take_while(|byte| *byte != 0).collect()).unwrap()
    }

    pub(crate) fn tags(&mut self) -> Vec<(u32, Vec<u8>)> {
        let mut tags = Vec::new();
        if self.flexible {
            let each = |tag, bytes: &[u8]| {
                tags.push((tag, bytes.to_vec()));
                Ok(())
            };
            self.fixed.tagged_fields(each).unwrap();
        }
        tags
    }

    fn fetched_partition(&mut self, version: i16) -> FetchedPartition {
        let partition = self.fixed.i32().unwrap();
        let error = self.fixed.i16().unwrap();
        let high_watermark = self.fixed.i64().unwrap();
        let last_stable = self.fixed.i64().unwrap();
        let log_start = if version >= 5 { self.fixed.i64().unwrap() } else { -1 };
        let aborted = if self.flexible { self.fixed.compact_array_len(0) } else { self.fixed.array_len(0) };
        let aborted = aborted.unwrap();
        assert_eq!(aborted.unwrap_or(0), 0);
        if version >= 11 {
            assert_eq!(self.fixed.i32().unwrap(), -1);
        }
        let records =
            if self.flexible { self.fixed.compact_nullable_bytes() } else { self.fixed.nullable_bytes() };
        let records = records.unwrap().unwrap().to_vec();
        let tags = self.tags();
        FetchedPartition { partition, error, high_watermark, last_stable, log_start, aborted, records, tags }
    }
}
