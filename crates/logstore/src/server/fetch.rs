//! Fetch (1), versions 4-18: decode, plan slices, answer now or park.
//!
//! v5 log start offset; v7 sessions; v9 leader epochs; v11 rack, preferred replica; v12 flexible, diverging epochs;
//! v13 topics by id; v15 the replica as a tagged field; v16 who leads instead; v17, v18 for followers.

mod answer;
mod read;
mod request;

use std::sync::Arc;
use std::time::Duration;

use crate::base::bytes::Malformed;
use crate::base::codes::{
    CLUSTER_AUTHORIZATION_FAILED, INVALID_FETCH_SESSION_EPOCH, NONE, UNKNOWN_SERVER_ERROR,
};
use crate::io::Access;
use crate::log::{Log, ReadBound};

use super::cold::ColdRead;
use super::context::Context;
use super::delayed::fetch::ParkedFetch;
use super::fetch_session::{NO_SESSION, Scope};
use super::header::RequestHeader;
use super::produce::led_here;
use super::reply::Answer;
use super::stats::{Native, add};

pub(crate) use read::Reading;
use read::{PartitionReading, Rules, find};
pub(crate) use request::Wanted;
use request::{CONSUMER, parse};

use answer::{empty, encode, refuse};

const FLEXIBLE_SINCE: i16 = 12;
const IDS_SINCE: i16 = 13;
const READ_UNCOMMITTED: i8 = 0;
const READ_COMMITTED: i8 = 1;
/// Longest wait granted, whatever a client asks for.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// What became of a Fetch request.
pub(crate) enum Fetched {
    Answer(Answer),
    Park(ParkedFetch),
}

/// A request whose partitions are known.
#[derive(Debug)]
pub(crate) struct Fetch {
    header: RequestHeader,
    bytes_min: usize,
    rules: Rules,
    pub(crate) deadline: Duration,
    scope: Scope,
    /// Partitions that there were at the first look: when one goes, its client has to hear of it.
    existing: usize,
}

pub(crate) fn handle(
    header: RequestHeader,
    frame: &[u8],
    context: &Context<'_>,
) -> Result<Fetched, Malformed> {
    context.counters.request(Native::Fetch);
    let version = header.api_version;
    let mut request = parse(frame, version)?;
    for wanted in &mut request.session.wanted {
        wanted.known_as = context.view.topic(&wanted.topic).map(|topic| Arc::clone(&topic.name));
    }
    if request.replica > CONSUMER {
        // Followers fetch through their own listener, not where clients come in.
        return Ok(Fetched::Answer(refuse(header, &request.session, CLUSTER_AUTHORIZATION_FAILED, context)));
    }
    let wait = Duration::from_millis(u64::try_from(request.wait_ms_max).unwrap_or(0)).min(WAIT_MAX);
    let bytes_max =
        (usize::try_from(request.bytes_max).unwrap_or(0)).min(context.view.limits.fetch_bytes_max);
    let (bound, refused) = match request.isolation {
        READ_UNCOMMITTED => (ReadBound::HighWatermark, None),
        READ_COMMITTED => (ReadBound::LastStable, None),
        // Not less than the client wants, whatever that is; the code is Kafka's.
        _ => {
            let refused = refuse(header, &request.session, UNKNOWN_SERVER_ERROR, context);
            (ReadBound::LastStable, Some(refused))
        }
    };
    let scope = match context.sessions.open(request.session, context.now) {
        Ok(scope) => scope,
        Err(code) => return Ok(Fetched::Answer(empty(header, code, NO_SESSION, context))),
    };
    let mut fetch = Fetch {
        header,
        bytes_min: usize::try_from(request.bytes_min).unwrap_or(0).min(bytes_max),
        rules: Rules { version, bytes_max, bound },
        deadline: context.now + wait,
        scope,
        existing: 0,
    };
    if let Some(refused) = refused.filter(|_| fetch.finds_any(context)) {
        return Ok(Fetched::Answer(refused));
    }
    let Some(reading) = fetch.read(context) else {
        return Ok(Fetched::Park(ParkedFetch::read_cold(fetch, context)));
    };
    if fetch.settles(&reading, context) {
        return Ok(Fetched::Answer(fetch.answer(reading, context)));
    }
    Ok(ParkedFetch::park(fetch, context))
}

impl Fetch {
    /// One look at every partition, in order; `None` when that would have to wait for the disk.
    pub(crate) fn read(&self, context: &Context<'_>) -> Option<Reading> {
        let read = |wanted: &mut dyn Iterator<Item = &Wanted>| {
            self.rules.read(wanted, &context.view, Access::Resident)
        };
        match &self.scope {
            Scope::Listed { wanted, .. } => read(&mut wanted.iter()),
            Scope::Session { session, .. } => read(&mut session.lock().wanted()),
        }
    }

    /// The same by a cold reader, who also brings the first records into memory.
    pub(crate) fn read_cold(&self, context: &Context<'_>) -> ColdRead<Option<Reading>> {
        // Not under the lock of the session: nobody waits for the disk who waits for that.
        let wanted: Vec<_> = match &self.scope {
            Scope::Listed { wanted, .. } => wanted.clone(),
            Scope::Session { session, .. } => session.lock().wanted().cloned().collect(),
        };
        let (rules, view) = (self.rules, Arc::clone(&context.view));
        context.cold.submit(context.mailbox, context.token, move |pages| {
            let mut reading = rules.read(wanted.iter(), &view, Access::Exactly)?;
            // An error comes again when the records are sent, and ends the connection then.
            if let Ok(loaded) = pages.read_ahead(&reading.files()) {
                reading.put(loaded);
            }
            Some(reading)
        })
    }

    /// Whether a client has to be answered now with this; remembers what there was at the first look.
    pub(crate) fn settles(&mut self, reading: &Reading, context: &Context<'_>) -> bool {
        let gone = reading.existing == 0 || reading.existing < self.existing;
        if self.existing == 0 {
            self.existing = reading.existing;
        }
        gone || reading.urgent || reading.bytes >= self.bytes_min || self.deadline <= context.now
    }

    /// Whether any of its partitions is there.
    fn finds_any(&self, context: &Context<'_>) -> bool {
        let exists = |wanted: &Wanted| find(wanted, &context.view).is_ok();
        match &self.scope {
            Scope::Listed { wanted, .. } => wanted.iter().any(exists),
            Scope::Session { session, .. } => session.lock().wanted().any(exists),
        }
    }

    /// The logs that this request would wait for.
    pub(crate) fn logs(&self, context: &Context<'_>) -> Vec<Arc<Log>> {
        let log = |wanted: &Wanted| {
            let (_, partition) = find(wanted, &context.view).ok()?;
            led_here(&context.view, partition).map(Arc::clone)
        };
        match &self.scope {
            Scope::Listed { wanted, .. } => wanted.iter().filter_map(log).collect(),
            Scope::Session { session, .. } => session.lock().wanted().filter_map(log).collect(),
        }
    }

    /// The answer; sessions learn from it what their client knows.
    pub(crate) fn answer(&self, mut reading: Reading, context: &Context<'_>) -> Answer {
        let session_id = match &self.scope {
            Scope::Listed { begins_session: true, by_id, .. } => {
                let partitions =
                    reading.partitions.iter().map(|partition| (partition.wanted.clone(), partition.told()));
                context.sessions.begin(partitions.collect(), *by_id, context.now)
            }
            Scope::Listed { .. } => NO_SESSION,
            Scope::Session { id, epoch, session } => {
                let mut session = session.lock();
                if !session.is_at(*epoch) {
                    return empty(self.header, INVALID_FETCH_SESSION_EPOCH, *id, context);
                }
                reading.partitions.retain(|partition| session.tells(&partition.key(), partition.news()));
                *id
            }
        };
        add(&context.counters.records_bytes_out, reading.bytes);
        encode(self.header, NONE, session_id, reading, self.rules.bound, context)
    }
}
