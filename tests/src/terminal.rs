//! A pseudo-terminal, for what is done at a terminal only.

use std::fs::File;
use std::io::{Read, Write};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The side of whoever sits there. A program gets the other side by its [name](Self::name).
pub struct Terminal {
    controller: File,
    /// The path of the side of programs.
    pub name: String,
}

impl Terminal {
    /// A new one, with nothing typed yet.
    #[expect(clippy::new_without_default, reason = "it opens a device")]
    pub fn new() -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&controller).expect("a terminal that is ours");
        unlockpt(&controller).expect("a terminal that opens");
        let name = ptsname(&controller, Vec::new()).expect("a terminal with a name");
        let name = name.into_string().expect("its name in UTF-8");
        Self { controller: File::from(controller), name }
    }

    /// A new one that says how wide it is.
    pub fn with_columns(columns: u16) -> Self {
        let terminal = Self::new();
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal.controller, size).expect("a terminal that has a size");
        terminal
    }

    /// Types.
    pub fn write(&mut self, keys: &str) {
        self.controller.write_all(keys.as_bytes()).expect("the terminal takes it");
    }

    /// What stands there, once every program at it has ended. It holds no more than 4 KiB.
    pub fn read(mut self) -> String {
        let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
        // That nobody is at the other side any more is an error (EIO) in Linux.
        while let Ok(count @ 1..) = self.controller.read(&mut buffer) {
            shown.extend_from_slice(&buffer[..count]);
        }
        // The line discipline sends the carriage back.
        String::from_utf8(shown).expect("text").replace("\r\n", "\n")
    }
}
