//! A place where the program runs with nothing of this machine but a search path.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use okta_emulator::Emulator;
use tempfile::TempDir;

use crate::outcome::Outcome;

/// A folder that is home and working directory, and an environment with nothing else in it.
pub struct Sandbox {
    folder: TempDir,
    program: PathBuf,
    variables: Vec<(String, String)>,
}

impl Sandbox {
    /// An empty sandbox for the program at `built`, which is there under its real name.
    pub fn new(built: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let programs = folder.path().join("bin");
        fs::create_dir(&programs).expect("a folder for the program");
        let program = programs.join("okta-m2m");
        // A link keeps the name on the PATH; a copy serves where the folders are on two disks.
        fs::hard_link(built, &program)
            .or_else(|_| fs::copy(built, &program).map(drop))
            .expect("the program under its name");
        Self { folder, program, variables: Vec::new() }
    }

    /// A sandbox whose environment names `emulator` and its admin token.
    pub fn with_org(built: &str, emulator: &Emulator) -> Self {
        Self::new(built)
            .with_variable("OKTA_M2M_ORG_URL", emulator.org_url())
            .with_variable("OKTA_M2M_ADMIN_TOKEN", emulator.admin_token())
    }

    /// Adds a variable.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes a variable.
    pub fn without_variable(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// The same sandbox, whose program tells [`Self::peak_memory`] when it ends.
    pub fn measuring_memory(self) -> Self {
        self.with_variable("PEAK_MEMORY_FILE", ".cache/peak-memory")
    }

    /// The most memory in KiB that the last run held, if it ended by itself.
    pub fn peak_memory(&self) -> Option<u64> {
        let path = self.path().join(".cache/peak-memory");
        let text = fs::read_to_string(&path).ok()?;
        fs::remove_file(path).expect("a file that was there");
        text.parse().ok()
    }

    /// The working directory.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The names in the working directory besides the program's folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("a readable folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| ![".cache", ".config", ".local", "bin"].contains(&name.as_str()));
        names.sort();
        names
    }

    /// Reads a file of the working directory.
    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a readable file")
    }

    /// Writes a file of the working directory, for its owner alone.
    pub fn write(&self, name: &str, content: &(impl AsRef<[u8]> + ?Sized)) {
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = file.open(self.path().join(name)).expect("a writable file");
        file.write_all(content.as_ref()).expect("a writable file");
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with_input(arguments, "")
    }

    /// Runs the program with `input` on its standard input.
    pub fn run_with_input(
        &self,
        arguments: &[&str],
        input: &(impl AsRef<[u8]> + ?Sized),
    ) -> Outcome {
        self.run_with_reader(arguments, input.as_ref())
    }

    /// Runs the program with a source of any length on its standard input.
    pub fn run_with_reader(&self, arguments: &[&str], mut input: impl Read) -> Outcome {
        let mut child = self.spawn(arguments);
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        // A program that does not read its input may be gone by now.
        drop(io::copy(&mut input, &mut stdin));
        drop(stdin);
        Outcome::new(&child.wait_with_output().expect("the program's output"))
    }

    /// Runs the program by another one, such as `strace`, which gets the program's arguments last.
    pub fn run_under(&self, wrapper: &[&str], arguments: &[&str]) -> Outcome {
        let (first, options) = wrapper.split_first().expect("a program to run the program");
        let mut command = Command::new(first);
        command.args(options).arg(&self.program).args(arguments);
        let child = self.start(&mut command);
        Outcome::new(&child.wait_with_output().expect("the program's output"))
    }

    /// Starts the program with pipes for its input and outputs.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.start(Command::new(&self.program).args(arguments))
    }

    /// Starts another command where the program would run, with its environment.
    pub fn start(&self, command: &mut Command) -> Child {
        command
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
    }
}
