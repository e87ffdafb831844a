//! Any sequence of crashes, resumptions, abortions, rivals and jumps of the clock.

use super::*;
use crate::chance::Chance;

impl Chance {
    fn crash(&mut self) -> Crash {
        let after = self.below(24);
        // A third of the actions come to their end.
        let after = (after < 16).then(|| usize::try_from(after).unwrap());
        Crash { after, with_effect: self.below(2) == 0 }
    }
}

/// Takes one action and gives its name.
fn step(world: &mut World, chance: &mut Chance) -> String {
    let crash = chance.crash();
    let plan = Plan {
        drain: Duration::from_secs(chance.below(3) * 300),
        soak: Duration::from_secs(chance.below(3) * 86_400),
        beside_recent_keys: chance.below(2) == 0,
        compromised: false,
    };
    match chance.below(8) {
        0 | 1 => {
            let outcome = world.act(crash, |rotation| rotation.start(&plan));
            format!("start with {crash:?}: {outcome:?}")
        }
        2..=4 => format!("resume with {crash:?}: {:?}", world.act(crash, |it| it.resume())),
        5 => format!("abort with {crash:?}: {:?}", world.act(crash, |it| it.abort())),
        6 => {
            let days = chance.below(16);
            world.clock.pass(days * 43_200);
            if chance.below(4) == 0 {
                world.clock.set_wall_forward(i64::try_from(chance.below(7200)).unwrap() - 3600);
            }
            format!("{days} half days pass")
        }
        _ => delete_behind_our_back(world, chance),
    }
}

/// Somebody deletes a key that is not the one signed with, or a rival of another machine is refused tokens for a while.
fn delete_behind_our_back(world: &mut World, chance: &mut Chance) -> String {
    if chance.below(3) > 0 {
        world.probe.refusals.set(u32::try_from(chance.below(70)).unwrap());
        return "tokens are refused for a while".to_owned();
    }
    let current = world.current().clone();
    let mut org = world.org.lock().unwrap();
    org.keys.retain(|_, key| key.thumbprint == current);
    "the other key is deleted".to_owned()
}

#[test]
fn pr_08_ten_thousand_interleavings_keep_what_must_hold() {
    let (mut finished, mut aborted, mut steps) = (0, 0, 0);
    for seed in 0..1000 {
        let mut chance = Chance(seed);
        let mut world = World::new();
        let mut story = Vec::new();
        for _ in 0..10 {
            story.push(step(&mut world, &mut chance));
            steps += 1;
            world.check(&format!("seed {seed}: {story:#?}"));
        }
        let count = |closing| world.store.closed.iter().filter(|it| **it == closing).count();
        finished += count(Closing::Finished);
        aborted += count(Closing::Aborted);
    }
    // A walk that goes nowhere would prove nothing.
    assert_eq!(steps, 10_000);
    assert!(finished > 200 && aborted > 200, "{finished} finished, {aborted} aborted");
}
