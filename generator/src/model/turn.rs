use jiff::civil::Date;

use super::{Consultation, Site};

impl Site {
    /// Returns the first day after `today` on which some page looks other than on `today`, though nobody wrote a word:
    /// a term opens, counts its days and closes, a stage begins or ends, a meeting is over.
    pub(crate) fn next_turn(&self, today: Date) -> Option<Date> {
        let shown = self.consultations.iter().filter(|consultation| self.shows(consultation.draft));
        shown.flat_map(|consultation| self.turns(consultation, today)).filter(|turn| *turn > today).min()
    }

    fn turns(&self, consultation: &Consultation, today: Date) -> Vec<Date> {
        let after = |day: Date| day.tomorrow().ok();
        let term = &consultation.term;
        // While it is open, each page of it counts the days that are left.
        let counted = after(today).filter(|_| (term.start..=term.end).contains(&today));
        let mut turns: Vec<Date> = counted.into_iter().chain([term.start]).collect();
        if let Some(schedule) = &consultation.schedule {
            for stage in &schedule.stages {
                turns.push(stage.start);
                turns.extend(after(stage.end.unwrap_or(stage.start)));
            }
            let meetings = schedule.meetings.iter().filter(|meeting| self.shows(meeting.draft));
            turns.extend(meetings.filter_map(|meeting| after(meeting.date)));
        }
        turns
    }
}
