//! The data plane: connections, Produce, Fetch, `ApiVersions`, Metadata.
