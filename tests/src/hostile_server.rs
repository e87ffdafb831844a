//! A server that answers whatever a test tells it, down to the byte.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// One piece of an answer. The connection is closed after the last one, and the answer's head says so:
/// otherwise the client's next request may already be on its way there, and its outcome would be a matter of luck.
#[derive(Clone, Debug)]
pub enum Part {
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// The same bytes again and again until the client hangs up.
    Endless(Vec<u8>),
    /// Ten bytes a second.
    Dripped(Vec<u8>),
    /// Nothing until the client hangs up.
    Silence,
}

impl Part {
    /// Bytes as they are.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bytes(bytes.as_ref().to_vec())
    }
}

/// What a server does with its nth request, counted from 0.
type Script = dyn Fn(&str, usize) -> Vec<Part> + Send + Sync;

struct Shared {
    script: Box<Script>,
    requests: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

/// A running server, over when dropped. It knows no HTTP but where a request ends.
pub struct HostileServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl HostileServer {
    /// Starts a server that answers by `script`, which gets the request and how many there were before.
    pub fn start(script: impl Fn(&str, usize) -> Vec<Part> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let requests = Mutex::default();
        let is_over = AtomicBool::new(false);
        let shared = Arc::new(Shared { script: Box::new(script), requests, is_over });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if own.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&own);
                // A client that hangs up early ends its own connection only.
                thread::spawn(move || stream.and_then(|stream| serve(stream, &shared)));
            }
        });
        Self { address, shared }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, headers and body.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().expect("no panic while locked").clone()
    }

    /// How many requests there were whose first line contains `text`.
    pub fn count(&self, text: &str) -> usize {
        let requests = self.requests();
        requests.iter().filter(|it| it.lines().next().is_some_and(|it| it.contains(text))).count()
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let request = read_request(&mut stream)?;
    if request.is_empty() {
        return Ok(());
    }
    let number = {
        let mut requests = shared.requests.lock().expect("no panic while locked");
        requests.push(request.clone());
        requests.len() - 1
    };
    let mut parts = (shared.script)(&request, number);
    if let Some(Part::Bytes(head)) = parts.first_mut() {
        announce_the_close(head);
    }
    for part in parts {
        play(&mut stream, &part)?;
    }
    Ok(())
}

/// Adds the header to a whole head that says nothing of the connection; a head that is broken off stays as it is.
fn announce_the_close(answer: &mut Vec<u8>) {
    let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else { return };
    let head = answer[..end].to_ascii_lowercase();
    if !head.windows(13).any(|it| it == b"\r\nconnection:") {
        answer.splice(end..end, *b"\r\nConnection: close");
    }
}

fn play(stream: &mut TcpStream, part: &Part) -> std::io::Result<()> {
    match part {
        Part::Bytes(bytes) => stream.write_all(bytes),
        Part::Endless(bytes) => loop {
            stream.write_all(bytes)?;
        },
        Part::Dripped(bytes) => {
            // Waiting for the client to say something is how the server lets time pass.
            stream.set_read_timeout(Some(Duration::from_millis(100)))?;
            for byte in bytes {
                stream.write_all(&[*byte])?;
                match stream.read(&mut [0]) {
                    Err(error)
                        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                    _ => return Ok(()),
                }
            }
            Ok(())
        }
        Part::Silence => stream.read(&mut [0]).map(drop),
    }
}

/// Reads as much as `Content-Length` announces.
pub(crate) fn read_request(stream: &mut impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(text),
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}
