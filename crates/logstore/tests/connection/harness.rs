//! A broker of one topic view and a control plane that the test plays.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use logstore::base::clock::SystemClock;
use logstore::base::types::{BrokerId, LeaderEpoch, PartitionId, PartitionIndex, TopicId};
use logstore::io::{Disk, SystemDisk};
use logstore::log::LogConfig;
use logstore::server::{
    ApiRange, BrokerView, CloseReason, ClusterView, ConnectionId, ControlPlane, Endpoint, ForwardedRequest,
    Limits, ListenerOptions, PartitionView, Server, ServerOptions, TopicView,
};
use logstore::store::{Store, StoreOptions};

/// Nothing that answers takes longer, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const JOIN_GROUP: i16 = 11;
pub(crate) const HEARTBEAT: i16 = 12;
pub(crate) const EPOCH: i32 = 3;
pub(crate) const THIS: BrokerId = BrokerId(1);
pub(crate) const OTHER: BrokerId = BrokerId(2);

/// The control plane as far as the server sees it: a test takes requests out and replies when it likes.
pub(crate) struct Control {
    requests: Sender<ForwardedRequest>,
    closed: Mutex<Vec<ConnectionId>>,
    refused: Mutex<Vec<CloseReason>>,
}

impl ControlPlane for Control {
    fn request(&self, request: ForwardedRequest) {
        // A test that is over listens no more.
        let _ = self.requests.send(request);
    }

    fn connection_closed(&self, id: ConnectionId) {
        self.closed.lock().unwrap().push(id);
    }

    fn connection_refused(&self, _peer: SocketAddr, reason: CloseReason) {
        self.refused.lock().unwrap().push(reason);
    }
}

pub(crate) struct Broker {
    pub(crate) server: Server,
    pub(crate) control: Arc<Control>,
    pub(crate) forwarded: Receiver<ForwardedRequest>,
    pub(crate) store: Arc<Store>,
    pub(crate) directory: tempfile::TempDir,
}

pub(crate) fn topic_id(name: &str) -> TopicId {
    let mut id = [0; 16];
    id[..name.len()].copy_from_slice(name.as_bytes());
    TopicId(id)
}

/// What a test changes in a topic.
#[derive(Clone)]
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    pub(crate) leader: BrokerId,
    /// Replicas out of sync.
    pub(crate) lagging: Vec<BrokerId>,
    pub(crate) internal: bool,
    pub(crate) partitions: i32,
    pub(crate) config: LogConfig,
}

impl Topic {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            leader: THIS,
            lagging: Vec::new(),
            internal: false,
            partitions: 2,
            config: LogConfig::default(),
        }
    }
}

impl Broker {
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ServerOptions)) -> Self {
        Self::on(Arc::new(SystemDisk), change)
    }

    pub(crate) fn on(disk: Arc<dyn Disk>, change: impl FnOnce(&mut ServerOptions)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(SystemClock::default());
        let path = vec![directory.path().to_owned()];
        let defaults = StoreOptions::new(path, THIS, "test-cluster".into(), clock.clone());
        let store_options = StoreOptions { disk, ..defaults };
        let store = Store::open(store_options, &|_| {}).unwrap();
        let listener = ListenerOptions { name: "PLAINTEXT".into(), address: ([127, 0, 0, 1], 0).into() };
        let mut options = ServerOptions { workers: 2, ..ServerOptions::new(vec![listener]) };
        change(&mut options);
        let (requests, forwarded) = channel();
        let control = Arc::new(Control { requests, closed: Mutex::default(), refused: Mutex::default() });
        let server = Server::bind(options, store.clone(), clock, control.clone()).unwrap();
        let broker = Self { server, control, forwarded, store, directory };
        broker.publish(&[Topic::new("events")]);
        broker.server.start().unwrap();
        broker
    }

    /// Publishes these topics and no others.
    pub(crate) fn publish(&self, topics: &[Topic]) {
        let views: Vec<_> = topics.iter().map(|topic| Arc::new(self.topic_view(topic))).collect();
        let endpoint = |port| Endpoint { listener: "PLAINTEXT".into(), host: "broker.test".into(), port };
        let broker = |id, port| BrokerView { id, rack: None, endpoints: vec![endpoint(port)] };
        self.server.publish(Arc::new(ClusterView {
            version: self.server.view().version + 1,
            cluster_id: "test-cluster".into(),
            controller: THIS,
            this_broker: THIS,
            brokers: vec![broker(THIS, 9092), broker(OTHER, 9093)],
            apis: [JOIN_GROUP, HEARTBEAT].map(|key| ApiRange { key, min: 0, max: 4 }).to_vec(),
            features: Vec::new(),
            features_epoch: -1,
            topics_by_name: views
                .iter()
                .map(|view| (view.name.clone(), view.clone()))
                .collect::<HashMap<_, _>>(),
            topics_by_id: views.iter().map(|view| (view.id, view.clone())).collect(),
            auto_create: true,
            limits: Limits::default(),
        }));
    }

    fn topic_view(&self, topic: &Topic) -> TopicView {
        let id = topic_id(topic.name);
        let config = Arc::new(topic.config.clone());
        let partition = |index| PartitionView {
            leader: topic.leader,
            leader_epoch: LeaderEpoch(EPOCH),
            replicas: [&[topic.leader], topic.lagging.as_slice()].concat(),
            isr: vec![topic.leader],
            offline: Vec::new(),
            log: (topic.leader == THIS).then(|| {
                let id = PartitionId { topic: id, index: PartitionIndex(index) };
                self.store.ensure(id, topic.name, config.clone(), LeaderEpoch(EPOCH))
            }),
        };
        let partitions = (0..topic.partitions).map(partition).collect();
        TopicView {
            id,
            name: topic.name.into(),
            internal: topic.internal,
            config: config.clone(),
            partitions,
        }
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.server.addresses()[0].1)
    }

    pub(crate) fn next_forwarded(&self) -> ForwardedRequest {
        self.forwarded.recv_timeout(PATIENCE).unwrap()
    }

    /// Waits until the counter of a reason for closing has reached `count`.
    pub(crate) fn closed(&self, reason: CloseReason, count: u64) {
        eventually(|| {
            let closed = self.server.stats().closed;
            closed.iter().any(|(name, closed)| *name == reason.as_str() && *closed >= count)
        });
    }

    pub(crate) fn refused(&self, reason: CloseReason) -> bool {
        self.control.refused.lock().unwrap().contains(&reason)
    }

    pub(crate) fn told_closed(&self, id: ConnectionId) -> bool {
        self.control.closed.lock().unwrap().contains(&id)
    }
}

pub(crate) fn eventually(mut holds: impl FnMut() -> bool) {
    for _ in 0..PATIENCE.as_millis() / 5 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("did not come true in {PATIENCE:?}");
}

/// A connection that speaks bytes.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
}

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// Bytes as they are. A broker that has closed already may refuse them, which the test sees when it reads.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    pub(crate) fn send(&mut self, frame: &[u8]) {
        self.raw(&[&(frame.len() as u32).to_be_bytes()[..], frame].concat());
    }

    /// The next answer, without its length.
    pub(crate) fn receive(&mut self) -> Vec<u8> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).unwrap();
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut frame).unwrap();
        frame
    }

    pub(crate) fn ask(&mut self, frame: &[u8]) -> Vec<u8> {
        self.send(frame);
        self.receive()
    }

    /// Whether the broker closed without another byte.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.stream.read(&mut [0; 1]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    /// Whether nothing arrives for a moment.
    pub(crate) fn is_silent(&mut self) -> bool {
        self.stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
        let read = self.stream.peek(&mut [0; 1]);
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }
}
