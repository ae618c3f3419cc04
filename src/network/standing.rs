//! Where a number stands among those of a class. Equals share their place.
//! It must not say what a place is worth: the policy does.

use rust_decimal::Decimal;

/// How many of the class have less, and how many the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub below: u32,
    /// The one asked about among them.
    pub equal: u32,
    pub class: u32,
}

/// The numbers of a class, one for each member of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Class(Vec<Decimal>);

impl Class {
    pub fn new(values: impl IntoIterator<Item = Decimal>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_unstable();
        Self(values)
    }

    /// The place of one of the class.
    pub fn place(&self, value: Decimal) -> Place {
        let below = self.0.partition_point(|other| *other < value);
        let up_to = self.0.partition_point(|other| *other <= value);
        Place { below: whole(below), equal: whole(up_to - below), class: whole(self.0.len()) }
    }

    /// The place that somebody from outside would have if the class had taken them in.
    pub fn place_of_outsider(&self, value: Decimal) -> Place {
        let place = self.place(value);
        Place { equal: place.equal + 1, class: place.class + 1, ..place }
    }
}

/// A class of four billion people is none.
fn whole(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
