//! Answers Produce v9 without keeping anything, a thread for each connection: what client, kernel and protocol cost at the least.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use anyhow::{Result, ensure};
use logstore::base::bytes::{Reader, Writer};

/// Says where it listens and serves until it is killed.
pub(crate) fn run() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    accept(&listener)
}

/// Serves whoever connects.
pub(crate) fn accept(listener: &TcpListener) -> Result<()> {
    const READ_BYTES: usize = 256 * 1024;
    for stream in listener.incoming() {
        let stream = stream?;
        stream.set_nodelay(true)?;
        thread::Builder::new().name("connection".into()).spawn(move || {
            // The end of a connection is no failure of the broker.
            let _ = serve(&mut BufReader::with_capacity(READ_BYTES, &stream), &stream);
        })?;
    }
    Ok(())
}

fn serve(input: &mut BufReader<&TcpStream>, mut output: &TcpStream) -> Result<()> {
    let mut frame = Vec::new();
    loop {
        let mut size = [0; 4];
        input.read_exact(&mut size)?;
        frame.resize(usize::try_from(i32::from_be_bytes(size))?, 0);
        input.read_exact(&mut frame)?;
        output.write_all(&answer(&frame)?)?;
    }
}

fn answer(request: &[u8]) -> Result<Vec<u8>> {
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
    let mut answer = Writer::new();
    answer.i32(body.len() as i32).bytes(body.as_slice());
    Ok(answer.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame;

    #[test]
    fn what_it_answers_is_an_acknowledgement() {
        let request = frame::produce("t", 1, &[(0, b"batch"), (3, b"batch")]);
        let bytes = [&request.head[4..], &request.body].concat();
        assert_eq!(frame::produced(&answer(&bytes).unwrap()).unwrap(), (0, 2));
    }
}
