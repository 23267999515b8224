//! A real nats-server on a free port of loopback, stopped on drop.

use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::deadline::wait_for;

/// A running server. It keeps its ports when it is started again.
#[derive(Debug)]
pub struct NatsServer {
    folder: TempDir,
    arguments: Vec<String>,
    process: Option<Child>,
    port: u16,
    monitor_port: u16,
    web_socket_port: Option<u16>,
    /// Its address for other servers of its cluster, if any.
    route: Option<String>,
}

impl NatsServer {
    /// Starts a server with default configuration.
    #[track_caller]
    pub fn start() -> NatsServer {
        NatsServer::with("", &[])
    }

    /// Starts a server with this configuration.
    #[track_caller]
    pub fn with_config(config: &str) -> NatsServer {
        NatsServer::with(config, &[])
    }

    /// Starts a server with additional arguments, such as `["--user", "u", "--pass", "p"]`.
    #[track_caller]
    pub fn with_arguments(arguments: &[&str]) -> NatsServer {
        NatsServer::with("", arguments)
    }

    /// Starts a server with both.
    #[track_caller]
    pub fn with(config: &str, arguments: &[&str]) -> NatsServer {
        let mut server = NatsServer {
            folder: tempfile::tempdir().expect("a folder for the server"),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            process: None,
            port: 0,
            monitor_port: 0,
            web_socket_port: None,
            route: None,
        };
        server.configure(config);
        server.start_again();
        server
    }

    /// Replaces the text of the configuration file, for the next start or [`NatsServer::reload`].
    pub fn configure(&self, config: &str) {
        fs::write(self.folder.path().join("server.conf"), config).expect("a configuration file");
    }

    /// Starts it, on its former ports if any, and waits until it accepts connections.
    #[track_caller]
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "the server is still running");
        let folder = self.folder.path();
        let log = fs::File::create(folder.join("log")).expect("a log file");
        let child = Command::new(program())
            .arg("--config")
            .arg(folder.join("server.conf"))
            .args(["--addr", "127.0.0.1"])
            .args(["--port", &or_any(self.port)])
            .args(["--http_port", &or_any(self.monitor_port)])
            .arg("--ports_file_dir")
            .arg(folder)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("nats-server starts");
        let ports_file = folder.join(format!("nats-server_{}.ports", child.id()));
        self.process = Some(child);
        let ports = wait_for("nats-server to say its ports", || {
            self.check_alive();
            let text = fs::read(&ports_file).ok()?;
            serde_json::from_slice::<Value>(&text).ok()
        });
        self.port = port_of(&ports["nats"][0]);
        self.monitor_port = port_of(&ports["monitoring"][0]);
        self.web_socket_port = ports.get("websocket").map(|urls| port_of(&urls[0]));
        self.route = ports["cluster"][0].as_str().map(str::to_owned);
        wait_for("nats-server to accept", || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
    }

    /// Kills it: connections end without an error message.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("nats-server can be killed");
            process.wait().expect("nats-server can be waited for");
        }
    }

    /// Reloads its configuration, and waits until that is done.
    #[track_caller]
    pub fn reload(&mut self) {
        let before = self.log().matches("Reloaded").count();
        self.signal("HUP");
        wait_for("nats-server to reload", || {
            (self.log().matches("Reloaded").count() > before).then_some(())
        });
    }

    /// Sends a signal by name, such as `STOP` and `CONT`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let id = self.process.as_ref().expect("the server runs").id();
        let done = Command::new("kill")
            .args(["-s", name, &id.to_string()])
            .status()
            .expect("kill runs");
        assert!(done.success(), "kill -s {name} {id}");
    }

    /// `nats://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address())
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port for clients.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port for WebSocket clients; panics if none is configured.
    #[track_caller]
    pub fn web_socket_port(&self) -> u16 {
        self.web_socket_port
            .expect("a websocket block in the configuration")
    }

    /// Its URL for other servers of its cluster; `None` without a cluster.
    pub fn route(&self) -> Option<String> {
        self.route.clone()
    }

    /// Whether the process is running.
    pub fn runs(&mut self) -> bool {
        let process = self.process.as_mut();
        process.is_some_and(|process| matches!(process.try_wait(), Ok(None)))
    }

    /// A page of its monitoring port, such as `/connz?subs=1`.
    #[track_caller]
    pub fn monitor(&self, page: &str) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.monitor_port)).expect("monitoring");
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .expect("a read timeout");
        write!(stream, "GET {page} HTTP/1.0\r\n\r\n").expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).expect("a JSON body")
    }

    /// Its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn check_alive(&mut self) {
        let process = self.process.as_mut().expect("just started");
        if let Some(status) = process.try_wait().expect("nats-server can be asked") {
            panic!("nats-server ended with {status}: {}", self.log());
        }
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn or_any(port: u16) -> String {
    if port == 0 {
        "-1".to_owned()
    } else {
        port.to_string()
    }
}

fn port_of(url: &Value) -> u16 {
    url.as_str()
        .and_then(|url| url.rsplit_once(':'))
        .and_then(|(_, port)| port.parse().ok())
        .expect("a URL with a port")
}

/// The program: on the PATH, under `target/`, or as `GOINGNATS_NATS_SERVER` names it.
#[track_caller]
fn program() -> PathBuf {
    let on_path = env::var_os("PATH").and_then(|path| {
        env::split_paths(&path)
            .map(|folder| folder.join("nats-server"))
            .find(|file| file.is_file())
    });
    let provided = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/nats-server/nats-server");
    on_path
        .or_else(|| provided.is_file().then_some(provided))
        .or_else(|| env::var_os("GOINGNATS_NATS_SERVER").map(PathBuf::from))
        .expect("this test needs a nats-server: run tests/run, which provides one")
}
