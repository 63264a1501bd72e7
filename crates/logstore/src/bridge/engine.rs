//! The engine as the control plane holds it.

use napi_derive::napi;

/// One open engine.
#[napi]
pub struct Engine {}

#[napi]
impl Engine {
    /// Opens it.
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }
}
