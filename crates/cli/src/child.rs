//! A command that runs in our place: its signals, its status, its environment.

use std::ffi::c_int;
use std::process::{Command, ExitCode, ExitStatus};
use std::thread::{self, JoinHandle};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH,
};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::Origin;

use crate::context::Context;
use crate::error::CliError;

/// The signals that are meant for the command, though they are sent to us.
const PASSED_ON: [c_int; 9] =
    [SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT];

/// What a terminal sends to all that runs in its foreground, the child among them.
const OF_A_TERMINAL: [c_int; 3] = [SIGINT, SIGQUIT, SIGWINCH];

/// The settings that we read, secrets among them.
const OURS: [&str; 3] = ["OKTA_M2M_", "OKTA_CLIENT_", "OKTA_API_"];

/// Keeps what is meant for this program out of the command's environment.
pub(crate) fn scrub(command: &mut Command, context: &Context<'_>) {
    for name in context.environment.names_with_prefix(&OURS) {
        command.env_remove(name);
    }
}

/// Runs the command to its end with our stdin, stdout and stderr; its status becomes ours.
pub(crate) fn run(mut command: Command) -> Result<ExitCode, CliError> {
    // Before the child is there, so that no signal falls between.
    let signals = SignalsInfo::<WithOrigin>::new(PASSED_ON)
        .map_err(|error| CliError::failed("signals cannot be received", error))?;
    let mut child = command.spawn().map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        CliError::file(format!("`{program}` cannot be run"), error)
    })?;
    let handle = signals.handle();
    let forwarder = pass_on(signals, child.id());
    let status = child.wait();
    handle.close();
    drop(forwarder.join());
    let status = status.map_err(|error| CliError::failed("the command was lost", error))?;
    Ok(exit_code(status))
}

/// Passes signals on to the child, so that its end comes first and ours after it.
fn pass_on(mut signals: SignalsInfo<WithOrigin>, child: u32) -> JoinHandle<()> {
    let child = i32::try_from(child).ok().and_then(Pid::from_raw);
    thread::spawn(move || {
        for origin in signals.forever().filter(|origin| !reached_the_child(origin)) {
            if let (Some(child), Some(signal)) = (child, Signal::from_named_raw(origin.signal)) {
                // A child that has just ended needs no signal any more.
                let _ = kill_process(child, signal);
            }
        }
    })
}

/// Whether the child had the signal already: a key at the terminal is told to both of us, by no process.
fn reached_the_child(origin: &Origin) -> bool {
    origin.process.is_none() && OF_A_TERMINAL.contains(&origin.signal)
}

/// The command's own code, or 128 + n if signal n ended it.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX));
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
