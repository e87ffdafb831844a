//! Key files on a real file system.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use jwk_gen::key_file::{self, KeyFileError};
use jwk_gen::{KeyReader, ParseKeyError, PrivateJwk};
use tempfile::TempDir;

use crate::known_answers::P256;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_written_key_is_read_again() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.jwk");
    key_file::check_creatable(&path).unwrap();
    assert_eq!(names(directory.path()), [""; 0], "the check leaves nothing behind");
    key_file::create_new(&path, P256.as_bytes()).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(names(directory.path()), ["key.jwk"]);
    let key = key_file::read(&path, &KeyReader::new()).unwrap().key;
    assert_eq!(key.thumbprint(), PrivateJwk::parse(P256).unwrap().thumbprint());
    assert_eq!(fs::metadata(&path).unwrap().nlink(), 1);
}

#[test]
fn whatever_is_at_the_path_stays_as_it_is() {
    let directory = TempDir::new().unwrap();
    let victim = directory.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::write(at("empty"), "").unwrap();
    fs::write(at("full"), "content").unwrap();
    fs::create_dir(at("directory")).unwrap();
    symlink(&victim, at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    let before = names(directory.path()).len();
    for (name, found) in [
        ("empty", None),
        ("full", None),
        ("directory", Some("a directory")),
        ("link", Some("a symbolic link")),
        ("dangling", Some("a symbolic link")),
        ("fifo", Some("a fifo")),
    ] {
        for refusal in [
            key_file::create_new(&at(name), b"key").unwrap_err(),
            key_file::check_creatable(&at(name)).unwrap_err(),
        ] {
            match (refusal, found) {
                (KeyFileError::AlreadyExists { path }, None) => {
                    assert_eq!(path, at(name));
                }
                (KeyFileError::NotRegular { found: is, .. }, Some(found)) => assert_eq!(is, found),
                (other, _) => panic!("{name}: {other:?}"),
            }
        }
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(fs::read_to_string(at("full")).unwrap(), "content");
    assert_eq!(fs::read_to_string(at("empty")).unwrap(), "");
    assert!(fs::symlink_metadata(at("nowhere")).is_err(), "a dangling link was followed");
    assert_eq!(names(directory.path()).len(), before);
}

#[test]
fn of_many_writers_one_wins() {
    const WRITERS: usize = 50;
    for round in 0..20 {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("key");
        let start = Barrier::new(WRITERS);
        let write = |writer: usize| {
            let content = format!("writer {writer}\n").repeat(1000);
            start.wait();
            key_file::create_new(&path, content.as_bytes()).map(|()| content)
        };
        let results = thread::scope(|scope| {
            let threads = (0..WRITERS).map(|it| scope.spawn(move || write(it)));
            let threads = threads.collect::<Vec<_>>();
            threads.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
        });
        let (won, lost) = results.into_iter().partition::<Vec<_>, _>(Result::is_ok);
        assert_eq!(won.len(), 1, "round {round}");
        for loser in lost {
            assert!(matches!(loser, Err(KeyFileError::AlreadyExists { .. })), "{loser:?}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), *won[0].as_ref().unwrap());
        assert_eq!(mode(&path), 0o600);
        assert_eq!(names(directory.path()), ["key"], "round {round}");
    }
}

#[test]
fn loose_permissions_are_refused_with_the_remedy() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.jwk");
    fs::write(&path, P256).unwrap();
    for loose in [0o644, 0o640, 0o604, 0o620, 0o601, 0o777] {
        set_mode(&path, loose);
        let refusal = key_file::read(&path, &KeyReader::new()).unwrap_err();
        let message = refusal.to_string();
        assert!(message.contains(&format!("mode {loose:04o}")), "{message}");
        let remedy = message.split('`').nth(3).unwrap();
        assert!(Command::new("sh").args(["-c", remedy]).status().unwrap().success(), "{remedy}");
        assert!(key_file::read(&path, &KeyReader::new()).is_ok(), "{remedy} does not help");
    }
    for tight in [0o600, 0o400] {
        set_mode(&path, tight);
        assert!(key_file::read(&path, &KeyReader::new()).is_ok());
    }
}

#[test]
fn a_directory_that_others_can_write_to_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.jwk");
    for loose in [0o777, 0o707, 0o702] {
        set_mode(directory.path(), loose);
        let refusal = key_file::create_new(&path, b"key").unwrap_err();
        assert!(matches!(refusal, KeyFileError::LooseDirectory { mode, .. } if mode == loose));
        assert_eq!(names(directory.path()), [""; 0]);
    }
    set_mode(directory.path(), 0o1777);
    key_file::create_new(&path, b"key").unwrap();
}

/// Root can give a folder to any group, others to the groups they belong to.
#[test]
fn a_directory_that_a_group_can_write_to_must_be_of_our_group() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.jwk");
    let own = rustix::process::getegid().as_raw();
    chown(directory.path(), None, Some(own)).unwrap();
    set_mode(directory.path(), 0o775);
    key_file::create_new(&path, b"key").unwrap();
    fs::remove_file(&path).unwrap();
    let groups =
        rustix::process::getgroups().unwrap().into_iter().map(rustix::process::Gid::as_raw);
    for foreign in groups.chain([65534]).filter(|it| *it != own) {
        if chown(directory.path(), None, Some(foreign)).is_err() {
            continue;
        }
        set_mode(directory.path(), 0o1775);
        key_file::check_creatable(&path).unwrap();
        set_mode(directory.path(), 0o775);
        let refusal = key_file::create_new(&path, b"key").unwrap_err();
        assert!(matches!(refusal, KeyFileError::LooseDirectory { mode: 0o775, .. }), "{foreign}");
        let message = refusal.to_string();
        let remedy = message.split('`').nth(3).unwrap();
        assert!(Command::new("sh").args(["-c", remedy]).status().unwrap().success(), "{remedy}");
        key_file::check_creatable(&path).unwrap();
    }
}

#[test]
fn only_small_regular_text_files_are_read() {
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    let write = |name: &str, content: &[u8]| {
        fs::write(at(name), content).unwrap();
        set_mode(&at(name), 0o600);
    };
    let refusal = |name: &str| key_file::read(&at(name), &KeyReader::new()).unwrap_err();
    assert!(matches!(refusal("absent"), KeyFileError::Io { operation: "open", .. }));
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    assert!(matches!(refusal("fifo"), KeyFileError::NotRegular { found: "a fifo", .. }));
    let device = key_file::read(Path::new("/dev/zero"), &KeyReader::new()).unwrap_err();
    assert!(matches!(device, KeyFileError::NotRegular { found: "a device", .. }));
    let folder = key_file::read(directory.path(), &KeyReader::new()).unwrap_err();
    assert!(matches!(folder, KeyFileError::NotRegular { found: "a directory", .. }));
    write("large", &vec![b' '; (64 << 10) + 1]);
    assert!(matches!(refusal("large"), KeyFileError::TooLarge { limit: 65536, .. }));
    write("utf16", &[0xff, 0xfe, b'{', 0]);
    assert!(matches!(refusal("utf16"), KeyFileError::Key { source: ParseKeyError::Utf16, .. }));
    write("der", &PrivateJwk::parse(P256).unwrap().expose_pkcs8_der());
    assert!(key_file::read(&at("der"), &KeyReader::new()).is_ok());
    write("empty", b"");
    assert!(matches!(refusal("empty"), KeyFileError::Key { source: ParseKeyError::Empty, .. }));
    write("real", P256.as_bytes());
    symlink(at("real"), at("link")).unwrap();
    assert!(key_file::read(&at("link"), &KeyReader::new()).is_ok(), "mounted secrets are links");
    let public = key_file::read_public(&at("real"), &KeyReader::new()).unwrap_err();
    let KeyFileError::Key { source, .. } = public else { panic!("{public:?}") };
    assert!(source.to_string().contains("key public"));
    fs::write(at("public"), PrivateJwk::parse(P256).unwrap().public().to_json()).unwrap();
    set_mode(&at("public"), 0o644);
    assert_eq!(key_file::read_public(&at("public"), &KeyReader::new()).unwrap().key.len(), 1);
}

/// Makes a file whose last change was so many seconds before now, by the file system's clock.
fn set_age(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    let now = file.metadata().unwrap().modified().unwrap();
    file.set_modified(now - Duration::from_secs(seconds)).unwrap();
}

#[test]
fn only_old_files_of_killed_writers_are_removed() {
    const OLD: u64 = 3660;
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    let abandoned = |name: &str, mode: u32, age: u64| {
        fs::write(at(name), "half a k").unwrap();
        set_age(&at(name), age);
        set_mode(&at(name), mode);
    };
    abandoned(".tmp-AAAAAAAAAAAAAAAAAAAA-_", 0o600, OLD);
    abandoned(".tmp-killedUnderUmask0277AA", 0o400, OLD);
    let kept = [
        (".tmp-stillYoungAAAAAAAAAAAA", 0o600, 3500),
        (".tmp-openToOthersAAAAAAAAAA", 0o644, OLD),
        (".tmp-tooShort", 0o600, OLD),
        (".tmp-withAFullStopAAAAA.txt", 0o600, OLD),
        (".tmp-lockedByItsWriterAAAAA", 0o600, OLD),
        ("key.old", 0o600, OLD),
    ];
    for (name, mode, age) in kept {
        abandoned(name, mode, age);
    }
    symlink(at("key.old"), at(".tmp-symbolicLinkAAAAAAAAAA")).unwrap();
    fs::create_dir(at(".tmp-directoryAAAAAAAAAAAAA")).unwrap();
    let locked = fs::File::open(at(".tmp-lockedByItsWriterAAAAA")).unwrap();
    rustix::fs::flock(&locked, rustix::fs::FlockOperation::LockExclusive).unwrap();

    key_file::create_new(&at("key"), b"key").unwrap();

    let mut expected: Vec<_> = kept.iter().map(|it| it.0).collect();
    expected.extend([".tmp-symbolicLinkAAAAAAAAAA", ".tmp-directoryAAAAAAAAAAAAA", "key"]);
    expected.sort_unstable();
    let mut left = names(directory.path());
    left.sort_unstable();
    assert_eq!(left, expected);
    drop(locked);
    key_file::create_new(&at("key2"), b"key").unwrap();
    assert!(!at(".tmp-lockedByItsWriterAAAAA").exists(), "its writer has ended");
}

#[test]
fn impossible_places_are_refused() {
    for path in ["/", "..", "/nonexistent/directory/key", "/dev/null/key", "key/", "key/."] {
        assert!(key_file::create_new(Path::new(path), b"key").is_err(), "{path}");
        assert!(key_file::check_creatable(Path::new(path)).is_err(), "{path}");
    }
}

/// Writes to the place that a parent process names, or else to one of its own.
#[test]
fn a_key_appears_whole() {
    let mut own = None;
    #[expect(clippy::disallowed_methods, reason = "a parent test names the place")]
    let place = std::env::var_os(PLACE).map_or_else(
        || own.insert(TempDir::new().unwrap()).path().join("key"),
        std::path::PathBuf::from,
    );
    key_file::create_new(&place, P256.as_bytes()).unwrap();
    assert_eq!(mode(&place), 0o600);
    assert_eq!(fs::read_to_string(&place).unwrap(), P256);
}

const PLACE: &str = "JWK_GEN_TEST_PLACE";

/// Runs the test above in a process of its own, after some shell commands.
fn create_in_child(directory: &Path, prelude: &str) -> std::process::Output {
    let script = format!("{prelude}; exec \"$0\" --exact key_file::a_key_appears_whole");
    Command::new("sh")
        .arg("-c")
        .arg(script)
        .arg(std::env::current_exe().unwrap())
        .env(PLACE, directory.join("key"))
        .output()
        .unwrap()
}

#[test]
fn the_mode_is_0600_under_any_umask() {
    for umask in ["000", "022", "077", "277", "777"] {
        let directory = TempDir::new().unwrap();
        let output = create_in_child(directory.path(), &format!("umask {umask}"));
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && report.contains("1 passed"), "{umask}: {report}");
        assert_eq!(mode(&directory.path().join("key")), 0o600, "umask {umask}");
    }
}

#[test]
fn a_failed_write_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let output = create_in_child(directory.path(), "trap '' XFSZ; ulimit -f 0");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success());
    assert!(report.contains("\"write\"") && report.contains("FileTooLarge"), "{report}");
    assert_eq!(names(directory.path()), [""; 0]);
}

/// The kernel kills the child at its first octet, as a `kill -9` would at any.
#[test]
fn a_killed_writer_leaves_no_part_of_a_key() {
    use std::os::unix::process::ExitStatusExt;
    let directory = TempDir::new().unwrap();
    let output = create_in_child(directory.path(), "ulimit -c 0; ulimit -f 0");
    assert!(output.status.signal().is_some(), "{:?}", output.status);
    let left = names(directory.path());
    if has_unnamed_files(directory.path()) {
        assert_eq!(left, [""; 0]);
    }
    for name in left {
        assert!(name.starts_with(".tmp-"), "{name}");
        assert_eq!(mode(&directory.path().join(name)), 0o600);
    }
}

#[cfg(target_os = "linux")]
fn has_unnamed_files(directory: &Path) -> bool {
    use rustix::fs::{Mode, OFlags, open};
    open(directory, OFlags::WRONLY | OFlags::TMPFILE, Mode::RWXU).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn has_unnamed_files(_: &Path) -> bool {
    false
}

/// Processes, not threads: each has its own descriptors.
#[test]
fn of_many_processes_one_wins() {
    let directory = TempDir::new().unwrap();
    let outputs = thread::scope(|scope| {
        let start = || create_in_child(directory.path(), ":");
        let threads = (0..50).map(|_| scope.spawn(start)).collect::<Vec<_>>();
        threads.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(outputs.iter().filter(|it| it.status.success()).count(), 1);
    for loser in outputs.iter().filter(|it| !it.status.success()) {
        assert!(String::from_utf8_lossy(&loser.stdout).contains("AlreadyExists"));
    }
    assert_eq!(fs::read_to_string(directory.path().join("key")).unwrap(), P256);
    assert_eq!(names(directory.path()), ["key"]);
}
