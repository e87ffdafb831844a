//! Many that want the same token at once.

use std::process::Child;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use okta_http::{Clock as _, SystemClock};

use super::call;
use super::program::Program;
use super::server::{Manner, Server};

const THREADS: usize = 1000;
const PROCESSES: usize = 200;
/// Long enough for everybody to ask while the answer is under way.
const DELAY: Duration = Duration::from_millis(150);
/// Tokens of 60 s are refreshed after 42 to 49 s and not served after 50 s; tests inject the time, a bench waits.
const LIFETIME: u64 = 60;

pub(super) fn run() -> Result<()> {
    println!("\nToken requests");
    let server = Server::plain(Manner { expires_in: 3600, delay: DELAY })?;
    threads(&server)?;
    let server = Server::plain(Manner { expires_in: LIFETIME, delay: DELAY })?;
    let program = Program::new(Program::build()?, &server)?;
    storm("cold", &program, &server, |_| 0)?;
    let born = Instant::now();
    wait_until(born + Duration::from_millis(49_200));
    storm("in the soft window", &program, &server, |_| 0)?;
    wait_until(Instant::now() + Duration::from_secs(LIFETIME));
    storm("expired", &program, &server, |_| 0)
}

fn threads(server: &Server) -> Result<()> {
    let tokens = Arc::new(call::source(server)?);
    let barrier = Arc::new(Barrier::new(THREADS));
    let start = Instant::now();
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (tokens, barrier) = (Arc::clone(&tokens), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                tokens.token().is_ok()
            })
        })
        .collect();
    for thread in threads {
        ensure!(thread.join().ok().context("a thread panicked")?, "a thread got no token");
    }
    told(&format!("{THREADS} threads, cold"), server.requests(), start)
}

/// All processes at once; `cache` says which cache folder each of them has.
fn storm(
    state: &str,
    program: &Program,
    server: &Server,
    cache: impl Fn(usize) -> usize,
) -> Result<()> {
    let before = server.requests();
    let start = Instant::now();
    let children: Result<Vec<Child>, _> = (0..PROCESSES)
        .map(|number| program.command(cache(number), &["token", "get"]).spawn())
        .collect();
    for mut child in children? {
        ensure!(child.wait()?.success(), "a process got no token");
    }
    told(&format!("{PROCESSES} processes, {state}"), server.requests() - before, start)
}

fn told(title: &str, requests: usize, start: Instant) -> Result<()> {
    let verdict = if requests == 1 { "met" } else { "missed" };
    println!("{title:<36}{requests:>4}, goal 1: {verdict} ({:.2} s)", start.elapsed().as_secs_f64());
    Ok(())
}

fn wait_until(moment: Instant) {
    SystemClock.sleep(moment.saturating_duration_since(Instant::now()));
}
