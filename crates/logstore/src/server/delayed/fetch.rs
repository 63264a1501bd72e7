//! Fetches that wait: for something to read (D14), or for a cold reader to look. A log calls when any of its offsets
//! moves; then the fetch looks again, and waits on where that was not enough.

use std::sync::Arc;
use std::time::Duration;

use crate::log::{Log, Mailbox, Watch};
use crate::server::cold::{ColdRead, Progress};
use crate::server::context::Context;
use crate::server::fetch::{Fetch, Fetched, Reading};
use crate::server::reply::Answer;
use crate::server::stats::{CloseReason, add};

/// A fetch that found too little, or could not look without waiting for the disk.
pub(crate) struct ParkedFetch {
    fetch: Fetch,
    logs: Vec<Arc<Log>>,
    /// A cold reader looks; until it has, nothing else can be done.
    looking: Option<ColdRead<Option<Reading>>>,
}

impl ParkedFetch {
    /// Asks the logs to call, then looks once more: what moved in between would not be heard of.
    pub(crate) fn park(fetch: Fetch, context: &Context<'_>) -> Fetched {
        add(&context.counters.fetches_parked, 1);
        let mut parked = Self { fetch, logs: Vec::new(), looking: None };
        match parked.watch_and_look(context) {
            Some(answer) => Fetched::Answer(answer),
            None => Fetched::Park(parked),
        }
    }

    /// Has a cold reader look.
    pub(crate) fn read_cold(fetch: Fetch, context: &Context<'_>) -> Self {
        let looking = Some(fetch.read_cold(context));
        Self { fetch, logs: Vec::new(), looking }
    }

    /// When the client's patience is over; a disk that is being read is waited for.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.looking.is_none().then_some(self.fetch.deadline)
    }

    /// A log or a cold reader called, or the view changed: the answer, when there is one now.
    pub(crate) fn wake(&mut self, context: &Context<'_>) -> Result<Option<Answer>, CloseReason> {
        if let Some(looking) = &self.looking {
            let reading = match looking.progress() {
                Progress::Waiting => return Ok(None),
                Progress::Done(Some(reading)) => reading,
                Progress::Done(None) | Progress::Lost => return Err(CloseReason::Internal),
            };
            self.looking = None;
            if self.fetch.settles(&reading, context) {
                return Ok(Some(self.fetch.answer(reading, context)));
            }
        }
        self.unwatch(context.mailbox, context.token);
        Ok(self.watch_and_look(context))
    }

    /// The client's patience is over: the answer with what there is.
    pub(crate) fn expire(&mut self, context: &Context<'_>) -> Option<Answer> {
        self.fetch.deadline = self.fetch.deadline.min(context.now);
        if self.looking.is_some() { None } else { self.look(context) }
    }

    /// Nobody waits any more.
    pub(crate) fn unwatch(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        self.logs.iter().for_each(|log| log.unwatch(mailbox, token));
    }

    fn watch_and_look(&mut self, context: &Context<'_>) -> Option<Answer> {
        self.logs = self.fetch.logs(context);
        self.logs.iter().for_each(|log| log.watch(Watch::AnyMove, context.mailbox, context.token));
        self.look(context)
    }

    fn look(&mut self, context: &Context<'_>) -> Option<Answer> {
        let reading = self.fetch.read(context);
        if let Some(reading) = &reading
            && !self.fetch.settles(reading, context)
        {
            return None;
        }
        self.unwatch(context.mailbox, context.token);
        let Some(reading) = reading else {
            self.looking = Some(self.fetch.read_cold(context));
            return None;
        };
        Some(self.fetch.answer(reading, context))
    }
}
