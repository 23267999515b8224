//! The running server: its listener and its thread.

use std::cell::RefCell;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;
use tokio::time::sleep;

use super::connection::{self, Timeouts};
use super::router::Router;
use super::{Error, Settings};

/// Pause after a connection could not be accepted, for example without free file descriptors.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// A running loopback server; stops when dropped.
///
/// ```
/// use std::io::{BufRead, BufReader};
/// use std::net::TcpStream;
/// use goingnats::broker::{Broker, Settings};
///
/// let broker = Broker::start(Settings::default())?;
/// let mut greeting = String::new();
/// BufReader::new(TcpStream::connect(broker.addr())?).read_line(&mut greeting)?;
/// assert!(greeting.starts_with("INFO {"));
/// broker.stop();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Broker {
    addr: SocketAddr,
    clients: Arc<AtomicUsize>,
    /// Dropped to stop the thread.
    commands: Option<UnboundedSender<Command>>,
    thread: Option<JoinHandle<()>>,
}

/// A command for the thread.
#[derive(Debug)]
enum Command {
    /// Send INFO with `ldm` to all clients.
    AnnounceEnd,
}

impl Broker {
    /// Starts a server on its own thread. It accepts connections when this returns.
    ///
    /// # Errors
    /// [`Error`] if the address is not loopback or is in use, or if the settings are invalid.
    pub fn start(settings: Settings) -> Result<Broker, Error> {
        settings.check()?;
        let wanted = settings.addr;
        let listen_error = |reason| Error::Listen {
            addr: wanted,
            reason,
        };
        // The standard library sets SO_REUSEADDR: a server can start again where one just stopped.
        let listener = TcpListener::bind(wanted).map_err(listen_error)?;
        listener.set_nonblocking(true).map_err(listen_error)?;
        let addr = listener.local_addr().map_err(listen_error)?;
        let clients = Arc::new(AtomicUsize::new(0));
        let (commands, received_commands) = unbounded_channel();
        let (started, outcome) = mpsc::channel();
        let count = Arc::clone(&clients);
        let thread = thread::Builder::new()
            .name("goingnats-broker".to_owned())
            .spawn(move || {
                let server = Server {
                    router: RefCell::new(Router::new(&settings, addr)),
                    timeouts: Timeouts {
                        ping_interval: settings.ping_interval,
                        auth_timeout: settings.auth_timeout,
                    },
                    clients: count,
                };
                run(listener, server, received_commands, &started);
            })
            .map_err(Error::Thread)?;
        let broker = Broker {
            addr,
            clients,
            commands: Some(commands),
            thread: Some(thread),
        };
        match outcome.recv() {
            Ok(Ok(())) => Ok(broker),
            Ok(Err(error)) => Err(Error::Thread(error)),
            Err(_) => Err(Error::Thread(io::Error::other("it ended at once"))),
        }
    }

    /// The address it listens on, with the actual port.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL for clients, such as `nats://127.0.0.1:4222`.
    pub fn url(&self) -> String {
        format!("nats://{}", self.addr)
    }

    /// How many clients are connected.
    pub fn clients(&self) -> usize {
        self.clients.load(Ordering::Relaxed)
    }

    /// Announces the end of the server to all clients that accept it (lame duck mode, ADR-40), so that
    /// they can connect elsewhere before [`Broker::stop`]. All clients are still served.
    pub fn announce_end(&self) {
        if let Some(commands) = &self.commands {
            // Fails only if the thread has ended.
            let _ = commands.send(Command::AnnounceEnd);
        }
    }

    /// Closes all connections and the listener, and waits for the thread. The port is free afterwards.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // Its sockets are closed even if it panicked, and a drop must not panic.
            let _ = thread.join();
        }
    }
}

/// State shared by the tasks on the thread.
struct Server {
    router: RefCell<Router>,
    timeouts: Timeouts,
    clients: Arc<AtomicUsize>,
}

fn run(
    listener: TcpListener,
    server: Server,
    commands: UnboundedReceiver<Command>,
    started: &mpsc::Sender<io::Result<()>>,
) {
    let serve = async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        // Fails only if the starter no longer waits; the server then ends with `stop`.
        let _ = started.send(Ok(()));
        let server = Rc::new(server);
        tokio::select! {
            () = apply_commands(commands, &server.router) => {}
            () = accept(listener, Rc::clone(&server)) => {}
        }
        Ok(())
    };
    // Dropping the runtime closes the sockets of its tasks before the thread ends.
    let result = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| LocalSet::new().block_on(&runtime, serve));
    if let Err(error) = result {
        let _ = started.send(Err(error));
    }
}

/// Applies commands until the sender is dropped.
async fn apply_commands(mut commands: UnboundedReceiver<Command>, router: &RefCell<Router>) {
    while let Some(Command::AnnounceEnd) = commands.recv().await {
        router.borrow_mut().announce_end();
    }
}

async fn accept(listener: tokio::net::TcpListener, server: Rc<Server>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Only lowers latency: an error does no harm.
                let _ = stream.set_nodelay(true);
                let server = Rc::clone(&server);
                server.clients.fetch_add(1, Ordering::Relaxed);
                tokio::task::spawn_local(async move {
                    let id = server.router.borrow_mut().open(peer);
                    connection::serve(stream, &server.router, id, server.timeouts).await;
                    server.router.borrow_mut().remove(id);
                    server.clients.fetch_sub(1, Ordering::Relaxed);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_RETRY_DELAY).await;
            }
        }
    }
}
