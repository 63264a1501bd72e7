//! Answers Produce v9 without keeping anything: what client, kernel and protocol cost at the least. As in the broker, a thread for each
//! processor shares the connections, frames are read where they came in, and the answers of a turn leave in one call.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Result, ensure};
use logstore::base::bytes::{Reader, Writer};
use logstore::io::run_promptly;
use rustix::event::epoll;
use rustix::io::retry_on_intr;
use rustix::net::{RecvFlags, recv};

const EVENTS_MAX: usize = 256;
/// What a connection reads at once, until a frame is larger.
const INPUT_BYTES: usize = 256 * 1024;
const SIZE_BYTES: usize = 4;

/// Says where it listens and serves until it is killed.
pub(crate) fn run() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    accept(&listener)
}

/// Serves whoever connects.
pub(crate) fn accept(listener: &TcpListener) -> Result<()> {
    let threads = thread::available_parallelism()?.get();
    let workers = (0..threads).map(|_| Worker::start()).collect::<Result<Vec<_>>>()?;
    for (stream, worker) in listener.incoming().zip(workers.iter().cycle()) {
        worker.take(stream?)?;
    }
    Ok(())
}

/// A thread and the connections that it serves.
struct Worker {
    poller: OwnedFd,
    /// By the numbers that the poller gives; those that ended are gone.
    connections: Mutex<Vec<Option<Connection>>>,
}

impl Worker {
    fn start() -> Result<Arc<Self>> {
        let poller = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let worker = Arc::new(Self { poller, connections: Mutex::default() });
        let own = Arc::clone(&worker);
        thread::Builder::new().name("worker".into()).spawn(move || {
            run_promptly();
            own.serve()
        })?;
        Ok(worker)
    }

    fn take(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let number = epoll::EventData::new_u64(connections.len() as u64);
        epoll::add(&self.poller, &stream, number, epoll::EventFlags::IN)?;
        connections.push(Some(Connection::new(stream)));
        Ok(())
    }

    fn serve(&self) -> Result<()> {
        let mut events = Vec::with_capacity(EVENTS_MAX);
        loop {
            events.clear();
            // Whoever is stopped between measurements and goes on is interrupted.
            retry_on_intr(|| epoll::wait(&self.poller, rustix::buffer::spare_capacity(&mut events), None))?;
            let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            for event in &events {
                let Some(place) = connections.get_mut(event.data.u64() as usize) else { continue };
                // The end of a connection is no failure of the broker.
                if place.as_mut().is_some_and(|connection| connection.turn().is_err()) {
                    *place = None;
                }
            }
        }
    }
}

struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    /// Where in `input` the first frame without an answer begins, and where what was read ends.
    begin: usize,
    end: usize,
}

impl Connection {
    fn new(stream: TcpStream) -> Self {
        Self { stream, input: vec![0; INPUT_BYTES], begin: 0, end: 0 }
    }

    /// Reads what is there and answers every whole frame.
    fn turn(&mut self) -> Result<()> {
        self.make_room();
        let free = self.input.get_mut(self.end..).unwrap_or_default();
        let (_, read) = recv(&self.stream, free, RecvFlags::DONTWAIT)?;
        ensure!(read > 0, "the client closed the connection");
        self.end += read;
        let mut answers = Writer::new();
        while let Some(frame) = first_frame(self.input.get(self.begin..self.end).unwrap_or_default()) {
            answer(frame, &mut answers)?;
            self.begin += SIZE_BYTES + frame.len();
        }
        if !answers.is_empty() {
            self.stream.write_all(answers.as_slice())?;
        }
        Ok(())
    }

    /// Moves nothing but the beginning of a frame that reaches to the end of the buffer, which grows when that is all it holds.
    fn make_room(&mut self) {
        if self.begin == self.end {
            (self.begin, self.end) = (0, 0);
        } else if self.end == self.input.len() {
            self.input.copy_within(self.begin..self.end, 0);
            (self.begin, self.end) = (0, self.end - self.begin);
            if self.end == self.input.len() {
                self.input.resize(2 * self.end, 0);
            }
        }
    }
}

/// What stands behind the size, once all of it is there.
fn first_frame(input: &[u8]) -> Option<&[u8]> {
    let (size, rest) = input.split_first_chunk::<SIZE_BYTES>()?;
    rest.get(..usize::try_from(i32::from_be_bytes(*size)).ok()?)
}

fn answer(request: &[u8], answers: &mut Writer) -> Result<()> {
    let mut reader = Reader::new(request);
    ensure!((reader.i16()?, reader.i16()?) == (0, 9), "only Produce v9 is answered");
    let correlation = reader.i32()?;
    reader.nullable_string()?;
    reader.skip_tagged_fields()?;
    reader.compact_nullable_string()?;
    reader.bytes(6)?; // acks, timeout
    let mut body = Writer::new();
    body.i32(correlation).no_tagged_fields();
    let topics = reader.compact_array_len(1)?.unwrap_or(0);
    body.compact_array_len(Some(topics));
    for _ in 0..topics {
        body.compact_string(&reader.compact_string()?);
        let partitions = reader.compact_array_len(1)?.unwrap_or(0);
        body.compact_array_len(Some(partitions));
        for _ in 0..partitions {
            body.i32(reader.i32()?).i16(0).i64(0).i64(-1).i64(0);
            body.compact_array_len(Some(0)).compact_nullable_string(None).no_tagged_fields();
            reader.compact_nullable_bytes()?;
            reader.skip_tagged_fields()?;
        }
        reader.skip_tagged_fields()?;
        body.no_tagged_fields();
    }
    body.i32(0).no_tagged_fields();
    answers.i32(body.len() as i32).bytes(body.as_slice());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection;
    use crate::frame::{self, Frame};

    #[test]
    fn what_it_answers_is_an_acknowledgement() {
        let Frame { head, body } = frame::produce("t", 1, &[(0, b"batch"), (3, b"batch")]);
        let mut answers = Writer::new();
        answer(first_frame(&[&head[..], &body].concat()).unwrap(), &mut answers).unwrap();
        assert_eq!(frame::produced(answers.as_slice()).unwrap(), (0, 2));
    }

    #[test]
    fn frames_of_any_size_are_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = connection::Connection::open(listener.local_addr().unwrap(), 0).unwrap();
        thread::Builder::new().spawn(move || accept(&listener)).unwrap();
        let sizes = [1, 1, 3 * INPUT_BYTES, INPUT_BYTES / 2, INPUT_BYTES / 2, 1];
        for size in sizes {
            client.say(&frame::produce("t", 1, &[(0, &vec![0; size])])).unwrap();
        }
        for _ in sizes {
            assert_eq!(frame::produced(&client.hear().unwrap()).unwrap(), (0, 1));
        }
    }
}
