//! What must hold for a site that was read without a mistake: one function a rule, one list of them.

mod addresses;
mod files;
mod ids;
mod links;
mod register;
mod remarks;
mod sections;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{address::Address, diagnostic::Diagnostic, model::Site};

/// Every rule over the whole site. Rules over a single value stand where the value is read.
const RULES: [fn(&Site) -> Vec<Diagnostic>; 12] = [
    ids::consultations,
    ids::forms,
    addresses::whole,
    addresses::unique,
    addresses::unreserved,
    addresses::absolute,
    links::lead_somewhere,
    remarks::lead_to_a_form,
    sections::unique,
    register::texts,
    register::versions,
    files::referenced,
];

/// Applies every rule as of the day `today`.
pub(crate) fn run(site: &Site, today: Date) -> Vec<Diagnostic> {
    RULES.iter().flat_map(|rule| rule(site)).chain(register::forms(site, today)).collect()
}

/// Returns the files that the pages shown refer to, by path, with the address at which each is published.
pub(crate) fn referenced_files(site: &Site) -> BTreeMap<String, Address> {
    files::referred_to(site, site.drafts)
}
