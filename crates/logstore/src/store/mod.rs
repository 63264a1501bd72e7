//! All logs of this node.
