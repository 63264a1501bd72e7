//! Producing: one producer for each set of settings.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use serde_json::{Value, json};

use crate::fields::{Failure, integer, optional_text, text};

const TIMEOUT: Duration = Duration::from_secs(20);
const LINGER_MS: &str = "20";

/// What became of each record, by its place in the request.
#[derive(Default)]
struct Deliveries(Mutex<Vec<(usize, Result<i64, KafkaError>)>>);

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, at: usize) {
        let delivered = match result {
            Ok(message) => Ok(message.offset()),
            Err((error, _)) => Err(error.clone()),
        };
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((at, delivered));
    }
}

pub struct Producers {
    servers: String,
    by_settings: HashMap<[String; 3], BaseProducer<Deliveries>>,
}

impl Producers {
    pub fn new(servers: &str) -> Self {
        Self { servers: servers.to_owned(), by_settings: HashMap::new() }
    }

    pub fn produce(&mut self, request: &Value) -> Result<Value, Failure> {
        let topic = text(request, "topic")?.to_owned();
        let partition =
            request["partition"].as_i64().map(|_| integer::<i32>(request, "partition")).transpose()?;
        let records = request["records"].as_array().cloned().unwrap_or_default();
        let producer = self.producer(request)?;
        for (at, record) in records.iter().enumerate() {
            let (key, value) = (optional_text(record, "key"), optional_text(record, "value"));
            let mut sent = BaseRecord::<str, str, usize>::with_opaque_to(&topic, at).headers(headers(record));
            sent.key = key;
            sent.payload = value;
            sent.partition = partition;
            sent.timestamp = record["timestamp"].as_i64();
            producer.send(sent).map_err(|(error, _)| error)?;
        }
        producer.flush(TIMEOUT)?;
        let delivered = std::mem::take(
            &mut *producer.context().0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        );
        let mut offsets = vec![-1; records.len()];
        for (at, result) in delivered {
            if let Some(offset) = offsets.get_mut(at) {
                *offset = result?.max(-1);
            }
        }
        Ok(json!({ "offsets": offsets }))
    }

    fn producer(&mut self, request: &Value) -> Result<&BaseProducer<Deliveries>, Failure> {
        let settings = ["codec", "acks", "idempotent"].map(|name| match &request[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        if !self.by_settings.contains_key(&settings) {
            let [codec, acks, idempotent] = &settings;
            let producer = ClientConfig::new()
                .set("bootstrap.servers", &self.servers)
                .set("compression.type", codec)
                .set("acks", acks)
                .set("enable.idempotence", idempotent)
                .set("linger.ms", LINGER_MS)
                .set("message.timeout.ms", TIMEOUT.as_millis().to_string())
                .create_with_context(Deliveries::default())?;
            self.by_settings.insert(settings.clone(), producer);
        }
        self.by_settings.get(&settings).ok_or(Failure::Unsupported("no producer"))
    }
}

fn headers(record: &Value) -> OwnedHeaders {
    let pairs = record["headers"].as_array().into_iter().flatten();
    pairs.fold(OwnedHeaders::new(), |headers, pair| {
        headers.insert(Header { key: pair[0].as_str().unwrap_or_default(), value: pair[1].as_str() })
    })
}
