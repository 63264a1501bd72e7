//! What a worker waits on: a token in its mailbox, delivered once the log thread has moved what it waited for.
//!
//! The layers above wait without being imported: they hand in a [`Mailbox`] and a token of their own. Whoever moves
//! an offset collects the tokens it releases in [`Wakeups`] and delivers them at the end of its turn, so that a
//! worker is woken once a turn however many of its requests were answered.

use std::sync::Arc;

/// Where tokens arrive; one per worker.
pub trait Mailbox: Send + Sync {
    /// Takes the tokens that were released since the last call. Called by the log thread and by whoever else moves
    /// an offset: it must not block and must not call back into a log.
    fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>);
}

/// Tokens released in one turn, by mailbox.
#[derive(Default)]
pub struct Wakeups {
    by_mailbox: Vec<(Arc<dyn Mailbox>, Vec<u64>)>,
}

impl Wakeups {
    /// Releases one token. Mailboxes are few (one per worker), so they are searched.
    pub fn add(&mut self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        match self.by_mailbox.iter_mut().find(|(known, _)| Arc::ptr_eq(known, mailbox)) {
            Some((_, tokens)) => tokens.push(token),
            None => self.by_mailbox.push((Arc::clone(mailbox), vec![token])),
        }
    }

    /// Delivers what was collected, each mailbox once, in the order of release.
    pub fn deliver(&mut self) {
        for (mailbox, tokens) in &mut self.by_mailbox {
            if !tokens.is_empty() {
                mailbox.deliver(&mut tokens.drain(..));
            }
        }
        // Empty lists stay for the next turn; those of workers that are gone go with it.
        self.by_mailbox.retain(|(mailbox, _)| Arc::strong_count(mailbox) > 1);
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;

    #[derive(Default)]
    struct Box(Mutex<Vec<Vec<u64>>>);

    impl Mailbox for Box {
        fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
            self.0.lock().push(tokens.collect());
        }
    }

    #[test]
    fn each_mailbox_is_called_once_a_turn() {
        let (a, b) = (Arc::new(Box::default()), Arc::new(Box::default()));
        let (to_a, to_b): (Arc<dyn Mailbox>, Arc<dyn Mailbox>) = (a.clone(), b.clone());
        let mut wakeups = Wakeups::default();
        wakeups.add(&to_a, 1);
        wakeups.add(&to_b, 2);
        wakeups.add(&to_a, 3);
        wakeups.deliver();
        wakeups.add(&to_a, 4);
        wakeups.deliver();
        wakeups.deliver();
        assert_eq!(*a.0.lock(), [vec![1, 3], vec![4]]);
        assert_eq!(*b.0.lock(), [vec![2]]);
    }
}
