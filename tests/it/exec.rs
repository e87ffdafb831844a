//! `exec`: a command with a token.

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
