//! Where the leaders are that an answer refers to, as a tagged field at its end (KIP-951).

use crate::base::bytes::Writer;
use crate::base::types::BrokerId;

use super::context::Context;

/// `NodeEndpoints` of Produce v10 and Fetch v16.
const NODE_ENDPOINTS: u32 = 0;

/// The leaders named in one answer.
#[derive(Debug, Default)]
pub(crate) struct Leaders(Vec<BrokerId>);

impl Leaders {
    pub(crate) fn add(&mut self, leader: BrokerId) {
        if !self.0.contains(&leader) {
            self.0.push(leader);
        }
    }

    /// Their addresses on the client's listener; nothing where none is known.
    pub(crate) fn tagged_field(&self, context: &Context<'_>) -> Vec<(u32, Writer)> {
        let known: Vec<_> =
            self.0.iter().filter_map(|leader| context.view.endpoint(*leader, context.listener)).collect();
        if known.is_empty() {
            return Vec::new();
        }
        let mut field = Writer::new();
        field.compact_array_len(Some(known.len()));
        for (broker, endpoint) in known {
            field.i32(broker.id.0).compact_string(&endpoint.host).i32(i32::from(endpoint.port));
            field.compact_nullable_string(broker.rack.as_deref()).no_tagged_fields();
        }
        vec![(NODE_ENDPOINTS, field)]
    }
}
