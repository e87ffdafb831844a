//! Token caches on broken disks, after sleep and boot, and in the hands of other programs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use okta_emulator::{Emulator, Fault};
use redis::Commands;
use tests::{Outcome, RedisServer, Sandbox, is_skipped};

use crate::ready;

const TOKEN: &str = "/oauth2/v1/token";
const GET: [&str; 4] = ["token", "get", "--format", "json"];

/// An org and a client with a kept token, and how many requests that took.
fn world() -> (Emulator, Sandbox, usize) {
    let (org, sandbox) = ready();
    drop(sandbox.run(&GET).json());
    let before = token_requests(&org);
    (org, sandbox, before)
}

fn token_requests(org: &Emulator) -> usize {
    org.requests().iter().filter(|it| it.path == TOKEN).count()
}

fn kept(sandbox: &Sandbox, ending: &str) -> PathBuf {
    let entries = fs::read_dir(sandbox.path().join(".cache/okta-m2m")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.find(|path| path.to_string_lossy().ends_with(ending)).expect(ending)
}

/// Runs the program as the root of namespaces of its own, after a script that fails as a whole if a part of it does.
fn run_within(sandbox: &Sandbox, namespaces: &[&str], script: &str, arguments: &[&str]) -> Outcome {
    let script = format!("{script}\n\"$0\" \"$@\"");
    let unshare = [&["unshare", "--map-root-user"], namespaces, &["sh", "-ec", &script]].concat();
    sandbox.run_under(&unshare, arguments)
}

#[test]
fn c_05_what_is_no_file_of_ours_is_a_miss() {
    let (org, sandbox, before) = world();
    let path = kept(&sandbox, ".token");
    sandbox.write("elsewhere", &fs::read(&path).unwrap());
    let (link, fifo) = (sandbox.path().join("elsewhere"), path.clone());
    let make: [&dyn Fn(); 4] = [
        &|| symlink(&link, &path).unwrap(),
        &|| {
            let made = Command::new("mkfifo").args(["-m", "600"]).arg(&fifo).status().unwrap();
            assert!(made.success());
        },
        &|| fs::create_dir(&path).unwrap(),
        &|| sandbox.write(".cache/okta-m2m/large", &vec![b'x'; 10 << 20]),
    ];
    for (number, make) in make.iter().enumerate() {
        if path.is_dir() {
            fs::remove_dir(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        make();
        if number == 3 {
            fs::rename(sandbox.path().join(".cache/okta-m2m/large"), &path).unwrap();
        }
        let limits = ["timeout", "-sKILL", "10"];
        let outcome = sandbox.run_under(&limits, &["token", "get"]);
        assert!(outcome.stderr.contains("warning: "), "{number}: {outcome}");
        drop(outcome.stdout());
        assert_eq!(token_requests(&org) - before, number + 1);
    }
}

#[test]
fn c_05_a_damaged_memory_of_a_client_is_forgotten() {
    let (_org, sandbox, _) = world();
    let path = kept(&sandbox, ".client");
    for damaged in [&b""[..], b"garbage", &[0xff; 100_000]] {
        fs::write(&path, damaged).unwrap();
        drop(sandbox.run(&["token", "get", "--force-refresh"]).stdout());
    }
}

#[test]
fn c_06_a_disk_that_is_full_or_only_read_costs_the_cache_and_not_the_token() {
    if is_skipped("namespaces") {
        return;
    }
    let (_org, sandbox, _) = world();
    drop(sandbox.run(&["cache", "clean", "--all"]).stdout());
    let mount = "mount -t tmpfs -o size=8k,mode=700 tmpfs .cache/okta-m2m";
    for fault in [
        format!("{mount}; head -c 8192 /dev/zero > .cache/okta-m2m/filler || true"),
        format!("{mount}; mount -o remount,ro .cache/okta-m2m"),
    ] {
        let outcome = run_within(&sandbox, &["--mount"], &fault, &["token", "get"]);
        assert_eq!(outcome.stderr.matches("warning: ").count(), 1, "{fault}: {outcome}");
        drop(outcome.stdout());
    }
}

/// A clock that goes on during sleep, unlike that of the processor (time_namespaces(7)).
#[test]
fn c_14_a_token_that_ended_while_the_machine_slept_is_not_given() {
    if is_skipped("namespaces") {
        return;
    }
    let (org, sandbox, before) = world();
    let asleep = |seconds: &str| {
        let clocks = ["--time", "--boottime", seconds, "--fork"];
        run_within(&sandbox, &clocks, ":", &GET).json()["cached"].clone()
    };
    assert_eq!(asleep("600"), true);
    assert_eq!(asleep("7200"), false);
    assert_eq!(token_requests(&org) - before, 1);
}

#[test]
fn c_15_after_a_boot_the_time_of_day_decides() {
    if is_skipped("namespaces") {
        return;
    }
    let (org, sandbox, before) = world();
    let reboot = "echo another > id; mount --bind id /proc/sys/kernel/random/boot_id";
    let after_boot = || run_within(&sandbox, &["--mount"], reboot, &GET).json()["cached"].clone();
    assert_eq!(after_boot(), true);
    assert_eq!(token_requests(&org), before);
}

#[test]
fn c_16_a_redis_server_that_is_not_there_costs_no_token() {
    let (_org, sandbox, _) = world();
    sandbox.write("fleet.key", &"a1".repeat(32));
    let fleet = ["--redis-url", "redis://127.0.0.1:1", "--redis-key-file", "fleet.key"];
    drop(sandbox.run(&["cache", "clean", "--all"]).stdout());
    assert_eq!(sandbox.run(&[&GET[..], &fleet].concat()).json()["cached"], false);
    assert_eq!(sandbox.run(&[&GET[..], &fleet].concat()).json()["cached"], true);
    let told = sandbox.run(&[&GET[..2], &fleet, &["--force-refresh"]].concat()).stderr;
    let warning =
        "warning: Redis cannot be used, so that nothing is shared with other machines: I/O error\n";
    assert_eq!(told, warning);
}

/// Four machines: each has a folder of its own, and all have one Redis server.
#[test]
fn c_17_a_machine_that_dies_with_the_lease_is_succeeded_by_one() {
    if is_skipped("redis") {
        return;
    }
    let (org, sandbox, before) = world();
    let redis = RedisServer::start(&[]);
    sandbox.write("fleet.key", &"a1".repeat(32));
    let url = redis.url();
    let get = |machine: &str| {
        let folder = format!("PATH=$PATH OKTA_M2M_CACHE_DIR={machine} exec \"$0\" \"$@\"");
        let flags = ["--redis-url", &url, "--redis-key-file", "fleet.key", "--timeout", "60"];
        let program = sandbox.path().join("bin/okta-m2m");
        let mut command = Command::new("sh");
        command.args(["-c", &folder]).arg(program).args(GET).args(flags);
        sandbox.start(&mut command)
    };
    org.inject(Fault::silence(TOKEN));
    let mut dying = get("dying");
    while token_requests(&org) == before {
        thread::yield_now();
    }
    let living: Vec<_> = ["one", "two", "three"].map(get).into();
    dying.kill().unwrap();
    drop(dying.wait());
    // The end of the lease, which is that of Redis's own clock.
    let mut admin = redis.admin();
    let leases: Vec<String> = admin.keys("okm:1:*:l").unwrap();
    assert_eq!(leases.len(), 1);
    let () = admin.pexpire(&leases[0], 0).unwrap();
    for machine in living {
        let output = machine.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(token_requests(&org) - before, 2);
}

/// A lock belongs to whoever has the open file, so a child that inherited it would hold it for ever. A fork without an
/// exec cannot be played: only `unsafe` code makes one, which is forbidden here.
#[test]
fn c_19_a_child_has_no_file_of_the_cache() {
    let (_org, sandbox, _) = world();
    let open = sandbox.run(&["exec", "--", "sh", "-c", "ls -l /proc/$$/fd"]).stdout();
    assert!(open.lines().any(|line| line.contains(" 1 -> ")), "{open}");
    assert!(!open.contains(".cache") && !open.contains("socket:"), "{open}");
}
