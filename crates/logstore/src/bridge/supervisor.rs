//! What started this process and waits to hear of it: the protocol of `sd_notify(3)`. Node has no datagrams of this family.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use napi::Result;
use napi_derive::napi;

use super::errors::thrown;

/// Sends assignments such as `READY=1`, each a line, to the socket that `NOTIFY_SOCKET` names: a path, or behind an `@` a name
/// without a file. Throws where nobody listens.
#[napi(catch_unwind)]
pub fn notify_supervisor(socket: String, assignments: String) -> Result<()> {
    send(&socket, assignments.as_bytes()).map_err(thrown)
}

fn send(socket: &str, assignments: &[u8]) -> io::Result<()> {
    let address = match socket.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    let own = UnixDatagram::unbound()?;
    // Whoever does not read does not stop a broker.
    own.set_nonblocking(true)?;
    own.send_to_addr(assignments, &address).map(drop)
}
