//! Errors on their way to JavaScript: thrown where a call as a whole failed, numbers where one partition did.

use std::any::Any;
use std::fmt::Display;

use napi::{Error, Status};

/// A call that failed as a whole.
pub(super) fn thrown(error: impl Display) -> Error {
    Error::new(Status::GenericFailure, error.to_string())
}

/// An argument that JavaScript should not have passed.
pub(super) fn invalid(argument: &str, why: impl Display) -> Error {
    Error::new(Status::InvalidArg, format!("{argument}: {why}"))
}

/// What a caught panic said.
pub(super) fn panicked(payload: &(dyn Any + Send)) -> Error {
    let said = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::new(Status::GenericFailure, format!("the engine panicked: {said}"))
}
