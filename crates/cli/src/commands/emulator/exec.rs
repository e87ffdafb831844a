//! `emulator exec -- CMD`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};
use std::thread::{self, JoinHandle};

use okta_emulator::{Emulator, EmulatorConfig};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::context::Context;
use crate::error::CliError;

/// Run a command with a fresh local org in its environment
///
/// The command finds OKTA_M2M_ORG_URL and OKTA_M2M_ADMIN_TOKEN set, this program first on its
/// PATH, and a configuration file of its own, so that nothing it does touches a real org or a real
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

/// Settings of other orgs that must not reach the command.
const FOREIGN: [&str; 2] = ["OKTA_M2M_", "OKTA_CLIENT_"];

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<ExitCode, CliError> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(CliError::usage("no command is given"));
    };
    let emulator = Emulator::start(EmulatorConfig::default())?;
    let folder = tempfile::tempdir()
        .map_err(|error| CliError::file("no temporary folder can be made", error))?;
    let mut command = Command::new(program);
    command.args(arguments);
    for name in context.environment.names_with_prefix(&FOREIGN) {
        command.env_remove(name);
    }
    command
        .env("OKTA_M2M_ORG_URL", emulator.org_url())
        .env("OKTA_M2M_ADMIN_TOKEN", emulator.admin_token())
        .env("OKTA_M2M_CONFIG", folder.path().join("config.toml"));
    if let Some(path) = search_path(context)? {
        command.env("PATH", path);
    }
    // Before the child is there, so that no signal falls between.
    let signals = Signals::new([SIGHUP, SIGINT, SIGTERM])
        .map_err(|error| CliError::failed("signals cannot be received", error))?;
    let mut child = command
        .spawn()
        .map_err(|error| CliError::file(format!("`{}` cannot be run", program.display()), error))?;
    let handle = signals.handle();
    let forwarder = pass_on(signals, child.id());
    let status = child.wait();
    handle.close();
    drop(forwarder.join());
    let status = status.map_err(|error| CliError::failed("the command was lost", error))?;
    Ok(exit_code(status))
}

/// Passes signals on to the child, so that its end comes first and the org's after it. An interrupt
/// is not passed on: the terminal sends it to the child too.
fn pass_on(mut signals: Signals, child: u32) -> JoinHandle<()> {
    let child = i32::try_from(child).ok().and_then(Pid::from_raw);
    thread::spawn(move || {
        for signal in &mut signals {
            let signal = match signal {
                SIGHUP => Signal::HUP,
                SIGTERM => Signal::TERM,
                _ => continue,
            };
            if let Some(child) = child {
                // A child that has just ended needs no signal any more.
                let _ = kill_process(child, signal);
            }
        }
    })
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

/// The command's own code, or 128 + n if signal n ended it.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX));
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
