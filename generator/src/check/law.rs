//! What laws ask of a consultation. Each rule names its source among the texts. All of them warn: what a law means here
//! is for a lawyer to say.

use jiff::{ToSpan as _, Unit, civil::Date};

use crate::{
    calendar,
    diagnostic::{Diagnostic, Place, rule},
    model::{Consultation, Site},
    prose,
};

/// Days from the end within which the report is due: art. 6 ust. 6 of the act on development policy.
const REPORT_DAYS: i32 = 30;
/// Days beyond which two dates of one consultation are more likely a slip in the year.
const YEAR: i32 = 366;

/// An act with the fewest days that it leaves for answers.
struct Act {
    /// Words of its title that stand in that of no other, in the forms that are met.
    titles: &'static [&'static str],
    /// What it is called for short, without dots.
    short: &'static [&'static str],
    /// Year and position of its publication in the Journal of Laws.
    published: &'static [(&'static str, &'static str)],
    least_days: i32,
    /// Whether it counts the days from the announcement, and asks for a report.
    report: bool,
}

const ACTS: [Act; 2] = [
    // Act of 6 December 2006 on the principles of development policy, art. 6 ust. 5 and 6.
    Act {
        titles: &["prowadzenia polityki rozwoju", "polityce rozwoju"],
        short: &["uzppr"],
        published: &[("2021", "poz. 1057"), ("2024", "poz. 324")],
        least_days: 35,
        report: true,
    },
    // Act of 3 October 2008 on information about the environment, art. 39.
    Act {
        titles: &["informacji o środowisku"],
        short: &["ooś", "uooś", "uuioś"],
        published: &[],
        least_days: 21,
        report: false,
    },
];

impl Act {
    /// Returns the act that is named, however it is spelt.
    fn named_in(words: &str) -> Option<&'static Self> {
        // What is shown is set with spaces that do not break.
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let bare = |word: &str| word.replace(['.', ',', ';', '(', ')'], "");
        let has = |wanted: &str| words.split(' ').any(|word| bare(word) == wanted);
        // The last word of a position is a number, and no longer one.
        let published = |(year, position): &(&str, &str)| {
            let at = words.find(position).map(|at| &words[at + position.len()..]);
            has(year) && at.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
        };
        ACTS.iter().find(|act| {
            act.titles.iter().any(|title| words.contains(title))
                || act.short.iter().any(|short| has(short))
                || act.published.iter().any(published)
        })
    }
}

/// Lists the consultations whose term runs forwards: one that runs backwards is a mistake of its own, and whatever else
/// its dates break is due to it.
fn consultations(site: &Site) -> impl Iterator<Item = &Consultation> {
    site.consultations.iter().filter(|consultation| consultation.term.start <= consultation.term.end)
}

/// Each consultation names what it rests on: without it nobody knows how many days it must leave.
pub(super) fn rests_on_an_act(site: &Site) -> Vec<Diagnostic> {
    let resting = site.consultations.iter().filter_map(|consultation| {
        let Some((first, _)) = consultation.legal_basis.first() else {
            return Some(Diagnostic::new(rule::BASIS_MISSING, Place::whole(&consultation.path)));
        };
        let counts = |(act, days): &(String, Option<u32>)| {
            days.is_some() || Act::named_in(act).is_some() || prose::is_blank(act)
        };
        let known = consultation.legal_basis.iter().any(counts);
        let place = consultation.written.basis.clone().filter(|_| !known)?;
        Some(Diagnostic::new(rule::BASIS_UNKNOWN, place).with("act", first))
    });
    resting.collect()
}

/// The announcement, from which an act counts its days, has a day.
pub(super) fn announced_where_it_counts(site: &Site) -> Vec<Diagnostic> {
    let unknown = site.consultations.iter().filter(|consultation| consultation.announced.is_none());
    let unknown = unknown.filter_map(|consultation| {
        let counting = |(act, _): &&(String, _)| Act::named_in(act).is_some_and(|act| act.report);
        let (act, _) = consultation.legal_basis.iter().find(counting)?;
        let place = consultation.written.start.clone();
        Some(Diagnostic::new(rule::ANNOUNCED_MISSING, place).with("act", act))
    });
    unknown.collect()
}

/// The announcement comes before what it announces.
pub(super) fn announced_before_the_start(site: &Site) -> Vec<Diagnostic> {
    let late = consultations(site).filter_map(|consultation| {
        let announced = consultation.announced.filter(|announced| *announced > consultation.term.start)?;
        let problem = Diagnostic::new(rule::ANNOUNCED_LATE, consultation.written.announced.clone()?);
        Some(problem.with("date", announced).with("start", consultation.term.start))
    });
    late.collect()
}

/// The dates of one consultation lie within about a year of each other.
pub(super) fn dates_are_near(site: &Site) -> Vec<Diagnostic> {
    let far = consultations(site).flat_map(|consultation| {
        let (term, written) = (&consultation.term, &consultation.written);
        let dates = [
            (consultation.announced, term.start, written.announced.as_ref()),
            (Some(term.end), term.start, Some(&written.end)),
            (consultation.report_due, term.end, written.report_due.as_ref()),
        ];
        dates.into_iter().filter_map(|(date, other, place)| {
            let date = date.filter(|date| days_between(*date, other).abs() > YEAR)?;
            Some(Diagnostic::new(rule::DATE_FAR, place?.clone()).with("date", date).with("other", other))
        })
    });
    far.collect()
}

fn days_between(date: Date, other: Date) -> i32 {
    date.until((Unit::Day, other)).map_or(0, |span| span.get_days())
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
    let days = days_between(from, term.end);
    // A term that runs backwards and an announcement after its end are mistakes of their own.
    if days >= least || days < 0 || term.end < term.start {
        return None;
    }
    let problem = Diagnostic::new(rule::TERM_TOO_SHORT, consultation.written.end.clone());
    let problem = problem.with("days", days).with("least", least).with("act", act);
    Some(problem.with("earliest", calendar::working_day(from.checked_add(least.days()).ok()?)))
}

/// The last day for answers is a working day: somebody takes the paper in. A term that is too short is told to end on
/// such a day already.
pub(super) fn ends_on_a_working_day(site: &Site) -> Vec<Diagnostic> {
    let long_enough = consultations(site).filter(|consultation| too_short(consultation).is_none());
    let ends = long_enough.filter_map(|consultation| {
        let problem = Diagnostic::new(rule::TERM_ENDS_ON_DAY_OFF, consultation.written.end.clone());
        on_a_day_off(problem, consultation.term.end, calendar::working_day)
    });
    ends.collect()
}

/// The report is due on a working day. One that is late is told its last day already, which is one.
pub(super) fn reports_on_a_working_day(site: &Site) -> Vec<Diagnostic> {
    let dues = consultations(site).filter_map(|consultation| {
        let problem = Diagnostic::new(rule::REPORT_ON_DAY_OFF, consultation.written.report_due.clone()?);
        let in_time = |due: &Date| latest_report(consultation).is_none_or(|latest| *due <= latest);
        let due = consultation.report_due.filter(|due| *due > consultation.term.end).filter(in_time)?;
        // Whether a later one would be in time is for a lawyer to say.
        on_a_day_off(problem, due, calendar::working_day_until)
    });
    dues.collect()
}

fn on_a_day_off(problem: Diagnostic, day: Date, working: fn(Date) -> Date) -> Option<Diagnostic> {
    let reason = calendar::day_off(day)?;
    Some(problem.with("date", day).with("day", reason).with("working", working(day)))
}

/// A report tells what came until the end.
pub(super) fn reports_after_the_end(site: &Site) -> Vec<Diagnostic> {
    let early = consultations(site).filter_map(|consultation| {
        let due = consultation.report_due.filter(|due| *due <= consultation.term.end)?;
        let problem = Diagnostic::new(rule::REPORT_EARLY, consultation.written.report_due.clone()?);
        Some(problem.with("date", due).with("end", consultation.term.end))
    });
    early.collect()
}

/// The report is out in time, where an act asks for it.
pub(super) fn reports_in_time(site: &Site) -> Vec<Diagnostic> {
    let late = consultations(site).filter_map(|consultation| {
        let latest = latest_report(consultation)?;
        let due = consultation.report_due.filter(|due| *due > latest)?;
        let problem = Diagnostic::new(rule::REPORT_LATE, consultation.written.report_due.clone()?);
        let problem = problem.with("date", due).with("latest", latest);
        Some(problem.with("working", calendar::working_day_until(latest)))
    });
    late.collect()
}

/// Returns the last day for the report, where an act asks for one. Whether a day off moves it is for a lawyer to say.
fn latest_report(consultation: &Consultation) -> Option<Date> {
    let asked = consultation.legal_basis.iter().any(|(act, _)| Act::named_in(act).is_some_and(|act| act.report));
    consultation.term.end.checked_add(REPORT_DAYS.days()).ok().filter(|_| asked)
}

/// A stage that begins in the term ends with it, or residents read of two ends.
pub(super) fn stages_end_with_the_term(site: &Site) -> Vec<Diagnostic> {
    let beyond = consultations(site).flat_map(|consultation| {
        let term = &consultation.term;
        let stages = consultation.schedule.iter().flat_map(|schedule| &schedule.stages);
        stages.filter_map(move |stage| {
            let end = stage.end.filter(|end| (term.start..=term.end).contains(&stage.start) && *end > term.end)?;
            let problem = Diagnostic::new(rule::STAGE_BEYOND_TERM, stage.written.clone()?);
            Some(problem.with("date", end).with("end", term.end))
        })
    });
    beyond.collect()
}

/// Residents meet while they can still answer.
pub(super) fn meetings_in_the_term(site: &Site) -> Vec<Diagnostic> {
    let outside = consultations(site).flat_map(|consultation| {
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
