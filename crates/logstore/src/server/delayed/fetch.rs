//! Fetches that wait for something to read (D14). A log calls when any of its offsets moves; then the fetch looks
//! again, and waits on where that was not enough.

use std::sync::Arc;
use std::time::Duration;

use crate::log::{Log, Mailbox, Watch};
use crate::server::context::Context;
use crate::server::fetch::{Fetch, Fetched};
use crate::server::reply::Answer;
use crate::server::stats::add;

/// A fetch that found too little.
pub(crate) struct ParkedFetch {
    fetch: Fetch,
    logs: Vec<Arc<Log>>,
}

impl ParkedFetch {
    /// Asks the logs to call, then looks once more: what moved in between would not be heard of.
    pub(crate) fn park(fetch: Fetch, context: &Context<'_>) -> Fetched {
        add(&context.counters.fetches_parked, 1);
        let logs = fetch.logs(context);
        let mut parked = Self { fetch, logs };
        parked.watch(context);
        match parked.look(context) {
            Some(answer) => Fetched::Answer(answer),
            None => Fetched::Park(parked),
        }
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.fetch.deadline
    }

    /// A log called, or the view changed: the answer, when there is one now.
    pub(crate) fn wake(&mut self, context: &Context<'_>) -> Option<Answer> {
        self.unwatch(context.mailbox, context.token);
        self.logs = self.fetch.logs(context);
        self.watch(context);
        self.look(context)
    }

    /// The client's patience is over: the answer with what there is.
    pub(crate) fn expire(&self, context: &Context<'_>) -> Answer {
        self.unwatch(context.mailbox, context.token);
        self.fetch.answer(self.fetch.read(context), context)
    }

    /// Nobody waits any more.
    pub(crate) fn unwatch(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        self.logs.iter().for_each(|log| log.unwatch(mailbox, token));
    }

    fn watch(&mut self, context: &Context<'_>) {
        self.logs.iter().for_each(|log| log.watch(Watch::AnyMove, context.mailbox, context.token));
    }

    fn look(&self, context: &Context<'_>) -> Option<Answer> {
        let reading = self.fetch.read(context);
        self.fetch.satisfied(&reading).then(|| {
            self.unwatch(context.mailbox, context.token);
            self.fetch.answer(reading, context)
        })
    }
}
