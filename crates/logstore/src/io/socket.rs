//! Non-blocking TCP: accept, read, vectored write, sendfile.

use std::io::{self, IoSlice, Read, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};

use mio::Token;
use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, Protocol, Type};

/// Connections the kernel completes before they are accepted; a storm waits there instead of being refused.
const BACKLOG: i32 = 1024;

/// How a read or a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// So many bytes moved.
    Bytes(usize),
    /// Nothing moves until the poller says so.
    Blocked,
    /// The other side is gone.
    Closed,
}

/// A bound port.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Binds and listens; port 0 picks a free one.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(Self(TcpListener::from_std(socket.into())))
    }

    /// The address really bound.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The next connection that waits, `None` when none does.
    pub fn accept(&self) -> io::Result<Option<(Socket, SocketAddr)>> {
        loop {
            match self.0.accept() {
                Ok((stream, peer)) => {
                    // An answer is written whole; waiting for more to send would only delay it.
                    stream.set_nodelay(true)?;
                    return Ok(Some((Socket(stream), peer)));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if is_transient(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A peer that gave up between connecting and being accepted says nothing about the listener.
fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted)
}

/// One connection.
#[derive(Debug)]
pub struct Socket(TcpStream);

impl Socket {
    /// Reads what is there.
    pub fn read(&mut self, into: &mut [u8]) -> Transfer {
        transfer(|| self.0.read(into))
    }

    /// Writes several buffers, one behind the other.
    pub fn write(&mut self, buffers: &[IoSlice<'_>]) -> Transfer {
        transfer(|| self.0.write_vectored(buffers))
    }

    /// Sends a range of a file without copying it through this process.
    pub fn send_file(&mut self, file: BorrowedFd<'_>, at: u64, len: usize) -> Transfer {
        let mut offset = at;
        transfer(|| {
            rustix::fs::sendfile(self.0.as_fd(), file, Some(&mut offset), len).map_err(io::Error::from)
        })
    }
}

/// Every error but "later" and "again" ends a connection; which one it was helps nobody.
fn transfer(mut act: impl FnMut() -> io::Result<usize>) -> Transfer {
    loop {
        return match act() {
            Ok(0) => Transfer::Closed,
            Ok(bytes) => Transfer::Bytes(bytes),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Transfer::Blocked,
            Err(_) => Transfer::Closed,
        };
    }
}

macro_rules! delegate_source {
    ($($type:ty),*) => {$(
        impl Source for $type {
            fn register(&mut self, to: &mio::Registry, token: Token, what: mio::Interest) -> io::Result<()> {
                self.0.register(to, token, what)
            }

            fn reregister(&mut self, to: &mio::Registry, token: Token, what: mio::Interest) -> io::Result<()> {
                self.0.reregister(to, token, what)
            }

            fn deregister(&mut self, from: &mio::Registry) -> io::Result<()> {
                self.0.deregister(from)
            }
        }
    )*};
}

delegate_source!(Listener, Socket);
