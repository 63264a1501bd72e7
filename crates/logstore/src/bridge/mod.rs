//! The only module that names Node-API: four crossings between the engine and the control plane (D1).

mod engine;
