//! A connection to the server, plain or TLS.
//!
//! The `redis` crate makes the commands and reads the answers. Its own connections are not used: they limit each read
//! and not the whole call, wait without limit for a name server, and take the process's crypto provider, if there is one.

use std::io::{self, Read, Write};
use std::sync::Arc;

use redis::{ConnectionLike, Parser, RedisResult, Value};
use rustls::{ClientConnection, StreamOwned};

use super::config::Address;
use super::timed::{Deadline, Timed};

pub(super) struct Connection {
    stream: Stream,
    parser: Parser,
    database: i64,
}

enum Stream {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

impl Connection {
    /// Connects and logs in.
    pub(super) fn open(address: &Address, deadline: Deadline) -> RedisResult<Self> {
        let timed = Timed::connect(&address.host, address.port, deadline)?;
        let stream = match &address.tls {
            None => Stream::Plain(timed),
            Some(tls) => {
                let session = ClientConnection::new(Arc::clone(&tls.config), tls.name.clone())
                    .map_err(io::Error::other)?;
                Stream::Tls(Box::new(StreamOwned::new(session, timed)))
            }
        };
        let mut connection = Self { stream, parser: Parser::new(), database: address.database };
        connection.log_in(address)?;
        Ok(connection)
    }

    pub(super) fn set_deadline(&mut self, deadline: Deadline) {
        self.timed().set_deadline(deadline);
    }

    fn log_in(&mut self, address: &Address) -> RedisResult<()> {
        if let Some(password) = &address.password {
            let mut command = redis::cmd("AUTH");
            if let Some(user) = &address.user {
                command.arg(user);
            }
            command.arg(password.expose()).exec(self)?;
        }
        if address.database != 0 {
            redis::cmd("SELECT").arg(address.database).exec(self)?;
        }
        Ok(())
    }

    fn timed(&mut self) -> &mut Timed {
        match &mut self.stream {
            Stream::Plain(timed) => timed,
            Stream::Tls(stream) => stream.get_mut(),
        }
    }

    fn send(&mut self, commands: &[u8]) -> io::Result<()> {
        self.timed().expect_answer();
        self.stream.write_all(commands)?;
        self.stream.flush()
    }

    fn receive(&mut self) -> RedisResult<Value> {
        self.parser.parse_value(&mut self.stream)?.extract_error()
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command(&mut self, command: &[u8]) -> RedisResult<Value> {
        self.send(command)?;
        self.receive()
    }

    fn req_packed_commands(
        &mut self,
        commands: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        self.send(commands)?;
        for _ in 0..offset {
            self.receive()?;
        }
        (0..count).map(|_| self.receive()).collect()
    }

    fn get_db(&self) -> i64 {
        self.database
    }

    fn check_connection(&mut self) -> bool {
        redis::cmd("PING").exec(self).is_ok()
    }

    fn is_open(&self) -> bool {
        true // one that failed is dropped
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(timed) => timed.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
