//! Many that want the same token at once.

use std::process::Child;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use okta_http::{Clock as _, SystemClock};

use super::call;
use super::program::Program;
use super::redis::Redis;
use super::server::{Manner, Server};

const THREADS: usize = 1000;
const PROCESSES: usize = 200;
const MACHINES: usize = 4;
/// Long enough for everybody to ask while the answer is under way.
const DELAY: Duration = Duration::from_millis(150);
/// Tokens of 60 s are refreshed after 42 to 49 s and not served after 50 s; tests inject the time, a bench waits.
const LIFETIME: u64 = 60;

pub(super) fn run() -> Result<()> {
    println!("\n### Token requests of many at once\n\n| who | requests | goal | | seconds |");
    println!("| --- | ---: | ---: | --- | ---: |");
    let server = Server::plain(Manner { expires_in: 3600, delay: DELAY })?;
    threads(&server)?;
    let server = Server::plain(Manner { expires_in: LIFETIME, delay: DELAY })?;
    let program = Program::new(Program::build()?, &server)?;
    storm("cold", &program, &server, |_| 0)?;
    let born = Instant::now();
    wait_until(born + Duration::from_millis(49_200));
    storm("in the soft window", &program, &server, |_| 0)?;
    wait_until(Instant::now() + Duration::from_secs(LIFETIME));
    storm("expired", &program, &server, |_| 0)?;
    fleet(false)?;
    fleet(true)
}

/// All processes with the cache folders of four machines, over one Redis server.
fn fleet(is_leader_killed: bool) -> Result<()> {
    let server = Server::plain(Manner { expires_in: 3600, delay: DELAY })?;
    let program = Program::new(Program::build()?, &server)?;
    let redis = Redis::start(program.folder())?;
    let sealing_key = program.folder().join("fleet.key");
    jwk_gen::key_file::create_new(&sealing_key, "5e".repeat(32).as_bytes())?;
    let program = program
        .with_variable("OKTA_M2M_REDIS_URL", redis.url.clone())
        .with_variable("OKTA_M2M_REDIS_KEY_FILE", sealing_key.display().to_string());
    let start = Instant::now();
    if is_leader_killed {
        let mut leader = program.command(0, &["token", "get"]).spawn()?;
        while server.requests() == 0 {
            ensure!(start.elapsed() < Duration::from_secs(10), "the leader asks for nothing");
            thread::yield_now();
        }
        leader.kill()?;
        leader.wait()?;
    }
    run_all(&program, |number| number % MACHINES)?;
    let state = if is_leader_killed { "and the leader killed" } else { "cold" };
    let most = if is_leader_killed { 2 } else { 1 };
    told(
        &format!("{PROCESSES} processes of {MACHINES} machines, {state}"),
        server.requests(),
        most,
        start,
    )
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
    told(&format!("{THREADS} threads, cold"), server.requests(), 1, start)
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
    run_all(program, cache)?;
    told(&format!("{PROCESSES} processes, {state}"), server.requests() - before, 1, start)
}

fn run_all(program: &Program, cache: impl Fn(usize) -> usize) -> Result<()> {
    let children: Result<Vec<Child>, _> = (0..PROCESSES)
        .map(|number| program.command(cache(number), &["token", "get"]).spawn())
        .collect();
    for mut child in children? {
        ensure!(child.wait()?.success(), "a process got no token");
    }
    Ok(())
}

/// Prints a count beside the most that it may be.
fn told(title: &str, requests: usize, most: usize, start: Instant) -> Result<()> {
    let verdict = if requests <= most { "met" } else { "missed" };
    let secs = start.elapsed().as_secs_f64();
    println!("| {title} | {requests} | {most} | {verdict} | {secs:.2} |");
    Ok(())
}

fn wait_until(moment: Instant) {
    SystemClock.sleep(moment.saturating_duration_since(Instant::now()));
}
