//! One fault at a time.

use std::time::Duration;

use jwk_gen::Thumbprint;

use super::model::{Crash, World};
use super::*;

const NO_CRASH: Crash = Crash { after: None, with_effect: false };

fn at_once() -> Plan {
    Plan {
        drain: Duration::ZERO,
        soak: Duration::ZERO,
        beside_recent_keys: false,
        compromised: false,
    }
}

/// The new key alone, here and at the org.
#[track_caller]
fn assert_finished(world: &World) {
    let current = world.current().clone();
    assert_ne!(current, *world.began_with());
    assert_eq!(world.at_org(), [(current, true)]);
    assert_eq!(world.stage(), None);
    world.check("finished");
}

/// The old key alone, as before.
#[track_caller]
fn assert_as_before(world: &World) {
    assert_eq!(world.current(), world.began_with());
    assert_eq!(world.at_org(), [(world.began_with().clone(), true)]);
    assert_eq!(world.stage(), None);
    world.check("as before");
}

#[test]
fn a_rotation_waits_where_it_has_to_and_leaves_one_key() {
    let mut world = World::new();
    let start = world.clock.wall();
    let outcome = world.act(NO_CRASH, |it| it.start(&Plan::default())).unwrap();
    let Progress::Soaking { new, until } = outcome else { panic!("{outcome:?}") };
    // Three proofs 2 s apart, then ten minutes.
    let deactivated = start + 4 + 600;
    assert_eq!(until, deactivated + 7 * 86_400);
    assert_eq!((world.current(), world.stage()), (&new.thumbprint, Some("deactivated")));
    let reached =
        ["intended", "generated", "uploaded", "verified", "promoted", "drained", "deactivated"];
    assert_eq!(*world.reached.borrow(), reached);

    let again = world.act(NO_CRASH, |it| it.resume()).unwrap();
    assert_eq!(again, Progress::Soaking { new: new.clone(), until });
    world.clock.pass(7 * 86_400);
    let outcome = world.act(NO_CRASH, |it| it.resume()).unwrap();
    assert_eq!(outcome, Progress::Finished { new });
    assert_finished(&world);
}

#[test]
fn x_01_to_x_09_a_crash_at_any_call_is_resumed_and_is_aborted() {
    // The way has fewer calls than that; a crash after the last of them does not happen.
    let calls = 60;
    let mut crashed_at = std::collections::BTreeMap::<_, u32>::new();
    for after in 0..calls {
        for with_effect in [false, true] {
            for aborts in [false, true] {
                let mut world = World::new();
                let crash = Crash { after: Some(after), with_effect };
                let outcome = world.act(crash, |it| it.start(&at_once()));
                world.check("after the crash");
                if outcome.is_err() {
                    *crashed_at.entry(world.stage()).or_default() += 1;
                    settle(&mut world, aborts);
                }
            }
        }
    }
    // Before, after and between: every stage was crashed at, resumed and aborted.
    let stages = [
        "intended",
        "generated",
        "uploaded",
        "verified",
        "promoted",
        "drained",
        "deactivated",
        "soaked",
        "deleted",
    ];
    for stage in stages {
        let crashes = crashed_at.get(&Some(stage)).copied().unwrap_or_default();
        assert!(crashes >= 4, "{stage}: {crashed_at:?}");
    }
}

/// Goes on, or back where that is possible.
fn settle(world: &mut World, aborts: bool) {
    let Some(stage) = world.stage() else { return };
    if aborts {
        match world.act(NO_CRASH, |it| it.abort()) {
            Ok(Progress::Aborted) => return assert_as_before(world),
            // The old key is gone from the org, noted or not.
            Err(RotationError::NotReversible) => {
                assert!(["soaked", "deleted"].contains(&stage), "{stage}");
            }
            other => panic!("{stage}: {other:?}"),
        }
    }
    let outcome = world.act(NO_CRASH, |it| it.resume());
    assert!(matches!(outcome, Ok(Progress::Finished { .. })), "{stage}: {outcome:?}");
    assert_finished(world);
}

#[test]
fn x_10_a_key_that_is_never_accepted_is_taken_away_again() {
    let mut world = World::new();
    world.probe.script.replace([true].into_iter().chain([false; 200]).collect());
    let start = world.clock.wall();
    let error = world.act(NO_CRASH, |it| it.start(&at_once())).unwrap_err();
    assert!(matches!(error, RotationError::NotAccepted { secs: 120, .. }), "{error:?}");
    assert_eq!(world.clock.wall() - start, 120);
    assert_as_before(&world);
}

#[test]
fn x_11_no_room_or_no_kid_is_found_before_anything_is_changed() {
    let mut world = World::new();
    for number in 0..49 {
        add(&world, &format!("k{number}"), number % 2 == 0);
    }
    let error = world.act(NO_CRASH, |it| it.start(&beside_others())).unwrap_err();
    let RotationError::TooManyKeys { count: 50, inactive } = &error else { panic!("{error:?}") };
    assert_eq!(inactive.len(), 24);
    assert_eq!((world.stage(), world.at_org().len()), (None, 50));
}

#[test]
fn x_12_another_key_under_our_kid_is_left_alone() {
    let mut world = cut_off_at("generated", &at_once());
    let kid = world.store.journal().unwrap().unwrap().stage.new_key().unwrap().kid.clone();
    add(&world, &kid, true);
    let before = world.at_org();
    let error = world.act(NO_CRASH, |it| it.resume()).unwrap_err();
    assert!(matches!(&error, RotationError::KidTaken { kid: taken } if *taken == kid), "{error:?}");
    assert_eq!(world.at_org(), before);
}

#[test]
fn x_14_a_rotation_under_way_here_or_elsewhere_is_not_joined() {
    let mut world = World::new();
    drop(world.act(NO_CRASH, |it| it.start(&Plan::default())).unwrap());
    let error = world.act(NO_CRASH, |it| it.start(&Plan::default())).unwrap_err();
    assert!(matches!(error, RotationError::UnderWay { stage: "deactivated" }), "{error:?}");

    let mut world = World::new();
    add(&world, "of-another-machine", true);
    let error = world.act(NO_CRASH, |it| it.start(&at_once())).unwrap_err();
    let kid = "of-another-machine".to_owned();
    assert!(
        matches!(&error, RotationError::ForeignRotation { kid: it } if *it == kid),
        "{error:?}"
    );
    world.clock.pass(3600);
    drop(world.act(NO_CRASH, |it| it.start(&at_once())).unwrap());
}

#[test]
fn x_15_a_key_that_is_still_signed_with_is_not_deactivated() {
    let mut world = World::new();
    let plan = Plan { drain: Duration::from_secs(600), ..at_once() };
    world.probe.last_use.set(Some(world.clock.wall() + 500));
    let error = world.act(NO_CRASH, |it| it.start(&plan)).unwrap_err();
    assert!(matches!(error, RotationError::StillUsed { secs: 104 }), "{error:?}");
    assert!(world.at_org().iter().all(|(_, active)| *active));
    world.clock.pass(600);
    drop(world.act(NO_CRASH, |it| it.resume()).unwrap());
    assert_finished(&world);
}

#[test]
fn x_15_a_new_key_that_fails_alone_brings_the_old_one_back() {
    let mut world = World::new();
    // Preflight and three proofs pass, then nothing does.
    world.probe.script.replace([true; 4].into_iter().chain([false; 3]).collect());
    let error = world.act(NO_CRASH, |it| it.start(&at_once())).unwrap_err();
    assert!(matches!(error, RotationError::NewKeyFails(_)), "{error:?}");
    assert!(world.at_org().iter().all(|(_, active)| *active));
    assert_eq!(world.stage(), Some("drained"));
    drop(world.act(NO_CRASH, |it| it.resume()).unwrap());
    assert_finished(&world);
}

#[test]
fn x_16_one_node_that_knows_the_key_is_not_enough() {
    let mut world = World::new();
    let flapping = [true, true, false, true, true, false, false, true, true, true];
    world.probe.script.replace(flapping.to_vec());
    let start = world.clock.wall();
    drop(world.act(NO_CRASH, |it| it.start(&at_once())).unwrap());
    assert_eq!(world.clock.wall() - start, 2 * 8);
    assert!(world.probe.script.borrow().is_empty());
    assert_finished(&world);
}

#[test]
fn a_key_that_vanished_meanwhile_is_not_signed_with() {
    let mut world = cut_off_at("verified", &Plan::default());
    let old = world.began_with().clone();
    world.org.lock().unwrap().keys.retain(|_, key| key.thumbprint == old);
    let error = world.act(NO_CRASH, |it| it.resume()).unwrap_err();
    assert!(matches!(error, RotationError::NewKeyGone { .. }), "{error:?}");
    assert_eq!(world.current(), &old);
    assert_eq!(world.act(NO_CRASH, |it| it.abort()).unwrap(), Progress::Aborted);
    assert_as_before(&world);
}

#[test]
fn an_old_key_that_is_active_again_is_not_deleted() {
    let mut world = World::new();
    drop(world.act(NO_CRASH, |it| it.start(&Plan::default())).unwrap());
    let old = world.began_with().clone();
    for key in world.org.lock().unwrap().keys.values_mut() {
        key.active = true;
    }
    world.clock.pass(7 * 86_400);
    let error = world.act(NO_CRASH, |it| it.resume()).unwrap_err();
    assert!(matches!(error, RotationError::OldKeyActive { .. }), "{error:?}");
    assert!(world.at_org().contains(&(old, true)));
}

#[test]
fn a_clock_that_was_set_cuts_no_drain_short() {
    let mut world = cut_off_at("promoted", &Plan::default());
    world.clock.set_wall_forward(86_400);
    let start = world.clock.wall();
    drop(world.act(NO_CRASH, |it| it.resume()).unwrap());
    assert_eq!(world.clock.wall() - start, 60);
}

#[test]
fn tm_19_a_damaged_journal_is_none() {
    let old = RotatedKey { kid: "k1".to_owned(), thumbprint: thumbprint() };
    let mut journal = Journal::new("0oa1", old.clone(), 5, Duration::from_secs(1), Duration::ZERO);
    journal.stage = Stage::Promoted { new: old, at: 7 };
    let text = journal.to_text();
    assert_eq!(Journal::parse(&text), Ok(journal));
    for end in 0..text.len() {
        assert_eq!(Journal::parse(&text[..end]), Err(DamagedJournal), "{end}");
    }
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let changed = String::from_utf8_lossy(&bytes);
        assert_eq!(Journal::parse(&changed), Err(DamagedJournal), "{at}");
    }
}

#[test]
fn what_a_later_version_has_noted_is_kept() {
    let old = RotatedKey { kid: "k1".to_owned(), thumbprint: thumbprint() };
    let journal = Journal::new("0oa1", old, 5, Duration::ZERO, Duration::ZERO);
    let mut json = serde_json::to_value(&journal).unwrap();
    json["remark"] = "x".into();
    let journal: Journal = serde_json::from_value(json).unwrap();
    assert!(Journal::parse(&journal.to_text()).unwrap().to_text().contains(r#""remark":"x""#));
}

/// A rotation that was cut off as soon as it had come to a stage.
fn cut_off_at(stage: &str, plan: &Plan) -> World {
    let cut_off_after = |calls| {
        let mut world = World::new();
        let crash = Crash { after: Some(calls), with_effect: false };
        drop(world.act(crash, |it| it.start(plan)));
        world
    };
    (0..60).map(cut_off_after).find(|world| world.stage() == Some(stage)).unwrap()
}

fn beside_others() -> Plan {
    Plan { beside_recent_keys: true, ..at_once() }
}

fn thumbprint() -> Thumbprint {
    crate::scripted_org::RSA_THUMBPRINT.parse().unwrap()
}

/// Puts a foreign key into the org, just now.
fn add(world: &World, kid: &str, active: bool) {
    let mut jwk: serde_json::Value = serde_json::from_str(crate::scripted_org::RSA_KEY).unwrap();
    jwk["kid"] = kid.into();
    let mut org = world.org.lock().unwrap();
    org.add_foreign(jwk, world.clock.wall());
    org.keys.get_mut(kid).unwrap().active = active;
}
