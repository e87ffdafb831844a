//! K-01: killed at any system call.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tests::{Outcome, Sandbox, is_skipped};

use super::{GENERATE, GENERATE_BOTH, assert_whole, mode, run_with_faults, trace};

/// What a shell says of a process that was ended by SIGKILL.
const KILLED: i32 = 128 + 9;

/// What is at another name before the program runs.
const WITNESS: &str = "{\"a\": \"complete file\"}\n";

/// A run that is repeated and killed one system call later each time.
struct Sweep<'a> {
    arguments: &'a [&'a str],
    /// Faults that every run has besides the kill; their calls cannot have a kill as well.
    faults: &'a [&'a str],
    /// How the run ends if it is not killed.
    code: i32,
}

/// What the kills of a sweep left behind, in how many cases.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    before_the_key: usize,
    with_the_key: usize,
    with_a_temporary_file: usize,
}

impl Sweep<'_> {
    fn run(&self) -> Tally {
        let tally = Mutex::new(Tally::default());
        let calls = Mutex::new(self.calls().into_iter());
        let next = || calls.lock().unwrap().next();
        let work = || {
            while let Some(call) = next() {
                self.kill_at_each(&call, &tally);
            }
        };
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(work);
            }
        });
        tally.into_inner().unwrap()
    }

    /// The names of all system calls that such a run makes.
    fn calls(&self) -> BTreeSet<String> {
        let (outcome, calls) = trace(&prepared(), self.faults, self.arguments);
        assert_eq!(outcome.code, self.code, "{outcome}");
        let names = calls.iter().filter_map(|call| Some(call.split_once('(')?.0.to_owned()));
        let has_fault =
            |name: &str| self.faults.iter().any(|it| it.split(':').next() == Some(name));
        // The first call of all is how strace starts the program.
        names.filter(|name| name != "execve" && !has_fault(name)).collect()
    }

    /// Kills at the first such call, at the second and so on, until a run makes fewer of them.
    fn kill_at_each(&self, call: &str, tally: &Mutex<Tally>) {
        for occurrence in 1.. {
            let sandbox = prepared();
            let kill = format!("{call}:signal=SIGKILL:when={occurrence}");
            let faults = [self.faults, &[kill.as_str()]].concat();
            let outcome = run_with_faults(&sandbox, &faults, self.arguments);
            if outcome.code != KILLED {
                assert_eq!(outcome.code, self.code, "{kill}: {outcome}");
                break;
            }
            let left = Left::assert_sound(&sandbox, &outcome, &kill);
            tally.lock().unwrap().add(&left);
            left.assert_next_run_cleans(&sandbox);
        }
    }
}

impl Tally {
    fn add(&mut self, left: &Left) {
        self.kills += 1;
        self.before_the_key += usize::from(!left.has_key);
        self.with_the_key += usize::from(left.has_key);
        self.with_a_temporary_file += usize::from(left.temporary.is_some());
    }
}

/// The files after a kill.
struct Left {
    has_key: bool,
    temporary: Option<String>,
}

impl Left {
    fn assert_sound(sandbox: &Sandbox, outcome: &Outcome, kill: &str) -> Self {
        let files = sandbox.files();
        let (temporary, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|name| name.starts_with(".tmp-"));
        assert!(temporary.len() <= 1, "{kill}: {temporary:?}");
        for name in &temporary {
            assert_eq!(mode(sandbox, name) & !0o600, 0, "{kill}: {name}");
        }
        assert_eq!(sandbox.read("witness"), WITNESS, "{kill}");
        let mut safe = Vec::new();
        let mut published = Vec::new();
        for name in others {
            match name.as_str() {
                "k" | "k-1" | "k-2" => safe.extend(keys(&assert_whole(sandbox, &name))),
                "p" => published.push(sandbox.read("p")),
                _ => assert_eq!(name, "witness", "{kill}"),
            }
        }
        // Printed in one piece or not at all.
        published.extend((!outcome.stdout.is_empty()).then(|| outcome.stdout.clone()));
        for text in published {
            let public = keys(&serde_json::from_str(&text).expect(kill));
            assert_eq!(public, safe, "{kill}: public keys are known whose private halves are not");
        }
        Self { has_key: !safe.is_empty(), temporary: temporary.into_iter().next() }
    }

    /// A leftover is removed by a later run, and does not stop that.
    fn assert_next_run_cleans(&self, sandbox: &Sandbox) {
        let Some(name) = &self.temporary else { return };
        let next = |output| sandbox.run(&["key", "generate", "--alg", "ES256", "-o", output]);
        drop(next("soon").stdout());
        assert!(sandbox.files().contains(name), "its writer could still be alive");
        let file = fs::File::options().write(true).open(sandbox.path().join(name)).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written - Duration::from_secs(3700)).unwrap();
        drop(next("later").stdout());
        assert!(!sandbox.files().contains(name), "{name} is still there");
    }
}

fn keys(set: &Value) -> Vec<Value> {
    set["keys"].as_array().unwrap().clone()
}

fn prepared() -> Sandbox {
    let sandbox = crate::sandbox();
    sandbox.write("witness", WITNESS);
    sandbox
}

#[test]
fn k_01_a_kill_at_any_call_leaves_the_whole_key_or_nothing() {
    if is_skipped("strace") {
        return;
    }
    let tally = Sweep { arguments: GENERATE_BOTH, faults: &[], code: 0 }.run();
    assert!(tally.kills > 50 && tally.before_the_key > 50 && tally.with_the_key > 20, "{tally:?}");
    assert_eq!(tally.with_a_temporary_file, 0, "unnamed files leave nothing: {tally:?}");
}

#[test]
fn k_01_a_kill_between_two_keys_leaves_whole_ones() {
    if is_skipped("strace") {
        return;
    }
    let arguments = &[GENERATE_BOTH, &["--count", "2"]].concat();
    let tally = Sweep { arguments, faults: &[], code: 0 }.run();
    assert!(tally.kills > 50 && tally.before_the_key > 50 && tally.with_the_key > 20, "{tally:?}");
}

#[test]
fn k_01_a_kill_where_unnamed_files_cannot_be_opened() {
    if is_skipped("strace") {
        return;
    }
    let fault = super::without_unnamed_files();
    let tally = Sweep { arguments: GENERATE, faults: &[&fault], code: 0 }.run();
    assert!(tally.kills > 50 && tally.with_the_key > 5, "{tally:?}");
    assert!(tally.with_a_temporary_file > 5, "{tally:?}");
}

/// Without `/proc` an unnamed file cannot get a name.
#[test]
fn k_01_a_kill_where_unnamed_files_cannot_be_named() {
    if is_skipped("strace") {
        return;
    }
    let faults = &["linkat:error=ENOENT:when=1+2"];
    let tally = Sweep { arguments: GENERATE_BOTH, faults, code: 0 }.run();
    assert!(tally.kills > 50 && tally.with_the_key > 5, "{tally:?}");
    assert!(tally.with_a_temporary_file > 10, "{tally:?}");
}

#[test]
fn k_01_a_kill_where_there_are_no_hard_links() {
    if is_skipped("strace") {
        return;
    }
    let faults = &["linkat:error=EPERM"];
    let tally = Sweep { arguments: GENERATE, faults, code: 0 }.run();
    assert!(tally.kills > 50 && tally.with_the_key > 5, "{tally:?}");
    assert!(tally.with_a_temporary_file > 5, "{tally:?}");
}

#[test]
fn k_01_a_complete_file_is_never_damaged() {
    if is_skipped("strace") {
        return;
    }
    let arguments = &["key", "generate", "--alg", "ES256", "-o", "witness"];
    let tally = Sweep { arguments, faults: &[], code: 3 }.run();
    assert!(tally.kills > 50, "{tally:?}");
}
