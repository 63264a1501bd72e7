//! Fetch sessions (KIP-227): what a client fetches is remembered, so that a request lists what changed and an
//! answer leaves out partitions about which there is nothing new.
//!
//! ```text
//! request session id, epoch     meaning
//!   0,  0                       everything is listed; a session may begin
//!   n,  0                       the same, and session n ends
//!   n, -1                       everything is listed; session n ends and none begins
//!   n,  e                       changes to session n, whose epoch must be e
//! ```
//!
//! Sessions and the partitions in them are bounded; a client without a session lists everything each time.
//! Lock order: the table, then one session.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::base::codes::{
    FETCH_SESSION_ID_NOT_FOUND, FETCH_SESSION_TOPIC_ID_ERROR, INVALID_FETCH_SESSION_EPOCH,
};
use crate::base::limits::{FETCH_SESSION_PARTITIONS_MAX, FETCH_SESSIONS_MAX};

use super::fetch::Wanted;
use super::view::TopicKey;

/// A full fetch that may begin a session.
const INITIAL_EPOCH: i32 = 0;
/// A full fetch that begins none.
const FINAL_EPOCH: i32 = -1;
/// No session.
pub(crate) const NO_SESSION: i32 = 0;
/// A session unused for so long gives way to any other (Kafka's two minutes).
const STALE_AFTER: Duration = Duration::from_mins(2);

/// All sessions of the broker.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    table: Mutex<Table>,
    random: RandomState,
}

#[derive(Debug, Default)]
struct Table {
    sessions: HashMap<i32, Entry>,
    partitions: usize,
    created: u64,
}

#[derive(Debug)]
struct Entry {
    session: Arc<Mutex<Session>>,
    partitions: usize,
    created: Duration,
    last_used: Duration,
}

/// What one client fetches.
#[derive(Debug)]
pub(crate) struct Session {
    epoch: i32,
    by_id: bool,
    /// In the order in which they are read. Those that gave data go to the end, so that none starves.
    ordered: BTreeMap<u64, Remembered>,
    places: HashMap<(TopicKey, i32), u64>,
    next_place: u64,
}

/// A partition, what the client wants of it, and what it was last told.
#[derive(Debug)]
struct Remembered {
    wanted: Wanted,
    told: Told,
}

/// What an answer said about a partition beside records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) high_watermark: i64,
    pub(crate) log_start: i64,
}

impl Told {
    const NOTHING: Self = Self { high_watermark: -1, log_start: -1 };
}

/// What decides whether a partition is in an incremental answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News {
    pub(crate) told: Told,
    pub(crate) has_records: bool,
    pub(crate) must_tell: bool,
    pub(crate) is_error: bool,
}

/// What a request asks for, as far as sessions matter.
#[derive(Debug)]
pub(crate) struct SessionRequest {
    pub(crate) id: i32,
    pub(crate) epoch: i32,
    pub(crate) by_id: bool,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) forgotten: Vec<(TopicKey, i32)>,
}

/// Which partitions a request reads.
#[derive(Debug)]
pub(crate) enum Scope {
    /// Those it lists.
    Listed { wanted: Vec<Wanted>, begins_session: bool, by_id: bool },
    /// Those of its session, which had this epoch after the request.
    Session { id: i32, epoch: i32, session: Arc<Mutex<Session>> },
}

impl Sessions {
    /// Finds what a request reads, or the code that refuses it.
    pub(crate) fn open(&self, request: SessionRequest, now: Duration) -> Result<Scope, i16> {
        let mut table = self.table.lock();
        if request.epoch == INITIAL_EPOCH || request.epoch == FINAL_EPOCH {
            table.remove(request.id);
            return Ok(Scope::Listed {
                wanted: request.wanted,
                begins_session: request.epoch == INITIAL_EPOCH,
                by_id: request.by_id,
            });
        }
        let entry = table.sessions.get_mut(&request.id).ok_or(FETCH_SESSION_ID_NOT_FOUND)?;
        let shared = Arc::clone(&entry.session);
        let mut session = shared.lock();
        if session.epoch != request.epoch {
            return Err(INVALID_FETCH_SESSION_EPOCH);
        }
        if session.by_id != request.by_id {
            return Err(FETCH_SESSION_TOPIC_ID_ERROR);
        }
        entry.last_used = now;
        let listed = session.update(request.wanted, &request.forgotten);
        let (before, after) = (entry.partitions, session.ordered.len());
        entry.partitions = after;
        table.partitions = table.partitions - before + after;
        if after == 0 {
            table.remove(request.id);
            return Ok(Scope::Listed { wanted: listed, begins_session: false, by_id: request.by_id });
        }
        if table.partitions > FETCH_SESSION_PARTITIONS_MAX {
            // The client starts over with a full fetch, which then gets no session.
            table.remove(request.id);
            return Err(FETCH_SESSION_ID_NOT_FOUND);
        }
        session.epoch = next_epoch(session.epoch);
        let epoch = session.epoch;
        drop(session);
        Ok(Scope::Session { id: request.id, epoch, session: shared })
    }

    /// Begins a session with what a full fetch was told; [`NO_SESSION`] where there is no room.
    pub(crate) fn begin(&self, partitions: Vec<(Wanted, Told)>, by_id: bool, now: Duration) -> i32 {
        let mut table = self.table.lock();
        let count = partitions.len();
        if table.partitions + count > FETCH_SESSION_PARTITIONS_MAX {
            return NO_SESSION;
        }
        if table.sessions.len() >= FETCH_SESSIONS_MAX && !table.evict(count, now) {
            return NO_SESSION;
        }
        let id = self.new_id(&mut table);
        let session = Arc::new(Mutex::new(Session::new(partitions, by_id)));
        let entry = Entry { session, partitions: count, created: now, last_used: now };
        table.partitions += count;
        table.sessions.insert(id, entry);
        id
    }

    pub(crate) fn len(&self) -> usize {
        self.table.lock().sessions.len()
    }

    /// Positive and not guessable, so that clients do not meet in one session.
    fn new_id(&self, table: &mut Table) -> i32 {
        loop {
            table.created += 1;
            let id = (self.random.hash_one(table.created) & 0x7fff_ffff) as i32;
            if id != NO_SESSION && !table.sessions.contains_key(&id) {
                return id;
            }
        }
    }
}

impl Table {
    fn remove(&mut self, id: i32) {
        if let Some(entry) = self.sessions.remove(&id) {
            self.partitions -= entry.partitions;
        }
    }

    /// Makes room for a session of `partitions`: the longest unused where that is stale, else a smaller one that
    /// has had its time.
    fn evict(&mut self, partitions: usize, now: Duration) -> bool {
        let old = |since: Duration| now.saturating_sub(since) > STALE_AFTER;
        let stale = self.sessions.iter().min_by_key(|(_, entry)| entry.last_used);
        let stale = stale.filter(|(_, entry)| old(entry.last_used));
        let smaller = || {
            let settled = self.sessions.iter().filter(|(_, entry)| old(entry.created));
            settled
                .min_by_key(|(_, entry)| entry.partitions)
                .filter(|(_, entry)| entry.partitions < partitions)
        };
        let Some(id) = stale.or_else(smaller).map(|(id, _)| *id) else {
            return false;
        };
        self.remove(id);
        true
    }
}

fn next_epoch(epoch: i32) -> i32 {
    if epoch == i32::MAX { 1 } else { epoch + 1 }
}

impl Session {
    fn new(partitions: Vec<(Wanted, Told)>, by_id: bool) -> Self {
        let mut session = Self {
            epoch: next_epoch(INITIAL_EPOCH),
            by_id,
            ordered: BTreeMap::new(),
            places: HashMap::new(),
            next_place: 0,
        };
        for (wanted, told) in partitions {
            session.remember(wanted, told);
        }
        session
    }

    fn remember(&mut self, wanted: Wanted, told: Told) {
        let key = (wanted.topic.clone(), wanted.partition);
        let place = *self.places.entry(key).or_insert(self.next_place);
        self.next_place += 1;
        self.ordered.insert(place, Remembered { wanted, told });
    }

    /// Applies a request's changes; gives the listed partitions back where nothing is left of the session.
    fn update(&mut self, wanted: Vec<Wanted>, forgotten: &[(TopicKey, i32)]) -> Vec<Wanted> {
        let listed = wanted.clone();
        for mut wanted in wanted {
            let place = self.places.get(&(wanted.topic.clone(), wanted.partition));
            match place.and_then(|place| self.ordered.get_mut(place)) {
                Some(known) => {
                    wanted.known_as = wanted.known_as.or_else(|| known.wanted.known_as.take());
                    known.wanted = wanted;
                }
                None => self.remember(wanted, Told::NOTHING),
            }
        }
        for key in forgotten {
            if let Some(place) = self.places.remove(key) {
                self.ordered.remove(&place);
            }
        }
        if self.ordered.is_empty() { listed } else { Vec::new() }
    }

    /// What is fetched, in order.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = &Wanted> {
        self.ordered.values().map(|remembered| &remembered.wanted)
    }

    /// Whether the session has moved on since the request with this epoch: then its answer is void.
    pub(crate) fn is_at(&self, epoch: i32) -> bool {
        self.epoch == epoch
    }

    /// Whether an answer has to name the partition; remembers what it says.
    pub(crate) fn tells(&mut self, key: &(TopicKey, i32), news: News) -> bool {
        let Some(place) = self.places.get(key).copied() else {
            return false;
        };
        let Some(known) = self.ordered.get_mut(&place) else {
            return false;
        };
        let tells = news.has_records || news.must_tell || news.is_error || known.told != news.told;
        known.told = news.told;
        if news.is_error {
            // Once the error is over the partition is named again, changed or not.
            known.told.high_watermark = -1;
        }
        if news.has_records {
            self.move_to_end(key, place);
        }
        tells
    }

    fn move_to_end(&mut self, key: &(TopicKey, i32), place: u64) {
        if let (Some(remembered), Some(known)) = (self.ordered.remove(&place), self.places.get_mut(key)) {
            *known = self.next_place;
            self.ordered.insert(self.next_place, remembered);
            self.next_place += 1;
        }
    }
}

#[cfg(test)]
#[path = "fetch_session_test.rs"]
mod tests;
