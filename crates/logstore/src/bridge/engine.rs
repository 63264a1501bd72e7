//! The engine as the control plane holds it.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use napi::bindgen_prelude::{AsyncTask, Buffer, BufferSlice, Float64Array};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status};
use napi_derive::napi;
use parking_lot::Mutex;

use super::compactions::CompactionRound;
use super::errors::{invalid, thrown};
use super::events::Upward;
use super::found::{self, AdoptedLog, SurveyedLog};
use super::image::{self, ImageDelta, ImageLogConfig, ImageTopic};
use super::job::{Job, spawn};
use super::open_files::OpenFiles;
use super::queries::{
    self, DeleteAnswer, DeleteQuery, EpochAnswer, EpochQuery, LogDirectory, LogOffsetsAnswer, OffsetAnswer,
    OffsetQuery, PartitionQuery, ProducersAnswer, RecordQuery, RecordTimeAnswer,
};
use super::records::{self, Appends};
use super::recovery::Recovery;
use super::removals::Removal;
use super::ring::Ring;
use super::settings::{EngineSettings, connection_limits};
use super::{requests, scans, stats};
use crate::base::clock::{Clock, SystemClock};
use crate::base::codes;
use crate::base::types::{BrokerId, LeaderEpoch, Offset};
use crate::io::arena::Arena;
use crate::io::{SystemDisk, open_files_limit};
use crate::server::{ClusterView, ControlPlane, ListenerOptions, Server, ServerOptions};
use crate::store::catalogue::{Catalogue, Change};
use crate::store::{CleanerOptions, RecoveryProgress, Store, StoreOptions};

/// An address to serve on.
#[napi(object)]
pub struct ListenerConfig {
    /// The listener's name.
    pub name: String,
    /// Address or host name.
    pub host: String,
    /// Port; 0 lets the system choose.
    pub port: u16,
}

/// What an engine is opened with.
#[napi(object)]
pub struct EngineOptions {
    /// Log directories; the first also holds the catalogue.
    pub directories: Vec<String>,
    /// `node.id`.
    pub broker_id: i32,
    /// Written to `meta.properties` of new directories, compared with that of old ones.
    pub cluster_id: String,
    /// Configuration of logs that the image has not named yet.
    pub log_config: ImageLogConfig,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_threads: u32,
    /// Data files and indexes that stay open, where the system lets a process have so many.
    pub log_files_max: u32,
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval_ms: f64,
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub checkpoint_interval_ms: f64,
    /// Where to serve.
    pub listeners: Vec<ListenerConfig>,
    /// Worker threads.
    pub workers: u32,
    /// `socket.request.max.bytes`.
    pub frame_bytes_max: u32,
    /// `connections.max.idle.ms`.
    pub idle_ms: f64,
    /// What may change while it runs, as it is at start.
    pub settings: EngineSettings,
}

/// Where a listener came to be bound.
#[napi(object)]
pub struct ListenerAddress {
    /// The listener's name.
    pub name: String,
    /// Address without port.
    pub host: String,
    /// The real port.
    pub port: u16,
}

/// What a recovery cut or set aside.
#[napi(object)]
pub struct RecoveryReport {
    /// The file or directory.
    pub path: String,
    /// Bytes that were cut.
    pub bytes_cut: f64,
    /// Why.
    pub why: String,
}

/// A data directory that a failed write or sync took out of service (D17).
#[napi(object)]
pub struct DirectoryFailure {
    /// The directory.
    pub path: String,
    /// What failed.
    pub why: String,
}

/// The room on the disk of a data directory.
#[napi(object)]
pub struct DirectoryRoom {
    /// The directory.
    pub path: String,
    /// Free bytes, less those that are about to be written.
    pub free_bytes: f64,
    /// Fewer than these are low.
    pub soft_limit_bytes: f64,
    /// Fewer than these are none for producers.
    pub hard_limit_bytes: f64,
    /// Below the soft limit, or full.
    pub is_low: bool,
    /// Producers are refused.
    pub is_full: bool,
}

/// One change of the catalogue.
#[napi(object)]
pub struct CatalogueChange {
    /// The key.
    pub key: String,
    /// Its value from now on; none to remove it.
    pub value: Option<Buffer>,
}

/// Batches of an internal log.
#[napi(object)]
pub struct ReadAnswer {
    /// Kafka's code.
    pub error_code: i32,
    /// Whole batches, uncompressed; empty at the end of the log.
    pub batches: Buffer,
}

impl ReadAnswer {
    pub(super) fn of(read: std::result::Result<Vec<u8>, records::ReadFailure>) -> Self {
        match read {
            Ok(batches) => Self { error_code: codes::NONE.into(), batches: batches.into() },
            Err(error) => Self { error_code: error.into(), batches: Vec::new().into() },
        }
    }
}

type Wake = ThreadsafeFunction<(), (), (), Status, false>;

/// One open engine: its store, its server and what lies between them and JavaScript.
#[napi]
pub struct Engine {
    core: Arc<Core>,
}

struct Core {
    store: Arc<Store>,
    number: scans::Number,
    open_files: OpenFiles,
    catalogue: Catalogue,
    ring: Arc<Ring>,
    appends: Appends,
    arena: Arena,
    clock: Arc<dyn Clock>,
    upward: Arc<Upward>,
    server: OnceLock<Arc<Server>>,
    server_options: Mutex<Option<ServerOptions>>,
    view: Mutex<Arc<ClusterView>>,
    /// Gone once the engine is closed: from then on Node may end.
    wake: Arc<Mutex<Option<Wake>>>,
}

impl Core {
    fn open(options: EngineOptions, progress: &dyn Fn(RecoveryProgress), wake: Wake) -> Result<Self> {
        let wake = Arc::new(Mutex::new(Some(wake)));
        let bell = Arc::clone(&wake);
        let ring = Arc::new(Ring::new(Box::new(move || {
            if let Some(wake) = &*bell.lock() {
                wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
            }
        })));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let directories: Vec<PathBuf> = options.directories.iter().map(PathBuf::from).collect();
        let first = directories.first().ok_or_else(|| invalid("directories", "none"))?.clone();
        let open_files = OpenFiles::share(open_files_limit(), directories.len(), options.log_files_max)?;
        let broker_id = BrokerId(options.broker_id);
        let store_options = StoreOptions {
            directories,
            broker_id,
            cluster_id: options.cluster_id.clone(),
            defaults: image::log_config(&options.log_config)?,
            clock: Arc::clone(&clock),
            recovery_threads: options.recovery_threads as usize,
            open_files_max: options.log_files_max as usize,
            open_files_shared: (open_files.logs + open_files.connections) as usize,
            producer_expiration_ms: options.settings.producer_expiration_ms as i64,
            retention_check_interval_ms: options.retention_check_interval_ms as i64,
            checkpoint_interval_ms: options.checkpoint_interval_ms as i64,
            space: options.settings.space(),
            cleaner: CleanerOptions::from(&options.settings.cleaner),
            ..StoreOptions::new(Vec::new(), broker_id, String::new(), Arc::clone(&clock))
        };
        let server_options = server_options(&options, open_files)?;
        let store = Store::open(store_options, progress).map_err(thrown)?;
        let reserve = store.reserve();
        let catalogue = Catalogue::open(Arc::new(SystemDisk), &first).map_err(thrown)?.with_reserve(reserve);
        Ok(Self {
            number: scans::Number::of(&store),
            store,
            open_files,
            catalogue,
            appends: Appends::new(Arc::clone(&ring)),
            upward: Arc::new(Upward::new(Arc::clone(&ring))),
            ring,
            arena: Arena::new(0),
            clock,
            server: OnceLock::new(),
            server_options: Mutex::new(Some(server_options)),
            view: Mutex::new(Arc::new(image::empty(broker_id, options.cluster_id))),
            wake,
        })
    }
}

#[napi]
impl Engine {
    /// Opens the store and recovers what lies in it, off the JavaScript thread; `recovery` says how far it is. `wake` is
    /// called, on the JavaScript thread, when there is something to drain.
    #[napi(catch_unwind, ts_return_type = "Promise<Engine>")]
    pub fn open(
        options: EngineOptions,
        recovery: &Recovery,
        #[napi(ts_arg_type = "() => void")] wake: Wake,
    ) -> AsyncTask<Job<Engine>> {
        let progress = recovery.listener();
        spawn(move || Core::open(options, &progress, wake).map(|core| Engine { core: Arc::new(core) }))
    }

    /// By which `readLog` knows it, on any thread.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.core.number.get()
    }

    /// Binds every listener, so that their ports are known, and accepts nobody yet.
    #[napi(catch_unwind)]
    pub fn bind(&self) -> Result<Vec<ListenerAddress>> {
        let core = &self.core;
        if let Some(options) = core.server_options.lock().take() {
            let control: Arc<dyn ControlPlane> = core.upward.clone();
            let (store, clock) = (Arc::clone(&core.store), Arc::clone(&core.clock));
            let server = Server::bind(options, store, clock, control);
            let server = Arc::new(server.map_err(thrown)?);
            core.upward.connect(&server);
            server.publish(Arc::clone(&core.view.lock()));
            let _ = core.server.set(server);
        }
        let bound = self.server()?.addresses().into_iter().map(|(name, address)| ListenerAddress {
            name,
            host: address.ip().to_string(),
            port: address.port(),
        });
        Ok(bound.collect())
    }

    /// Begins to serve; the first image has been published by then.
    #[napi(catch_unwind)]
    pub fn listen(&self) -> Result<Vec<ListenerAddress>> {
        let bound = self.bind()?;
        self.server()?.start().map_err(thrown)?;
        Ok(bound)
    }

    /// Everything that came up since the last call, up to a bound: call it until it is empty.
    #[napi(catch_unwind)]
    pub fn drain<'env>(&self, env: &'env Env) -> Result<BufferSlice<'env>> {
        let mut drained = self.core.ring.drain();
        self.core.appends.settle(&mut drained);
        BufferSlice::copy_from(env, drained.encoded.as_slice())
    }

    /// Sends replies down; the layout stands in `requests.rs`.
    #[napi(catch_unwind)]
    pub fn reply(&self, batch: &[u8]) -> Result<()> {
        let replies = requests::decode_replies(batch).map_err(thrown)?;
        self.server()?.reply(replies);
        Ok(())
    }

    /// Topics of which there are batches, and whose logs lie nowhere: a kill came before their directories were made.
    #[napi(catch_unwind)]
    pub fn unnamed_topics(&self) -> Vec<String> {
        self.core.store.unnamed_topics().iter().map(ToString::to_string).collect()
    }

    /// Takes in what there is of these topics; to be done before the first image, which names them.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn take_in(&self, topics: Vec<ImageTopic>) -> AsyncTask<Job<()>> {
        let core = Arc::clone(&self.core);
        let this_broker = core.view.lock().this_broker;
        spawn(move || image::take_in(topics, this_broker, &core.store))
    }

    /// Serves from this image on; returns when the engine does.
    #[napi(catch_unwind)]
    pub fn publish(&self, delta: ImageDelta) -> Result<()> {
        let mut view = self.core.view.lock();
        let next = Arc::new(image::apply(&view, delta, &self.core.store)?);
        *view = Arc::clone(&next);
        if let Some(server) = self.core.server.get() {
            server.publish(next);
        }
        Ok(())
    }

    /// Obeys these settings from now on; answers the names of which the system knows no address.
    #[napi(catch_unwind)]
    pub fn configure(&self, settings: EngineSettings) -> Result<Vec<String>> {
        let (limits, unknown) = connection_limits(&settings, self.core.open_files.connections);
        if let Some(server) = self.core.server.get() {
            server.limit_connections(limits);
        }
        self.core.store.expire_producers_after(settings.producer_expiration_ms as i64);
        self.core.store.limit_space(settings.space());
        self.core.store.configure_cleaner(CleanerOptions::from(&settings.cleaner)).map_err(thrown)?;
        Ok(unknown)
    }

    /// Appends one record batch to an internal log; what becomes of it comes up with `token`.
    #[napi(catch_unwind)]
    pub fn append(&self, topic_id: String, partition: i32, batch: &[u8], leader_epoch: i32, token: f64) {
        let core = &self.core;
        let token = token as u64;
        match queries::log(&core.store, &topic_id, partition) {
            Err(error_code) => core.ring.push_refused(token, error_code),
            Ok(log) => {
                let mut buffer = core.arena.take(batch.len());
                buffer.copy_from_slice(batch);
                core.appends.append(log, buffer, LeaderEpoch(leader_epoch), token, core.clock.now());
            }
        }
    }

    /// Whole batches of an internal log from an offset on, uncompressed.
    #[napi(catch_unwind, ts_return_type = "Promise<ReadAnswer>")]
    pub fn read(
        &self,
        topic_id: String,
        partition: i32,
        offset: f64,
        max_bytes: u32,
    ) -> AsyncTask<Job<ReadAnswer>> {
        self.on_store(move |store| {
            let read = |log: Arc<_>| records::read(&log, Offset(offset as i64), max_bytes as usize);
            ReadAnswer::of(queries::log(store, &topic_id, partition).and_then(read))
        })
    }

    /// Offsets by time, or by one of Kafka's special values.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<OffsetAnswer>>")]
    pub fn list_offsets(&self, queries: Vec<OffsetQuery>) -> AsyncTask<Job<Vec<OffsetAnswer>>> {
        self.each(queries, queries::offset)
    }

    /// Where leader epochs ended.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<EpochAnswer>>")]
    pub fn epoch_ends(&self, queries: Vec<EpochQuery>) -> AsyncTask<Job<Vec<EpochAnswer>>> {
        self.each(queries, queries::epoch_end)
    }

    /// Moves log starts forward.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<DeleteAnswer>>")]
    pub fn delete_records(&self, queries: Vec<DeleteQuery>) -> AsyncTask<Job<Vec<DeleteAnswer>>> {
        self.each(queries, queries::delete_records)
    }

    /// Producers that partitions remember.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<ProducersAnswer>>")]
    pub fn producers(&self, queries: Vec<PartitionQuery>) -> AsyncTask<Job<Vec<ProducersAnswer>>> {
        self.each(queries, queries::producers)
    }

    /// Where logs stand.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<LogOffsetsAnswer>>")]
    pub fn log_offsets(&self, queries: Vec<PartitionQuery>) -> AsyncTask<Job<Vec<LogOffsetsAnswer>>> {
        self.each(queries, queries::log_offsets)
    }

    /// When records were written; of one that is gone the next counts.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<RecordTimeAnswer>>")]
    pub fn record_times(&self, queries: Vec<RecordQuery>) -> AsyncTask<Job<Vec<RecordTimeAnswer>>> {
        self.each(queries, queries::record_time)
    }

    /// The log directories and what lies in them.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<LogDirectory>>")]
    pub fn log_dirs(&self) -> AsyncTask<Job<Vec<LogDirectory>>> {
        self.on_store(queries::directories)
    }

    /// Opens every log that lies in the directories, whoever wrote it; answers what they hold.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<SurveyedLog>>")]
    pub fn survey(&self) -> AsyncTask<Job<Vec<SurveyedLog>>> {
        let core = Arc::clone(&self.core);
        spawn(move || {
            let found = core.store.survey().map_err(thrown)?;
            Ok(found.into_iter().map(found::surveyed).collect())
        })
    }

    /// Takes directories in; they are served once an image names their topics.
    #[napi(catch_unwind, ts_return_type = "Promise<Array<SurveyedLog>>")]
    pub fn adopt(&self, logs: Vec<AdoptedLog>) -> Result<AsyncTask<Job<Vec<SurveyedLog>>>> {
        let adopted: Vec<_> = logs.into_iter().map(found::adopted).collect::<Result<_>>()?;
        let core = Arc::clone(&self.core);
        Ok(spawn(move || {
            let found = core.store.adopt(&adopted).map_err(thrown)?;
            Ok(found.into_iter().map(found::surveyed).collect())
        }))
    }

    /// Gives up directories that were taken in, before any image has named them.
    #[napi(catch_unwind)]
    pub fn give_up(&self, logs: Vec<SurveyedLog>) -> Result<()> {
        let ids = logs.iter().map(found::id).collect::<Result<Vec<_>>>()?;
        self.core.store.delete(ids);
        Ok(())
    }

    /// All keys of the catalogue as they are now, in one piece: for each an i16-prefixed key and an i32-prefixed value.
    #[napi(catch_unwind)]
    pub fn catalogue(&self) -> Buffer {
        self.core.catalogue.encoded().into()
    }

    /// Commits changes together; they are durable when the promise resolves, with the catalogue's revision.
    #[napi(catch_unwind, ts_return_type = "Promise<number>")]
    pub fn commit(&self, changes: Vec<CatalogueChange>) -> Result<AsyncTask<Job<f64>>> {
        let changes = changes
            .into_iter()
            .map(|change| Change { key: change.key, value: change.value.map(|value| value.to_vec()) });
        // Taken here, so that commits keep the order of the calls whichever thread of the pool is first.
        let revision = self.core.catalogue.take(changes.collect()).map_err(thrown)?;
        let core = Arc::clone(&self.core);
        Ok(spawn(move || {
            core.catalogue.wait(revision).map_err(thrown)?;
            Ok(revision.0 as f64)
        }))
    }

    /// What the numbers of `stats` mean, in their order.
    #[napi(catch_unwind)]
    pub fn stat_names() -> Vec<String> {
        stats::names()
    }

    /// Counters and gauges now.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> Float64Array {
        let server = self.core.server.get().map(|server| server.stats()).unwrap_or_default();
        Float64Array::new(stats::values(&self.core.store.stats(), &server))
    }

    /// How the files that the system lets this process open are shared out.
    #[napi(catch_unwind)]
    pub fn open_files(&self) -> OpenFiles {
        self.core.open_files
    }

    /// Rounds of compaction: those under way, then those that ended last, the newest first.
    #[napi(catch_unwind)]
    pub fn compactions(&self) -> Vec<CompactionRound> {
        self.core.store.compactions().into_iter().map(CompactionRound::from).collect()
    }

    /// Removals of files: those under way, the oldest first, then those that ended last, the newest first.
    #[napi(catch_unwind)]
    pub fn removals(&self) -> Vec<Removal> {
        self.core.store.removals().into_iter().map(Removal::from).collect()
    }

    /// What recoveries cut or set aside since the last call.
    #[napi(catch_unwind)]
    pub fn take_reports(&self) -> Vec<RecoveryReport> {
        let reports = self.core.store.take_reports().into_iter();
        let reports = reports.map(|report| RecoveryReport {
            path: report.path.display().to_string(),
            bytes_cut: report.bytes_cut as f64,
            why: report.why,
        });
        reports.collect()
    }

    /// Directories that are out of service until a restart.
    #[napi(catch_unwind)]
    pub fn failures(&self) -> Vec<DirectoryFailure> {
        let failures = self.core.store.failures().into_iter();
        failures.map(|(path, why)| DirectoryFailure { path: path.display().to_string(), why }).collect()
    }

    /// How much room the disks of the directories have.
    #[napi(catch_unwind)]
    pub fn rooms(&self) -> Vec<DirectoryRoom> {
        let rooms = self.core.store.rooms().into_iter().map(|(path, room)| DirectoryRoom {
            path: path.display().to_string(),
            free_bytes: room.free_bytes as f64,
            soft_limit_bytes: room.soft_bytes as f64,
            hard_limit_bytes: room.hard_bytes as f64,
            is_low: room.is_low,
            is_full: room.is_full,
        });
        rooms.collect()
    }

    /// Stops accepting and waits until what is in flight was answered, at most this long.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn drain_connections(&self, timeout_ms: u32) -> AsyncTask<Job<()>> {
        let core = Arc::clone(&self.core);
        spawn(move || {
            if let Some(server) = core.server.get() {
                server.drain(Duration::from_millis(timeout_ms.into()));
            }
            Ok(())
        })
    }

    /// Ends the connections, writes what is pending, marks the directories clean, keeps no file open.
    #[napi(catch_unwind, ts_return_type = "Promise<void>")]
    pub fn close(&self) -> AsyncTask<Job<()>> {
        let core = Arc::clone(&self.core);
        spawn(move || {
            if let Some(server) = core.server.get() {
                server.stop();
            }
            let flushed = core.catalogue.close();
            let closed = core.store.close();
            core.wake.lock().take();
            flushed.map_err(thrown)?;
            closed.map_err(thrown)
        })
    }

    fn server(&self) -> Result<&Arc<Server>> {
        self.core.server.get().ok_or_else(|| thrown("the engine is not bound"))
    }

    fn on_store<T: super::job::Answer>(
        &self,
        ask: impl FnOnce(&Store) -> T + Send + 'static,
    ) -> AsyncTask<Job<T>> {
        let core = Arc::clone(&self.core);
        spawn(move || Ok(ask(&core.store)))
    }

    fn each<Q: Send + 'static, A: Send + 'static>(
        &self,
        queries: Vec<Q>,
        answer: fn(&Store, &Q) -> A,
    ) -> AsyncTask<Job<Vec<A>>>
    where
        Vec<A>: super::job::Answer,
    {
        self.on_store(move |store| queries.iter().map(|query| answer(store, query)).collect())
    }
}

fn server_options(options: &EngineOptions, open_files: OpenFiles) -> Result<ServerOptions> {
    let listeners = options.listeners.iter().map(|listener| {
        Ok(ListenerOptions { name: listener.name.clone(), address: resolve(&listener.host, listener.port)? })
    });
    Ok(ServerOptions {
        workers: options.workers as usize,
        frame_bytes_max: options.frame_bytes_max as usize,
        connections: connection_limits(&options.settings, open_files.connections).0,
        idle: Duration::from_millis(options.idle_ms as u64),
        ..ServerOptions::new(listeners.collect::<Result<_>>()?)
    })
}

pub(super) fn resolve(host: &str, port: u16) -> Result<SocketAddr> {
    let mut addresses = (host, port).to_socket_addrs().map_err(|error| invalid(host, error))?;
    addresses.next().ok_or_else(|| invalid(host, "no address"))
}
