//! The pages that are one table: environment variables and exit codes.

use okta_m2m::{ExitCodeDoc, Variable};

pub(super) fn environment(variables: &[Variable]) -> String {
    let rows = variables.iter().map(|it| {
        let flag = it.flag.map(|flag| format!("`{flag}`")).unwrap_or_default();
        [format!("`{}`", it.name), flag, it.meaning.to_owned()]
    });
    let intro = "# Environment variables\n\n\
                 A flag wins over its `OKTA_M2M_` variable, and that over the profile in the configuration file. What is set in\n\
                 none of them is looked for where Okta's SDKs and Terraform's provider for Okta look: in the variables\n\
                 `OKTA_CLIENT_`, below `okta.client` in `okta.yaml` in the working directory, then in `~/.okta/okta.yaml`, and in\n\
                 Terraform's variables. What others keep belongs together: their key id counts for their key only, their\n\
                 `dpopEnabled` for their client, their proxy and time limit for their org, their API token not for another org.\n\
                 `okta-m2m config explain` shows which place each setting comes from.\n\n";
    format!("{intro}{}", table(["Variable", "Flag", "Meaning"], rows))
}

pub(super) fn exit_codes(codes: &[ExitCodeDoc]) -> String {
    let rows = codes
        .iter()
        .map(|it| [it.code.to_string(), it.meaning.to_owned(), it.script_may.to_owned()]);
    let signal = ["128 + n".to_owned(), "ended by signal n".to_owned(), String::new()];
    let intro = "# Exit codes\n\nThey are part of the contract of the program: scripts may branch on them.\n\n";
    format!("{intro}{}", table(["Code", "Meaning", "A script may"], rows.chain([signal])))
}

pub(super) fn troubleshooting(
    hints: impl Iterator<Item = (&'static str, &'static str, &'static str)>,
) -> String {
    let rows =
        hints.map(|(place, said, hint)| [place.to_owned(), format!("`{said}`"), hint.to_owned()]);
    let intro = "# Troubleshooting by error text\n\n\
                 `okta-m2m doctor` finds most of this by itself. The table is what the program says as a hint below an error, by the\n\
                 words or the code in the server's answer.\n\n";
    format!("{intro}{}", table(["When", "The server says", "What to do"], rows))
}

fn table(header: [&str; 3], rows: impl Iterator<Item = [String; 3]>) -> String {
    let rule = ["---".to_owned(), "---".to_owned(), "---".to_owned()];
    [header.map(str::to_owned), rule].into_iter().chain(rows).map(|row| line(&row)).collect()
}

fn line(cells: &[String; 3]) -> String {
    let [first, second, third] = cells.each_ref().map(|cell| cell.replace('|', "\\|"));
    format!("| {first} | {second} | {third} |\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_a_row_with_its_flag() {
        let variables = [
            Variable { name: "OKTA_M2M_FORMAT", flag: Some("--format"), meaning: "`text|json`" },
            Variable { name: "NO_COLOR", flag: None, meaning: "no colours" },
        ];
        let page = environment(&variables);
        let rows = "| Variable | Flag | Meaning |\n\
                    | --- | --- | --- |\n\
                    | `OKTA_M2M_FORMAT` | `--format` | `text\\|json` |\n\
                    | `NO_COLOR` |  | no colours |\n";
        assert!(page.ends_with(rows), "{page}");
    }

    #[test]
    fn an_exit_code_is_a_row_with_what_to_do() {
        let codes = [ExitCodeDoc { code: 7, meaning: "network", script_may: "try later" }];
        let rows = "| 7 | network | try later |\n| 128 + n | ended by signal n |  |\n";
        assert!(exit_codes(&codes).ends_with(rows));
    }
}
