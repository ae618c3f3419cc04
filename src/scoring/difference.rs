//! Which lines of two sheets of one member are not the same.
//! It must not weigh them: a line is the same or it is another.

use std::collections::{HashMap, VecDeque};

use crate::model::{
    contribution::Key,
    difference::{LineChange, MemberChange},
    ids::{MemberId, RepositoryId, StatementId},
    member_score::{ExplainedLine, MemberScore},
    score::{Carry, Line, Source},
};

/// What makes a line of one sheet and a line of another the same line.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity<'a> {
    Contribution(&'a Key),
    Statement(StatementId),
    Measure(&'a str, Option<RepositoryId>),
    Carry(Carry),
}

impl<'a> Identity<'a> {
    fn of(line: &'a Line) -> Self {
        match &line.source {
            Source::Contribution { key, .. } => Self::Contribution(key),
            Source::Statement { statement, .. } => Self::Statement(*statement),
            Source::Measure { measure, repository, .. } => Self::Measure(measure, *repository),
            Source::Carry { carry } => Self::Carry(*carry),
        }
    }
}

/// A line, or what holds one.
pub trait AsLine {
    fn as_line(&self) -> &Line;
}

impl AsLine for Line {
    fn as_line(&self) -> &Line {
        self
    }
}

impl AsLine for ExplainedLine {
    fn as_line(&self) -> &Line {
        &self.line
    }
}

/// The lines that are in one sheet alone, or differ: in the order of the later sheet, then what only the earlier one has.
pub fn changed_lines<T: AsLine + Clone>(before: &[T], after: &[T]) -> Vec<LineChange<T>> {
    // A payout by the month leaves several lines of one identity: the n-th answers the n-th.
    let mut earlier: HashMap<Identity<'_>, VecDeque<usize>> = HashMap::new();
    for (at, line) in before.iter().enumerate() {
        earlier.entry(Identity::of(line.as_line())).or_default().push_back(at);
    }
    let mut answered = vec![false; before.len()];
    let mut changes = Vec::new();
    for line in after {
        let was = earlier.get_mut(&Identity::of(line.as_line())).and_then(VecDeque::pop_front);
        if let Some(at) = was {
            answered[at] = true;
        }
        let was = was.map(|at| &before[at]);
        if was.is_none_or(|was| was.as_line() != line.as_line()) {
            changes.push(LineChange { before: was.cloned(), after: Some(line.clone()) });
        }
    }
    let gone = before.iter().zip(answered).filter(|(_, answered)| !answered);
    changes.extend(gone.map(|(line, _)| LineChange { before: Some(line.clone()), after: None }));
    changes
}

/// Members' results with their lines.
pub type Results = HashMap<MemberId, (MemberScore, Vec<ExplainedLine>)>;

/// What changes for these members, in their order.
pub fn member_changes(members: &[MemberId], mut before: Results, mut after: Results) -> Vec<MemberChange> {
    let change = |member: &MemberId| {
        let (was, is) = (before.remove(member), after.remove(member));
        let lines = changed_lines(lines_of(was.as_ref()), lines_of(is.as_ref()));
        MemberChange { before: was.map(|(score, _)| score), after: is.map(|(score, _)| score), lines }
    };
    members.iter().map(change).collect()
}

fn lines_of(result: Option<&(MemberScore, Vec<ExplainedLine>)>) -> &[ExplainedLine] {
    result.map_or(&[], |(_, lines)| lines)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use rust_decimal::Decimal;

    use super::*;
    use crate::model::points::Points;

    fn measure(name: &str, points: i64) -> Line {
        line(Source::Measure { measure: name.to_owned(), repository: None, amount: Decimal::ONE }, points)
    }

    fn line(source: Source, points: i64) -> Line {
        Line {
            source,
            counted_at: DateTime::<Utc>::UNIX_EPOCH,
            rule: None,
            basis: Vec::new(),
            base: Points::from_thousandths(points),
            factors: Vec::new(),
            points: Points::from_thousandths(points),
            excluded: None,
            not_yet: None,
            limited: None,
            flags: Vec::new(),
            measured_by: Vec::new(),
        }
    }

    #[test]
    fn the_same_lines_in_another_order_are_no_change() {
        let lines = [measure("weeks", 1), measure("kinds", 2)];
        let turned = [lines[1].clone(), lines[0].clone()];
        assert_eq!(changed_lines(&lines, &turned), Vec::new());
    }

    #[test]
    fn what_differs_what_came_and_what_went_are_changes() {
        let before = [measure("weeks", 1), measure("kinds", 2)];
        let after = [measure("weeks", 3), measure("marks", 4)];
        let expected = [
            LineChange { before: Some(before[0].clone()), after: Some(after[0].clone()) },
            LineChange { before: None, after: Some(after[1].clone()) },
            LineChange { before: Some(before[1].clone()), after: None },
        ];
        assert_eq!(changed_lines(&before, &after), expected);
    }

    #[test]
    fn several_lines_of_one_kind_answer_each_other_in_their_order() {
        let carried = |points| line(Source::Carry { carry: Carry::Out }, points);
        let (before, after) = ([carried(-1), carried(-2), carried(-3)], [carried(-1), carried(-5)]);
        let expected =
            [LineChange { before: Some(carried(-2)), after: Some(carried(-5)) }, LineChange { before: Some(carried(-3)), after: None }];
        assert_eq!(changed_lines(&before, &after), expected);
    }
}
