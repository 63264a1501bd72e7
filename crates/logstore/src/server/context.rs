//! What a request is handled with.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use crate::log::{Log, Mailbox};

use super::cold::ColdReaders;
use super::fetch_session::Sessions;
use super::stats::Counters;
use super::view::ClusterView;

/// Everything outside the request that its handler may look at.
pub(crate) struct Context<'a> {
    pub(crate) view: Arc<ClusterView>,
    /// Name of the listener that the client came through.
    pub(crate) listener: &'a str,
    /// Monotonic.
    pub(crate) now: Duration,
    pub(crate) sessions: &'a Sessions,
    pub(crate) counters: &'a Counters,
    pub(crate) cold: &'a Arc<ColdReaders>,
    /// Logs that the worker writes before its turn ends.
    pub(crate) to_write: &'a RefCell<Vec<Arc<Log>>>,
    /// Where this worker hears that something moved...
    pub(crate) mailbox: &'a Arc<dyn Mailbox>,
    /// ...and under which token for this request.
    pub(crate) token: u64,
}
