//! Produces that wait until the high watermark of every partition has passed what they appended.

use std::time::Duration;

use crate::log::{Mailbox, Watch};
use crate::server::context::Context;
use crate::server::header::RequestHeader;
use crate::server::produce::{self, TopicResult};
use crate::server::reply::Answer;
use std::sync::Arc;

/// A produce whose records are appended.
pub(crate) struct PendingProduce {
    header: RequestHeader,
    results: Vec<TopicResult>,
    deadline: Duration,
    /// Partitions whose log has not called yet.
    outstanding: usize,
}

impl PendingProduce {
    /// Asks each log to call once its high watermark is there, but for those where it already is.
    pub(crate) fn watch(
        header: RequestHeader,
        results: Vec<TopicResult>,
        deadline: Duration,
        context: &Context<'_>,
    ) -> Self {
        let mut outstanding = 0;
        for (log, target) in awaited(&results) {
            let waits = log.must_wait(Watch::AcknowledgedTo(target), context.mailbox, context.token);
            outstanding += usize::from(waits);
        }
        Self { header, results, deadline, outstanding }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.outstanding == 0
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// One of the logs called.
    pub(crate) fn called(&mut self) {
        self.outstanding = self.outstanding.saturating_sub(1);
    }

    /// The answer with what has become of each partition by now.
    pub(crate) fn answer(mut self, context: &Context<'_>) -> Answer {
        self.results
            .iter_mut()
            .flat_map(|topic| &mut topic.partitions)
            .for_each(produce::PartitionResult::settle);
        produce::encode(self.header, &self.results, context)
    }

    /// Nobody waits any more.
    pub(crate) fn unwatch(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        awaited(&self.results).for_each(|(log, _)| log.unwatch(mailbox, token));
    }
}

fn awaited(
    results: &[TopicResult],
) -> impl Iterator<Item = (&Arc<crate::log::Log>, crate::base::types::Offset)> {
    let partitions = results.iter().flat_map(|topic| &topic.partitions);
    partitions.filter_map(|partition| partition.awaits.as_ref().map(|(log, target)| (log, *target)))
}
