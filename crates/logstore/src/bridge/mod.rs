//! The only module that names Node-API.
