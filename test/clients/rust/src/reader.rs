//! A consumer on a thread of its own, which polls between the operations too: what comes then waits in an inbox.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::message::{Headers, Message, OwnedMessage, Timestamp};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::{Value, json};

use crate::fields::{Failure, integer, optional_text};

const TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
/// A partition that comes anew is fetched behind the fetch that may still wait for the others.
const FETCH_WAIT_MS: &str = "20";

type Partition = (String, i32);
type Step = Box<dyn FnOnce(&mut Polled) + Send>;

/// Where reading begins.
pub enum Start {
    Earliest,
    Latest,
    Offset(i64),
    Timestamp(i64),
}

impl Start {
    pub fn parse(from: &Value) -> Result<Self, Failure> {
        Ok(match optional_text(from, "at") {
            Some("earliest") => Self::Earliest,
            Some(_) => Self::Latest,
            None if from["offset"].is_number() => Self::Offset(integer(from, "offset")?),
            None => Self::Timestamp(integer(from, "timestamp")?),
        })
    }
}

/// Remembers what the group took away, for the inbox to forget it.
#[derive(Default)]
struct Revoked(Mutex<Vec<Partition>>);

impl ClientContext for Revoked {}

impl ConsumerContext for Revoked {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(partitions) = rebalance {
            self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend(keys(partitions));
        }
    }
}

/// The thread's side.
struct Polled {
    consumer: BaseConsumer<Revoked>,
    inbox: VecDeque<OwnedMessage>,
    paused: HashSet<Partition>,
    positions: HashMap<Partition, i64>,
}

/// The caller's side.
pub struct Reader {
    steps: Option<Sender<Step>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    pub fn new(settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let mut config = ClientConfig::new();
        config.set("enable.auto.commit", "false").set("fetch.wait.max.ms", FETCH_WAIT_MS);
        for (name, value) in settings {
            config.set(*name, *value);
        }
        let polled = Polled {
            consumer: config.create_with_context(Revoked::default())?,
            inbox: VecDeque::new(),
            paused: HashSet::new(),
            positions: HashMap::new(),
        };
        let (steps, taken) = channel();
        Ok(Self { steps: Some(steps), thread: Some(spawn(move || polled.run(&taken))) })
    }

    pub fn assign(&self, partition: Partition, start: Start) -> Result<(), Failure> {
        self.run(move |polled| polled.assign(partition, start))
    }

    pub fn subscribe(&self, topics: Vec<String>) -> Result<(), Failure> {
        self.run(move |polled| {
            let topics: Vec<_> = topics.iter().map(String::as_str).collect();
            Ok(polled.consumer.subscribe(&topics)?)
        })
    }

    pub fn assignment(&self) -> Result<Value, Failure> {
        self.run(|polled| {
            let mut partitions: Vec<_> = keys(&polled.consumer.assignment()?).collect();
            partitions.sort();
            Ok(json!({ "partitions": partitions }))
        })
    }

    pub fn poll(&self, count: usize, timeout_ms: u64) -> Result<Value, Failure> {
        let deadline = Instant::now() + Duration::from_millis(timeout_ms);
        self.run(move |polled| {
            let mut records = polled.take(count);
            while records.len() < count && Instant::now() < deadline {
                polled.receive();
                records.append(&mut polled.take(count - records.len()));
            }
            Ok(json!({ "records": records }))
        })
    }

    pub fn commit(&self) -> Result<Value, Failure> {
        self.run(|polled| {
            let mut offsets = TopicPartitionList::new();
            for ((topic, partition), offset) in &polled.positions {
                offsets.add_partition_offset(topic, *partition, Offset::Offset(*offset))?;
            }
            polled.consumer.commit(&offsets, CommitMode::Sync)?;
            Ok(json!({}))
        })
    }

    pub fn seek(&self, partition: Partition, offset: i64) -> Result<Value, Failure> {
        self.run(move |polled| {
            polled.forget(&partition);
            polled.consumer.seek(&partition.0, partition.1, Offset::Offset(offset), TIMEOUT)?;
            Ok(json!({}))
        })
    }

    pub fn pause(&self, partition: Partition) -> Result<Value, Failure> {
        self.run(move |polled| {
            polled.consumer.pause(&list(&partition))?;
            polled.paused.insert(partition);
            Ok(json!({}))
        })
    }

    pub fn resume(&self, partition: Partition) -> Result<Value, Failure> {
        self.run(move |polled| {
            polled.consumer.resume(&list(&partition))?;
            polled.paused.remove(&partition);
            Ok(json!({}))
        })
    }

    /// Has the thread do it, and waits for what comes of it.
    fn run<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Polled) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (done, result) = channel();
        let sent = self.steps.as_ref().map(|steps| {
            steps.send(Box::new(move |polled| {
                // Nobody waits where the caller is gone.
                let _ = done.send(step(polled));
            }))
        });
        let ended = || Failure::new("CLOSED", "the consumer has ended");
        sent.ok_or_else(ended)?.map_err(|_| ended())?;
        result.recv().map_err(|_| ended())?
    }
}

impl Drop for Reader {
    /// Ends the thread, and with it the consumer, which leaves its group.
    fn drop(&mut self) {
        self.steps.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Polled {
    fn run(mut self, steps: &Receiver<Step>) {
        loop {
            match steps.try_recv() {
                Ok(step) => step(&mut self),
                Err(TryRecvError::Empty) => self.receive(),
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }

    fn receive(&mut self) {
        let received = self.consumer.poll(POLL).map(|message| message.map(|message| message.detach()));
        let revoked = std::mem::take(
            &mut *self.consumer.context().0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        );
        for partition in &revoked {
            self.forget(partition);
        }
        match received {
            Some(Ok(message)) => self.inbox.push_back(message),
            Some(Err(error)) => eprintln!("{error}"),
            None => {}
        }
    }

    fn forget(&mut self, partition: &Partition) {
        self.inbox.retain(|message| key(message) != *partition);
        self.positions.remove(partition);
    }

    fn take(&mut self, count: usize) -> Vec<Value> {
        let mut records = Vec::new();
        let mut kept = VecDeque::new();
        for message in std::mem::take(&mut self.inbox) {
            if records.len() == count || self.paused.contains(&key(&message)) {
                kept.push_back(message);
            } else {
                self.positions.insert(key(&message), message.offset() + 1);
                records.push(describe(&message));
            }
        }
        self.inbox = kept;
        records
    }

    fn assign(&self, (topic, partition): Partition, start: Start) -> Result<(), Failure> {
        // Asked for here: the symbolic offsets would be looked up some time later.
        let offset = match start {
            Start::Offset(offset) => offset,
            Start::Earliest => self.consumer.fetch_watermarks(&topic, partition, TIMEOUT)?.0,
            Start::Latest => self.consumer.fetch_watermarks(&topic, partition, TIMEOUT)?.1,
            Start::Timestamp(time) => {
                let mut times = TopicPartitionList::new();
                times.add_partition_offset(&topic, partition, Offset::Offset(time))?;
                let found = self.consumer.offsets_for_times(times, TIMEOUT)?;
                found.elements().first().and_then(|found| found.offset().to_raw()).unwrap_or(-1)
            }
        };
        let mut assigned = TopicPartitionList::new();
        assigned.add_partition_offset(&topic, partition, Offset::Offset(offset))?;
        Ok(self.consumer.assign(&assigned)?)
    }
}

fn key(message: &OwnedMessage) -> Partition {
    (message.topic().to_owned(), message.partition())
}

fn keys(partitions: &TopicPartitionList) -> impl Iterator<Item = Partition> {
    partitions
        .elements()
        .into_iter()
        .map(|each| (each.topic().to_owned(), each.partition()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn list((topic, partition): &Partition) -> TopicPartitionList {
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition(topic, *partition);
    partitions
}

fn describe(message: &OwnedMessage) -> Value {
    let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    let headers: Vec<_> = headers.map(|header| json!([header.key, text(header.value)])).collect();
    let timestamp = match message.timestamp() {
        Timestamp::CreateTime(time) | Timestamp::LogAppendTime(time) => time,
        Timestamp::NotAvailable => -1,
    };
    json!({
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "key": text(message.key()),
        "value": text(message.payload()),
        "headers": headers,
        "timestamp": timestamp,
    })
}
