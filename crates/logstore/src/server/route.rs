//! Which requests the engine answers itself; the only place that knows.

use super::header::RequestHeader;
use super::view::{ApiRange, ClusterView};

pub(crate) const PRODUCE: i16 = 0;
pub(crate) const FETCH: i16 = 1;
pub(crate) const METADATA: i16 = 3;
pub(crate) const JOIN_GROUP: i16 = 11;
pub(crate) const API_VERSIONS: i16 = 18;

/// Versions served here. Produce is advertised from 0 on, because librdkafka otherwise sends nothing compressed,
/// and refused below 3, both as Kafka does (KAFKA-18659).
const SERVED: [ApiRange; 4] = [
    ApiRange { key: PRODUCE, min: 3, max: 13 },
    ApiRange { key: FETCH, min: 4, max: 18 },
    ApiRange { key: METADATA, min: 0, max: 13 },
    ApiRange { key: API_VERSIONS, min: 0, max: 4 },
];
const PRODUCE_MIN_ADVERTISED: i16 = 0;

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Produce,
    Fetch,
    /// May still turn out to be the control plane's.
    Metadata,
    /// In any version: one that is not served is answered in version 0.
    ApiVersions,
    Forward,
    /// Neither API nor version are known: Kafka closes the connection.
    Close,
}

pub(crate) fn route(header: RequestHeader, view: &ClusterView) -> Route {
    let serves = |ranges: &[ApiRange]| {
        ranges
            .iter()
            .any(|api| api.key == header.api_key && (api.min..=api.max).contains(&header.api_version))
    };
    match header.api_key {
        API_VERSIONS => Route::ApiVersions,
        PRODUCE if serves(&SERVED) => Route::Produce,
        FETCH if serves(&SERVED) => Route::Fetch,
        METADATA if serves(&SERVED) => Route::Metadata,
        PRODUCE | FETCH | METADATA => Route::Close,
        _ if serves(&view.apis) => Route::Forward,
        _ => Route::Close,
    }
}

/// Versions of `ApiVersions` itself.
pub(crate) fn api_versions_range() -> ApiRange {
    SERVED[3]
}

/// What `ApiVersions` lists: the control plane's APIs and the engine's own, by key.
pub(crate) fn advertised(view: &ClusterView) -> Vec<ApiRange> {
    let own = SERVED
        .map(|api| if api.key == PRODUCE { ApiRange { min: PRODUCE_MIN_ADVERTISED, ..api } } else { api });
    let others = view.apis.iter().filter(|api| SERVED.iter().all(|own| own.key != api.key));
    let mut all: Vec<_> = own.iter().chain(others).copied().collect();
    all.sort_by_key(|api| api.key);
    all
}
