//! Work on the thread pool of Node that settles a promise.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, Error, Result, Task};

use super::errors::panicked;

type Work<T> = Box<dyn FnOnce() -> Result<T> + Send>;

/// One closure to run off the JavaScript thread.
pub struct Job<T>(Option<Work<T>>);

/// Runs `work` on the pool; its value or its error settles the promise.
pub(super) fn spawn<T: Answer>(work: impl FnOnce() -> Result<T> + Send + 'static) -> AsyncTask<Job<T>> {
    AsyncTask::new(Job(Some(Box::new(work))))
}

/// What a promise can be settled with.
pub trait Answer: ToNapiValue + TypeName + Send + 'static {}
impl<T: ToNapiValue + TypeName + Send + 'static> Answer for T {}

impl<T: Answer> Task for Job<T> {
    type Output = T;
    type JsValue = T;

    fn compute(&mut self) -> Result<T> {
        let work = self.0.take().ok_or_else(|| Error::from_reason("a job runs once"))?;
        // What the closure shares with other threads lies behind locks that a panic leaves usable.
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(&*payload)))
    }

    fn resolve(&mut self, _env: Env, output: T) -> Result<T> {
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_like_any_other() {
        let mut job: Job<f64> = Job(Some(Box::new(|| panic!("a defect"))));
        let error = job.compute().unwrap_err();
        assert_eq!(error.reason, "the engine panicked: a defect");
        assert!(job.compute().is_err(), "a job runs once");
    }
}
