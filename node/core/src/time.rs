//! Time as the rules see it: injected, never read.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970 by somebody's clock. Folding never reads it; deadlines compare it with an entry's own clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// This time and `millis` more, or the greatest time there is.
    #[must_use]
    pub fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds since `earlier`; 0 when that lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A moment of a node's own time, which only goes forward: pauses and patience count in it. What a clock shows cannot
/// serve for that, for somebody may set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// This moment and `millis` milliseconds more.
    #[must_use]
    pub const fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds since `earlier`; 0 when that lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Milliseconds that count at most between two looks at a clock. A node looks at least once a minute: more is a clock that
/// was set, or a machine that slept, and by such a time nobody may lose patience with its peers.
const STEP_MAX: u64 = 2 * 60_000;

/// Makes moments of what a clock shows: a clock that is set back stands still until it goes on, and one that is set
/// forward makes a small step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steady {
    shown: Option<Millis>,
    moment: Moment,
}

impl Steady {
    /// The moment at which the clock shows this.
    pub fn advance(&mut self, shows: Millis) -> Moment {
        self.moment = self.moment(shows);
        self.shown = Some(shows);
        self.moment
    }

    /// The same without going on.
    #[must_use]
    pub fn moment(&self, shows: Millis) -> Moment {
        self.moment.plus(self.shown.map_or(0, |shown| shows.since(shown).min(STEP_MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_when_a_clock_is_set_back_or_far_ahead() {
        let mut steady = Steady::default();
        let begin = steady.advance(Millis(1_000_000));
        assert_eq!(steady.advance(Millis(1_000_500)).since(begin), 500);
        assert_eq!(steady.advance(Millis(7)).since(begin), 500, "set back: no time has passed");
        assert_eq!(steady.advance(Millis(107)).since(begin), 600, "and then it goes on");
        assert_eq!(steady.advance(Millis(u64::MAX)).since(begin), 600 + STEP_MAX, "set forward: not the years between");
        assert!(steady.advance(Millis(3)) <= steady.advance(Millis(u64::MAX)));
    }
}
