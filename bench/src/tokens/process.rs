//! Whole processes: a token from the cache, and a first token over TLS.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use jwk_gen::Algorithm;
use okta_http::{Clock as _, SystemClock};

use super::program::Program;
use super::server::{Manner, Server};
use crate::rate::{Rates, Work};
use crate::table::report;

const MILLISECONDS: f64 = 1e3;
const SETTLED: Duration = Duration::from_secs(3);
const MANNER: Manner = Manner { expires_in: 3600, delay: Duration::ZERO };

pub(crate) fn run(rounds: usize) -> Result<()> {
    let executable = Program::build()?;
    let server = Server::plain(MANNER)?;
    let program = Program::new(executable.clone(), &server)?;
    program.run(0, &["token", "get"])?;
    // A key file that has just been made is read each time, until its times cannot hide a change any more.
    SystemClock.sleep(SETTLED);
    program.run(0, &["token", "get"])?;
    let mut works = [
        Work::new("token get, cached", 5, || program.run(0, &["token", "get"])),
        Work::new("openssl version", 5, || {
            succeed(Command::new("openssl").arg("version").stdout(Stdio::null()))
        }),
    ];
    let rates = Rates::measure(rounds, MILLISECONDS, &mut works)?;
    ensure!(server.requests() == 1, "{} requests for one token", server.requests());
    report("A cached token", "milliseconds", &rates, &[("openssl version", 1.0)]);

    first_token(rounds, &executable, Algorithm::Es256, "A first token, ES256")?;
    first_token(rounds, &executable, Algorithm::Rs256, "A first token, RS256")
}

/// A token over TLS with nothing kept from before, beside curl, which signs nothing.
fn first_token(rounds: usize, executable: &Path, algorithm: Algorithm, title: &str) -> Result<()> {
    let server = Server::tls(MANNER)?;
    let program = Program::with_key(executable.to_owned(), &server, algorithm)?;
    let form = format!("grant_type=client_credentials&client_assertion={}", "x".repeat(700));
    let mut works = [
        Work::new("token get, first, over TLS", 2, || {
            program.run(0, &["token", "get", "--no-cache"])
        }),
        Work::new("curl --cacert", 2, || {
            let mut curl = Command::new("curl");
            let url = format!("{}/oauth2/v1/token", server.url);
            curl.args(["--silent", "--fail", "--data", &form, "--cacert"]);
            succeed(curl.arg(program.folder().join("ca.pem")).arg(url).stdout(Stdio::null()))
        }),
    ];
    let rates = Rates::measure(rounds, MILLISECONDS, &mut works)?;
    report(title, "milliseconds", &rates, &[("curl --cacert", 0.5)]);
    Ok(())
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}
