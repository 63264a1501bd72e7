//! Logs as other threads of JavaScript read them. An engine belongs to the thread that opened it; whoever searches has a
//! thread of low priority, and reads there: neither the pool of Node nor that thread has a part in it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use napi::Result;
use napi::bindgen_prelude::{Buffer, BufferSlice};
use napi_derive::napi;
use parking_lot::Mutex;

use super::errors::invalid;
use super::queries;
use super::records::{self, Plain, ReadFailure};
use crate::base::codes::NONE;
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

/// What a scan reads at once.
#[napi(object)]
pub struct ScanAnswer {
    /// Kafka's code.
    pub error_code: i32,
    /// Of whole batches, uncompressed, in the caller's memory.
    pub bytes: u32,
    /// Those that do not lie there: one that is larger, or that were compressed.
    pub apart: Option<Buffer>,
}

impl ScanAnswer {
    fn of(read: std::result::Result<Plain, ReadFailure>) -> Self {
        match read {
            Ok(Plain::Here(bytes)) => Self { error_code: NONE.into(), bytes: bytes as u32, apart: None },
            Ok(Plain::Apart(bytes)) => Self { error_code: NONE.into(), bytes: 0, apart: Some(bytes.into()) },
            Err(error) => Self { error_code: error.into(), bytes: 0, apart: None },
        }
    }
}

/// Whole batches of a log of an engine that another thread has, as `Engine.read`, read into memory of whoever calls, who waits
/// for the disk. Memory that comes and goes has the garbage collector at work, whose threads nobody gives a low priority.
#[napi(catch_unwind)]
pub fn read_log(
    engine: u32,
    topic_id: String,
    partition: i32,
    offset: f64,
    mut into: BufferSlice<'_>,
) -> Result<ScanAnswer> {
    let store = store(engine)?;
    let read = |log: Arc<_>| records::read_into(&log, Offset(offset as i64), &mut into);
    Ok(ScanAnswer::of(queries::log(&store, &topic_id, partition).and_then(read)))
}

fn store(engine: u32) -> Result<Arc<Store>> {
    let store = STORES.lock().get(&engine).and_then(Weak::upgrade);
    store.ok_or_else(|| invalid("engine", format!("there is none with number {engine}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_an_engine_that_is_gone_is_told() {
        assert_eq!(
            store(u32::MAX).map(|_| ()).unwrap_err().reason,
            "engine: there is none with number 4294967295"
        );
    }
}
