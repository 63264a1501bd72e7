//! Request and response headers, and the two ways in which versions write their fields.
//!
//! ```text
//! request v1:   apiKey i16 | apiVersion i16 | correlationId i32 | clientId nullable string (i16 length)
//! request v2:   the same, then tagged fields; clientId keeps its i16 length
//! response v0:  correlationId i32
//! response v1:  correlationId i32 | tagged fields          (ApiVersions always answers with v0)
//! ```

use std::borrow::Cow;

use crate::base::bytes::{Malformed, Reader, be};
use crate::base::limits::REQUEST_ELEMENTS_MAX;
use crate::base::types::TopicId;

use super::view::TopicKey;

/// The fixed part of a request header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestHeader {
    pub(crate) api_key: i16,
    pub(crate) api_version: i16,
    pub(crate) correlation_id: i32,
}

impl RequestHeader {
    /// Reads the fixed part, and checks that the client id behind it lies within the frame.
    pub(crate) fn parse(frame: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(frame);
        let header =
            Self { api_key: reader.i16()?, api_version: reader.i16()?, correlation_id: reader.i32()? };
        reader.nullable_string()?;
        Ok(header)
    }

    /// The API key alone, which decides whether a request may start behind others.
    pub(crate) fn peek_api_key(frame: &[u8]) -> Option<i16> {
        be::get_i16(frame, 0)
    }
}

/// Reads the fields of one request, behind its header.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) reader: Reader<'a>,
    flexible: bool,
    /// Elements that arrays may still bring: what a frame unpacks to is bounded, not only what it takes.
    elements_left: usize,
}

impl<'a> Fields<'a> {
    /// Skips the header of a frame whose header was parsed before; gives the client id too.
    pub(crate) fn open(frame: &'a [u8], flexible: bool) -> Result<(Self, Option<Cow<'a, str>>), Malformed> {
        const CLIENT_ID_AT: usize = 8;
        let mut reader = Reader::new(frame);
        reader.bytes(CLIENT_ID_AT)?;
        let client_id = reader.nullable_string()?;
        let mut fields = Self { reader, flexible, elements_left: REQUEST_ELEMENTS_MAX };
        fields.tags()?;
        Ok((fields, client_id))
    }

    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        if self.flexible { self.reader.compact_string() } else { self.reader.string() }
    }

    pub(crate) fn nullable_string(&mut self) -> Result<Option<Cow<'a, str>>, Malformed> {
        if self.flexible { self.reader.compact_nullable_string() } else { self.reader.nullable_string() }
    }

    pub(crate) fn nullable_bytes(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        if self.flexible { self.reader.compact_nullable_bytes() } else { self.reader.nullable_bytes() }
    }

    pub(crate) fn nullable_array_len(
        &mut self,
        element_bytes_min: usize,
    ) -> Result<Option<usize>, Malformed> {
        let too_many = self.reader.malformed("more elements than a request may bring");
        let count = if self.flexible {
            self.reader.compact_array_len(element_bytes_min)
        } else {
            self.reader.array_len(element_bytes_min)
        }?;
        self.elements_left = self.elements_left.checked_sub(count.unwrap_or(0)).ok_or(too_many)?;
        Ok(count)
    }

    pub(crate) fn array_len(&mut self, element_bytes_min: usize) -> Result<usize, Malformed> {
        let null = self.reader.malformed("null where an array is required");
        self.nullable_array_len(element_bytes_min)?.ok_or(null)
    }

    /// A topic, by id from `since` on and by name before.
    pub(crate) fn topic(&mut self, version: i16, ids_since: i16) -> Result<TopicKey, Malformed> {
        Ok(if version >= ids_since {
            TopicKey::Id(self.uuid()?)
        } else {
            TopicKey::Name(self.string()?.into())
        })
    }

    pub(crate) fn uuid(&mut self) -> Result<TopicId, Malformed> {
        self.reader.uuid()
    }

    /// The end of a structure: tagged fields, none of which matters here.
    pub(crate) fn tags(&mut self) -> Result<(), Malformed> {
        self.each_tag(|_, _| Ok(()))
    }

    /// The end of a structure some of whose tagged fields matter.
    pub(crate) fn each_tag(
        &mut self,
        each: impl FnMut(u32, &'a [u8]) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if self.flexible { self.reader.tagged_fields(each) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_lies_within_its_frame() {
        let frame = |client_id: &[u8]| [&[0, 3, 0, 1, 0, 0, 0, 9][..], client_id].concat();
        let header = RequestHeader { api_key: 3, api_version: 1, correlation_id: 9 };
        assert_eq!(RequestHeader::parse(&frame(&[0xff, 0xff])), Ok(header));
        assert_eq!(RequestHeader::parse(&frame(&[0, 1, b'x'])), Ok(header));
        assert_eq!(RequestHeader::parse(&frame(&[0xff, 0xfe])), Ok(header));
        assert!(RequestHeader::parse(&frame(&[0, 2, b'x'])).is_err());
        assert!(RequestHeader::parse(&frame(&[])).is_err());
    }
}
