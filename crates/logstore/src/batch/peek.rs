//! What decides over a whole request before any of its records is looked at closely.

use crate::base::bytes::be;
use crate::base::codes::CORRUPT_MESSAGE;

use super::layout::{ATTRIBUTES_AT, LENGTH_AT, LENGTH_OVERHEAD, MAGIC, MAGIC_AT};
use super::validate::Rejection;
use super::view::Attributes;

/// Any batch is at least as long as the shortest message of format 0.
const LENGTH_MIN: i32 = 14;

/// The bits of the first batch, if there is a whole one of format 2; an error where its bytes cannot be one.
pub fn first_attributes(records: &[u8]) -> Result<Option<Attributes>, Rejection> {
    let Some(length) = be::get_i32(records, LENGTH_AT) else {
        return Ok(None);
    };
    if length < LENGTH_MIN {
        return Err(Rejection::new(CORRUPT_MESSAGE, format!("no record batch has {length} bytes")));
    }
    let Some(magic) = be::get_i8(records, MAGIC_AT) else {
        return Ok(None);
    };
    if !(0..=MAGIC).contains(&magic) {
        return Err(Rejection::new(CORRUPT_MESSAGE, format!("no record batch has magic {magic}")));
    }
    let whole = usize::try_from(length).is_ok_and(|length| length + LENGTH_OVERHEAD <= records.len());
    let attributes = be::get_i16(records, ATTRIBUTES_AT).filter(|_| whole && magic == MAGIC);
    Ok(attributes.map(Attributes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::build::BatchBuilder;
    use proptest::prelude::*;

    fn code(records: &[u8]) -> Option<i16> {
        first_attributes(records).err().map(|rejection| rejection.error_code)
    }

    #[test]
    fn what_cannot_be_a_batch_is_told_from_what_is_not_one_yet() {
        let good = BatchBuilder::new().value(b"a").build();
        assert_eq!(first_attributes(&good), Ok(Some(Attributes(0))));
        assert_eq!(first_attributes(&good[..good.len() - 1]), Ok(None));
        assert_eq!(first_attributes(&[]), Ok(None));
        let patched = |at: usize, byte: u8| {
            let mut batch = good.clone();
            batch[at] = byte;
            batch
        };
        assert_eq!(code(&patched(MAGIC_AT, 3)), Some(CORRUPT_MESSAGE));
        assert_eq!(code(&patched(LENGTH_AT, 0xff)), Some(CORRUPT_MESSAGE));
        assert_eq!(first_attributes(&patched(MAGIC_AT, 1)), Ok(None));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = first_attributes(&bytes);
        }
    }
}
