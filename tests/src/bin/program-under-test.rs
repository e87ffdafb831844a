//! The program, built where the tests can find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let code = okta_m2m::main();
    report_memory();
    code
}

/// Writes into the file that a test names how much memory this process has held at most: `VmHWM` of proc(5).
#[expect(clippy::disallowed_methods, reason = "the test speaks through this variable")]
fn report_memory() {
    let Some(path) = std::env::var_os("PEAK_MEMORY_FILE") else { return };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    // A test that finds no number fails.
    drop(std::fs::write(path, peak.trim().trim_end_matches(" kB")));
}
