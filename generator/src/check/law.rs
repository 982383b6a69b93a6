//! What laws ask of a consultation. Each rule names its source among the texts. All of them warn: what a law means here
//! is for a lawyer to say.

use jiff::{ToSpan as _, Unit, civil::Date};

use crate::{
    calendar,
    diagnostic::{Diagnostic, rule},
    model::{Consultation, Site},
};

/// Days from the end within which the report is due: art. 6 ust. 6 of the act on development policy.
const REPORT_DAYS: i32 = 30;

/// An act with the fewest days that it leaves for answers.
struct Act {
    /// Words that stand in its title and in that of no other.
    title: &'static str,
    least_days: i32,
    /// Whether it asks for a report.
    report: bool,
}

const ACTS: [Act; 2] = [
    // Act of 6 December 2006 on the principles of development policy, art. 6 ust. 5 and 6.
    Act { title: "prowadzenia polityki rozwoju", least_days: 35, report: true },
    // Act of 3 October 2008 on information about the environment, art. 39.
    Act { title: "informacji o środowisku", least_days: 21, report: false },
];

impl Act {
    fn named_in(words: &str) -> Option<&'static Self> {
        // What is shown is set with spaces that do not break.
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        ACTS.iter().find(|act| words.contains(act.title))
    }
}

/// The term leaves as many days from the announcement as each basis asks for.
pub(super) fn long_enough(site: &Site) -> Vec<Diagnostic> {
    site.consultations.iter().filter_map(too_short).collect()
}

/// The day that is named as the earliest is one on which a term may end ([`ends_on_a_working_day`]).
fn too_short(consultation: &Consultation) -> Option<Diagnostic> {
    let term = &consultation.term;
    let from = consultation.announced.unwrap_or(term.start);
    let least = |(act, days): &(String, Option<u32>)| {
        let configured = days.and_then(|days| i32::try_from(days).ok()).unwrap_or(0);
        let days = configured.max(Act::named_in(act).map_or(0, |act| act.least_days));
        (days, act.clone())
    };
    let (least, act) = consultation.legal_basis.iter().map(least).max_by_key(|(days, _)| *days)?;
    let days = from.until((Unit::Day, term.end)).ok()?.get_days();
    // A term that runs backwards is a mistake of its own.
    if days >= least || term.end < term.start {
        return None;
    }
    let problem = Diagnostic::new(rule::TERM_TOO_SHORT, consultation.written.end.clone());
    let problem = problem.with("days", days).with("least", least).with("act", act);
    Some(problem.with("earliest", calendar::working_day(from.checked_add(least.days()).ok()?)))
}

/// The last day for answers is a working day: somebody takes the paper in. A term that is too short is told to end on
/// such a day already.
pub(super) fn ends_on_a_working_day(site: &Site) -> Vec<Diagnostic> {
    let long_enough = site.consultations.iter().filter(|consultation| too_short(consultation).is_none());
    let ends = long_enough.filter_map(|consultation| {
        let problem = Diagnostic::new(rule::TERM_ENDS_ON_DAY_OFF, consultation.written.end.clone());
        on_a_day_off(problem, consultation.term.end)
    });
    ends.collect()
}

/// The report is due on a working day. One that is late is told its last day already, which is one.
pub(super) fn reports_on_a_working_day(site: &Site) -> Vec<Diagnostic> {
    let dues = site.consultations.iter().filter_map(|consultation| {
        let problem = Diagnostic::new(rule::REPORT_ON_DAY_OFF, consultation.written.report_due.clone()?);
        let in_time = |due: &Date| latest_report(consultation).is_none_or(|latest| *due <= latest);
        on_a_day_off(problem, consultation.report_due.filter(in_time)?)
    });
    dues.collect()
}

fn on_a_day_off(problem: Diagnostic, day: Date) -> Option<Diagnostic> {
    let reason = calendar::day_off(day)?;
    Some(problem.with("date", day).with("day", reason).with("working", calendar::working_day(day)))
}

/// The report is out in time, where an act asks for it.
pub(super) fn reports_in_time(site: &Site) -> Vec<Diagnostic> {
    let late = site.consultations.iter().filter_map(|consultation| {
        let latest = latest_report(consultation)?;
        let due = consultation.report_due.filter(|due| *due > latest)?;
        let problem = Diagnostic::new(rule::REPORT_LATE, consultation.written.report_due.clone()?);
        Some(problem.with("date", due).with("latest", latest))
    });
    late.collect()
}

/// Returns the last day for the report, where an act asks for one.
///
/// Where that is a day off the next working day counts: what [`reports_on_a_working_day`] names is not late. Whether it
/// does so by law is for a lawyer to say.
fn latest_report(consultation: &Consultation) -> Option<Date> {
    let asked = consultation.legal_basis.iter().any(|(act, _)| Act::named_in(act).is_some_and(|act| act.report));
    let latest = consultation.term.end.checked_add(REPORT_DAYS.days()).ok()?;
    asked.then(|| calendar::working_day(latest))
}

/// Residents meet while they can still answer.
pub(super) fn meetings_in_the_term(site: &Site) -> Vec<Diagnostic> {
    let outside = site.consultations.iter().flat_map(|consultation| {
        let term = &consultation.term;
        let from = consultation.announced.unwrap_or(term.start).min(term.start);
        let meetings = consultation.schedule.iter().flat_map(|schedule| &schedule.meetings);
        meetings.filter(move |meeting| !(from..=term.end).contains(&meeting.date)).map(move |meeting| {
            let problem = Diagnostic::new(rule::MEETING_OUTSIDE_TERM, meeting.written.clone());
            problem.with("date", meeting.date).with("start", from).with("end", term.end)
        })
    });
    outside.collect()
}
