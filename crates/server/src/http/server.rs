//! Accepts connections, and stops gracefully.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sealift::ThreadPool;
use serde_json::json;

use super::connection::serve;
use super::{Limits, Request, Response};
use crate::{Log, Metrics, Tls};

/// Answers requests, from many threads at once. A panic is answered with 500 and counted.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request.
    fn handle(&self, request: &Request) -> Response;
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

pub(super) struct Shared {
    pub(super) limits: Limits,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) is_stopping: AtomicBool,
    pub(super) bodies_bytes: AtomicUsize,
    log: Log,
    metrics: Metrics,
    connections: Mutex<Connections>,
    /// Signalled when a connection has ended.
    ended: Condvar,
}

#[derive(Default)]
struct Connections {
    open: BTreeMap<u64, Arc<Open>>,
    count: u64,
}

/// An open connection.
pub(super) struct Open {
    pub(super) stream: Arc<TcpStream>,
    /// Whether it waits for its next request.
    pub(super) is_idle: AtomicBool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// The stack of a thread that reads requests.
const STACK_BYTES: usize = 512 << 10;
/// The pause after the system refused to accept a connection.
const PAUSE: Duration = Duration::from_millis(50);

impl Server {
    /// Answers clients that connect to `listener`.
    ///
    /// # Errors
    /// When the listener has no address, or no thread can be started.
    pub fn start(
        listener: TcpListener,
        tls: Option<Arc<Tls>>,
        limits: Limits,
        handler: Arc<dyn Handler>,
        log: Log,
        metrics: Metrics,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            limits,
            tls,
            handler,
            log,
            metrics,
            is_stopping: AtomicBool::new(false),
            bodies_bytes: AtomicUsize::new(0),
            connections: Mutex::default(),
            ended: Condvar::new(),
        });
        let accepting = Arc::clone(&shared);
        let builder = thread::Builder::new().name("accept".to_owned());
        let acceptor = builder.spawn(move || accepting.accept(&listener))?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections, and finishes the running requests, within at most `patience`.
    /// Returns the number of connections that were cut.
    pub fn stop(mut self, patience: Duration) -> usize {
        self.end();
        let until = Instant::now() + patience;
        let mut connections = self.shared.connections();
        while !connections.open.is_empty() {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            let waited = self.shared.ended.wait_timeout(connections, left);
            connections = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let cut = connections.open.len();
        for open in connections.open.values() {
            let _ = open.stream.shutdown(Shutdown::Both);
        }
        cut
    }

    fn end(&mut self) {
        self.shared.is_stopping.store(true, Ordering::SeqCst);
        // The acceptor waits for a connection, so this provides one.
        let _ = TcpStream::connect_timeout(&reachable(self.address), Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        for open in self.shared.connections().open.values() {
            if open.is_idle.load(Ordering::SeqCst) {
                let _ = open.stream.shutdown(Shutdown::Read);
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.acceptor.is_some() {
            self.end();
        }
    }
}

/// An address at which a listener on any address can be reached.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        let pool = ThreadPool::new("connection", self.limits.max_connections, 0, STACK_BYTES);
        loop {
            self.wait_for_room();
            let accepted = listener.accept();
            if self.is_stopping.load(Ordering::Acquire) {
                return;
            }
            match accepted {
                Ok((stream, _)) => self.admit(stream, &pool),
                Err(error) => {
                    self.complain("accept", &error);
                    thread::sleep(PAUSE);
                }
            }
        }
    }

    fn admit(self: &Arc<Self>, stream: TcpStream, pool: &ThreadPool) {
        // Small answers must not wait for the acknowledgement of the previous one.
        if let Err(error) = stream.set_nodelay(true) {
            return self.complain("accept", &error);
        }
        let open = Arc::new(Open { stream: Arc::new(stream), is_idle: AtomicBool::new(false) });
        let mut connections = self.connections();
        connections.count += 1;
        let id = connections.count;
        connections.open.insert(id, Arc::clone(&open));
        self.metrics.set("sealift_connections", &[], connections.open.len());
        drop(connections);
        self.metrics.count("sealift_connections_total", &[]);
        let entry = Entry { shared: Arc::clone(self), id };
        if pool.run(move || serve(&open, &entry.shared)).is_err() {
            self.complain("accept", &"no thread is left");
        }
    }

    /// Waits until another connection is allowed; idle ones are closed to make room.
    fn wait_for_room(&self) {
        let mut connections = self.connections();
        while connections.open.len() >= self.limits.max_connections
            && !self.is_stopping.load(Ordering::Acquire)
        {
            let idle = connections.open.values().find(|open| open.is_idle.load(Ordering::Acquire));
            if let Some(open) = idle {
                let _ = open.stream.shutdown(Shutdown::Read);
            }
            let waited = self.ended.wait_timeout(connections, PAUSE);
            connections = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn complain(&self, what: &str, error: &dyn std::fmt::Display) {
        self.metrics.count("sealift_connection_errors_total", &[("at", what)]);
        self.log.debug(
            "a connection failed",
            &[("at", json!(what)), ("error", json!(error.to_string()))],
        );
    }

    pub(super) fn refused(&self, status: u16) {
        self.metrics.count("sealift_requests_refused_total", &[("status", &status.to_string())]);
    }

    pub(super) fn panicked(&self) {
        self.metrics.count("sealift_panics_total", &[]);
        self.log.error("answering a request panicked", &[]);
    }
}

/// Removes a connection from the list when its thread ends, for whatever reason.
struct Entry {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut connections = self.shared.connections();
        connections.open.remove(&self.id);
        self.shared.metrics.set("sealift_connections", &[], connections.open.len());
        drop(connections);
        self.shared.ended.notify_all();
    }
}
