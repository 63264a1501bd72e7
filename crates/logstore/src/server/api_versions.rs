//! `ApiVersions` (18), versions 0-4. Its response header never has tagged fields, and a version that is not
//! served is answered in version 0 with the one range that helps the client to step down (KIP-511).
//!
//! v0 errors and ranges; v1 throttle time; v3 flexible, client name and version, features; v4 features whose
//! lowest level is 0 are listed too.

use crate::base::bytes::{Malformed, Writer};
use crate::base::codes::{INVALID_REQUEST, NONE, UNSUPPORTED_VERSION};
use crate::base::limits::CLIENT_SOFTWARE_BYTES_MAX;

use super::control::ClientSoftware;
use super::header::{Fields, RequestHeader};
use super::reply::{Answer, AnswerWriter};
use super::route;
use super::view::{ApiRange, ClusterView, FeatureView};

const FLEXIBLE_SINCE: i16 = 3;
const ZERO_LEVELS_SINCE: i16 = 4;

const SUPPORTED_FEATURES: u32 = 0;
const FINALIZED_EPOCH: u32 = 1;
const FINALIZED_FEATURES: u32 = 2;

/// The answer, and what the client says that it is, where it does.
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) software: Option<ClientSoftware>,
}

pub(crate) fn answer(header: RequestHeader, frame: &[u8], view: &ClusterView) -> Result<Answered, Malformed> {
    let refused = |version, error, ranges: &[ApiRange]| {
        let answer = encode(header.correlation_id, version, error, ranges, None);
        Ok(Answered { answer, software: None })
    };
    let range = route::api_versions_range();
    if !(range.min..=range.max).contains(&header.api_version) {
        return refused(0, UNSUPPORTED_VERSION, &[range]);
    }
    let flexible = header.api_version >= FLEXIBLE_SINCE;
    let (mut fields, _) = Fields::open(frame, flexible)?;
    let mut software = None;
    if flexible {
        let (name, version) = (fields.string()?, fields.string()?);
        fields.tags()?;
        if !(is_software_name(&name) && is_software_name(&version)) {
            return refused(header.api_version, INVALID_REQUEST, &[]);
        }
        software = Some(ClientSoftware { name: bounded(&name), version: bounded(&version) });
    }
    let ranges = route::advertised(view);
    let answer = encode(header.correlation_id, header.api_version, NONE, &ranges, Some(view));
    Ok(Answered { answer, software })
}

/// Letters, digits, `-` and `.`, the first and the last a letter or a digit.
fn is_software_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let ends = [text.bytes().next(), text.bytes().last()];
    ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric())) && text.bytes().all(inner)
}

fn bounded(name: &str) -> Box<str> {
    name.get(..CLIENT_SOFTWARE_BYTES_MAX).unwrap_or(name).into()
}

fn encode(
    correlation_id: i32,
    version: i16,
    error: i16,
    ranges: &[ApiRange],
    view: Option<&ClusterView>,
) -> Answer {
    let mut out = AnswerWriter::with_plain_header(correlation_id, version >= FLEXIBLE_SINCE);
    out.fixed().i16(error);
    out.array_len(ranges.len());
    for api in ranges {
        out.fixed().i16(api.key).i16(api.min).i16(api.max);
        out.tags();
    }
    if version >= 1 {
        out.fixed().i32(0);
    }
    out.tagged(&view.map(|view| features(view, version)).unwrap_or_default());
    out.finish()
}

fn features(view: &ClusterView, version: i16) -> Vec<(u32, Writer)> {
    let listed: Vec<&FeatureView> = view
        .features
        .iter()
        .filter(|feature| version >= ZERO_LEVELS_SINCE || feature.supported_min != 0)
        .collect();
    let finalized: Vec<(&str, i16)> = view
        .features
        .iter()
        .filter_map(|feature| Some((feature.name.as_str(), feature.finalized?)))
        .collect();
    let mut fields = Vec::new();
    if !listed.is_empty() {
        let mut field = Writer::new();
        field.compact_array_len(Some(listed.len()));
        for feature in listed {
            field.compact_string(&feature.name).i16(feature.supported_min).i16(feature.supported_max);
            field.no_tagged_fields();
        }
        fields.push((SUPPORTED_FEATURES, field));
    }
    if view.features_epoch >= 0 {
        let mut field = Writer::new();
        field.i64(view.features_epoch);
        fields.push((FINALIZED_EPOCH, field));
    }
    if !finalized.is_empty() {
        let mut field = Writer::new();
        field.compact_array_len(Some(finalized.len()));
        for (name, level) in finalized {
            field.compact_string(name).i16(level).i16(level).no_tagged_fields();
        }
        fields.push((FINALIZED_FEATURES, field));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_names() {
        for good in ["librdkafka", "2.3.0", "a", "apache-kafka-java"] {
            assert!(is_software_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a b", "a_b", "\u{e9}"] {
            assert!(!is_software_name(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_kept_of_a_name_is_bounded() {
        assert_eq!(&*bounded("librdkafka"), "librdkafka");
        let longest = "x".repeat(CLIENT_SOFTWARE_BYTES_MAX);
        assert_eq!(*bounded(&longest), longest);
        assert_eq!(*bounded(&longest.repeat(2)), longest);
    }
}
