//! Walks batches that lie one behind the other, as in a segment, a request or an answer.

use super::view::{BatchError, BatchView};

/// The batches in `bytes`; ends after the first that is short or wrong, which it reports.
pub fn iter(bytes: &[u8]) -> impl Iterator<Item = Result<BatchView<'_>, BatchError>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let batch = BatchView::parse(rest);
        let taken = batch.as_ref().map_or(rest.len(), |batch| batch.bytes().len());
        rest = rest.get(taken..).unwrap_or_default();
        Some(batch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::build::BatchBuilder;
    use proptest::prelude::*;

    #[test]
    fn stops_at_the_first_that_is_short() {
        let mut bytes = BatchBuilder::new().value(b"a").build();
        bytes.extend(BatchBuilder::new().value(b"b").build());
        bytes.truncate(bytes.len() - 1);
        let batches: Vec<_> = iter(&bytes).collect();
        assert_eq!(batches.len(), 2);
        assert!(batches[0].is_ok());
        assert!(matches!(batches[1], Err(BatchError::Short { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            prop_assert!(iter(&bytes).count() <= bytes.len());
        }
    }
}
