//! What must hold for a site that was read without a mistake: one function a rule, one list of them.

mod addresses;
mod case_number;
mod files;
mod ids;
mod law;
mod links;
mod orphans;
mod personal;
mod plain;
mod prose;
mod register;
mod remarks;
mod sections;

use std::collections::BTreeMap;

use jiff::civil::Date;

use self::prose::Prose;
use crate::{address::Address, diagnostic::Diagnostic, model::Site, source::Source};

/// Every rule over the whole site. Rules over a single value stand where the value is read.
const RULES: [fn(&Site) -> Vec<Diagnostic>; 19] = [
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
    orphans::pages,
    law::long_enough,
    law::ends_on_a_working_day,
    law::reports_in_time,
    law::reports_on_a_working_day,
    law::meetings_in_the_term,
    case_number::looks_like_one,
];

/// A rule over the words that residents read.
type ProseRule = fn(&Site, &[Prose<'_>]) -> Vec<Diagnostic>;

/// Every rule over the words that residents read, in whatever file they stand.
const PROSE_RULES: [ProseRule; 6] = [
    personal::stays_private,
    plain::links_speak,
    plain::nothing_is_blank,
    plain::sentences_are_short,
    plain::words_are_plain,
    plain::abbreviations_are_explained,
];

/// Applies every rule as of the day `today`.
pub(crate) fn run(site: &Site, source: &Source, today: Date) -> Vec<Diagnostic> {
    let prose = prose::read(source);
    let whole = RULES.iter().flat_map(|rule| rule(site)).chain(register::forms(site, today));
    whole.chain(PROSE_RULES.iter().flat_map(|rule| rule(site, &prose))).collect()
}

/// Returns the files that the pages shown refer to, by path, with the address at which each is published.
pub(crate) fn referenced_files(site: &Site) -> BTreeMap<String, Address> {
    files::referred_to(site, site.drafts)
}
