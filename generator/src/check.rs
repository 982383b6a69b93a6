//! What must hold for a site that was read without a mistake: one function a rule, one list of them.

mod addresses;
mod case_number;
mod files;
mod ids;
mod law;
mod links;
mod orphans;
mod register;
mod remarks;
mod sections;
mod translations;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub(crate) use self::register::{Differing, differing};
use crate::{
    address::Address,
    diagnostic::{Diagnostic, Rule, rule},
    model::{Site, Sites},
    prose,
    source::Source,
};

/// Every rule over what is the same in every language. Rules over a single value stand where the value is read.
const RULES: [fn(&Site) -> Vec<Diagnostic>; 14] = [
    ids::consultations,
    ids::forms,
    addresses::absolute,
    remarks::lead_to_a_form,
    sections::unique,
    register::texts,
    register::versions,
    orphans::pages,
    law::long_enough,
    law::ends_on_a_working_day,
    law::reports_in_time,
    law::reports_on_a_working_day,
    law::meetings_in_the_term,
    case_number::looks_like_one,
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

/// What is told of something that stands nowhere: it may stand in a file that could not be read.
const RULES_OF_WHAT_IS_MISSING: [&Rule; 10] = [
    rule::PAGE_ORPHAN,
    rule::FILE_UNREFERENCED,
    rule::PERSONAL_EMAIL,
    rule::PERSONAL_PHONE,
    rule::PERSONAL_ACCOUNT,
    rule::CASE_NUMBER_ODD,
    rule::BASE_URL_MISSING,
    rule::CONSULTED_SECTION_LOST,
    rule::CONSULTED_VERSION_LOST,
    rule::OPEN_FORM_LOST,
];

/// What is told of something that nothing leads to: a link may, once it is mended.
const RULES_OF_WHAT_IS_LEFT: [&Rule; 2] = [rule::PAGE_ORPHAN, rule::FILE_UNREFERENCED];

/// Applies every rule as of the day `today`; `said` is what was found in the words of pages, and `whole` tells whether all
/// files could be read, so that what stands nowhere is missing.
pub(crate) fn run(
    sites: &Sites,
    source: &Source,
    mut said: Vec<Diagnostic>,
    today: Date,
    whole: bool,
) -> Vec<Diagnostic> {
    let site = &sites.original;
    let languages: Vec<&str> = sites.all().map(|site| site.language.as_str()).collect();
    said.extend(prose::of_fields(source, &languages));
    let one = RULES.iter().flat_map(|rule| rule(site)).chain(register::forms(site, today));
    let all = one.chain(RULES_OF_LANGUAGES.iter().flat_map(|rule| rule(sites)));
    let all = all.chain(prose::unless_public(site, said));
    let all = all.filter(|problem| whole || !RULES_OF_WHAT_IS_MISSING.contains(&problem.rule));
    once(all.collect())
}

/// Leaves out what follows from another mistake and goes when that is mended.
fn once(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let lost = problems.iter().filter(|problem| problem.rule == rule::CONSULTED_SECTION_LOST);
    let lost: BTreeSet<_> = lost.filter_map(|problem| problem.word("id").map(str::to_owned)).collect();
    let follows = |problem: &Diagnostic| {
        problem.rule == rule::ANCHOR_BROKEN && problem.word("anchor").is_some_and(|anchor| lost.contains(anchor))
    };
    let broken = problems.iter().any(Diagnostic::is_error);
    let left = |problem: &Diagnostic| broken && RULES_OF_WHAT_IS_LEFT.contains(&problem.rule);
    problems.retain(|problem| !(follows(problem) || left(problem)));
    problems
}

/// Returns the files that the pages shown refer to, by path, with the address at which each is published.
pub(crate) fn referenced_files(sites: &Sites) -> BTreeMap<String, Address> {
    files::referred_to(sites, sites.original.drafts)
}
