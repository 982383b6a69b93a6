//! The days on which offices in Poland do not work.

use jiff::{ToSpan as _, civil::Date, civil::Weekday};

/// Every reason for a day off, as texts know them.
#[cfg(test)]
pub(crate) const REASONS: [&str; 15] = [
    "all-saints",
    "assumption",
    "christmas",
    "christmas-eve",
    "constitution-day",
    "corpus-christi",
    "easter",
    "easter-monday",
    "epiphany",
    "independence-day",
    "labour-day",
    "new-year",
    "pentecost",
    "saturday",
    "sunday",
];

/// Returns why `day` is a day off, none where it is a working day.
///
/// Holidays are those of the act of 18 January 1951 on days off, as it stood in the year of `day`; before 1990 they were
/// others. A Saturday counts as one, as the Supreme Administrative Court has it (I OPS 1/11).
pub(crate) fn day_off(day: Date) -> Option<&'static str> {
    holiday(day).or(match day.weekday() {
        Weekday::Saturday => Some("saturday"),
        Weekday::Sunday => Some("sunday"),
        _ => None,
    })
}

/// Returns the first working day from `day` on.
pub(crate) fn working_day(day: Date) -> Date {
    let days = std::iter::successors(Some(day), |day| day.tomorrow().ok());
    days.into_iter().find(|day| day_off(*day).is_none()).unwrap_or(day)
}

/// Returns the last working day until `day`.
pub(crate) fn working_day_until(day: Date) -> Date {
    let days = std::iter::successors(Some(day), |day| day.yesterday().ok());
    days.into_iter().find(|day| day_off(*day).is_none()).unwrap_or(day)
}

fn holiday(day: Date) -> Option<&'static str> {
    match (day.month(), day.day()) {
        (1, 1) => return Some("new-year"),
        (1, 6) if day.year() >= 2011 => return Some("epiphany"),
        (5, 1) => return Some("labour-day"),
        (5, 3) => return Some("constitution-day"),
        (8, 15) => return Some("assumption"),
        (11, 1) => return Some("all-saints"),
        (11, 11) => return Some("independence-day"),
        (12, 24) if day.year() >= 2025 => return Some("christmas-eve"),
        (12, 25 | 26) => return Some("christmas"),
        _ => {}
    }
    let easter = easter(day.year())?;
    let movable = [(0, "easter"), (1, "easter-monday"), (49, "pentecost"), (60, "corpus-christi")];
    let found = movable.iter().find(|(after, _)| easter.checked_add(after.days()).is_ok_and(|feast| feast == day));
    found.map(|(_, reason)| *reason)
}

/// Returns Easter Sunday of a year, by the Gregorian computus (Meeus, Jones and Butcher).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (golden, century, of_century) = (y % 19, y / 100, y % 100);
    let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * sunday) / 451;
    let day = moon + sunday - 7 * late + 114;
    Date::new(year, i8::try_from(day / 31).ok()?, i8::try_from(day % 31 + 1).ok()?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(day: &str) -> Date {
        day.parse().unwrap()
    }

    #[test]
    fn easter_is_where_calendars_print_it() {
        let printed = [
            "1990-04-15",
            "1991-03-31",
            "1994-04-03",
            "1997-03-30",
            "2000-04-23",
            "2003-04-20",
            "2005-03-27",
            "2008-03-23",
            "2010-04-04",
            "2011-04-24",
            "2013-03-31",
            "2014-04-20",
            "2015-04-05",
            "2016-03-27",
            "2017-04-16",
            "2018-04-01",
            "2019-04-21",
            "2020-04-12",
            "2021-04-04",
            "2022-04-17",
            "2023-04-09",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2028-04-16",
            "2029-04-01",
            "2030-04-21",
            "2038-04-25",
            "2049-04-18",
        ];
        for printed in printed.map(day) {
            assert_eq!(easter(printed.year()), Some(printed));
        }
    }

    #[test]
    fn easter_is_a_sunday_in_its_month() {
        for year in 1900..2200 {
            let easter = easter(year).unwrap();
            assert_eq!(easter.weekday(), Weekday::Sunday);
            assert!((3, 22) <= (easter.month(), easter.day()) && (easter.month(), easter.day()) <= (4, 25), "{easter}");
        }
    }

    #[test]
    fn days_off_are_those_of_their_year() {
        let table = [
            ("2021-08-28", Some("saturday")),
            ("2021-08-27", None),
            ("2021-06-03", Some("corpus-christi")),
            ("2026-05-24", Some("pentecost")),
            ("2026-05-31", Some("sunday")),
            ("2026-04-06", Some("easter-monday")),
            ("2010-01-06", None),
            ("2011-01-06", Some("epiphany")),
            ("2024-12-24", None),
            ("2025-12-24", Some("christmas-eve")),
            ("2026-12-26", Some("christmas")),
            ("2026-11-11", Some("independence-day")),
        ];
        for (printed, expected) in table {
            assert_eq!(day_off(day(printed)), expected, "{printed}");
        }
    }

    #[test]
    fn a_year_of_today_has_its_fourteen_holidays() {
        let year = |year: i16| {
            let days = std::iter::successors(Date::new(year, 1, 1).ok(), |day| day.tomorrow().ok());
            days.take_while(move |day| day.year() == year).filter_map(holiday).count()
        };
        // Easter and Pentecost are Sundays, and Christmas has two days.
        assert_eq!((year(2010), year(2024), year(2026)), (12, 13, 14));
    }

    #[test]
    fn the_next_working_day_is_found() {
        assert_eq!(working_day(day("2021-08-28")), day("2021-08-30"));
        assert_eq!(working_day(day("2026-04-04")), day("2026-04-07"));
        assert_eq!(working_day(day("2021-07-29")), day("2021-07-29"));
    }
}
