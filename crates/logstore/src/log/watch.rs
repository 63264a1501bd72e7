//! Who is told when an offset moves; how upper layers hear without being imported.

use std::sync::Arc;

use super::offsets::LogOffsets;
use crate::base::types::Offset;
pub use crate::wal::ticket::{Mailbox, Wakeups};

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// The high watermark has reached this offset: everything below it is acknowledged.
    HighWatermarkAt(Offset),
    /// The same, or there was no room for what was appended: whoever waits answers that.
    AcknowledgedTo(Offset),
    /// Any offset moved, or the log went out of service: look again.
    AnyMove,
}

/// The waiters of one log. Each fires once and is gone.
#[derive(Default)]
pub(super) struct Watchers {
    waiting: Vec<Waiter>,
}

struct Waiter {
    watch: Watch,
    mailbox: Arc<dyn Mailbox>,
    token: u64,
}

impl Watchers {
    /// Adds a waiter, unless its condition holds already; says whether it was added.
    pub(super) fn add(
        &mut self,
        watch: Watch,
        mailbox: &Arc<dyn Mailbox>,
        token: u64,
        offsets: &LogOffsets,
    ) -> bool {
        let waits = !watch.reached(offsets);
        if waits {
            self.waiting.push(Waiter { watch, mailbox: Arc::clone(mailbox), token });
        }
        waits
    }

    /// Forgets a waiter; one that has fired is not there any more, which is fine.
    pub(super) fn remove(&mut self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        self.waiting.retain(|waiter| waiter.token != token || !Arc::ptr_eq(&waiter.mailbox, mailbox));
    }

    /// An offset moved: releases whoever waited for any move or for what now holds.
    pub(super) fn moved(&mut self, offsets: &LogOffsets, wakeups: &mut Wakeups) {
        self.waiting.retain(|waiter| {
            let stays = waiter.watch != Watch::AnyMove && !waiter.watch.reached(offsets);
            if !stays {
                wakeups.add(&waiter.mailbox, waiter.token);
            }
            stays
        });
    }

    /// There was no room for what some wait for.
    pub(super) fn put_off(&mut self, wakeups: &mut Wakeups) {
        self.waiting.retain(|waiter| {
            let stays = !matches!(waiter.watch, Watch::AcknowledgedTo(_));
            if !stays {
                wakeups.add(&waiter.mailbox, waiter.token);
            }
            stays
        });
    }

    /// The log is out of service: releases everybody, so that each finds the error.
    pub(super) fn abandon(&mut self, wakeups: &mut Wakeups) {
        for waiter in self.waiting.drain(..) {
            wakeups.add(&waiter.mailbox, waiter.token);
        }
    }
}

impl Watch {
    fn reached(self, offsets: &LogOffsets) -> bool {
        match self {
            Self::HighWatermarkAt(offset) | Self::AcknowledgedTo(offset) => offsets.high_watermark >= offset,
            Self::AnyMove => false,
        }
    }
}
