//! What must hold for a site that was read without a mistake: one function a rule, one list of them.

mod addresses;
mod files;
mod ids;
mod links;
mod register;
mod remarks;
mod sections;
mod translations;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{
    address::Address,
    diagnostic::Diagnostic,
    model::{Site, Sites},
};

/// Every rule over what is the same in every language. Rules over a single value stand where the value is read.
const RULES: [fn(&Site) -> Vec<Diagnostic>; 7] = [
    ids::consultations,
    ids::forms,
    addresses::absolute,
    remarks::lead_to_a_form,
    sections::unique,
    register::texts,
    register::versions,
];

/// Every rule over the site in all its languages.
const RULES_OF_LANGUAGES: [fn(&Sites) -> Vec<Diagnostic>; 6] = [
    addresses::whole,
    addresses::unique,
    addresses::unreserved,
    links::lead_somewhere,
    translations::keep_sections,
    files::referenced,
];

/// Applies every rule as of the day `today`.
pub(crate) fn run(sites: &Sites, today: Date) -> Vec<Diagnostic> {
    let one = RULES.iter().flat_map(|rule| rule(&sites.original)).chain(register::forms(&sites.original, today));
    one.chain(RULES_OF_LANGUAGES.iter().flat_map(|rule| rule(sites))).collect()
}

/// Returns the files that the pages shown refer to, by path, with the address at which each is published.
pub(crate) fn referenced_files(sites: &Sites) -> BTreeMap<String, Address> {
    files::referred_to(sites, sites.original.drafts)
}
