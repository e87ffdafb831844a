//! `emulator exec -- CMD`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use okta_emulator::{Emulator, EmulatorConfig};

use crate::child;
use crate::context::Context;
use crate::error::CliError;

/// Run a command with a fresh local org in its environment
///
/// The command finds OKTA_M2M_ORG_URL and OKTA_M2M_ADMIN_TOKEN set, this program first on its
/// PATH, and a configuration file and a folder of tokens of its own, so that nothing it does touches a real org or a real
/// profile. Its exit status is passed on, and signals are passed on to it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m emulator exec -- sh -c 'okta-m2m setup --name svc --scope okta.users.read \\
      --role READ_ONLY_ADMIN --key svc.jwk && okta-m2m api GET /api/v1/users'")]
pub(crate) struct Args {
    /// Command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<ExitCode, CliError> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(CliError::usage("no command is given"));
    };
    let emulator = Emulator::start(EmulatorConfig::default())?;
    let folder = tempfile::tempdir()
        .map_err(|error| CliError::file("no temporary folder can be made", error))?;
    let mut command = Command::new(program);
    command.args(arguments);
    child::scrub(&mut command, context);
    command
        .env("OKTA_M2M_ORG_URL", emulator.org_url())
        .env("OKTA_M2M_ADMIN_TOKEN", emulator.admin_token())
        .env("OKTA_M2M_CONFIG", folder.path().join("config.toml"))
        .env("OKTA_M2M_STATE_DIR", folder.path().join("state"))
        .env("OKTA_M2M_CACHE_DIR", folder.path().join("tokens"));
    if let Some(path) = search_path(context)? {
        command.env("PATH", path);
    }
    child::run(command)
}

/// The search path with this program's folder first.
fn search_path(context: &Context<'_>) -> Result<Option<OsString>, CliError> {
    let program = std::env::current_exe()
        .map_err(|error| CliError::file("this program cannot be found", error))?;
    let Some(folder) = program.parent() else { return Ok(None) };
    let inherited = context.environment.raw("PATH").unwrap_or(OsStr::new(""));
    let folders = std::iter::once(PathBuf::from(folder)).chain(std::env::split_paths(inherited));
    Ok(std::env::join_paths(folders).ok())
}
