//! An API that refuses every token, called by one process after the other.

use super::*;
use crate::file_cache::FileCache;

/// Processes with one key, one clock and one folder of tokens.
struct Machine {
    setting: Setting,
    _folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let (setting, folder) = (setting(200, true), tempfile::tempdir().unwrap());
        let files = Arc::new(FileCache::open(&folder.path().join("cache")).unwrap());
        let source = setting.source.clone().with_file_cache(files);
        Self { setting: Setting { source, ..setting }, _folder: folder }
    }

    fn process(&self) -> TokenSource {
        TokenSource { state: Arc::default(), ..self.setting.source.clone() }
    }

    /// A call whose token is refused, and so is the one after it.
    fn refused_call(&self) {
        let process = self.process();
        let token = process.token().unwrap();
        if process.invalidate_text(token.expose()) {
            process.token().unwrap();
        }
    }
}

#[test]
fn a_02_processes_that_are_refused_share_one_new_token_in_thirty_seconds() {
    let machine = Machine::new();
    for _ in 0..5 {
        machine.refused_call();
        machine.setting.clock.sleep(Duration::from_secs(5));
    }
    assert_eq!(machine.setting.requests(), 2);
    machine.setting.clock.sleep(Duration::from_secs(5));
    machine.refused_call();
    machine.refused_call();
    assert_eq!(machine.setting.requests(), 3);
}

#[test]
fn a_02_a_process_with_an_old_token_takes_the_one_that_another_got_for_it() {
    let machine = Machine::new();
    let (slow, quick) = (machine.process(), machine.process());
    let old = slow.token().unwrap();
    assert_eq!(quick.token().unwrap().expose(), old.expose());
    assert!(quick.invalidate_text(old.expose()));
    assert_eq!(quick.token().unwrap().expose(), "t1");
    assert!(slow.invalidate_text(old.expose()));
    assert_eq!(slow.token().unwrap().expose(), "t1");
    assert_eq!(machine.setting.requests(), 2);
}
