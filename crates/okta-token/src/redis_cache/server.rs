//! The server: connections that are kept, a deadline, a circuit.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use okta_http::Clock;
use redis::RedisResult;

use super::circuit::Circuit;
use super::config::Address;
use super::connection::Connection;
use super::timed::Deadline;

/// For everything that one call does: connecting, logging in, the commands.
const WAIT: Duration = Duration::from_millis(200);

/// Connections that wait for the next call. A machine sends one contender for each token, so a few will do.
const KEPT: usize = 4;

pub(super) struct Server {
    address: Address,
    clock: Arc<dyn Clock>,
    circuit: Circuit,
    /// What kind of failure the first one was. The server's words are its own, and left out.
    failure: OnceLock<String>,
    idle: Mutex<Vec<Idle>>,
}

/// A connection belongs to the process that made it: a fork must not answer in its parent's conversation.
struct Idle {
    process: u32,
    connection: Connection,
}

impl Server {
    pub(super) fn new(address: Address, clock: Arc<dyn Clock>) -> Self {
        let circuit = Circuit::new(Arc::clone(&clock));
        Self { address, clock, circuit, failure: OnceLock::new(), idle: Mutex::default() }
    }

    /// Does `work` within the deadline, or nothing: any failure opens the circuit.
    pub(super) fn run<T>(&self, work: impl Fn(&mut Connection) -> RedisResult<T>) -> Option<T> {
        if self.circuit.is_open() {
            return None;
        }
        match self.attempt(work) {
            Ok(done) => Some(done),
            Err(error) => {
                self.failure.get_or_init(|| error.category().to_owned());
                self.circuit.open();
                None
            }
        }
    }

    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    fn attempt<T>(&self, work: impl Fn(&mut Connection) -> RedisResult<T>) -> RedisResult<T> {
        let deadline = Deadline::after(&self.clock, WAIT);
        if let Some(mut connection) = self.take_idle() {
            connection.set_deadline(deadline.clone());
            match work(&mut connection) {
                // The server, or something on the way, closed it while nobody looked.
                Err(error) if error.is_connection_dropped() => {}
                done => return self.keep(connection, done),
            }
        }
        let mut connection = Connection::open(&self.address, deadline)?;
        let done = work(&mut connection);
        self.keep(connection, done)
    }

    /// After an error nobody knows what the connection would say next.
    fn keep<T>(&self, connection: Connection, done: RedisResult<T>) -> RedisResult<T> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if done.is_ok() && idle.len() < KEPT {
            idle.push(Idle { process: std::process::id(), connection });
        }
        done
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|it| it.process == std::process::id());
        idle.pop().map(|it| it.connection)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}
