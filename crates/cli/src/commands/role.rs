//! `role …`: the admin roles of a service app.

mod assign;
mod list;
mod revoke;

use clap::Subcommand;
use okta_register::{AdminRole, InvalidRole, StandardRole};

use crate::context::Context;
use crate::error::CliError;

/// Give a service app an admin role
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Assign(assign::Args),
    List(list::Args),
    Revoke(revoke::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Assign(args) => assign::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Revoke(args) => revoke::run(&args, context),
    }
}

/// A role and, for a custom one, the resources it is for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RoleArgs {
    /// Standard role, for example READ_ONLY_ADMIN, or the id of a custom one
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Resource set of a custom role
    #[arg(long, value_name = "ID")]
    resource_set: Option<String>,
}

impl RoleArgs {
    fn parse(&self) -> Result<AdminRole, CliError> {
        Ok(AdminRole::parse(&self.role, self.resource_set.as_deref())?)
    }
}

/// A role that is to be assigned; the nearest of Okta's own is the hint if there is no such one.
pub(crate) fn parse_new(role: &str, resource_set: Option<&str>) -> Result<AdminRole, CliError> {
    AdminRole::parse(role, resource_set).map_err(|error| {
        let is_known = error != InvalidRole::Unknown || resource_set.is_some();
        let error = CliError::from(error);
        if is_known { error } else { error.in_place(&format!("`{role}`")).with_hint(nearest(role)) }
    })
}

fn nearest(role: &str) -> String {
    let written = role.to_ascii_uppercase();
    let distance = |known: &&StandardRole| strsim::damerau_levenshtein(known.as_str(), &written);
    match StandardRole::ALL.iter().min_by_key(distance).filter(|it| distance(it) <= 5) {
        Some(known) => format!("the nearest is --role {known}"),
        None => "one that suits most services: --role READ_ONLY_ADMIN".to_owned(),
    }
}
