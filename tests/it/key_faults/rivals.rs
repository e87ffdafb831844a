//! K-09: many writers of one file.

use std::thread;

use tests::Outcome;

use super::{GENERATE, assert_whole};

#[test]
fn k_09_of_many_processes_one_wins() {
    const ROUNDS: usize = 20;
    const PROCESSES: usize = 50;
    for round in 0..ROUNDS {
        let sandbox = crate::sandbox();
        let outcomes: Vec<Outcome> = thread::scope(|scope| {
            let run = || sandbox.run(GENERATE);
            let threads: Vec<_> = (0..PROCESSES).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let (mut won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|it| it.code == 0);
        assert_eq!((won.len(), lost.len()), (1, PROCESSES - 1), "round {round}");
        for loser in lost {
            loser.refused(3, &["`k` exists and is not overwritten"]);
        }
        assert_eq!(assert_whole(&sandbox, "k"), won.remove(0).json(), "round {round}");
        assert_eq!(sandbox.files(), ["k"], "round {round}");
    }
}
