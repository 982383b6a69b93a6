use jiff::{Span, Timestamp, Unit, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The time zone in which a term is counted: a Polish office closes by Polish time.
pub const ZONE: &str = "Europe/Warsaw";

/// The days on which a consultation takes answers, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// First day.
    pub start: Date,
    /// Last day, open to its end.
    pub end: Date,
    /// Minutes after the end in which an answer is still taken and marked late: whoever pressed "send" in time
    /// is not turned away by a slow network. The office decides on such answers.
    pub grace_minutes: u32,
}

/// Where a moment lies in a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Before the first day.
    Upcoming,
    /// Answers are taken.
    Open,
    /// After the end, within the grace: taken and marked late.
    Grace,
    /// No more answers are taken.
    Closed,
}

impl State {
    /// Tells whether an answer that arrives now is stored.
    pub fn takes_answers(self) -> bool {
        matches!(self, Self::Open | Self::Grace)
    }
}

impl Term {
    /// Tells the state at `now`: half-open, closed from 00:00:00 of the day after the last.
    pub fn state(&self, now: Timestamp) -> State {
        let today = now.to_zoned_datetime(zone()).date();
        match self.state_on(today) {
            State::Closed if now < self.grace_end() => State::Grace,
            state => state,
        }
    }

    /// Tells the state on the day `today`, as a page that stands all day shows it.
    pub fn state_on(&self, today: Date) -> State {
        if today < self.start {
            State::Upcoming
        } else if today <= self.end {
            State::Open
        } else {
            State::Closed
        }
    }

    /// Returns how many days are left on `today`, the current one not counted; none after the end.
    pub fn days_left(&self, today: Date) -> Option<i32> {
        let days = today.until((Unit::Day, self.end)).ok()?.get_days();
        (days >= 0).then_some(days)
    }

    /// Returns the instant from which the term is closed.
    pub fn closes(&self) -> Timestamp {
        midnight_after(self.end)
    }

    /// Returns the instant `days` whole days after the term's end; the last there is, where the calendar ends before.
    pub fn after_end(&self, days: u32) -> Timestamp {
        let span = Span::new().try_days(i64::from(days)).ok();
        midnight_after(span.and_then(|span| self.end.checked_add(span).ok()).unwrap_or(Date::MAX))
    }

    fn grace_end(&self) -> Timestamp {
        self.closes()
            .saturating_add(jiff::SignedDuration::from_mins(i64::from(self.grace_minutes)))
            .unwrap_or(Timestamp::MAX)
    }
}

fn midnight_after(day: Date) -> Timestamp {
    let next = day.tomorrow().unwrap_or(Date::MAX);
    next.in_tz(ZONE).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

fn zone() -> TimeZone {
    // The zone is compiled in; UTC would be an hour or two off, and still no reason to lose an answer.
    TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(instant: &str, expected: State) {
        let term = Term { start: "2021-06-23".parse().unwrap(), end: "2021-07-29".parse().unwrap(), grace_minutes: 15 };
        assert_eq!(term.state(instant.parse().unwrap()), expected, "{instant}");
    }

    #[test]
    fn a_term_opens_and_closes_by_polish_midnight() {
        check("2021-06-22T21:59:59Z", State::Upcoming);
        check("2021-06-22T22:00:00Z", State::Open);
        check("2021-07-29T21:59:59.999Z", State::Open);
        check("2021-07-29T22:00:00Z", State::Grace);
        check("2021-07-29T22:14:59Z", State::Grace);
        check("2021-07-29T22:15:00Z", State::Closed);
    }

    /// One second before and after opening, closing and the end of the grace, in summer, in winter and across both changes
    /// of the clocks.
    #[test]
    fn every_edge_is_kept_to_the_second() {
        for (start, end, opens, closes) in [
            ("2021-06-23", "2021-07-29", "2021-06-22T22:00:00Z", "2021-07-29T22:00:00Z"),
            ("2021-11-02", "2021-12-10", "2021-11-01T23:00:00Z", "2021-12-10T23:00:00Z"),
            ("2021-03-28", "2021-03-28", "2021-03-27T23:00:00Z", "2021-03-28T22:00:00Z"),
            ("2021-10-31", "2021-10-31", "2021-10-30T22:00:00Z", "2021-10-31T23:00:00Z"),
        ] {
            let term = Term { start: start.parse().unwrap(), end: end.parse().unwrap(), grace_minutes: 15 };
            let (opens, closes): (Timestamp, Timestamp) = (opens.parse().unwrap(), closes.parse().unwrap());
            let over = closes + jiff::SignedDuration::from_mins(15);
            for (edge, before, after) in [
                (opens, State::Upcoming, State::Open),
                (closes, State::Open, State::Grace),
                (over, State::Grace, State::Closed),
            ] {
                let second = jiff::SignedDuration::from_secs(1);
                let states = [edge - second, edge, edge + second].map(|instant| term.state(instant));
                assert_eq!(states, [before, after, after], "{start} to {end} at {edge}");
            }
        }
    }

    #[test]
    fn winter_time_is_counted_as_such() {
        let term = Term { start: "2021-11-02".parse().unwrap(), end: "2021-12-10".parse().unwrap(), grace_minutes: 0 };
        assert_eq!(term.closes().to_string(), "2021-12-10T23:00:00Z");
    }

    #[test]
    fn no_number_of_days_is_too_large() {
        let day: Date = "2021-07-29".parse().unwrap();
        let term = Term { start: day, end: day, grace_minutes: 0 };
        assert_eq!(term.after_end(2).to_string(), "2021-07-31T22:00:00Z");
        assert!(term.after_end(u32::MAX) > term.after_end(1_000_000));
    }

    #[test]
    fn the_last_day_has_no_days_left_but_is_open() {
        let day: Date = "2021-07-29".parse().unwrap();
        let term = Term { start: day, end: day, grace_minutes: 0 };
        assert_eq!(term.days_left(day), Some(0));
        assert_eq!(term.days_left(day.tomorrow().unwrap()), None);
    }
}
