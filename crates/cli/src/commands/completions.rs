//! `completions SHELL`.

use clap_complete::{Shell, generate};

use crate::context::Context;
use crate::error::CliError;

/// Print a completion script for a shell
///
/// It completes commands, options, files and, but for PowerShell and Elvish, the names of profiles.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m completions bash > ~/.local/share/bash-completion/completions/okta-m2m")]
pub(crate) struct Args {
    /// Shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let mut script = Vec::new();
    generate(args.shell, &mut crate::command(), "okta-m2m", &mut script);
    // The generator for bash names functions of a program with a dash in two ways, and finds none of its subcommands then.
    let script = String::from_utf8_lossy(&script).replace("okta__subcmd__m2m", "okta__m2m");
    context.output.data(with_profiles(args.shell, &script).as_bytes())
}

/// What each line of `profile list` says after its star: a name. A shell asks when it completes, not before.
const NAMES: &str = r"okta-m2m profile list --format text 2>/dev/null | cut -c3- | cut -d\  -f1";

/// The script, with the names of profiles where the generator can only offer files.
fn with_profiles(shell: Shell, script: &str) -> String {
    let (files, names) = match shell {
        Shell::Bash => (
            "--profile)\n                    COMPREPLY=($(compgen -f \"${cur}\"))".to_owned(),
            format!(
                "--profile)\n                    COMPREPLY=($(compgen -W \"$({NAMES})\" -- \"${{cur}}\"))"
            ),
        ),
        Shell::Zsh => (
            "'--profile=[Section of the configuration file]:NAME:_default'".to_owned(),
            format!(
                "'--profile=[Section of the configuration file]:NAME:{{compadd -- $({NAMES})}}'"
            ),
        ),
        Shell::Fish => {
            let option = "-l profile -d 'Section of the configuration file' -r";
            (option.to_owned(), format!("{option} -f -a \"({NAMES})\""))
        }
        _ => return script.to_owned(),
    };
    script.replace(&files, &names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_that_can_asks_for_the_profiles() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            generate(shell, &mut crate::command(), "okta-m2m", &mut script);
            let script = String::from_utf8(script).unwrap();
            let asked = with_profiles(shell, &script).matches("okta-m2m profile list").count();
            assert!(asked > 50, "{shell}: the generator writes `--profile` in another way");
        }
    }
}
