//! What must hold for a site that was read without a mistake: one function a rule, one list of them.

mod addresses;
mod files;
mod ids;
mod links;
mod remarks;
mod sections;
mod translations;

use std::collections::BTreeMap;

use crate::{
    address::Address,
    diagnostic::Diagnostic,
    model::{Site, Sites},
};

/// Every rule over what is the same in every language. Rules over a single value stand where the value is read.
const RULES: [fn(&Site) -> Vec<Diagnostic>; 5] =
    [ids::consultations, ids::forms, addresses::absolute, remarks::lead_to_a_form, sections::unique];

/// Every rule over the site in all its languages.
const RULES_OF_LANGUAGES: [fn(&Sites) -> Vec<Diagnostic>; 6] = [
    addresses::whole,
    addresses::unique,
    addresses::unreserved,
    links::lead_somewhere,
    translations::keep_sections,
    files::referenced,
];

/// Applies every rule.
pub(crate) fn run(sites: &Sites) -> Vec<Diagnostic> {
    let one = RULES.iter().flat_map(|rule| rule(&sites.original));
    one.chain(RULES_OF_LANGUAGES.iter().flat_map(|rule| rule(sites))).collect()
}

/// Returns the files that the pages shown refer to, by path, with the address at which each is published.
pub(crate) fn referenced_files(sites: &Sites) -> BTreeMap<String, Address> {
    files::referred_to(sites, sites.original.drafts)
}
