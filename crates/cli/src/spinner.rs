//! A sign of work in progress.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

const FRAMES: [char; 4] = ['|', '/', '-', '\\'];
const FRAME: Duration = Duration::from_millis(100);

/// Turns at the terminal while something takes its time; its line is cleared on drop.
pub(crate) struct Spinner {
    /// Both are taken to stop it.
    turning: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Spinner {
    /// Begins on stderr. A terminal that cannot be written to, or no thread, loses the sign and nothing else.
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

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}
