//! C-05, C-13, C-14 and C-15: what an age is, and what is no age.

use super::*;

const SENT: Duration = Duration::from_secs(1_700_000_000);

fn at(wall_secs: i64, elapsed_secs: u64) -> Instant {
    let wall = SystemTime::UNIX_EPOCH + SENT.saturating_add(Duration::from_secs(100_000));
    let wall = wall - Duration::from_secs(100_000_u64.checked_add_signed(-wall_secs).unwrap());
    Instant { wall, elapsed: Duration::from_secs(elapsed_secs) }
}

fn stored() -> StoredEntry {
    StoredEntry {
        v: VERSION,
        key: key().as_hex(),
        issuer: "https://acme.okta.com".to_owned(),
        client_id: "0oa1".to_owned(),
        scope: "okta.users.read".to_owned(),
        token_type: "Bearer".to_owned(),
        access_token: "canary".to_owned(),
        dpop_jwk: None,
        lifetime_ms: 3_600_000,
        refresh_after_ms: 2_800_000,
        sent_wall_ms: millis(SENT),
        sent_elapsed_ms: 500_000,
        boot_id: Some("this".to_owned()),
    }
}

fn key() -> CacheKey {
    CacheKey::of_bytes([7; 32])
}

#[track_caller]
fn check(now: Instant, boot_id: Option<&str>, age: Option<u64>) {
    let entry = stored().into_entry(&key(), now, boot_id, None);
    let found = entry.map(|entry| entry.age(now.elapsed));
    assert_eq!(found, age.map(Duration::from_secs));
}

#[test]
fn c_13_within_one_boot_the_wall_clock_has_no_say() {
    for wall in [0, 7200, -7200, -90_000, 90_000] {
        check(at(wall, 600), Some("this"), Some(100));
    }
    check(at(0, 499), Some("this"), None);
}

#[test]
fn c_14_time_that_passes_during_sleep_counts() {
    let entry = stored().into_entry(&key(), at(0, 600), Some("this"), None).unwrap();
    let state = |secs| entry.state(Duration::from_secs(secs), Duration::ZERO);
    assert_eq!(state(600), State::Fresh);
    assert_eq!(state(500 + 2800), State::Soft);
    assert_eq!(state(500 + 3539), State::Soft);
    assert_eq!(state(500 + 3540), State::Dead);
    assert_eq!(state(500 + 7200), State::Dead);
    assert_eq!(entry.state(Duration::from_secs(500 + 2740), Duration::from_secs(800)), State::Dead);
}

#[test]
fn c_15_after_a_boot_the_wall_clock_counts_unless_it_is_absurd() {
    for boot_id in [Some("another"), None] {
        check(at(100, 5), boot_id, Some(100));
        check(at(-5, 5), boot_id, Some(0));
        check(at(-6, 5), boot_id, None);
        check(at(90_000, 5), boot_id, Some(90_000));
    }
}

#[test]
fn c_05_a_changed_byte_is_noticed_wherever_it_is() {
    let sealed = stored().seal().unwrap();
    assert_eq!(StoredEntry::open(&sealed).unwrap().access_token, "canary");
    for place in 0..sealed.len() {
        let mut changed = sealed.to_vec();
        changed[place] ^= 1;
        assert!(StoredEntry::open(&changed).is_none(), "byte {place}");
        assert!(StoredEntry::open(&sealed[..place]).is_none(), "{place} bytes");
    }
}

#[test]
fn c_05_an_entry_of_another_version_or_of_an_absurd_life_is_not_read() {
    let with = |change: fn(&mut StoredEntry)| {
        let mut stored = stored();
        change(&mut stored);
        StoredEntry::open(&stored.seal().unwrap())
    };
    assert!(with(|_| ()).is_some());
    assert!(with(|it| it.v = 0).is_none());
    assert!(with(|it| it.v = VERSION + 1).is_none());
    assert!(with(|it| it.lifetime_ms = DAY_MS + 1).is_none());
}

#[test]
fn c_12_an_entry_under_another_name_is_not_taken() {
    let other = CacheKey::of_bytes([8; 32]);
    assert!(stored().into_entry(&other, at(0, 600), Some("this"), None).is_none());
}

#[test]
fn the_hard_limit_leaves_time_for_the_call() {
    for (lifetime, limit) in [(3600, 3540), (86_400, 86_340), (100, 90), (10, 0), (1, 0)] {
        let lifetime = Duration::from_secs(lifetime);
        assert_eq!(hard_limit(lifetime), Duration::from_secs(limit));
    }
}
