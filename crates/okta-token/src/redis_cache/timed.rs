//! A socket on which every wait ends by one deadline, the one for a name server included.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use okta_http::Clock;

/// More than any answer to a command of ours, so that no server fills the memory.
const ANSWER_LIMIT: usize = 256 * 1024;

/// A moment by which a call is over.
#[derive(Clone)]
pub(super) struct Deadline {
    clock: Arc<dyn Clock>,
    at: Duration,
}

impl Deadline {
    pub(super) fn after(clock: &Arc<dyn Clock>, wait: Duration) -> Self {
        Self { clock: Arc::clone(clock), at: clock.elapsed().saturating_add(wait) }
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.at.saturating_sub(self.clock.elapsed());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

pub(super) struct Timed {
    socket: TcpStream,
    deadline: Deadline,
    /// What may still be read of an answer.
    unread: usize,
}

impl Timed {
    pub(super) fn connect(host: &str, port: u16, deadline: Deadline) -> io::Result<Self> {
        let mut failure = ErrorKind::NotFound.into();
        for address in resolve(host, port, &deadline)? {
            match TcpStream::connect_timeout(&address, deadline.left()?) {
                Ok(socket) => {
                    socket.set_nodelay(true)?;
                    return Ok(Self { socket, deadline, unread: ANSWER_LIMIT });
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    pub(super) fn set_deadline(&mut self, deadline: Deadline) {
        self.deadline = deadline;
    }

    /// Allows another answer to be read.
    pub(super) fn expect_answer(&mut self) {
        self.unread = ANSWER_LIMIT;
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.deadline.left()?))?;
        let read = self.socket.read(buffer)?;
        self.unread = self.unread.checked_sub(read).ok_or(ErrorKind::InvalidData)?;
        Ok(read)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.deadline.left()?))?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// Addresses of a host. `localhost` is this machine whatever a name server says.
fn resolve(host: &str, port: u16, deadline: &Deadline) -> io::Result<Vec<SocketAddr>> {
    if host == "localhost" {
        return Ok(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]);
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![(address, port).into()]);
    }
    // The resolver of the system has no deadline, so it is asked in a thread that may outlive this call.
    let (sender, receiver) = mpsc::channel();
    let host = host.to_owned();
    thread::Builder::new().spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        // Nobody listens any more if it took too long.
        drop(sender.send(found));
    })?;
    receiver.recv_timeout(deadline.left()?).map_err(|_| ErrorKind::TimedOut)?
}
