//! `exec`: a command with a token.

use std::io::{BufRead, BufReader};
use std::process::Command;

use tests::Terminal;

use crate::ready;

#[test]
fn tm_02_the_command_has_the_token_and_none_of_our_settings() {
    let (org, sandbox) = ready();
    let sandbox =
        sandbox.with_variable("OKTA_CLIENT_TOKEN", "00canary").with_variable("KEPT", "yes");
    let environment = sandbox.run(&["exec", "--", "env"]).stdout();
    let names = |prefix: &str| {
        let lines = environment.lines().filter(|line| line.starts_with(prefix));
        let mut names: Vec<_> = lines.map(|line| line.split('=').next().unwrap()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(
        names("OKTA_"),
        ["OKTA_M2M_ACCESS_TOKEN", "OKTA_M2M_EXPIRES_AT", "OKTA_M2M_ORG_URL", "OKTA_M2M_TOKEN_TYPE"]
    );
    assert!(environment.contains("KEPT=yes\n"), "{environment}");
    assert!(environment.contains("OKTA_M2M_TOKEN_TYPE=Bearer\n"));
    for secret in [org.admin_token(), "00canary"] {
        assert!(!environment.contains(secret), "{environment}");
    }
}

#[test]
fn input_output_and_status_are_the_commands() {
    let (_org, sandbox) = ready();
    let script = "cat; echo told >&2; exit 7";
    let outcome = sandbox.run_with_input(&["exec", "--", "sh", "-c", script], "given");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (7, "given"), "{outcome}");
    assert!(outcome.stderr.contains("told"), "{outcome}");
    let killed = sandbox.run(&["exec", "--", "sh", "-c", "kill -9 $$"]);
    assert_eq!(killed.code, 128 + 9, "{killed}");
}

#[test]
fn without_a_token_nothing_runs() {
    let (_org, sandbox) = ready();
    let exec = ["exec", "--scope", "okta.groups.read", "--", "touch", "made"];
    sandbox.run(&exec).refused(5, &["consent_required"]);
    assert!(!sandbox.path().join("made").exists());
    sandbox
        .run(&["exec", "--", "no-such-program"])
        .refused(3, &["`no-such-program` cannot be run"]);
}

#[test]
fn a_token_works_in_the_command() {
    let (_org, sandbox) = ready();
    let claims = "echo $OKTA_M2M_ACCESS_TOKEN > token";
    assert_eq!(sandbox.run(&["exec", "--", "sh", "-c", claims]).code, 0);
    let answer = sandbox.run(&["token", "introspect", "token", "--format", "json"]).json();
    assert_eq!(answer["active"], true);
}

/// Waits in the shell until a variable is set, and not for ever.
const UNTIL_SET: &str =
    r#"until_set() { n=0; until eval "[ \$$1 ]" || [ $((n += 1)) -gt 3000000 ]; do :; done; }"#;

/// All that somebody may want a command to know.
#[test]
fn signals_of_processes_reach_the_command() {
    let (_org, sandbox) = ready();
    let script = format!(
        "{UNTIL_SET}
        for name in HUP INT QUIT ALRM TERM USR1 USR2 WINCH CONT; do
            trap \"$name=here\" $name; kill -$name $PPID; until_set $name; eval echo $name \\$$name
        done"
    );
    let told = "HUP here\nINT here\nQUIT here\nALRM here\nTERM here\nUSR1 here\nUSR2 here\nWINCH here\nCONT here\n";
    assert_eq!(sandbox.run(&["exec", "--", "sh", "-c", &script]).stdout(), told);
    let emulator = sandbox.run(&["emulator", "exec", "--", "sh", "-c", &script]);
    assert_eq!(emulator.stdout(), told);
}

/// The terminal sends these to the command, too. We look at ours once the command has had its own, or two would count as one;
/// USR1 comes after all that was passed on before it.
#[test]
fn signals_of_a_terminal_reach_the_command_once() {
    let (_org, sandbox) = ready();
    let mut terminal = Terminal::new();
    let script = format!(
        "{UNTIL_SET}
        for name in INT QUIT WINCH USR1; do trap \"$name=\\$(($name + 1))\" $name; done
        kill -STOP $PPID; echo ready; until_set INT; until_set QUIT; stty rows 41; until_set WINCH
        kill -CONT $PPID; kill -USR1 $PPID; until_set USR1; echo $INT $QUIT $WINCH"
    );
    let at_the_terminal =
        format!("exec setsid --ctty --wait \"$0\" exec -- sh -c \"$1\" < {}", terminal.name);
    let program = sandbox.path().join("bin/okta-m2m");
    let mut shell = Command::new("sh");
    let mut child = sandbox.start(shell.args(["-c", &at_the_terminal]).arg(program).arg(script));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().as_deref(), Some("ready"));
    terminal.write("\u{3}\u{1c}");
    assert_eq!(lines.next().as_deref(), Some("1 1 1"));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
