//! The running server: its listener, its thread, its end.

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

use super::connection::{self, Patience};
use super::router::Router;
use super::{Error, Settings};

/// How long to wait where a connection cannot be accepted, such as for want of file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

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
    orders: Option<UnboundedSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread is told.
#[derive(Debug)]
enum Order {
    /// Say that the end is near.
    AnnounceEnd,
}

impl Broker {
    /// Starts a server on a thread of its own. It accepts connections when this returns.
    ///
    /// # Errors
    /// [`Error`] where the address is not loopback or is taken, or where the settings make no sense.
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
        let (orders, obeyed) = unbounded_channel();
        let (started, outcome) = mpsc::channel();
        let count = Arc::clone(&clients);
        let thread = thread::Builder::new()
            .name("goingnats-broker".to_owned())
            .spawn(move || {
                let server = Server {
                    router: RefCell::new(Router::new(&settings, addr)),
                    patience: Patience {
                        ping_interval: settings.ping_interval,
                        auth_timeout: settings.auth_timeout,
                    },
                    clients: count,
                };
                run(listener, server, obeyed, &started);
            })
            .map_err(Error::Thread)?;
        let broker = Broker {
            addr,
            clients,
            orders: Some(orders),
            thread: Some(thread),
        };
        match outcome.recv() {
            Ok(Ok(())) => Ok(broker),
            Ok(Err(error)) => Err(Error::Thread(error)),
            Err(_) => Err(Error::Thread(io::Error::other("it ended at once"))),
        }
    }

    /// The address it listens on, with the port it was given.
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

    /// Tells every client that understands it that the end is near (lame duck mode, ADR-40), so that it
    /// can go elsewhere before [`Broker::stop`]. Everybody is still served.
    pub fn announce_end(&self) {
        if let Some(orders) = &self.orders {
            // A thread that is gone has nobody to tell.
            let _ = orders.send(Order::AnnounceEnd);
        }
    }

    /// Closes every connection and the listener, and waits for the thread. The port is free again.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // Had it panicked, its sockets are closed all the same, and a drop must not panic.
            let _ = thread.join();
        }
    }
}

/// What the tasks on the thread share.
struct Server {
    router: RefCell<Router>,
    patience: Patience,
    clients: Arc<AtomicUsize>,
}

fn run(
    listener: TcpListener,
    server: Server,
    orders: UnboundedReceiver<Order>,
    started: &mpsc::Sender<io::Result<()>>,
) {
    let serve = async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        // Nobody waits any more where this fails, and then `stop` ends it all.
        let _ = started.send(Ok(()));
        let server = Rc::new(server);
        tokio::select! {
            () = obey(orders, &server.router) => {}
            () = accept(listener, Rc::clone(&server)) => {}
        }
        Ok(())
    };
    // Dropping the set closes the sockets of its tasks, before the thread ends.
    let result = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| LocalSet::new().block_on(&runtime, serve));
    if let Err(error) = result {
        let _ = started.send(Err(error));
    }
}

/// Ends when the last order was given.
async fn obey(mut orders: UnboundedReceiver<Order>, router: &RefCell<Router>) {
    while let Some(Order::AnnounceEnd) = orders.recv().await {
        router.borrow_mut().announce_end();
    }
}

async fn accept(listener: tokio::net::TcpListener, server: Rc<Server>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Without it small messages wait for each other; nothing else depends on it.
                let _ = stream.set_nodelay(true);
                let server = Rc::clone(&server);
                server.clients.fetch_add(1, Ordering::Relaxed);
                tokio::task::spawn_local(async move {
                    let id = server.router.borrow_mut().open(peer);
                    connection::serve(stream, &server.router, id, server.patience).await;
                    server.router.borrow_mut().remove(id);
                    server.clients.fetch_sub(1, Ordering::Relaxed);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}
