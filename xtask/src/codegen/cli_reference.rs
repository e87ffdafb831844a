//! The reference of the command line, from the definition that parses it.

use clap::{Arg, Command};

const INTRO: &str = "[environment.md](environment.md) lists the variables that stand for options, \
                     [exit-codes.md](exit-codes.md) what the exit codes mean.";

/// Renders the program and each of its commands as Markdown, whatever the width of the terminal.
pub(super) fn render(mut program: Command) -> String {
    program.build();
    let name = program.get_name().to_owned();
    let mut contents = String::new();
    let mut sections = String::new();
    for command in program.get_subcommands_mut() {
        describe(command, &name, &mut contents, &mut sections);
    }
    let about = paragraph(program.get_about());
    let examples = examples(&program);
    let globals = items(program.get_arguments());
    format!(
        "# {name}\n{about}{examples}\n{INTRO}\n\n## Commands\n\n{contents}\n## Global options\n\n{globals}{sections}"
    )
}

/// Adds a line to the contents and a section for each command that does something itself.
fn describe(command: &mut Command, parent: &str, contents: &mut String, sections: &mut String) {
    if command.is_hide_set() {
        return;
    }
    let name = format!("{parent} {}", command.get_name());
    if !command.has_subcommands() {
        let anchor = name.replace(' ', "-");
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        contents.push_str(&format!("- [`{name}`](#{anchor}): {}\n", escape(&about)));
        sections.push_str(&section(command, &name));
    }
    for subcommand in command.get_subcommands_mut() {
        describe(subcommand, &name, contents, sections);
    }
}

fn section(command: &mut Command, name: &str) -> String {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let about = paragraph(command.get_long_about().or(command.get_about()));
    let (positional, flags): (Vec<&Arg>, Vec<&Arg>) =
        command.get_arguments().filter(|it| !it.is_global_set()).partition(|it| it.is_positional());
    let arguments = titled("Arguments", &items(positional));
    let options = titled("Options", &items(flags));
    let examples = examples(command);
    format!("\n## {name}\n{about}\n```text\n{usage}\n```\n{arguments}{options}{examples}")
}

fn titled(title: &str, items: &str) -> String {
    if items.is_empty() { String::new() } else { format!("\n{title}:\n\n{items}") }
}

/// One list item for each argument, except the ones that every program has.
fn items<'a>(arguments: impl IntoIterator<Item = &'a Arg>) -> String {
    arguments
        .into_iter()
        .filter(|it| !it.is_hide_set() && !["help", "version"].contains(&it.get_id().as_str()))
        .map(|it| format!("- {}\n", item(it)))
        .collect()
}

fn item(argument: &Arg) -> String {
    let short = argument.get_short().map(|it| format!("`-{it}`, ")).unwrap_or_default();
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string);
    let help = escape(&help.unwrap_or_default()).replace('\n', "\n  ").replace("\n  \n", "\n\n");
    let mut text = format!("{short}`{argument}`: {help}");
    if argument.get_action().takes_values() {
        text.push_str(&listed(
            "one of",
            argument.get_possible_values().iter().map(|it| it.get_name()),
        ));
        let defaults: Vec<_> =
            argument.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
        text.push_str(&listed("default", defaults.iter().map(AsRef::as_ref)));
    }
    text
}

fn listed<'a>(what: &str, values: impl Iterator<Item = &'a str>) -> String {
    let values: Vec<_> = values.map(|it| format!("`{it}`")).collect();
    if values.is_empty() { String::new() } else { format!(" ({what} {})", values.join(", ")) }
}

fn paragraph(text: Option<&impl ToString>) -> String {
    text.map(|it| format!("\n{}\n", escape(&it.to_string()))).unwrap_or_default()
}

/// What stands after the help of a command: remarks, then examples.
fn examples(command: &Command) -> String {
    let help = command.get_after_long_help().or(command.get_after_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let (remarks, examples) = match help.split_once("Examples:") {
        Some((remarks, examples)) => (remarks, Some(examples)),
        None => (help.as_str(), None),
    };
    let remarks = paragraph(Some(&remarks.trim()).filter(|it| !it.is_empty()));
    let Some(examples) = examples else { return remarks };
    let lines: String = examples
        .trim_matches('\n')
        .lines()
        .map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line)))
        .collect();
    format!("{remarks}\nExamples:\n\n```sh\n{lines}```\n")
}

/// Keeps Markdown from reading help text as markup, except for code in backticks.
fn escape(text: &str) -> String {
    let escape_part = |part: &str| part.replace('<', "\\<").replace('*', "\\*").replace('_', "\\_");
    let parts = text.split('`').enumerate();
    let parts =
        parts.map(|(index, part)| if index % 2 == 0 { escape_part(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use clap::{ArgAction, arg, value_parser};

    use super::*;

    fn program() -> Command {
        let generate = Command::new("generate")
            .about("Make a key pair")
            .arg(arg!(<FILE> "Where to"))
            .arg(
                arg!(-a --alg <ALG> "For <JWS>, as `<alg>`")
                    .value_parser(["RS256", "ES256"])
                    .default_value("RS256"),
            )
            .arg(arg!(--force "Do it").action(ArgAction::SetTrue))
            .arg(arg!(--secret "Hidden").hide(true))
            .after_help("Forms: a or b\n\nExamples:\n  tool key generate \\\n      a.jwk");
        Command::new("tool")
            .about("Keys and more")
            .disable_help_subcommand(true)
            .arg(arg!(--timeout <SECS> "Deadline").global(true).value_parser(value_parser!(u32)))
            .subcommand(Command::new("key").about("Keys").subcommand(generate))
            .subcommand(Command::new("internal").hide(true))
    }

    #[test]
    fn a_command_line_is_rendered_whole() {
        let expected = format!(
            "# tool\n\nKeys and more\n\n{INTRO}\n\n\
             ## Commands\n\n- [`tool key generate`](#tool-key-generate): Make a key pair\n\n\
             ## Global options\n\n- `--timeout <SECS>`: Deadline\n\n\
             ## tool key generate\n\nMake a key pair\n\n\
             ```text\ntool key generate [OPTIONS] <FILE>\n```\n\n\
             Arguments:\n\n- `<FILE>`: Where to\n\n\
             Options:\n\n\
             - `-a`, `--alg <ALG>`: For \\<JWS>, as `<alg>` (one of `RS256`, `ES256`) (default `RS256`)\n\
             - `--force`: Do it\n\n\
             Forms: a or b\n\nExamples:\n\n```sh\ntool key generate \\\n    a.jwk\n```\n"
        );
        assert_eq!(render(program()), expected);
    }

    #[test]
    fn the_width_of_the_terminal_does_not_matter() {
        let long = "A word and another, ".repeat(20);
        let command = Command::new("tool").about(long.clone()).term_width(40);
        assert!(render(command).contains(&escape(&long)));
    }
}
