//! What a token costs where it is used: reading it, and sending it.

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use jwk_gen::{Algorithm, KeySpec};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{
    AuthServer, HttpClient, HttpError, Method, OrgUrl, Request, RetryPolicy, Scopes, SystemClock,
    TokenEndpoint, TransportConfig, UreqTransport,
};
use okta_token::{TokenAuthorizer, TokenClient, TokenSource};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::server::{Manner, Server};
use crate::rate::{Rates, Work};
use crate::table::report;

const MANNER: Manner = Manner { expires_in: 3600, delay: Duration::ZERO };
const READS: u32 = 200_000;

pub(super) fn run(rounds: usize) -> Result<()> {
    let server = Server::plain(MANNER)?;
    let tokens = Arc::new(source(&server)?);
    tokens.token()?;
    reads(rounds, &tokens)?;
    // Threads inherit the processor of the one that starts them, the server's too.
    let calls = thread::scope(|scope| scope.spawn(|| calls(rounds)).join());
    calls.map_err(|_| anyhow!("the calls panicked"))?
}

/// Keeps this thread on one processor. Whether client and server happen to be put on the same one or on two would decide
/// more about the time of a call than anything that either does.
fn stay_on_one_processor() -> Result<()> {
    let allowed = sched_getaffinity(None)?;
    let mut one = CpuSet::new();
    let last = (0..CpuSet::MAX_CPU).rfind(|cpu| allowed.is_set(*cpu));
    one.set(last.context("no processor")?);
    Ok(sched_setaffinity(None, &one)?)
}

/// A source of tokens of `server`, in memory.
pub(super) fn source(server: &Server) -> Result<TokenSource> {
    let org = OrgUrl::parse(&server.url)?;
    let key = jwk_gen::generate(KeySpec::new(Algorithm::Es256, None)?)?;
    let client = TokenClient::new(
        http()?,
        TokenEndpoint::new(&org, &AuthServer::Org),
        ClientId::new("0oa1b2c3d4e5f6g7h8i9")?,
        Arc::new(LocalSigner::new(&key)?),
    );
    Ok(TokenSource::new(client, Scopes::parse("okta.users.read")?))
}

fn http() -> Result<HttpClient> {
    let transport = UreqTransport::new(TransportConfig::default())?;
    Ok(HttpClient::new(Arc::new(transport), Arc::new(SystemClock), RetryPolicy::none()))
}

fn reads(rounds: usize, tokens: &Arc<TokenSource>) -> Result<()> {
    let mut works = [
        Work::new("one thread", 1, || {
            read_often(tokens);
            Ok(())
        }),
        Work::new("two threads, as many reads each", 1, || {
            std::thread::scope(|scope| {
                scope.spawn(|| read_often(tokens));
                scope.spawn(|| read_often(tokens));
            });
            Ok(())
        }),
    ];
    let rates = Rates::measure(rounds, 1e9 / f64::from(READS), &mut works)?;
    report("A cached read", "nanoseconds", &rates, &[]);
    let verdict = if rates.median(0) < 100.0 { "met" } else { "missed" };
    println!("\nGoal for one thread, below 100 ns: {verdict}.");
    Ok(())
}

fn read_often(tokens: &TokenSource) {
    for _ in 0..READS {
        black_box(tokens.cached().is_some());
    }
}

fn calls(rounds: usize) -> Result<()> {
    stay_on_one_processor()?;
    let server = Server::plain(MANNER)?;
    let tokens = Arc::new(source(&server)?);
    let url = format!("{}/api/v1/users", server.url);
    let client = http()?.authorized(Arc::new(TokenAuthorizer::new(Arc::clone(&tokens))));
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let header = format!("Bearer {}", tokens.token()?.expose());
    let mut works = [
        Work::new("an authorised call, ours", 100, || {
            let response =
                client.send::<HttpError>(|| Ok(Request::new(Method::Get, url.as_str())))?;
            ensure!(response.status == 200 && !response.body().is_empty());
            Ok(())
        }),
        Work::new("ureq with a fixed header", 100, || {
            let mut response = agent.get(&url).header("Authorization", &header).call()?;
            ensure!(!response.body_mut().read_to_vec()?.is_empty());
            Ok(())
        }),
    ];
    let before = server.connections();
    let rates = Rates::measure(rounds, 1e6, &mut works)?;
    // Who connects anew for each call is measured for that and not for the call.
    println!("\n{} connections for all of the calls that follow.", server.connections() - before);
    report(
        "A call, on one processor",
        "microseconds",
        &rates,
        &[("ureq with a fixed header", 1.05)],
    );
    Ok(())
}
