//! The client's key: its file is there, its owner's alone, and holds a key that Okta takes.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::Arc;

use jwk_gen::{Read, Repair};
use jwt_sign::Signer;

use super::exam::{Credential, Exam};
use super::finding::{Skipped, Verdict};
use crate::context::quoted;
use crate::error::CliError;
use crate::settings::Setting;

/// Reads the key, or the secret that stands for it.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    match exam.settings()?.client_secret() {
        Err(error) => return Ok(Verdict::failure(error)),
        Ok(Some(secret)) => {
            exam.credential = Some(Credential::Secret(secret));
            return Ok(Verdict::ok("the client has a secret instead of a key"));
        }
        Ok(None) => {}
    }
    let settings = exam.settings()?;
    let read = settings.read_key().and_then(|read| Ok((settings.signer_with(&read.key)?, read)));
    let (signer, Read { key, repairs }) = match read {
        Ok(read) => read,
        Err(error) => return Ok(failure(exam, error)),
    };
    let blemishes = repairs.iter().filter(|it| it.is_warning()).map(Repair::to_string);
    let weaknesses = key.warnings().into_iter().map(|it| it.to_string());
    let warnings: Vec<_> = blemishes.chain(weaknesses).collect();
    let name = settings.key_path_if_set().unwrap_or("the key").to_owned();
    let verdict = if warnings.is_empty() {
        Verdict::ok(format!("{name} holds {} ({})", key.kind(), signer.algorithm()))
    } else {
        let message = format!("{name}: {}", warnings.join("; "));
        Verdict::warning(message, exam.administer("client-key rotate"))
    };
    let verdict = verdict
        .with("kind", key.kind().to_string())
        .with("algorithm", signer.algorithm().as_str())
        .with("kid", signer.key_id().as_str())
        .with("thumbprint", signer.thumbprint().as_str());
    exam.credential = Some(Credential::Key(Arc::new(signer)));
    Ok(verdict)
}

/// A file is mended where it is; a key that is none is made anew.
fn failure(exam: &Exam<'_, '_>, error: CliError) -> Verdict {
    let text = |setting| Some(exam.settings.as_ref()?.text_if_set(setting)?.0);
    // An error about a variable hides what the variable holds.
    let named = |setting| text(setting).filter(|path| error.message().contains(path));
    let (key, passphrase) = (named(Setting::Key), named(Setting::KeyPassphraseFile));
    let hint = passphrase
        .and_then(mend_file)
        .or_else(|| key.and_then(mend_file))
        .or_else(|| error.hint().and_then(|hint| again_with_flag(exam, hint)))
        .or_else(|| {
            let is_closed = passphrase.is_some() || error.message().contains("passphrase");
            is_closed.then(|| exam.set(Setting::KeyPassphraseFile, "FILE"))
        })
        .or_else(|| key.map(|_| exam.renew_key()))
        // Nothing is set, so that nothing is lost either.
        .or_else(|| text(Setting::Key).is_none().then(|| exam.set_up()));
    let hint = hint.unwrap_or_else(|| exam.set(Setting::Key, "FILE"));
    Verdict::failure(error.with_hint(hint))
}

/// The command for a file that is open to others or somebody else's.
fn mend_file(path: &str) -> Option<String> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Some(format!("chmod 600 {}", quoted(path)));
    }
    let is_foreign = metadata.uid() != rustix::process::geteuid().as_raw();
    is_foreign.then(|| format!("sudo chown \"$(id -un)\" {}", quoted(path)))
}

/// A hint that ends with a flag of this command and its value.
fn again_with_flag(exam: &Exam<'_, '_>, hint: &str) -> Option<String> {
    let (flag, value) = hint[hint.find("--")?..].split_once(' ')?;
    (!value.contains(' ')).then(|| exam.again_with(flag, value))
}
