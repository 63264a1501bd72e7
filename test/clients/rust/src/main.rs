//! rdkafka (librdkafka) as a driver of the client matrix. Usage: rdkafka-driver HOST:PORT
//!
//! One JSON request a line on standard input, one JSON answer a line on standard output, in order.

mod admin;
mod fields;
mod producer;
mod reader;

use std::collections::HashMap;
use std::io::{BufRead, Write, stdin, stdout};

use rdkafka::error::KafkaError;
use serde_json::{Value, json};

use admin::Admin;
use fields::{Failure, integer, optional_text, text};
use producer::Producers;
use reader::{Reader, Start};

struct Driver {
    servers: String,
    admin: Admin,
    producers: Producers,
    readers: HashMap<String, Reader>,
}

impl Driver {
    fn new(servers: String) -> Result<Self, Failure> {
        Ok(Self {
            admin: Admin::new(&servers)?,
            producers: Producers::new(&servers),
            readers: HashMap::new(),
            servers,
        })
    }

    fn call(&mut self, request: &Value) -> Result<Value, Failure> {
        match text(request, "op")? {
            "hello" => Ok(json!({ "client": "rdkafka", "version": version() })),
            "produce" => self.producers.produce(request),
            "open" => self.open(request),
            "join" => self.join(request),
            "close" => {
                self.readers.remove(text(request, "consumer")?);
                Ok(json!({}))
            }
            "assignment" => self.reader(request)?.assignment(),
            "poll" => self.reader(request)?.poll(integer(request, "count")?, integer(request, "timeoutMs")?),
            "commit" => self.reader(request)?.commit(),
            "seek" => self.reader(request)?.seek(partition(request)?, integer(request, "offset")?),
            "pause" => self.reader(request)?.pause(partition(request)?),
            "resume" => self.reader(request)?.resume(partition(request)?),
            other => self.admin.call(other, request),
        }
    }

    fn reader(&self, request: &Value) -> Result<&Reader, Failure> {
        let name = text(request, "consumer")?;
        self.readers.get(name).ok_or_else(|| Failure::new("NO_CONSUMER", name))
    }

    fn open(&mut self, request: &Value) -> Result<Value, Failure> {
        let name = text(request, "consumer")?;
        // The library wants a group; nothing is committed to it.
        let reader = Reader::new(&[("bootstrap.servers", &self.servers), ("group.id", name)])?;
        reader.assign(partition(request)?, Start::parse(&request["from"])?)?;
        self.readers.insert(name.to_owned(), reader);
        Ok(json!({}))
    }

    fn join(&mut self, request: &Value) -> Result<Value, Failure> {
        let session_ms: i64 = integer(request, "sessionMs")?;
        let (session, heartbeat) = (session_ms.to_string(), (session_ms / 10).to_string());
        let mut settings = vec![
            ("bootstrap.servers", self.servers.as_str()),
            ("group.id", text(request, "group")?),
            ("auto.offset.reset", text(request, "reset")?),
            ("session.timeout.ms", session.as_str()),
            ("heartbeat.interval.ms", heartbeat.as_str()),
        ];
        settings
            .extend(optional_text(request, "assignor").map(|name| ("partition.assignment.strategy", name)));
        settings.extend(optional_text(request, "instanceId").map(|id| ("group.instance.id", id)));
        let reader = Reader::new(&settings)?;
        let topics = request["topics"].as_array().into_iter().flatten().filter_map(Value::as_str);
        reader.subscribe(topics.map(str::to_owned).collect())?;
        self.readers.insert(text(request, "consumer")?.to_owned(), reader);
        Ok(json!({}))
    }
}

fn partition(request: &Value) -> Result<(String, i32), Failure> {
    Ok((text(request, "topic")?.to_owned(), integer(request, "partition")?))
}

/// Of the crate, and of the library that it is built with.
fn version() -> String {
    let (_, library) = rdkafka::util::get_rdkafka_version();
    let lock = include_str!("../Cargo.lock").split("name = \"rdkafka\"\nversion = \"").nth(1);
    let version = lock.and_then(|rest| rest.split('"').next()).unwrap_or_default();
    format!("{version}, librdkafka {library}")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let servers = std::env::args().nth(1).ok_or("the address of a broker is missing")?;
    let mut driver = Driver::new(servers)?;
    for line in stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let mut answer = match driver.call(&request) {
            Ok(ok) => json!({ "ok": ok }),
            Err(failure) => failure.answer(),
        };
        answer["id"] = request["id"].clone();
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}

impl From<KafkaError> for Failure {
    fn from(error: KafkaError) -> Self {
        let code =
            error.rdkafka_error_code().map_or_else(|| "NO_CODE".to_owned(), |code| format!("{code:?}"));
        Self::new(&code, &error.to_string())
    }
}
