//! Logs as other threads of JavaScript read them. An engine belongs to the thread that opened it; whoever searches has a
//! thread of low priority, and reads there: neither the pool of Node nor that thread has a part in it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use napi::Result;
use napi_derive::napi;
use parking_lot::Mutex;

use super::engine::ReadAnswer;
use super::errors::invalid;
use super::queries;
use super::records;
use crate::base::types::Offset;
use crate::store::Store;

/// The stores of all engines of the process, by number.
static STORES: Mutex<BTreeMap<u32, Weak<Store>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A number by which other threads find a store, as long as this lives.
pub(super) struct Number(u32);

impl Number {
    pub(super) fn of(store: &Arc<Store>) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        STORES.lock().insert(number, Arc::downgrade(store));
        Self(number)
    }

    pub(super) fn get(&self) -> u32 {
        self.0
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        STORES.lock().remove(&self.0);
    }
}

/// Whole batches of a log of an engine that another thread has, as `Engine.read`; whoever calls waits for the disk.
#[napi(catch_unwind)]
pub fn read_log(
    engine: u32,
    topic_id: String,
    partition: i32,
    offset: f64,
    max_bytes: u32,
) -> Result<ReadAnswer> {
    let store = STORES.lock().get(&engine).and_then(Weak::upgrade);
    let store = store.ok_or_else(|| invalid("engine", format!("there is none with number {engine}")))?;
    let read = |log: Arc<_>| records::read(&log, Offset(offset as i64), max_bytes as usize);
    Ok(ReadAnswer::of(queries::log(&store, &topic_id, partition).and_then(read)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_an_engine_that_is_gone_is_told() {
        let read = read_log(u32::MAX, "AAAAAAAAAAAAAAAAAAAAAA".into(), 0, 0.0, 1);
        assert_eq!(read.map(|_| ()).unwrap_err().reason, "engine: there is none with number 4294967295");
    }
}
