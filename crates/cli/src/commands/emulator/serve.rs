//! `emulator serve`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::json;

use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Serve a local org until interrupted
///
/// Prints the org URL and its admin token, once it listens: two assignments for a shell, or one
/// object with --format json.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m emulator serve --listen 127.0.0.1:8080 --state org.json")]
pub(crate) struct Args {
    /// Loopback address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    listen: SocketAddr,
    /// File that keeps the org across restarts
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let config = EmulatorConfig { listen: args.listen, state_file: args.state.clone() };
    let emulator = Emulator::start(config)?;
    let (org_url, token) = (emulator.org_url(), emulator.admin_token());
    if context.format()? == Format::Json {
        context.output.json(&json!({"org_url": org_url, "admin_token": token}))?;
    } else {
        context.output.line(&format!("OKTA_M2M_ORG_URL={org_url}"))?;
        context.output.line(&format!("OKTA_M2M_ADMIN_TOKEN={token}"))?;
    }
    context.output.flush()?;
    context.output.note(&format!("a local org at {org_url}; interrupt to stop"));
    emulator.join();
    Ok(())
}
