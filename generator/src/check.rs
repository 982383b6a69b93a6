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
    diagnostic::{self, Diagnostic, Rule, rule},
    model::{Site, Sites},
    prose,
    source::Source,
};

/// Every rule over what is the same in every language. Rules over a single value stand where the value is read.
const RULES: [fn(&Site) -> Vec<Diagnostic>; 19] = [
    ids::consultations,
    ids::forms,
    addresses::absolute,
    remarks::lead_to_a_form,
    sections::unique,
    register::versions,
    orphans::pages,
    law::rests_on_an_act,
    law::announced_where_it_counts,
    law::announced_before_the_start,
    law::dates_are_near,
    law::long_enough,
    law::ends_on_a_working_day,
    law::reports_after_the_end,
    law::reports_in_time,
    law::reports_on_a_working_day,
    law::stages_end_with_the_term,
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
const RULES_OF_WHAT_IS_MISSING: [&Rule; 12] = [
    rule::PAGE_ORPHAN,
    rule::FILE_UNREFERENCED,
    rule::FILE_UNREAD,
    rule::FILE_ENDING,
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
const RULES_OF_WHAT_IS_LEFT: [&Rule; 3] = [rule::PAGE_ORPHAN, rule::FILE_UNREFERENCED, rule::FILE_UNREAD];

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
    let one = one.chain(register::texts(site, source));
    let all = one.chain(RULES_OF_LANGUAGES.iter().flat_map(|rule| rule(sites)));
    let all = all.chain(prose::unless_public(site, said));
    all.filter(|problem| whole || !RULES_OF_WHAT_IS_MISSING.contains(&problem.rule)).collect()
}

/// Tells each mistake once: leaves out what follows from another and goes when that is mended, and makes one problem of
/// what is wrong in the same way in many places.
pub(crate) fn once(problems: &mut Vec<Diagnostic>) {
    diagnostic::sort(problems);
    let lost = problems.iter().filter(|problem| problem.rule == rule::CONSULTED_SECTION_LOST);
    let lost: BTreeSet<_> = lost.filter_map(|problem| problem.word("id").map(str::to_owned)).collect();
    let follows = |problem: &Diagnostic| {
        problem.rule == rule::ANCHOR_BROKEN && problem.word("anchor").is_some_and(|anchor| lost.contains(anchor))
    };
    let misled = problems.iter().any(|problem| [rule::LINK_BROKEN, rule::LINK_CASE].contains(&problem.rule));
    let wrong: BTreeSet<_> =
        problems.iter().filter(|problem| problem.is_error()).filter_map(Diagnostic::file).collect();
    let wrong: BTreeSet<String> = wrong.into_iter().map(str::to_owned).collect();
    let left = |problem: &Diagnostic| {
        let itself = problem.file().is_some_and(|file| wrong.contains(file));
        RULES_OF_WHAT_IS_LEFT.contains(&problem.rule) && (misled || itself)
    };
    problems.retain(|problem| !(follows(problem) || left(problem)));
    gather(problems);
}

/// Makes one problem of all texts of a file that lack the same translations, and of all that is in one language that the
/// site does not speak: the first, with their count.
fn gather(problems: &mut Vec<Diagnostic>) {
    let group = |problem: &Diagnostic| match problem.rule {
        rule if rule == rule::TRANSLATION_MISSING => {
            Some((problem.file().map(str::to_owned), problem.word("languages")?.to_owned()))
        }
        rule if rule == rule::LANGUAGE_UNLISTED => Some((None, problem.word("language")?.to_owned())),
        _ => None,
    };
    let mut counts = BTreeMap::new();
    for group in problems.iter().filter_map(group) {
        *counts.entry(group).or_insert(0_usize) += 1;
    }
    let gathered = problems.drain(..).filter_map(|problem| match group(&problem) {
        None => Some(problem),
        Some(group) => counts.remove(&group).map(|count| problem.with("count", count)),
    });
    *problems = gathered.collect();
}

/// Returns the files that the pages shown refer to, by path, with the address at which each is published.
pub(crate) fn referenced_files(sites: &Sites) -> BTreeMap<String, Address> {
    files::referred_to(sites, sites.original.drafts)
}
