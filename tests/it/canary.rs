//! Secrets that are known are looked for in everything that the program says or shows.

mod processes;
pub(crate) mod search;
mod world;

use serde_json::Value;
use tests::Outcome;

use world::{ACCESS_TOKEN, ASSERTION, KEY, World};

/// The client's key with what opens it.
const UNLOCK: &str = "svc.pem --key-passphrase-file passphrase";

/// The runs of one test. They are looked at in the end, because a token is known when it was printed.
struct Runs {
    world: World,
    runs: Vec<Run>,
}

struct Run {
    command: String,
    outcome: Outcome,
    /// The secret that it is to print on stdout, and nowhere else.
    asked: Option<&'static str>,
}

impl Runs {
    /// A world whose app is there.
    fn new() -> Self {
        let mut runs = Self { world: World::new(), runs: Vec::new() };
        runs.expect(0, "setup --name svc --role READ_ONLY_ADMIN --key svc.pem");
        runs
    }

    /// Runs a command that prints no secret.
    #[track_caller]
    fn expect(&mut self, code: i32, command: &str) {
        self.run(code, command, None);
    }

    /// Runs a command in both formats, as loud as it can be.
    #[track_caller]
    fn run(&mut self, code: i32, command: &str, asked: Option<&'static str>) {
        for format in ["text", "json"] {
            // What stands after `--` is another program's.
            let (ours, theirs) = command.split_at(command.find(" -- ").unwrap_or(command.len()));
            let command = format!("{ours} -vvv --format {format}{theirs}");
            let outcome = self.world.sandbox.run(&command.split(' ').collect::<Vec<_>>());
            assert_eq!(outcome.code, code, "{command}\n{outcome}");
            self.runs.push(Run { command, outcome, asked });
        }
    }

    /// The last output as text.
    fn last_text(&self) -> String {
        let [.., text, _json] = &self.runs[..] else { panic!("nothing was run") };
        text.outcome.stdout.clone()
    }

    /// The last output as JSON.
    fn last_json(&self) -> Value {
        serde_json::from_str(&self.runs.last().unwrap().outcome.stdout).unwrap()
    }

    fn get_token(&mut self, more: &str) {
        self.run(0, &format!("token get{more}"), Some(ACCESS_TOKEN));
        self.world.add_token(&self.last_text());
        self.world.add_token(self.last_json()["access_token"].as_str().unwrap());
    }

    fn create_assertion(&mut self) {
        self.run(0, "assertion create", Some(ASSERTION));
        let [.., one, other] = &self.runs[..] else { panic!("nothing was run") };
        for run in [one, other] {
            self.world.add_assertion(&run.outcome.stdout);
        }
    }

    /// Nothing is where it was not asked for, and what was asked for is found.
    #[track_caller]
    fn check(mut self) {
        assert!(self.world.add_sent_assertions() > 0, "the log of the org keeps assertions");
        let canaries = &self.world.canaries;
        for Run { command, outcome, asked } in &self.runs {
            let said = canaries.sightings(&outcome.stderr);
            assert!(said.is_empty(), "{said:?} on stderr of\n{command}\n{outcome}");
            let printed = canaries.sightings(&outcome.stdout);
            let (due, undue): (Vec<_>, Vec<_>) =
                printed.iter().partition(|it| Some(it.name.as_str()) == *asked);
            assert!(undue.is_empty(), "{undue:?} on stdout of\n{command}\n{outcome}");
            assert_eq!(due.is_empty(), asked.is_none(), "{command}\n{outcome}");
        }
    }
}

#[test]
fn commands_that_succeed_show_what_they_are_asked_for_and_on_stdout_only() {
    let mut runs = Runs::new();
    runs.get_token("");
    runs.get_token(" --no-cache");
    runs.world.sandbox.write("token", &runs.last_text());
    runs.create_assertion();
    let assertion = runs.last_text();
    runs.world.sandbox.write("assertion", &assertion);
    for verb in ["inspect", "verify"] {
        runs.run(0, &format!("assertion {verb} {}", assertion.trim()), None);
    }
    runs.run(0, &format!("key convert {UNLOCK} --to jwk"), Some(KEY));
    runs.run(0, &format!("key convert {UNLOCK} --to pkcs8"), Some(KEY));
    for command in [
        "setup --name svc --role READ_ONLY_ADMIN --key svc.pem",
        "token inspect assertion",
        "token introspect",
        "token introspect token",
        "api GET /api/v1/users -i",
        "exec -- true",
        "dpop proof GET https://acme.okta.com/api/v1/users --dpop-key stranger.jwk --token-file token",
        "cache list",
        "cache clean",
        "client list",
        "client show",
        "doctor --admin-token-file api-token",
        "grant list",
        "client update --name svc",
        "client-key list",
        "client-key rotate --dry-run",
        "client-key rotate --drain 0s --soak 0s",
        "client-key rotate --status",
        "config explain",
        "config check",
        "profile show",
        "token revoke token",
        "cache clean --all",
    ] {
        runs.expect(0, command);
    }
    for command in ["key show", "key public", "key thumbprint"] {
        runs.expect(0, &format!("{command} {UNLOCK}"));
    }
    for form in ["spki", "certificate"] {
        runs.expect(0, &format!("key convert {UNLOCK} --to {form}"));
    }
    runs.check();
}

#[test]
fn commands_that_fail_show_nothing() {
    let mut runs = Runs::new();
    runs.get_token("");
    runs.world.sandbox.write("token", &runs.last_text());
    for (code, command) in [
        (3, "token get --no-cache --key-passphrase-file wrong-passphrase"),
        (4, "token get --no-cache --key stranger.jwk"),
        (5, "token get --scope okta.groups.read"),
        (4, "api GET /api/v1/groups --scope okta.users.read"),
        (2, "token get --org-url http://acme.okta.com"),
        (7, "token get --no-cache --org-url http://127.0.0.1:1 --timeout 1"),
        (0, "token introspect passphrase"),
        (3, "token inspect token"),
        (3, "key show wrong-passphrase"),
        (3, "key convert svc.pem --key-passphrase-file wrong-passphrase --to jwk"),
        (4, "client list --admin-token-file wrong-api-token"),
        (4, "doctor --admin-token-file wrong-api-token"),
        (4, "doctor --key stranger.jwk"),
        (3, "doctor --key-passphrase-file wrong-passphrase"),
        (3, "doctor --client-secret-file absent"),
        (0, "token get --redis-password-file wrong-redis-password --output env"),
        (3, "token get --redis-key-file passphrase"),
        (3, "token get --client-secret-file absent"),
        (3, "dpop proof GET https://acme.okta.com/x --dpop-key passphrase"),
    ] {
        let asked = command.starts_with("token get --redis-password-file").then_some(ACCESS_TOKEN);
        runs.run(code, command, asked);
    }
    for file in runs.world.cache_files() {
        if file.extension().is_some_and(|it| it == "token" || it == "client") {
            std::fs::write(&file, runs.last_text()).unwrap();
        }
    }
    runs.expect(0, "api GET /api/v1/users");
    runs.check();
}
