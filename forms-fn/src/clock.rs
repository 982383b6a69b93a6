//! What time it is: the only place of this crate that asks the system.

use jiff::{SignedDuration, Timestamp};

/// A running clock: the system's, or one set apart from it by a fixed time.
///
/// A clock that is set apart previews another day. Pages drawn under it say so, and what is stored
/// under it is marked as a preview. The Lambda binary has no switch for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    shift: SignedDuration,
}

impl Clock {
    /// Returns the system's clock.
    pub const fn system() -> Self {
        Self::shifted(SignedDuration::ZERO)
    }

    /// Returns a clock that runs ahead of the system's by `shift`, or behind it when that is
    /// negative.
    pub const fn shifted(shift: SignedDuration) -> Self {
        Self { shift }
    }

    /// Returns a clock that shows `instant` at this moment and runs on from there.
    pub fn set_to(instant: Timestamp) -> Self {
        Self::shifted(instant.duration_since(Self::system().now()))
    }

    /// Returns this clock's present instant; a shift beyond the calendar stops at its last (or
    /// first) instant.
    // The rest of the crate is given its time as a value.
    #[allow(clippy::disallowed_methods)]
    pub fn now(self) -> Timestamp {
        let end = if self.shift.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::now().checked_add(self.shift).unwrap_or(end)
    }

    /// Tells whether this clock is set apart from the system's.
    pub const fn is_shifted(self) -> bool {
        !self.shift.is_zero()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_runs_beside_the_system_s() {
        let before = Clock::system().now();
        let shifted = Clock::shifted(SignedDuration::from_hours(-24));
        let day_ago = shifted.now();
        let after = Clock::system().now();
        let day = SignedDuration::from_hours(24);
        assert!(before <= day_ago + day && day_ago + day <= after);
        assert!(shifted.is_shifted());
        assert!(!Clock::system().is_shifted());
    }

    #[test]
    fn a_set_clock_goes_on_from_its_instant() {
        let instant: Timestamp = "2021-07-01T10:00:00Z".parse().unwrap();
        let clock = Clock::set_to(instant);
        let shown = clock.now();
        assert!(clock.is_shifted());
        assert!(shown >= instant && shown < instant + SignedDuration::from_mins(1), "{shown}");
        assert!(clock.now() >= shown);
    }

    #[test]
    fn no_shift_leaves_the_calendar() {
        assert_eq!(Clock::shifted(SignedDuration::MAX).now(), Timestamp::MAX);
        assert_eq!(Clock::shifted(SignedDuration::MIN).now(), Timestamp::MIN);
    }
}
