//! Maintenance of the workspace: `cargo xtask test`, `ci`, `tidy`, `codegen`, `release`, `api`, `fuzz` and `bench`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a developer's tool: it prints what it does and looks at the environment it runs in"
)]

mod api;
mod bench;
mod ci;
mod codegen;
mod fuzz;
mod process;
mod release;
mod requirements;
mod test;
mod tidy;
mod workspace;

use clap::Parser;

/// Maintenance of the workspace
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Run every test, after checking for the programs that the tests need
    Test,
    /// Run everything that a change must pass: format, lints, tests, documentation, licences
    Ci,
    /// Check the rules of the source tree that no compiler knows
    Tidy,
    /// Write the generated pages under docs/, and from new lists the tables of Okta's scopes and operations
    Codegen {
        /// Fail if a page is out of date, and write nothing
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        lists: codegen::Lists,
    },
    /// Make everything that is published, twice, and compare
    Release(release::Options),
    /// List what each library offers in docs/api, which needs cargo-public-api and a nightly toolchain
    Api {
        /// Fail if a list is out of date, and write nothing
        #[arg(long)]
        check: bool,
    },
    /// Run the fuzzers, which need cargo-fuzz and a nightly toolchain
    Fuzz(fuzz::Options),
    /// Measure `keys`, `tokens` or `cli` beside others, in release builds; without an argument all, into docs/benchmarks.md
    #[command(disable_help_flag = true)]
    Bench {
        /// What to measure, and its options: `keys --help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Test => test::run(),
        Task::Ci => ci::run(),
        Task::Tidy => tidy::run(),
        Task::Release(options) => release::run(&options),
        Task::Api { check } => api::run(check),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Bench { arguments } => bench::run(&arguments),
        Task::Codegen { check: true, lists } => codegen::check(&lists),
        Task::Codegen { check: false, lists } => codegen::write(&lists),
    }
}
