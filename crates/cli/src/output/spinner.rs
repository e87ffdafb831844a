//! A sign of work in progress.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use rustix::termios::tcgetwinsize;

const FRAMES: [char; 4] = ['|', '/', '-', '\\'];
const FRAME: Duration = Duration::from_millis(100);

/// Turns at the terminal while something takes its time; its line is cleared on drop.
pub(crate) struct Spinner {
    /// Both are taken to stop it.
    turning: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Spinner {
    /// Begins on stderr. A line that cannot be written, or no thread, loses the sign and nothing else.
    pub(crate) fn start(text: &'static str) -> Self {
        let (stop, stopped) = mpsc::channel();
        let turn = move || {
            for frame in FRAMES.iter().cycle() {
                let _lost = write(&format!("\r{frame} {text}"));
                if stopped.recv_timeout(FRAME) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            let _lost = write(&format!("\r{:width$}\r", "", width = 2 + text.len()));
        };
        Self { turning: Builder::new().spawn(turn).ok().map(|thread| (stop, thread)) }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.turning.take() {
            drop(stop);
            let _panicked = thread.join();
        }
    }
}

/// Whether the line fits: one that wraps is not cleared as a whole. A terminal without a size takes any.
pub(super) fn has_room(text: &str) -> bool {
    tcgetwinsize(io::stderr())
        .is_ok_and(|it| it.ws_col == 0 || usize::from(it.ws_col) > 2 + text.len())
}

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}
